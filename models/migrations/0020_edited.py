"""A comment tells when its writer changed its words; paths of pages have the same order in both stores."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.engines.migrator import Sql
from models.instants import Instant

class Migration(migrations.Migration):
    dependencies = [('models', '0019_page_previews')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Comment',
            name='edited_at',
            field=Instant(null=True, auto_now=False, auto_now_add=False),
        ),
        Sql(postgres=['ALTER TABLE {Page} ALTER COLUMN "path" TYPE varchar(500) COLLATE "C"']),
    ]
