"""Makes beds and plants."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = (
        ops.CreateModel(
            name="Bed",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(unique=True, max_length=50)),
                ("plants", fields.IntField(db_default=0)),
                ("note", fields.TextField(db_default="", unique=False)),
            ],
            options={"table": "bed", "app": "garden", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Plant",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "bed",
                    fields.ForeignKeyField(
                        "garden.Bed",
                        source_field="bed_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=50)),
                ("height", fields.IntField(db_default=0)),
                ("sown_at", fields.DatetimeField(null=True, db_index=True)),
            ],
            options={
                "table": "plant",
                "app": "garden",
                "unique_together": (("bed", "name"),),
                "indexes": [Index(fields=["bed_id", "height"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    )
