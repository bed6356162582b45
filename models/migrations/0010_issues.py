"""Issues of posts and digests: who gets them, how far they have come."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.deliveries import LetterKind
from models.instants import Instant
from models.issues import IssueKind, IssueStatus
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0009_comment_rules')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Announcement',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('newsletter_ids', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('is_due', fields.BooleanField(default=False)),
                ('number', fields.IntField(default=0)),
            ],
            options={'table': 'announcement', 'app': 'models', 'unique_together': (('post_id',),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DigestTurn',
            fields=[
                ('key', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=80)),
                ('due_at', Instant(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'digest_turn', 'app': 'models', 'pk_attr': 'key'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Issue',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('key', fields.CharField(unique=True, max_length=120)),
                ('kind', fields.CharEnumField(description='POST: post\nDAILY: daily\nWEEKLY: weekly', enum_type=IssueKind, max_length=16)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('status', fields.CharEnumField(default=IssueStatus.SENDING, description='SENDING: sending\nPAUSED: paused\nRECALLED: recalled\nSENT: sent', enum_type=IssueStatus, max_length=16)),
                ('facts', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('topics', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('audience', fields.IntField(default=0)),
                ('cursor', fields.IntField(default=0)),
                ('is_written', fields.BooleanField(default=False)),
                ('sent_out', fields.IntField(default=0)),
                ('failed_out', fields.IntField(default=0)),
                ('cancelled_out', fields.IntField(default=0)),
                ('held_at', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('started_at', Instant(auto_now=False, auto_now_add=False)),
                ('finished_at', Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'issue', 'app': 'models', 'indexes': [Index(fields=['kind', 'started_at']), Index(fields=['started_at', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Recipient',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('issue_id', fields.IntField()),
                ('subscription_id', fields.IntField()),
            ],
            options={'table': 'recipient', 'app': 'models', 'unique_together': (('issue_id', 'subscription_id'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Delivery',
            name='kind',
            field=fields.CharEnumField(description='which letter', enum_type=LetterKind, max_length=32),
        ),
        ops.AddField(
            model_name='Delivery',
            name='issue_id',
            field=fields.IntField(null=True),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=Index(fields=['issue_id', 'state']),
        ),
        ops.AddField(
            model_name='Subscription',
            name='digested_until',
            field=Instant(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Subscription',
            name='time_zone',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddIndex(
            model_name='Subscription',
            index=Index(fields=['frequency', 'time_zone']),
        ),
    ]
