"""Documents that clients register, to ask for them by their hash."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.instants import Instant
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0004_comments')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PersistedDocument',
            fields=[
                ('key', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('source', fields.TextField(unique=False)),
                ('at', Instant(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'persisted_document', 'app': 'models', 'pk_attr': 'key'},
            bases=['Model'],
        ),
    ]
