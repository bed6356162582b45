"""A mail scanner that is a whole browser opens every link of every letter, and nothing happens by that."""

from urllib.parse import urlsplit

from tests.pages.conftest import links_of


async def test_a_browser_that_follows_every_link_changes_nothing(reader, whole_life, held, open_page):
    await reader.posts(whole_life[-2].link("unsubscribe"))
    letters = await reader.letters()
    before = await held()
    page = await open_page("about:blank")
    seen = set()
    for link in [link for letter in letters for link in links_of(letter)]:
        path = urlsplit(link).path
        answer = await page.goto(str(reader.client.make_url(path)), wait_until="networkidle")
        # What proved an address proves nothing any more once its subscriber has left.
        assert answer.status == (404 if path.startswith("/confirm/") else 200), path
        seen.add(path.split("/")[1])
    assert seen == {"", "confirm", "preferences", "unsubscribe", "undo"}
    assert await held() == before
    await reader.posts(letters[0].link("undo"))
    assert reader.title == "Je bent weer aangemeld"


async def test_a_browser_that_opens_a_confirmation_leaves_it_to_its_reader(reader, held, open_page):
    await reader.signs_up()
    [letter] = await reader.letters()
    before = await held()
    page = await open_page("about:blank")
    for link in links_of(letter):
        await page.goto(str(reader.client.make_url(urlsplit(link).path)), wait_until="networkidle")
    assert await held() == before
    await reader.posts(letter.link("confirm"))
    assert reader.title == "Je bent aangemeld"
