"""A comment tells when its writer changed its words."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.instants import Instant

class Migration(migrations.Migration):
    dependencies = [('models', '0017_uncounted')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Comment',
            name='edited_at',
            field=Instant(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
