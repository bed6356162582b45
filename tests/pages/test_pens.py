"""Who writes passes the pen to the next one, who takes it by the letter and finds an empty page."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

import models
from gql_server.identity import SESSION

BEA = "bea@example.org"


@pytest.fixture
async def ann(reader, site):
    """Sign in Ann, who writes."""
    user = await models.User.welcome(site, "ann@staff.example", "Ann", models.Role.AUTHOR)
    await reader.posts(f"/sign-in/{await models.SignIn.at_hand(user)}")
    return user


async def passes(reader, **filled):
    await reader.opens("/pen")
    return await reader.presses("Geef de pen door", **{"name": "Bea", "email": BEA} | filled)


async def offered(reader, **filled):
    """Pass the pen, and give the link of its letter; somebody else opens it."""
    await passes(reader, **filled)
    assert reader.status == 303
    [letter] = await reader.letters()
    reader.client.session.cookie_jar.clear()
    return letter.link("pen")


async def test_the_pen_is_passed_taken_written_with_and_thanked_for(reader, ann, time_passes):
    link = await offered(reader, note="Jij kunt dit.")
    [letter] = await reader.letters()
    assert letter.to == BEA
    assert "Ann writes for" in letter.text
    assert "Jij kunt dit." in letter.text
    await reader.opens(link)
    assert reader.title == "Ann geeft je de pen"
    assert "Jij kunt dit." in reader.text
    await reader.presses("Ik neem de pen")
    assert reader.status == 303
    await reader.opens(reader.headers["Location"])
    post = await models.Post.get()
    bea = await models.User.get(mailbox=BEA)
    assert (bea.role, await post.is_by(bea.author_id)) == (models.Role.AUTHOR, True)
    await time_passes(timedelta(days=8))
    [reminder, *_] = await reader.letters()
    assert reminder.to == BEA
    assert reminder.link("write").endswith(f"/write/{post.id}")
    assert len(await reader.letters()) == 2
    await reader.presses("Publiceer nu", title="Het stuk van Bea", text="Tekst.")
    assert reader.status == 303
    for _ in range(2):
        await models.thank_for_pens()
        thanks, *others = await reader.letters()
        assert (thanks.subject, len(others)) == ("Thank you: Het stuk van Bea", 2)
        assert thanks.link("posts").endswith("/posts/het-stuk-van-bea")
        assert urlsplit(thanks.link("write")).path == "/write"
        assert f'href="{thanks.link("write")}"' in thanks.html


async def test_nobody_is_reminded_of_what_was_published_or_declined(reader, ann, time_passes):
    link = await offered(reader)
    await reader.opens(link)
    await reader.presses("Deze keer niet")
    assert reader.title == "Een andere keer dan"
    await time_passes(timedelta(days=8))
    assert len(await reader.letters()) == 1
    assert (await reader.opens(link)).status == 410
    assert not await models.User.exists(mailbox=BEA)


async def test_who_has_not_answered_is_reminded_by_a_link_that_works(reader, ann, time_passes):
    first = await offered(reader)
    await time_passes(timedelta(days=8))
    [reminder, _] = await reader.letters()
    assert reminder.link("pen") == first
    await reader.posts(first, {"take": "yes"})
    assert reader.status == 303


async def test_a_link_that_is_none_says_whom_to_ask(reader, ann):
    link = await offered(reader)
    for spoilt in (link[:-1], link.replace("pen_1_", "pen_2_")):
        assert (await reader.opens(spoilt)).status == 404
        assert reader.title == "Deze link geeft geen pen"


async def test_nobody_comes_to_write_as_who_writes_already(reader, ann, site):
    await models.Author.named(site.id, "Cor")
    for name in ("Cor", "Ann"):
        await passes(reader, name=name)
        assert reader.status == 422
        assert (
            reader.page.css_first("#name-error").text().startswith("Iemand schrijft hier al onder deze naam.")
        )
    link = await offered(reader)
    # Meanwhile somebody came to write under that name.
    await models.Author.named(site.id, "Bea")
    assert (await reader.posts(link, {"take": "yes"})).status == 410
    assert not await models.User.exists(mailbox=BEA)
    assert await models.Post.all().count() == 0


async def test_who_was_let_in_no_more_comes_back_by_no_pen(reader, ann, site):
    link = await offered(reader)
    bea = await models.User.welcome(site, BEA, "Bea", models.Role.EDITOR)
    await models.Key.retire(bea, by=models.NOBODY)
    assert (await reader.posts(link, {"take": "yes"})).status == 410
    assert (await models.User.get(mailbox=BEA)).retired_at is not None


async def test_the_pens_stay_to_be_seen_when_a_post_is_gone(reader, ann):
    await reader.posts(await offered(reader), {"take": "yes"})
    await (await models.Post.get()).remove()
    await reader.posts(f"/sign-in/{await models.SignIn.at_hand(ann)}")
    assert (await reader.opens("/pen")).status == 200
    assert "Bea" in reader.text


async def test_who_was_passed_a_pen_can_read_that_and_have_it_forgotten(reader, ann, site):
    await offered(reader, note="Jij kunt dit.")
    [pen] = (await models.held_of(site, BEA))["pens"]
    assert (pen["name"], pen["note"]) == ("Bea", "Jij kunt dit.")
    assert await models.forget(site, BEA)
    assert await models.Pen.all().count() == 0
    assert await models.Delivery.all().count() == 0


async def test_a_giver_writes_to_so_many_a_day_though_they_take_back_each(reader, ann, site):
    by = models.Principal(ann.id, ann.role, ann.author_id, models.OF_ROLE[ann.role])
    for number in range(10):
        pen = await models.Pen.pass_on(site, by, email=f"{number}@example.org", name=f"N{number}")
        await pen.withdraw(by)
    with pytest.raises(models.TooMany):
        await models.Pen.pass_on(site, by, email="one.more@example.org", name="Meer")
    assert await models.Delivery.all().count() == 10


async def test_nobody_who_wants_no_letter_is_written_about_a_pen(reader, ann, site):
    await models.Suppression.add(site, BEA, models.SuppressionScope.ALL, reason="complained")
    await passes(reader)
    assert reader.status == 303
    assert await reader.letters() == []


async def test_a_pen_does_not_sign_in_who_could_sign_in_already(reader, ann, site):
    await models.User.welcome(site, BEA, "Bea", models.Role.ADMIN)
    await reader.posts(await offered(reader), {"take": "yes"})
    assert reader.title == "De pen is van jou"
    assert SESSION not in reader.client.session.cookie_jar.filter_cookies(reader.client.make_url("/"))
    assert (await models.User.get(mailbox=BEA)).role is models.Role.ADMIN
    assert await models.Post.all().count() == 1


async def test_a_pen_is_taken_once(reader, ann):
    link = await offered(reader)
    await reader.posts(link, {"take": "yes"})
    for ask in (reader.opens, reader.posts):
        assert (await ask(link)).status == 410
        assert reader.title == "Deze pen is aangenomen"
        assert reader.page.css_first(".press a").attributes["href"] == "/write"
    assert await models.Post.all().count() == 1


async def test_who_took_the_pen_comes_back_by_the_letter_that_brought_it(reader, ann):
    link = await offered(reader)
    await reader.posts(link, {"take": "yes"})
    reader.client.session.cookie_jar.clear()
    await reader.opens(link)
    await reader.opens(reader.page.css_first(".press a").attributes["href"])
    assert (reader.status, reader.headers["Location"]) == (303, "/sign-in")
    await reader.opens("/sign-in")
    await reader.presses("Stuur mij de link", email=BEA)
    [letter, *_] = await reader.letters()
    await reader.opens(letter.link("sign-in"))
    await reader.presses("Log in")
    await reader.opens("/write")
    assert "Zonder titel" in reader.text


async def test_a_pen_can_be_taken_back(reader, ann):
    await passes(reader)
    await reader.opens("/pen")
    assert "Nog geen antwoord." in reader.text
    await reader.presses("Neem hem terug van Bea")
    await reader.opens("/pen")
    assert "Teruggenomen." in reader.text
    [letter] = await reader.letters()
    assert (await reader.posts(letter.link("pen"))).status == 410


@pytest.mark.parametrize("token", ["x", "pen_1_x", "login_1_x", "pen_99999999999_x"])
async def test_a_made_up_link_offers_nothing(reader, ann, token):
    await offered(reader)
    for ask in (reader.opens, reader.posts):
        assert (await ask(f"/pen/{token}")).status == 404


async def test_nobody_is_written_to_over_and_over_and_what_was_filled_in_stays(reader, ann):
    await passes(reader)
    await passes(reader, note="Nog één keer.")
    assert reader.status == 429
    assert reader.page.css_first("#email-error").text().startswith("Er ging kort geleden al een pen naar dit")
    assert [reader.page.css_first(f"#{name}").attributes["value"] for name in ("name", "email")] == [
        "Bea",
        BEA,
    ]
    assert reader.page.css_first("#note").text().strip() == "Nog één keer."
    assert len(await reader.letters()) == 1


async def test_who_took_back_ten_is_told_to_wait(reader, ann):
    for number in range(11):
        await passes(reader, name=f"Bea {number}", email=f"bea{number}@example.org")
        await models.Pen.all().update(state="withdrawn")
    assert reader.status == 429
    assert reader.page.css_first("#email-error").text().startswith("Je gaf al zoveel pennen door")


@pytest.mark.parametrize(
    ("field", "filled", "told"),
    [
        ("name", " ", "Vul in wie er hierna schrijft."),
        ("email", "bea@@x", "Dit is geen adres waar een brief heen kan."),
        ("email", "ANN@staff.example", "Dit is je eigen adres."),
        ("note", "n" * 2_001, "Zeg het in hoogstens 2.000 tekens."),
    ],
)
async def test_what_cannot_be_used_is_told_at_its_field(reader, ann, field, filled, told):
    await passes(reader, **{field: filled})
    assert reader.status == 422
    assert reader.page.css_first(f"#{field}-error").text().startswith(told)
    assert await models.Pen.all().count() == 0


async def test_who_waits_for_ten_answers_is_told_so(reader, ann):
    for number in range(11):
        await passes(reader, name=f"Bea {number}", email=f"bea{number}@example.org")
    assert reader.status == 422
    assert reader.page.css_first("#email-error").text().startswith("Er wachten al tien pennen op antwoord.")


async def test_only_who_is_signed_in_passes_it(reader, site):
    for ask in (reader.opens, reader.posts):
        await ask("/pen")
        assert reader.headers["Location"] == "/sign-in"


async def test_others_see_no_pens_that_are_not_theirs(reader, ann, site):
    await passes(reader)
    reader.client.session.cookie_jar.clear()
    cas = await models.User.welcome(site, "cas@staff.example", "Cas", models.Role.AUTHOR)
    await reader.posts(f"/sign-in/{await models.SignIn.at_hand(cas)}")
    await reader.opens("/pen")
    assert "Bea" not in reader.text
    await reader.posts("/pen", {"withdraw": (await models.Pen.get()).id})
    assert (await models.Pen.get()).state == "offered"


async def test_a_pen_that_nobody_took_runs_out(reader, ann, later):
    link = await offered(reader)
    later(timedelta(days=31))
    for ask in (reader.opens, reader.posts):
        assert (await ask(link)).status == 410
    assert await models.Post.all().count() == 0


async def test_who_passes_the_pen_or_takes_it_back_is_told_so(reader, ann):
    await passes(reader)
    await reader.opens(reader.headers["Location"])
    assert reader.page.css_first("[role=status]").text() == "De pen is doorgegeven: er is een brief onderweg."
    await reader.presses("Neem hem terug van Bea")
    await reader.opens(reader.headers["Location"])
    assert reader.page.css_first("[role=status]").text() == "Je hebt de pen teruggenomen."
    assert not (await reader.opens("/pen?told=x")).page.css("[role=status]")
