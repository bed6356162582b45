"""What the documents say is what happens: queries run, answers are the real ones, every setting is told."""

import json
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import click
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

import models
from gql_server import answers, listening, open_connections, replies, requests, sockets, streams
from gql_server.app import build
from gql_server.cli import main
from gql_server.cli_serve import serve
from gql_server.doors import DOORS
from gql_server.settings import PREFIX, Settings
from models import persisted_documents
from schema import costs, limits
from schema.graph import schema, sdl
from tests.house.documents import FENCE, documents, mistakes, texts

ROOT = Path(__file__).parents[2]
TEXTS = [path for path in texts() if path.suffix == ".md"]
CURL_AND_ANSWER = re.compile(r"```sh\n(curl .*?)```.*?```json\n(.*?)```", re.DOTALL)
QUERIES = [
    pytest.param(query, id=f"{text.name}-{number}")
    for text in TEXTS
    if text.parent.name != "clients"  # run by their clients: tests/conformance
    for number, query in enumerate(FENCE.findall(text.read_text("utf-8")), start=1)
]
WITH_GRAPHQL = [pytest.param(path, id=path.name) for path in texts() if documents(path)]
# Documents for those who write, edit and run the publication.
FOR_STAFF = ("comments.md-1", "desk.md", "sign-in.md", "webhooks.md", "write.md")
# One of the parts of the sitemap, which have one door.
PART = "sitemap-posts-1.xml"
COMMANDS = re.compile(r"\./dev run ([a-z]+(?: [a-z]+)?)")


@pytest.fixture
async def served(demonstration_url: str) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(build(Settings(database_url=demonstration_url)))) as client:
        yield client


async def test_the_first_query_of_the_readme_gets_the_answer_of_the_readme(served):
    [(command, answer)] = CURL_AND_ANSWER.findall((ROOT / "README.md").read_text("utf-8"))
    words = shlex.split(command)
    body = words[words.index("-d") + 1].replace("\n", " ")
    reply = await served.post("/graphql", data=body, headers={"Content-Type": "application/json"})
    assert await reply.json() == json.loads(answer)


@pytest.fixture
async def headers(served, request) -> dict[str, str]:
    """Sign in for the documents that are for who is signed in."""
    if not request.node.callspec.id.partition("-")[2].startswith(FOR_STAFF):
        return {}
    user = await models.User.welcome(await models.found(), "ann@example.org", "Ann", models.Role.ADMIN)
    await models.Webhook.add("https://hooks.example/", models.webhooks.CHOICES, by=models.NOBODY)
    _, token = await models.Key.grant(models.KeyKind.API, user)
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("query", QUERIES)
async def test_every_query_of_the_documents_runs(served, query, headers):
    # A token of nobody: it is refused as data, and the document has run.
    asked = {"query": query, "variables": {"token": "prefs_1_x", "words": "tafel"}}
    reply = await served.post("/graphql", json=asked, headers=headers)
    answer = await reply.json()
    assert "errors" not in answer
    assert all(answer["data"].values())


async def test_the_comment_of_the_documents_is_added(served):
    documents = FENCE.findall((ROOT / "docs" / "how-to" / "comments.md").read_text("utf-8"))
    [query] = [document for document in documents if "addComment(" in document]
    answer = await (await served.post("/graphql", json={"query": query})).json()
    assert answer["data"]["addComment"]["errors"] == []
    assert answer["data"]["addComment"]["comment"]["status"] == "APPROVED"
    assert answer["data"]["addComment"]["fate"] == "PUBLISHED"


LIMITS = [
    limits.MOST_TOKENS,
    limits.MOST_DEPTH,
    limits.MOST_INTROSPECTION_DEPTH,
    limits.MOST_ROOT_FIELDS,
    limits.MOST_ALIASES,
    limits.MOST_DIRECTIVES,
    limits.MOST_FIELDS,
    limits.MOST_OPERATIONS,
    limits.MOST_FRAGMENTS,
    costs.MOST_VALUES,
    costs.MOST_LIVE_COST,
    limits.MOST_ALIKE,
    costs.MOST_COST,
    answers.MOST_BYTES,
    answers.DEADLINE_SECONDS,
    replies.PACKED_FROM,
    open_connections.MOST,
    open_connections.MOST_OF_NETWORK,
    listening.MOST_LISTENERS,
    persisted_documents.LONGEST,
    persisted_documents.MOST,
    requests.LARGEST_BODY,
    sockets.HEARTBEAT_SECONDS,
    sockets.INIT_SECONDS,
    sockets.MOST_OPERATIONS,
    streams.HEARTBEAT_SECONDS,
]


@pytest.mark.parametrize("number", sorted(set(LIMITS)))
def test_the_page_of_the_graph_tells_each_limit(number):
    written = (ROOT / "docs" / "graph.md").read_text("utf-8").replace(" ", "")
    assert re.search(rf"(?<![0-9]){number}(?![0-9])", written)


CODE = re.compile(
    r'(?:code["=:\s]+|_coded\(\w+, |^[A-Z_]+ = )"([A-Z]{3,}(?:_[A-Z]+)+|FORBIDDEN|OVERLOADED)"', re.MULTILINE
)


def test_the_page_of_the_graph_tells_each_code():
    told = (ROOT / "docs" / "graph.md").read_text("utf-8")
    paths = [path for folder in ("gql_server", "schema") for path in (ROOT / folder).rglob("*.py")]
    codes = {code for path in paths for code in CODE.findall(path.read_text("utf-8"))}
    assert len(codes) > 12
    assert [code for code in codes if f"`{code}`" not in told] == []


def test_there_are_queries_to_run():
    assert len(QUERIES) >= 4


@pytest.mark.parametrize("path", WITH_GRAPHQL)
def test_what_a_document_or_an_example_asks_is_in_the_schema(path):
    assert mistakes(schema._schema, documents(path)) == []


def test_graphql_is_found_in_every_page_of_a_client_and_every_example():
    found = {param.values[0] for param in WITH_GRAPHQL}
    found |= {folder for path in found for folder in path.parents}  # an example may be a folder
    folders = (ROOT / "docs" / "clients", ROOT / "examples")
    assert {path for folder in folders for path in folder.iterdir() if path.name != "README.md"} <= found


def test_a_field_that_is_not_there_is_a_mistake():
    assert mistakes(schema._schema, ["{ site { title } }"]) == []
    assert mistakes(schema._schema, ["fragment A on Post { nothingOfThatName }"])


def test_every_setting_is_told():
    told = set(re.findall(rf"`({PREFIX}[A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text("utf-8")))
    assert told == {f"{PREFIX}{name.upper()}" for name in Settings.__struct_fields__}


def test_every_path_that_a_front_end_has_to_pass_on_is_told():
    page = (ROOT / "docs" / "how-to" / "front-end.md").read_text("utf-8")
    # But what is shown at other paths, and what lies behind all of them.
    elsewhere = {"", "{path:.*}", "start.css", "start.js"}
    doors = {door.path.split("/")[1] for door in DOORS if isinstance(door, web.RouteDef)} - elsewhere
    doors = {PART if door.startswith("sitemap-") else door for door in doors}
    [expression] = re.findall(r"path_regexp \^/\((\S+)\)\(/\|\$\)$", page, re.MULTILINE)
    names = expression.split("|")
    passed_on = [PART if re.fullmatch(name, PART) else name.replace("\\.", ".") for name in names]
    in_table = re.findall(r"`/([\w.-]+)`", " ".join(re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)))
    kept = re.findall(r"`/([\w.-]+)`", page.partition("not for readers:")[2].partition("\n\n")[0])
    assert sorted(passed_on) == sorted(in_table)
    assert sorted(passed_on + kept) == sorted(doors)


def test_every_kind_of_work_is_told():
    page = (ROOT / "docs" / "how-to" / "promised-work.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(models.Work)


def test_every_flag_of_serve_is_told():
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    flags = {option for parameter in serve.params for option in parameter.opts}
    assert {flag for flag in flags if f"`{flag}`" in text or f"serve {flag}`" in text} == flags


def test_every_command_of_the_documents_exists():
    named = {words for text in TEXTS for words in COMMANDS.findall(text.read_text("utf-8"))}
    assert named
    assert {words.split()[0] for words in named} <= set(main.list_commands(click.Context(main)))


def test_every_link_between_documents_leads_somewhere():
    for text in TEXTS:
        for target in re.findall(r"\]\(([^)#:]+)\)", text.read_text("utf-8")):
            assert (text.parent / target).exists(), f"{text.name} -> {target}"


def test_the_printed_schema_is_the_one_that_runs():
    assert (ROOT / "docs" / "schema.graphql").read_text("utf-8") == sdl()
