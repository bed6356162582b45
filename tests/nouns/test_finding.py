"""Posts are found by their words in an index that the store keeps: the same as by reading them all."""

import pytest
from tortoise.context import require_context

import models
from models import finding, text
from models.atomic import atomic

TEXTS = (
    ("De klink blijft los", "Fietsen in de regen, en thuis een café met thee."),
    ("Ελληνικά και 日本語", "Übergrößen, straße, ŁÓDŹ, smørrebrød, naïef."),
    ("Notes", "A bicycle in the rain; x² and 2021-03, o'clock, don't."),
    ("Жёлтый", f"{'а' * 300} and {'b' * 3000} and 🚲 tea_time"),
    ("İstanbul", "Iıİi ﬁne ﬁets ʼt क्षत्रिय ไทย fiets"),
    ("Leeg", ""),
    ("Breekbaar", "Een rolstoel&shy;toegankelijk rij&shy;wiel&shy;pad."),
)
SOUGHT = (
    "fiets", "Fietsen", "FIET", "cafe", "café thee", "regen fiets", "thee thee", "strasse", "lodz", "smorre",
    "ελλην", "日本", "日本語", "желт", "x2", "2021", "03", "don", "t", "tea", "time", "fine", "istanbul", "क",
    "ไทย", "a" * 10, "а" * 250, "b" * 201, "🚲", "", " - ", "'", '"', "\\", "*", "a* OR b", "NEAR(a b)",
    "thee' OR 1=1 --", "words:thee", "^de", "de AND", "klink & los", "!klink", "zzz",
)  # fmt: skip


@pytest.fixture
async def posts(site):
    """Write posts of all kinds of words; some of them are drafts."""
    written = []
    for place, (title, said) in enumerate(TEXTS):
        post = await models.Post.draft(site, title, f"<p>{said}</p>", authors=[])
        if place != 2:
            await post.publish()
        written.append(post)
    return written


async def found(sought: str) -> set[int]:
    return set(await models.Post.published(models.PostConditions(search=sought)).values_list("id", flat=True))


async def read(sought: str) -> set[int]:
    """Find posts by going through all of them."""
    words = text.search_words(sought)
    rows = await models.Post.published().values_list("id", "words")
    return {
        id
        for id, has in rows
        if words and all(any(each.startswith(word) for each in has.split()) for word in words)
    }


async def test_what_is_found_is_what_has_the_words(posts):
    hits = 0
    for sought in SOUGHT:
        assert await found(sought) == await read(sought), sought
        hits += bool(await found(sought))
    assert hits > len(SOUGHT) / 2


async def test_a_word_that_may_be_broken_is_found_as_one(posts):
    assert await found("rolstoeltoegankelijk rijwielp") == {posts[-1].id}
    assert await found("Rol\u00adstoel") == {posts[-1].id}


async def test_of_too_many_words_the_longest_are_looked_for(posts):
    letters = "a b c d e f g h i j k"
    assert finding.sought(letters) == "a b c d e f g h i j"
    assert finding.sought(f"{letters} klink blijft los {letters}") == "a b c d e f g klink blijft los"
    everything = text.search_words(" ".join(TEXTS[0]))
    assert len(everything) > finding.MOST_WORDS
    assert await found(" ".join(everything)) == {posts[0].id}
    # What is short and not there among so many is no reason to find nothing.
    assert await found(" ".join([*everything, "zz"])) == {posts[0].id}
    assert await found(" ".join([*everything, "ontbrekend"])) == set()


async def test_the_index_follows_what_is_written_and_deleted(posts):
    first, second = posts[:2]
    await first.rewrite("Anders", "<p>Nieuwe woorden.</p>")
    assert (await found("klink"), await found("fietsen")) == (set(), set())
    assert await found("nieuwe") == await found("anders") == {first.id}
    await second.delete()
    assert await found("smorre") == set()
    await first.rewrite(title="Nog anders")
    assert await found("nog woorden") == {first.id}


async def test_a_list_is_found_by_words_and_all_else_that_is_asked(posts):
    month = models.PostConditions(search="fiets", month="1999-01")
    assert await models.Post.published(month).count() == 0
    assert await models.Post.published(models.PostConditions(search="fiets")).count() == len(
        await found("fiets")
    )


@atomic
async def plan_of(sought: str) -> str:
    """Tell how the store goes about it; a PostgreSQL that thinks there are many posts."""
    db = require_context().db()
    query = (
        models.Post.published(models.PostConditions(search=sought)).order_by("-published_at", "-id").limit(11)
    )
    sql = query.only("id").sql(params_inline=True)
    if db.capabilities.dialect == "sqlite":
        return "\n".join(row["detail"] for row in await db.execute_query_dict(f"EXPLAIN QUERY PLAN {sql}"))
    await db.execute_query("SET LOCAL enable_seqscan = off")
    return "\n".join(row["QUERY PLAN"] for row in await db.execute_query_dict(f"EXPLAIN {sql}"))


async def test_posts_are_looked_up_in_the_index_and_sorted_by_none(posts, dialect):
    plan = await plan_of("fiets")
    if dialect == "sqlite":
        assert "SCAN post_words VIRTUAL TABLE INDEX" in plan
        # In the order of the list, which the index of published posts has: nothing is sorted.
        assert "USING INDEX idx_post_status" in plan or "USING COVERING INDEX idx_post_status" in plan
        assert "TEMP B-TREE" not in plan
    else:
        assert "Bitmap Index Scan on post_words" in plan
