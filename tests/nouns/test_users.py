"""Who can sign in keeps the name they have, and somebody is always left who may do everything."""

import pytest

import models

ADMIN, AUTHOR = models.Role.ADMIN, models.Role.AUTHOR


async def test_an_invitation_to_who_can_sign_in_changes_the_role_alone(site):
    ann = await models.User.welcome(site, "ann@staff.example", "Ann", AUTHOR)
    again = await models.invite(site, "ANN@staff.example", "Mallory", models.Role.EDITOR)
    assert (again.id, again.name, again.role) == (ann.id, "Ann", models.Role.EDITOR)
    assert not await models.Author.exists(name="Mallory")


async def test_an_invitation_takes_the_last_admin_nothing(site):
    await models.User.welcome(site, "ann@staff.example", "Ann", ADMIN)
    with pytest.raises(models.Invalid):
        await models.invite(site, "ann@staff.example", "Ann", AUTHOR)
    assert (await models.User.get()).role is ADMIN


async def test_a_program_takes_nobody_what_it_may_not_do_itself(site, staff):
    boss = (await staff(ADMIN, "Boss")).user
    scopes = [models.Scope.CONTENT_READ, models.Scope.CONTENT_WRITE, models.Scope.TOKENS_MANAGE]
    program = (await staff(ADMIN, "Ann", scopes=scopes)).principal
    with pytest.raises(models.NotAllowed):
        await models.invite(site, boss.email, "Boss", AUTHOR, by=program)
    with pytest.raises(models.NotAllowed):
        await boss.become(AUTHOR, by=program)
    with pytest.raises(models.NotAllowed):
        await models.Key.retire(boss, by=program)
    assert (await models.User.active().get(id=boss.id)).role is ADMIN
    ed = (await staff(AUTHOR, "Ed")).user
    await models.Key.retire(ed, by=program)


async def test_who_was_let_in_no_more_is_welcome_again(site):
    ann = await models.User.welcome(site, "ann@staff.example", "Ann", AUTHOR)
    await models.Key.retire(ann, by=models.NOBODY)
    again = await models.User.welcome(site, "ann@staff.example", "Ann", AUTHOR)
    assert (again.id, again.retired_at) == (ann.id, None)


async def test_a_session_may_what_its_owner_may_now_and_a_program_what_it_was_made_for(site):
    ann = await models.User.welcome(site, "ann@staff.example", "Ann", AUTHOR)
    _, session = await models.Key.grant(models.KeyKind.SESSION, ann)
    _, program = await models.Key.grant(models.KeyKind.API, ann)
    await models.User.welcome(site, "ann@staff.example", "Ann", models.Role.EDITOR)
    assert (await models.Key.principal(session)).scopes == models.OF_ROLE[models.Role.EDITOR]
    assert (await models.Key.principal(program)).scopes == models.OF_ROLE[AUTHOR]


async def test_nobody_comes_to_write_as_who_somebody_else_writes_as(site):
    ann = await models.User.welcome(site, "ann@staff.example", "Ann", AUTHOR)
    await models.Author.filter(id=ann.author_id).update(name="Zoe")
    with pytest.raises(models.Taken):
        await models.invite(site, "zoe@staff.example", "Zoe", models.Role.EDITOR)
    await models.User.filter(id=ann.id).update(retired_at=models.now())
    with pytest.raises(models.Taken):
        await models.invite(site, "zoe@staff.example", "Zoe", models.Role.EDITOR)
    assert await models.User.all().count() == 1


async def test_a_preview_ends_with_who_gave_it(site, staff):
    await staff(ADMIN)
    ann, _, principal = await staff(AUTHOR)
    post = await models.Post.begin(site, ann, "Geheim")
    _, token = await models.Key.grant_preview(principal, post)
    assert (await models.Key.principal(token)).post_id == post.id
    page = await models.Page.draft(site.id, "Geheim", "")
    _, of_page = await models.Key.grant_preview(principal, page)
    assert (await models.Key.principal(of_page)).page_id == page.id
    await models.Key.retire(ann, by=models.NOBODY)
    for one in (token, of_page):
        with pytest.raises(models.Unproven):
            await models.Key.principal(one)


async def test_an_author_who_was_deleted_is_made_anew_for_who_begins_a_post(site):
    ann = await models.User.welcome(site, "ann@staff.example", "Ann", AUTHOR)
    await models.Author.filter(id=ann.author_id).delete()
    post = await models.Post.begin(site, await models.User.get(id=ann.id), "Zonder titel")
    assert await post.is_by((await models.User.get(id=ann.id)).author_id)
