"""Bylines and tags keep when their post was published, so that the newest of one are found without the others."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.engines.migrator import Sql
from models.instants import Instant

LINES = {'Byline': 'author_id', 'Tagging': 'tag_id'}
DATED = [
    f"""
    UPDATE {{{noun}}} SET published_at =
        (SELECT post.published_at FROM {{Post}} post WHERE post.id = post_id AND post.status = 'published')
    """
    for noun in LINES
]

class Migration(migrations.Migration):
    dependencies = [('models', '0017_uncounted')]

    initial = False

    operations = [
        *(ops.AddField(model_name=noun, name='published_at', field=Instant(null=True)) for noun in LINES),
        Sql(sqlite=DATED, postgres=DATED),
        *(
            ops.AddIndex(model_name=noun, index=Index(fields=[key, 'published_at', 'post_id']))
            for noun, key in LINES.items()
        ),
        *(ops.RemoveIndex(model_name=noun, fields=[key, 'post_id']) for noun, key in LINES.items()),
    ]
