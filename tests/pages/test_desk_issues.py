"""At the desk, who sends newsletters sees what was sent to whom, and holds it back or takes it back."""

from datetime import timedelta

import pytest

import models
from models.deliveries import Delivery

PATH = "/write/issues"


@pytest.fixture
async def issue(reader, site, desk):
    """Send a post to a subscriber, and open the list before a letter is out."""
    await reader.subscribes()
    content = models.Content.of("Een tuin.", models.Format.MARKDOWN)
    post = await models.Post.draft(site, "De tuin", content, authors=[])
    await desk(models.Role.ADMIN, "Bo")
    await reader.letters()
    await post.publish(newsletters=[await models.Newsletter.main(site)])
    await models.announce_post(post.id)
    await reader.opens(PATH)
    return await models.Issue.get(post_id=post.id)


def buttons(reader):
    return [button.attributes["value"] for button in reader.page.css("main .letters button")]


async def press(reader, deed):
    [button] = reader.page.css(f"button[value={deed}]")
    await reader.presses(button.text())


async def follow(reader):
    assert reader.status == 303, reader.text
    await reader.opens(reader.headers["Location"])
    return reader.page.css_first("[role=status]").text()


async def deeds():
    return [one.deed for one in await models.Audit.told(deed="issue")]


async def test_what_is_sent_is_listed_held_back_and_goes_on(reader, words, issue):
    assert (reader.status, reader.title) == (200, words["issues_title"])
    assert reader.headers["Cache-Control"] == "no-store"
    [item] = reader.page.css("main .letters li")
    assert item.css_first("a").attributes["href"] == f"/write/{issue.post_id}"
    assert words["desk_letters_waiting"] % {"count": 1} in item.text()
    assert buttons(reader) == ["pause", "recall"]
    await press(reader, "pause")
    assert await follow(reader) == words["issues_told_pause"]
    assert buttons(reader) == ["resume", "recall"]
    await reader.posts(PATH, {"do": "pause", "issue": str(issue.id)})
    assert await follow(reader) == words["issues_told_pause"]
    await press(reader, "resume")
    assert await follow(reader) == words["issues_told_resume"]
    assert (await models.Issue.get(id=issue.id)).status is models.IssueStatus.SENDING
    assert await deeds() == ["issue.resume", "issue.pause", "issue.pause"]


async def test_what_is_sent_is_taken_back_at_the_second_press(reader, words, issue):
    await press(reader, "recall")
    assert (reader.status, reader.title) == (200, words["issue_recall_title"])
    assert "De tuin" in reader.text
    assert (await models.Issue.get(id=issue.id)).status is models.IssueStatus.SENDING
    await reader.presses(words["issue_recall_yes"])
    assert await follow(reader) == words["issues_told_recall"]
    assert buttons(reader) == []
    # Before a worker has struck it off, too.
    [item] = reader.page.css("main .letters li")
    assert words["desk_letters_cancelled"] % {"count": 1} in item.text()
    assert words["desk_letters_waiting"] % {"count": 1} not in item.text()
    await reader.letters()
    assert (await models.Issue.get(id=issue.id)).status is models.IssueStatus.RECALLED
    assert not await Delivery.filter(issue_id=issue.id, state=models.State.SENT).exists()
    await reader.posts(PATH, {"do": "resume", "issue": str(issue.id)})
    assert reader.status == 422
    assert reader.page.css_first("[role=alert]").text() == words["issues_over"]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"do": "pause"},
        {"do": "pause", "issue": "0"},
        {"do": "pause", "issue": "99999999999999999999"},
        {"do": "pause", "issue": "x"},
        {"do": "retry", "issue": "1"},
        {"do": "__class__", "issue": "1"},
    ],
)
async def test_a_button_that_is_none_does_nothing(reader, issue, said):
    await reader.posts(PATH, said)
    assert (reader.status, reader.headers["Location"]) == (303, PATH)
    assert (await deeds(), (await models.Issue.get(id=issue.id)).status) == ([], models.IssueStatus.SENDING)


async def test_issues_have_pages_of_ten_and_digests_a_name(reader, desk, site, words):
    await desk(models.Role.ADMIN)
    await reader.opens(PATH)
    assert reader.page.css_first(".empty").text() == words["issues_none"]
    for number in range(12):
        await models.Issue.create(
            site_id=site.id, key=f"k{number}", kind=models.IssueKind.WEEKLY, facts={"items": []}, topics=[],
            status=models.IssueStatus.SENT, audience=number + 1, sent_out=number + 1,
            started_at=models.now() + timedelta(minutes=number),
        )  # fmt: skip
    await reader.opens(PATH)
    items = [item.text() for item in reader.page.css("main .letters li")]
    assert len(items) == 10
    assert words["issue_of_weekly"] in items[0]
    assert words["desk_letters_sent"] % {"count": 12} in items[0]
    await reader.opens(reader.page.css_first("[rel=next]").attributes["href"])
    assert len(reader.page.css("main .letters li")) == 2
    await reader.opens(reader.page.css_first("[rel=prev]").attributes["href"])
    assert [item.text() for item in reader.page.css("main .letters li")] == items
    await reader.opens(f"{PATH}?after=nonsense")
    assert reader.status == 422


@pytest.mark.parametrize("role", [models.Role.AUTHOR, models.Role.EDITOR])
async def test_nobody_else_holds_back_what_is_sent(reader, words, issue, role):
    await models.User.filter(role=models.Role.ADMIN).update(role=role)
    await reader.posts(PATH, {"do": "recall", "sure": "yes", "issue": str(issue.id)})
    assert (reader.status, reader.title) == (403, words["desk_barred_title"])
    await reader.opens(PATH)
    assert (reader.status, "De tuin" in reader.text) == (403, False)
    assert not (await reader.opens("/write")).page.css(f'a[href="{PATH}"]')
    assert (await models.Issue.get(id=issue.id)).status is models.IssueStatus.SENDING


async def test_a_page_of_elsewhere_holds_nothing_back(reader, issue):
    said = {"do": "recall", "sure": "yes", "issue": str(issue.id)}
    await reader.posts(PATH, said, **{"Sec-Fetch-Site": "cross-site"})
    assert reader.status == 403
    assert (await models.Issue.get(id=issue.id)).status is models.IssueStatus.SENDING
