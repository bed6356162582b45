"""How who wrote a comment looks: authors of the site have portraits, guests have none."""

import pytest

import models
from schema.context import Publication
from schema.plans import Plans

ASKED = "{ posts { nodes { comments { nodes { author { name avatarUrl author { avatar { url } } } } } } } }"


@pytest.fixture
async def publication(store):
    return Publication("https://tuin.example", keep_seconds=0)


@pytest.mark.parametrize("is_planned", [True, False], ids=["planned", "field by field"])
async def test_an_author_of_the_site_has_the_portrait_that_they_gave(
    site, publication, ask, write, is_planned, monkeypatch
):
    if not is_planned:

        async def never(*_, **__):
            return None

        monkeypatch.setattr(Plans, "answer", never)
    post = await write()
    await post.publish()
    portrait = await models.Image.show(site.id, "/media/ann.jpg")
    ann = await models.Author.named(site.id, "Ann")
    await ann.edit(avatar_id=portrait.id)
    bea = await models.Author.named(site.id, "Bea")
    for name, author_id in (("Ann", ann.id), ("Bea", bea.id), ("Gast", None)):
        writer = models.Writer(name=name, author_id=author_id)
        await models.Comment.keep(post, writer, "Ja", status=models.Fate.APPROVED)
    [told] = (await ask(ASKED))["posts"]["nodes"]
    writers = {one["author"]["name"]: one["author"] for one in told["comments"]["nodes"]}
    url = "https://tuin.example/media/ann.jpg"
    assert {name: one["avatarUrl"] for name, one in writers.items()} == {
        "Ann": url, "Bea": None, "Gast": None,
    }  # fmt: skip
    # As it is told below the author.
    assert writers["Ann"]["author"]["avatar"]["url"] == url
