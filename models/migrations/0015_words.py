"""Posts are found by their words in an index."""

from tortoise import migrations

from models.engines.migrator import Sql

class Migration(migrations.Migration):
    dependencies = [('models', '0014_import_digests')]

    initial = False

    operations = [
        Sql(
            # Only words and the posts that have them: the words themselves stand in the post.
            sqlite=[
                """
                CREATE VIRTUAL TABLE post_words USING fts5 (
                    words, content='post', content_rowid='id', detail='none', columnsize=0, tokenize='ascii')
                """,
                "INSERT INTO post_words (post_words) VALUES ('rebuild')",
                """
                CREATE TRIGGER post_words_come AFTER INSERT ON {Post} BEGIN
                    INSERT INTO post_words (rowid, words) VALUES (new.id, new.words);
                END
                """,
                """
                CREATE TRIGGER post_words_go AFTER DELETE ON {Post} BEGIN
                    INSERT INTO post_words (post_words, rowid, words) VALUES ('delete', old.id, old.words);
                END
                """,
                """
                CREATE TRIGGER post_words_change AFTER UPDATE OF words ON {Post} WHEN new.words <> old.words BEGIN
                    INSERT INTO post_words (post_words, rowid, words) VALUES ('delete', old.id, old.words);
                    INSERT INTO post_words (rowid, words) VALUES (new.id, new.words);
                END
                """,
            ],
            # A list of words as it is: PostgreSQL's own parser would part them once more, by its own rules.
            # A word and an index entry have a longest length there, and no post is refused for that.
            postgres=[
                """
                CREATE FUNCTION post_words (words text) RETURNS tsvector
                LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
                    SELECT array_to_tsvector(ARRAY(
                        SELECT DISTINCT left(word, 200)
                        FROM unnest(string_to_array(left(words, 200000), ' ')) AS word WHERE word <> ''))
                $$
                """,
                "CREATE INDEX post_words ON {Post} USING gin (post_words(words))",
            ],
        ),
    ]
