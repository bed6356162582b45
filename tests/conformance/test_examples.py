"""What stands in examples/ works as it stands."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Route, expect

from tests.browser.conftest import _function_scoped_runner, browser, browsers, open_page  # noqa: F401
from tests.conformance import npm
from tests.conformance.guest import comment_until

EXAMPLES = npm.HERE.parents[1] / "examples"
GRAPH = 'content="/graphql"'


@asynccontextmanager
async def copied(folder: Path, graph: str) -> AsyncIterator[TestServer]:
    """Serve a copy of the reader's page that asks a graph at another origin."""
    shutil.copytree(EXAMPLES / "reader", folder / "reader")
    index = folder / "reader" / "index.html"
    assert GRAPH in index.read_text("utf-8")
    index.write_text(index.read_text("utf-8").replace(GRAPH, f'content="{graph}"'), "utf-8")

    async def give(request: web.Request) -> web.FileResponse:
        file = index.parent / request.match_info["path"]
        return web.FileResponse(file if file.is_file() else index)

    app = web.Application()
    app.add_routes([web.get("/{path:.*}", give)])
    async with TestServer(app) as elsewhere:
        yield elsewhere


async def test_the_readers_page_works_from_a_site_of_its_own(graph, tmp_path, open_page):  # noqa: F811
    async with copied(tmp_path, graph) as elsewhere:
        page = await open_page(str(elsewhere.make_url("/posts")))
        await expect(page.get_by_role("heading", level=1)).to_have_text("Alle berichten")
        await expect(page.locator(".card")).to_have_count(12)
        await page.get_by_role("link", name="Over ons").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Over ons")
        assert page.url == str(elsewhere.make_url("/over-ons"))
        await page.goto(str(elsewhere.make_url("/posts/een-zondag-zonder-autos")))
        await page.get_by_label("Je reactie").fill("Van elders.")
        await page.get_by_label("Naam").fill("Noor")
        await page.locator("[name=authorEmail]").fill("noor@example.org")
        await page.get_by_role("button", name="Plaats reactie").click()
        await expect(page.locator(".said")).to_have_text("Van elders.")


HTML = """<p><img src="/media/roos-640" srcset="/media/roos-320 320w, /media/roos-640 640w" alt="Een roos">
<a href="/over-ons">Over ons</a> <a href="#kop">Kop</a> <a href="https://elders.example/">Elders</a></p>"""


async def test_a_text_shown_elsewhere_has_the_publications_pictures(graph, tmp_path, open_page):  # noqa: F811
    async def answer(route: Route) -> None:
        given = await route.fetch()
        found = json.loads(await given.text())
        if post := (found.get("data") or {}).get("post"):
            post["contentHtml"] = HTML
        await route.fulfill(response=given, json=found)

    async with copied(tmp_path, graph) as elsewhere:
        page = await open_page("about:blank")
        fetched = []
        page.on("request", lambda one: "/media/" in one.url and fetched.append(one.url))
        await page.route("**/graphql*", answer)
        await page.goto(str(elsewhere.make_url("/posts/een-zondag-zonder-autos")))
        picture, site = page.get_by_role("img", name="Een roos"), graph.removesuffix("/graphql")
        await expect(picture).to_have_attribute("src", f"{site}/media/roos-640")
        await expect(picture).to_have_attribute(
            "srcset", f"{site}/media/roos-320 320w, {site}/media/roos-640 640w"
        )
        links = page.locator(".prose a")
        hrefs = [await link.get_attribute("href") for link in await links.all()]
        assert hrefs == ["/over-ons", "#kop", "https://elders.example/"]
        assert [url for url in fetched if not url.startswith(site)] == []


async def test_the_archive_lists_every_month_and_post(graph):
    listing = await asyncio.create_subprocess_exec(
        sys.executable, EXAMPLES / "archive.py", graph, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await listing.communicate()
    lines = out.decode().splitlines()
    assert listing.returncode == 0
    assert lines[:2] == ["Maart 2021 (2)", "  2021-03-23  Notes from an empty café (Marit Oldekamp)"]
    months = [line for line in lines if not line.startswith(" ")]
    assert sum(int(line.rpartition("(")[2].rstrip(")")) for line in months) == len(lines) - len(months)


async def test_the_listener_prints_a_comment_as_it_is_made(bench: Path, graph):
    shutil.copy(EXAMPLES / "live_comments.mjs", bench)
    with (bench / "heard").open("w") as out:
        listening = await asyncio.create_subprocess_exec(
            "node", "live_comments.mjs", graph, cwd=bench, env=dict(os.environ), stdout=out
        )

    def heard() -> bool:
        assert listening.returncode is None
        return "Noor on “Notes from an empty café”: Wat een stoelen." in (bench / "heard").read_text("utf-8")

    try:
        await comment_until(heard, graph, "Wat een stoelen.")
    finally:
        if listening.returncode is None:
            listening.kill()
        await listening.wait()
