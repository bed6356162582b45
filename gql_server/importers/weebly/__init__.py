"""A Weebly blog, read from saved pages, the archive zip or the feed, then brought into the store."""

from gql_server.importers.weebly.blog import read
from gql_server.importers.weebly.bring import bring
from gql_server.importers.weebly.errors import ImportRefused

__all__ = ["ImportRefused", "bring", "read"]
