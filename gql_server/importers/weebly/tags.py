"""The names of categories: one spelling for each, wherever it was met."""

from collections.abc import Iterable

from gql_server.importers.weebly.bylines import fold


class Tags:
    """Knows categories by slug, from the sidebar, and by name."""

    def __init__(self, labels: dict[str, str], names: Iterable[str]) -> None:
        self._labels = labels
        self._spellings: dict[str, str] = {}
        for name in (*labels.values(), *names):
            self.spelled(name)

    def named(self, slug: str) -> str:
        """Give the name of the category with this slug."""
        return self.spelled(self._labels.get(slug) or slug.replace("-", " "))

    def spelled(self, name: str) -> str:
        """Give a name as it was spelled first: case and accents make no other category."""
        return self._spellings.setdefault(fold(name), name)
