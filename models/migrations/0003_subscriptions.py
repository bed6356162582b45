"""Newsletters, subscriptions with their consents and interests, letters on their way, caps."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.consents import Act
from models.deliveries import LetterKind, State
from models.engines.migrator import Sql
from models.instants import Instant
from models.signups import Wish
from models.subscriptions import Frequency, SubscriptionStatus
from models.suppressions import SuppressionScope
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0002_jobs')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Cap',
            fields=[
                ('key', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('moments', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('last_at', Instant(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'cap', 'app': 'models', 'pk_attr': 'key'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Newsletter',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('slug', fields.CharField(max_length=120)),
                ('title', fields.CharField(null=True, max_length=200)),
                ('description', fields.TextField(null=True, unique=False)),
            ],
            options={'table': 'newsletter', 'app': 'models', 'unique_together': (('site_id', 'slug'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Repeat',
            fields=[
                ('key', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('answer', fields.CharField(max_length=64)),
                ('at', Instant(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'repeat', 'app': 'models', 'pk_attr': 'key'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SignUp',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('wish', fields.CharEnumField(description='LETTERS: letters\nPREFERENCES_LINK: preferences_link', enum_type=Wish, max_length=32)),
                ('email', fields.CharField(max_length=254)),
                ('mailbox', fields.CharField(db_index=True, max_length=254)),
                ('name', fields.CharField(default='', max_length=100)),
                ('language', fields.CharField(max_length=35)),
                ('frequency', fields.CharEnumField(default=Frequency.IMMEDIATE, description='IMMEDIATE: immediate\nDAILY: daily\nWEEKLY: weekly', enum_type=Frequency, max_length=16)),
                ('topics', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('door', fields.CharField(max_length=32)),
                ('form', fields.CharField(null=True, max_length=500)),
                ('network', fields.CharField(null=True, max_length=64)),
                ('asked_at', Instant(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sign_up', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Subscription',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('email', fields.CharField(max_length=254)),
                ('mailbox', fields.CharField(max_length=254)),
                ('name', fields.CharField(default='', max_length=100)),
                ('language', fields.CharField(max_length=35)),
                ('frequency', fields.CharEnumField(default=Frequency.IMMEDIATE, description='IMMEDIATE: immediate\nDAILY: daily\nWEEKLY: weekly', enum_type=Frequency, max_length=16)),
                ('status', fields.CharEnumField(default=SubscriptionStatus.PENDING, description='PENDING: pending\nCONFIRMED: confirmed\nUNSUBSCRIBED: unsubscribed\nBOUNCED: bounced', enum_type=SubscriptionStatus, max_length=16)),
                ('paused_until', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=0)),
                ('seed', fields.CharField(max_length=32)),
                ('proof', fields.CharField(null=True, max_length=64)),
                ('code', fields.CharField(null=True, max_length=64)),
                ('asked_at', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('confirmed_at', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('left_at', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('leaving_reason', fields.CharField(null=True, max_length=500)),
                ('created_at', Instant(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'subscription', 'app': 'models', 'unique_together': (('site_id', 'mailbox'),), 'indexes': [Index(fields=['status', 'id']), Index(fields=['status', 'asked_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Consent',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('subscription', fields.ForeignKeyField('models.Subscription', source_field='subscription_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('act', fields.CharEnumField(description='REQUESTED: requested\nASKED: asked\nCONFIRMED: confirmed\nCHANGED: changed\nLEFT: left\nRETURNED: returned\nIMPORTED: imported\nBOUNCED: bounced', enum_type=Act, max_length=16)),
                ('at', Instant(auto_now=False, auto_now_add=False)),
                ('version', fields.IntField()),
                ('door', fields.CharField(max_length=32)),
                ('form', fields.CharField(null=True, max_length=500)),
                ('network', fields.CharField(null=True, max_length=64)),
                ('language', fields.CharField(max_length=35)),
                ('wording', fields.CharField(null=True, max_length=64)),
                ('detail', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'consent', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Delivery',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('subscription', fields.ForeignKeyField('models.Subscription', source_field='subscription_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='CONFIRMATION: confirmation\nALREADY_SUBSCRIBED: already_subscribed\nPREFERENCES_LINK: preferences_link\nWELCOME: welcome\nGOODBYE: goodbye', enum_type=LetterKind, max_length=32)),
                ('key', fields.CharField(unique=True, max_length=120)),
                ('batch', fields.BigIntField()),
                ('topic', fields.CharField(null=True, max_length=32)),
                ('state', fields.CharEnumField(default=State.QUEUED, description='QUEUED: queued\nDEFERRED: deferred\nUNCERTAIN: uncertain\nSENT: sent\nFAILED: failed\nCANCELLED: cancelled', enum_type=State, max_length=16)),
                ('facts', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('tries', fields.IntField(default=0)),
                ('not_before', Instant(auto_now=False, auto_now_add=False)),
                ('promised_at', Instant(auto_now=False, auto_now_add=False)),
                ('settled_at', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(null=True, max_length=500)),
            ],
            options={'table': 'delivery', 'app': 'models', 'indexes': [Index(fields=['subscription_id', 'state']), Index(fields=['batch', 'id']), Index(fields=['settled_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Interest',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('subscription', fields.ForeignKeyField('models.Subscription', source_field='subscription_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('newsletter', fields.ForeignKeyField('models.Newsletter', source_field='newsletter_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('author', fields.ForeignKeyField('models.Author', source_field='author_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('tag', fields.ForeignKeyField('models.Tag', source_field='tag_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'interest', 'app': 'models', 'indexes': [Index(fields=['newsletter_id', 'subscription_id']), Index(fields=['author_id', 'subscription_id']), Index(fields=['tag_id', 'subscription_id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Suppression',
            fields=[
                ('key', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('scope', fields.CharEnumField(description='ALL: all\nLISTS: lists', enum_type=SuppressionScope, max_length=8)),
                ('reason', fields.CharField(max_length=32)),
                ('at', Instant(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'suppression', 'app': 'models', 'pk_attr': 'key'},
            bases=['Model'],
        ),
        # A ledger is evidence only as long as nobody can write it anew.
        Sql(
            sqlite=[
                """
                CREATE TRIGGER consent_is_kept BEFORE UPDATE ON consent
                BEGIN SELECT RAISE(ABORT, 'the consent ledger is only ever added to'); END
                """,
            ],
            postgres=[
                """
                CREATE FUNCTION refuse_to_change_consent() RETURNS TRIGGER AS $$
                BEGIN
                    RAISE EXCEPTION 'the consent ledger is only ever added to';
                END;
                $$ LANGUAGE plpgsql
                """,
                """
                CREATE TRIGGER consent_is_kept BEFORE UPDATE ON consent
                FOR EACH ROW EXECUTE FUNCTION refuse_to_change_consent()
                """,
            ],
        ),
    ]
