"""What a mutation costs: so many statements to the store, in one commit, and no more."""

from itertools import count

import pytest

import models
from schema.context import Publication
from schema.ids import global_id

ADD = """mutation($input: AddCommentInput!) { addComment(input: $input) {
  comment { id contentHtml createdAt status author { name } } errors { __typename } } }"""
SUBSCRIBE = """mutation($input: SubscribeInput!) { subscribe(input: $input) {
  confirmationSentTo errors { __typename } } }"""
GUEST = {"authorName": "Ann", "authorEmail": "ann@example.org", "content": "Mooi."}
# A command that has an id is looked for first; on SQLite its statements are one hop all the same.
COMMENT = {
    # What is held is looked at by the worker, and so promised.
    "sqlite": {"held": 3, "shown": 3, "reply": 4, "named": 6},
    "postgres": {"held": 1, "shown": 1, "reply": 1, "named": 2},
}
SIGN_UP = {"sqlite": {"unnamed": 2, "named": 5}, "postgres": {"unnamed": 1, "named": 2}}


@pytest.fixture
async def publication(site):
    """Stand where the door stands, with the masthead at hand."""
    publication = Publication("http://127.0.0.1:8000", keep_seconds=60)
    await publication.masthead()
    return publication


async def test_a_comment_is_one_step(site, write, ask, statements, dialect):
    post = await write()
    await post.publish()
    asked = GUEST | {"postId": global_id("Post", post.id)}

    numbers = count()

    async def cost(**more):
        said = asked | {"content": f"Nummer {next(numbers)}"} | more
        with statements() as sent:
            said = await ask(ADD, input=said)
        assert said["addComment"]["errors"] == []
        return len(sent), said["addComment"]["comment"]["id"]

    # On PostgreSQL the ids of some comments to come are drawn with the first; and what was learned of spam
    # is read.
    await cost()
    held, _ = await cost()
    await site.change(comment_policy=models.CommentPolicy.SHOWN)
    await cost()
    shown, above = await cost()
    reply, _ = await cost(parentId=above)
    named, _ = await cost(clientMutationId="a")
    assert {"held": held, "shown": shown, "reply": reply, "named": named} == COMMENT[dialect]


async def test_a_sign_up_is_one_step(ask, statements, dialect):
    async def cost(**more):
        with statements() as sent:
            said = await ask(SUBSCRIBE, input={"email": "ann@example.org"} | more)
        assert said["subscribe"]["errors"] == []
        return len(sent)

    assert {"unnamed": await cost(), "named": await cost(clientMutationId="a")} == SIGN_UP[dialect]
