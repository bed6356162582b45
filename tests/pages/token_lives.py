"""The lives of those who have tokens: what they do on a server, and the tokens that come of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer
from hypothesis.stateful import multiple

import models
from gql_server.app import build
from gql_server.identity import SESSION
from gql_server.settings import Settings
from models.caps import Cap
from models.comment_rules import form_token
from models.moderation import LINK_LIFE
from models.tokens import Token
from schema.ids import global_id
from tests.pages.token_doors import MAILBOXES, Doors, Ledger
from tests.pages.token_owners import DAY, MINUTE, YEAR, Member, Minted, Passed, Remark, Subscriber, may, of

FORM = models.Trace(door="test")
STAFF = ("eva@staff.example", "max@staff.example", "ida@staff.example")
LINKS = {
    "confirm": "confirm", "prefs": "preferences", "unsub": "unsubscribe", "undo": "undo", "login": "sign-in",
    "owner": "sign-in", "pen": "pen", "comment": "comment", "replies": "replies", "moderate": "moderate",
}  # fmt: skip
KEYS = frozenset({"api", "sess", "preview"})


class Lives:
    """Everybody, and the tokens they have had."""

    def __init__(self, time: Any) -> None:
        self.time = time
        self.numbers = count(1)
        self.minted: list[Minted] = []
        self.members: dict[str, Member] = {}
        self.subscribers = {email: Subscriber(email) for email in MAILBOXES}
        self.remarks: list[Remark] = []

    async def open(self, url: str) -> None:
        self.client = TestClient(TestServer(build(Settings(database_url=url))), cookie_jar=DummyCookieJar())
        await self.client.start_server()
        self.doors, self.ledger = Doors(self.client), Ledger(url.removeprefix("sqlite://"))
        self.site = await models.found()
        self._post = await models.Post.draft(self.site, "Een bericht", "<p>Tekst.</p>", authors=[])
        await self._post.publish()

    async def close(self) -> None:
        """Leave the server."""
        await self.client.close()
        self.ledger.close()

    async def begin_work(self) -> Any:
        """Give everybody a token of each kind."""
        made: list[Any] = []
        for email, role in zip(STAFF, ("admin", "editor", "author"), strict=True):
            await self.hire(email, role)
        member = self.members[STAFF[1]]
        made += (await self.sign_up(self.subscribers[MAILBOXES[0]])).values
        made += (await self.comment(MAILBOXES[0], notices=True)).values
        made += (await self.give_keys(member, scopes=None)).values
        made += [await self.pass_pen(member), await self.tell_moderator(member, self.remarks[-1])]
        return multiple(*made, await self.preview(member))

    async def ask_for_owners_link(self) -> Any:
        text, ever = await models.owner_token(self.site), len(self.members)
        assert text is not None
        return self._mint("owner", text, lambda: len(self.members) == ever and not self.has_admin())

    async def sign_up(self, who: Subscriber) -> Any:
        await Cap.all().delete()
        await models.SignUp.ask(self.site, who.email, FORM)
        asked = await models.SignUp.all().order_by("-id").first()
        assert asked is not None
        await models.answer_sign_up(asked.id)
        row, now, life = await models.Subscription.get(email=who.email), models.now(), who.life
        made = []
        if who.asks(now):
            proof = who.proof
            text = await self._newest_link("confirmation", "confirm")
            is_good = lambda: (who.life, who.proof) == (life, proof) and models.now() < now + 7 * DAY  # noqa: E731
            made.append(self._mint("confirm", text, is_good, who))
            made.append(self._mint("code", await self._newest_code(), is_good, who))
        for kind, path in (
            ("prefs", row.path_to_preferences(self.site)),
            ("unsub", row.path_out(self.site)),
        ):
            made.append(self._mint(kind, _token_in(path), lambda: who.life == life, who))
        return multiple(*made)

    async def comment(self, email: str, *, notices: bool) -> Any:
        await Cap.all().delete()
        words, now = f"Woorden {next(self.numbers)}", models.now()
        writer = models.Writer(name="Gast", email=email)
        row = await models.Comment.leave(self._post.id, writer, words, notify_replies=notices, language="nl")
        remark = Remark(row.id, email, words, now)
        self.remarks.append(remark)
        await models.attend_comment(row.id)
        form = form_token(self.site, self._post.id)
        made = [self._edit_token(remark, row), self._mint("form", form, lambda: True)]
        if text := await self._newest_link("comment_confirmation", "comment", since=now, of=row.id):
            is_good = lambda: not remark.is_gone and models.now() < now + 7 * DAY  # noqa: E731
            made.append(self._mint("comment", text, is_good, remark))
        commenter = await models.Commenter.of(self.site, email)
        life = self.subscribers[email].life
        is_theirs = lambda: self.subscribers[email].life == life  # noqa: E731
        made.append(self._mint("replies", _token_in(commenter.path_out(self.site)), is_theirs, email))
        return multiple(*made)

    async def hire(self, email: str, role: str) -> None:
        known = self.members.get(email)
        if known is not None and known.is_admin and not self.has_admin(beside=known):
            return
        user = await models.User.welcome(self.site, email, email.partition("@")[0], of(role))
        member = self.members.setdefault(email, Member(user.id, email, role))
        member.role, member.is_retired = role, False

    async def promote(self, member: Member, role: str) -> None:
        if member.is_retired or (role != "admin" and not self.has_admin(beside=member)):
            return
        await (await models.User.get(id=member.id)).become(of(role), by=models.NOBODY)
        member.role = role

    async def retire(self, member: Member) -> None:
        if member.is_retired or not self.has_admin(beside=member):
            return
        await models.Key.retire(await models.User.get(id=member.id), by=models.NOBODY)
        member.is_retired = True
        for token in self.minted:
            token.is_spent |= member in (token.owner, token.giver) and token.kind in KEYS

    async def give_keys(self, member: Member, scopes: set[models.Scope] | None) -> Any:
        """Sign in by a link, and let a program in."""
        if member.is_retired:
            return multiple()
        user, now = await models.User.get(id=member.id), models.now()
        theirs = None if scopes is None else {str(scope) for scope in scopes} & may(member)
        given = may(member) if theirs is None else theirs
        _, api = await models.Key.grant(models.KeyKind.API, user, scopes=[models.Scope(one) for one in given])
        _, session = await models.Key.grant(models.KeyKind.SESSION, user)
        link = str(await models.SignIn.at_hand(user))
        is_active = lambda: not member.is_retired  # noqa: E731
        return multiple(
            self._mint("login", link, lambda: is_active() and models.now() < now + 15 * MINUTE, member),
            self._mint("api", api, lambda: models.now() < now + YEAR, member, lambda: may(member, given)),
            self._session(session, member),
        )

    async def pass_pen(self, giver: Member) -> Any:
        if giver.is_retired:
            return multiple()
        await Cap.all().delete()
        _, token = await models.Key.grant(models.KeyKind.API, await models.User.get(id=giver.id))
        by, now, number = await models.Key.principal(token), models.now(), next(self.numbers)
        # Each under a name of their own: nobody comes to write as who writes already.
        email, name = f"pen{number}@example.org", f"Wie volgt {number}"
        try:
            pen = await models.Pen.pass_on(self.site, by, email=email, name=name)
        except models.Invalid:
            return multiple()  # ten are on their way
        passed, text = Passed(pen.id, email, giver, by), await self._newest_link("pen", "pen")
        return self._pen(text, passed, now)

    async def remind_of_pens(self) -> Any:
        """Remind whom the pen was passed to; give what the letters lead in by."""
        pens = {token.owner.id: token.owner for token in self.minted if token.kind == "pen"}
        made = []
        for row in await models.Pen.filter(reminded_at__isnull=True):
            await models.remind_of_pen(row.id)
            reminders = models.Delivery.filter(kind=models.LetterKind.PEN_REMINDER)
            letter = await reminders.filter(key__endswith=f":{row.id}").first()
            if letter is None:
                continue
            path = letter.facts["paths"]["link"]
            if path.startswith("/pen/"):
                made.append(self._pen(_token_in(path), pens[row.id], row.passed_at))
            else:
                # To their draft, by which nobody comes in who is not signed in already.
                assert (await self.doors.page("GET", path), self.doors.location) == (303, "/sign-in")
        return multiple(*made)

    def _pen(self, text: str | None, passed: Passed, at: datetime) -> Minted:
        is_lasting = lambda: not passed.giver.is_retired and models.now() < at + 30 * DAY  # noqa: E731
        return self._mint("pen", text, lambda: not passed.is_over and is_lasting(), passed)

    async def tell_moderator(self, member: Member, remark: Remark) -> Any:
        if not member.is_moderator or remark.is_gone:
            return multiple()
        user, now = await models.User.get(id=member.id), models.now()
        row = await models.Comment.get(id=remark.id)
        link = models.ModeratorLink(row, user, now + LINK_LIFE)
        is_good = lambda: member.is_moderator and not remark.is_gone and models.now() < now + 14 * DAY  # noqa: E731
        return self._mint("moderate", _token_in(link.path(self.site)), is_good, remark)

    async def preview(self, giver: Member) -> Any:
        if giver.is_retired:
            return multiple()
        number, shown = next(self.numbers), None
        if number % 2:
            shown = await models.Page.draft(self.site.id, f"Ontwerp {number}", "<p>x</p>")
        else:
            shown = await models.Post.draft(self.site, f"Ontwerp {number}", "<p>x</p>", authors=[])
        _, text = await models.Key.grant_preview(models.Principal(giver.id), shown)
        now, id = models.now(), global_id(type(shown).__name__, shown.id)
        return self._mint("preview", text, lambda: models.now() < now + 7 * DAY, id, giver=giver)

    async def forget(self, email: str) -> None:
        await models.forget(self.site, email)
        self.subscribers[email].is_forgotten()
        for remark in self.remarks:
            remark.is_gone |= remark.email == email

    async def take_back(self, token: Minted) -> None:
        """Take a token back, where that can be done."""
        if token.kind in KEYS:
            await models.Key.revoke(int(token.text.split("_")[1]), by=models.NOBODY)
            token.is_spent = True
        elif token.kind == "pen" and token.opens:
            await (await models.Pen.get(id=token.owner.id)).withdraw(token.owner.by)
            token.owner.is_over = True
        elif token.kind in {"edit", "comment", "moderate"} and not token.owner.is_gone:
            await (await models.Comment.get(id=token.owner.id)).remove()
            token.owner.is_gone = True
        elif token.kind == "prefs" and token.opens:
            await self.forget(token.owner.email)

    async def use(self, token: Minted) -> Any:
        """Use a good token for what it was made for; give those that come of it."""
        if token.kind in {"api", "form"}:
            return multiple()  # they are as good as before
        return await getattr(self, f"_use_{token.kind}")(token)

    async def _post_to(self, token: Minted, **fields: str) -> int:
        return await self.doors.page("POST", f"/{LINKS[token.kind]}/{token.text}", **fields)

    async def _use_confirm(self, token: Minted) -> Any:
        assert await self._post_to(token) == 303
        token.owner.says_yes()
        return multiple()

    async def _use_code(self, token: Minted) -> Any:
        await Cap.all().delete()
        assert await self.doors.page("POST", "/confirm", email=token.owner.email, code=token.text) == 200
        token.owner.says_yes()
        return multiple()

    async def _use_unsub(self, token: Minted) -> Any:
        who = token.owner
        assert await self._post_to(token, all="1") == 303
        if not who.leaves(models.now()):
            return multiple()
        row, life, version = await models.Subscription.get(email=who.email), who.life, who.version
        return self._mint(
            "undo", _token_in(row.path_back(self.site)),
            lambda: (who.life, who.version) == (life, version)
            and (who.left_at is None or models.now() < who.left_at + 30 * DAY),
            who,
        )  # fmt: skip

    async def _use_undo(self, token: Minted) -> Any:
        assert await self._post_to(token) == 303
        token.owner.returns()
        return multiple()

    async def _use_prefs(self, token: Minted) -> Any:
        assert await self._post_to(token, name=f"Ann {next(self.numbers)}") == 303
        return multiple()

    async def _use_login(self, token: Minted) -> Any:
        assert await self._post_to(token) == 303
        token.is_spent = True
        return self._session(self.doors.cookies[SESSION], token.owner)

    async def _use_owner(self, token: Minted) -> Any:
        email = "owner@staff.example"
        assert await self._post_to(token, name="Eigenaar", email=email) == 303
        user = await models.User.get(email=email)
        self.members[email] = member = Member(user.id, email, "admin")
        return self._session(self.doors.cookies[SESSION], member)

    async def _use_pen(self, token: Minted) -> Any:
        email, token.owner.is_over = token.owner.email, True
        assert await self._post_to(token, take="take") == 303
        user = await models.User.get(email=email)
        self.members[email] = member = Member(user.id, email, "author")
        return self._session(self.doors.cookies[SESSION], member)

    async def _use_comment(self, token: Minted) -> Any:
        assert await self._post_to(token) == 303
        return multiple()

    async def _use_replies(self, token: Minted) -> Any:
        assert await self._post_to(token) == 303
        return multiple()

    async def _use_moderate(self, token: Minted) -> Any:
        assert await self._post_to(token, approve="1") == 303
        return multiple()

    async def _use_edit(self, token: Minted) -> Any:
        remark, words = token.owner, f"Andere woorden {next(self.numbers)}"
        row = await models.comment_to_edit(self.site, token.text)
        edited = await models.edit_comment(self.site, row, words)
        remark.words = words
        return self._edit_token(remark, edited)

    async def _use_sess(self, token: Minted) -> Any:
        assert await self.doors.page("POST", "/sign-out", token.text) == 303
        token.is_spent = True
        return multiple()

    async def _use_preview(self, token: Minted) -> Any:
        key = await models.Key.get(id=int(token.text.split("_")[1])).select_related("post", "page")
        await (key.post or key.page).remove()
        token.is_spent = True
        return multiple()

    def _mint(
        self, kind: str, text: str | None, is_good: Callable[[], bool], owner: object = None,
        scopes: Callable[[], set[str]] = set, giver: Member | None = None,
    ) -> Minted:  # fmt: skip
        assert text is not None
        token = Minted(kind, text, is_good, owner, scopes, giver)
        self.minted.append(token)
        # Two made at one moment of one thing would be one.
        self.time.shift(timedelta(seconds=1))
        return token

    def _session(self, text: str, member: Member) -> Minted:
        now = models.now()
        return self._mint("sess", text, lambda: models.now() < now + 30 * DAY, member, lambda: may(member))

    def _edit_token(self, remark: Remark, row: models.Comment) -> Minted:
        words, at = remark.words, remark.at

        def is_good() -> bool:
            return not remark.is_gone and remark.words == words and models.now() < at + 15 * MINUTE

        return self._mint("edit", models.edit_token(self.site, row), is_good, remark)

    def has_admin(self, beside: Member | None = None) -> bool:
        return any(member.is_admin for member in self.members.values() if member is not beside)

    async def _newest_link(
        self, kind: str, door: str, *, since: datetime | None = None, of: int | None = None
    ) -> str | None:
        letters = models.Delivery.filter(kind=kind).order_by("-id")
        for letter in await (letters.filter(promised_at__gte=since) if since else letters):
            text = _token_in(letter.facts["paths"]["link"])
            if of is None or Token.read(text, door).owner == of:
                return text
        return None

    async def _newest_code(self) -> str:
        letter = await models.Delivery.filter(kind=models.LetterKind.CONFIRMATION).order_by("-id").first()
        assert letter is not None
        return str(letter.facts["code"])

    async def looks(self, token: Minted) -> bool:
        """Tell whether a good token is taken where nothing is done yet."""
        if token.kind in LINKS:
            return await self.doors.page("GET", f"/{LINKS[token.kind]}/{token.text}") == 200
        if token.kind in {"form", "code"}:
            return True  # the one opens nothing by itself, the other is used where it is shown
        if token.kind == "edit":
            return bool(await models.comment_to_edit(self.site, token.text))
        if token.kind == "preview":
            query = "query ($id: ID!) { node(id: $id) { ... on Post { status } ... on Page { status } } }"
            _, told = await self.doors.graph(query, {"id": token.owner}, bearer=token.text)
            return told == {"data": {"node": {"status": "DRAFT"}}}
        _, told = await self.doors.graph("{ viewer { role } }", {}, bearer=token.text)
        return bool(told == {"data": {"viewer": {"role": token.owner.role.upper()}}})


def _token_in(path: str) -> str:
    return path.rpartition("/")[2]
