"""No browser runs what attackers write where somebody answers: as it waits, is decided about, and arrives."""

import pytest
from playwright.async_api import expect

import models
from models.moderation import LINK_LIFE
from models.pens import LONGEST_NOTE
from tests.browser.planting import Planted, chunks, comment, packed, pass_pens
from tests.browser.victim import Victim
from tests.nouns.attacks import PAYLOADS

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
WEBSITE = "https://example.org/?'onclick=alert(1)"
MOST = 4_900  # characters of attacks in one comment
# Somebody else's page, which shows each comment as it comes.
LISTENS = """async (query) => {
  const headers = { 'Content-Type': 'application/json', Accept: 'text/event-stream' };
  const answer = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
  window.heard = 0;
  const show = ({ contentHtml, author }) => {
    const box = document.createElement('article');
    box.innerHTML = contentHtml;
    const link = document.createElement('a');
    link.textContent = author.name;
    if (author.website) link.href = author.website;
    document.body.append(link, box);
    heard += 1;
  };
  const listen = async () => {
    let text = '';
    for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + part).split('\\n\\n');
      text = blocks.pop();
      for (const block of blocks) {
        const said = block.startsWith('event: next') && JSON.parse(block.split('\\ndata:')[1]);
        if (said) show(said.data.commentAdded.commentEdge.node);
      }
    }
  };
  listen();
}"""
LIVE = "subscription { commentAdded { commentEdge { node { contentHtml author { name website } } } } }"


@pytest.fixture
async def post(site: models.Site) -> models.Post:
    """Publish what is written about."""
    post = await models.Post.draft(site, "Een bericht", "<p>Tekst.</p>", authors=[])
    await post.publish()
    return post


@pytest.fixture
async def boss(site: models.Site) -> models.User:
    """Know somebody who may do everything."""
    return await models.User.welcome(site, "boss@staff.example", "Baas", models.Role.ADMIN)


async def test_a_comment_harms_neither_who_confirms_it_nor_who_decides(victim, reader, site, post, boss):
    await site.change(comment_policy=models.CommentPolicy.CONFIRMED)
    waiting = await _wait(post)
    letters = {letter.to: letter for letter in await reader.letters()}
    for number, left in enumerate(waiting):
        path = models.ModeratorLink(left, boss, models.now() + LINK_LIFE).path(site)
        await victim.opens(path)
        confirmation = letters[str(left.email)]
        await victim.reads(confirmation.html, confirmation.subject)
        await victim.opens(confirmation.link("comment"))
        await victim.presses("form button")
        await victim.opens(path)
        for button in (("reject", "spam")[number % 2], "approve"):
            await victim.presses(f"button[name={button}]")
            await victim.opens(path)
        commenter = await models.Commenter.get(mailbox=left.mailbox)
        await victim.opens(commenter.path_out(site))
        await victim.presses("form button")
    _is_unharmed(victim)


async def test_a_pen_harms_nobody_whom_it_is_passed_to(victim, reader, site):
    await pass_pens(site, packed(PAYLOADS, LONGEST_NOTE))
    links = [letter.link("pen") for letter in await reader.letters()]
    for number, link in enumerate(links):
        await victim.opens(link)
        await victim.presses(f"button[name={('take', 'decline')[number % 2]}]")
        await victim.opens("/write" if number % 2 == 0 else link)
    _is_unharmed(victim)


async def test_what_the_desk_gives_back_harms_nobody(victim, site, boss):
    _, token = await models.Key.grant(models.KeyKind.SESSION, boss)
    for text in packed(PAYLOADS, 2 * MOST):
        said = {"title": text[:300], "text": text, "summary": text[-2000:], "tags": text[-100:]}
        post = await models.Post.draft(site, "Een ontwerp", "<p>Tekst.</p>", authors=[])
        await victim.signs_in(token)
        await victim.opens(f"/write/{post.id}")
        await victim.fills(**said)
        await post.rewrite(said["title"], models.Content.of("<p>Anders.</p>", models.Format.HTML))
        for button in ("save", "ask_to_delete"):
            await victim.presses(f"button[value={button}]")
        await victim.opens(f"/write/{post.id}")
        await victim.fills(**said)
        await victim.is_signed_out()
        await victim.presses("button[value=save]")
        assert victim.page.url.endswith(f"/write/{post.id}")
    _is_unharmed(victim)


async def test_what_a_form_gives_back_harms_nobody(victim, boss):
    _, token = await models.Key.grant(models.KeyKind.SESSION, boss)
    await victim.signs_in(token)
    await victim.opens("/subscribe")
    for text in packed(PAYLOADS, MOST):
        for path in ("/subscribe", "/confirm", "/pen"):
            await victim.posts(path, email=text, name=text, code=text, note=text)
    await victim.is_signed_out()
    await victim.posts("/sign-in", email="".join(PAYLOADS))
    _is_unharmed(victim)


async def test_a_comment_harms_nobody_on_the_page_that_it_is_sent_from(victim, post):
    await comment(Planted(token=""), post, PAYLOADS[0])
    await victim.opens(post.path)
    form, shown = victim.page.locator("section.answer form"), victim.page.locator(".conversation article")
    for number, text in enumerate(packed(PAYLOADS, MOST)):
        await form.locator("[name=content]").fill(text)
        await form.locator("[name=authorName]").fill(text[:100])
        await form.locator("[name=authorEmail]").fill(f"guest{number}@example.org")
        await form.locator("[name=authorWebsite]").fill("https://example.org/?<script>alert(1)</script>")
        await form.locator("[type=submit]").click()
        await expect(form.locator("[name=authorWebsite]")).to_have_attribute("aria-invalid", "true")
        await form.locator("[name=authorWebsite]").fill(WEBSITE)
        await form.locator("[type=submit]").click()
        await expect(shown).to_have_count(number + 2)
    await victim.looks("what was sent")
    await shown.first.get_by_role("button", name="Antwoord").click()
    await victim.looks("the form of an answer")
    _is_unharmed(victim)


async def test_a_comment_harms_nobody_who_changes_it_or_takes_it_back(victim, site, post):
    for left in await _wait(post):
        token = models.edit_token(site, left)
        await victim.opens(f"/comment/retract/{token}")
        await victim.opens(f"/comment/edit/{token}")
        await victim.page.locator("[name=content]").fill(left.source + "x" * models.LONGEST_COMMENT)
        await victim.presses("main form button")
        assert await victim.page.locator("#content-error").count() == 1
    _is_unharmed(victim)


async def test_a_comment_harms_nobody_whose_page_it_comes_to(victim, post):
    await victim.reads("<!doctype html><title>x</title>", "nothing")
    await victim.page.evaluate(LISTENS, LIVE)
    planted = Planted(token="")
    for chunk in chunks(PAYLOADS):
        for payload in chunk:
            await comment(planted, post, payload)
        await victim.page.wait_for_function(f"heard === {len(planted.comments)}")
    await victim.looks("what has come")
    _is_unharmed(victim)


async def _wait(post: models.Post) -> list[models.Comment]:
    """Leave comments full of attacks, each by another guest whose name is one and whose website tries."""
    left = []
    for number, text in enumerate(packed(PAYLOADS, MOST)):
        guest = models.Writer(name=text[:100], email=f"guest{number}@example.org", website=WEBSITE)
        left.append(await models.Comment.leave(post.id, guest, text, notify_replies=True))
    return left


def _is_unharmed(victim: Victim) -> None:
    """Hold that nothing ran, and that what was written was there, as words."""
    assert victim.harm == []
    everything = _letters("\n".join(victim.shown))
    missing = [payload for payload in PAYLOADS if _letters(payload) not in everything]
    assert not missing


def _letters(text: str) -> str:
    """Leave out what is cleaned from a text, or shown as spaces."""
    return "".join(filter(str.isalnum, text))
