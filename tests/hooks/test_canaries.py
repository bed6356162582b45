"""No receiver is told more than the docs promise: ids, and the paths of what everybody could read."""

import re
from pathlib import Path
from typing import Any

import models
from schema.ids import global_id
from tests.schema.askers import employ
from tests.schema.canaries import nobody, plant_canaries
from tests.schema.garden import AHEAD, plant

DOCS = Path(__file__).parents[2] / "docs" / "how-to" / "webhooks.md"
TRACE = models.Trace(door="test")


def promised() -> dict[str, set[str]]:
    """Read what the docs say that is in the data of each event."""
    rows = re.findall(r"^\| `([\w.]+)` \| .* \| `([\w ]+)` \|$", DOCS.read_text(), re.MULTILINE)
    return {event: set(names.split()) for event, names in rows}


async def test_every_message_has_what_the_docs_say_and_nothing_of_what_is_hidden(site, receiver, add, worker):
    rows = await plant(site)
    aviary = await plant_canaries(rows, dict(await employ(rows)))
    await models.Webhook.all().delete()
    word = aviary.add("neverread", nobody)
    webhook = await add()
    hidden = await _happen(rows, word)
    await webhook.ping(by=models.NOBODY)
    await worker.drain()
    docs = promised()
    assert {message.told["type"] for message in receiver.messages} == docs.keys() == set(models.HookEvent)
    for message in receiver.messages:
        sent = message.body.decode() + str(message.headers)
        assert message.told.keys() == {"type", "timestamp", "data"}
        assert message.told["data"].keys() == docs[message.told["type"]]
        assert not aviary.sightings(sent), sent
        assert not [id for id in hidden if f'"{id}"' in sent], sent
        assert "example.org" not in sent


async def _happen(rows: dict[str, Any], word: str) -> set[str]:
    """Do all that is told of, and as much in secret; give the ids that nobody is to hear of."""
    open_post = await _publish_and_more(rows, word)
    hidden = [*rows["hidden"].values(), *rows["hidden pages"].values()]
    for state in ("draft", "archived"):
        post = await models.Post.get(id=rows["hidden"][state].id)
        await post.rewrite(f"{word} {state}", f"<p>{word}</p>")
        hidden += await _talk(post, word)
    gone = await models.Post.draft(rows["site"], word, f"<p>{word}</p>", authors=[rows["Anna"]])
    await gone.schedule(AHEAD)
    await gone.withdraw(to=models.Status.DRAFT)
    await gone.remove()
    page = await models.Page.draft(rows["site"].id, word, f"<p>{word}</p>")
    await _talk(open_post, word)
    await _subscribe(rows["site"], word)
    return {global_id(type(row).__name__, row.id) for row in [*hidden, gone, page]}


async def _publish_and_more(rows: dict[str, Any], word: str) -> models.Post:
    said = f"<p>{word}</p>"
    post = await models.Post.draft(rows["site"], word, said, authors=[rows["Anna"]], slug="te-lezen")
    await post.publish()
    await post.rewrite(f"{word} anders", said)
    await post.withdraw()
    # What it is called meanwhile is told to nobody, though it was called so before it can be read.
    await post.rewrite(word, said, slug=f"{word}-heimelijk")
    await post.rewrite(word, said, slug="weer-te-lezen")
    await post.publish()
    await post.remove()
    return await models.Post.get(id=rows["posts"][0].id)


async def _talk(post: models.Post, word: str) -> list[models.Comment]:
    """Leave below a post what waits, what is approved, what is refused and what is deleted."""
    writer = models.Writer(name=word, email=f"{word}@example.org", website=f"https://{word}.example.org/")
    waits, shown, spam, gone = [await models.Comment.keep(post, writer, word) for _ in range(4)]
    for comment in (waits, spam):
        await comment.attend()
    await models.Comment.decide_all([shown.id], models.Fate.APPROVED)
    await models.Comment.decide_all([spam.id], models.Fate.SPAM)
    await models.Comment.remove_all([gone.id])
    return [waits, shown, spam, gone]


async def _subscribe(site: models.Site, word: str) -> None:
    row = await models.Subscription.create(
        site_id=site.id, email=f"{word}@example.org", mailbox=f"{word}@example.org", name=word,
        language="nl", seed=word, created_at=models.now(),
    )  # fmt: skip
    await row._say_yes(site, TRACE)
    await row.leave(site, TRACE)
