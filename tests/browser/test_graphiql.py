"""GraphiQL in a real browser that reaches this machine alone, under its strict policy."""

import re

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.conftest import Open
from tests.browser.reading import press, sign_up

LISTEN = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
        window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""
HOLDS = "([name, words]) => (localStorage.getItem(name) || '').includes(words)"


class Bench:
    """Somebody at work in GraphiQL, and all that went wrong meanwhile."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.editor = page.locator(".graphiql-query-editor .monaco-editor")
        self.answer = page.locator(".graphiql-response .view-lines")
        page.on("console", lambda said: said.type in {"error", "warning"} and self.wrong.append(said.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("requestfailed", self._failed)

    async def opens(self) -> None:
        await self.page.goto("/graphql")
        await expect(self.editor.locator(".view-line").first).to_be_visible()

    async def chooses(self, tab: str) -> None:
        await self.page.get_by_role("tab", name=tab, exact=True).click()
        await expect(self.editor).to_contain_text(tab)

    async def runs(self) -> None:
        await press(self.page, "Execute query (Ctrl-Enter)")

    async def sees(self, text: str) -> None:
        """Wait for an answer; Monaco writes spaces that do not break."""
        await expect(self.answer).to_contain_text(re.compile(text.replace(" ", r"\s")))

    def _failed(self, request: Request) -> None:
        # A live operation that somebody stops is aborted.
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"{request.url} {request.failure}")

    async def nothing_went_wrong(self) -> None:
        assert await self.page.evaluate("window.violations") == []
        assert self.wrong == []


@pytest.fixture
async def bench(blog, open_page) -> Bench:
    """Sit down at the demonstration blog, to read."""
    return await at_work(blog.url, open_page)


@pytest.fixture
async def own_bench(start, open_page) -> Bench:
    """Sit down at a demonstration blog of one's own."""
    return await at_work(start("serve", "--port", "0", "--demonstration").url, open_page)


async def at_work(url: str, open_page: Open) -> Bench:
    """Sit down with a browser that tells what the policy forbids."""
    page = await open_page("about:blank", waits=False, base_url=url)
    await page.context.add_init_script(LISTEN)
    bench = Bench(page)
    await bench.opens()
    return bench


async def test_the_first_tab_runs_by_the_keyboard(bench):
    await bench.editor.click()
    await bench.page.keyboard.press("Control+Enter")
    await bench.sees('"title": "Achterom"')
    await bench.nothing_went_wrong()


async def test_every_tab_is_answered(own_bench):
    bench = own_bench
    for tab, answer in (
        ("OnePost", '"readingMinutes": '),
        ("Archive", '"label": "Maart 2021"'),
        ("SignUp", '"confirmationSentTo": "ann@example.org"'),
    ):
        await bench.chooses(tab)
        await bench.runs()
        await bench.sees(answer)
    await bench.nothing_went_wrong()


async def test_a_letter_arrives_while_somebody_looks(own_bench):
    bench = own_bench
    await bench.chooses("Letters")
    async with bench.page.expect_response(
        lambda answer: answer.headers.get("content-type") == "text/event-stream"
    ):
        await bench.runs()
    await expect(bench.page.get_by_role("button", name="Stop query (Ctrl-Enter)")).to_be_visible()
    reader = await bench.page.context.new_page()
    await reader.goto("/subscribe")
    await sign_up(reader, "bob@example.org", button="Meld me aan", again="Druk nog één keer op de knop")
    await bench.sees('"to": "bob@example.org"')
    await press(bench.page, "Stop query (Ctrl-Enter)")
    await expect(bench.page.get_by_role("button", name="Execute query (Ctrl-Enter)")).to_be_visible()
    await bench.nothing_went_wrong()


async def test_what_is_wrong_is_marked_completed_explained_and_answered(bench):
    # No brace is typed: Monaco closes those only once it knows the language.
    await bench.editor.get_by_text("title", exact=True).first.dblclick()
    await bench.page.keyboard.type("titl")
    await bench.page.keyboard.press("Control+Space")
    await expect(bench.page.locator(".suggest-widget .monaco-list-row").first).to_contain_text("title")
    await bench.page.keyboard.press("Escape")
    await bench.page.keyboard.press("Control+Enter")
    await bench.sees("Cannot query field 'titl'")
    await expect(bench.editor.locator(".squiggly-error").first).to_be_attached()
    await press(bench.page, "Show Documentation Explorer")
    await bench.page.get_by_role("link", name="Query", exact=True).click()
    await expect(bench.page.get_by_role("link", name="archiveMonths")).to_be_visible()


async def test_a_live_operation_that_is_refused_says_why(bench):
    await bench.editor.click()
    await bench.page.keyboard.press("Control+a")
    await bench.page.keyboard.type("subscription { nonsense }")
    await bench.page.keyboard.press("Control+Enter")
    await bench.sees("Cannot query field 'nonsense'")


async def test_a_second_visit_finds_the_tabs_as_they_were_left(bench):
    await bench.editor.click()
    await bench.page.keyboard.press("Control+a")
    await bench.page.keyboard.type("query MyOwn { __typename")
    await expect(bench.page.get_by_role("tab", name="MyOwn")).to_be_visible()
    # The tabs and what stands in the one that is open are kept a while later, each at its own moment.
    for kept in ("graphiql:tabState", "graphiql:query"):
        await bench.page.wait_for_function(HOLDS, arg=[kept, "query MyOwn { __typename"])
    await bench.opens()
    await expect(bench.page.get_by_role("tab", name="MyOwn")).to_be_visible()
    await expect(bench.page.get_by_role("tab", name="OnePost")).to_be_visible()
    await expect(bench.editor).to_contain_text("MyOwn")
    await bench.nothing_went_wrong()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_a_phone(bench, scheme):
    await bench.page.emulate_media(color_scheme=scheme)
    await bench.page.set_viewport_size({"width": 360, "height": 740})
    await bench.runs()
    await bench.sees('"title": "Achterom"')
    editor, answer = await bench.editor.bounding_box(), await bench.answer.bounding_box()
    assert answer["y"] > editor["y"] + editor["height"]
    assert editor["width"] > 240
    await bench.nothing_went_wrong()


async def test_in_forced_colours_the_run_button_and_the_chosen_tab_are_seen(bench):
    await bench.page.emulate_media(forced_colors="active")
    button = bench.page.get_by_role("button", name="Execute query (Ctrl-Enter)")
    seen, behind = [
        await found.evaluate(f"(element) => getComputedStyle(element).{what}")
        for found, what in ((button.locator("svg"), "color"), (button, "backgroundColor"))
    ]
    ink = await button.evaluate("(button) => getComputedStyle(button).color")
    assert seen == ink != behind
    marked = bench.page.locator(".graphiql-tab-active")
    await expect(marked).to_contain_text("Home")
    await expect(marked).to_have_css("border-bottom-width", "3px")
    await expect(bench.page.locator(".graphiql-tab:not(.graphiql-tab-active)").first).to_have_css(
        "border-bottom-width", "0px"
    )
    await bench.nothing_went_wrong()
