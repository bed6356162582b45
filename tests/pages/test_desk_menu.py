"""At the desk, who edits says what stands in the menu and in which order; each by a button."""

import pytest

import models
from gql_server.pages.desk_menu_tree import MenuTree
from tests.pages.writing import follow


@pytest.fixture
async def menu(site):
    """Give the site a menu with all that an item can lead to."""
    content = models.Content.of("<p>x</p>")
    about = await models.Page.draft(site.id, "Over ons", content)
    await about.publish()
    hidden = await models.Page.draft(site.id, "Later", content)
    author = await models.Author.named(site.id, "Bob")
    tag = await models.Tag.named(site.id, "Tuin")
    post = await models.Post.draft(site, "De tuin", content, authors=[author], tags=[tag])
    await post.publish()
    entry = models.Entry
    lezen = entry("Lezen", None, [entry("Bericht", post), entry("Bob", author), entry("Tuin", tag)])
    await models.arrange(
        site.id, "main", [entry("Thuis", "/"), entry("Over", about), lezen, entry("Later", hidden)]
    )
    return {"about": about, "hidden": hidden, "author": author, "tag": tag, "post": post}


async def kept(site, slug="main"):
    """Write the menu down: what each item is called and leads to, one below another with a > before it."""
    tree = await MenuTree.read(site, slug)
    return [f"{'>' * item.depth}{item.entry.label}:{item.kind}" for item in tree.items]


async def readers_see(reader):
    query = "{ site { menu { items { label items { label } } } } }"
    async with reader.client.post("/graphql", json={"query": query}) as answer:
        items = (await answer.json())["data"]["site"]["menu"]["items"]
    return [(one["label"], [inner["label"] for inner in one["items"]]) for one in items]


async def does(reader, do, place, **filled):
    """Press a button of the item in a place."""
    version = reader.page.css_first("[name=version]").attributes["value"]
    return await reader.posts("/write/menu", {"do": do, "item": place, "version": version} | filled)


async def edits(reader, place, do="change", **filled):
    await reader.opens(f"/write/menu?item={place}")
    [button] = reader.page.css(f"button[value={do}]")
    return await reader.presses(button.text(), **filled)


BEFORE = [
    "Thuis:address",
    "Over:page",
    "Lezen:nothing",
    ">Bericht:post",
    ">Bob:author",
    ">Tuin:tag",
    "Later:page",
]


async def test_an_editor_begins_a_menu(reader, desk, site, words):
    page = await models.Page.draft(site.id, "Over ons", "<p>x</p>")
    await page.publish()
    editor = await desk(models.Role.EDITOR)
    assert reader.page.css_first('a[href="/write/menu"]').text() == words["menu_title"]
    await reader.opens("/write/menu")
    assert words["menu_empty"] in reader.page.text()
    await reader.presses(words["menu_add"], label="Over", page=str(page.id))
    await follow(reader)
    assert reader.page.css_first("[role=status]").text() == words["menu_told_added"]
    await reader.presses(words["menu_add"], label="Alles", href="/posts")
    await follow(reader)
    assert await kept(site) == ["Over:page", "Alles:address"]
    assert await readers_see(reader) == [("Over", []), ("Alles", [])]
    [button] = [
        one for one in reader.page.css("button") if one.attributes.get("aria-label", "").endswith("Alles")
    ][:1]
    assert button.attributes["aria-label"] == f"{words['menu_up']}: Alles"
    deeds = await models.Audit.filter(user_id=editor.id, deed="menu.update").values_list(
        "subject_id", flat=True
    )
    assert deeds == [(await models.Menu.get()).id] * 2


async def test_pages_of_one_title_are_told_apart_where_one_is_chosen(reader, desk, site):
    for title in ("Over ons", "Contact", "Over ons"):
        page = await models.Page.draft(site.id, title, "<p>x</p>")
    await desk(models.Role.EDITOR)
    for path, field, others in (
        ("/write/menu", "page", ["Over ons (/over-ons)", "Contact", "Over ons (/over-ons-2)"]),
        (f"/write/pages/{page.id}", "parent", ["Over ons (/over-ons)", "Contact"]),
    ):
        await reader.opens(path)
        assert [one.text() for one in reader.page.css(f"#{field} option")][1:] == others


async def test_pages_of_one_title_are_told_apart_where_they_stand_in_the_menu(reader, desk, site, words):
    pages = [await models.Page.draft(site.id, title, "<p>x</p>") for title in ("Over", "Contact", "Over")]
    await models.arrange(site.id, "main", [models.Entry(page.title, page) for page in pages])
    await desk(models.Role.EDITOR)
    await reader.opens("/write/menu")
    lines = [line.text().partition(" · ")[0] for line in reader.page.css(".tree li > p")]
    names = ["Over (/over)", "Contact", "Over (/over-2)"]
    assert lines == [words["menu_to_page"] % {"name": name} for name in names]


async def test_the_menu_is_shown_with_what_it_leads_to_and_what_readers_do_not_see(reader, desk, menu, words):
    await desk(models.Role.EDITOR)
    await reader.opens("/write/menu")
    lines = [line.text() for line in reader.page.css(".tree li > p")]
    assert lines == [
        words["menu_to_address"] % {"name": "/"},
        words["menu_to_page"] % {"name": "Over ons"},
        words["menu_to_nothing"],
        words["menu_to_post"] % {"name": "De tuin"},
        words["menu_to_author"] % {"name": "Bob"},
        words["menu_to_tag"] % {"name": "Tuin"},
        f"{words['menu_to_page'] % {'name': 'Later'}} · {words['menu_unseen']}",
    ]
    assert [link.text() for link in reader.page.css(".tree > li > ul > li > a")] == ["Bericht", "Bob", "Tuin"]


@pytest.mark.parametrize(
    ("do", "place", "now", "after"),
    [
        ("up", "1", "0", ["Over:page", "Thuis:address", *BEFORE[2:]]),
        ("down", "0", "1", ["Over:page", "Thuis:address", *BEFORE[2:]]),
        ("up", "2", "1", ["Thuis:address", *BEFORE[2:6], "Over:page", "Later:page"]),
        ("down", "2.0", "2.1", [*BEFORE[:3], ">Bob:author", ">Bericht:post", *BEFORE[5:]]),
        ("inside", "3", "2.3", [*BEFORE[:6], ">Later:page"]),
        ("inside", "2", "1.0", [*BEFORE[:2], *(f">{line}" for line in BEFORE[2:6]), "Later:page"]),
        ("outside", "2.1", "3", [*BEFORE[:4], ">Tuin:tag", "Bob:author", "Later:page"]),
        ("up", "0", "0", BEFORE),
        ("down", "3", "3", BEFORE),
        ("inside", "0", "0", BEFORE),
        ("outside", "0", "0", BEFORE),
    ],
)  # fmt: skip
async def test_an_item_is_put_elsewhere_and_no_target_is_lost(
    reader, desk, site, menu, do, place, now, after
):
    await desk(models.Role.EDITOR)
    assert await kept(site) == BEFORE
    await reader.opens("/write/menu")
    await does(reader, do, place)
    assert reader.headers["Location"] == f"/write/menu?at={now}&moved={do}"
    assert await kept(site) == after
    rows = await models.MenuItem.all()
    assert {row.target for row in rows if row.target} == {
        ("page", menu["about"].id), ("page", menu["hidden"].id), ("post", menu["post"].id),
        ("author", menu["author"].id), ("tag", menu["tag"].id),
    }  # fmt: skip
    # The item is in hand again.
    await follow(reader)
    [held] = reader.page.css("[autofocus]")
    item = held.parent.css_first("[name=item]").attributes["value"]
    assert item == now


async def test_only_what_can_be_done_is_offered(reader, desk, menu):
    await desk(models.Role.EDITOR)
    await reader.opens("/write/menu")
    offered = {
        form.css_first("[name=item]").attributes["value"]: [
            one.attributes["value"] for one in form.css("button")
        ]
        for form in reader.page.css("form.moves")
    }
    assert offered["0"] == ["down"]
    assert offered["1"] == ["up", "down", "inside"]
    assert offered["2.0"] == ["down", "outside"]
    assert offered["2.2"] == ["up", "inside", "outside"]


async def test_an_item_gets_another_name_and_leads_elsewhere(reader, desk, site, menu, words):
    await desk(models.Role.EDITOR)
    # What no list can show stays as it was.
    for place, label in (("2.0", "Lees dit"), ("2.1", "Over Bob"), ("2.2", "In de tuin"), ("2", "Meer")):
        await edits(reader, place, label=label)
        await follow(reader)
        assert reader.page.css_first("[role=status]").text() == words["menu_told_saved"]
    assert await kept(site) == [
        "Thuis:address", "Over:page", "Meer:nothing", ">Lees dit:post", ">Over Bob:author", ">In de tuin:tag",
        "Later:page",
    ]  # fmt: skip
    await edits(reader, "1", page="", href="https://example.org/over")
    await edits(reader, "2.1", page=str(menu["about"].id))
    await edits(reader, "0", href="")
    assert [line.rpartition(":")[2] for line in await kept(site)] == [
        "nothing", "address", "nothing", "post", "page", "tag", "page",
    ]  # fmt: skip


async def test_what_stands_below_an_item_that_goes_comes_in_its_place(reader, desk, site, menu, words):
    await desk(models.Role.EDITOR)
    await reader.opens("/write/menu?item=2")
    assert words["menu_remove_hint"] in reader.page.text()
    await edits(reader, "2", "remove")
    await follow(reader)
    assert reader.page.css_first("[role=status]").text() == words["menu_told_removed"]
    assert await kept(site) == [*BEFORE[:2], "Bericht:post", "Bob:author", "Tuin:tag", "Later:page"]
    await edits(reader, "0", "remove")
    assert (await kept(site))[0] == "Over:page"


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        ({"label": ""}, "label"),
        ({"label": "\u200b"}, "label"),
        ({"label": "l" * 201}, "label"),
        ({"href": "javascript:alert(1)"}, "href"),
        ({"href": " JAVA\tscript:alert(1)"}, "href"),
        ({"href": "data:text/html,x"}, "href"),
        ({"href": "/" + "a" * 2_000}, "href"),
        ({"href": "example.org"}, "href"),
        ({"href": "www.example.org/over"}, "href"),
        ({"href": "posts"}, "href"),
        ({"href": "/posts", "page": "1"}, "href"),
        ({"href": "", "page": "9" * 5_000}, "page"),
        ({"href": "", "page": "keep"}, "page"),
        ({"href": "", "page": "\u00b2"}, "page"),
    ],
)
async def test_what_cannot_stand_in_a_menu_is_told_at_its_field(
    reader, desk, site, menu, filled, field, words
):
    await desk(models.Role.EDITOR)
    said = {"label": "Nieuw", "href": "/nieuw", "page": ""} | filled
    for item in (None, "0"):
        await reader.opens(f"/write/menu?item={item}" if item else "/write/menu")
        await reader.presses(words["desk_save" if item else "menu_add"], **said)
        assert reader.status == 422
        assert reader.page.css_first(f"#{field}-error").text()
        [described] = reader.page.css(f"[aria-describedby~='{field}-error']")
        assert described.attributes["aria-invalid"] == "true"
        assert "autofocus" in described.attributes
        for name in ("label", "href"):
            assert reader.page.css_first(f"#{name}").attributes["value"] == said[name].strip()
        assert len(reader.page.css("form.moves")) == (0 if item else 7)
        assert await kept(site) == BEFORE


async def test_an_address_that_the_graph_put_there_stays_when_its_item_gets_another_name(reader, desk, site):
    await models.arrange(site.id, "main", [models.Entry("Oud", "index.html")])
    await desk(models.Role.EDITOR)
    await edits(reader, "0", label="Nieuw")
    assert reader.status == 303
    item = await models.MenuItem.get()
    assert (item.label, item.href) == ("Nieuw", "index.html")


async def test_a_menu_has_so_many_items_and_so_many_steps_and_no_more(reader, desk, site, words):
    entries = [models.Entry(f"Punt {number}", "/") for number in range(200)]
    await models.arrange(site.id, "main", entries)
    await desk(models.Role.EDITOR)
    await reader.opens("/write/menu")
    await reader.presses(words["menu_add"], label="Nog een", href="/")
    assert reader.status == 422
    assert words["error_menu_many"] in reader.page.css_first("[role=alert]").text()
    assert reader.page.css_first("#label").attributes["value"] == "Nog een"
    deep = models.Entry("6")
    for number in range(5, 0, -1):
        deep = models.Entry(str(number), None, [deep])
    await models.arrange(site.id, "main", [models.Entry("0"), deep])
    before = await kept(site)
    await reader.opens("/write/menu")
    await does(reader, "inside", "1")
    assert reader.status == 422
    assert words["error_menu_deep"] in reader.page.css_first("[role=alert]").text()
    assert await kept(site) == before


async def test_what_another_has_changed_meanwhile_is_not_overwritten(reader, desk, site, menu, words):
    await desk(models.Role.EDITOR)
    await models.arrange(site.id, "main", [models.Entry("Van een ander", None, [models.Entry("Anders")])])
    await reader.opens("/write/menu?item=0.0")
    await models.arrange(site.id, "main", [models.Entry("Nog een", None, [models.Entry("Ook anders")])])
    for button in ("desk_save", "menu_add"):
        # What stands in its place now is another item: the words stand in the form below the menu.
        await reader.presses(words[button], label="Van mij")
        assert reader.status == 409
        assert words["desk_wrong_changed_title"] in reader.page.css_first("[role=alert]").text()
        assert reader.page.css_first("#label").attributes["value"] == "Van mij"
        assert reader.title == words["menu_title"]
    assert await kept(site) == ["Nog een:nothing", ">Ook anders:nothing"]


@pytest.mark.parametrize(
    "place", ["", "9", "0.0", "2.9", "-1", "x", "\u00b2", "9" * 5_000, "0" * 4, "2." * 40 + "0"]
)
async def test_a_place_where_nothing_stands_changes_nothing(reader, desk, site, menu, place):
    await desk(models.Role.EDITOR)
    await reader.opens("/write/menu")
    for do in ("up", "inside", "outside", "remove", "change"):
        await does(reader, do, place, label="X")
        assert reader.status == 409
    assert (await reader.opens(f"/write/menu?item={place}")).status == 200
    assert (await reader.opens(f"/write/menu?at={place}&moved=x&told=x")).status == 200
    await reader.posts("/write/menu", {"do": "burn", "item": "0"})
    assert reader.headers["Location"] == "/write/menu"
    assert await kept(site) == BEFORE


async def test_who_is_no_editor_changes_no_menu_and_keeps_their_words(reader, desk, site, menu, words):
    user = await desk(models.Role.EDITOR)
    await reader.opens("/write/menu")
    await models.User.filter(id=user.id).update(role=models.Role.AUTHOR)
    await reader.presses(words["menu_add"], label="Van mij", href="/mij")
    assert (reader.status, reader.title) == (403, words["desk_barred_title"])
    handed_back = [reader.page.css_first(f"#{name}").attributes["value"] for name in ("label", "href")]
    assert handed_back == ["Van mij", "/mij"]
    await reader.opens("/write/menu")
    assert (reader.status, reader.title) == (403, words["desk_barred_title"])
    await models.Key.filter(user_id=user.id).delete()
    await reader.posts("/write/menu", {"do": "add", "label": "Van mij"})
    assert (reader.status, reader.title) == (403, words["desk_out_title"])
    assert reader.page.css_first("#label").attributes["value"] == "Van mij"
    assert await kept(site) == BEFORE


async def test_a_page_of_elsewhere_changes_no_menu(reader, desk, site, menu):
    await desk(models.Role.EDITOR)
    await reader.posts("/write/menu", {"do": "remove", "item": "0"}, **{"Sec-Fetch-Site": "cross-site"})
    assert reader.status == 403
    assert await kept(site) == BEFORE


@pytest.mark.parametrize("label", ["القائمة", "l" * 200, "<script>alert(1)</script> \" ' & %(name)s"])
async def test_any_label_is_shown_as_it_is(reader, desk, site, label, words):
    await desk(models.Role.EDITOR)
    await reader.opens("/write/menu")
    await reader.presses(words["menu_add"], label=label, href="/%(x)s")
    await follow(reader)
    assert reader.page.css_first(".tree a").text() == label
    assert reader.page.css_first(".tree a").attributes["dir"] == "auto"
    await reader.opens("/write/menu?item=0")
    assert reader.page.css_first("#label").attributes["value"] == label
    assert reader.title == words["menu_item_title"] % {"label": label}
