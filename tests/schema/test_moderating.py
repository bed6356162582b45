"""Moderators see and decide what waits, through the graph; nobody else learns that there is anything."""

import asyncio
import json
from typing import Any

import pytest

import models
from models.pulse import CommentHeld, CommentShown
from schema.ids import global_id, row_id
from schema.live import Told

CANARY = "kanarie"
QUEUE = """query($statuses: [CommentStatus!], $post: ID, $after: String, $first: Int) {
  comments(first: $first, after: $after, filter: {statuses: $statuses, postId: $post}) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { id status contentText viewerCanModerate heldBecause { rule explanation }
      author { name email author { name } } parent { id } post { title } url } } }"""
SHOWN = (
    "{ comments { totalCount nodes { id contentText viewerCanModerate post { title } author { name } } } }"
)
EVERYWHERE = """query($comment: ID!, $post: ID!) { node(id: $comment) { ... on Comment { contentText } }
  nodes(ids: [$comment]) { id } comments(filter: {postId: $post}) { totalCount nodes { contentText } }
  post(by: {id: $post}) { commentCount comments { totalCount nodes { contentText replyCount
    replies { totalCount nodes { contentText } } } } } }"""
DECIDE = """mutation($input: ModerateCommentInput!) { moderateComment(input: $input) {
  clientMutationId comment { id status post { commentCount } }
  errors { __typename ... on UserError { code path } ... on ForbiddenError { requiredRole }
    ... on NotFoundError { missingId } } } }"""
DECIDE_ALL = """mutation($input: ModerateCommentsInput!) { moderateComments(input: $input) {
  comments { id status } errors { __typename ... on UserError { code path } } } }"""
DELETE = """mutation($input: DeleteCommentInput!) { deleteComment(input: $input) {
  deletedCommentId errors { __typename ... on UserError { code path } } } }"""
FATES = [fate.name for fate in models.Fate]


@pytest.fixture
async def post(write):
    post = await write("Over de heg")
    await post.publish()
    return post


@pytest.fixture
async def waiting(post):
    """Let some comments stand in every state, with a canary in those that nobody sees."""
    kept = []
    above = await models.Comment.keep(post, _guest("ann"), "Te lezen", status=models.Fate.APPROVED)
    for fate in models.Fate:
        words = "Ook te lezen" if fate is models.Fate.APPROVED else f"{CANARY} {fate}"
        name = "bob" if fate is models.Fate.APPROVED else CANARY
        kept.append(await models.Comment.keep(post, _guest(name), words, parent=above, status=fate))
    await models.Comment.filter(id=kept[0].id).update(held_because="links 4\nblocked_words kanarie\n")
    return kept


def _guest(name: str) -> models.Writer:
    return models.Writer(name=name, email=f"{name}@example.org")


async def test_everybody_reads_what_was_approved_across_posts_newest_first(ask, write, waiting):
    draft = await write("Geheim")
    await models.Comment.keep(draft, _guest("x"), CANARY, status=models.Fate.APPROVED)
    said = (await ask(SHOWN))["comments"]
    assert [node["contentText"] for node in said["nodes"]] == ["Ook te lezen", "Te lezen"]
    assert said["totalCount"] == 2
    assert {node["viewerCanModerate"] for node in said["nodes"]} == {False}


@pytest.mark.parametrize("statuses", [["PENDING"], ["APPROVED", "SPAM"], FATES])
async def test_only_moderators_ask_for_other_states(answer, staff, waiting, statuses):
    author = (await staff(models.Role.AUTHOR)).principal
    key = (await staff(models.Role.ADMIN, scopes=[models.Scope.CONTENT_READ])).principal
    for principal, code in ((models.NOBODY, "UNAUTHENTICATED"), (author, "FORBIDDEN"), (key, "FORBIDDEN")):
        told = await answer(QUEUE, principal=principal, statuses=statuses)
        assert {error.extensions["code"] for error in told.errors} == {code}
        assert told.data == {"comments": None}
        assert CANARY not in str(told.errors)


@pytest.mark.parametrize("field", ["heldBecause { rule }", "author { email }"])
async def test_reasons_and_addresses_are_for_moderators_even_of_what_is_shown(answer, staff, waiting, field):
    query = f"{{ comments {{ nodes {{ {field} }} }} }}"
    author = (await staff(models.Role.AUTHOR)).principal
    for principal, code in ((models.NOBODY, "UNAUTHENTICATED"), (author, "FORBIDDEN")):
        told = await answer(query, principal=principal)
        assert {error.extensions["code"] for error in told.errors} == {code}
        assert "@" not in str(told.data)


async def test_a_moderator_sees_what_waits_and_why(answer, staff, waiting):
    editor = (await staff(models.Role.EDITOR)).principal
    told = await answer(QUEUE, principal=editor, statuses=["PENDING"])
    [node] = told.data["comments"]["nodes"]
    assert told.errors is None
    assert (node["status"], node["contentText"], node["viewerCanModerate"]) == (
        "PENDING", f"{CANARY} pending", True,
    )  # fmt: skip
    assert node["author"] == {"name": CANARY, "email": f"{CANARY}@example.org", "author": None}
    assert [doubt["rule"] for doubt in node["heldBecause"]] == ["LINKS", "BLOCKED_WORDS"]
    assert [doubt["explanation"] for doubt in node["heldBecause"]] == [
        "it has 4 links", "it has a blocked word: kanarie",
    ]  # fmt: skip
    everything = await answer(QUEUE, principal=editor, statuses=FATES, first=2)
    page = everything.data["comments"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (5, True)
    rest = await answer(QUEUE, principal=editor, statuses=FATES, after=page["pageInfo"]["endCursor"])
    ids = [node["id"] for part in (page, rest.data["comments"]) for node in part["nodes"]]
    assert ids == [global_id("Comment", id) for id in (5, 4, 3, 2, 1)]
    elsewhere = await answer(QUEUE, principal=editor, statuses=FATES, post=global_id("Post", 99))
    assert elsewhere.data["comments"]["totalCount"] == 0


async def test_a_key_that_moderates_alone_is_given_what_waits_below_what_everybody_reads(
    answer, staff, write, waiting
):
    draft = await write("Geheim")
    await models.Comment.keep(draft, _guest("x"), CANARY)
    moderates = [models.Scope.COMMENTS_MODERATE]
    key = (await staff(models.Role.ADMIN, scopes=moderates)).principal
    editor = (await staff(models.Role.EDITOR)).principal
    for principal, titles in ((key, ["Over de heg"]), (editor, ["Geheim", "Over de heg"])):
        told = await answer(QUEUE, principal=principal, statuses=["PENDING"])
        assert told.errors is None
        queue = told.data["comments"]
        assert [node["post"]["title"] for node in queue["nodes"]] == titles
        assert queue["totalCount"] == len(titles)
        for node in queue["nodes"]:
            assert node["url"].endswith(f"#comment-{row_id(node['id'], 'Comment')}")


async def test_who_does_not_moderate_gets_nothing_of_the_queue_counted_but_what_is_shown(waiting):
    assert await models.Comment.in_queue(models.Fate, models.NOBODY).count() == 2
    assert await models.Comment.in_queue([models.Fate.PENDING], models.NOBODY).count() == 0


@pytest.mark.parametrize("size", [3, 60])
async def test_the_queue_costs_no_more_when_more_waits(
    answer, staff, post, write, statements, publication, size
):
    publication.keep_seconds = 60
    editor = (await staff(models.Role.EDITOR)).principal
    other = await write("Ander")
    await other.publish()
    for number in range(size):
        above = await models.Comment.keep(post, _guest("a"), f"{number}", status=models.Fate.APPROVED)
        await models.Comment.keep(post, _guest("b"), f"{number}", parent=above)
        await models.Comment.keep(other, _guest("c"), f"{number}")
    await publication.masthead()
    with statements() as sent:
        told = await answer(QUEUE, principal=editor, statuses=["PENDING", "SPAM"], first=100)
    assert len(told.data["comments"]["nodes"]) == min(100, 2 * size)
    # The page and its length, the comments above, the posts.
    assert len(sent) == 4, sent


TREE = "{ nodes { contentText replyCount author { name } %s } }"


@pytest.mark.parametrize("is_planned", [True, False])
@pytest.mark.parametrize("size", [2, 6])
async def test_a_conversation_five_deep_costs_a_statement_a_level(
    ask, post, statements, publication, size, is_planned, monkeypatch
):
    if not is_planned:
        monkeypatch.setattr("schema.plans.Plans.answer", _never)
    publication.keep_seconds = 60
    above: list[Any] = [None]
    for level in range(5):
        above = [
            await models.Comment.keep(post, _guest("a"), f"{level}", parent=one, status=models.Fate.APPROVED)
            for one in above[:3]
            for _ in range(size)
        ]
    await publication.masthead()
    tree = TREE % ""
    for _ in range(4):
        tree = TREE % f"replies {tree}"
    with statements() as sent:
        said = await ask(f'{{ post(by: {{slug: "over-de-heg"}}) {{ comments {tree} }} }}')
    assert json.dumps(said).count('"contentText": "4"') == 3 * size
    assert len(sent) == 6, sent


async def _never(*_: object, **__: object) -> None:
    return None


async def test_what_waits_reaches_no_reader_by_any_way(ask, post, waiting):
    for comment in waiting:
        if comment.status is models.Fate.APPROVED:
            continue
        said = await ask(
            EVERYWHERE, comment=global_id("Comment", comment.id), post=global_id("Post", post.id)
        )
        assert (said["node"], said["nodes"]) == (None, [None])
        assert CANARY not in json.dumps(said)
        assert said["post"]["commentCount"] == said["comments"]["totalCount"] == 2
        [root] = said["post"]["comments"]["nodes"]
        assert (root["replyCount"], root["replies"]["totalCount"]) == (1, 1)


async def test_a_moderator_decides_and_it_is_written_down(answer, staff, post, waiting):
    user, _, editor = await staff(models.Role.EDITOR)
    given = {"id": global_id("Comment", waiting[0].id), "status": "APPROVED", "clientMutationId": "1"}
    for _ in range(2):
        [said] = (await answer(DECIDE, principal=editor, input=given)).data.values()
        assert said == {
            "clientMutationId": "1", "errors": [],
            "comment": {"id": given["id"], "status": "APPROVED", "post": {"commentCount": 3}},
        }  # fmt: skip
    [deed] = await models.Audit.filter(deed__startswith="comment.")
    assert (deed.deed, deed.user_id, deed.subject_id) == ("comment.approved", user.id, waiting[0].id)
    ids = [global_id("Comment", comment.id) for comment in waiting[:2]]
    [said] = (await answer(DECIDE_ALL, principal=editor, input={"ids": ids, "status": "SPAM"})).data.values()
    assert said == {"comments": [{"id": id, "status": "SPAM"} for id in ids], "errors": []}
    [said] = (await answer(DELETE, principal=editor, input={"id": ids[0]})).data.values()
    assert said == {"deletedCommentId": ids[0], "errors": []}
    assert not await models.Comment.exists(id=waiting[0].id)
    assert await models.recount(await models.Site.current()) == 0


@pytest.mark.parametrize(
    ("mutation", "input"),
    [
        (DECIDE, {"id": global_id("Comment", 2), "status": "APPROVED"}),
        (DECIDE_ALL, {"ids": [global_id("Comment", 2)], "status": "APPROVED"}),
        (DELETE, {"id": global_id("Comment", 2)}),
    ],
)
async def test_who_is_no_moderator_decides_nothing(answer, staff, waiting, mutation, input):
    author = (await staff(models.Role.AUTHOR)).principal
    key = (await staff(models.Role.ADMIN, scopes=[models.Scope.CONTENT_WRITE])).principal
    before = await models.Comment.all().order_by("id").values()
    for principal in (models.NOBODY, author, key):
        [said] = (await answer(mutation, principal=principal, input=input)).data.values()
        [error] = said["errors"]
        assert (error["__typename"], error["code"]) == ("ForbiddenError", "FORBIDDEN")
    assert await models.Comment.all().order_by("id").values() == before
    assert not await models.Audit.filter(deed__startswith="comment.").exists()


@pytest.mark.parametrize(
    "id", ["", "x", global_id("Comment", 99), global_id("Post", 1), global_id("Comment", 2**40)]
)
async def test_what_is_not_there_is_not_decided_about(answer, staff, waiting, id):
    editor = (await staff(models.Role.EDITOR)).principal
    there = global_id("Comment", waiting[0].id)
    for mutation, input, path in (
        (DECIDE, {"id": id, "status": "SPAM"}, "id"),
        (DECIDE_ALL, {"ids": [there, id], "status": "APPROVED"}, "ids"),
        (DELETE, {"id": id}, "id"),
    ):
        answered = await answer(mutation, principal=editor, input=input)
        assert answered.errors is None
        [said] = answered.data.values()
        [error] = said["errors"]
        assert (error["__typename"], error["path"]) == ("NotFoundError", ["input", path])
    assert (await models.Comment.get(id=waiting[0].id)).status is models.Fate.PENDING


@pytest.mark.parametrize("ids", [[], [global_id("Comment", 1)] * 101])
async def test_a_list_of_none_or_too_many_is_refused(answer, staff, waiting, ids):
    editor = (await staff(models.Role.EDITOR)).principal
    [said] = (await answer(DECIDE_ALL, principal=editor, input={"ids": ids, "status": "SPAM"})).data.values()
    assert [error["__typename"] for error in said["errors"]] == ["ValidationError"]


async def test_moderators_hear_of_what_waits_and_readers_of_what_is_shown(post, publication):
    from schema.live import _added

    readers, moderators = models.pulse.listen(CommentShown), models.pulse.listen(CommentShown, CommentHeld)

    async def read(event):
        return await _added(event, post_id=None)

    for_readers, for_moderators = (Told(heard, read, most=9) for heard in (readers, moderators))
    left = await models.Comment.leave(post.id, _guest("ann"), "Wacht")
    await models.attend_comment(left.id)
    told = await asyncio.wait_for(anext(for_moderators), 60)
    assert (told.comment_edge.node.id, told.comment_edge.node.status) == (left.id, models.Fate.PENDING)
    await models.Comment.decide_all([left.id], models.Fate.APPROVED)
    for listener in (for_readers, for_moderators):
        told = await asyncio.wait_for(anext(listener), 60)
        assert (told.comment_edge.node.id, told.comment_edge.node.status) == (left.id, models.Fate.APPROVED)
    site, kept = await models.Site.current(), await models.Comment.get(id=left.id)
    edited = await models.edit_comment(site, kept, "Anders")
    assert edited.text == "Anders"
    assert not readers._unread


async def test_each_decision_of_a_document_tells_what_readers_see_after_it(answer, staff, post):
    shown = models.Fate.APPROVED
    left = [await models.Comment.keep(post, _guest(name), "Hoi", status=shown) for name in ("ann", "bob")]
    one, other = (global_id("Comment", comment.id) for comment in left)
    document = """mutation($one: ID!, $other: ID!, $post: ID!) {
      one: moderateComment(input: {id: $one, status: REJECTED}) { ...Told }
      other: moderateComment(input: {id: $other, status: REJECTED}) { ...Told } }
      fragment Told on ModerateCommentPayload {
        comment { post { commentCount } } query { post(by: {id: $post}) { comments { nodes { id } } } } }"""
    editor = (await staff(models.Role.EDITOR)).principal
    ids = {"one": one, "other": other, "post": global_id("Post", post.id)}
    answered = await answer(document, principal=editor, **ids)
    assert answered.errors is None
    assert [answered.data[name]["comment"]["post"]["commentCount"] for name in ("one", "other")] == [1, 0]
    assert answered.data["one"]["query"]["post"]["comments"]["nodes"] == [{"id": other}]
    assert answered.data["other"]["query"]["post"]["comments"]["nodes"] == []
