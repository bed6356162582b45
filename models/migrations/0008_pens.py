"""Pens on their way from one who writes to the next."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.deliveries import LetterKind
from models.instants import Instant
from models.pens import Held
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0007_writing')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Pen',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('giver', fields.ForeignKeyField('models.User', source_field='giver_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('email', fields.CharField(max_length=254)),
                ('mailbox', fields.CharField(max_length=254)),
                ('name', fields.CharField(max_length=200)),
                ('note', fields.CharField(default='', max_length=2000)),
                ('state', fields.CharEnumField(default=Held.OFFERED, description='OFFERED: offered\nTAKEN: taken\nDECLINED: declined\nWITHDRAWN: withdrawn', enum_type=Held, max_length=16)),
                ('taker', fields.ForeignKeyField('models.User', source_field='taker_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('passed_at', Instant(auto_now=False, auto_now_add=False)),
                ('answered_at', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('reminded_at', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('thanked_at', Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'pen', 'app': 'models', 'indexes': [Index(fields=['state', 'passed_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Delivery',
            name='kind',
            field=fields.CharEnumField(description='CONFIRMATION: confirmation\nALREADY_SUBSCRIBED: already_subscribed\nPREFERENCES_LINK: preferences_link\nWELCOME: welcome\nGOODBYE: goodbye\nSIGN_IN: sign_in\nINVITATION: invitation\nPEN: pen\nPEN_REMINDER: pen_reminder\nPEN_THANKS: pen_thanks', enum_type=LetterKind, max_length=32),
        ),
    ]
