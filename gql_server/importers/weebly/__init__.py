"""A Weebly blog, read from saved pages, the archive zip or the feed, then brought into the store."""

from gql_server.importers.errors import ImportRefused
from gql_server.importers.weebly.blog import read
from gql_server.importers.weebly.bring import bring

__all__ = ["ImportRefused", "bring", "read"]
