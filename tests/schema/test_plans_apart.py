"""Whole texts, when many are asked for at once, are made into an answer apart, while others are answered."""

import json
import os

import pytest

import models
from schema.documents import Documents
from schema.ids import global_id
from schema.plans import Plans
from schema.plans.levels import MOST_BODIES

pytestmark = pytest.mark.skipif(os.environ.get("GQL_SERVER_PLANS") == "off", reason="plans are off")
PICTURE = "<figure><img src='/a.jpg' alt='A'></figure>"


@pytest.fixture
def dialect() -> str:
    """Only SQLite is read in the loop."""
    return "sqlite"


@pytest.fixture
async def ids(site, write) -> list[str]:
    """Publish more posts than may be told whole at once, and pages above and below each other."""
    found = []
    for number in range(MOST_BODIES + 1):
        post = await write(f"Bericht {number}", html=PICTURE)
        await post.publish()
        found.append(global_id("Post", post.id))
    above = await models.Page.draft(site.id, "Boven", PICTURE)
    await above.publish()
    for number in range(MOST_BODIES + 1):
        page = await models.Page.draft(site.id, f"Pagina {number}", PICTURE, parent=above)
        await page.publish()
    return found


@pytest.mark.parametrize(
    "query",
    [
        "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Post { %s } } }",
        "{ posts(first: 100) { nodes { %s } } }",
        "{ posts(first: 100) { nodes { next { %s } } } }",
        "{ pages { %s } }",
        '{ page(by: { path: "/boven" }) { children { %s } } }',
    ],
)
async def test_many_texts_are_not_made_before_everybody(publication, ids, query):
    plans, documents, begun = Plans(Documents().core), Documents(), 0
    given = {"ids": ids} if "$ids" in query else {}
    for asked, is_at_once in (("title", True), ("contentHtml", False), ("blocks { __typename }", False)):
        operation = documents.read(query % asked).operation(None)
        context = await publication.context()
        at_once = plans.answer_at_once(operation, given, context, begun=begun)
        assert (at_once is not None) is is_at_once
        apart = await plans.answer(operation, given, context)
        assert json.loads(apart.body)["data"]
        assert at_once is None or at_once.body == apart.body


async def test_many_pictures_in_texts_are_not_looked_for_before_everybody(publication, ids):
    plans, documents = Plans(Documents().core), Documents()
    posts = await models.Post.published().order_by("id")
    pictures = [global_id("Image", f"post-{post.id}-0") for post in posts]
    operation = documents.read("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }").operation(None)
    context = await publication.context()
    few, all_of_them = {"ids": pictures[:MOST_BODIES]}, {"ids": pictures}
    assert plans.answer_at_once(operation, few, context, begun=0) is not None
    assert plans.answer_at_once(operation, all_of_them, context, begun=0) is None
    found = json.loads((await plans.answer(operation, all_of_them, context)).body)["data"]["nodes"]
    assert [node["id"] for node in found] == pictures
