"""What stands in examples/ works as it stands."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from tests.browser.conftest import browser, open_page  # noqa: F401
from tests.conformance import npm
from tests.conformance.guest import comment_until

EXAMPLES = npm.HERE.parents[1] / "examples"
ADDRESS = "http://127.0.0.1:8000/graphql"


async def test_the_reader_pages_through_the_posts(graph, tmp_path, open_page):  # noqa: F811
    text = (EXAMPLES / "reader.html").read_text("utf-8")
    assert ADDRESS in text
    (tmp_path / "reader.html").write_text(text.replace(ADDRESS, graph), "utf-8")
    app = web.Application()
    app.router.add_static("/", tmp_path)
    async with TestServer(app) as elsewhere:
        page = await open_page(str(elsewhere.make_url("/reader.html")))
        await expect(page.get_by_role("heading")).to_have_text("Achterom")
        await expect(page.get_by_role("listitem")).to_have_count(10)
        await page.get_by_role("button", name="Older posts").click()
        await expect(page.get_by_role("listitem")).to_have_count(20)
        titles = await page.get_by_role("link").all_inner_texts()
    assert titles[0] == "Notes from an empty café"
    assert len(set(titles)) == 20


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
