"""Posts and pages remember what was imported, so that only what changed since is imported again."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0013_said_again')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Page',
            name='import_digest',
            field=fields.CharField(null=True, max_length=32),
        ),
        ops.AddField(
            model_name='Post',
            name='import_digest',
            field=fields.CharField(null=True, max_length=32),
        ),
    ]
