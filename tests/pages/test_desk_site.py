"""At the desk, who may do everything says what the site is called and how it goes about."""

import pytest

import models

FILLED = {
    "title": "De achtertuin",
    "description": "Over alles\r\nwat groeit.",
    "language": "nl",
    "time_zone": "Europe/Amsterdam",
    "comment_policy": "confirmed",
}
KEPT = FILLED | {"description": "Over alles wat groeit."}


async def kept():
    site = await models.Site.get()
    return {name: str(getattr(site, name) or "") for name in FILLED}


def value_of(reader, name):
    field = reader.page.css_first(f"#{name}")
    if field.tag == "textarea":
        return field.text().removeprefix("\n")
    if field.tag == "select":
        [picked] = field.css("option[selected]")
        return picked.attributes.get("value", picked.text())
    return field.attributes["value"]


async def save(reader, **filled):
    button = reader.page.css_first("form.fill > .press button").text()
    await reader.presses(button, **filled)


async def test_an_admin_says_what_the_site_is(reader, desk, words):
    admin = await desk(models.Role.ADMIN)
    assert reader.page.css_first('a[href="/write/site"]').text() == words["site_title"]
    await reader.opens("/write/site")
    assert (reader.status, reader.title) == (200, words["site_title"])
    await save(reader, **FILLED)
    assert reader.headers["Location"] == "/write/site?told=saved"
    assert await kept() == KEPT
    await reader.opens(reader.headers["Location"])
    assert reader.page.css_first("[role=status]").text() == words["desk_told_saved"]
    for name in ("title", "description", "language", "time_zone"):
        assert value_of(reader, name) == KEPT[name]
    [picked] = reader.page.css("[name=comment_policy][checked]")
    assert picked.attributes["value"] == "confirmed"
    deeds = await models.Audit.filter(user_id=admin.id).order_by("-id").values_list("deed", "subject_id")
    assert deeds[0] == ("site.update", (await models.Site.get()).id)
    assert reader.page.css_first(".name").text() == "De achtertuin"


async def test_what_is_saved_as_it_stood_changes_nothing(reader, desk, site):
    # By the graph a site may be in the English of one country, and in a zone that is no place's.
    await site.change(language="en-GB", description=None)
    await models.set_time_zone(site, "CET")
    await desk(models.Role.ADMIN)
    before = await kept()
    await reader.opens("/write/site")
    await save(reader)
    assert reader.status == 303
    assert await kept() == before
    assert (await models.Site.get()).description is None


@pytest.mark.parametrize("role", [models.Role.AUTHOR, models.Role.EDITOR])
async def test_who_may_not_is_told_and_keeps_their_words(reader, desk, role, words):
    user = await desk(models.Role.ADMIN)
    await reader.opens("/write/site")
    await models.User.filter(id=user.id).update(role=role)
    before = await kept()
    await save(reader, **FILLED)
    assert (reader.status, reader.title) == (403, words["desk_barred_title"])
    assert (value_of(reader, "title"), value_of(reader, "description")) == (
        FILLED["title"],
        "Over alles\nwat groeit.",
    )
    assert await kept() == before
    await reader.opens("/write/site")
    assert (reader.status, reader.title) == (403, words["desk_barred_title"])
    assert not (await reader.opens("/write")).page.css('a[href="/write/site"]')


async def test_who_was_signed_out_meanwhile_gets_their_words_back(reader, desk):
    user = await desk(models.Role.ADMIN)
    await reader.opens("/write/site")
    await models.Key.filter(user_id=user.id).delete()
    before = await kept()
    await save(reader, **FILLED)
    assert (reader.status, reader.title) == (403, "Je bent uitgelogd")
    assert value_of(reader, "title") == FILLED["title"]
    assert await kept() == before
    await reader.opens("/write/site")
    assert (reader.status, reader.headers["Location"]) == (303, "/sign-in")


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "\u200b \u00a0"}, "title"),
        ({"title": "t" * 201}, "title"),
        ({"description": "d" * 1001}, "description"),
        ({"language": "xx"}, "language"),
        ({"language": ""}, "language"),
        ({"language": "nl@x=y"}, "language"),
        ({"time_zone": "Mars/Olympus"}, "timeZone"),
        ({"time_zone": "../../etc/passwd"}, "timeZone"),
        ({"time_zone": ""}, "timeZone"),
        ({"comment_policy": None}, "commentPolicy"),
        ({"comment_policy": "SHOWN"}, "commentPolicy"),
    ],
)
async def test_what_cannot_be_kept_is_told_at_its_field_and_nothing_is_lost(reader, desk, filled, field):
    await desk(models.Role.ADMIN)
    await reader.opens("/write/site")
    before = await kept()
    await save(reader, **FILLED | filled)
    assert reader.status == 422
    assert reader.page.css_first(f"#{field}-error").text()
    [described] = reader.page.css(f"[aria-describedby~='{field}-error']")
    assert described.attributes["aria-invalid"] == "true"
    assert len(reader.page.css("[autofocus]")) == 1
    assert await kept() == before
    for name in ("title", "description", "language", "time_zone"):
        assert value_of(reader, name) == (FILLED | filled)[name].replace("\r\n", "\n").strip()


async def test_what_another_has_changed_meanwhile_is_not_overwritten(reader, desk, site, words):
    await desk(models.Role.ADMIN)
    await reader.opens("/write/site")
    await site.change(title="Van een ander")
    await save(reader, **FILLED)
    assert reader.status == 409
    assert words["desk_wrong_changed_title"] in reader.page.css_first("[role=alert]").text()
    assert value_of(reader, "title") == FILLED["title"]
    assert (await kept())["title"] == "Van een ander"
    await save(reader)
    assert reader.status == 409


async def test_a_page_of_elsewhere_changes_nothing(reader, desk):
    await desk(models.Role.ADMIN)
    before = await kept()
    await reader.posts("/write/site", FILLED, **{"Sec-Fetch-Site": "cross-site"})
    assert reader.status == 403
    assert await kept() == before


@pytest.mark.parametrize("title", ["عنوان عربي", "t" * 200, "<script>alert(1)</script> & '\""])
async def test_any_title_is_shown_as_it_is(reader, desk, title):
    await desk(models.Role.ADMIN)
    await reader.opens("/write/site")
    await save(reader, **FILLED | {"title": title})
    await reader.opens(reader.headers["Location"])
    assert value_of(reader, "title") == title
    assert reader.page.css_first("#title").attributes["dir"] == "auto"
    assert not reader.page.css("main script")
