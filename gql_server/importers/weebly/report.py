"""What an import found, how sure it is of it, and what it left behind: for the owner to read."""

from dataclasses import dataclass

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The account of one reading; `empty_months` are known from the sidebar but have no post here."""

    site: str
    zone_reason: str
    posts: int
    pages: int
    months: Counts
    empty_months: tuple[str, ...]
    comments: Counts
    date_order: str
    witnesses: Counts
    authors: Counts
    unsigned: int
    tags: Counts
    images: int
    forms: int
    redirects: int
    skipped: tuple[str, ...]
    miscounted: tuple[str, ...]
    doubtful: tuple[str, ...]
    dropped: Counts

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """Tell everything in English, a line each, what is doubtful by name."""
        return [
            f"Site: {self.site}; time zone {self.zone_reason}.",
            f"Posts: {self.posts}; without an author: {self.unsigned}. Standing pages: {self.pages}.",
            f"Months: {_counts(self.months)}.",
            f"Months known, but without a post here: {len(self.empty_months)}{_names(self.empty_months)}.",
            f"Comments: {_counts(self.comments)}.",
            f"Dates are {self.date_order}, witnessed by: {_counts(self.witnesses)}.",
            f"Authors: {_counts(self.authors)}.",
            f"Tags: {_counts(self.tags)}.",
            f"Images: {self.images}. Newsletter forms: {self.forms}. Old addresses kept: {self.redirects}.",
            f"Dropped: {_counts(self.dropped)}.",
            *(f"Not of this blog: {name}" for name in self.skipped),
            *(f"Comments differ: {text}" for text in self.miscounted),
            *(f"Doubtful: {text}" for text in self.doubtful),
        ]


def _counts(counts: Counts) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts) or "none"


def _names(names: tuple[str, ...]) -> str:
    return f" ({', '.join(names)})" if names else ""
