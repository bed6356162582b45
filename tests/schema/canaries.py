"""Canaries of many kinds, told apart by their words: where each is planted, and who may see it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import models
from models.comment_rules import Doubt, Rule, written_down
from schema.ids import global_id
from schema.permissions import who_may
from tests.schema.askers import Asker
from tests.schema.garden import AHEAD, BODY, CANARY, SEEN, STATES, hide_post

WORD = re.compile(rf"zk[a-z]+q|{CANARY}")
NODES = {"Key": "AccessToken", "Subscription": "NewsletterSubscription"}
SeenBy = Callable[[Asker], bool]


@dataclass
class Text:
    """A post of an author: who may open it while it is hidden, and who may edit it."""

    author_id: int
    post_id: int = 0

    def opens(self, asker: Asker) -> bool:
        """Tell who is let in by a link to it, or because they may edit it."""
        return asker.principal.post_id == self.post_id or self.is_theirs(asker)

    def is_theirs(self, asker: Asker) -> bool:
        """Tell whose it is to edit: whose name is above it, or any editor's, who came to read or write."""
        who = asker.principal
        may_read = not who.scopes.isdisjoint({models.Scope.CONTENT_READ, models.Scope.CONTENT_WRITE})
        return may_read and (edits_all(asker) or who.author_id == self.author_id)


def edits_all(asker: Asker) -> bool:
    """Tell who is trusted with the posts of all."""
    return asker.principal.role in {models.Role.EDITOR, models.Role.ADMIN}


def reads_all(asker: Asker) -> bool:
    """Tell who may read whatever was written."""
    return Text(author_id=0, post_id=-1).is_theirs(asker)


def may_ask(kind: str, field: str) -> SeenBy:
    """Tell who may ask for a field, as the table of permissions has it."""
    return lambda asker: who_may(kind, field) in asker.may


def moderates(asker: Asker) -> bool:
    """Tell who decides about comments."""
    return models.Scope.COMMENTS_MODERATE in asker.may


def everybody(_asker: Asker) -> bool:
    """Be seen by all."""
    return True


def nobody(_asker: Asker) -> bool:
    """Be seen by none."""
    return False


def both(*needed: SeenBy) -> SeenBy:
    """Tell who fulfils all of it."""
    return lambda asker: all(one(asker) for one in needed)


def either(*enough: SeenBy) -> SeenBy:
    """Tell who fulfils some of it."""
    return lambda asker: any(one(asker) for one in enough)


def is_user(user: models.User) -> SeenBy:
    """Tell who comes as one who can sign in."""
    return lambda asker: asker.principal.user_id == user.id


class Aviary:
    """Knows every canary by its word and its id: what is seen of them, and what somebody may see."""

    def __init__(self) -> None:
        self._seen_by: dict[str, SeenBy] = {CANARY: nobody}
        self.ids: dict[str, str] = {}

    @property
    def words(self) -> set[str]:
        """All of them."""
        return set(self._seen_by)

    def add(self, name: str, seen_by: SeenBy) -> str:
        """Give the word of a new canary."""
        word = f"zk{name}q"
        assert WORD.fullmatch(word), name
        assert word not in self._seen_by, name
        self._seen_by[word] = seen_by
        return word

    def mark(self, row: Any, word: str) -> None:
        """Let the id of a row be as good as the word."""
        kind = type(row).__name__
        self.ids[global_id(NODES.get(kind, kind), row.id)] = word

    def open_to(self, asker: Asker) -> set[str]:
        """Give the words that somebody may see."""
        return {word for word, seen_by in self._seen_by.items() if seen_by(asker)}

    def sightings(self, told: str) -> set[str]:
        """Give the words that are seen in what was told, by themselves or by an id."""
        ids = re.findall(r'"id": ?"([^"]+)"', told)
        # What is drawn at random may look like a word.
        words = self._seen_by.keys() & set(WORD.findall(told.lower()))
        return words | {self.ids[id] for id in ids if id in self.ids}


async def plant_canaries(rows: dict[str, Any], users: dict[str, models.User]) -> Aviary:
    """Plant all of them in a garden in which people work; `rows` gets what is hidden of Anna's."""
    aviary, texts = Aviary(), dict[str, Text]()
    rows["hidden"] = {}
    await _replace_what_is_planted(aviary, rows)
    for name in ("Anna", "Bea"):
        texts[name] = await _write(aviary, rows, name)
    await _pages(aviary, rows)
    await _menu(aviary, rows, texts["Anna"])
    await _talk(aviary, rows, texts)
    await _staff(aviary, rows, users)
    await _subscribers(aviary, rows)
    await _secrets(aviary)
    return aviary


async def _replace_what_is_planted(aviary: Aviary, rows: dict[str, Any]) -> None:
    """Tell apart what is planted with one word in what everybody may see."""
    theirs = Text(rows["Anna"].id).is_theirs
    source = aviary.add("source", both(may_ask("Post", "contentSource"), theirs))
    email = aviary.add("commenter", may_ask("CommentAuthor", "email"))
    await models.Post.all().update(source=BODY.replace(CANARY, source))
    await models.Comment.all().update(email=f"{email}@example.org", mailbox=f"{CANARY}@example.org")
    of_page = aviary.add("pagesource", both(may_ask("Page", "contentSource"), edits_all))
    await models.Page.all().update(source=BODY.replace(CANARY, of_page))
    await _revise(aviary, "saidbefore", rows["posts"][0], theirs)


async def _write(aviary: Aviary, rows: dict[str, Any], name: str) -> Text:
    """Write what only its author, editors, and who has a link may see; give the draft."""
    texts = {state: Text(rows[name].id) for state in STATES}
    tag = aviary.add(f"tagof{name.lower()}", either(*(text.opens for text in texts.values())))
    rows["secret tag"] = await models.Tag.named(rows["site"].id, tag)
    aviary.mark(rows["secret tag"], tag)
    for state, text in texts.items():
        word = aviary.add(f"{state.replace(' ', '')}of{name.lower()}", text.opens)
        post = await hide_post(rows, state, word=word, author=name)
        text.post_id = post.id
        rows["hidden"].setdefault(state, post)
        aviary.mark(post, word)
        for picture in await models.Image.filter(alt_text=word):
            aviary.mark(picture, word)
    await _below(aviary, name.lower(), texts["draft"])
    return texts["draft"]


async def _below(aviary: Aviary, name: str, text: Text) -> None:
    """Hide what stands below a draft, and what only who may edit it sees of it."""
    draft = await models.Post.get(id=text.post_id)
    shown = aviary.add(f"belowdraftof{name}", text.opens)
    held = aviary.add(f"heldbelowdraftof{name}", both(moderates, text.opens))
    for word, fate in ((shown, models.Fate.APPROVED), (held, models.Fate.PENDING)):
        await _say(aviary, draft, word, fate)
    written = aviary.add(f"sourceof{name}", both(may_ask("Post", "contentSource"), text.is_theirs))
    await models.Post.filter(id=draft.id).update(source=f"<p>{draft.title}</p><!-- {written} -->")
    await _revise(aviary, f"revisionof{name}", draft, text.is_theirs)


async def _revise(aviary: Aviary, name: str, post: models.Post, theirs: SeenBy) -> None:
    word = aviary.add(name, both(may_ask("Post", "revisions"), theirs))
    row = await models.Revision.create(
        post_id=post.id, version=1, title=word, source=f"<p>{word}</p>", source_format=models.Format.HTML,
        summary=word, editor_name=word, created_at=SEEN, saved_at=SEEN,
    )  # fmt: skip
    aviary.mark(row, word)


async def _pages(aviary: Aviary, rows: dict[str, Any]) -> None:
    pages = rows["hidden pages"] = {}
    for state, moment in (("draft", None), ("ahead", AHEAD), ("archived", SEEN)):
        word = aviary.add(f"page{state}", either(reads_all, partial(_has_link_to, pages, state)))
        page = await models.Page.draft(rows["site"].id, word, f"<p>{word}</p>", parent=rows["about"])
        if moment is not None:
            await page.publish(moment)
        if state == "archived":
            await page.withdraw()
        pages[state] = page
        aviary.mark(page, word)


def _has_link_to(pages: dict[str, models.Page], state: str, asker: Asker) -> bool:
    return asker.principal.page_id == pages[state].id


async def _menu(aviary: Aviary, rows: dict[str, Any], draft: Text) -> None:
    """Lead to what is hidden: with `isWhole` it is shown to who writes, as far as they may open it."""
    writes = may_ask("Post", "contentSource")
    to_draft = aviary.add("entrytodraft", both(writes, draft.opens))
    to_page = aviary.add("entrytopage", both(writes, reads_all))
    entry = models.Entry
    below = [entry(to_draft, rows["hidden"]["draft"]), entry(to_page, rows["hidden pages"]["draft"])]
    await models.arrange(rows["site"].id, "main", [entry("Over", rows["about"], below), *below])


async def _talk(aviary: Aviary, rows: dict[str, Any], texts: dict[str, Text]) -> None:
    """Say below a post what waits or was refused, and what hangs below that."""
    post = rows["posts"][0]
    for fate in (models.Fate.PENDING, models.Fate.REJECTED, models.Fate.SPAM):
        root = await _say(aviary, post, aviary.add(f"comment{fate}", moderates), fate)
        word = aviary.add(f"replyto{fate}", moderates)
        await _say(aviary, post, word, models.Fate.APPROVED, parent=root)
    # Whoever left it by that address is handed it, with the rest that is held of them.
    word = aviary.add("saidbysubscriber", either(moderates, may_ask("Query", "newsletterSubscriptions")))
    await _say(aviary, post, word, models.Fate.PENDING, mailbox="confirmed@example.org")
    shown = await models.Comment.roots().filter(post_id=post.id).first()
    found = aviary.add("heldbecause", may_ask("Comment", "heldBecause"))
    doubts = written_down([Doubt(Rule.BLOCKED_WORDS, found)])
    await models.Comment.filter(id=shown.id).update(held_because=doubts)


async def _say(
    aviary: Aviary, post: models.Post, word: str, fate: models.Fate,
    parent: models.Comment | None = None, mailbox: str = f"{CANARY}@example.org",
) -> models.Comment:  # fmt: skip
    comment = await models.Comment.keep(post, models.Writer(name=word), word, parent=parent, status=fate)
    await models.Comment.filter(id=comment.id).update(mailbox=mailbox)
    aviary.mark(comment, word)
    return comment


async def _staff(aviary: Aviary, rows: dict[str, Any], users: dict[str, models.User]) -> None:
    """Give those who work here addresses, keys, pens and webhooks that only some may see."""
    users["Ger"] = await models.User.welcome(rows["site"], "ger@staff.example", "Ger", models.Role.AUTHOR)
    for name, user in users.items():
        passes_pens = both(may_ask("Query", "pens"), edits_all) if name in {"Anna", "Bea"} else nobody
        lists_users = may_ask("Query", "users")
        email = aviary.add(f"userof{name.lower()}", either(lists_users, is_user(user), passes_pens))
        await models.User.filter(id=user.id).update(
            email=f"{email}@example.org", mailbox=f"{CANARY}.{name}@example.org"
        )
        aviary.mark(user, email)
        pen = await models.Pen.filter(giver_id=user.id).first()
        if pen is not None:
            note = aviary.add(
                f"penof{name.lower()}", both(may_ask("Query", "pens"), either(edits_all, is_user(user)))
            )
            told = {"email": f"{note}@example.org", "name": note, "note": note}
            await models.Pen.filter(id=pen.id).update(mailbox=f"{CANARY}@example.org", **told)
            aviary.mark(pen, note)
    await _keys(aviary, rows, users)
    await users["Ger"].retire()
    url, reason = (aviary.add(f"webhook{name}", may_ask("Query", "webhooks")) for name in ("url", "reason"))
    webhook = await models.Webhook.all().first()
    await models.Webhook.filter(id=webhook.id).update(url=f"https://hooks.example/{url}")
    aviary.mark(webhook, url)
    call = await models.WebhookCall.promise(webhook.id, models.HookEvent.PING, webhook.id, {"said": CANARY})
    await models.WebhookCall.filter(id=call.id).update(last_reason=reason)
    aviary.mark(call, reason)


async def _keys(aviary: Aviary, rows: dict[str, Any], users: dict[str, models.User]) -> None:
    for name in ("Anna", "Cees", "Ger"):
        word = aviary.add(f"keyof{name.lower()}", may_ask("Query", "accessTokens"))
        key, _ = await models.Key.grant(models.KeyKind.API, users[name], label=word)
        aviary.mark(key, word)
    post_id = rows["hidden"]["draft"].id
    link = aviary.add("previewkey", nobody)
    key, _ = await models.Key.grant(models.KeyKind.PREVIEW, users["Anna"], label=link, post_id=post_id)
    aviary.mark(key, link)


async def _subscribers(aviary: Aviary, rows: dict[str, Any]) -> None:
    """Let some subscribe, and ask to; tokens of theirs are in nobody's hands."""
    for status in models.SubscriptionStatus:
        word = aviary.add(f"subscriber{status}", may_ask("Query", "newsletterSubscriptions"))
        row = await models.Subscription.create(
            site_id=rows["site"].id, email=f"{word}@example.org", mailbox=f"{status}@example.org", name=word,
            language="nl", seed=f"{CANARY}{status}", status=status, created_at=SEEN,
        )  # fmt: skip
        aviary.mark(row, word)
    await models.SignIn.ask(rows["site"], f"{CANARY}@example.org", CANARY)


async def _secrets(aviary: Aviary) -> None:
    """Put a canary where nobody is to look at all."""
    for noun, column in (
        (models.Key, "digest"), (models.Webhook, "secret"), (models.Webhook, "earlier_secret"),
        (models.Comment, "fingerprint"), (models.SignIn, "digest"), (models.SignIn, "browser"),
        (models.Site, "secret"), (models.WebhookCall, "facts"), (models.Issue, "facts"),
    ):  # fmt: skip
        word = aviary.add(f"{noun.__name__}{column}".lower().replace("_", ""), nobody)
        value: Any = {"said": word} if column == "facts" else word
        assert await noun.all().update(**{column: value}), noun
    moment = models.now() + timedelta(days=1)
    await models.Webhook.all().update(rotated_at=moment)
