"""Whether the same was said of late is found by an index, however much was said since."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0012_owners_and_newest')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Comment',
            index=Index(fields=['fingerprint', 'created_at']),
        ),
        ops.RemoveIndex(
            model_name='Comment',
            fields=['fingerprint'],
        ),
    ]
