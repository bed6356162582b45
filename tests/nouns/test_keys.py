"""Keys let in who has them, as whom they were made for, until they run out or are taken back."""

from datetime import timedelta

import pytest

import models
from models.keys import LIVES
from models.tokens import Token

SCOPES = set(models.Scope)


async def test_a_key_lets_in_as_its_owner_with_the_scopes_of_their_role(staff):
    user, _, principal = await staff(models.Role.EDITOR)
    assert (principal.user_id, principal.author_id) == (user.id, user.author_id)
    assert principal.scopes == models.OF_ROLE[models.Role.EDITOR]
    assert principal.edits_all
    assert principal.is_known
    assert not principal.may(models.Scope.TOKENS_MANAGE)


async def test_a_key_may_do_less_than_its_owner_and_never_more(staff):
    _, _, principal = await staff(models.Role.ADMIN, scopes=[models.Scope.CONTENT_READ])
    assert principal.scopes == {models.Scope.CONTENT_READ}
    with pytest.raises(models.Invalid):
        await staff(models.Role.AUTHOR, scopes=[models.Scope.TOKENS_MANAGE])


async def test_who_is_trusted_with_less_can_do_less_with_the_keys_they_have(staff):
    await staff(models.Role.ADMIN, "Other")
    user, token, before = await staff(models.Role.ADMIN)
    await user.become(models.Role.AUTHOR, by=models.NOBODY)
    after = await models.Key.principal(token)
    assert after.scopes == models.OF_ROLE[models.Role.AUTHOR]
    assert not await models.Key.still_opens(before)
    assert await models.Key.still_opens(after)


async def test_nothing_of_a_token_stands_in_the_store(staff):
    _, token, _ = await staff(models.Role.AUTHOR)
    [row] = await models.Key.all().values()
    assert Token.read(token, "api").secret not in str(row)


SPOILT = {
    "shorter": lambda token: token[:-1],
    "longer": lambda token: token + "x",
    "a session": lambda token: token.replace("api_", "sess_"),
    "a preview": lambda token: token.replace("api_", "preview_"),
    "a link": lambda token: token.replace("api_", "login_"),
    "of another": lambda token: token.replace("_1_", "_2_"),
    "empty": lambda _: "",
    "no secret": lambda _: "api_1_",
    "a large number": lambda _: "api_99999999999_x",
    "half a letter": lambda _: "api_1_\udc80",
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
async def test_what_is_no_such_key_lets_nobody_in(staff, spoil):
    _, token, _ = await staff(models.Role.ADMIN)
    with pytest.raises(models.Unproven):
        await models.Key.principal(spoil(token))


async def test_a_key_runs_out(staff, time_machine):
    _, token, principal = await staff(models.Role.AUTHOR)
    time_machine.move_to(models.now())
    time_machine.shift(LIVES[models.KeyKind.API] + timedelta(seconds=1))
    with pytest.raises(models.Expired):
        await models.Key.principal(token)
    assert not await models.Key.still_opens(principal)


@pytest.mark.parametrize("lives", [timedelta(0), timedelta(days=-1), timedelta(days=366)])
async def test_no_key_lives_for_ever_or_not_at_all(staff, lives):
    with pytest.raises(models.Invalid):
        await staff(models.Role.AUTHOR, lives=lives)


async def test_a_key_that_was_taken_back_lets_nobody_in_and_is_told(staff):
    _, token, principal = await staff(models.Role.AUTHOR)
    told = models.pulse.listen(models.pulse.KeyRevoked)
    assert await models.Key.revoke(principal.key_id, 999) == 1
    assert (await anext(told)).key_id == principal.key_id
    with pytest.raises(models.Unproven):
        await models.Key.principal(token)
    assert await models.Key.revoke(principal.key_id) == 0


async def test_all_keys_of_who_is_retired_let_nobody_in(staff):
    _, _, boss = await staff(models.Role.ADMIN)
    user, token, _ = await staff(models.Role.EDITOR)
    _, session = await models.Key.grant(models.KeyKind.SESSION, user)
    await models.Key.retire(user, by=boss)
    for one in (token, session):
        with pytest.raises(models.Unproven):
            await models.Key.principal(one)
    deeds = await models.Audit.filter(user_id=boss.user_id).order_by("id").values_list("deed", flat=True)
    assert deeds == ["token.revoke", "token.revoke", "user.retire"]


async def test_the_last_who_may_do_everything_stays(staff):
    user, token, _ = await staff(models.Role.ADMIN)
    with pytest.raises(models.Invalid):
        await models.Key.retire(user, by=models.NOBODY)
    with pytest.raises(models.Invalid):
        await user.become(models.Role.EDITOR, by=models.NOBODY)
    assert (await models.Key.principal(token)).scopes == SCOPES


async def test_a_key_in_use_costs_one_statement(staff, statements):
    _, token, _ = await staff(models.Role.AUTHOR)
    with statements() as sent:
        await models.Key.principal(token)
    assert len(sent) == 1, sent


async def test_what_has_run_out_is_forgotten_by_and_by(staff, time_machine):
    await staff(models.Role.AUTHOR)
    time_machine.move_to(models.now())
    time_machine.shift(LIVES[models.KeyKind.API] + timedelta(days=31))
    await models.purge()
    assert await models.Key.all().count() == 0
