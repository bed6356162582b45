"""What those who write cost the store: so many questions and no more, however much there is."""

import pytest

import models
from models.interests import set_topics
from models.issues import IssueKind
from schema.ids import global_id
from tests.schema.subscribing import subscribe

DESK = """{ posts(filter: {statuses: [DRAFT, SCHEDULED, PUBLISHED]}, first: 50) { totalCount nodes {
  id title status scheduledFor viewerCanEdit contentHtml contentSource { format } authors { name }
  tags { label } image { altText } archiveMonth { month }
  revisions(first: 2) { nodes { version editorName } } } } }"""
UPDATE = """mutation ($input: UpdatePostInput!) { updatePost(input: $input) {
  post { title version authors { name } tags { label } } errors { __typename } } }"""
PUBLISH = "mutation ($id: ID!) { publishPost(input: {id: $id}) { post { status } errors { __typename } } }"

MENU = """mutation ($input: UpdateMenuInput!) { updateMenu(input: $input) {
  menu { items { label items { label } } } errors { __typename } } }"""
LISTS = """{ posts(filter: {statuses: [DRAFT, PUBLISHED]}) { nodes {
  revisions { nodes { version title %s } } } } issues { nodes { status counters { sent } } } }"""
SUBSCRIBERS = """{ newsletterSubscriptions(first: 50) { totalCount nodes {
  email status timeZone topics { ... on Newsletter { slug } } } } }"""


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
    assert _asked(sent) == 17, sent
    with statements() as sent:
        [shown] = (await answer(PUBLISH, principal=hired.principal, id=id)).data.values()
    assert shown["post"] == {"status": "PUBLISHED"}
    # Two look whether somebody is to be told: by a letter, by a webhook; two date its bylines and tags.
    assert _asked(sent) == 24, sent


@pytest.mark.parametrize("number", [2, 12])
async def test_a_post_with_more_names_and_tags_is_kept_at_the_same_cost(
    answer, staff, statements, site, write, number
):
    hired, post = await staff(models.Role.EDITOR, "Ed"), await write()
    authors = [await models.Author.named(site.id, f"Auteur {n}") for n in range(number)]
    tags = [(await models.Tag.named(site.id, f"Kruid {n}")).slug for n in range(number)]
    input = {
        "id": global_id("Post", post.id),
        "tagSlugs": [*tags, "Kruid 1"],
        "authorIds": [global_id("Author", author.id) for author in authors],
    }
    with statements() as sent:
        [saved] = (await answer(UPDATE, principal=hired.principal, input=input)).data.values()
    assert saved["errors"] == []
    assert [author["name"] for author in saved["post"]["authors"]] == [author.name for author in authors]
    assert len(saved["post"]["tags"]) == number
    # One looks whether these are others than it has.
    assert _asked(sent) == 22, sent


@pytest.mark.parametrize("number", [2, 30])
async def test_a_menu_with_more_in_it_is_kept_at_the_same_cost(answer, staff, statements, site, number):
    hired = await staff(models.Role.EDITOR, "Ed")
    authors = [await models.Author.named(site.id, f"Auteur {n}") for n in range(number)]
    tags = [await models.Tag.named(site.id, f"Kruid {n}") for n in range(number)]
    below = [{"label": tag.name, "target": {"tagId": global_id("Tag", tag.id)}} for tag in tags]
    items = [
        {"label": author.name, "target": {"authorId": global_id("Author", author.id)}, "items": below[:1]}
        for author in authors
    ]
    items[0]["items"] = below
    with statements() as sent:
        [kept] = (await answer(MENU, principal=hired.principal, input={"items": items})).data.values()
    assert kept["errors"] == []
    assert [item["label"] for item in kept["menu"]["items"]] == [author.name for author in authors]
    assert [item["label"] for item in kept["menu"]["items"][0]["items"]] == [tag.name for tag in tags]
    assert _asked(sent) == 22, sent


async def test_lists_leave_long_texts_in_the_store_unless_they_are_asked_for(
    answer, staff, statements, write_many, site
):
    hired = await staff(models.Role.ADMIN, "Ed")
    await write_many(hired, 2)
    facts = {"kind": IssueKind.POST, "facts": {}, "topics": [], "started_at": models.now()}
    await models.Issue.create(site_id=site.id, key="one", **facts)
    for more, long in (("", []), ("contentSource { text }", ['"source"'])):
        with statements() as sent:
            answered = await answer(LISTS % more, principal=hired.principal)
        assert answered.errors is None
        read = [line for line in sent if '"revision"' in line or '"issue"' in line]
        assert len(read) == 3 + len(long), read
        assert [word for line in read for word in ('"source"', '"facts"') if word in line] == long


@pytest.mark.parametrize("number", [3, 40])
async def test_a_list_of_subscribers_costs_the_same_however_many(answer, staff, statements, site, number):
    hired = await staff(models.Role.ADMIN, "Ed")
    main = await models.Newsletter.main(site)
    for n in range(number):
        row = await subscribe(site, f"a{n}@example.org")
        await set_topics(row.id, [("newsletter", main.id)])
    with statements() as sent:
        answered = await answer(SUBSCRIBERS, principal=hired.principal)
    assert answered.errors is None
    [listed] = answered.data.values()
    assert len(listed["nodes"]) == listed["totalCount"] == number
    assert all(node["topics"] == [{"slug": main.slug}] for node in listed["nodes"])
    # The masthead; subscriptions, count, topics, newsletters.
    assert len([line for line in sent if line.startswith("SELECT")]) == 9, sent


def _asked(sent):
    # What other processes are told goes along with the commit.
    return len([line for line in sent if "pg_notify" not in line])
