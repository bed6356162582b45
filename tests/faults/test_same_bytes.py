"""A letter that is tried again has the bytes that it had, whatever was changed meanwhile."""

import models
from tests.faults import lab
from tests.mailers.smtp import DROP


async def test_another_try_has_the_same_bytes(site, sink, promise, drain, time_goes_by):
    await models.SignUp.ask(site, "new@example.org", lab.FORM, name="Ann", language="nl")
    [reader] = await promise(["known"])
    sink.answers = {"DOT": DROP}
    await drain(sink)
    assert sink.copies == {"new@example.org": 1, "known@example.org": 1}

    sink.answers = {}
    await reader.choose(site, lab.FORM, name="Anna\r\nBcc: eve@example.org", language="en")
    await models.Subscription.filter(mailbox="new@example.org").update(name="Noa", language="fr")
    await site.change(title="A wholly new name", language="en")
    await time_goes_by(models.deliveries.LIFE / 2)
    await drain(sink)
    assert sink.copies == {"new@example.org": 2, "known@example.org": 2}
    sink.assert_copies_are_alike()
