"""The tables, as an application of its own declares those columns it reads."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


def _key(noun: str, below: str | bool, *, null: bool = False) -> Any:
    return fields.ForeignKeyField(f"models.{noun}", related_name=below, null=null)


class Site(Model):
    """The site."""

    id = fields.IntField(primary_key=True)
    title = fields.CharField(max_length=200)
    description = fields.TextField(null=True)
    language = fields.CharField(max_length=35)
    url = fields.CharField(max_length=500)

    class Meta:
        table = "site"


class Menu(Model):
    """A menu."""

    id = fields.IntField(primary_key=True)
    slug = fields.CharField(max_length=120)

    class Meta:
        table = "menu"


class MenuItem(Model):
    """An item of a menu."""

    id = fields.IntField(primary_key=True)
    menu: Any = _key("Menu", "items")
    parent: Any = _key("MenuItem", "items", null=True)
    position = fields.IntField()
    label = fields.CharField(max_length=200)
    href = fields.CharField(max_length=2000, null=True)

    class Meta:
        table = "menu_item"


class Author(Model):
    """Someone who writes."""

    id = fields.IntField(primary_key=True)
    slug = fields.CharField(max_length=120)
    name = fields.CharField(max_length=200)
    sort_key = fields.CharField(max_length=220)
    bio_html = fields.TextField(null=True)

    class Meta:
        table = "author"


class Tag(Model):
    """A subject."""

    id = fields.IntField(primary_key=True)
    slug = fields.CharField(max_length=120)
    name = fields.CharField(max_length=200)
    sort_key = fields.CharField(max_length=200)

    class Meta:
        table = "tag"


class Post(Model):
    """A post."""

    id = fields.IntField(primary_key=True)
    slug = fields.CharField(max_length=120)
    title = fields.CharField(max_length=300)
    summary = fields.TextField(null=True)
    opening = fields.TextField()
    word_count = fields.IntField()
    seo_title = fields.CharField(max_length=300, null=True)
    seo_description = fields.TextField(null=True)
    status = fields.CharField(max_length=16)
    published_at = fields.DatetimeField()
    published_month = fields.CharField(max_length=7)
    comments_open = fields.BooleanField()
    comment_count = fields.IntField()
    updated_at = fields.DatetimeField()
    html = fields.TextField()
    text = fields.TextField()

    class Meta:
        table = "post"


class Byline(Model):
    """A name of a post's byline."""

    id = fields.IntField(primary_key=True)
    post: Any = _key("Post", "bylines")
    author: Any = _key("Author", "bylines")
    position = fields.IntField()

    class Meta:
        table = "byline"


class Tagging(Model):
    """A tag of a post."""

    id = fields.IntField(primary_key=True)
    post: Any = _key("Post", "taggings")
    tag: Any = _key("Tag", "taggings")

    class Meta:
        table = "tagging"


class Comment(Model):
    """A comment."""

    id = fields.IntField(primary_key=True)
    post: Any = _key("Post", "comments")
    parent: Any = _key("Comment", "answers", null=True)
    author: Any = _key("Author", "comments", null=True)
    depth = fields.IntField(default=0)
    reply_count = fields.IntField(default=0)
    name = fields.CharField(max_length=100)
    email = fields.CharField(max_length=254, null=True)
    website = fields.CharField(max_length=500, null=True)
    source = fields.TextField()
    html = fields.TextField()
    text = fields.TextField()
    status = fields.CharField(max_length=16)
    is_shown = fields.BooleanField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "comment"


class SignUp(Model):
    """A sign-up for letters, in a table of its own: the blog's would be worked on by its workers."""

    id = fields.IntField(primary_key=True)
    email = fields.CharField(max_length=254)
    name = fields.CharField(max_length=100)
    asked_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "naive_sign_up"


class Job(Model):
    """Work for later."""

    id = fields.IntField(primary_key=True)
    work = fields.CharField(max_length=64)
    payload: Any = fields.JSONField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "naive_job"
