"""A subscriber's whole life: what each step leaves in the ledger, which letters it brings or takes back."""

import asyncio
from datetime import timedelta

import pytest

import models
from models.deliveries import Delivery, LetterKind
from models.subscriptions import PREFERENCES, UNDO, UNSUBSCRIBE

PAGE = models.Trace(door="page")
DAY = timedelta(days=1)


async def act_of(number: int) -> models.Consent:
    return (await models.Consent.all().order_by("id"))[number]


async def interest_in(site: models.Site, *titles: str) -> list[models.Topic]:
    """Make newsletters to choose from."""
    return [("newsletter", (await models.Newsletter.start(site, title)).id) for title in titles]


async def promise_of_topic(row: models.Subscription, site: models.Site, topic: models.Topic) -> None:
    """Promise a letter of a topic, as an issue will."""
    letter = row.letter(LetterKind.WELCOME, site, key=f"{topic}", paths={})
    letter.topic = f"{topic[0]}-{topic[1]}"
    await Delivery.promise([letter], lane=models.Lane.BULK)


async def test_a_reader_confirms_by_the_link_in_the_letter(ann, site):
    await ann.asks(name="Ann", language="nl")
    assert (await ann.status(), ann.letters()) == ("pending", ["confirmation"])
    row = await ann.confirms()
    assert (row.status, row.name, row.language) == ("confirmed", "Ann", "nl")
    assert ann.letters() == ["confirmation", "welcome"]
    assert await ann.ledger() == ["requested", "asked", "confirmed"]
    asked_for, told, agreed = [await act_of(number) for number in range(3)]
    assert (asked_for.door, asked_for.form, asked_for.network) == (
        "form",
        "https://blog.example/",
        "192.0.2.0/24",
    )
    main = await models.Newsletter.main(site)
    assert asked_for.detail == {"topics": [f"newsletter-{main.id}"], "frequency": "immediate"}
    assert told.wording.startswith("confirmation/nl@")
    assert [act.version for act in (asked_for, told, agreed)] == [1, 1, 1]
    assert agreed.detail == {"topics": [f"newsletter-{main.id}"]}


async def test_a_reader_confirms_by_the_code_in_the_letter(ann, site):
    await ann.asks()
    row = await models.Subscription.confirm_by_code(
        site, " ANN@example.org", f" {ann.code()[:4]} {ann.code()[4:]} ", PAGE
    )
    assert row.status == "confirmed"
    assert await ann.ledger() == ["requested", "asked", "confirmed"]
    assert (await act_of(2)).door == "page"


async def test_to_look_at_the_link_changes_nothing_and_to_say_yes_twice_is_as_good_as_once(ann, site):
    await ann.asks()
    for _ in range(3):
        found = await models.Subscription.to_confirm(site, ann.token("confirm"))
        assert found.status == "pending"
    await ann.confirms()
    await ann.confirms()
    await models.Subscription.confirm_by_code(site, ann.email, ann.code(), PAGE)
    assert ann.letters() == ["confirmation", "welcome"]
    assert await ann.ledger() == ["requested", "asked", "confirmed"]


async def test_a_link_ends_after_seven_days_and_a_new_request_gives_a_new_one(ann, site, clock):
    await ann.asks()
    old = ann.token("confirm")
    clock.shift(7 * DAY - timedelta(seconds=1))
    assert await models.Subscription.to_confirm(site, old)
    clock.shift(timedelta(seconds=1))
    for step in (
        models.Subscription.to_confirm(site, old),
        models.Subscription.confirm(site, old, PAGE),
        models.Subscription.confirm_by_code(site, ann.email, ann.code(), PAGE),
    ):
        with pytest.raises(models.Expired):
            await step
    assert await ann.status() == "pending"
    await ann.asks()
    with pytest.raises(models.Unproven):
        await models.Subscription.confirm(site, old, PAGE)
    assert (await ann.confirms()).status == "confirmed"
    assert await ann.ledger() == ["requested", "asked", "requested", "asked", "confirmed"]


async def test_who_subscribes_already_is_told_so_and_nothing_of_the_request_is_taken_over(ann, site, clock):
    await ann.joins(name="Ann", language="nl")
    clock.shift(DAY)
    await ann.asks(email="ANN@EXAMPLE.ORG", name="Mallory", language="de", frequency=models.Frequency.WEEKLY)
    row = await ann.row()
    assert (row.status, row.name, row.language, row.email) == ("confirmed", "Ann", "nl", "ann@example.org")
    assert ann.letters() == ["confirmation", "welcome", "already_subscribed"]
    assert await ann.ledger() == ["requested", "asked", "confirmed"]
    assert "Mallory" not in ann.letter().text
    found, topic = await models.Subscription.behind(site, ann.token("preferences"), PREFERENCES)
    assert (found.id, topic) == (row.id, None)


async def test_a_reader_chooses_name_language_frequency_topics_and_a_pause(ann, site, clock):
    row = await ann.joins()
    [deep, wide] = await interest_in(site, "Deep", "Wide")
    until = models.now() + 30 * DAY
    await row.choose(
        site, PAGE, name=" Ann\nB. ", language="nl", frequency=models.Frequency.DAILY,
        topics=[deep, wide, deep], paused_until=until,
    )  # fmt: skip
    row = await ann.row()
    assert (row.name, row.language, row.frequency, row.paused_until) == ("Ann B.", "nl", "daily", until)
    assert await models.topics_of(row.id) == [deep, wide]
    assert row.is_paused
    changed = await act_of(3)
    assert changed.detail == {
        "changed": ["frequency", "language", "name", "paused_until", "topics"],
        "topics": [f"newsletter-{deep[1]}", f"newsletter-{wide[1]}"],
    }
    assert "Ann" not in str(changed.detail)
    clock.shift(30 * DAY)
    assert not (await ann.row()).is_paused
    row = await row.choose(site, PAGE, paused_until=None)
    assert (row.paused_until, row.name) == (None, "Ann B.")


async def test_a_choice_that_cannot_be_kept_changes_nothing(ann, site, clock):
    row = await ann.joins(name="Ann")
    for field, wish in {
        "topics": {"topics": []},
        "name": {"name": "n" * 101},
        "language": {"language": "xx-nowhere"},
        "pausedUntil": {"paused_until": models.now() + 367 * DAY},
    }.items():
        with pytest.raises(models.Invalid) as refused:
            await row.choose(site, PAGE, **{"frequency": models.Frequency.WEEKLY} | wish)
        assert refused.value.field == field
    with pytest.raises(models.Invalid):
        await row.choose(site, PAGE, paused_until=models.now())
    row = await ann.row()
    assert (row.name, row.frequency) == ("Ann", "immediate")
    assert await ann.ledger() == ["requested", "asked", "confirmed"]


async def test_who_leaves_a_topic_gets_no_letter_of_it_any_more_and_keeps_the_others(ann, site):
    row = await ann.joins()
    [deep, wide] = await interest_in(site, "Deep", "Wide")
    await row.choose(site, PAGE, topics=[deep, wide])
    await promise_of_topic(row, site, deep)
    await promise_of_topic(row, site, wide)
    found, topic = await models.Subscription.behind(
        site, row.path_out(site, deep).rpartition("/")[2], UNSUBSCRIBE
    )
    assert topic == deep
    await found.leave(site, PAGE, topics=[topic])
    assert await models.topics_of(row.id) == [wide]
    assert await ann.status() == "confirmed"
    assert (await ann.promised())[2:] == [("welcome", "cancelled"), ("welcome", "queued")]
    assert (await act_of(4)).detail == {"topics": [f"newsletter-{deep[1]}"]}
    await found.leave(site, PAGE, topics=[topic])
    assert len(await ann.ledger()) == 5


async def test_who_chooses_a_topic_away_gets_no_letter_of_it_any_more(ann, site):
    row = await ann.joins()
    [deep, wide] = await interest_in(site, "Deep", "Wide")
    await row.choose(site, PAGE, topics=[deep, wide])
    await promise_of_topic(row, site, deep)
    await row.choose(site, PAGE, topics=[wide])
    assert (await ann.promised())[2:] == [("welcome", "cancelled")]


async def test_a_topic_that_was_left_comes_back_by_its_own_undo(ann, site):
    row = await ann.joins()
    [deep, wide] = await interest_in(site, "Deep", "Wide")
    await row.choose(site, PAGE, topics=[deep, wide])
    row = await row.leave(site, PAGE, topics=[deep])
    back = row.path_back(site, deep).rpartition("/")[2]
    for _ in range(2):
        await models.Subscription.undo(site, back, PAGE)
    assert await models.topics_of(row.id) == [wide, deep]
    assert (await ann.ledger())[-2:] == ["left", "returned"]
    assert (await act_of(-1)).detail == {"topics": [f"newsletter-{deep[1]}"]}


async def test_a_topic_that_is_gone_does_not_come_back(ann, site):
    row = await ann.joins()
    [deep, wide] = await interest_in(site, "Deep", "Wide")
    await row.choose(site, PAGE, topics=[deep, wide])
    row = await row.leave(site, PAGE, topics=[deep])
    await models.Newsletter.filter(id=deep[1]).delete()
    await models.Subscription.undo(site, row.path_back(site, deep).rpartition("/")[2], PAGE)
    assert await models.topics_of(row.id) == [wide]
    assert (await ann.ledger())[-1] == "left"


async def test_who_leaves_gets_a_goodbye_with_a_way_back(ann, site):
    row = await ann.joins()
    await promise_of_topic(row, site, ("tag", 1))
    row = await row.leave(site, PAGE, reason=" Too\nmuch ")
    assert (row.status, row.leaving_reason, row.proof, row.code) == ("unsubscribed", "Too much", None, None)
    assert (await ann.promised())[2:] == [("welcome", "cancelled"), ("goodbye", "queued")]
    await ann.post.comes()
    assert ann.letters() == ["confirmation", "welcome", "goodbye"]
    assert not await models.Subscription.confirmed().exists()
    row = await models.Subscription.undo(site, ann.token("undo"), PAGE)
    assert (row.status, row.left_at, row.leaving_reason) == ("confirmed", None, None)
    assert await ann.ledger() == ["requested", "asked", "confirmed", "left", "returned"]
    assert len(await models.topics_of(row.id)) == 1


async def test_a_goodbye_that_is_not_out_yet_is_taken_back_by_undo(ann, site):
    row = await (await ann.joins()).leave(site, PAGE)
    await models.Subscription.undo(site, row.path_back(site).rpartition("/")[2], PAGE)
    await ann.post.comes()
    assert ann.letters() == ["confirmation", "welcome"]
    assert (await ann.promised())[-1] == ("goodbye", "cancelled")


async def test_to_leave_the_last_topic_is_to_leave_and_to_leave_twice_is_as_good_as_once(ann, site):
    row = await ann.joins()
    [topic] = await models.topics_of(row.id)
    assert (await ann.leaves(topic)).status == "unsubscribed"
    version = (await ann.row()).version
    assert (await ann.leaves()).version == version
    assert ann.letters() == ["confirmation", "welcome", "goodbye"]
    assert (await ann.ledger())[3:] == ["left"]
    row = await ann.row()
    row = await models.Subscription.undo(site, row.path_back(site, topic).rpartition("/")[2], PAGE)
    assert await models.topics_of(row.id) == [topic]


async def test_undo_ends_after_thirty_days_and_with_the_next_sign_up(ann, site, clock):
    await ann.joins()
    await ann.leaves()
    back = ann.token("undo")
    clock.shift(30 * DAY)
    with pytest.raises(models.Expired):
        await models.Subscription.undo(site, back, PAGE)
    clock.shift(-DAY)
    await ann.asks()
    with pytest.raises(models.Unproven):
        await models.Subscription.undo(site, back, PAGE)
    assert await ann.status() == "pending"


async def test_a_no_to_a_strangers_sign_up_is_not_undone_into_a_yes(ann, site, clock):
    await ann.joins()
    await ann.leaves()
    clock.shift(DAY)
    await ann.asks()
    row = await ann.leaves()
    assert ann.letters() == ["confirmation", "welcome", "goodbye", "confirmation"]
    row = await models.Subscription.undo(site, row.path_back(site).rpartition("/")[2], PAGE)
    assert row.status == "unsubscribed"


async def test_who_left_and_asks_again_is_asked_again(ann, site, clock):
    await ann.joins(name="Ann")
    await ann.leaves()
    old = ann.token("confirm")
    clock.shift(DAY)
    await ann.asks(name="Anna", language="nl", frequency=models.Frequency.WEEKLY)
    row = await ann.row()
    assert (row.status, row.version, row.name, row.frequency) == ("pending", 3, "Anna", "weekly")
    with pytest.raises(models.Unproven):
        await models.Subscription.confirm(site, old, PAGE)
    row = await ann.confirms()
    assert (row.status, row.left_at) == ("confirmed", None)


async def test_whoever_has_not_said_yes_reads_nothing_that_a_stranger_wrote(ann, site, clock):
    lure = "Win now at evil.example"
    await ann.asks(name=lure)
    await ann.asks_for_link()
    assert ann.letters() == ["confirmation"]
    await ann.leaves()
    await ann.asks_for_link()
    clock.shift(DAY)
    await ann.joins(name="Ann")
    await ann.leaves()
    clock.shift(DAY)
    await ann.asks(name=lure)
    await ann.asks_for_link()
    assert ann.letters()[-2:] == ["confirmation", "preferences_link"]
    assert not [letter for letter in ann.post.letters(ann.email) if "evil" in letter.text + letter.html]
    assert "Hello Ann," in ann.letter("goodbye").text


async def test_a_confirmation_that_another_replaces_or_that_is_answered_is_taken_back(ann, site, clock):
    await models.SignUp.ask(site, ann.email, PAGE)
    await models.answer_sign_up((await models.SignUp.get()).id)
    clock.shift(DAY)
    await models.SignUp.ask(site, ann.email, PAGE)
    await models.answer_sign_up((await models.SignUp.get()).id)
    assert await ann.promised() == [("confirmation", "cancelled"), ("confirmation", "queued")]
    letter = await Delivery.get(state="queued")
    await Delivery.filter(id=letter.id).update(state="uncertain")
    await models.Subscription.confirm(site, letter.facts["paths"]["link"].rpartition("/")[2], PAGE)
    assert await ann.promised() == [
        ("confirmation", "cancelled"), ("confirmation", "cancelled"), ("welcome", "queued"),
    ]  # fmt: skip


async def test_the_link_to_the_preferences_comes_by_mail_three_times_a_day(ann, reader, site, clock):
    await ann.joins()
    for _ in range(5):
        await ann.asks_for_link()
    assert ann.letters()[2:] == ["preferences_link"] * 3
    bob = reader("bob@example.org")
    await bob.asks_for_link()
    assert bob.letters() == []
    clock.shift(DAY)
    await ann.asks_for_link()
    assert ann.letters()[2:] == ["preferences_link"] * 4


async def test_the_ledger_cannot_be_written_anew(ann, site):
    await ann.joins()
    act = await act_of(0)
    act.door = "another"
    for forge in (act.save(), models.Consent.all().update(door="another")):
        with pytest.raises(Exception, match="only ever added to"):
            await forge
    assert (await act_of(0)).door == "form"


async def test_the_secret_of_a_letter_does_not_stand_in_the_ledger(ann, site):
    await ann.asks()
    token = ann.token("confirm")
    page = models.Trace(door="page", form=f"https://blog.example/confirm/{token}?from=mail")
    await models.Subscription.confirm(site, token, page)
    kept = (await act_of(2)).form
    assert kept == f"https://blog.example/confirm/confirm_{(await ann.row()).id}?from=mail"


async def test_a_strange_form_is_cut_or_left_out_of_the_ledger(ann, site, clock):
    for form in ("https://a/\x00", "https://a/\ud800", "x" * 10_000, ""):
        strange = models.Trace(door="form", form=form)
        await models.SignUp.ask(site, ann.email, strange)
        await ann.post.comes()
        await (await ann.row()).leave(site, strange)
        kept = [act.form for act in await models.Consent.all()]
        assert all(one is None or one == form[:500] for one in kept)
        await models.erase(await ann.row())
        clock.shift(8 * DAY)


async def test_a_strange_reason_to_leave_is_refused_or_cut(ann, site):
    row = await ann.joins()
    with pytest.raises(models.Invalid) as refused:
        await row.leave(site, PAGE, reason="a\ud800b")
    assert refused.value.field == "reason"
    row = await row.leave(site, PAGE, reason="x" * 10_000)
    assert len(row.leaving_reason) == 500


async def test_two_who_say_yes_at_once_are_welcomed_once(ann, site):
    await ann.asks()
    await asyncio.gather(*(models.Subscription.confirm(site, ann.token("confirm"), PAGE) for _ in range(5)))
    await ann.post.comes()
    assert ann.letters() == ["confirmation", "welcome"]
    assert await ann.ledger() == ["requested", "asked", "confirmed"]


async def test_whoever_leaves_confirms_and_is_forgotten_at_once_ends_one_way(ann, site, clock):
    for _ in range(8):
        await ann.asks()
        row, token = await ann.row(), ann.token("confirm")
        done = await asyncio.gather(
            models.Subscription.confirm(site, token, PAGE),
            row.leave(site, PAGE),
            row.choose(site, PAGE, name="Ann"),
            models.erase(row),
            return_exceptions=True,
        )
        assert all(isinstance(one, models.Unproven) or not isinstance(one, Exception) for one in done), done
        assert not await models.Subscription.exists()
        assert not await models.Consent.exists()
        assert not await Delivery.exists()
        clock.shift(8 * DAY)


async def test_what_is_undone_by_a_signed_token_is_bound_to_its_version(ann, site, clock):
    row = await ann.joins()
    early = row.path_back(site).rpartition("/")[2]
    assert (await models.Subscription.undo(site, early, PAGE)).status == "confirmed"
    await ann.leaves()
    with pytest.raises(models.Unproven):
        await models.Subscription.behind(site, early, UNDO)


async def test_who_chooses_nothing_adds_nothing_to_the_ledger(ann, site):
    await (await ann.joins()).choose(site, PAGE)
    assert await ann.ledger() == ["requested", "asked", "confirmed"]


async def test_who_chooses_what_is_so_already_adds_nothing_to_the_ledger(ann, site, clock):
    row = await ann.joins()
    [deep, wide] = await interest_in(site, "Deep", "Wide")
    choice = {
        "name": " Ann\nB. ", "language": "nl", "frequency": models.Frequency.DAILY, "topics": [deep, wide],
        "paused_until": models.now() + 30 * DAY, "time_zone": "Europe/Amsterdam",
    }  # fmt: skip
    await row.choose(site, PAGE, **choice)
    await row.choose(site, PAGE, **choice | {"topics": [wide, deep, wide]})
    assert await ann.ledger() == ["requested", "asked", "confirmed", "changed"]
    row = await row.choose(site, PAGE, **choice | {"frequency": models.Frequency.WEEKLY})
    assert (row.name, row.time_zone, row.frequency) == ("Ann B.", "Europe/Amsterdam", "weekly")
    assert await models.topics_of(row.id) == [deep, wide]
    assert (await act_of(-1)).detail == {"changed": ["frequency"], "topics": None}


async def test_a_way_back_at_the_moment_of_a_new_request_ends_one_way(ann, site, clock):
    await ann.joins()
    for _ in range(6):
        await ann.leaves()
        clock.shift(8 * DAY)
        await models.SignUp.ask(site, ann.email, PAGE)
        asked = await models.SignUp.get()
        version = (await ann.row()).version
        said, done = await asyncio.gather(
            models.Subscription.undo(site, ann.token("undo"), PAGE),
            models.answer_sign_up(asked.id),
            return_exceptions=True,
        )
        assert done is None
        row = await ann.row()
        if isinstance(said, Exception):
            assert type(said) is models.Unproven
            assert (row.status, row.version) == ("pending", version + 1)
            await ann.post.comes()
            await ann.confirms()
        else:
            assert (row.status, row.version) == ("confirmed", version)
