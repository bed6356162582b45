"""A search finds what everybody may see, the best first, in pages that walk the same way both ways."""

import pytest

import models
from models.paging import Window
from models.reading import read
from models.search import Search

EVERY_KIND = ("Author", "Page", "Post")


@pytest.fixture
async def library(site):
    """Write what can be found about roses; what is hidden too."""
    rosa = await models.Author.named(site.id, "Rosa Rozen", bio_html="<p>Snoeit <b>rozen</b> &amp; meer.</p>")
    jan = await models.Author.named(site.id, "Jan", bio_html="<p>Houdt van rozen.</p>")
    for title, html, is_shown in (
        ("Over rozen", "<p>Van alles.</p>", True),
        ("Contact", "<p>Bel over rozen.</p>", True),
        ("Rozen verborgen", "<p>Niets.</p>", False),
    ):
        page = await models.Page.draft(site.id, title, html)
        if is_shown:
            await page.publish()
    for title, html, day in (
        ("Rozen in mei", "<p>Kort.</p>", 1),
        ("Oud", "<p>Vroeger bloeiden de rozen.</p>", 2),
        ("Rozen in juni", "<p>De rozen, en nog eens rozen.</p>", 3),
        ("Nieuw", "<p>Morgen snoeien wij rózen.</p>", 4),
        ("Tulpen", "<p>Niets daarvan.</p>", 5),
    ):
        post = await models.Post.draft(site, title, html, authors=[rosa, jan])
        await post.publish(models.now().replace(year=2021, month=3, day=day))
    await models.Post.draft(site, "Rozen in de la", "<p>Een kladje.</p>", authors=[rosa])


BEST_FIRST = [
    "Rosa Rozen", "Over rozen", "Rozen in juni", "Rozen in mei",
    "Jan", "Contact", "Nieuw", "Oud",
]  # fmt: skip


async def found(asked, kinds=EVERY_KIND, **window):
    """Give the page of a search, and the names of what is on it."""
    page = await read(lambda: Search.of(asked, kinds).page(Window(**window)))
    nouns = {"Author": models.Author, "Page": models.Page, "Post": models.Post}
    rows = [await nouns[hit.kind].get(id=hit.id) for hit in page.rows]
    return page, [getattr(row, "title", None) or row.name for row in rows]


async def count(asked, kinds=EVERY_KIND):
    """Count what a search finds."""
    return await read(Search.of(asked, kinds).count)


async def passages(asked):
    """Give the passages of a search, in its order."""
    search = Search.of(asked, EVERY_KIND)
    page = await read(lambda: search.page(Window()))
    cut = await read(lambda: search.passages(page.rows))
    return [cut[hit.kind, hit.id] for hit in page.rows]


async def test_what_has_the_words_in_its_name_comes_first_and_the_newest_of_the_posts(library):
    page, names = await found("ROZ")
    assert names == BEST_FIRST
    assert [hit.score for hit in page.rows] == [1.0] * 4 + [0.5] * 4
    assert (page.has_previous, page.has_next) == (False, False)
    assert await count("roz") == 8


@pytest.mark.parametrize(
    ("kinds", "named"),
    [
        (("Post",), ["Rozen in juni", "Rozen in mei", "Nieuw", "Oud"]),
        (("Page", "Author"), ["Rosa Rozen", "Over rozen", "Jan", "Contact"]),
        ((), []),
    ],
)
async def test_only_the_kinds_that_are_asked_for_are_found(library, kinds, named):
    assert (await found("rozen", kinds))[1] == named
    assert await count("rozen", kinds) == len(named)


@pytest.mark.parametrize(
    "asked", ["", " - ", "🚲", "*", '"', "'", "\\", "rozen OR tulpen", "label_words : rozen"]
)
async def test_what_is_no_word_finds_nothing_and_no_word_is_a_command(library, asked):
    assert (await found(asked))[1] == []
    assert await count(asked) == 0


async def test_all_words_must_be_there_wherever_each_stands(library):
    assert (await found("juni rozen"))[1] == ["Rozen in juni"]
    assert (await found("nieuw rozen"))[1] == ["Nieuw"]
    assert (await found("rosa snoeit"))[1] == ["Rosa Rozen"]
    assert (await found("rozen tulpen"))[1] == []


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
async def test_pages_walk_through_all_of_it_both_ways(library, size):
    walked, after = [], None
    while True:
        page, names = await found("rozen", first=size, after=after)
        assert page.has_previous is bool(walked)
        walked += names
        if not page.has_next:
            break
        after = page.rows[-1].cursor
    assert walked == BEST_FIRST
    back, before = [], None
    while True:
        page, names = await found("rozen", last=size, before=before)
        assert page.has_next is bool(back)
        back = names + back
        if not page.has_previous:
            break
        before = page.rows[0].cursor
    assert back == BEST_FIRST


async def test_between_two_cursors_lies_what_lies_between_them(library):
    whole, _ = await found("rozen")
    cursors = [hit.cursor for hit in whole.rows]
    for start in range(8):
        for end in range(start, 8):
            page, names = await found("rozen", after=cursors[start], before=cursors[end], first=100)
            assert names == BEST_FIRST[start + 1 : end]
            assert (page.has_previous, page.has_next) == (True, True)


async def test_a_cursor_stays_when_what_it_names_is_gone(library):
    page, _ = await found("rozen", first=3)
    await models.Post.filter(title="Rozen in juni").delete()
    assert (await found("rozen", after=page.rows[-1].cursor))[1] == BEST_FIRST[3:]


@pytest.mark.parametrize(
    "cursor", ["", "x", "9.abc", "0", "0.", "-1.x", "1e1.x", "0.WyJzb3J0X2tleSsiLDEsMV0"]
)
async def test_what_is_no_cursor_is_refused(library, cursor):
    with pytest.raises(models.Invalid, match="not a cursor of this list"):
        await found("rozen", after=cursor)


async def test_a_cursor_of_another_section_is_refused(library):
    page, _ = await found("rozen")
    number, _, within = page.rows[0].cursor.partition(".")
    with pytest.raises(models.Invalid, match="not a cursor of this list"):
        await found("rozen", before=f"{int(number) + 1}.{within}")


async def test_the_passages_have_the_words_marked(library):
    assert await passages("rozen") == [
        "Snoeit <mark>rozen</mark> &amp; meer.",
        "Van alles.",
        "De <mark>rozen</mark>, en nog eens <mark>rozen</mark>.",
        "Kort.",
        "Houdt van <mark>rozen</mark>.",
        "Bel over <mark>rozen</mark>.",
        "Morgen snoeien wij <mark>rózen</mark>.",
        "Vroeger bloeiden de <mark>rozen</mark>.",
    ]


async def test_what_is_rewritten_is_found_by_its_new_words(site, library):
    page = await models.Page.get(title="Contact")
    await page.rewrite("Adres")
    assert (await found("adres"))[1] == ["Adres"]
    assert (await found("contact"))[1] == []
    assert (await found("adres rozen"))[1] == ["Adres"]
    await page.rewrite(html="<p>Schrijf maar.</p>")
    assert (await found("adres rozen"))[1] == []
    assert (await found("adres schrijf"))[1] == ["Adres"]
    jan = await models.Author.get(name="Jan")
    await jan.edit(bio_html="<p>Kookt.</p>")
    assert (await found("kookt"))[1] == ["Jan"]
    await jan.edit(name="Johan")
    assert (await found("johan kookt"))[1] == ["Johan"]
    assert (await found("jan"))[1] == []
    await models.Author.named(site.id, "Johan", bio_html="<p>Fietst.</p>")
    assert ((await found("fietst"))[1], (await found("kookt"))[1]) == (["Johan"], [])
    await models.Post.filter(title="Tulpen").delete()
    assert (await found("tulpen"))[1] == []


async def test_what_appears_later_is_found_when_it_appears(site, library):
    post = await models.Post.draft(site, "Rozen later", "<p>Straks.</p>", authors=[])
    await post.schedule(models.now().replace(year=models.now().year + 1))
    assert "Rozen later" not in (await found("rozen"))[1]
    await post.publish(models.now())
    assert "Rozen later" in (await found("rozen"))[1]
