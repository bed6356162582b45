"""The nouns as they were first made."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.comments import Fate
from models.engines.migrator import Sql
from models.instants import Instant
from models.visibility import Status
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Site',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('title', fields.CharField(max_length=200)),
                ('description', fields.TextField(null=True, unique=False)),
                ('language', fields.CharField(default='en', max_length=35)),
                ('time_zone', fields.CharField(default='UTC', max_length=64)),
                ('url', fields.CharField(default='', max_length=500)),
                ('secret', fields.CharField(max_length=64)),
                ('logo_id', fields.IntField(null=True)),
                ('source', fields.CharField(null=True, max_length=255)),
                ('is_demonstration', fields.BooleanField(default=False)),
                ('created_at', Instant(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'site', 'app': 'models', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Image',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('url', fields.CharField(max_length=2000)),
                ('alt_text', fields.TextField(default='', unique=False)),
                ('caption', fields.TextField(null=True, unique=False)),
                ('media_type', fields.CharField(max_length=100)),
                ('width', fields.IntField(null=True)),
                ('height', fields.IntField(null=True)),
                ('thumbhash', fields.CharField(null=True, max_length=64)),
            ],
            options={'table': 'image', 'app': 'models', 'indexes': [Index(fields=['site_id', 'url'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Author',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('slug', fields.CharField(max_length=120)),
                ('name', fields.CharField(max_length=200)),
                ('sort_key', fields.CharField(max_length=220)),
                ('bio_html', fields.TextField(null=True, unique=False)),
                ('avatar', fields.ForeignKeyField('models.Image', source_field='avatar_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('post_count', fields.IntField(default=0)),
            ],
            options={'table': 'author', 'app': 'models', 'unique_together': (('site_id', 'slug'), ('site_id', 'name')), 'indexes': [Index(fields=['sort_key', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Menu',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('slug', fields.CharField(max_length=120)),
            ],
            options={'table': 'menu', 'app': 'models', 'unique_together': (('site_id', 'slug'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='MonthCount',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('month', fields.CharField(max_length=7)),
                ('post_count', fields.IntField(default=0)),
            ],
            options={'table': 'month_count', 'app': 'models', 'unique_together': (('site_id', 'month'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Page',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('parent', fields.ForeignKeyField('models.Page', source_field='parent_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('position', fields.IntField(default=0)),
                ('slug', fields.CharField(max_length=120)),
                ('path', fields.CharField(max_length=500)),
                ('title', fields.CharField(max_length=300)),
                ('seo_title', fields.CharField(null=True, max_length=300)),
                ('seo_description', fields.TextField(null=True, unique=False)),
                ('status', fields.CharEnumField(default=Status.DRAFT, description='DRAFT: draft\nPUBLISHED: published\nARCHIVED: archived', enum_type=Status, max_length=16)),
                ('published_at', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
                ('source_id', fields.CharField(null=True, max_length=255)),
                ('created_at', Instant(auto_now=False, auto_now_add=False)),
                ('updated_at', Instant(auto_now=False, auto_now_add=False)),
                ('source', fields.TextField(unique=False)),
                ('html', fields.TextField(unique=False)),
                ('text', fields.TextField(unique=False)),
                ('opening', fields.TextField(unique=False)),
                ('blocks', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'page', 'app': 'models', 'unique_together': (('site_id', 'slug'), ('site_id', 'path'), ('site_id', 'source_id')), 'indexes': [Index(fields=['parent_id', 'position', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Post',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('slug', fields.CharField(max_length=120)),
                ('title', fields.CharField(max_length=300)),
                ('sort_key', fields.CharField(max_length=200)),
                ('summary', fields.TextField(null=True, unique=False)),
                ('opening', fields.TextField(unique=False)),
                ('word_count', fields.IntField()),
                ('image', fields.ForeignKeyField('models.Image', source_field='image_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('seo_title', fields.CharField(null=True, max_length=300)),
                ('seo_description', fields.TextField(null=True, unique=False)),
                ('status', fields.CharEnumField(default=Status.DRAFT, description='DRAFT: draft\nPUBLISHED: published\nARCHIVED: archived', enum_type=Status, max_length=16)),
                ('published_at', Instant(null=True, auto_now=False, auto_now_add=False)),
                ('published_month', fields.CharField(null=True, max_length=7)),
                ('is_counted', fields.BooleanField(default=False)),
                ('comments_open', fields.BooleanField(default=True)),
                ('comment_count', fields.IntField(default=0)),
                ('version', fields.IntField(default=1)),
                ('source_id', fields.CharField(null=True, max_length=255)),
                ('created_at', Instant(auto_now=False, auto_now_add=False)),
                ('updated_at', Instant(auto_now=False, auto_now_add=False)),
                ('source', fields.TextField(unique=False)),
                ('html', fields.TextField(unique=False)),
                ('text', fields.TextField(unique=False)),
                ('words', fields.TextField(unique=False)),
                ('blocks', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'post', 'app': 'models', 'unique_together': (('site_id', 'slug'), ('site_id', 'source_id')), 'indexes': [Index(fields=['status', 'published_at', 'id']), Index(fields=['published_month', 'published_at', 'id']), Index(fields=['updated_at', 'id']), Index(fields=['sort_key', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Byline',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('author', fields.ForeignKeyField('models.Author', source_field='author_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('position', fields.IntField()),
            ],
            options={'table': 'byline', 'app': 'models', 'unique_together': (('post_id', 'author_id'),), 'indexes': [Index(fields=['author_id', 'post_id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Comment',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('parent', fields.ForeignKeyField('models.Comment', source_field='parent_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('depth', fields.IntField(default=0)),
                ('author', fields.ForeignKeyField('models.Author', source_field='author_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.SET_NULL)),
                ('name', fields.CharField(max_length=100)),
                ('email', fields.CharField(null=True, max_length=254)),
                ('website', fields.CharField(null=True, max_length=500)),
                ('source', fields.TextField(unique=False)),
                ('html', fields.TextField(unique=False)),
                ('text', fields.TextField(unique=False)),
                ('status', fields.CharEnumField(default=Fate.PENDING, description='PENDING: pending\nAPPROVED: approved\nREJECTED: rejected\nSPAM: spam', enum_type=Fate, max_length=16)),
                ('is_shown', fields.BooleanField(default=False)),
                ('reply_count', fields.IntField(default=0)),
                ('source_id', fields.CharField(null=True, max_length=255)),
                ('created_at', Instant(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'comment', 'app': 'models', 'unique_together': (('post_id', 'source_id'),), 'indexes': [Index(fields=['post_id', 'parent_id', 'is_shown', 'created_at', 'id']), Index(fields=['parent_id', 'created_at', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Redirect',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('path', fields.CharField(max_length=500)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('page', fields.ForeignKeyField('models.Page', source_field='page_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('to_path', fields.CharField(null=True, max_length=500)),
            ],
            options={'table': 'redirect', 'app': 'models', 'unique_together': (('site_id', 'path'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Tag',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('models.Site', source_field='site_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('slug', fields.CharField(max_length=120)),
                ('name', fields.CharField(max_length=200)),
                ('sort_key', fields.CharField(max_length=200)),
                ('post_count', fields.IntField(default=0)),
            ],
            options={'table': 'tag', 'app': 'models', 'unique_together': (('site_id', 'slug'), ('site_id', 'name')), 'indexes': [Index(fields=['sort_key', 'id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='MenuItem',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('menu', fields.ForeignKeyField('models.Menu', source_field='menu_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('parent', fields.ForeignKeyField('models.MenuItem', source_field='parent_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('position', fields.IntField()),
                ('label', fields.CharField(max_length=200)),
                ('href', fields.CharField(null=True, max_length=2000)),
                ('page', fields.ForeignKeyField('models.Page', source_field='page_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('author', fields.ForeignKeyField('models.Author', source_field='author_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('tag', fields.ForeignKeyField('models.Tag', source_field='tag_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'menu_item', 'app': 'models', 'indexes': [Index(fields=['menu_id', 'position'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Tagging',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('post', fields.ForeignKeyField('models.Post', source_field='post_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('tag', fields.ForeignKeyField('models.Tag', source_field='tag_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'tagging', 'app': 'models', 'unique_together': (('post_id', 'tag_id'),), 'indexes': [Index(fields=['tag_id', 'post_id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        Sql(
            # Compare byte by byte, as SQLite does, so that both stores sort and page alike.
            postgres=[
                'ALTER TABLE {Author} ALTER COLUMN "sort_key" TYPE varchar(220) COLLATE "C"',
                'ALTER TABLE {Tag} ALTER COLUMN "sort_key" TYPE varchar(200) COLLATE "C"',
                'ALTER TABLE {Post} ALTER COLUMN "sort_key" TYPE varchar(200) COLLATE "C"',
            ]
        ),
    ]
