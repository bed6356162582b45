"""A guest's comment meets the rules of the site; each that it meets makes it wait, and tells why."""

import asyncio
from datetime import timedelta

import pytest

import models
from gql_server.worker import Worker
from models import spam
from models.comment_edits import EDIT_LIFE
from models.comment_rules import Rule
from models.commenters import Commenter
from models.deliveries import Delivery
from models.pulse import CommentHeld, CommentShown
from models.spam import MOST_WORDS, SpamWord

CONFIRMED, HELD, SHOWN = (
    models.CommentPolicy.CONFIRMED,
    models.CommentPolicy.HELD,
    models.CommentPolicy.SHOWN,
)
LONG = "Dit is een hele lange zin die twee keer wordt gezegd door wie dan ook."


@pytest.fixture
async def post(write, clock):
    post = await write()
    await post.publish()
    return post


@pytest.fixture
async def hospitable(site):
    """Let comments be shown at once."""
    await site.change(comment_policy=SHOWN)


@pytest.fixture
def leave(post):
    """Leave a comment that was looked at first."""
    usual = post

    async def leave(
        content="Mooi.", *, name="Ann", email="ann@example.org", website="", post=usual, **more
    ):  # fmt: skip
        writer = models.Writer(name=name, email=email, website=website)
        form = {name: more.pop(name) for name in ("form", "bait") if name in more}
        draft = models.Draft(post_id=post.id, writer=writer, content=content, **form)
        screening = await models.screen(await models.Site.current(), draft)
        return await models.Comment.leave(post.id, writer, content, screening=screening, **more)

    return leave


def why(comment):
    return [(doubt.rule, doubt.found) for doubt in comment.doubts]


async def test_what_meets_no_rule_is_shown(leave, hospitable):
    comment = await leave("Mooi, zie https://a.example en www.b.example.", website="https://ann.example/")
    assert (comment.status, comment.is_shown, why(comment)) == (models.Fate.APPROVED, True, [])


async def test_a_new_site_holds_everything_and_says_so(leave):
    comment = await leave()
    assert (comment.status, why(comment)) == (models.Fate.PENDING, [(Rule.POLICY, "")])


@pytest.mark.parametrize("links", ["https://a.example ", "HTTP://a ", "www.a.example ", "ht\u200btps://a "])
async def test_more_links_than_the_site_allows_make_it_wait(leave, site, hospitable, links):
    assert (await leave(links * 2)).is_shown
    comment = await leave(links * 3, email="bob@example.org")
    assert (comment.is_shown, why(comment)) == (False, [(Rule.LINKS, "3")])
    await site.set_comment_rules(links=0)
    assert why(await leave(links, email="cas@example.org")) == [(Rule.LINKS, "1")]


async def test_a_blocked_word_makes_it_wait_wherever_it_stands(leave, site, hospitable):
    await site.set_comment_rules(words=["Casino", "gratis geld"])
    assert (await leave("Casinobezoek en geld dat gratis is")).is_shown
    for given in (
        {"content": "Het CASINO!"}, {"content": "2 c\u00e1sino"}, {"content": "3 cas\u200bi\u00adno"},
        {"name": "Casino Royal"}, {"website": "https://casino.example/"}, {"email": "casino@example.org"},
    ):  # fmt: skip
        comment = await leave(**{"content": f"Dag {given}", "email": "z@example.org"} | given)
        assert (comment.is_shown, why(comment)) == (False, [(Rule.BLOCKED_WORDS, "Casino")])
    assert why(await leave("Hier is GRATIS  geld")) == [(Rule.BLOCKED_WORDS, "gratis geld")]
    await site.set_comment_rules(words=[])
    assert (await leave("Casino")).is_shown


async def test_what_was_said_before_waits(leave, hospitable, clock):
    assert (await leave("Dank je!")).is_shown
    assert (await leave("Dank je!", email="bob@example.org")).is_shown
    again = await leave("dank  JE")
    assert (again.is_shown, why(again)) == (False, [(Rule.DUPLICATE, "")])
    assert why(await leave("Dank je", email="ANN@Example.org")) == [(Rule.DUPLICATE, "")]
    assert (await leave(LONG)).is_shown
    assert why(await leave(LONG.upper(), email="cas@example.org")) == [(Rule.DUPLICATE, "")]
    clock.shift(timedelta(days=8))
    comment = await leave(LONG)
    assert comment.is_shown
    # What is gone was not said.
    await comment.remove()
    assert (await leave(LONG)).is_shown


async def test_of_those_who_say_the_same_at_once_one_is_shown(leave, post, write, hospitable):
    posts = [post, *[await write(f"Another {number}") for number in range(5)]]
    for another in posts[1:]:
        await another.publish()
    left = await asyncio.gather(
        *(leave(LONG, email=f"a{number}@example.org", post=post) for number, post in enumerate(posts)),
        *(leave("Dank je!") for _ in range(6)),
    )
    shown = [comment for comment in left if comment.is_shown]
    assert sorted(comment.source for comment in shown) == ["Dank je!", LONG]
    assert all(why(comment) == [(Rule.DUPLICATE, "")] for comment in left if comment not in shown)
    counts = await models.Post.filter(comment_count__gt=0).values_list("comment_count", flat=True)
    assert sum(counts) == 2


async def test_a_form_that_machines_filled_in_makes_it_wait(leave, site, post, hospitable, clock):
    form = models.form_token(site, post.id)
    other = models.form_token(site, post.id + 1)
    assert why(await leave("1", form=form)) == [(Rule.TRAP, "quick")]
    clock.shift(timedelta(seconds=3))
    assert (await leave("2", form=form)).is_shown
    assert (await leave("3")).is_shown
    for number, forged in enumerate((other, f"{form}x", "x", "", form.replace("form", "edit", 1))):
        assert why(await leave(f"4 {number}", form=forged)) == [(Rule.TRAP, "forged")]
    assert why(await leave("5", form=form, bait="x")) == [(Rule.TRAP, "bait")]
    clock.shift(timedelta(days=1))
    assert why(await leave("6", form=form)) == [(Rule.TRAP, "old")]
    await site.set_comment_rules(form=True)
    assert why(await leave("7")) == [(Rule.TRAP, "missing")]


async def test_what_is_wrong_with_rules_is_refused(site):
    for wrong, field in (
        ({"days": 0}, "days"), ({"days": 10**6}, "days"), ({"links": -1}, "links"), ({"links": 101}, "links"),
        ({"words": ["x" * 101]}, "words"), ({"words": map(str, range(1001))}, "words"),
        ({"words": ["\ud800"]}, "words"),
    ):  # fmt: skip
        with pytest.raises(models.Invalid) as refused:
            await site.set_comment_rules(**wrong)
        assert refused.value.field == field
    kept = await models.Site.get(id=site.id)
    assert (kept.comment_days, kept.comment_links, kept.blocked_words) == (None, 2, None)


async def teach(leave, content, fate, *, times=1):
    left = [await leave(f"{content} {number}", email=f"t{number}@example.org") for number in range(times)]
    await models.Comment.decide_all([comment.id for comment in left], fate)
    for comment in left:
        await models.learn_spam(comment.id)
    return left


async def test_what_moderators_call_spam_is_learned_and_forgotten_again(leave, site, hospitable):
    assert (await leave("Goedkope horloges kopen")).spam_score is None
    shady = await teach(leave, "Goedkope horloges nu kopen via onze winkel", models.Fate.SPAM, times=12)
    await teach(leave, "De heg van de buurman is mooi gesnoeid vandaag", models.Fate.APPROVED, times=12)
    spam_like = await leave("Koop horloges via onze winkel, goedkope kopen nu", email="x@example.org")
    assert (spam_like.status, spam_like.is_shown) == (models.Fate.SPAM, False)
    assert spam_like.spam_score > 0.98
    fair = await leave("Wat is die heg van de buurman mooi", email="y@example.org")
    assert (fair.status, fair.spam_score < 0.2) == (models.Fate.APPROVED, True)
    before = {row.key: (row.spam, row.ham) for row in await SpamWord.all()}
    await models.Comment.decide_all([shady[0].id], models.Fate.APPROVED)
    for _ in range(2):
        await models.learn_spam(shady[0].id)
    counts = (await SpamWord.get(key=spam.ALL)).spam, (await SpamWord.get(key=spam.ALL)).ham
    assert counts == (11, 13)
    await models.Comment.decide_all([shady[0].id], models.Fate.SPAM)
    await models.learn_spam(shady[0].id)
    assert {row.key: (row.spam, row.ham) for row in await SpamWord.all()} == before
    words = {row.key for row in await SpamWord.all()}
    assert "horloges" not in "".join(words)


async def test_what_is_a_little_like_spam_waits_and_tells_how_much(leave, hospitable):
    await teach(leave, "horloges winkel", models.Fate.SPAM, times=10)
    await teach(leave, "heg buurman horloges", models.Fate.APPROVED, times=10)
    found = [await leave(f"{words} eens", email="z@example.org") for words in ("winkel", "heg")]
    assert [comment.spam_score > 0.8 for comment in found] == [True, False]
    assert {rule for rule, _ in why(found[0])} <= {Rule.SPAM_SCORE}
    assert not found[0].is_shown


async def test_the_table_of_learned_words_stays_small(site):
    words = [f"woord{number}" for number in range(MOST_WORDS + 500)]
    for start in range(0, len(words), 500):
        await spam.learn(site, words[start : start + 500], new=spam.Lesson.HAM, old=None)
    assert await SpamWord.all().count() == MOST_WORDS
    assert await SpamWord.exists(key=spam.ALL)


async def test_many_lessons_at_once_are_all_learned(leave, hospitable):
    left = [await leave(f"Nummer {number} zegt iets") for number in range(8)]
    await models.Comment.decide_all([comment.id for comment in left], models.Fate.SPAM)
    await asyncio.gather(*(models.learn_spam(comment.id) for comment in left for _ in range(2)))
    assert (await SpamWord.get(key=spam.ALL)).spam == 8


async def test_a_post_closes_when_it_grows_old(leave, site, post, write, clock):
    assert models.still_open(site, True, None)
    await site.set_comment_rules(days=14)
    closes = post.published_at + timedelta(days=14)
    clock.move_to(closes - timedelta(seconds=1))
    assert (await models.read_masthead()).next_change == closes
    assert models.still_open(site, True, post.published_at)
    await leave()
    clock.move_to(closes + timedelta(seconds=1))
    assert not models.still_open(site, True, post.published_at)
    assert (await models.read_masthead()).next_change is None
    with pytest.raises(models.Closed):
        await leave()
    await site.set_comment_rules(days=None)
    await leave("Toch nog")


async def test_a_known_address_is_shown_at_once_and_another_is_asked(leave, site):
    await site.change(comment_policy=CONFIRMED)
    await (await Commenter.of(site, "Ann@example.org")).confirm(notices=False)
    await Commenter.of(site, "bob@example.org")
    assert (await leave(email="ANN@example.org")).is_shown
    for email in ("bob@example.org", "cas@example.org"):
        comment = await leave(email=email)
        assert (comment.is_shown, comment.awaits_address) == (False, True)
    doubtful = await leave("https://a https://b https://c", email="cas@example.org")
    assert (doubtful.awaits_address, why(doubtful)) == (False, [(Rule.LINKS, "3")])


async def test_an_author_of_the_site_is_shown_at_once_whatever_the_policy(post, site):
    author = await models.Author.named(site.id, "Anna")
    writer = models.Writer(name=author.name, author_id=author.id)
    for policy in models.CommentPolicy:
        await site.change(comment_policy=policy)
        comment = await models.Comment.leave(post.id, writer, f"Bij {policy}")
        assert (comment.is_shown, comment.author_id, comment.email) == (True, author.id, None)


async def test_other_words_are_looked_at_like_new_ones(leave, site, clock):
    heard = models.pulse.listen(CommentShown, CommentHeld)
    await site.change(comment_policy=SHOWN)
    comment = await leave()
    token = models.edit_token(site, comment)
    same = await models.comment_to_edit(site, token)
    edited = await models.edit_comment(site, same, "Mooier.")
    assert (edited.is_shown, edited.text, edited.html) == (True, "Mooier.", "<p>Mooier.</p>")
    with pytest.raises(models.Unproven):
        await models.comment_to_edit(site, token)
    with pytest.raises(models.Unproven):
        await models.edit_comment(site, same, "Nog mooier.")
    links = models.Screening(doubts=(models.Doubt(Rule.LINKS, "3"),))
    doubtful = await models.edit_comment(site, edited, "https://a https://b https://c", links)
    assert (doubtful.status, doubtful.is_shown, why(doubtful)) == (
        models.Fate.PENDING, False, [(Rule.LINKS, "3")],
    )  # fmt: skip
    assert (await models.Post.get(id=comment.post_id)).comment_count == 0
    await models.Comment.decide_all([comment.id], models.Fate.APPROVED)
    await site.change(comment_policy=HELD)
    held = await models.edit_comment(site, await models.Comment.get(id=comment.id), "Na het oordeel")
    assert (held.is_shown, why(held)) == (False, [(Rule.POLICY, "")])
    await models.Comment.decide_all([comment.id], models.Fate.SPAM)
    spam_still = await models.edit_comment(site, await models.Comment.get(id=comment.id), "Toch")
    assert spam_still.status is models.Fate.SPAM
    assert [type(await anext(heard)) for _ in range(2)] == [CommentShown, CommentShown]
    kept = await models.Comment.get(id=comment.id)
    token = models.edit_token(site, kept)
    clock.shift(EDIT_LIFE)
    assert models.edit_token(site, kept) is None
    with pytest.raises(models.Expired):
        await models.comment_to_edit(site, token)


async def test_other_words_may_wait_for_a_person_beside_the_proof_of_the_address(leave, site):
    heard = models.pulse.listen(CommentHeld)
    await site.change(comment_policy=CONFIRMED)
    comment = await leave()
    await Worker().drain()
    links = models.Screening(doubts=(models.Doubt(Rule.LINKS, "3"),))
    doubtful = await models.edit_comment(site, comment, "https://a https://b https://c", links)
    assert (doubtful.awaits_address, why(doubtful)) == (False, [(Rule.UNCONFIRMED, ""), (Rule.LINKS, "3")])
    await Worker().drain()
    assert (await asyncio.wait_for(anext(heard), 60)).comment_id == comment.id
    plain = await models.edit_comment(site, doubtful, "Zonder verwijzing")
    assert plain.awaits_address
    doubtful = await models.edit_comment(site, plain, "https://a https://b https://c", links)
    proven = await doubtful.accept_address(site)
    assert (proven.is_shown, why(proven)) == (False, [(Rule.LINKS, "3")])
    plain = await models.edit_comment(site, proven, "Zonder verwijzing")
    assert (plain.is_shown, plain.awaits_address) == (False, False)
    assert await models.Comment.undecided().count() == 1


async def test_a_comment_is_taken_back_until_somebody_replies(leave, site, post):
    await site.change(comment_policy=SHOWN)
    one, two = await leave("Een"), await leave("Twee")
    await models.retract_comment(one)
    await leave("Antwoord", parent_id=two.id, email="bob@example.org")
    with pytest.raises(models.Invalid) as refused:
        await models.retract_comment(two)
    assert refused.value.field == "token"
    with pytest.raises(models.Unproven):
        await models.retract_comment(one)
    assert (await models.Post.get(id=post.id)).comment_count == 2
    assert await models.recount(site) == 0


async def test_what_is_deleted_takes_its_replies_and_counts_along(leave, site, post):
    await site.change(comment_policy=SHOWN)
    one = await leave("Een")
    two = await leave("Twee", parent_id=one.id)
    await leave("Drie", parent_id=two.id)
    four = await leave("Vier")
    with pytest.raises(models.NotFound):
        await models.Comment.remove_all([one.id, 99])
    await models.Comment.remove_all([two.id])
    assert await models.Comment.shown().order_by("id") == [one, four]
    assert await models.recount(site) == 0


async def test_who_is_erased_leaves_no_comment_and_others_keep_their_replies(leave, site):
    await site.change(comment_policy=SHOWN)
    zoe = {"name": "Zephyrine", "email": "Zoe@example.org", "website": "https://zoe.example/"}
    lonely, answered = (
        await leave("Kanarie een", **zoe),
        await leave("Kanarie twee", notify_replies=True, **zoe),
    )
    reply = await leave("Van een ander", parent_id=answered.id)
    await leave("Kanarie drie", parent_id=reply.id, **zoe)
    await models.attend_comment(answered.id)
    held = await models.held_of(site, "zoe@EXAMPLE.org")
    assert [row["source"] for row in held["comments"]] == ["Kanarie een", "Kanarie twee", "Kanarie drie"]
    assert held["commenter"]["email"] == "Zoe@example.org"
    assert [letter["kind"] for letter in held["commenter"]["letters"]] == ["comment_confirmation"]
    assert await models.forget(site, "zoe@example.org")
    kept = str(
        [
            *await models.Comment.all().values(),
            *await Commenter.all().values(),
            *await Delivery.all().values(),
        ]
    )
    assert not [word for word in ("zoe", "Zephyrine", "Kanarie") if word.lower() in kept.lower()]
    assert await models.Comment.shown().order_by("id").values_list("id", flat=True) == [answered.id, reply.id]
    assert (await models.Comment.get(id=answered.id)).html == ""
    assert await models.recount(site) == 0
    assert lonely.id not in await models.Comment.all().values_list("id", flat=True)
    with pytest.raises(models.NotFound):
        await models.held_of(site, "zoe@example.org")


async def test_what_nobody_proved_is_forgotten_in_a_month(leave, site, clock):
    await site.change(comment_policy=CONFIRMED)
    strange = await leave("Vreemd")
    await models.attend_comment(strange.id)
    await site.change(comment_policy=HELD)
    held = await leave("Bekend", email="bob@example.org")
    clock.shift(timedelta(days=29))
    await models.purge()
    assert await models.Comment.all().count() == 2
    clock.shift(timedelta(days=2))
    await models.purge()
    assert await models.Comment.all() == [held]
    assert not await Commenter.exists()
