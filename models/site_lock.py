"""The site lock: of those who change what others go by, one goes on at a time, and reads what was left."""

from tortoise.exceptions import DoesNotExist
from tortoise.models import Model

from models.errors import NotFound
from models.site import Site


async def lock_site(site_id: int) -> Site:
    """Give the site, and let nobody else who asks for it so go on before the transaction ends."""
    # Two who look for a free name at once would find the same; rows that point to the site do not wait.
    return await Site.select_for_update(no_key=True).get(id=site_id)


async def read_again(row: Model) -> None:
    """Let a row say what it says by now, for who has waited for their turn; refuse when it is gone."""
    try:
        await row.refresh_from_db()
    except DoesNotExist:
        raise NotFound(f"This {type(row).__name__.lower()} is gone.", field="id") from None
