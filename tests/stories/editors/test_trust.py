"""Who runs the publication trusts others with a part of it, and a program with what it was made for."""

import pytest

import models

SCOPE = models.Scope
INVITE = """mutation($role: Role!) {
  said: inviteUser(input: {email: "mallory@example.org", name: "Mallory", role: $role}) {
    user { role } errors { __typename }
  }
}"""
TOKEN = """mutation($scopes: [TokenScope!]) {
  said: createToken(input: {label: "app", scopes: $scopes}) { accessToken { scopes } errors { __typename } }
}"""
PUBLISH = """mutation($id: ID!) {
  said: publishPost(input: {id: $id, newsletterSlugs: ["main"]}) {
    post { status } errors { __typename ... on UserError { message path } }
  }
}"""


@pytest.fixture
async def program(ada):
    """Make a token of the admin's that may some of what the admin may; ask with it."""

    async def program(*scopes):
        user = await models.User.get(name="Ada")
        _, ada.token = await models.Key.grant(models.KeyKind.API, user, scopes=scopes)
        return ada

    return program


@pytest.mark.parametrize("role", ["ADMIN", "EDITOR"])
async def test_a_program_gives_nobody_a_role_that_may_more_than_itself(program, role):
    app = await program(SCOPE.TOKENS_MANAGE)
    answer = await app.ask(INVITE, role=role)
    assert answer["said"] == {"user": None, "errors": [{"__typename": "ForbiddenError"}]}
    assert not await models.User.exists(name="Mallory")
    app = await program(*SCOPE)
    assert (await app.ask(INVITE, role=role))["said"]["user"] == {"role": role}


async def test_the_address_that_links_are_written_with_takes_more_than_writing(program):
    app = await program(SCOPE.CONTENT_WRITE)
    assert (await app.errs("updateSite", url="http://evil.example"))["__typename"] == "ForbiddenError"
    assert (await app.does("updateSite", title="Anders"))["title"] == "Anders"
    app = await program(SCOPE.CONTENT_WRITE, SCOPE.TOKENS_MANAGE)
    await app.does("updateSite", url="https://blog.example")
    assert (await models.Site.current()).url == "https://blog.example"


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1", "https://[", "http://a]b", "http://localhost:99999", "http://:80",
        "https://blog.example/news", "https://blog.example/#top",
    ],
)  # fmt: skip
async def test_an_address_that_is_no_root_of_a_host_is_refused(ada, url):
    assert (await ada.errs("updateSite", url=url))["path"] == ["input", "url"]


async def test_who_changes_the_address_is_answered_with_the_new_one(ada):
    moved = """mutation { said: updateSite(input: {url: "https://blog.example"}) {
      site { url } query { posts(first: 1) { nodes { url } } authors(first: 1) { nodes { url } } }
    } }"""
    said = (await ada.ask(moved))["said"]
    assert said["site"]["url"] == "https://blog.example"
    [author] = said["query"]["authors"]["nodes"]
    assert author["url"].startswith("https://blog.example/authors/")


async def test_a_token_for_nothing_is_one_for_nothing(ada):
    assert (await ada.ask(TOKEN, scopes=[]))["said"] == {"accessToken": {"scopes": []}, "errors": []}
    assert len((await ada.ask(TOKEN))["said"]["accessToken"]["scopes"]) == len(SCOPE)


async def test_a_post_is_not_sent_over_and_over(anna):
    post = await anna.does("createPost", title="Nieuws", contentMarkdown="Tekst.")
    said = []
    for _ in range(3):
        said.append((await anna.ask(PUBLISH, id=post["id"]))["said"]["errors"])
        await anna.does("unpublishPost", id=post["id"])
    assert said[:2] == [[], []]
    assert said[2][0]["path"] == ["input", "newsletterSlugs"]
    assert "Wacht een dag" in said[2][0]["message"]
    assert (await models.announcements.Announcement.get()).number == 2
