"""A mail scanner follows every link of every letter, and nothing happens by that."""

import models
from tests.pages.conftest import ANN, links_of

# Their links are followed in tests/pages/test_signing_in.py and test_pens.py.
TO_STAFF = {kind for kind in models.LetterKind if kind.startswith(("sign_in", "invitation", "pen"))}
# And in tests/pages/test_comment_letters.py.
# Written to many: tests/stories/test_newsletter.py.
TO_MANY = {models.LetterKind.NEWSLETTER, models.LetterKind.DIGEST}
ABOUT_COMMENTS = {
    models.LetterKind.COMMENT_CONFIRMATION,
    models.LetterKind.COMMENT_REPLY,
    models.LetterKind.COMMENTS_WAITING,
}


async def scan(reader, letters):
    for letter in letters:
        for link in links_of(letter):
            for method in ("GET", "HEAD", "GET"):
                await reader.asks(method, link, headers={"User-Agent": "Scanner"})
                assert reader.status == 200, link


async def test_nothing_is_confirmed_changed_or_left_by_looking(reader, whole_life, held):
    before = await held()
    await scan(reader, whole_life)
    assert await held() == before


async def test_a_scanned_life_goes_on_to_its_end(reader, site, held):
    await reader.signs_up()
    for label, door in (
        ("Ja, ik meld me aan", "confirm"),
        ("Meld me af", "unsubscribe"),
        ("Ja, ik wil ze weer krijgen", "undo"),
    ):
        [newest, *_] = letters = await reader.letters()
        before = await held()
        await scan(reader, letters if door == "confirm" else [newest])
        assert await held() == before
        await reader.opens(newest.link(door))
        await reader.presses(label)
        assert reader.status == 200
    kept = await models.Subscription.get(email=ANN)
    assert kept.status is models.SubscriptionStatus.CONFIRMED


async def test_the_life_holds_every_kind_of_letter(reader, whole_life):
    await reader.posts(whole_life[-2].link("unsubscribe"))
    await reader.letters()
    kinds = set(await models.Delivery.all().values_list("kind", flat=True))
    assert kinds == set(models.LetterKind) - TO_STAFF - ABOUT_COMMENTS - TO_MANY
