"""Settings: one frozen object, read once from the environment and the flags of a command."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec

from models.errors import StoreError
from models.store import locate

PREFIX = "GQL_SERVER_"


class SettingsError(Exception):
    """A setting cannot be used."""


def _default_url() -> str:
    return f"sqlite://{Path.cwd() / 'data' / 'blog.sqlite3'}"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the person who runs the server decides; what belongs to the site stands in the store."""

    database_url: str = msgspec.field(default_factory=_default_url)
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8000
    site_url: Annotated[str, msgspec.Meta(pattern=r"^(https?://[^\s/?#]+[^\s?#]*)?$")] = ""

    @property
    def own_url(self) -> str:
        """Where the server itself is reached from this machine."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


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
    except StoreError as error:
        raise SettingsError(f"{PREFIX}DATABASE_URL: {error}") from None
    return settings


def _explain(problem: str, given: Mapping[str, Any]) -> str:
    name = problem.rpartition("`$.")[2].rstrip("`")
    needs = {
        "port": "a number from 0 to 65535",
        "site_url": "an address such as https://blog.example",
    }.get(name, "something else")
    return f"{PREFIX}{name.upper()} is {str(given.get(name))!r}, but it needs {needs}."
