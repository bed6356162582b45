"""The nouns of the garden."""

from tortoise import fields
from tortoise.models import Model


class Bed(Model):
    """A bed, with a count of its plants that a trigger keeps."""

    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=50, unique=True)
    plants = fields.IntField(db_default=0)
    note = fields.TextField(db_default="")

    class Meta:
        table = "bed"


class Plant(Model):
    """A plant in a bed."""

    id = fields.IntField(primary_key=True)
    bed: fields.ForeignKeyRelation[Bed] = fields.ForeignKeyField(
        "garden.Bed", related_name=False, on_delete=fields.CASCADE, db_index=True
    )
    name = fields.CharField(max_length=50)
    height = fields.IntField(db_default=0)
    sown_at = fields.DatetimeField(null=True, db_index=True)

    class Meta:
        table = "plant"
        unique_together = (("bed", "name"),)
        indexes = (("bed_id", "height"),)
