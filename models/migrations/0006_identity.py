"""People who can sign in, keys, sign-ins, the audit log; letters to who subscribes to nothing."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.instants import Instant
from models.keys import KeyKind
from models.principals import Role
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0005_persisted_documents')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Audit',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('at', Instant(db_index=True, auto_now=False, auto_now_add=False)),
                ('user_id', fields.IntField(null=True)),
                ('key_id', fields.IntField(null=True)),
                ('deed', fields.CharField(max_length=64)),
                ('subject_id', fields.IntField(null=True)),
            ],
            options={'table': 'audit', 'app': 'models', 'indexes': [Index(fields=['user_id', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SignIn',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('email', fields.CharField(max_length=254)),
                ('mailbox', fields.CharField(max_length=254)),
                ('browser', fields.CharField(null=True, max_length=64)),
                ('digest', fields.CharField(null=True, max_length=64)),
                ('asked_at', Instant(db_index=True, auto_now=False, auto_now_add=False)),
                ('used_at', Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sign_in', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='User',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('email', fields.CharField(max_length=254)),
                ('mailbox', fields.CharField(max_length=254)),
                ('name', fields.CharField(max_length=200)),
                ('language', fields.CharField(max_length=35)),
                ('role', fields.CharEnumField(description='AUTHOR: author\nEDITOR: editor\nADMIN: admin', enum_type=Role, max_length=16)),
                ('author', fields.ForeignKeyField('models.Author', source_field='author_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('created_at', Instant(auto_now=False, auto_now_add=False)),
                ('retired_at', Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'member', 'app': 'models', 'unique_together': (('site_id', 'mailbox'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Key',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharEnumField(description='API: api\nSESSION: sess\nPREVIEW: preview', enum_type=KeyKind, max_length=16)),
                ('digest', fields.CharField(max_length=64)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('scopes', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('label', fields.CharField(default='', max_length=100)),
                ('created_at', Instant(auto_now=False, auto_now_add=False)),
                ('expires_at', Instant(db_index=True, auto_now=False, auto_now_add=False)),
                ('used_at', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('revoked_at', Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'key', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Delivery',
            name='subscription',
            field=fields.ForeignKeyField('models.Subscription', source_field='subscription_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE),
        ),
    ]
