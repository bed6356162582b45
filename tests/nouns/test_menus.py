"""A menu shows what its editors arranged, without what nobody may see."""

from typing import Any

import pytest

import models
from models import Entry
from models.menus import DEEPEST, MenuItem


async def test_arranging_the_same_twice_changes_nothing(site, write):
    post = await write()
    entries = [
        Entry("Post", post, [Entry("Elders", "https://example.org"), Entry("Kop")]),
        Entry("Thuis", "/"),
    ]
    await models.arrange(site.id, "main", entries)
    ids = await MenuItem.all().order_by("id").values_list("id", flat=True)
    await models.arrange(site.id, "main", entries)
    assert await MenuItem.all().order_by("id").values_list("id", flat=True) == ids
    await models.arrange(site.id, "main", entries[1:])
    assert await _shown() == [("Thuis", "/", [])]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:x",
        " java\tscript:x",
        "\x01j\navascript:x",
        "JaVaScript\r:x",
        "data:text/html,x",
        "vbscript:x",
    ],
)
async def test_a_menu_leads_to_nothing_that_a_browser_would_run(site, address):
    with pytest.raises(models.Invalid) as refused:
        await models.arrange(site.id, "main", [Entry("Lokaas", address)])
    assert refused.value.field == "href"
    assert not await MenuItem.all().exists()


async def test_a_hidden_target_is_left_out_with_what_is_below_it(site, write):
    post = await write("Straks")
    tag = await models.Tag.named(site.id, "Ongebruikt")
    page = await models.Page.draft(site.id, "Ontwerp", "")
    author = await models.Author.named(site.id, "Anna")
    hidden = [Entry("Post", post, [Entry("Onder", "/onder")]), Entry("Tag", tag), Entry("Pagina", page)]
    await models.arrange(site.id, "main", [Entry("Kop", None, [*hidden, Entry("Anna", author)])])
    assert await _shown() == [("Kop", "/authors/anna", [("Anna", "/authors/anna", [])])]
    await post.publish()
    assert (await _shown())[0][2][0] == ("Post", "/posts/straks", [("Onder", "/onder", [])])


async def test_a_label_above_nothing_leads_home(site):
    await models.arrange(site.id, "main", [Entry("Kop")])
    assert await _shown() == [("Kop", "/", [])]


async def test_an_item_follows_what_it_leads_to(site, write):
    post = await write("Oud")
    await post.publish()
    await models.arrange(site.id, "main", [Entry("Post", post)])
    await post.rewrite("Nieuw", "", authors=[], tags=[], slug="nieuw")
    assert await _shown() == [("Post", "/posts/nieuw", [])]


async def test_a_menu_deeper_than_menus_go_is_cut_and_stays_as_it_is(site):
    entry = Entry("onderst", "/")
    for number in range(DEEPEST + 3):
        entry = Entry(str(number), "/", [entry])
    for _ in range(2):
        menu = await models.arrange(site.id, "main", [entry])
    assert await MenuItem.filter(menu_id=menu.id).count() == DEEPEST


async def test_two_menus_do_not_mix(site):
    await models.arrange(site.id, "main", [Entry("Een", "/een")])
    await models.arrange(site.id, "footer", [Entry("Twee", "/twee", [Entry("Drie", "/drie")])])
    assert await _shown() == [("Een", "/een", [])]
    assert await _shown("footer") == [("Twee", "/twee", [("Drie", "/drie", [])])]


async def _shown(slug: str = "main") -> list[Any]:
    def told(entries: Any) -> list[Any]:
        return [(entry.label, entry.href, told(entry.items)) for entry in entries]

    return told((await models.read_masthead()).menus[slug].items)
