"""The benchmarks can be found, say what they lack, send what the schema takes, and compare like with like."""

import ast
import asyncio
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from graphql import parse, validate

import models
from benchmarks import letters
from benchmarks.__main__ import read_plan
from benchmarks.asking import asker
from benchmarks.asks import CALLED, MUTATIONS, NUMBER, QUERIES, asks
from benchmarks.blog import BUSY, COMMENTS_IF_LIVELY, LIVELY, conversation, generate, moments
from benchmarks.load import Load, work
from benchmarks.memory import different
from benchmarks.naive.schema import schema as naive
from benchmarks.results import between_stores, growth, speeds
from benchmarks.rounds import Figure, Pace, measure
from benchmarks.systems import CONSTANT, NAIVE, OURS, WRITING, _compare, field
from models.store import open_store
from schema.graph import schema

FOLDER = Path(letters.__file__).parent
POSTS = 500


def documents() -> dict[str, str]:
    """Give what the benchmarks send: files of queries and mutations, and those that stand in the code."""
    found = {file.name: file.read_text("utf-8") for file in FOLDER.rglob("*.graphql")}
    for file in FOLDER.glob("*.py"):
        texts = [node.value for node in ast.walk(ast.parse(file.read_text("utf-8"))) if _is_text(node)]
        found |= {
            f"{file.name}:{text[:9]}": text
            for text in texts
            if "{" in text and text.startswith(("mutation", "query {", "query("))
        }
    return found


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize("document", documents().values(), ids=documents())
def test_the_schema_takes_what_a_benchmark_sends(document):
    assert validate(schema._schema, parse(document)) == []


def test_what_is_sent_was_found():
    assert {name.partition(":")[0] for name in documents()} >= {"signups.py", "membership.py", "home.graphql"}


@pytest.mark.parametrize("ask", asks(POSTS, (*QUERIES, *MUTATIONS)), ids=lambda ask: ask.name)
def test_the_naive_stack_takes_it_too(ask):
    assert validate(naive._schema, parse(ask.document)) == []


def test_every_file_is_asked_of():
    assert {file.stem for file in FOLDER.rglob("*.graphql")} == {*QUERIES, *MUTATIONS}
    assert set(CALLED.values()) < {*QUERIES, *MUTATIONS}


def test_documents_to_fill_the_memory_are_valid_and_differ():
    found = list(different(300))
    assert len({re.sub("Different[0-9]+", "", text) for text in found}) > 290
    assert [text for text in found if validate(schema._schema, parse(text))] == []


def test_every_benchmark_is_told_and_can_be_started(dev):
    told = dev.HELP.partition("./dev bench")[2].partition("./dev faults")[0]
    assert [name for name in dev.BENCHMARKS if name not in told and name != "blog"] == []
    runnable = {file.stem for file in FOLDER.glob("*.py") if 'prog="./dev bench ' in file.read_text("utf-8")}
    assert runnable == set(dev.BENCHMARKS) - {"blog"}


def test_the_help_of_the_first_names_all_others(dev, capsys):
    with pytest.raises(SystemExit):
        read_plan(["--help"])
    listed = capsys.readouterr().out.partition("There is more to measure")[2]
    assert set(re.findall(r"^  (\w+) ", listed, re.MULTILINE)) == set(dev.BENCHMARKS) - {"blog"}


def test_a_benchmark_nobody_wrote_is_answered_with_those_there_are(dev):
    with pytest.raises(
        dev.Stop, match="no benchmark 'nonsense'; there are blog, memory, letters, deliveries"
    ):
        dev.main(["bench", "nonsense"])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--only", "q9"], "no 'q9'; there are q0, q1"),
        (["--sizes", "many"], "numbers of posts"),
        (["--sizes", "10"], "at least 500 posts"),
        (["--store", "mysql"], "invalid choice"),
    ],
)
def test_what_cannot_be_measured_is_refused(wrong, told, capsys):
    with pytest.raises(SystemExit):
        read_plan(wrong)
    assert told in capsys.readouterr().err


def test_what_is_measured_can_be_chosen():
    plan = read_plan(["--only", "q1,M2,node", "--store", "sqlite", "--sizes", "10000,1000"])
    assert (plan.names, plan.stores, plan.sizes) == (
        ("home", "subscribe", "node"),
        ("sqlite",),
        (1000, 10000),
    )


def test_without_postfix_it_is_said_what_to_install_before_anything_is_told(monkeypatch, capsys):
    monkeypatch.setattr("benchmarks.sink.PLACES", ("no-such-sink",))
    with pytest.raises(SystemExit, match=r"smtp-sink is missing; .*apt install postfix"):
        letters.main(1)
    assert capsys.readouterr().out == ""


async def test_a_generated_blog_is_counted_right(store):
    await generate(120)
    site = await models.Site.current()
    assert site is not None
    assert await models.recount(site) == 0
    assert await models.count_posts() == await models.Post.published().count() == 120
    lively = await models.Post.get(slug=f"post-{LIVELY}")
    assert (
        lively.comment_count == COMMENTS_IF_LIVELY == await models.Comment.filter(post_id=lively.id).count()
    )
    assert await models.Comment.filter(post_id=lively.id, parent_id__isnull=True).count() > 20
    # Rows that are written later get ids of their own.
    await models.Tag.create(site_id=site.id, slug="new", name="New", sort_key="new")
    assert await models.Post.draft(site, "New", "<p>New</p>", authors=await models.Author.all())


def test_blogs_of_all_sizes_span_the_same_months_and_fill_a_page_of_the_busy_ones():
    for posts in (POSTS, 10_000):
        found = moments(posts)
        months = Counter(f"{moment:%Y-%m}" for moment in found)
        assert len(months) == 120
        assert all(earlier < later for earlier, later in pairwise(found))
        assert min(number for month, number in months.items() if month.endswith(f"-{BUSY}")) >= 20


def test_replies_stand_below_what_they_reply_to():
    for number in (0, 1):
        places = conversation(number)
        for place, (parent, depth, _) in enumerate(places):
            assert depth == (0 if parent is None else places[parent].depth + 1)
            assert parent is None or parent < place
        assert sum(place.replies for place in places) == sum(place.parent is not None for place in places)


async def test_ours_and_the_naive_stack_answer_alike_and_can_be_measured(empty_url, tmp_path):
    async with open_store(empty_url):
        await generate(POSTS)
    asked = [ask._replace(variables=ask.variables[:3]) for ask in asks(POSTS, (*QUERIES, *MUTATIONS))]
    async with asker(None) as who, field(empty_url, tmp_path, None, WRITING, asked) as running:
        for ask in (asked[0], asked[-1]):
            contenders = {each.name: each for each in await running.contenders(ask)}
            assert set(contenders) == {OURS, NAIVE, CONSTANT}
            figures = await measure(who, contenders, Pace(rounds=1, seconds=0.01, connections=2))
            assert all(figure.rate > 0 and figure.p50 > 0 for figure in figures.values())


def test_a_different_answer_ends_the_run_and_is_shown():
    [ask] = asks(POSTS, ("home",))
    with pytest.raises(SystemExit, match=r"(?s)home with .*ours and naive.*at \$\.a\[1\]\.b: 1\nand 2"):
        _compare(ask, 0, NAIVE, {"a": [{}, {"b": 1}]}, {"a": [{}, {"b": 2}]})


async def _listening(reply: list[bytes], heard: list[bytes]) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            heard.append(head)
            for part in reply:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def _asked(reply: list[bytes], **how: object) -> tuple[object, list[bytes]]:
    heard: list[bytes] = []
    async with await _listening(reply, heard) as server:
        port = server.sockets[0].getsockname()[1]
        load = {"requests": [f"{NUMBER} please\n".encode()], "connections": 2, "times": 10, "first": 5, **how}
        return await work(Load(host="127.0.0.1", port=port, **load)), heard


async def test_who_asks_counts_answers_that_come_in_pieces_and_numbers_what_it_sends():
    reply = [b"HTTP/1.1 200 OK\r\nContent-Le", b'ngth: 10\r\n\r\n{"dat', b'a":1}']
    measured, heard = await _asked(reply, holds=b'"data"')
    assert (measured.failure, measured.size) == ("", sum(map(len, reply)))
    assert sorted(heard) == [b"%012d please\n" % number for number in range(5, 15)]


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "503 Busy"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "200 OK"),
    ],
)
async def test_an_answer_that_is_none_ends_the_job(reply, failure):
    measured, _ = await _asked([reply], holds=b'"data"')
    assert failure in measured.failure


async def test_an_answer_without_a_body_is_whole():
    measured, _ = await _asked([b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"], status=304)
    assert measured.failure == ""


def test_figures_are_shown_in_proportion():
    home = {OURS: Figure(3000, 0.5), NAIVE: Figure(300, 5), CONSTANT: Figure(12000, 0.1)}
    assert speeds("sqlite", 10_000, {"home": home}).splitlines() == [
        "| SQLite, 10 000 posts | ours | naive | constant | ours : naive | ours : constant |",
        "| --- | --- | --- | --- | --- | --- |",
        "| Q1 home | 3 000 (0.50 ms) | 300 (5.00 ms) | 12 000 (0.10 ms) | **10.00** | **0.25** |",
    ]
    grown = {(OURS, 1000): Figure(2, 0.5), (OURS, 10_000): Figure(1, 0.55)}
    assert (
        growth("sqlite", (1000, 10_000), {"home": grown}).splitlines()[2]
        == "| Q1 home | 0.50 | 0.55 | **1.10** |"
    )
    slower = {OURS: Figure(1500, 1)}
    shown = between_stores({"sqlite": {"home": home}, "postgres": {"home": slower}})
    assert shown.splitlines()[2] == "| Q1 home | **2.00** |  |"
