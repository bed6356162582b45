"""At the desk, who sends newsletters does for a subscriber what they ask by telephone."""

import asyncio
import json

import pytest

import models
from mailers import reasons
from models.caps import Cap
from tests.pages.conftest import ANN

PATH = "/write/subscribers"


@pytest.fixture
async def ann(reader, desk):
    """Let Ann sign up, and open her page as an admin: `await ann()`, or `await ann(confirms=True)`."""

    async def page(*, confirms=False):
        await (reader.subscribes(name="Ann") if confirms else reader.signs_up(name="Ann"))
        await reader.letters()
        await desk(models.Role.ADMIN, "Bo")
        found = await models.Subscription.get(email=ANN)
        await reader.opens(f"{PATH}/{found.id}")
        return found

    return page


async def follow(reader):
    assert reader.status == 303, reader.text
    await reader.opens(reader.headers["Location"])
    return reader.page.css_first("[role=status]").text()


def lines(reader):
    """Give what stands on the page as acts and as letters."""
    return [
        [" ".join(item.text().split()) for item in shelf.css("li")]
        for shelf in reader.page.css("main .shelf")
    ]


def buttons(reader):
    return [button.attributes["value"] for button in reader.page.css("main .data button")]


async def deeds():
    return [one.deed for one in await models.Audit.told(deed="subscription")]


async def test_all_that_is_kept_is_told(reader, ann, words):
    await ann(confirms=True)
    assert (reader.status, reader.title) == (200, ANN)
    assert (reader.headers["Cache-Control"], reader.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    acts, letters = lines(reader)
    assert [act.partition(" · ")[0] for act in acts] == [
        words["subscriber_act_confirmed"], words["subscriber_act_asked"], words["subscriber_act_requested"]
    ]  # fmt: skip
    for proof in (words["subscriber_door_page"], "http://127.0.0.1:", "127.0.0.0/24"):
        assert proof in acts[-1]
    assert letters[0].startswith(words["subscriber_letter_welcome"])
    assert letters[1].startswith(words["subscriber_letter_confirmation"])
    about = reader.page.css_first("dl").text()
    assert "Ann" in about
    assert models.Newsletter.title_of(None, reader.language) in about
    assert buttons(reader) == ["leave", "export", "erase"]


async def test_the_letter_that_asks_comes_once_more_and_no_more_often(reader, ann, words):
    row = await ann()
    [first] = await reader.letters()
    assert buttons(reader) == ["ask", "leave", "export", "erase"]
    await reader.presses(words["subscriber_ask"])
    assert reader.status == 422
    assert reader.page.css_first("[role=alert]").text() == words["subscriber_wrong_often"]
    assert await reader.letters() == [first]
    await Cap.all().delete()
    await reader.presses(words["subscriber_ask"])
    assert await follow(reader) == words["subscriber_told_ask"]
    [again, _] = await reader.letters()
    await reader.presses(words["subscriber_ask"])
    assert reader.status == 422
    assert len(await reader.letters()) == 2
    assert await deeds() == ["subscription.ask"]
    # The newest letter is the one that works, and what was asked for stays.
    await reader.posts(first.link("confirm"))
    assert reader.status == 404
    await reader.posts(again.link("confirm"))
    found = await models.Subscription.get(id=row.id)
    assert (found.status, found.name) == (models.SubscriptionStatus.CONFIRMED, "Ann")


async def test_who_has_confirmed_meanwhile_is_not_asked_again(reader, ann, words):
    await ann()
    [letter] = await reader.letters()
    kept = reader.page.css_first("button[value=ask]")
    assert kept is not None
    await models.Subscription.confirm(
        await models.found(), letter.link("confirm").rpartition("/")[2], models.Trace(door="page")
    )
    await Cap.all().delete()
    await reader.presses(words["subscriber_ask"])
    assert reader.status == 422
    assert reader.page.css_first("[role=alert]").text() == words["subscriber_wrong_not_pending"]
    assert (await deeds(), await Cap.all().count()) == ([], 0)


async def test_no_letter_asks_where_none_may_go(reader, ann, words, site):
    await ann()
    await models.Suppression.add(site, ANN, models.SuppressionScope.ALL, reason="operator")
    await Cap.all().delete()
    await reader.presses(words["subscriber_ask"])
    assert reader.page.css_first("[role=alert]").text() == words["subscriber_wrong_suppressed"]
    assert len(await reader.letters()) == 1


async def test_somebody_is_unsubscribed_once(reader, ann, words):
    row = await ann(confirms=True)
    assert reader.page.css("dl dt")[-1].text() == words["subscriber_about_topics"]
    await reader.presses(words["subscriber_leave"])
    assert await follow(reader) == words["subscriber_told_leave"]
    assert buttons(reader) == ["export", "erase"]
    assert reader.page.css("dl dt")[-1].text() == words["subscriber_about_topics_then"]
    await models.Subscription.filter(id=row.id).update(status="bounced", left_at=None)
    await reader.opens(f"{PATH}/{row.id}")
    assert reader.page.css("dl dt")[-1].text() == words["subscriber_about_topics_then"]
    await models.Subscription.filter(id=row.id).update(status="unsubscribed", left_at=models.now())
    [goodbye, *others] = await reader.letters()
    assert (goodbye.link("undo") != "", len(others)) == (True, 2)
    assert await deeds() == ["subscription.leave"]
    await reader.posts(f"{PATH}/{row.id}", {"do": "leave"})
    assert await follow(reader) == words["subscriber_told_leave_not"]
    assert (len(await reader.letters()), await deeds()) == (3, ["subscription.leave"])
    consents = await models.Consent.filter(subscription_id=row.id, act=models.Act.LEFT)
    assert [(one.door, one.form, one.network) for one in consents] == [("operator", None, None)]
    assert words["subscriber_door_operator"] in lines(reader)[0][0]


@pytest.mark.parametrize("scope", list(models.SuppressionScope))
async def test_a_suppression_is_told_and_lifted(reader, ann, words, site, scope):
    row = await ann(confirms=True)
    assert "lift" not in buttons(reader)
    await models.Suppression.add(site, ANN, scope, reason="complaint")
    await reader.opens(reader.path)
    assert words["subscriber_suppressed_complaint"] in reader.page.css_first(".note").text()
    await reader.presses(words["subscriber_lift"])
    assert await follow(reader) == words["subscriber_told_lift"]
    assert (reader.page.css(".note"), await models.Suppression.all().count()) == ([], 0)
    assert await deeds() == ["subscription.unsuppress"]
    await reader.posts(f"{PATH}/{row.id}", {"do": "lift"})
    assert await follow(reader) == words["subscriber_told_lift_not"]
    assert await deeds() == ["subscription.unsuppress"]


async def test_of_two_who_press_at_once_one_has_done_it(reader, ann, words, site):
    row = await ann(confirms=True)
    await models.Suppression.add(site, ANN, models.SuppressionScope.LISTS, reason="complaint")
    [user] = await models.User.all()
    principal = models.Principal(user.id, models.Role.ADMIN)

    async def leaves():
        deed = (await models.Subscription.get(id=row.id)).end
        return await models.Audit.noted_if(
            principal, "subscription.leave", row.id, lambda: deed(site, models.BY_OPERATOR)
        )

    async def lifts():
        return await models.Audit.noted_if(
            principal, "subscription.unsuppress", row.id, lambda: models.unsuppress(site, ANN)
        )

    for deed in (leaves, lifts):
        assert sorted(await asyncio.gather(*[deed() for _ in range(4)])) == [False, False, False, True]
    assert sorted(await deeds()) == ["subscription.leave", "subscription.unsuppress"]


async def test_an_address_is_forgotten_at_the_second_press(reader, ann, words, held):
    row = await ann(confirms=True)
    before = await held()
    await reader.presses(words["subscriber_erase_begin"])
    assert (reader.status, reader.title) == (200, words["subscriber_erase_title"])
    assert ANN in reader.text
    assert await held() == before
    await reader.presses(words["subscriber_erase"])
    assert reader.headers["Location"] == f"{PATH}?told=erased"
    assert await follow(reader) == words["subscribers_told_erased"]
    assert ANN not in reader.text
    await reader.letters()
    assert (await models.Subscription.all().count(), await models.Consent.all().count()) == (0, 0)
    [deed] = await models.Audit.told(deed="subscription")
    assert (deed.deed, deed.subject_id) == ("subscription.erase", row.id)
    for said in ({"do": "erase", "sure": "yes"}, {"do": "leave"}, {"do": "ask"}, {"do": "export"}):
        await reader.posts(f"{PATH}/{row.id}", said)
        assert (reader.status, reader.title) == (404, words["absent_subscriber_title"])
    await reader.opens(f"{PATH}/{row.id}")
    assert reader.status == 404
    assert reader.page.css_first(f'main a[href="{PATH}"]')


async def test_all_that_is_kept_comes_as_a_file(reader, ann, words, held):
    row = await ann(confirms=True)
    before = await held()
    await reader.presses(words["subscriber_export"])
    assert (reader.status, reader.answer.content_type) == (200, "application/json")
    assert reader.headers["Content-Disposition"] == 'attachment; filename="subscription.json"'
    assert reader.headers["Cache-Control"] == "no-store"
    file = json.loads(reader.body)
    assert (file["email"], len(file["consents"]), len(file["letters"])) == (ANN, 3, 2)
    assert await held() == before
    assert (await deeds(), row.id) == (["subscription.export"], row.id)


@pytest.mark.parametrize("said", [{}, {"do": ""}, {"do": "erase "}, {"do": "delete"}, {"do": "__init__"}])
async def test_a_button_that_is_none_does_nothing(reader, ann, held, said):
    row = await ann(confirms=True)
    before = await held()
    await reader.posts(f"{PATH}/{row.id}", said)
    assert reader.status in (200, 303)
    assert await held() == before


async def test_only_the_latest_letters_are_told(reader, ann, site, words):
    row = await ann(confirms=True)
    for number in range(30):
        letter = row.letter(models.LetterKind.PREFERENCES_LINK, site, key=str(number), paths={"link": "/"})
        letter.batch, letter.state, letter.settled_at = 1, models.State.SENT, models.now()
        await letter.save()
    await reader.opens(reader.path)
    assert len(lines(reader)[1]) == 25
    assert words["subscriber_letter_preferences_link"] in lines(reader)[1][0]
    assert (words["subscriber_latest"] % {"most": 25}) in reader.text


async def test_a_letter_of_a_post_names_it_and_how_it_ended(reader, ann, site):
    row = await ann(confirms=True)
    content = models.Content.of("Een tuin.", models.Format.MARKDOWN)
    post = await models.Post.draft(site, "De tuin", content, authors=[])
    await post.publish(newsletters=[await models.Newsletter.main(site)])
    await reader.letters()
    letter = await models.Delivery.get(subscription_id=row.id, issue_id__isnull=False)
    await models.Delivery.filter(id=letter.id).update(state=models.State.FAILED, reason="550 <b>nobody</b>")
    await reader.opens(reader.path)
    assert "De tuin" in lines(reader)[1][0]
    assert "550 <b>nobody</b>" in lines(reader)[1][0]
    assert "<b>nobody" not in reader.text


async def test_why_a_letter_did_not_go_out_is_told_in_the_language_of_the_desk(reader, ann, words):
    row = await ann()
    [letter] = await models.Delivery.to(row.id)
    ours = [said for name, said in vars(reasons).items() if name.isupper()]
    told = set()
    for reason in ours:
        await models.Delivery.filter(id=letter.id).update(state=models.State.FAILED, reason=reason)
        await reader.opens(reader.path)
        why = reader.page.css("bdi")[-1].text()
        assert (why == reason) is (reader.language == "en"), reason
        told.add(why)
    assert len(told) == len(ours)


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("RCPT: 550 5.1.1 No such user", "bij het adres zei de mailserver: 550 5.1.1 No such user"),
        ("RCPT: 550 5.1.1 the line was cut", "bij het adres zei de mailserver: 550 5.1.1 the line was cut"),
        (
            "RCPT: 550 5.6.7 this mail server takes no address outside ASCII",
            "bij het adres: deze mailserver neemt alleen adressen van gewone letters aan",
        ),
        ("the final dot: the line was cut", "na de brief: de verbinding werd verbroken"),
        ("connect: nothing listens there", "bij het verbinden: daar luistert niets"),
        ("connect: no AUTH there", "bij het verbinden: no AUTH there"),
        ("421 4.3.2 Shutting down", "onderweg zei de mailserver: 421 4.3.2 Shutting down"),
        (
            "to: This is not an address that a letter can be sent to.",
            "naar dit adres kan geen brief",
        ),
    ],
)
async def test_what_a_mail_server_said_stays_in_its_words(reader, ann, reason, why):
    row = await ann()
    await models.Delivery.filter(subscription_id=row.id).update(state=models.State.FAILED, reason=reason)
    await reader.opens(reader.path)
    assert reader.page.css("bdi")[-1].text() == why
