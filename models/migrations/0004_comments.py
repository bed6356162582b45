"""What happens to the comments of guests."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.site import CommentPolicy
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0003_subscriptions')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Site',
            name='comment_policy',
            field=fields.CharEnumField(default=CommentPolicy.HELD, description='HELD: held\nSHOWN: shown', db_default='held', enum_type=CommentPolicy, max_length=16),
        ),
    ]
