"""The outbox takes letters as the post office does, and shows the newest first."""

from mailers.mail import Headers
from mailers.outbox import Outbox
from mailers.verdicts import Failed, Sent


async def test_letters_are_kept_the_newest_first(write, book, sender):
    outbox = Outbox(sender, room=3)
    await outbox.send([write(f"{n}") for n in range(5)], record=book.record)
    assert [letter.key for letter in outbox.letters] == ["4", "3", "2"]
    assert len(book.outcomes) == 5


async def test_a_letter_that_comes_again_is_kept_once(write, book, sender):
    outbox = Outbox(sender)
    for letter in (write("1"), write("2"), write("1")):
        await outbox.send_one(letter, record=book.record)
    assert [letter.key for letter in outbox.letters] == ["1", "2"]


async def test_a_sealed_letter_is_kept_readable(write, book, sender):
    leave = Headers(unsubscribe_url="https://x.example/u/1")
    letter = write(
        subject="Café", text="Één\nhttps://x.example/confirm/1\n", html="<p>é</p>\n", headers=leave
    )

    async def source():
        yield letter.rendered(sender)

    outbox = Outbox(sender)
    await outbox.send(source(), record=book.record)
    assert outbox.letters == [letter]
    assert outbox.letters[0].link("confirm") == "https://x.example/confirm/1"


async def test_a_letter_that_could_not_be_sent_is_not_kept(write, book, sender):
    outbox = Outbox(sender)
    assert isinstance(await outbox.send_one(write(to="nobody"), record=book.record), Failed)
    assert isinstance(await outbox.send_one(write(), record=book.record), Sent)
    assert len(outbox.letters) == 1
    await outbox.close()
