"""Pictures have owners: who uploaded them."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0011_webhooks')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Image',
            name='user_id',
            field=fields.IntField(null=True),
        ),
    ]
