"""Pages and authors are found by their words as posts are, and what has them in its title or name is told."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models import text
from models.engines.migrator import Sql

AT_ONCE = 500
FOUND = ('Post', 'Page', 'Author')

def _spaced(said: str) -> str:
    return " " + " ".join(text.search_words(said))

def _post(title: str) -> dict[str, str]:
    return {"label_words": _spaced(title)}

def _page(title: str, body: str) -> dict[str, str]:
    return {"label_words": _spaced(title), "words": _spaced(f"{title} {body}")}

def _author(name: str, bio_html: str | None) -> dict[str, str]:
    return {"label_words": _spaced(name), "words": _spaced(f"{name} {text.plain(bio_html or '')}")}

async def _fill(_apps: Any, editor: Any) -> None:
    # Neither store folds words as we do.
    for table, columns, words_of in (
        ('post', 'title', _post), ('page', 'title, text', _page), ('author', 'name, bio_html', _author)
    ):
        last = 0
        while rows := await editor.client.execute_query_dict(
            f'SELECT id, {columns} FROM "{table}" WHERE id > {last} ORDER BY id LIMIT {AT_ONCE}'
        ):
            last = rows[-1]['id']
            filled = [[*words_of(*list(row.values())[1:]).values(), row['id']] for row in rows]
            named = list(words_of(*list(rows[0].values())[1:]))
            signs = ['?', '?', '?'] if editor.DIALECT == 'sqlite' else ['$1', '$2', '$3']
            to = ', '.join(f'{name} = {sign}' for name, sign in zip(named, signs, strict=False))
            await editor.client.execute_many(
                f'UPDATE "{table}" SET {to} WHERE id = {signs[len(named)]}', filled
            )

def _indexed(table: str) -> list[str]:
    # Only words and the rows that have them: the words themselves stand in the row.
    return [
        f"""
        CREATE VIRTUAL TABLE {table}_words USING fts5 (
            words, label_words, content='{table}', content_rowid='id', detail='column', columnsize=0,
            tokenize='ascii')
        """,
        f"INSERT INTO {table}_words ({table}_words) VALUES ('rebuild')",
        f"""
        CREATE TRIGGER {table}_words_come AFTER INSERT ON {table} BEGIN
            INSERT INTO {table}_words (rowid, words, label_words)
            VALUES (new.id, new.words, new.label_words);
        END
        """,
        f"""
        CREATE TRIGGER {table}_words_go AFTER DELETE ON {table} BEGIN
            INSERT INTO {table}_words ({table}_words, rowid, words, label_words)
            VALUES ('delete', old.id, old.words, old.label_words);
        END
        """,
        f"""
        CREATE TRIGGER {table}_words_change AFTER UPDATE OF words, label_words ON {table}
        WHEN new.words <> old.words OR new.label_words <> old.label_words BEGIN
            INSERT INTO {table}_words ({table}_words, rowid, words, label_words)
            VALUES ('delete', old.id, old.words, old.label_words);
            INSERT INTO {table}_words (rowid, words, label_words)
            VALUES (new.id, new.words, new.label_words);
        END
        """,
    ]

class Migration(migrations.Migration):
    dependencies = [('models', '0015_words')]

    initial = False

    operations = [
        *(
            ops.AddField(model_name=noun, name='label_words', field=fields.TextField(db_default=''))
            for noun in FOUND
        ),
        *(
            ops.AddField(model_name=noun, name='words', field=fields.TextField(db_default=''))
            for noun in FOUND[1:]
        ),
        ops.RunPython(_fill),
        Sql(
            sqlite=[
                'DROP TRIGGER post_words_come',
                'DROP TRIGGER post_words_go',
                'DROP TRIGGER post_words_change',
                'DROP TABLE post_words',
                *(statement for table in ('post', 'page', 'author') for statement in _indexed(table)),
            ],
            postgres=[
                'ALTER FUNCTION post_words (text) RENAME TO word_vector',
                'CREATE INDEX post_label_words ON {Post} USING gin (word_vector(label_words))',
                'CREATE INDEX page_words ON {Page} USING gin (word_vector(words))',
                'CREATE INDEX page_label_words ON {Page} USING gin (word_vector(label_words))',
                'CREATE INDEX author_words ON {Author} USING gin (word_vector(words))',
                'CREATE INDEX author_label_words ON {Author} USING gin (word_vector(label_words))',
            ],
        ),
    ]
