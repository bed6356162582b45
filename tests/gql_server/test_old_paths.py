"""Old addresses lead to the present ones, and hostile ones nowhere."""

import pytest
from yarl import URL

import models
from models.redirects import lead
from models.store import open_store

HOSTILE = [
    "/%0d%0aSet-Cookie:%20x=1", "/%0aLocation:%20https://evil.example",
    "/%5cevil.example", "/%00", "/old%00", "/%ff%fe", "/%ed%a0%80", "/%zz", "/%", "/%2e%2e/%2e%2e/etc/passwd",
    "/old%2f..", "/;old", "/" + "x" * 600, "/" + "%c3%a9" * 600, "/" + "x" * 8_000, "/https://evil.example",
    "/javascript:alert(1)", "/<script>", "/media/../settings.py", "/media/%2e%2e/blog.toml", "/media/",
    "/media//etc/passwd", "/media/%00.webp", "/media/" + "x" * 1_000 + ".webp", "/media/%ff.webp",
]  # fmt: skip


@pytest.fixture
async def moved_url(database_url):
    """A store in which content has moved."""
    async with open_store(database_url, migrate=False):
        site = await models.Site.found()
        ann = await models.Author.named(site.id, "Ann")
        post = await models.Post.draft(
            site, "A café at sea", "<p>Hello</p>", authors=[ann], slug="a-cafe-at-sea"
        )
        await post.publish()
        await lead(site.id, "/1/post/2014/03/café.html", post_id=post.id)
        await lead(site.id, "/old", to_path="/new place/é?x#y")
        await lead(site.id, "/round", to_path="/round")
        await lead(site.id, "/evil", to_path="/x\r\nSet-Cookie: a=b")
        draft = await models.Post.draft(site, "Not yet", "<p>Secret</p>", authors=[ann])
        await lead(site.id, "/secret", post_id=draft.id)
    return database_url


async def follow(client, path: str):
    return await client.get(URL(path, encoded=True), allow_redirects=False)


async def test_an_old_path_leads_to_where_its_post_lives(moved_url, serve):
    async with serve(moved_url) as client:
        for path in (
            "/1/post/2014/03/caf%C3%A9.html",
            "/1/post/2014/03/caf%c3%a9.html/",
            "/1/post/2014/03/café.html",
        ):
            answer = await follow(client, URL(path).raw_path)
            assert answer.status == 301
            assert answer.headers["Location"] == "https://blog.example/posts/a-cafe-at-sea"


async def test_what_leads_elsewhere_is_written_as_an_address(moved_url, serve):
    async with serve(moved_url) as client:
        answer = await follow(client, "/old?a=b")
        assert answer.headers["Location"] == "https://blog.example/new%20place/%C3%A9%3Fx%23y"
        answer = await follow(client, "/evil")
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Location"] == "https://blog.example/x%0D%0ASet-Cookie%3A%20a%3Db"


@pytest.mark.parametrize("path", ["/round", "/secret", "/nowhere", "/posts/a-cafe-at-sea", "/OLD", "/old/er"])
async def test_what_leads_nowhere_is_not_found(moved_url, serve, path):
    async with serve(moved_url) as client:
        answer = await follow(client, path)
        [error] = (await answer.json())["errors"]
        assert answer.status == 404
        assert error["message"]
        assert "Location" not in answer.headers


async def test_a_hostile_path_is_harmless(moved_url, serve):
    async with serve(moved_url) as client:
        for path in HOSTILE:
            answer = await follow(client, path)
            assert answer.status in {400, 404}, path
            assert "Location" not in answer.headers
            assert "Set-Cookie" not in answer.headers
            assert (await answer.json())["errors"]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    "target", ["//evil.example", "//evil.example/x", "http://evil.example/x", "//[", "/\\evil"]
)
async def test_an_address_of_elsewhere_leads_nowhere(doors, target):
    answer = await doors.say(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ")[1] in {b"400", b"404"}
    assert b"\r\nLocation:" not in answer
