"""Webhooks: receivers elsewhere, and the calls that are made to them."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.instants import Instant
from models.webhook_calls import CallState, HookEvent
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0010_issues')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Webhook',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('url', fields.CharField(max_length=2000)),
                ('secret', fields.CharField(max_length=64)),
                ('earlier_secret', fields.CharField(null=True, max_length=64)),
                ('rotated_at', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('events', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('is_paused', fields.BooleanField(default=False)),
                ('paused_because', fields.CharField(null=True, max_length=200)),
                ('failing_since', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('rests_until', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', Instant(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'webhook', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WebhookCall',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('webhook_id', fields.IntField()),
                ('message', fields.CharField(max_length=40)),
                ('event', fields.CharEnumField(description='POST_PUBLISHED: post.published\nPOST_UPDATED: post.updated\nPOST_WITHDRAWN: post.withdrawn\nPOST_DELETED: post.deleted\nCOMMENT_SHOWN: comment.shown\nCOMMENT_HELD: comment.held\nSUBSCRIPTION_CONFIRMED: subscription.confirmed\nSUBSCRIPTION_ENDED: subscription.ended\nPING: webhook.ping', enum_type=HookEvent, max_length=32)),
                ('subject_id', fields.IntField()),
                ('facts', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('state', fields.CharEnumField(default=CallState.WAITING, description='WAITING: waiting\nDELIVERED: delivered\nFAILED: failed\nPAUSED: paused', enum_type=CallState, max_length=16)),
                ('tries', fields.IntField(default=0)),
                ('last_status', fields.IntField(null=True)),
                ('last_reason', fields.CharField(null=True, max_length=200)),
                ('not_before', Instant(auto_now=False, auto_now_add=False)),
                ('begun_at', Instant(auto_now=False, auto_now_add=False)),
                ('created_at', Instant(db_index=True, auto_now=False, auto_now_add=False)),
                ('settled_at', Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'webhook_call', 'app': 'models', 'indexes': [Index(fields=['webhook_id', 'created_at', 'id']), Index(fields=['webhook_id', 'state']), Index(fields=['event', 'subject_id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
