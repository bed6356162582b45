"""Pages stand in a tree, and a page's path tells where."""

from asyncio import gather
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

import models
from models import Page

TODAY = datetime(2021, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def about(site):
    page = await Page.draft(site.id, "Over ons", "<p>Wie wij zijn.</p>")
    await page.publish()
    return page


async def test_a_page_below_a_draft_cannot_be_shown(site):
    above = await Page.draft(site.id, "Ontwerp", "")
    below = await Page.draft(site.id, "Eronder", "", parent=above)
    with pytest.raises(models.Invalid):
        await below.publish()
    await above.publish()
    await below.publish()
    assert [page.path for page in await Page.published().order_by("path")] == ["/ontwerp", "/ontwerp/eronder"]


async def test_a_page_with_pages_below_it_cannot_be_withdrawn(site, about):
    below = await Page.draft(site.id, "Team", "", parent=about)
    await below.publish()
    with pytest.raises(models.Invalid):
        await about.withdraw()
    await below.withdraw()
    await about.withdraw()
    assert await Page.published().count() == 0


async def test_a_scheduled_page_never_appears_below_a_hidden_one(site, about):
    with time_machine.travel(TODAY, tick=False) as clock:
        below = await Page.draft(site.id, "Straks", "", parent=about)
        await about.publish(TODAY)
        await below.publish(TODAY + timedelta(days=1))
        for hide in (about.withdraw(), about.publish(TODAY + timedelta(days=9))):
            with pytest.raises(models.Invalid):
                await hide
        clock.shift(timedelta(days=2))
        assert await Page.published().count() == 2


async def test_renaming_a_page_moves_those_below_it_and_the_old_paths_lead_there(site, about):
    team = await Page.draft(site.id, "Team", "", parent=about)
    await team.publish()
    anna = await Page.draft(site.id, "Anna", "", parent=team)
    await anna.publish()
    beside = await Page.draft(site.id, "Over onszelf", "")
    await about.rename("Wie zijn wij?")
    await (await Page.get(id=team.id)).rename("ploeg")
    paths = {page.id: page.path for page in await Page.all()}
    assert paths == {
        about.id: "/wie-zijn-wij", team.id: "/wie-zijn-wij/ploeg", anna.id: "/wie-zijn-wij/ploeg/anna",
        beside.id: "/over-onszelf",
    }  # fmt: skip
    for old in ("/over-ons/team/anna", "/wie-zijn-wij/team/anna", "/over-ons/team/anna/"):
        assert await models.leads(old) == models.Leads("/wie-zijn-wij/ploeg/anna", page_id=anna.id)


async def test_a_page_written_below_one_that_was_renamed_meanwhile_stands_below_it(site, about):
    await (await Page.get(id=about.id)).rename("elders")
    assert (await Page.draft(site.id, "Team", "", parent=about)).path == "/elders/team"


async def test_renaming_a_page_to_its_own_name_changes_nothing(site, about):
    await about.rename("Over ons")
    assert await models.leads("/over-ons") is None
    assert (about.version, about.path) == (2, "/over-ons")


async def test_of_two_who_rewrite_a_page_the_second_must_read_again(site, about):
    again = await Page.get(id=about.id)
    await about.rewrite("Eerst", "")
    with pytest.raises(models.Changed):
        await again.rewrite("Daarna", "")
    assert (await Page.get(id=about.id)).title == "Eerst"


async def test_an_old_path_of_a_hidden_page_leads_nowhere(site, about):
    await about.rename("weg")
    await about.withdraw()
    assert await models.leads("/over-ons") is None


async def test_no_page_stays_below_one_that_is_withdrawn_or_deleted_at_the_same_moment(site):
    for number in range(8):
        above = await Page.draft(site.id, f"Boven {number}", "")
        below = await Page.draft(site.id, f"Onder {number}", "", parent=above)
        await above.publish()
        leave = above.withdraw()
        done = await gather(below.publish(), leave, return_exceptions=True)
        assert [type(one) for one in done if one is not None] == [models.Invalid], done
        shown = await Page.published().filter(id__in=[above.id, below.id]).count()
        assert shown == (0 if done[1] is None else 2)


async def test_of_a_page_deleted_as_one_is_put_below_it_one_is_told_why_not(site):
    for number in range(8):
        above = await Page.draft(site.id, f"Boven {number}", "")
        below = await Page.draft(site.id, f"Onder {number}", "")
        done = await gather(above.remove(), below.move(above), return_exceptions=True)
        assert sum(isinstance(one, models.Refused) for one in done) == 1, done
        stands = await Page.get(id=below.id)
        assert (stands.parent_id is None) == (done[0] is None)


async def test_a_page_that_never_appeared_appears_when_it_is_published_anew(site):
    page = await Page.draft(site.id, "Ooit", "")
    await page.publish(models.now() + timedelta(days=3))
    await page.withdraw()
    await page.publish()
    assert page.is_visible
    assert await Page.published().filter(id=page.id).exists()


async def test_the_address_of_a_page_that_never_was_published_leads_nowhere(site):
    about = await Page.draft(site.id, "Over ons", "")
    below = await Page.draft(site.id, "Ploeg", "", parent=about)
    await about.rename("wij")
    assert (await Page.get(id=below.id)).path == "/wij/ploeg"
    await about.publish()
    await (await Page.get(id=below.id)).publish()
    assert await models.leads("/over-ons") is None
    assert await models.leads("/over-ons/ploeg") is None
