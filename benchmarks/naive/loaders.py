"""DataLoaders, new ones for each request."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from strawberry.dataloader import DataLoader
from tortoise.expressions import Q
from tortoise.functions import Count

from benchmarks.naive.tables import Author, Byline, Comment, MenuItem, Post, Tagging


def visible(prefix: str = "") -> Q:
    """Ask for what is published."""
    return Q(**{f"{prefix}status": "published", f"{prefix}published_at__lte": datetime.now(UTC)})


class Loaders:
    """What the resolvers of one request load."""

    def __init__(self) -> None:
        self.posts = DataLoader(_posts)
        self.authors = DataLoader(_authors)
        self.bylines = DataLoader(_bylines)
        self.tags = DataLoader(_tags)
        self.comments = DataLoader(_comments)
        self.replies = DataLoader(_replies)
        self.post_counts = DataLoader(_post_counts)
        self.reply_counts = DataLoader(_reply_counts)
        self.items = DataLoader(_items)


async def _posts(ids: list[int]) -> list[Post | None]:
    found = {row.id: row for row in await Post.filter(visible(), id__in=ids)}
    return [found.get(id) for id in ids]


async def _authors(ids: list[int]) -> list[Author | None]:
    found = {row.id: row for row in await Author.filter(id__in=ids)}
    return [found.get(id) for id in ids]


async def _bylines(post_ids: list[int]) -> list[list[Author]]:
    lines = await Byline.filter(post_id__in=post_ids).order_by("position").select_related("author")
    return _grouped(post_ids, [(line.post_id, line.author) for line in lines])


async def _tags(post_ids: list[int]) -> list[list[Any]]:
    lines = await Tagging.filter(post_id__in=post_ids).order_by("tag__sort_key").select_related("tag")
    return _grouped(post_ids, [(line.post_id, line.tag) for line in lines])


async def _comments(post_ids: list[int]) -> list[list[Comment]]:
    shown = Comment.filter(post_id__in=post_ids, parent_id__isnull=True, is_shown=True)
    rows = await shown.order_by("created_at", "id")
    return _grouped(post_ids, [(row.post_id, row) for row in rows])


async def _replies(comment_ids: list[int]) -> list[list[Comment]]:
    rows = await Comment.filter(parent_id__in=comment_ids, is_shown=True).order_by("created_at", "id")
    return _grouped(comment_ids, [(row.parent_id, row) for row in rows])


async def _post_counts(author_ids: list[int]) -> list[int]:
    lines = Byline.filter(visible("post__"), author_id__in=author_ids)
    counted = await lines.annotate(n=Count("id")).group_by("author_id").values_list("author_id", "n")
    found = dict(counted)
    return [found.get(id, 0) for id in author_ids]


async def _reply_counts(comment_ids: list[int]) -> list[int]:
    replies = Comment.filter(parent_id__in=comment_ids, is_shown=True)
    counted = await replies.annotate(n=Count("id")).group_by("parent_id").values_list("parent_id", "n")
    found = dict(counted)
    return [found.get(id, 0) for id in comment_ids]


async def _items(item_ids: list[int]) -> list[list[MenuItem]]:
    rows = await MenuItem.filter(parent_id__in=item_ids).order_by("position")
    return _grouped(item_ids, [(row.parent_id, row) for row in rows])


def _grouped(keys: list[int], pairs: list[tuple[int, Any]]) -> list[list[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for key, row in pairs:
        groups[key].append(row)
    return [groups[key] for key in keys]
