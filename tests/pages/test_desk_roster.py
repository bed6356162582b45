"""At the desk, who sends newsletters downloads the list of subscribers; nobody else does."""

import csv
from io import StringIO

import pytest

import models
from gql_server import rosters
from tests.schema.subscribing import subscribe

PATH = "/write/subscribers/export"


@pytest.fixture
async def many(site):
    """Let some subscribe; one is called as a formula is."""
    for number in range(40):
        name = "=1+1" if number == 0 else f"Naam {number} " + "x" * 50
        await subscribe(site, f"r{number}@example.org", name=name)


async def test_the_list_comes_as_the_command_line_writes_it(reader, desk, many, site, words, monkeypatch):
    monkeypatch.setattr("gql_server.pages.desk_roster.A_PIECE", 1000)
    monkeypatch.setattr("models.roster_out.A_CHUNK", 7)
    await desk(models.Role.ADMIN)
    await reader.opens("/write/subscribers")
    await reader.presses(words["subscribers_export"])
    assert (reader.status, reader.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert reader.headers["Content-Disposition"] == 'attachment; filename="subscribers.csv"'
    assert (reader.headers["Cache-Control"], reader.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "Content-Length" not in reader.headers
    expected = rosters.header() + b"".join([rosters.row(line.cells) async for line in models.hand_out(site)])
    assert reader.body == expected
    rows = list(csv.DictReader(StringIO(reader.text)))
    assert (len(rows), rows[0]["name"]) == (40, "'=1+1")
    [deed] = await models.Audit.told(deed="roster")
    assert (deed.deed, deed.subject_id) == ("roster.export", None)


async def test_a_long_list_is_not_cut_off(reader, desk, many, monkeypatch):
    await desk(models.Role.ADMIN)
    monkeypatch.setattr("gql_server.pages.trouble.SECONDS", 0)
    await reader.posts(PATH)
    assert (reader.status, len(reader.text.splitlines())) == (200, 41)


@pytest.mark.parametrize("role", [models.Role.AUTHOR, models.Role.EDITOR])
async def test_nobody_else_gets_the_list(reader, desk, many, role, words):
    await desk(role)
    await reader.posts(PATH)
    assert (reader.status, reader.title) == (403, words["desk_barred_title"])
    assert "example.org" not in reader.text


async def test_nobody_gets_it_signed_out_or_from_elsewhere_or_by_a_link(reader, desk, many):
    await reader.posts(PATH)
    assert (reader.status, "example.org" in reader.text) == (403, False)
    await desk(models.Role.ADMIN)
    await reader.posts(PATH, **{"Sec-Fetch-Site": "cross-site"})
    assert (reader.status, "example.org" in reader.text) == (403, False)
    await reader.opens(PATH)
    assert (reader.status, "example.org" in reader.text) == (404, False)
    assert not await models.Audit.told(deed="roster").exists()
