"""Those who send newsletters see who subscribed, and nobody else does."""

import pytest

import models
from models.interests import set_topics
from schema.ids import global_id
from tests.schema.subscribing import subscribe

LIST = """query ($filter: NewsletterSubscriptionFilter, $first: Int, $after: String, $last: Int) {
  newsletterSubscriptions(filter: $filter, first: $first, after: $after, last: $last) {
    totalCount nodes { id email name status } edges { cursor } pageInfo { hasNextPage endCursor } } }"""
EXPORT = "{ newsletterSubscriptions(first: %d) { nodes { export } } }"


@pytest.fixture
async def listed(answer, staff, site):
    """Let four subscribe, and list them as an admin: `await listed(first=2)` gives their addresses."""
    boss = (await staff(models.Role.ADMIN)).principal
    garden = await models.Newsletter.create(site_id=site.id, slug="garden", title="De tuin")
    for name, status in (
        ("Ann", "confirmed"), ("Bob", "pending"), ("Bea 100%", "unsubscribed"), ("Ünal", "confirmed")
    ):  # fmt: skip
        email = f"{name[:3].lower().replace('ü', 'u')}@example.org"
        row = await subscribe(site, email, name=name, status=models.SubscriptionStatus(status))
        await set_topics(row.id, [("newsletter", garden.id)] if name in ("Ann", "Bob") else [])

    async def ask(**given):
        answered = await answer(LIST, principal=boss, **given)
        assert answered.errors is None, answered.errors
        return answered.data["newsletterSubscriptions"]

    return ask


def addresses(page):
    return [node["email"].partition("@")[0] for node in page["nodes"]]


async def test_subscribers_are_listed_newest_first_in_pages(listed):
    page = await listed(first=3)
    assert (addresses(page), page["totalCount"]) == (["una", "bea", "bob"], 4)
    assert page["pageInfo"]["hasNextPage"]
    rest = await listed(first=3, after=page["pageInfo"]["endCursor"])
    assert (addresses(rest), rest["pageInfo"]["hasNextPage"]) == (["ann"], False)
    assert addresses(await listed(last=2)) == ["bob", "ann"]


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({}, ["una", "bea", "bob", "ann"]),
        ({"statuses": ["CONFIRMED"]}, ["una", "ann"]),
        ({"statuses": ["PENDING", "UNSUBSCRIBED"]}, ["bea", "bob"]),
        ({"statuses": []}, ["una", "bea", "bob", "ann"]),
        ({"newsletterSlug": "garden"}, ["bob", "ann"]),
        ({"newsletterSlug": "garden", "statuses": ["CONFIRMED"]}, ["ann"]),
        ({"newsletterSlug": "nowhere"}, []),
        ({"search": "BEA"}, ["bea"]),
        ({"search": "b@EXAMPLE"}, ["bob"]),
        ({"search": "%"}, ["bea"]),
        ({"search": "_"}, []),
    ],
)
async def test_conditions_are_all_held(listed, conditions, found):
    page = await listed(filter=conditions)
    assert (addresses(page), page["totalCount"]) == (found, len(found))


@pytest.mark.parametrize(
    "given",
    [
        {"filter": {"search": "x" * 101}}, {"filter": {"search": "x\0"}}, {"first": 101},
        {"first": 1, "last": 1}, {"after": "nothing"},
    ],
)  # fmt: skip
async def test_bad_conditions_are_refused(answer, staff, given):
    boss = (await staff(models.Role.ADMIN)).principal
    [error] = (await answer(LIST, principal=boss, **given)).errors
    assert isinstance(error.original_error, models.Invalid)


@pytest.mark.parametrize("role", [None, models.Role.AUTHOR, models.Role.EDITOR])
async def test_nobody_else_sees_who_subscribed(answer, staff, listed, role):
    principal = (await staff(role, "Ed")).principal if role else models.NOBODY
    [error] = (await answer(LIST, principal=principal)).errors
    assert error.extensions["code"] == ("FORBIDDEN" if role else "UNAUTHENTICATED")
    query = "query ($id: ID!) { node(id: $id) { id } }"
    id = global_id("NewsletterSubscription", 1)
    assert (await answer(query, principal=principal, id=id)).data == {"node": None}


async def test_one_is_found_again_by_its_identifier(answer, staff, listed):
    boss = (await staff(models.Role.ADMIN, "Boss")).principal
    id = (await listed())["nodes"][0]["id"]
    query = "query ($id: ID!) { node(id: $id) { id ... on NewsletterSubscription { email } } }"
    found = (await answer(query, principal=boss, id=id)).data["node"]
    assert found == {"id": id, "email": "una@example.org"}
