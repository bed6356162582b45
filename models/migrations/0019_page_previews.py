"""A link shows a page that is not published, as one shows a post."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    dependencies = [('models', '0018_dated_lines')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Key',
            name='page',
            field=fields.ForeignKeyField('models.Page', source_field='page_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE),
        ),
        ops.AddIndex(
            model_name='Key',
            index=Index(fields=['page_id']),
        ),
    ]
