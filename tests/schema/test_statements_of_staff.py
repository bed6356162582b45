"""What those who write cost the store: so many questions and no more, however much there is."""

import pytest

import models
from schema.ids import global_id

DESK = """{ posts(filter: {statuses: [DRAFT, SCHEDULED, PUBLISHED]}, first: 50) { totalCount nodes {
  id title status scheduledFor viewerCanEdit contentHtml contentSource { format } authors { name }
  tags { label } image { altText } archiveMonth { month }
  revisions(first: 2) { nodes { version editorName } } } } }"""
UPDATE = """mutation ($input: UpdatePostInput!) { updatePost(input: $input) {
  post { title version authors { name } tags { label } } errors { __typename } } }"""
PUBLISH = "mutation ($id: ID!) { publishPost(input: {id: $id}) { post { status } errors { __typename } } }"


@pytest.fixture
def write_many(site):
    """Write drafts by somebody."""

    async def write_many(hired, number):
        author = await models.Author.get(id=hired.user.author_id)
        tags = [await models.Tag.named(site.id, name) for name in ("ui", "prei")]
        image = await models.Image.show(site.id, "/media/x.jpg", alt_text="x")
        by = models.Editor(hired.user.id, "Ed")
        said = {"authors": [author], "tags": tags, "image_id": image.id, "by": by}
        posts = [await models.Post.draft(site, f"Bericht {n}", "<p>x</p>", **said) for n in range(number)]
        for post in posts[::2]:
            await post.publish()
        return posts

    return write_many


@pytest.mark.parametrize("number", [3, 40])
@pytest.mark.parametrize("role", [models.Role.AUTHOR, models.Role.EDITOR])
async def test_a_desk_with_more_on_it_asks_the_store_no_more(
    answer, staff, statements, write_many, role, number
):
    hired = await staff(role, "Ed")
    await write_many(hired, number)
    with statements() as sent:
        answered = await answer(DESK, principal=hired.principal)
    assert answered.errors is None
    assert len(answered.data["posts"]["nodes"]) == answered.data["posts"]["totalCount"] == number
    assert all(post["viewerCanEdit"] for post in answered.data["posts"]["nodes"])
    assert all(post["contentSource"] for post in answered.data["posts"]["nodes"])
    # The masthead; posts, count, bodies, sources, authors, tags, images, revisions, months.
    assert len([line for line in sent if line.startswith("SELECT")]) == 14, sent


@pytest.mark.parametrize("number", [2, 20])
async def test_a_save_costs_the_same_whatever_else_there_is(answer, staff, statements, write_many, number):
    hired = await staff(models.Role.AUTHOR, "Ed")
    posts = await write_many(hired, number)
    id = global_id("Post", posts[1].id)
    with statements() as sent:
        [saved] = (
            await answer(UPDATE, principal=hired.principal, input={"id": id, "contentMarkdown": "*x*"})
        ).data.values()
    assert saved["errors"] == []
    assert _asked(sent) == 18, sent
    with statements() as sent:
        [shown] = (await answer(PUBLISH, principal=hired.principal, id=id)).data.values()
    assert shown["post"] == {"status": "PUBLISHED"}
    # Two look whether somebody is to be told: by a letter, by a webhook.
    assert _asked(sent) == 22, sent


def _asked(sent):
    # What other processes are told goes along with the commit.
    return len([line for line in sent if "pg_notify" not in line])
