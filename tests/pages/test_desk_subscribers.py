"""At the desk, who sends newsletters sees how many subscribe and finds one; nobody else learns of anybody."""

from datetime import timedelta
from urllib.parse import quote

import pytest

import models
from models.interests import set_topics
from models.paging import BIGGEST_ID
from tests.schema.subscribing import subscribe

PATH = "/write/subscribers"
S = models.SubscriptionStatus
MAIN = {"nl": "Nieuwsbrief", "en": "Newsletter"}


@pytest.fixture
async def six(site):
    """Let six subscribe, each standing otherwise; two of them read a second newsletter."""
    main = await models.Newsletter.main(site)
    garden = await models.Newsletter.start(site, "De tuin")
    rows = {}
    for name, status in (
        ("ann", S.CONFIRMED), ("bob", S.CONFIRMED), ("cas", S.PENDING), ("dee", S.UNSUBSCRIBED),
        ("eva", S.BOUNCED), ("fay", S.CONFIRMED),
    ):  # fmt: skip
        rows[name] = await subscribe(site, f"{name}@example.org", name=name.title(), status=status)
        topics = [("newsletter", main.id)]
        await set_topics(rows[name].id, topics + [("newsletter", garden.id)] * (name in {"bob", "cas"}))
    rows["bob"].paused_until = models.now() + timedelta(days=3)
    await rows["bob"].save()
    return rows


def listed(reader):
    return [link.text().partition("@")[0] for link in reader.page.css("main .shelf .letters a")]


def numbers(reader, nth=0):
    return [number.text() for number in reader.page.css("dl")[nth].css("dd")]


async def test_an_admin_sees_how_many_there_are_and_who(reader, desk, six, words):
    await desk(models.Role.ADMIN)
    [link] = reader.page.css(f'a[href="{PATH}"]')
    assert link.text() == words["subscribers_title"]
    await reader.opens(PATH)
    assert (reader.status, reader.title) == (200, words["subscribers_title"])
    assert (reader.headers["Cache-Control"], reader.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert numbers(reader) == ["6", "3", "1", "1", "1", "1"]
    assert [numbers(reader, 1), numbers(reader, 2)] == [["3", "1", "1", "1", "1"], ["1", "1", "1", "0", "0"]]
    assert listed(reader) == ["fay", "eva", "dee", "cas", "bob", "ann"]
    assert words["subscribers_counted"] not in reader.text


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("confirmed", ["fay", "bob", "ann"]),
        ("paused", ["bob"]),
        ("pending", ["cas"]),
        ("unsubscribed", ["dee"]),
        ("bounced", ["eva"]),
        ("nonsense", ["fay", "eva", "dee", "cas", "bob", "ann"]),
    ],
)
async def test_the_list_is_of_a_state(reader, desk, six, state, found):
    await desk(models.Role.ADMIN)
    await reader.opens(f"{PATH}?state={state}")
    assert listed(reader) == found


async def test_who_is_paused_once_is_so_no_longer(reader, desk, six, later):
    await desk(models.Role.ADMIN)
    later(timedelta(days=4))
    await reader.opens(f"{PATH}?state=paused")
    assert listed(reader) == []
    assert numbers(reader) == ["6", "3", "0", "1", "1", "1"]


async def test_a_long_list_has_pages_of_25_both_ways(reader, desk, site, words):
    for number in range(60):
        await subscribe(site, f"r{number}@example.org", status=S.PENDING if number % 2 else S.CONFIRMED)
    await desk(models.Role.ADMIN)

    async def turn(rel):
        await reader.opens(reader.page.css_first(f"[rel={rel}]").attributes["href"])

    everybody = [f"r{number}" for number in reversed(range(60))]
    await reader.opens(PATH)
    assert (listed(reader), reader.page.css("[rel=prev]")) == (everybody[:25], [])
    await turn("next")
    assert listed(reader) == everybody[25:50]
    await turn("next")
    assert (listed(reader), reader.page.css("[rel=next]")) == (everybody[50:], [])
    await turn("prev")
    assert listed(reader) == everybody[25:50]
    await turn("prev")
    assert (listed(reader), reader.page.css("[rel=prev]")) == (everybody[:25], [])
    await reader.opens(f"{PATH}?state=pending")
    await turn("next")
    assert listed(reader) == [name for name in everybody if int(name[1:]) % 2][25:]


@pytest.mark.parametrize(
    ("state", "found", "told"),
    [
        ("", ["cas", "bob"], ["2", "1", "1", "1", "0", "0"]),
        ("confirmed", ["bob"], ["2", "1", "1", "1", "0", "0"]),
        ("pending", ["cas"], ["2", "1", "1", "1", "0", "0"]),
        ("bounced", [], ["2", "1", "1", "1", "0", "0"]),
    ],
)
async def test_the_list_is_of_a_newsletter(reader, desk, six, words, state, found, told):
    await desk(models.Role.ADMIN)
    await reader.opens(f"{PATH}?state={state}")
    options = [one.text() for one in reader.page.css("#newsletter option")]
    assert options == [words["subscribers_any"], MAIN[reader.languages["Accept-Language"]], "De tuin"]
    await reader.presses(words["subscribers_show"], newsletter="de-tuin")
    assert (reader.status, listed(reader), numbers(reader)) == (200, found, told)
    assert reader.page.css_first("#list").text().endswith(" · De tuin")
    assert reader.page.css_first("#newsletter option[selected]").text() == "De tuin"
    current = [link.attributes["href"] for link in reader.page.css("dl [aria-current]")]
    assert current == [f"{PATH}?{f'state={state}&' if state else ''}newsletter=de-tuin"]
    # Of another state the newsletter stays, and of any newsletter the state.
    await reader.opens(reader.page.css("dl a")[1].attributes["href"])
    assert listed(reader) == ["bob"]
    await reader.presses(words["subscribers_show"], newsletter="")
    assert listed(reader) == ["fay", "bob", "ann"]


async def test_a_newsletter_stays_where_a_list_has_pages(reader, desk, site):
    main, garden = await models.Newsletter.main(site), await models.Newsletter.start(site, "De tuin")
    for number in range(60):
        row = await subscribe(site, f"r{number}@example.org", status=S.CONFIRMED)
        await set_topics(row.id, [("newsletter", (garden if number % 2 else main).id)])
    await desk(models.Role.ADMIN)
    everybody = [f"r{number}" for number in reversed(range(1, 60, 2))]
    for query in ("newsletter=de-tuin", "newsletter=de-tuin&state=confirmed"):
        await reader.opens(f"{PATH}?{query}")
        assert listed(reader) == everybody[:25]
        await reader.opens(reader.page.css_first("[rel=next]").attributes["href"])
        assert listed(reader) == everybody[25:]
        await reader.opens(reader.page.css_first("[rel=prev]").attributes["href"])
        assert listed(reader) == everybody[:25]


async def test_where_there_is_one_newsletter_none_is_chosen(reader, desk, site):
    await models.Newsletter.main(site)
    await desk(models.Role.ADMIN)
    await reader.opens(PATH)
    assert (reader.status, reader.page.css("#newsletter")) == (200, [])


@pytest.mark.parametrize("is_one", [True, False])
@pytest.mark.parametrize("slug", ["nergens", "Main", "%00", "%ff", "x" * 5000, "<script>", "main,de-tuin"])
async def test_a_newsletter_that_there_is_not_is_told_at_its_field(reader, desk, six, words, slug, is_one):
    if is_one:
        await models.Newsletter.filter(slug="de-tuin").delete()
    await desk(models.Role.ADMIN)
    await reader.opens(f"{PATH}?newsletter={quote(slug, safe='%')}&state=confirmed")
    assert (reader.status, listed(reader)) == (422, [])
    assert reader.page.css_first("#newsletter-error").text() == words["error_subscribers_newsletter"]
    assert reader.page.css_first("#newsletter").attributes["aria-describedby"] == "newsletter-error"
    await reader.presses(words["subscribers_show"])
    assert (reader.status, listed(reader)) == (200, ["fay", "bob", "ann"])


async def test_no_more_is_asked_of_the_store_for_those_of_a_newsletter(reader, desk, six, statements):
    await desk(models.Role.ADMIN)
    await reader.opens(PATH)
    asked = []
    for query in ("", "?newsletter=de-tuin", "?newsletter=de-tuin&state=confirmed"):
        with statements() as told:
            await reader.opens(f"{PATH}{query}")
        asked.append(len(told))
    assert len({*asked}) == 1


async def test_who_is_searched_stands_in_no_address(reader, desk, six, words):
    await desk(models.Role.ADMIN)
    await reader.opens(PATH)
    await reader.presses(words["subscribers_find"], search="ANN@example.org")
    assert (reader.status, reader.headers["Location"]) == (303, f"{PATH}/{six['ann'].id}")
    await reader.opens(PATH)
    await reader.presses(words["subscribers_find"], search="A@EXAMPLE")
    assert (reader.status, reader.path) == (200, PATH)
    assert listed(reader) == ["eva"]
    assert reader.page.css_first("#search").attributes["value"] == "A@EXAMPLE"
    await reader.presses(words["subscribers_find"], search="nobody")
    assert (listed(reader), words["subscribers_found_none"] in reader.text) == ([], True)
    await reader.presses(words["subscribers_find"], search="%")
    assert listed(reader) == []


async def test_a_search_goes_on_where_it_ended(reader, desk, site, words, monkeypatch):
    monkeypatch.setattr("gql_server.pages.desk_subscribers.A_STRETCH", 40)
    for number in range(60):
        await subscribe(site, f"r{number}@{'here' if number % 2 else 'there'}.example")
    await desk(models.Role.ADMIN)
    await reader.opens(PATH)
    found, looks = [], 0
    await reader.presses(words["subscribers_find"], search="@here")
    while reader.page.css("[name=after]"):
        found, looks = found + listed(reader), looks + 1
        await reader.presses(words["subscribers_further"])
    assert [*found, *listed(reader)] == [f"r{number}" for number in reversed(range(1, 60, 2))]
    assert looks == 1


@pytest.mark.parametrize("search", ["x" * 101])
async def test_what_cannot_be_searched_is_told_at_its_field(reader, desk, six, words, search):
    await desk(models.Role.ADMIN)
    await reader.opens(PATH)
    await reader.presses(words["subscribers_find"], search=search)
    assert (reader.status, listed(reader)) == (422, [])
    assert reader.page.css_first("#search-error").text() == words["error_subscribers_search"]


@pytest.mark.parametrize(
    "query",
    ["after=x", "after=WyJpZC0iLDUsNl0", "before=" + "A" * 5000, "after=WyJpZC0iLCI1Iiw1XQ", "after=%00"],
)
async def test_a_place_that_is_none_is_refused(reader, desk, six, query):
    await desk(models.Role.ADMIN)
    await reader.opens(f"{PATH}?{query}")
    assert reader.status == 422
    await reader.posts(PATH, {"search": "x", "after": query.partition("=")[2]})
    assert reader.status in (400, 422)


@pytest.mark.parametrize("role", [models.Role.AUTHOR, models.Role.EDITOR])
async def test_nobody_else_learns_whether_somebody_subscribes(reader, desk, six, role, words):
    await desk(role)
    assert not reader.page.css(f'a[href="{PATH}"]')
    shown, answered = set(), set()
    for path in (PATH, *(f"{PATH}/{id}" for id in (six["ann"].id, 999, BIGGEST_ID, 9_999_999_999))):
        await reader.opens(path)
        shown.add((reader.status, reader.title, reader.text.replace(path, "")))
        for deed in ("ask", "leave", "lift", "export", "erase"):
            await reader.posts(path, {"do": deed, "sure": "yes", "search": "ann@example.org"})
            answered.add((reader.status, reader.title, reader.text))
    for told in (shown, answered):
        [(status, title, text)] = told
        assert (status, title) == (403, words["desk_barred_title"])
        assert "example.org" not in text
    assert await models.Subscription.all().count() == 6


async def test_who_is_signed_out_is_led_to_sign_in_and_back(reader, six):
    for path in (PATH, f"{PATH}/{six['ann'].id}", f"{PATH}/999"):
        await reader.opens(path)
        assert (reader.status, reader.headers["Location"]) == (303, "/sign-in")
        await reader.posts(path, {"do": "erase", "sure": "yes", "search": "ann@example.org"})
        assert (reader.status, "ann@" in reader.text) == (403, False)
    assert await models.Subscription.all().count() == 6


async def test_a_page_of_elsewhere_sends_nothing_here(reader, desk, six):
    await desk(models.Role.ADMIN)
    for path in (PATH, f"{PATH}/{six['ann'].id}"):
        said = {"do": "erase", "sure": "yes", "search": "ann@example.org"}
        await reader.posts(path, said, **{"Sec-Fetch-Site": "cross-site"})
        assert reader.status == 403
    assert await models.Subscription.all().count() == 6


async def test_many_are_counted_no_further_than_is_quick(six):
    whole = await models.headcount()
    assert (whole.total, whole.confirmed, whole.paused, whole.is_whole) == (6, 3, 1, True)
    assert (await models.headcount(most=6)).is_whole
    most = await models.headcount(most=5)
    assert (most.total, most.is_whole) == (6, False)
    ids = await models.Newsletter.all().order_by("id").values_list("id", flat=True)
    of_each = await models.headcounts(ids, most=8)
    assert [(one.total, one.is_whole) for one in of_each.values()] == [(5, False), (2, True)]
    assert await models.headcounts([]) == {}
