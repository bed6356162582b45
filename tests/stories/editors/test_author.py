"""An author writes: a draft, seen by nobody, becomes a post; what others do meanwhile is never lost."""

from datetime import timedelta

import pytest
import time_machine

import models
from models.redirects import Redirect
from schema.ids import global_id, row_id

MARKDOWN = "Met *nadruk*.\n\n| a | b |\n|---|---|\n| 1 | ~~2~~ |\n"


async def test_an_author_writes_a_draft_and_publishes_it(anna, reader):
    image = await models.Image.show(1, "/media/roos.jpg", alt_text="Een roos")
    user = await models.User.get(name="Anna")
    await models.Image.filter(id=image.id).update(user_id=user.id)
    draft = await anna.does(
        "createPost", title="Over de heg", contentMarkdown=MARKDOWN, excerpt="Kort.", seoTitle="Heg",
        tagSlugs=["Tuinieren", "tuinieren"], imageId=global_id("Image", image.id),
    )  # fmt: skip
    assert draft["status"] == "DRAFT"
    assert draft["authors"] == [{"name": "Anna"}]
    assert draft["tags"] == [{"label": "Tuinieren", "slug": "tuinieren"}]
    assert draft["image"] == {"altText": "Een roos"}
    assert draft["viewerCanEdit"] is True
    assert draft["contentSource"] == {"format": "MARKDOWN", "text": MARKDOWN}
    assert "<em>nadruk</em>" in draft["contentHtml"]
    assert "<td><s>2</s></td>" in draft["contentHtml"]
    assert (draft["excerpt"], draft["seo"]["title"]) == ("Kort.", "Heg")
    assert await reader.sees(draft["id"]) is None
    shown = await anna.does("publishPost", id=draft["id"])
    assert (shown["status"], shown["version"]) == ("PUBLISHED", 2)
    seen = await reader.sees(draft["id"])
    assert (seen["title"], seen["viewerCanEdit"], seen["archiveMonth"]) == (
        "Over de heg", False, shown["archiveMonth"],
    )  # fmt: skip


async def test_who_uploaded_a_picture_says_in_other_words_what_it_shows(anna, eva, reader):
    theirs, hers = [await models.Image.show(1, f"/media/{name}.jpg", alt_text="x") for name in ("ui", "roos")]
    user = await models.User.get(name="Anna")
    await models.Image.filter(id=hers.id).update(user_id=user.id)
    post = await anna.does(
        "createPost", title="Roos", contentHtml="<p>x</p>", imageId=global_id("Image", hers.id)
    )
    await anna.does("publishPost", id=post["id"])
    told = await anna.does(
        "updateImage", id=global_id("Image", hers.id), altText=" Een  roos\n in bloei", caption="Rood & <wit>"
    )
    assert (told["altText"], told["caption"]) == ("Een roos in bloei", "Rood &amp; &lt;wit&gt;")
    assert (await reader.sees(post["id"]))["image"] == {"altText": "Een roos in bloei"}
    told = await anna.does("updateImage", id=global_id("Image", hers.id), caption="een\n\n\u0007twee\ndrie")
    assert told["caption"] == "een<br><br>twee<br>drie"
    for nothing in (" \u0007\n", None):
        told = await anna.does("updateImage", id=global_id("Image", hers.id), caption=nothing)
        assert (told["altText"], told["caption"]) == ("Een roos in bloei", None)
    other = global_id("Image", theirs.id)
    for somebody, id in ((anna, other), (anna, "x"), (eva, global_id("Image", 999)), (eva, post["id"])):
        assert (await somebody.errs("updateImage", id=id, altText="y"))["code"] == "NOT_FOUND"
    await models.Site.filter(id=1).update(logo_id=theirs.id)
    error = await anna.errs("updateImage", id=other, altText="y")
    assert (error["code"], error["requiredRole"]) == ("FORBIDDEN", "EDITOR")
    error = await eva.errs("updateImage", id=global_id("Image", "post-1-0"), altText="y")
    assert (error["code"], error["message"]) == (
        "INVALID", "De woorden bij dit plaatje staan in de tekst. Verander ze daar.",
    )  # fmt: skip
    assert (await reader.errs("updateImage", id=other, altText="y"))["code"] == "FORBIDDEN"
    assert (await eva.does("updateImage", id=other, altText="Een ui"))["altText"] == "Een ui"
    for wrong in ({"altText": "x" * 1001}, {"caption": "x" * 1001}):
        error = await eva.errs("updateImage", id=other, **wrong)
        assert (error["code"], error["path"]) == ("INVALID", ["input", *wrong])
    assert (await models.Image.get(id=theirs.id)).alt_text == "Een ui"


async def test_what_is_left_out_stays_and_what_is_null_is_emptied(anna):
    post = await anna.does(
        "createPost", title="Eerst", contentHtml="<p>Tekst</p>", excerpt="Kort.", tagSlugs=["ui"],
        commentsOpen=False,
    )  # fmt: skip
    same = await anna.does("updatePost", id=post["id"], title="Daarna")
    assert same == post | {"title": "Daarna", "version": 2, "seo": same["seo"]}
    emptied = await anna.does(
        "updatePost", id=post["id"], excerpt=None, contentHtml=None, tagSlugs=None, imageId=None, slug=None
    )
    assert (emptied["contentText"], emptied["excerpt"], emptied["tags"]) == ("", "", [])
    assert (emptied["slug"], emptied["title"]) == ("daarna", "Daarna")
    error = await anna.errs("updatePost", id=post["id"], title=None)
    assert (error["code"], error["path"]) == ("INVALID", ["input", "title"])


async def test_who_saves_over_what_another_saved_is_told_so(anna, eva):
    post = await anna.does("createPost", title="Samen", contentHtml="<p>Een</p>")
    await eva.does("updatePost", id=post["id"], contentHtml="<p>Twee</p>", expectedVersion=1)
    error = await anna.errs("updatePost", id=post["id"], contentHtml="<p>Drie</p>", expectedVersion=1)
    assert (error["code"], error["currentVersion"], error["path"]) == (
        "CONFLICT", 2, ["input", "expectedVersion"],
    )  # fmt: skip
    assert (await anna.sees(post["id"]))["contentText"] == "Twee"
    for verb in ("publishPost", "archivePost", "unpublishPost", "deletePost"):
        assert (await anna.errs(verb, id=post["id"], expectedVersion=1))["code"] == "CONFLICT"
    assert (await anna.does("publishPost", id=post["id"], expectedVersion=2))["version"] == 3


async def test_what_is_sent_twice_is_done_once(anna, bas):
    first = await anna.does("createPost", title="Eenmaal", clientMutationId="a1")
    again = await anna.does("createPost", title="Eenmaal", clientMutationId="a1")
    assert again == first
    other = await bas.does("createPost", title="Eenmaal", clientMutationId="a1")
    assert other["authors"] == [{"name": "Bas"}]
    assert await models.Post.all().count() == 2
    for _ in range(2):
        shown = await anna.does("publishPost", id=first["id"], clientMutationId="a2")
        assert shown["version"] == 2
    deeds = await models.Audit.all().order_by("id").values_list("deed", "subject_id")
    assert list(deeds) == [("post.create", 1), ("post.create", 2), ("post.publish", 1)]


async def test_a_scheduled_post_appears_by_itself_at_its_moment(anna, reader):
    now = models.now()
    with time_machine.travel(now) as clock:
        post = await anna.does("createPost", title="Straks")
        past = await anna.errs("schedulePost", id=post["id"], at=(now - timedelta(minutes=1)).isoformat())
        assert (past["code"], past["path"]) == ("INVALID", ["input", "at"])
        waits = await anna.does("schedulePost", id=post["id"], at=(now + timedelta(days=1)).isoformat())
        assert (waits["status"], waits["scheduledFor"]) == ("SCHEDULED", waits["publishedAt"])
        assert waits["archiveMonth"] is None
        assert await reader.sees(post["id"]) is None
        clock.shift(timedelta(days=2))
        seen = await reader.sees(post["id"])
        assert (seen["status"], seen["scheduledFor"]) == ("PUBLISHED", None)


async def test_a_scheduled_post_that_is_taken_back_is_published_at_no_moment(anna, reader):
    post = await anna.does("createPost", title="Toch niet")
    await anna.does("schedulePost", id=post["id"], at="2090-03-02T12:00:00Z")
    draft = await anna.does("unpublishPost", id=post["id"])
    assert (draft["status"], draft["publishedAt"], draft["scheduledFor"]) == ("DRAFT", None, None)
    shown = await anna.does("publishPost", id=post["id"])
    assert shown["status"] == "PUBLISHED"
    assert await reader.sees(post["id"])


async def test_publishing_a_scheduled_post_shows_it_now_and_an_old_one_at_its_own_moment(anna, reader):
    post = await anna.does("createPost", title="Nu dan")
    await anna.does("schedulePost", id=post["id"], at="2090-03-02T12:00:00Z")
    shown = await anna.does("publishPost", id=post["id"])
    assert shown["publishedAt"] < "2090"
    await anna.does("archivePost", id=post["id"])
    assert await reader.sees(post["id"]) is None
    assert (await anna.does("publishPost", id=post["id"]))["publishedAt"] == shown["publishedAt"]


async def test_the_old_address_of_a_post_leads_to_it_and_that_of_a_draft_was_never_known(anna, reader):
    post = await anna.does("createPost", title="Eerste naam")
    draft = await anna.does("updatePost", id=post["id"], slug="tweede naam")
    assert draft["slug"] == "tweede-naam"
    await anna.does("publishPost", id=post["id"])
    await anna.does("updatePost", id=post["id"], slug="derde-naam")
    by_path = "query($path: String!) { post(by: {path: $path}) { slug } }"
    assert (await reader.ask(by_path, path="/posts/tweede-naam"))["post"] == {"slug": "derde-naam"}
    assert (await reader.ask(by_path, path="/posts/eerste-naam"))["post"] is None


async def test_a_deleted_post_takes_along_all_that_was_about_it(anna, eva, reader):
    post = await anna.does("createPost", title="Weg", contentHtml="<p>Een</p>", tagSlugs=["ui"])
    await anna.does("publishPost", id=post["id"])
    await anna.does("updatePost", id=post["id"], slug="elders", contentHtml="<p>Twee</p>")
    row = await models.Post.get(id=row_id(post["id"], "Post"))
    await models.Comment.keep(row, models.Writer(name="Gast"), "Mooi", status=models.Fate.APPROVED)
    assert await Redirect.all().count() == 1
    await anna.does("createPreviewLink", postId=post["id"])
    assert await anna.does("deletePost", id=post["id"]) == post["id"]
    for noun in (models.Post, models.Comment, models.Byline, models.Tagging, models.Revision, Redirect):
        assert await noun.all().count() == 0
    assert await models.Key.filter(kind=models.KeyKind.PREVIEW).count() == 0
    assert await models.recount(await models.Site.current()) == 0
    counts = await reader.ask("{ posts { totalCount } archiveMonths { month } authors { totalCount } }")
    assert counts["posts"] == {"totalCount": 0}
    assert counts["archiveMonths"] == []
    assert (await anna.errs("deletePost", id=post["id"]))["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"title": " "}, "title"),
        ({"title": "x", "contentHtml": "a", "contentMarkdown": "b"}, "contentMarkdown"),
        ({"title": "x", "contentHtml": "<div>" * 600}, "contentHtml"),
        ({"title": "x", "excerpt": "x" * 2001}, "excerpt"),
        ({"title": "x", "seoTitle": "x" * 301}, "seoTitle"),
        ({"title": "x", "tagSlugs": ["x"] * 51}, "tagSlugs"),
        ({"title": "x", "tagSlugs": [" "]}, "tagSlugs"),
        ({"title": "x", "imageId": "bm9uc2Vucw=="}, "imageId"),
        ({"title": "x", "authorIds": ["bm9uc2Vucw=="]}, "authorIds"),
    ],
    ids=range(9),
)
async def test_what_cannot_be_kept_is_refused_at_its_field(eva, said, path):
    error = await eva.errs("createPost", **said)
    assert error["code"] in {"INVALID", "NOT_FOUND"}
    assert error["path"] == ["input", path]
    assert error["message"]
    assert await models.Post.all().count() == await models.Tag.all().count() == 0
