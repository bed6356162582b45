"""Settings: one frozen object, read once from the environment and the flags of a command."""

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

import msgspec

import models
from mailers.mail import Sender
from mailers.servers import LOOKS_LIKE, read_servers
from models.store import locate, url_of
from models.web_addresses import is_loopback

PREFIX = "GQL_SERVER_"
NO_SENDER = (
    f"{PREFIX}MAIL_FROM is needed with {PREFIX}SMTP_URL; write who sends the letters, "
    "such as The Blog <post@blog.example>."
)
Network = IPv4Network | IPv6Network
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')  # RFC 5322, 3.2.4
# What is needed where that is no choice of words.
NEEDS = {
    "port": "a number from 0 to 65535",
    "site_url": "an address such as https://blog.example, without a path",
    "rate_limit": "a number of requests a minute, 0 for no limit",
    "cache_mb": "a number of megabytes up to 100000, 0 to keep nothing",
}


class SettingsError(Exception):
    """A setting cannot be used."""


def _default_store() -> Path:
    return Path.cwd() / "data" / "blog.sqlite3"


def _default_url() -> str:
    return url_of(_default_store())


def media_beside(store: Path) -> str:
    """Name the place of the pictures of a store that is a file, where no other is set."""
    return (store.absolute().parent / "media").as_uri()


ConsentIp = Literal["truncated", "full", "none"]
OnOff = Literal["on", "off"]
Offer = Literal["auto", "on", "off"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the person who runs the server decides; what belongs to the site stands in the store."""

    database_url: str = msgspec.field(default_factory=_default_url)
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8000
    site_url: Annotated[str, msgspec.Meta(pattern=r"^(https?://[^\s/?#\\]+/*)?$")] = ""
    media_url: str = ""
    smtp_url: str = ""
    mail_from: str = ""
    trusted_proxies: str = ""
    consent_ip: ConsentIp = "truncated"
    cors_origins: str = ""
    rate_limit: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 1200
    documents: str = ""
    trusted_only: OnOff = "off"
    introspection: OnOff = "on"
    defer: OnOff = "off"
    http_statuses: Literal["stable", "draft"] = "stable"
    graphiql: Offer = "auto"
    reader: Offer = "auto"
    plans: OnOff = "on"
    work: Literal["inside", "apart"] = "inside"
    cache_mb: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 32
    purge_url: str = ""
    purge_token: str = ""

    @property
    def own_url(self) -> str:
        """Where the server itself is reached from this machine."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def place_of_media(self) -> str:
        """Where uploaded pictures are kept: beside the store when no other place is named."""
        store = locate(self.database_url).credentials.get("file_path") or _default_store()
        return self.media_url or media_beside(Path(store))

    @property
    def is_private(self) -> bool:
        """Whether nobody but this machine is served."""
        root = urlsplit(self.site_url).hostname or self.host
        return not self.smtp_url and is_loopback(self.host) and is_loopback(root)

    @property
    def shows_letters(self) -> bool:
        """Whether letters may be shown here instead of sent: by who works on them, for it is in memory."""
        return self.is_private and self.work == "inside"

    @property
    def has_post(self) -> bool:
        """Whether letters are sent from here, or shown; else they wait for who does."""
        return bool(self.smtp_url) or self.shows_letters

    @property
    def offers_graphiql(self) -> bool:
        """Whether a browser that opens the graph's address is shown GraphiQL."""
        return self._offers(self.graphiql)

    @property
    def shows_reader(self) -> bool:
        """Whether a browser is shown the publication as a page for readers."""
        return self._offers(self.reader)

    @property
    def sender(self) -> tuple[str, str]:
        """Who writes the letters: a name, which may be empty, and an address."""
        # Not `parseaddr`, which makes the best of what is no address.
        name, begun, address = self.mail_from.rpartition("<")
        if not begun or not address.endswith(">"):
            return "", self.mail_from
        quoted = QUOTED.fullmatch(name.strip())
        called = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else name.strip()
        return called, address.removesuffix(">")

    @property
    def origins(self) -> list[str]:
        """The sites whose pages may ask from a browser, such as https://app.example; `*` is any."""
        return [part.strip().rstrip("/") for part in self.cors_origins.split(",") if part.strip()]

    @property
    def proxies(self) -> list[Network]:
        """The networks of proxies whose word on who asks is taken."""
        return [ip_network(part.strip()) for part in self.trusted_proxies.split(",") if part.strip()]

    def _offers(self, wish: Offer) -> bool:
        # Where trusted documents alone are taken, none of what is typed or asked there would run.
        by_itself = self.is_private and self.trusted_only == "off"
        return wish == "on" or (wish == "auto" and by_itself)


def read_settings(environment: Mapping[str, str] = os.environ, **flags: Any) -> Settings:
    """Read the settings; a flag wins over its variable, and a name nobody knows is an error."""
    known = {f"{PREFIX}{name.upper()}": name for name in Settings.__struct_fields__}
    given: dict[str, Any] = {}
    for variable, value in environment.items():
        if not variable.startswith(PREFIX):
            continue
        if variable not in known:
            nearest = difflib.get_close_matches(variable.upper(), known, n=1, cutoff=0.0)[0]
            raise SettingsError(f"{variable} is not a setting; the nearest one is {nearest}.")
        given[known[variable]] = value.strip()
    given |= {name: value for name, value in flags.items() if value is not None}
    try:
        settings = msgspec.convert(given, Settings, strict=False)
        locate(settings.database_url)
    except msgspec.ValidationError as error:
        raise SettingsError(_explain(str(error), given)) from None
    except models.StoreError as error:
        raise SettingsError(f"{PREFIX}DATABASE_URL: {error}") from None
    try:
        models.files_at(settings.place_of_media)
    except models.StoreError as error:
        raise SettingsError(f"{PREFIX}MEDIA_URL: {error}") from None
    for check in CHECKS:
        check(settings)
    return settings


def require_links(settings: Settings, root: str) -> None:
    """Refuse to send others letters that lead to this machine; `root` is what the site says itself."""
    hosts = [server.host for server in read_servers(settings.smtp_url)]
    if not (settings.site_url or root) and not all(is_loopback(host) for host in hosts):
        raise SettingsError(
            f"{PREFIX}SITE_URL is not set, and letters would lead to {settings.own_url}; set it."
        )


def _check_site(settings: Settings) -> None:
    # Not repeated in an error: there may be a password in it.
    try:
        parts = urlsplit(settings.site_url)
        is_usable = parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        is_usable = False
    if not is_usable:
        raise SettingsError(f"{PREFIX}SITE_URL needs {NEEDS['site_url']}, a name or a password.")


def _check_origins(settings: Settings) -> None:
    for origin in settings.origins:
        if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^\s/?#@]+|\*|null", origin):
            raise SettingsError(
                f"{PREFIX}CORS_ORIGINS: {origin!r} is no origin; write one such as https://app.example, "
                "without a path, or * for any."
            )


def _check_work(settings: Settings) -> None:
    if settings.work == "apart" and locate(settings.database_url).dialect == "sqlite":
        raise SettingsError(
            f"{PREFIX}WORK=apart needs PostgreSQL; on SQLite the server does the work itself."
        )


def _check_trust(settings: Settings) -> None:
    if settings.trusted_only == "on" and not settings.documents:
        raise SettingsError(
            f"{PREFIX}TRUSTED_ONLY needs {PREFIX}DOCUMENTS, the manifests of what is trusted."
        )


def _check_purges(settings: Settings) -> None:
    # Neither is repeated in an error: there may be a secret in the address as well.
    if settings.purge_url and not re.fullmatch(r"https?://[^\s/?#@]+(?:[/?][^\s#]*)?", settings.purge_url):
        raise SettingsError(
            f"{PREFIX}PURGE_URL needs an address such as https://hooks.example/purge, "
            f"without a name and a password; a secret goes into {PREFIX}PURGE_TOKEN."
        )
    if settings.purge_token and not settings.purge_url:
        raise SettingsError(f"{PREFIX}PURGE_TOKEN needs {PREFIX}PURGE_URL, the hook that it opens.")
    if not re.fullmatch(r"[\x21-\x7e]*", settings.purge_token):
        raise SettingsError(f"{PREFIX}PURGE_TOKEN is letters, digits and signs of ASCII, without spaces.")


def _check_proxies(settings: Settings) -> None:
    try:
        _ = settings.proxies
    except ValueError:
        raise SettingsError(
            f"{PREFIX}TRUSTED_PROXIES needs networks such as 10.0.0.0/8, with commas between."
        ) from None


def _check_servers(settings: Settings) -> None:
    try:
        if settings.smtp_url and not read_servers(settings.smtp_url):
            raise models.Invalid("smtp_url", LOOKS_LIKE)
    except models.Invalid as error:
        raise SettingsError(f"{PREFIX}SMTP_URL: {error}") from None


def _check_sender(settings: Settings) -> None:
    if settings.smtp_url and not settings.mail_from:
        raise SettingsError(NO_SENDER)
    if not settings.mail_from:
        return
    name, address = settings.sender
    try:
        if not (found := models.Address.of(address).text).isascii():
            raise models.Invalid("mail_from", "Not every mail server takes a sender beyond ASCII.")
        _ = Sender(found, name).header
    except models.Invalid as error:
        raise SettingsError(f"{PREFIX}MAIL_FROM: {error}") from None


CHECKS = (
    _check_site, _check_proxies, _check_servers, _check_sender, _check_origins, _check_work, _check_trust,
    _check_purges,
)  # fmt: skip


def _explain(problem: str, given: Mapping[str, Any]) -> str:
    name = problem.rpartition("`$.")[2].rstrip("`")
    needs = NEEDS.get(name) or _one_of(get_args(Settings.__annotations__.get(name)))
    value = str(given.get(name))
    # An address with an @ is not repeated: there may be a password in it.
    says = "needs" if "@" in value else f"is {value!r}, but it needs"
    return f"{PREFIX}{name.upper()} {says} {needs}."


def _one_of(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if words else "something else"
