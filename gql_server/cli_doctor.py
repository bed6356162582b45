"""The command that looks at everything and says of each thing in one line how it is."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import click

import models
from gql_server.cli_jobs import told
from gql_server.cli_webhooks import standing
from gql_server.commands import (
    FORESEEN,
    in_one_line,
    moment,
    on_store,
    require_site,
    require_store,
    require_up_to_date,
)
from gql_server.manifests import read_manifests
from gql_server.settings import PREFIX, Settings, SettingsError, require_links
from mailers.connection import Unreachable, connect
from mailers.mail import Sender
from mailers.reasons import NO_ANSWER, NO_SUCH_HOST, NO_TLS, NOBODY_LISTENS
from mailers.servers import Server, read_servers
from mailers.standing import Standing
from models.search import mend_indexes
from models.store import open_store

A_DAY = timedelta(days=1)
# Who looks wants to know how it is now: a store that comes up in a while is away.
ONCE = 0.0
NEWEST_PICTURES = 20
HIDDEN = "[password]"
PLAIN = {
    NOBODY_LISTENS: f"Nothing listens at {{place}}; check {PREFIX}SMTP_URL and that the mail server runs.",
    NO_SUCH_HOST: f"No host is found by the name {{host}}; check {PREFIX}SMTP_URL.",
    NO_ANSWER: f"Nothing answers at {{place}}; check {PREFIX}SMTP_URL, and that no firewall stands between. "
    "Port 465 is asked as smtps://.",
    NO_TLS: f"{{place}} does not speak TLS from the first byte, which smtps:// in {PREFIX}SMTP_URL asks for; "
    "smtp:// asks for it after the greeting.",
}


@click.command()
@on_store
async def doctor(settings: Settings) -> None:
    """Check everything: settings, store, pictures, mail, and the work that waits.

    Each thing gets a line. Mail servers are tried without sending a letter. Counts that are wrong and damaged
    indexes of the search are mended. When something is amiss, the last line says so and the exit status is 1.
    """
    everywhere = "every address, here " if settings.host in {"0.0.0.0", "::", ""} else ""
    _tell("settings", f"fine; would listen on {everywhere}{settings.own_url}")
    _look_at_documents(settings)
    site, newest, amiss, unseen = None, list[models.Image](), list[str | None](), "store"
    try:
        require_store(settings)
        async with open_store(settings.database_url, migrate=False, patience=ONCE) as store:
            _tell("store", f"{store.url} answers")
            unseen = "contents"
            await models.require_sound(settings.database_url)
            await require_up_to_date(settings)
            _tell("migrations", "none waiting")
            amiss.append(await _look_at_writing())
            site = await require_site()
            await _look_at_site(site)
            newest = await models.Image.filter(user_id__isnull=False).order_by("-id").limit(NEWEST_PICTURES)
    except (click.ClickException, *FORESEEN) as error:
        # What stands outside the store can be looked at all the same.
        _tell(unseen, "cannot be looked into; why stands at the end")
        amiss.append(f"{in_one_line(error).rstrip('.')}.")
    amiss.append(await _look_at_pictures(settings, newest))
    amiss.append(await _look_at_mail(settings, site))
    if said := " ".join(filter(None, amiss)):
        raise click.ClickException(said)


async def _look_at_site(site: models.Site) -> None:
    """Say of each thing in the store how it is."""
    _tell("site", f"{site.title} ({site.language}, {site.time_zone})")
    _tell("counts", await _counts(site))
    _tell("search", await _search())
    _tell("users", await _users())
    counted = await models.Subscription.counts(site)
    _tell("subscribers", ", ".join(f"{number} {status.value}" for status, number in counted.items()))
    number = await models.Comment.held().count()
    _tell("comments", f"{number} wait for a decision" if number else "none waiting")
    await _look_at_letters()
    await _look_at_webhooks()
    await _look_at_jobs()


async def _look_at_writing() -> str | None:
    """Try whether the store keeps what is written; tell what is amiss."""
    try:
        await models.Cap.try_out()
    except models.Unavailable as error:
        _tell("writing", f"fails: {' '.join(str(error).split())}")
        return "The store keeps nothing new; see `writing`."
    _tell("writing", "is kept")
    return None


async def _look_at_jobs() -> None:
    counts = await models.Job.counts()
    _tell("jobs", f"{told(counts)}{'; `jobs list` tells what is buried' if counts.buried else ''}")


async def _look_at_pictures(settings: Settings, newest: Sequence[models.Image]) -> str | None:
    """Try the place of uploaded pictures, and look there for the newest; tell what is amiss."""
    files = models.files_at(settings.place_of_media)
    try:
        await files.check()
    except models.Unavailable as error:
        _tell("pictures", f"cannot be kept: {error}")
        return "No picture can be uploaded; see `pictures`."
    gone = [image.url for image in newest if await files.size(image.url.rpartition("/")[2]) is None]
    if gone:
        _tell("pictures", f"{len(gone)} of the newest {len(newest)} are not in {files.place}: {gone[0]}, …")
        return f"Pictures are missing, which may be elsewhere ({PREFIX}MEDIA_URL); see `pictures`."
    _tell("pictures", f"are kept in {files.place}")
    return None


async def _users() -> str:
    admins = await models.User.active().filter(role=models.Role.ADMIN).count()
    if not admins:
        return "nobody may do everything yet; `users owner` gives the link that makes somebody the owner"
    return f"{await models.User.active().count()} can sign in, {admins} may do everything"


async def _look_at_webhooks() -> None:
    """Say how many there are, and of each that does not do well how it stands; the host alone is named."""
    found = await models.Webhook.all().order_by("id")
    troubled = [webhook for webhook in found if standing(webhook) != "fine"]
    for webhook in troubled:
        _tell("webhooks", f"{webhook.id} at {webhook.host} is {standing(webhook)}")
    if not troubled:
        _tell("webhooks", f"{len(found)}, all fine" if found else "none")


def _look_at_documents(settings: Settings) -> None:
    manifests = read_manifests(settings.documents)
    if not manifests:
        return
    # Most publications have none, and the graph takes half of the time in which all else is looked at.
    from schema.documents import Documents

    documents = Documents()
    unfit = [id for id, text in manifests.items() if documents.read(text).errors]
    fate = f"{len(unfit)} do not fit the schema: {', '.join(unfit)[:80]}" if unfit else "all fit the schema"
    _tell("documents", f"{len(manifests)} trusted, {fate}")


async def _look_at_mail(settings: Settings, site: models.Site | None) -> str | None:
    """Try each mail server; tell what is amiss. Without a store nothing is known of the site."""
    servers = read_servers(settings.smtp_url)
    astray = _look_at_links(settings, site) if site else None
    if not servers:
        fate = "are shown at /letters" if settings.shows_letters else "wait"
        _tell("mail", f"no server is set ({PREFIX}SMTP_URL); letters {fate}")
        return None
    name, address = settings.sender
    name = name or (site.title if site else "")
    _tell("sender", f"{name} <{address}>" if name else address)
    domain = Sender(address, name).domain
    reasons = await asyncio.gather(*(_try(server, domain) for server in servers))
    for server, reason in zip(servers, reasons, strict=True):
        _tell("mail", _how(server, reason))
    away = "Not every mail server takes letters; see `mail`." if any(reasons) else None
    return " ".join(filter(None, (astray, away)))


def _look_at_links(settings: Settings, site: models.Site) -> str | None:
    """Say where links lead when nothing says it, to who serves others; tell when no server starts so."""
    if not settings.site_url and urlsplit(site.url).path:
        # An older version kept such a one; addresses of posts and in letters have never had the path.
        _tell("links", f"leave out the path of {site.url}, the address of the site; set it without")
    if settings.site_url or site.url or settings.is_private:
        return None
    _tell("links", f"{PREFIX}SITE_URL is not set; addresses and letters lead to {settings.own_url}")
    try:
        require_links(settings, site.url)
    except SettingsError:
        return f"Without {PREFIX}SITE_URL neither `serve` nor `work` starts; see `links`."
    return None


def _how(server: Server, reason: str | None) -> str:
    place = f"{server.host}:{server.port}"
    if reason is None:
        return f"{place} {'fine, and signed in' if server.username else 'fine'}"
    for words, said in PLAIN.items():
        if reason.endswith(words):
            return said.format(place=place, host=server.host)
    return f"{place} takes no letters: {reason}"


async def _try(server: Server, name: str) -> str | None:
    """Greet a mail server and sign in; give the reason when that fails."""
    try:
        line = await connect(Standing(server), name)
    except Unreachable as unreachable:
        reason = _without_password(server, str(getattr(unreachable.verdict, "reason", "")))
        return " ".join(reason.split()) or "it gives no reason"
    await line.quit()
    return None


def _without_password(server: Server, reason: str) -> str:
    """Hide the password where a server repeats what it was sent, as it stands or as AUTH writes it."""
    plain = f"\0{server.username}\0{server.password}"
    encoded = [b64encode(form.encode()).decode() for form in (plain, server.password)]
    for sent in (*encoded, server.password) if server.password else ():
        reason = reason.replace(sent, HIDDEN)
    return reason


async def _counts(site: models.Site) -> str:
    try:
        mended = await models.recount(site)
    except models.Unavailable as error:
        return f"cannot be looked at: {error}"
    return f"{mended} were off and are mended" if mended else "right"


async def _search() -> str:
    try:
        mended = await mend_indexes()
    except models.Unavailable as error:
        return f"cannot be looked at: {error}"
    return f"{mended} damaged and made anew" if mended else "right"


async def _look_at_letters() -> None:
    number, since = await models.Delivery.waiting()
    _tell("letters", f"{number} wait, the oldest since {moment(since)}" if since else "none waiting")
    if reason := await models.Delivery.last_reason():
        _tell("letters", f"were put off: {' '.join(reason.split())}")
    failed = models.Delivery.failed_within(A_DAY)
    if number := await failed.count():
        last = await failed.first()
        reason = " ".join(((last and last.reason) or "no reason is known").split())
        _tell("letters", f"{number} given up in the last day, the last: {reason}")


def _tell(what: str, how: str) -> None:
    click.echo(f"{what:<11} {how}")
