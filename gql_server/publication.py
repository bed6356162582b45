"""The publication, as the settings show it to readers; where doors find both."""

from aiohttp import web

import models
from gql_server.settings import Settings
from schema.context import Publication


def publication_of(settings: Settings, files: models.Files | None = None) -> Publication:
    """Give the publication as these settings show it to readers."""
    return Publication(
        settings.own_url,
        site_url=settings.site_url,
        files=files,
        is_private=settings.is_private,
    )


PUBLICATION = web.AppKey("publication", Publication)
SETTINGS = web.AppKey("settings", Settings)
