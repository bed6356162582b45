"""Lets a trigger count the plants of a bed, and allows one tallest plant of each name."""

from tortoise import migrations

from models.engines.migrator import Sql


class Migration(migrations.Migration):
    dependencies = (("garden", "0001_beds"),)

    operations = (
        Sql(
            sqlite=[
                """CREATE TRIGGER count_plants AFTER INSERT ON {Plant} BEGIN
                UPDATE {Bed} SET plants = plants + 1 WHERE id = NEW.bed_id; END""",
                "CREATE UNIQUE INDEX one_giant ON {Plant} (name) WHERE height > 1000",
            ],
            postgres=[
                """CREATE FUNCTION count_plants() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                UPDATE {Bed} SET plants = plants + 1 WHERE id = NEW.bed_id; RETURN NEW; END $$""",
                """CREATE TRIGGER count_plants AFTER INSERT ON {Plant}
                FOR EACH ROW EXECUTE FUNCTION count_plants()""",
                "CREATE UNIQUE INDEX one_giant ON {Plant} (name) WHERE height > 1000",
            ],
        ),
    )
