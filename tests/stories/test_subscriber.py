"""A reader subscribes through an app: the graph and the letters, and nothing else."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer

import models
from gql_server.app import CARRIER, WORKER, build
from gql_server.settings import Settings
from schema.mistakes import SENTENCES

ANN = "ann@example.org"
MISTAKE = "errors { __typename ... on UserError { code message path } ... on ValidationError { limit } }"
NO_PROOF = "errors { ... on InvalidTokenError { code message path isExpired } }"
FIELDS = "{ email name language frequency status pausedUntil topics { __typename ... on Node { id } } }"
MINE = f"newsletterSubscription {FIELDS}"
SUBSCRIBE = f"""mutation($input: SubscribeInput!) {{ subscribe(input: $input) {{
  clientMutationId confirmationSentTo query {{ site {{ title }} }} {MISTAKE} }} }}"""
CONFIRM = f"""mutation($input: ConfirmSubscriptionInput!) {{ confirmSubscription(input: $input) {{
  {MINE} preferencesToken {NO_PROOF} }} }}"""
UPDATE = f"""mutation($input: UpdatePreferencesInput!) {{ updatePreferences(input: $input) {{
  {MINE} {MISTAKE} }} }}"""
UNSUBSCRIBE = f"mutation($input: UnsubscribeInput!) {{ unsubscribe(input: $input) {{ {MINE} {MISTAKE} }} }}"
LINK = """mutation($input: RequestPreferencesLinkInput!) { requestPreferencesLink(input: $input) {
  linkSentTo errors { __typename } } }"""
ERASE = f"""mutation($input: EraseSubscriptionInput!) {{ eraseSubscription(input: $input) {{
  erasedEmail {NO_PROOF} }} }}"""
SHOW = f"query($token: String!) {{ newsletterSubscription(token: $token) {FIELDS} }}"


def asking_when(mutation: str) -> str:
    """Ask, with the mistakes, when to try again."""
    begun = mutation.rindex("errors {") + len("errors {")
    return f"{mutation[:begun]} __typename ... on RateLimitedError {{ retryAfterSeconds }} {mutation[begun:]}"


class App:
    """A reader's app: it asks the graph, and the reader opens letters."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    async def ask(self, query: str, headers: dict[str, str] | None = None, **variables: object) -> dict:
        answer = json.loads(await self.bytes(query, headers, **variables))
        assert "errors" not in answer, answer["errors"]
        [told] = answer["data"].values()
        return told

    async def bytes(self, query: str, headers: dict[str, str] | None = None, **variables: object) -> bytes:
        body = {"query": query, "variables": variables}
        reply = await self.client.post("/graphql", json=body, headers=headers)
        assert reply.status == 200
        return await reply.read()

    async def letters(self) -> list:
        await self.client.app[WORKER].drain()
        return self.client.app[CARRIER].outbox.letters

    async def token(self, kind: str) -> str:
        [newest, *_] = await self.letters()
        return newest.link(kind).rpartition("/")[2]

    async def subscribes(self, email: str = ANN, **more: object) -> dict:
        """Sign up and confirm by the link; give what the app is told."""
        assert (await self.ask(SUBSCRIBE, input={"email": email, **more}))["errors"] == []
        return await self.ask(CONFIRM, input={"proof": {"token": await self.token("confirm")}})


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[App]:
    settings = Settings(database_url=database_url, trusted_proxies="127.0.0.0/8, ::1")
    async with TestClient(TestServer(build(settings))) as client:
        site = await models.Site.current()
        await site.change(title="Achterom", language="nl")
        corrie = await models.Author.named(site.id, "Corrie Spaanstra")
        tags = [await models.Tag.named(site.id, "Buren"), await models.Tag.named(site.id, "Kanarie")]
        post = await models.Post.draft(site, "Over de heg", "<p>Tekst.</p>", authors=[corrie], tags=tags[:1])
        await post.publish()
        yield App(client)


async def test_a_reader_confirms_by_the_link_in_the_letter(app):
    asked = await app.ask(SUBSCRIBE, input={"email": "Ann@Example.org", "clientMutationId": "1"})
    assert asked == {
        "clientMutationId": "1", "confirmationSentTo": "Ann@example.org", "errors": [],
        "query": {"site": {"title": "Achterom"}},
    }  # fmt: skip
    [letter] = await app.letters()
    assert (letter.to, letter.language) == ("Ann@example.org", "nl")
    confirmed = await app.ask(CONFIRM, input={"proof": {"token": await app.token("confirm")}})
    mine = confirmed["newsletterSubscription"]
    assert (mine["email"], mine["status"], mine["frequency"]) == ("Ann@example.org", "CONFIRMED", "IMMEDIATE")
    assert [topic["__typename"] for topic in mine["topics"]] == ["Newsletter"]
    assert await app.ask(SHOW, token=confirmed["preferencesToken"]) == mine
    [newest, _] = await app.letters()
    assert newest.subject == "Welkom bij Achterom"


async def test_a_reader_confirms_by_the_code_and_has_five_tries(app):
    await app.ask(SUBSCRIBE, input={"email": ANN, "language": "en", "name": "Ann"})
    [letter] = await app.letters()
    code = next(line.strip() for line in letter.text.splitlines() if line.strip().isdecimal())
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    for guess in [wrong] * 4:
        said = await app.ask(CONFIRM, input={"proof": {"code": {"email": ANN, "code": guess}}})
        assert said["errors"][0]["code"] == "TOKEN_INVALID"
    said = await app.ask(
        CONFIRM, input={"proof": {"code": {"email": "ANN@example.org", "code": f" {code} "}}}
    )
    assert said["newsletterSubscription"]["status"] == "CONFIRMED"
    late = await app.ask(CONFIRM, input={"proof": {"code": {"email": ANN, "code": code}}})
    assert late["errors"][0]["isExpired"] is False


async def test_nobody_learns_by_a_sign_up_who_is_subscribed(app):
    """New, known, pending, suppressed, capped, each twice: the same bytes but for the address itself."""
    site = await models.Site.current()
    await app.subscribes("known@example.org")
    await app.ask(SUBSCRIBE, input={"email": "wait1@example.org"})
    await app.letters()
    await models.Suppression.add(site, "bars1@example.org", models.SuppressionScope.ALL, reason="complaint")
    for query in (SUBSCRIBE, LINK):
        answers = [
            (await app.bytes(query, input={"email": f"{who}@example.org"})).replace(who.encode(), b"_____")
            for who in ("fresh", "known", "wait1", "bars1", "fresh", "known", "fresh", "known")
        ]
        assert len(set(answers)) == 1
    told = Counter(
        (letter.to.partition("@")[0], letter.subject.partition(" ")[0]) for letter in await app.letters()
    )
    assert told == {
        ("known", "Bevestig"): 1, ("known", "Welkom"): 1, ("known", "Je"): 3, ("wait1", "Bevestig"): 1,
        ("fresh", "Bevestig"): 1,
    }  # fmt: skip


async def test_a_known_reader_is_told_so_by_letter_alone(app):
    await app.subscribes()
    await app.ask(SUBSCRIBE, input={"email": ANN, "name": "Mallory", "frequency": "WEEKLY"})
    assert len(await app.letters()) == 2, "one letter a day"
    await models.caps.Cap.all().delete()
    await app.ask(SUBSCRIBE, input={"email": ANN, "name": "Mallory", "frequency": "WEEKLY"})
    [letter, *_] = await app.letters()
    assert letter.subject == "Je bent al aangemeld bij Achterom"
    mine = await app.ask(SHOW, token=letter.link("preferences").rpartition("/")[2])
    assert (mine["name"], mine["frequency"]) == (None, "IMMEDIATE")


async def test_a_reader_chooses_again(app):
    token = (await app.subscribes())["preferencesToken"]
    pause = f"{models.now() + timedelta(days=90):%Y-%m-%dT00:00:00Z}"
    chosen = {
        "name": "Ann de Wit", "language": "en", "frequency": "WEEKLY", "pausedUntil": pause,
        "topics": [{"tagSlug": "buren"}, {"authorSlug": "corrie-spaanstra"}, {"newsletterSlug": "main"}],
    }  # fmt: skip
    said = await app.ask(UPDATE, input={"token": token, **chosen})
    assert said["errors"] == []
    mine = said["newsletterSubscription"]
    assert [topic["__typename"] for topic in mine.pop("topics")] == ["Tag", "Author", "Newsletter"]
    assert mine == {
        "email": ANN, "name": "Ann de Wit", "language": "en", "frequency": "WEEKLY", "status": "CONFIRMED",
        "pausedUntil": pause,
    }  # fmt: skip
    again = await app.ask(UPDATE, input={"token": token, "name": None, "pausedUntil": None})
    left = again["newsletterSubscription"]
    assert (left["name"], left["pausedUntil"], left["frequency"]) == (None, None, "WEEKLY")
    assert len(left["topics"]) == 3


async def test_a_reader_leaves_one_topic_and_then_all(app):
    topics = [{"newsletterSlug": "main"}, {"tagSlug": "buren"}]
    await app.subscribes(topics=topics)
    out = await app.token("unsubscribe")
    said = await app.ask(UNSUBSCRIBE, input={"token": out, "topics": topics[1:]})
    mine = said["newsletterSubscription"]
    assert (mine["status"], len(mine["topics"])) == ("CONFIRMED", 1)
    for _ in range(2):
        said = await app.ask(UNSUBSCRIBE, input={"token": out, "reason": "Te vaak"})
        assert (said["errors"], said["newsletterSubscription"]["status"]) == ([], "UNSUBSCRIBED")
    letters = await app.letters()
    assert [letter.subject for letter in letters].count("Je bent afgemeld bij Achterom") == 1
    assert (await models.Subscription.get(mailbox=ANN)).leaving_reason == "Te vaak"


async def test_a_lost_link_comes_by_letter(app):
    await app.subscribes()
    assert (await app.ask(LINK, input={"email": ANN}))["linkSentTo"] == ANN
    mine = await app.ask(SHOW, token=await app.token("preferences"))
    assert mine["email"] == ANN
    before = len(await app.letters())
    assert (await app.ask(LINK, input={"email": "nobody@example.org"}))["errors"] == []
    assert len(await app.letters()) == before


async def test_a_reader_takes_everything_along_and_is_forgotten(app):
    token = (await app.subscribes())["preferencesToken"]
    await app.letters()
    exported = await app.ask("query($t: String!) { newsletterSubscription(token: $t) { export } }", t=token)
    held = json.loads(exported["export"])
    assert [act["act"] for act in held["consents"]] == ["requested", "asked", "confirmed"]
    assert {letter["kind"] for letter in held["letters"]} == {"confirmation", "welcome"}
    assert (await app.ask(ERASE, input={"token": token}))["erasedEmail"] == ANN
    assert await app.ask(SHOW, token=token) is None
    assert (await app.ask(ERASE, input={"token": token}))["errors"][0]["code"] == "TOKEN_INVALID"
    assert not await models.Subscription.exists()


async def test_a_phone_that_repeats_itself_is_answered_the_same_and_heard_once(app):
    asked = {"email": ANN, "clientMutationId": "phone-1"}
    first, second = [await app.bytes(SUBSCRIBE, input=asked) for _ in range(2)]
    assert first == second
    assert await models.SignUp.all().count() == 1
    both = await asyncio.gather(*(app.bytes(SUBSCRIBE, input=asked | {"name": "Ann"}) for _ in range(5)))
    assert set(both) == {first}
    assert await models.SignUp.all().count() == 2
    confirmed = await app.ask(CONFIRM, input={"proof": {"token": await app.token("confirm")}})
    token = confirmed["preferencesToken"]
    await app.ask(UPDATE, input={"token": token, "name": "One", "clientMutationId": "x"})
    await app.ask(UPDATE, input={"token": token, "name": "Two"})
    said = await app.ask(UPDATE, input={"token": token, "name": "One", "clientMutationId": "x"})
    assert said["newsletterSubscription"]["name"] == "Two"


@pytest.mark.parametrize(
    ("given", "path", "limit"),
    [
        ({"email": "ann@@example.org"}, ["input", "email"], None),
        ({"email": ""}, ["input", "email"], None),
        ({"email": f"{'a' * 250}@example.org"}, ["input", "email"], 254),
        ({"email": "Ann <ann@example.org>"}, ["input", "email"], None),
        ({"email": "ann@example.org\r\nBcc: all@example.org"}, ["input", "email"], None),
        ({"email": ANN, "name": "x" * 101}, ["input", "name"], 100),
        ({"email": ANN, "language": "qqq-XX"}, ["input", "language"], None),
        ({"email": ANN, "topics": [{"newsletterSlug": "main"}] * 51}, ["input", "topics"], 50),
    ],
)
@pytest.mark.parametrize(("asked", "spoken"), [("en-GB,nl;q=0.5", "en"), ("nl", "nl"), ("xx", "nl")])
async def test_what_a_person_can_correct_is_data_in_their_language(app, given, path, limit, asked, spoken):
    said = await app.ask(SUBSCRIBE, {"Accept-Language": asked}, input=given)
    [error] = said["errors"]
    assert (error["__typename"], error["code"], error["path"]) == ("ValidationError", "INVALID", path)
    assert error["limit"] == limit
    sentences = {sentence.format(limit=limit) for sentence in SENTENCES[spoken].values()}
    assert error["message"] in sentences
    assert said["confirmationSentTo"] is None
    assert not await models.SignUp.exists()


async def test_a_topic_that_nobody_can_see_is_not_found(app):
    for topic in ({"tagSlug": "kanarie"}, {"authorSlug": "x" * 500}, {"newsletterSlug": ""}):
        asked = {"email": ANN, "topics": [{"newsletterSlug": "main"}, topic]}
        [error] = (await app.ask(SUBSCRIBE, input=asked))["errors"]
        assert error["code"] == "NOT_FOUND"
        assert error["path"] == ["input", "topics", "1", *topic]


async def test_who_chose_nothing_is_not_signed_up_for_anything(app):
    [error] = (await app.ask(SUBSCRIBE, {"Accept-Language": "nl"}, input={"email": ANN, "topics": []}))[
        "errors"
    ]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "topics"])
    assert error["message"] == "Kies er minstens één."
    assert not await models.SignUp.exists()
    assert (await app.ask(SUBSCRIBE, input={"email": ANN, "topics": None}))["errors"] == []


NOTHINGS = [
    "",
    "x",
    "confirm_1_",
    f"confirm_{2**70}_x",
    "confirm_1_" + "x" * 5000,
    "prefs_1_x",
    "confirm_0_x",
]


@pytest.mark.parametrize("token", NOTHINGS)
async def test_a_token_of_nothing_opens_nothing(app, token):
    await app.ask(SUBSCRIBE, input={"email": ANN})
    await app.letters()
    for query, input in (
        (CONFIRM, {"proof": {"token": token}}), (UNSUBSCRIBE, {"token": token}),
        (UPDATE, {"token": token, "name": "x"}), (ERASE, {"token": token}),
    ):  # fmt: skip
        [error] = (await app.ask(query, input=input))["errors"]
        assert error["code"] == "TOKEN_INVALID"
    assert await app.ask(SHOW, token=token) is None


async def test_a_token_opens_its_own_door_and_no_other(app):
    await app.subscribes()
    tokens = {
        kind: letter.link(path).rpartition("/")[2]
        for letter in await app.letters()
        for kind, path in (("confirm", "confirm"), ("prefs", "preferences"), ("unsub", "unsubscribe"))
        if any(f"/{path}/" in link for link in letter.links)
    }
    doors = {
        "confirm": (CONFIRM, lambda token: {"proof": {"token": token}}, {"confirm"}),
        "update": (UPDATE, lambda token: {"token": token, "name": "x"}, {"prefs"}),
        "leave": (UNSUBSCRIBE, lambda token: {"token": token}, {"prefs", "unsub"}),
        "erase": (ERASE, lambda token: {"token": token}, {"prefs"}),
    }
    for query, given, fits in doors.values():
        for kind, token in tokens.items():
            if kind not in fits:
                assert (await app.ask(query, input=given(token)))["errors"][0]["code"] == "TOKEN_INVALID"
    assert len(tokens) == 3
    assert (await models.Subscription.get(mailbox=ANN)).status is models.SubscriptionStatus.CONFIRMED


async def test_one_network_asks_so_often_and_then_waits(app):
    from_there = {"X-Forwarded-For": "192.0.2.7"}
    for number in range(20):
        asked = await app.ask(SUBSCRIBE, from_there, input={"email": f"reader{number}@example.org"})
        assert asked["errors"] == []
    code = {"code": {"email": ANN, "code": "12345678"}}
    for query, input in (
        (SUBSCRIBE, {"email": ANN}), (LINK, {"email": ANN}), (CONFIRM, {"proof": code}),
    ):  # fmt: skip
        [error] = (await app.ask(asking_when(query), from_there, input=input))["errors"]
        assert error["__typename"] == "RateLimitedError"
        assert 0 < error["retryAfterSeconds"] <= 120
    elsewhere = {"X-Forwarded-For": "192.0.2.8"}
    assert (await app.ask(SUBSCRIBE, elsewhere, input={"email": ANN}))["errors"] == []


async def test_a_pause_without_end_is_refused_in_words(app):
    token = (await app.subscribes())["preferencesToken"]
    for moment in ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2020-01-01T00:00:00Z"):
        said = await app.ask(UPDATE, input={"token": token, "pausedUntil": moment})
        [error] = said["errors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", "pausedUntil"])


async def test_who_came_back_and_leaves_again_is_gone_again(app):
    await app.subscribes()
    out = {"token": await app.token("unsubscribe"), "clientMutationId": "0"}
    await app.ask(UNSUBSCRIBE, input=out)
    site = await models.Site.current()
    await models.Subscription.undo(site, await app.token("undo"), models.Trace(door="page"))
    said = await app.ask(UNSUBSCRIBE, input=out)
    assert said["newsletterSubscription"]["status"] == "UNSUBSCRIBED"


async def test_a_reader_says_where_it_is_seven_in_the_morning(app):
    asked = f"{UPDATE[: UPDATE.index('{ email')]}{{ timeZone {UPDATE[UPDATE.index('{ email') + 2 :]}"
    token = (await app.subscribes())["preferencesToken"]
    for given, zone in (("Asia/Kathmandu", "Asia/Kathmandu"), (None, "UTC")):
        said = await app.ask(asked, input={"token": token, "timeZone": given})
        assert (said["newsletterSubscription"]["timeZone"], said["errors"]) == (zone, [])
    said = await app.ask(asked, input={"token": token, "timeZone": "Asia/Atlantis"})
    [error] = said["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "timeZone"])
