"""The three queries to try: each runs as it stands, and each is what one page of a site needs."""

import json
from dataclasses import dataclass

HOME = """\
query HomePage {
  site {
    title
    menu {
      items {
        label
        url
        items { label url }
      }
    }
  }
  posts(first: 3) {
    nodes {
      title
      excerpt(length: 120)
      publishedAt
      authors { name }
      tags { label }
    }
    totalCount
  }
}"""
POST = """\
query OnePost {
  post(by: {slug: %s}) {
    title
    publishedAt
    readingMinutes
    authors { name }
    commentCount
    comments(first: 5) {
      nodes {
        author { name }
        contentText
        replies(first: 5) {
          nodes {
            author { name }
            contentText
          }
        }
      }
    }
    previous { title }
    next { title }
  }
}"""
ARCHIVE = """\
query Archive {
  archiveMonths {
    label
    postCount
    posts(first: 3) {
      nodes {
        title
        authors { name }
      }
    }
  }
}"""
NO_SLUG = "a-first-post"


@dataclass(frozen=True, slots=True)
class Query:
    """A query to try; `name` is what its words and its place on the page are called by."""

    name: str
    text: str

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.text.count("\n") + 1


def to_try(slug: str | None) -> tuple[Query, ...]:
    """Write the three queries; the second one asks for the post of that slug."""
    return (
        Query("home", HOME),
        Query("post", POST % json.dumps(slug or NO_SLUG)),
        Query("archive", ARCHIVE),
    )
