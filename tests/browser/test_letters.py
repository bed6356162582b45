"""A post as a letter shows it stands on its paper, whichever way it runs."""

from mailers.body import for_mail
from tests.browser.inspecting import IS_TOO_WIDE

PAGE = "https://tafel.example/posts/soep"
WIDE = "<table><tr>" + "".join(f"<th>Kolom nummer {number}</th>" for number in range(12)) + "</tr></table>"
ARABIC = "<ul><li>خبز</li></ul><blockquote><p>تعالوا</p></blockquote>"


async def test_a_wide_table_is_scrolled_and_makes_no_letter_wider(open_page):
    page = await open_page("about:blank", viewport={"width": 360, "height": 740})
    await page.set_content(f"<div>{for_mail(WIDE, PAGE)}</div>")
    assert not await page.evaluate(IS_TOO_WIDE)
    assert await page.locator("table").evaluate("table => table.scrollWidth > table.clientWidth")


async def test_what_begins_a_line_stands_where_the_text_begins(open_page):
    page = await open_page("about:blank")
    await page.set_content(f'<div dir="auto">{for_mail(ARABIC, PAGE)}</div>')
    edges = "element => [getComputedStyle(element).paddingLeft, getComputedStyle(element).paddingRight]"
    assert await page.locator("ul").evaluate(edges) == ["0px", "24px"]
    assert await page.locator("blockquote").evaluate(edges) == ["0px", "16px"]
    lines = "one => [getComputedStyle(one).borderLeftWidth, getComputedStyle(one).borderRightWidth]"
    assert await page.locator("blockquote").evaluate(lines) == ["0px", "3px"]
