"""An editor arranges the publication: pages, menus, tags, authors; who runs it sets what the site is."""

from datetime import UTC, datetime

import pytest

import models
from gql_server.handlers import HANDLERS
from models.interests import Interest
from models.redirects import Redirect
from schema.ids import global_id

PAGE = """query($path: String!) { page(by: {path: $path}) { id title path status
  parent { title } children { title } } }"""
MENU = "{ site { menu { items { label url items { label } } } } }"


async def test_a_page_is_written_put_below_another_and_shown(eva, reader):
    about = await eva.does("createPage", title="Over ons", contentMarkdown="Wij *zijn* wij.")
    team = await eva.does("createPage", title="De ploeg", parentId=about["id"], position=2)
    assert (team["path"], team["parent"]) == ("/over-ons/de-ploeg", {"id": about["id"]})
    assert about["contentSource"] == {"text": "Wij *zijn* wij."}
    early = await eva.errs("publishPage", id=team["id"])
    assert (early["code"], early["path"]) == ("INVALID", ["input", "parentId"])
    await eva.does("publishPage", id=about["id"], expectedVersion=1)
    await eva.does("publishPage", id=team["id"])
    seen = (await reader.ask(PAGE, path="/over-ons/de-ploeg"))["page"]
    assert (seen["parent"], seen["status"]) == ({"title": "Over ons"}, "PUBLISHED")
    moved = await eva.does("updatePage", id=team["id"], parentId=None, slug="ploeg", title="Onze ploeg")
    assert (moved["path"], moved["title"], moved["parent"]) == ("/ploeg", "Onze ploeg", None)
    assert (await reader.ask(PAGE, path="/over-ons/de-ploeg"))["page"]["path"] == "/ploeg"
    stale = await eva.errs("updatePage", id=team["id"], title="x", expectedVersion=1)
    assert (stale["code"], stale["currentVersion"]) == ("CONFLICT", moved["version"])


async def test_who_wishes_for_an_address_that_is_taken_is_told_which_one_it_became(eva, anna):
    for title in ("Ploeg", "Team"):
        page = await eva.does("createPage", title=title)
    moved = await eva.does("updatePage", id=page["id"], slug="ploeg")
    assert (page["path"], moved["path"]) == ("/team", "/ploeg-2")
    # And what the server keeps for itself.
    assert (await eva.does("updatePage", id=page["id"], slug="write"))["path"] == "/write-1"
    for title in ("Ploeg", "Team"):
        post = await anna.does("createPost", title=title)
    moved = await anna.does("updatePost", id=post["id"], slug="ploeg")
    assert (post["slug"], moved["slug"]) == ("team", "ploeg-2")


async def test_pages_stand_in_no_circle_and_hang_on_nothing_hidden(eva, reader):
    pages = [await eva.does("createPage", title="Een")]
    for title in ("Twee", "Drie"):
        pages.append(await eva.does("createPage", title=title, parentId=pages[-1]["id"]))
    for below in pages:
        error = await eva.errs("updatePage", id=pages[0]["id"], parentId=below["id"])
        assert (error["code"], error["path"]) == ("INVALID", ["input", "parentId"])
    for page in pages:
        await eva.does("publishPage", id=page["id"])
    draft = await eva.does("createPage", title="Ontwerp")
    assert (await eva.errs("updatePage", id=pages[2]["id"], parentId=draft["id"]))["code"] == "INVALID"
    assert (await eva.errs("unpublishPage", id=pages[1]["id"]))["code"] == "INVALID"
    assert (await eva.errs("deletePage", id=pages[1]["id"]))["code"] == "INVALID"
    await eva.does("updatePage", id=pages[2]["id"], parentId=pages[0]["id"])
    assert (await eva.does("unpublishPage", id=pages[1]["id"]))["status"] == "DRAFT"
    assert await eva.does("deletePage", id=pages[1]["id"]) == pages[1]["id"]
    shown = (await reader.ask(PAGE, path="/een"))["page"]
    assert shown["children"] == [{"title": "Drie"}]
    assert (await reader.ask(PAGE, path="/een/twee/drie"))["page"]["path"] == "/een/drie"
    assert (await eva.errs("updatePage", id=pages[0]["id"], parentId=pages[1]["id"]))["code"] == "NOT_FOUND"


async def test_pages_beside_each_other_stand_in_their_order(eva, reader, anna):
    top = await eva.does("createPage", title="Top")
    await eva.does("publishPage", id=top["id"])
    for title, position in (("B", 2), ("C", 3), ("A", 1)):
        page = await eva.does("createPage", title=title, parentId=top["id"], position=position)
        if title != "C":
            await eva.does("publishPage", id=page["id"])
    children = [child["title"] for child in (await reader.ask(PAGE, path="/top"))["page"]["children"]]
    assert children == ["A", "B"]
    paths = [page["path"] for page in (await eva.ask("{ pages { path } }"))["pages"]]
    assert paths == ["/top", "/top/a", "/top/b", "/top/c"]
    assert len((await anna.ask("{ pages { path } }"))["pages"]) == 3
    shown = [page["path"] for page in (await reader.ask("{ pages { path } }"))["pages"]]
    assert shown == ["/top", "/top/a", "/top/b"]


async def test_an_editor_finds_the_tags_that_nothing_has(eva, anna, reader):
    await anna.does("createPost", title="x", tagSlugs=["ui"])
    for person, labels in ((eva, ["ui"]), (anna, [])):
        assert (await person.ask("{ tags { label } }"))["tags"] == []
        found = (await person.ask("{ tags(isWhole: true) { label } }"))["tags"]
        assert [tag["label"] for tag in found] == labels
    refused = await reader.answer("{ tags(isWhole: true) { label } }")
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["UNAUTHENTICATED"]


async def test_a_draft_of_a_page_is_seen_by_editors_alone(anna, eva, reader):
    page = await eva.does("createPage", title="Geheim")
    node = "query($id: ID!) { node(id: $id) { id } page(by: {id: $id}) { title } }"
    for person in (anna, reader):
        assert await person.ask(node, id=page["id"]) == {"node": None, "page": None}
    seen = await eva.ask(node, id=page["id"])
    assert seen == {"node": {"id": page["id"]}, "page": {"title": "Geheim"}}


async def test_a_menu_gets_its_items_in_place_of_those_it_had(eva, anna, reader):
    post = await anna.does("createPost", title="Bericht", tagSlugs=["ui"])
    await anna.does("publishPost", id=post["id"])
    about = await eva.does("createPage", title="Over ons")
    await eva.does("publishPage", id=about["id"])
    tag = global_id("Tag", 1)
    items = [
        {"label": "Over", "target": {"pageId": about["id"]}, "items": [
            {"label": "Anna", "target": {"authorId": anna.author}},
            {"label": "Uien", "target": {"tagId": tag}},
            {"label": "Elders", "target": {"url": "https://example.org/"}},
        ]},
        {"label": "Bericht", "target": {"postId": post["id"]}},
        {"label": "Los", "items": [{"label": "Blad", "target": {"url": "/over-ons"}}]},
    ]  # fmt: skip
    menu = await eva.does("updateMenu", items=items)
    assert menu["slug"] == "main"
    assert [item["label"] for item in menu["items"]] == ["Over", "Bericht", "Los"]
    assert [item["label"] for item in menu["items"][0]["items"]] == ["Anna", "Uien", "Elders"]
    seen = (await reader.ask(MENU))["site"]["menu"]["items"]
    assert [item["label"] for item in seen] == ["Over", "Bericht", "Los"]
    await eva.does("updateMenu", items=items[:1])
    assert len((await reader.ask(MENU))["site"]["menu"]["items"]) == 1
    assert (await eva.does("updateMenu", slug="footer", items=[]))["items"] == []


async def test_an_editor_sees_in_a_menu_what_leads_to_what_only_editors_see(eva, anna, reader):
    post = await anna.does("createPost", title="Straks")
    below = [{"label": "Voorbij", "target": {"url": "/"}}]
    menu = await eva.does(
        "updateMenu", items=[{"label": "Straks", "target": {"postId": post["id"]}, "items": below}]
    )
    assert [item["label"] for item in menu["items"]] == ["Straks"]
    assert (await eva.ask(MENU))["site"]["menu"]["items"] == []
    whole = MENU.replace("menu {", "menu(isWhole: true) {")
    seen = (await eva.ask(whole))["site"]["menu"]["items"]
    assert seen == [{"label": "Straks", "url": menu["items"][0]["url"], "items": seen[0]["items"]}]
    refused = await reader.answer(whole)
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    ("items", "path"),
    [
        ([{"label": " "}], "items.0.label"),
        ([{"label": "x", "items": [{"label": "y" * 201}]}], "items.0.items.0.label"),
        ([{"label": "x", "target": {"url": "javascript:alert(1)"}}], "items.0.target.url"),
        ([{"label": "x", "items": [{"label": "y", "target": {"url": "/" + "x" * 2000}}]}],
         "items.0.items.0.target.url"),
        ([{"label": "x"}, {"label": "y", "items": [{"label": "z", "target": {"pageId": "eA=="}}]}],
         "items.1.items.0.target.pageId"),
        ([{"label": "x"}] * 201, "items"),
    ],
    ids=range(6),
)  # fmt: skip
async def test_a_menu_that_cannot_be_is_refused_at_its_place(eva, items, path):
    error = await eva.errs("updateMenu", items=items)
    assert error["path"] == ["input", *path.split(".")]


async def test_a_menu_nests_so_deep_and_no_deeper(eva):
    nested = {"label": "diep"}
    for _ in range(models.DEEPEST_MENU - 1):
        nested = {"label": "diep", "items": [nested]}
    await eva.does("updateMenu", items=[nested])
    error = await eva.errs("updateMenu", items=[{"label": "te diep", "items": [nested]}])
    assert error["path"] == ["input", "items"]


async def test_a_tag_is_renamed_and_its_old_path_leads_on(eva, anna, reader):
    post = await anna.does("createPost", title="x", tagSlugs=["ui", "prei"])
    await anna.does("publishPost", id=post["id"])
    leek, onion = [global_id("Tag", (await models.Tag.get(name=name)).id) for name in ("prei", "ui")]
    renamed = await eva.does("updateTag", id=onion, name="Uien", slug="uien")
    assert (renamed["label"], renamed["path"], renamed["postCount"]) == ("Uien", "/tags/uien", 1)
    assert (await models.leads("/tags/ui")).path == "/tags/uien"
    taken = await eva.errs("updateTag", id=onion, name="prei")
    assert (taken["code"], taken["path"], taken["message"]) == (
        "INVALID", ["input", "name"], "Zo heet al iets anders.",
    )  # fmt: skip
    again = await eva.does("updateTag", id=onion, slug="ui")
    assert (again["label"], again["path"]) == ("Uien", "/tags/ui")
    assert (await models.leads("/tags/uien")).path == "/tags/ui"
    assert await models.leads("/tags/ui") is None
    assert await eva.does("deleteTag", id=leek) == leek
    assert (await reader.ask("{ tags { label } }"))["tags"] == [{"label": "Uien"}]


async def test_of_two_tags_one_takes_over_all_of_the_other(eva, anna):
    for title, tags in (("a", ["ui"]), ("b", ["uien"]), ("c", ["ui", "uien"]), ("ontwerp", ["ui"])):
        post = await anna.does("createPost", title=title, tagSlugs=tags)
        if title != "ontwerp":
            await anna.does("publishPost", id=post["id"])
    one, many = [global_id("Tag", (await models.Tag.get(name=name)).id) for name in ("ui", "uien")]
    items = [{"label": "Ui", "target": {"tagId": one}}]
    await eva.does("updateMenu", items=items)
    merged = await eva.does("mergeTags", id=one, intoId=many)
    assert (merged["id"], merged["postCount"]) == (many, 3)
    assert await models.Tagging.all().count() == 4
    assert await models.Tag.all().count() == 1
    assert await models.recount(await models.Site.current()) == 0
    assert (await models.leads("/tags/ui")).path == "/tags/uien"
    assert (await eva.ask(MENU))["site"]["menu"]["items"][0]["url"].endswith("/tags/uien")
    assert (await eva.errs("mergeTags", id=many, intoId=many))["path"] == ["input", "intoId"]


async def test_a_tag_is_the_same_in_capitals_and_without_accents(anna):
    await anna.does("createPost", title="x", tagSlugs=["Vogels in de heg", "Crème", "C++"])
    again = ["vogels IN de heg", "creme", "C", "c++", "vogels-in-de-heg", "VOGELS IN DE HEG"]
    await anna.does("createPost", title="y", tagSlugs=again)
    assert sorted([tag.name for tag in await models.Tag.all()]) == ["C", "C++", "Crème", "Vogels in de heg"]
    assert await models.Tagging.all().count() == 3 + 4


async def test_an_author_is_added_changed_and_deleted_when_nothing_names_them(eva, anna, reader):
    made = await eva.does("createAuthor", name="Cas", bioHtml="<p>Tuint.</p><script>x</script>", place=1)
    assert (made["path"], made["bioHtml"]) == ("/authors/cas", "<p>Tuint.</p>")
    assert (await eva.errs("createAuthor", name="Cas"))["path"] == ["input", "name"]
    authors = (await reader.ask("{ authors { nodes { name } } }"))["authors"]["nodes"]
    assert authors[0] == {"name": "Cas"}
    said = {"name": "Caspar", "slug": "caspar", "bioHtml": None, "place": None}
    changed = await eva.does("updateAuthor", id=made["id"], **said)
    assert (changed["name"], changed["path"], changed["bioHtml"]) == ("Caspar", "/authors/caspar", None)
    assert (await models.leads("/authors/cas")).path == "/authors/caspar"
    assert (await eva.errs("updateAuthor", id=made["id"], name=None))["path"] == ["input", "name"]
    post = await eva.does("createPost", title="x", authorIds=[made["id"]])
    used = await eva.errs("deleteAuthor", id=made["id"])
    assert (used["code"], used["message"]) == (
        "INVALID", "Dit is nog nodig. Verander eerst wat ernaar verwijst.",
    )  # fmt: skip
    await eva.does("deletePost", id=post["id"])
    assert await eva.does("deleteAuthor", id=made["id"]) == made["id"]
    assert await Redirect.all().count() == 0
    assert (await eva.errs("deleteAuthor", id=anna.author))["code"] == "INVALID"


async def test_an_author_tells_of_themselves_and_not_of_others(anna, bas):
    told = await anna.does("updateAuthor", id=anna.author, bioHtml="<p>Ik.</p>")
    assert told["bioHtml"] == "<p>Ik.</p>"
    assert (await anna.errs("updateAuthor", id=bas.author, bioHtml="x"))["code"] == "FORBIDDEN"
    assert (await anna.errs("updateAuthor", id=anna.author, place=1))["code"] == "FORBIDDEN"


async def test_a_newsletter_is_started_named_and_can_be_chosen(eva, reader):
    made = await eva.does("createNewsletter", title=" De\nkrant ", description="Elke week.")
    assert made == {"id": made["id"], "slug": "de-krant", "title": "De krant", "description": "Elke week."}
    again = await eva.does("createNewsletter", title="De krant")
    assert (again["slug"], again["description"]) == ("de-krant-2", None)
    changed = await eva.does("updateNewsletter", id=made["id"], title="Het blad")
    assert (changed["slug"], changed["title"], changed["description"]) == (
        "de-krant", "Het blad", "Elke week.",
    )  # fmt: skip
    [main, *_] = (await reader.ask("{ site { newsletters { id title } } }"))["site"]["newsletters"]
    told = await eva.does("updateNewsletter", id=main["id"], description="Van alles.")
    assert (told["title"], told["description"]) == (main["title"], "Van alles.")
    assert (await eva.does("updateNewsletter", id=made["id"], description=None))["description"] is None
    offered = (await reader.ask("{ site { newsletters { title } } }"))["site"]["newsletters"]
    assert [each["title"] for each in offered] == [main["title"], "Het blad", "De krant"]
    post = await eva.does("createPost", title="Nieuws")
    await eva.does("publishPost", id=post["id"], newsletterSlugs=["de-krant"])


async def test_a_newsletter_without_a_title_is_refused(eva, reader):
    [main] = (await reader.ask("{ site { newsletters { id title } } }"))["site"]["newsletters"]
    for title in ("", " \n", "\u202e", "\u0301\u00ad", "x" * 201):
        assert (await eva.errs("createNewsletter", title=title))["path"] == ["input", "title"]
        assert (await eva.errs("updateNewsletter", id=main["id"], title=title))["path"] == ["input", "title"]
    assert (await eva.errs("updateNewsletter", id=main["id"], title=None))["path"] == ["input", "title"]
    for id in ("eA==", global_id("Newsletter", 99), global_id("Tag", 1)):
        assert (await eva.errs("updateNewsletter", id=id, title="x"))["path"] == ["input", "id"]
    said = await eva.errs("createNewsletter", title="x", description="x" * 501)
    assert said["path"] == ["input", "description"]
    assert await models.Newsletter.all().count() == 1


async def test_a_newsletter_that_nobody_has_chosen_is_taken_back(eva, reader):
    [main] = (await reader.ask("{ site { newsletters { id slug } } }"))["site"]["newsletters"]
    assert (await eva.errs("deleteNewsletter", id=main["id"]))["code"] == "INVALID"
    made = await eva.does("createNewsletter", title="De krant")
    post = await eva.does("createPost", title="Nieuws")
    later = {"at": "2090-01-01T00:00:00Z", "newsletterSlugs": ["de-krant"]}
    await eva.does("schedulePost", id=post["id"], **later)
    assert (await eva.errs("deleteNewsletter", id=made["id"]))["code"] == "INVALID"
    await eva.does("schedulePost", id=post["id"], **later | {"newsletterSlugs": ["main"]})
    chosen = await models.Newsletter.get(slug="de-krant")
    someone = await models.Subscription.create(
        site_id=1, email="dee@example.org", mailbox="dee@example.org", language="nl", seed="x" * 16,
        created_at=models.now(), status=models.SubscriptionStatus.CONFIRMED,
    )  # fmt: skip
    interest = await Interest.create(subscription_id=someone.id, newsletter_id=chosen.id)
    assert (await eva.errs("deleteNewsletter", id=made["id"]))["code"] == "INVALID"
    await interest.delete()
    assert await eva.does("deleteNewsletter", id=made["id"]) == made["id"]
    assert (await eva.errs("deleteNewsletter", id=made["id"]))["path"] == ["input", "id"]
    assert await models.Newsletter.all().count() == 1


async def test_who_repeats_what_made_a_newsletter_that_has_gone_is_told(eva):
    said = {"title": "De krant", "clientMutationId": "once"}
    made = await eva.does("createNewsletter", **said)
    assert (await eva.does("createNewsletter", **said))["id"] == made["id"]
    await eva.does("deleteNewsletter", id=made["id"])
    assert (await eva.errs("createNewsletter", **said))["code"] == "NOT_FOUND"


async def test_there_are_so_many_newsletters_and_no_more(eva):
    site = await models.Site.current()
    await models.Newsletter.bulk_create(
        [models.Newsletter(site_id=site.id, slug=f"n{number}", title="x") for number in range(49)]
    )
    assert (await eva.errs("createNewsletter", title="x"))["path"] == ["input", "title"]
    assert await models.Newsletter.all().count() == 50


async def test_who_runs_the_site_says_what_it_is(ada, anna, reader):
    logo = await models.Image.show(1, "/media/logo.png", alt_text="Blad")
    post = await anna.does("createPost", title="Nieuwjaar")
    await anna.does("publishPost", id=post["id"])
    await (await models.Post.get(id=1)).publish(datetime(2021, 12, 31, 23, 30, tzinfo=UTC))
    site = await ada.does(
        "updateSite", title="De tuin", description=None, language="nl", timeZone="Europe/Amsterdam",
        commentPolicy="SHOWN", logoId=global_id("Image", logo.id), url="https://tuin.example/",
    )  # fmt: skip
    assert site == {
        "title": "De tuin", "description": None, "language": "nl", "timeZone": "Europe/Amsterdam",
        "logo": {"altText": "Blad"},
    }  # fmt: skip
    assert (await models.Site.current()).comment_policy is models.CommentPolicy.SHOWN
    assert (await models.Job.counts()).waiting >= 1
    await HANDLERS[models.Work.CUT_MONTHS]()
    months = (await reader.ask("{ archiveMonths { month postCount } }"))["archiveMonths"]
    assert months == [{"month": "2022-01", "postCount": 1}]
    assert await models.recount(await models.Site.current()) == 0
    for said, path in (
        ({"title": None}, "title"), ({"language": "xx-nonsense"}, "language"),
        ({"timeZone": "Mars"}, "timeZone"), ({"url": "ftp://x"}, "url"), ({"logoId": "eA=="}, "logoId"),
    ):  # fmt: skip
        assert (await ada.errs("updateSite", **said))["path"] == ["input", path]
    assert (await models.Site.current()).title == "De tuin"


async def test_what_is_for_editors_and_for_admins_is_for_nobody_else(anna, eva, reader):
    page = await eva.does("createPage", title="x")
    tag = await models.Tag.named(1, "ui")
    said = {
        "createPage": {"title": "x"}, "updatePage": {"id": page["id"]}, "publishPage": {"id": page["id"]},
        "unpublishPage": {"id": page["id"]}, "deletePage": {"id": page["id"]}, "updateMenu": {"items": []},
        "updateTag": {"id": global_id("Tag", tag.id)}, "deleteTag": {"id": global_id("Tag", tag.id)},
        "mergeTags": {"id": global_id("Tag", tag.id), "intoId": global_id("Tag", tag.id)},
        "createAuthor": {"name": "x"}, "deleteAuthor": {"id": eva.author}, "updateSite": {"title": "x"},
        "createNewsletter": {"title": "x"}, "updateNewsletter": {"id": global_id("Newsletter", 1)},
        "deleteNewsletter": {"id": global_id("Newsletter", 1)},
    }  # fmt: skip
    for mutation, given in said.items():
        for person in (reader, anna):
            error = await person.errs(mutation, **given)
            assert error["code"] == "FORBIDDEN", mutation
    assert (await eva.errs("updateSite", title="x"))["requiredRole"] == "ADMIN"
    assert (await models.Site.current()).title == "Achterom"
