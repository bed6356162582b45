"""Why comments wait, who wrote them, and what is spam."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.engines.migrator import Sql
from models.instants import Instant
from models.site import CommentPolicy
from models.spam import Lesson
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

FILLED = ["UPDATE {Comment} SET mailbox = lower(email) WHERE email IS NOT NULL"]


class Migration(migrations.Migration):
    dependencies = [('models', '0008_pens')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Commenter',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('mailbox', fields.CharField(max_length=254)),
                ('email', fields.CharField(max_length=254)),
                ('seed', fields.CharField(max_length=32)),
                ('confirmed_at', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('declined_at', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', Instant(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'commenter', 'app': 'models', 'unique_together': (('site_id', 'mailbox'),), 'indexes': [Index(fields=['confirmed_at', 'created_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SpamWord',
            fields=[
                ('key', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=16)),
                ('spam', fields.IntField(default=0)),
                ('ham', fields.IntField(default=0)),
                ('learned_at', Instant(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'spam_word', 'app': 'models', 'pk_attr': 'key'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Comment',
            name='fingerprint',
            field=fields.CharField(null=True, max_length=32),
        ),
        ops.AddField(
            model_name='Comment',
            name='held_because',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='Comment',
            name='language',
            field=fields.CharField(null=True, max_length=35),
        ),
        ops.AddField(
            model_name='Comment',
            name='learned_as',
            field=fields.CharEnumField(null=True, description='SPAM: spam\nHAM: ham', enum_type=Lesson, max_length=8),
        ),
        ops.AddField(
            model_name='Comment',
            name='mailbox',
            field=fields.CharField(null=True, max_length=254),
        ),
        Sql(sqlite=FILLED, postgres=FILLED),
        ops.AddField(
            model_name='Comment',
            name='notify_replies',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Comment',
            name='spam_score',
            field=fields.FloatField(null=True),
        ),
        ops.AddIndex(
            model_name='Comment',
            index=Index(fields=['status', 'created_at', 'id']),
        ),
        ops.AddIndex(
            model_name='Comment',
            index=Index(fields=['mailbox']),
        ),
        ops.AddIndex(
            model_name='Comment',
            index=Index(fields=['fingerprint']),
        ),
        ops.AlterField(
            model_name='Site',
            name='comment_policy',
            field=fields.CharEnumField(default=CommentPolicy.HELD, description='HELD: held\nCONFIRMED: confirmed\nSHOWN: shown', db_default='held', enum_type=CommentPolicy, max_length=16),
        ),
        ops.AddField(
            model_name='Site',
            name='blocked_words',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='Site',
            name='comment_days',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Site',
            name='comment_form',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Site',
            name='comment_links',
            field=fields.IntField(default=2, db_default=2),
        ),
    ]
