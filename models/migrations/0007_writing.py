"""What authors wrote it in, and what it said before."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.content import Format
from models.instants import Instant
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0006_identity')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Revision',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('version', fields.IntField()),
                ('restored', fields.IntField(null=True)),
                ('title', fields.CharField(max_length=300)),
                ('source', fields.TextField(unique=False)),
                ('source_format', fields.CharEnumField(description='HTML: html\nMARKDOWN: markdown', enum_type=Format, max_length=16)),
                ('summary', fields.TextField(null=True, unique=False)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('editor_name', fields.CharField(max_length=200)),
                ('created_at', Instant(auto_now=False, auto_now_add=False)),
                ('saved_at', Instant(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'revision', 'app': 'models', 'indexes': [Index(fields=['post_id', 'created_at', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Page',
            name='source_format',
            field=fields.CharEnumField(default=Format.HTML, description='HTML: html\nMARKDOWN: markdown', db_default='html', enum_type=Format, max_length=16),
        ),
        ops.AddField(
            model_name='Post',
            name='source_format',
            field=fields.CharEnumField(default=Format.HTML, description='HTML: html\nMARKDOWN: markdown', db_default='html', enum_type=Format, max_length=16),
        ),
    ]
