"""A token that is spent, over, taken back or made for another door opens nothing, whatever happens when."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, ClassVar

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

import models
from models.store import APPS
from schema.permissions import who_may
from tests.databases import Databases
from tests.pages.token_doors import ALL_DOORS, FORBIDDEN, MAILBOXES, REFUSED, Door
from tests.pages.token_lives import KEYS, LINKS, STAFF, Lives
from tests.pages.token_owners import DAY, MINUTE, YEAR, Minted
from tests.schema.test_every_mutation import MUTATIONS

BEGIN = datetime(2026, 3, 10, 12, tzinfo=UTC)
SPANS = (MINUTE, 16 * MINUTE, DAY, 8 * DAY, 15 * DAY, 31 * DAY, YEAR)
ROLES = st.sampled_from(["author", "editor", "admin"])
SCOPES = st.sets(st.sampled_from(list(models.Scope)), min_size=1)


class Tokens(RuleBasedStateMachine):
    """Everybody who has tokens, and a server that may know no more of them than is told here."""

    tokens = Bundle("tokens")
    make_store: ClassVar[Callable[[], str]]
    # The kinds of which one was refused at a door of its own.
    met: ClassVar[set[str]]

    def __init__(self) -> None:
        super().__init__()
        self._clock = time_machine.travel(BEGIN, tick=False)
        self._time = self._clock.start()
        self._runner = asyncio.Runner()
        self._lives = Lives(self._time)
        self._turn, self._known = 0, list[Minted]()
        self._run(self._lives.open(self.make_store()))

    def teardown(self) -> None:
        try:
            if self._lives.minted:
                newest = {(token.kind, token.opens): token for token in self._lives.minted}
                self._run(
                    self._are_refused([*self._at(ALL_DOORS, newest.values()), *self._own(self._over())])
                )
                self._run(self._wind_up())
        finally:
            self._run(self._lives.close())
            self._runner.close()
            self._clock.stop()

    # What happens

    @initialize(target=tokens, is_at_work=st.booleans())
    def begins(self, is_at_work: bool) -> Any:
        owners = self._run(self._lives.ask_for_owners_link())
        return multiple(owners, *self._run(self._lives.begin_work()).values) if is_at_work else owners

    @precondition(lambda self: not any(member.is_admin for member in self._lives.members.values()))
    @rule(target=tokens)
    def asks_for_the_owners_link_again(self) -> Any:
        return self._run(self._lives.ask_for_owners_link())

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: timedelta) -> None:
        self._time.shift(span)

    @rule(target=tokens, email=st.sampled_from(MAILBOXES))
    def signs_up(self, email: str) -> Any:
        return self._run(self._lives.sign_up(self._lives.subscribers[email]))

    @rule(target=tokens, email=st.sampled_from(MAILBOXES), notices=st.booleans())
    def comments(self, email: str, notices: bool) -> Any:
        return self._run(self._lives.comment(email, notices=notices))

    @rule(email=st.sampled_from(STAFF), role=ROLES)
    def is_hired(self, email: str, role: str) -> None:
        self._run(self._lives.hire(email, role))

    @precondition(lambda self: self._lives.members)
    @rule(data=st.data(), role=ROLES)
    def gets_another_role(self, data: Any, role: str) -> None:
        self._run(self._lives.promote(self._one_of(data, self._lives.members.values()), role))

    @precondition(lambda self: self._lives.members)
    @rule(data=st.data())
    def is_retired(self, data: Any) -> None:
        self._run(self._lives.retire(self._one_of(data, self._lives.members.values())))

    @precondition(lambda self: self._lives.members)
    @rule(target=tokens, data=st.data(), scopes=st.none() | SCOPES)
    def gets_keys(self, data: Any, scopes: set[models.Scope] | None) -> Any:
        return self._run(self._lives.give_keys(self._one_of(data, self._lives.members.values()), scopes))

    @precondition(lambda self: self._lives.members)
    @rule(target=tokens, data=st.data())
    def passes_the_pen(self, data: Any) -> Any:
        return self._run(self._lives.pass_pen(self._one_of(data, self._lives.members.values())))

    @precondition(lambda self: self._lives.members and self._lives.remarks)
    @rule(target=tokens, data=st.data())
    def is_told_of_a_comment(self, data: Any) -> Any:
        member = self._one_of(data, self._lives.members.values())
        return self._run(self._lives.tell_moderator(member, self._one_of(data, self._lives.remarks)))

    @rule(target=tokens)
    def are_reminded_of_their_pens(self) -> Any:
        return self._run(self._lives.remind_of_pens())

    @precondition(lambda self: self._lives.members)
    @rule(target=tokens, data=st.data())
    def shows_a_draft(self, data: Any) -> Any:
        return self._run(self._lives.preview(self._one_of(data, self._lives.members.values())))

    @rule(target=tokens, token=tokens)
    def uses(self, token: Minted) -> Any:
        return self._run(self._lives.use(token)) if token.opens else multiple()

    @rule(token=consumes(tokens))
    def takes_back(self, token: Minted) -> None:
        self._run(self._lives.take_back(token))

    @rule(email=st.sampled_from(MAILBOXES))
    def is_forgotten(self, email: str) -> None:
        self._run(self._lives.forget(email))

    # What holds

    @rule(token=tokens, name=st.sampled_from(sorted(MUTATIONS)))
    def is_no_more_than_it_may_be_as_a_key(self, token: Minted, name: str) -> None:
        self._run(self._mutate(token, name))

    @invariant()
    def what_is_good_opens_its_door_and_nothing_else_does(self) -> None:
        # What has just come to its end is shown at its own doors, and all at one other in turn, for all at
        # all of them would take long; that is done in the end.
        self._turn += 1
        door = ALL_DOORS[self._turn % len(ALL_DOORS)]
        self._run(self._are_refused([*self._own(self._just_over()), *self._at([door], self._lives.minted)]))
        self._run(self._all_that_is_good_opens())

    async def _wind_up(self) -> None:
        """Use all that is good and some that is fresh, and what comes of it; then let it grow old."""
        await self._lives.begin_work()
        for _ in range(3):
            for token in list(self._lives.minted):
                if token.opens:
                    await self._lives.use(token)
            await self._are_refused(self._own(self._just_over()))
        self._time.shift(2 * YEAR)
        await self._are_refused(self._own(self._over()))

    def _over(self) -> list[Minted]:
        return [token for token in self._lives.minted if not token.opens]

    def _just_over(self) -> list[Minted]:
        """Give those that have come to their end since this was asked."""
        before, self._known = self._known, self._over()
        return [token for token in self._known if token not in before]

    def _own(self, over: Iterable[Minted]) -> list[tuple[Door, Minted]]:
        return [(door, token) for token in over for door in ALL_DOORS if token.kind in door.kinds]

    def _at(self, doors: Iterable[Door], tokens: Iterable[Minted]) -> list[tuple[Door, Minted]]:
        every = product(doors, tokens)
        return [(door, token) for door, token in every if not (token.opens and token.kind in door.kinds)]

    async def _are_refused(self, shown: Iterable[tuple[Door, Minted]]) -> None:
        before = self._lives.ledger.rows()
        for door, token in shown:
            told = await door.show(self._lives.doors, token.text)
            assert told == REFUSED, (door.name, token, token.opens, told)
            self.met |= {token.kind} & door.kinds
        self._unchanged(before)

    async def _all_that_is_good_opens(self) -> None:
        before = self._lives.ledger.rows()
        for token in self._lives.minted:
            if token.opens:
                assert await self._lives.looks(token), token
        self._unchanged(before)

    def _unchanged(self, before: dict[str, Any]) -> None:
        after = self._lives.ledger.rows()
        changed = {name: (rows, after[name]) for name, rows in before.items() if after[name] != rows}
        assert not changed, changed

    async def _mutate(self, token: Minted, name: str) -> None:
        scope = str(who_may("Mutation", name))
        is_key = token.kind in KEYS and token.opens
        if is_key and scope in token.scopes():
            return
        before = self._lives.ledger.rows()
        told = await self._lives.doors.mutate(name, bearer=token.text)
        assert told == (FORBIDDEN if is_key else REFUSED), (name, token, told)
        self._unchanged(before)

    @staticmethod
    def _one_of(data: Any, all_of_them: Any) -> Any:
        return data.draw(st.sampled_from(list(all_of_them)))

    def _run(self, step: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(step)


def _live(databases: Databases, *phases: Phase, **more: Any) -> set[str]:
    """Let tokens live in many ways; give the kinds of which one was over in the end."""

    class Here(Tokens):
        make_store = staticmethod(lambda: databases.migrated("sqlite", APPS))
        met: ClassVar[set[str]] = set()

    calm = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)
    run_state_machine_as_test(Here, settings=settings(calm, phases=phases, **more))
    return Here.met


def test_a_token_opens_its_own_doors_until_it_is_over_and_nothing_else_ever(databases):
    # What is found is not made smaller: the long way does that.
    _live(databases, Phase.generate, max_examples=4, stateful_step_count=20, derandomize=True)


@pytest.mark.faults
def test_tokens_of_many_lives_open_nothing_that_they_should_not(databases):
    # Not explained, which would have every line that runs watched.
    phases = (Phase.generate, Phase.shrink)
    met = _live(databases, *phases, max_examples=100, stateful_step_count=40)
    assert met == set(LINKS) | KEYS | {"code", "edit"}
