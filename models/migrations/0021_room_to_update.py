"""PostgreSQL keeps room beside the rows that are counted on, and tells workers of new promises alone."""

from tortoise import migrations
from models.engines.migrator import Sql

class Migration(migrations.Migration):
    dependencies = [('models', '0020_edited')]

    initial = False

    operations = [
        Sql(
            postgres=[
                # A row that is written anew on its own page needs no new line in any index, of which a post
                # has eleven; the longest is kept in a quarter of a page.
                'ALTER TABLE {Post} SET (fillfactor = 75)',
                'ALTER TABLE {Comment} SET (fillfactor = 90)',
                # Nobody heeds what else happens to a promise. And commits that notify wait for each other:
                # so do those of a statement that might have promised something, and did not.
                'DROP TRIGGER tg_pgqueuer_changed ON pgqueuer',
                '''
                CREATE TRIGGER tg_pgqueuer_changed AFTER INSERT ON pgqueuer
                FOR EACH ROW EXECUTE FUNCTION fn_pgqueuer_changed()
                ''',
            ],
        ),
    ]
