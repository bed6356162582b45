"""Pictures have owners, who uploaded them; comments are proven one by one.

Subscriptions and the comments on a post are listed, the newest first.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0011_webhooks')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Image',
            name='user_id',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Comment',
            name='is_proven',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddIndex(
            model_name='Subscription',
            index=Index(fields=['created_at', 'id']),
        ),
        ops.AddIndex(
            model_name='Comment',
            index=Index(fields=['post_id', 'status', 'created_at', 'id']),
        ),
    ]
