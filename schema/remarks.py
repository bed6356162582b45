"""What is told of a comment from the rows beside it: where it stands, and how who wrote it looks."""

import models
from schema.content import address_of_image
from schema.context import Context
from schema.scalars import URL
from schema.sources import Along, OfOne


def _url(context: Context, id: int, post_slug: str | None) -> URL:
    if post_slug is None:
        raise models.NotFound("The post is not there any more.")
    return URL(f"{context.absolute(models.Post.path_of(post_slug))}#comment-{id}")


def _portrait(context: Context, url: str | None) -> URL | None:
    return None if url is None else address_of_image(context, url)


URL_OF_COMMENT = OfOne(_url, "Post", "post_id", "slug")
PORTRAIT_OF_WRITER = Along(_portrait, (("Author", "author_id"), ("Image", "avatar_id")), "url")
