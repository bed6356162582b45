"""Manifests of trusted documents, as graphql-codegen, Relay and Apollo write them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from gql_server.document_ids import plain_id
from gql_server.settings import PREFIX, SettingsError

FORMS = 'a JSON object of ids and documents, or Apollo\'s with `"format": "apollo-persisted-query-manifest"`'
APOLLO = "apollo-persisted-query-manifest"


def read_manifests(paths: str) -> dict[str, str]:
    """Read the manifests at these paths, with commas between: documents by their ids."""
    found: dict[str, str] = {}
    for path in filter(None, (part.strip() for part in paths.split(","))):
        for id, text in _documents(Path(path)):
            if found.setdefault(id, text) != text:
                raise _refused(path, f"has another document for {id[:80]!r} than a manifest before it")
    return found


def _documents(path: Path) -> Iterator[tuple[str, str]]:
    try:
        manifest = orjson.loads(path.read_bytes())
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise _refused(path, f"is no valid JSON in UTF-8 ({error})") from None
    if not isinstance(manifest, Mapping):
        raise _refused(path, f"needs {FORMS}")
    pairs = _of_apollo(manifest) if manifest.get("format") == APOLLO else manifest.items()
    for id, text in pairs:
        if not isinstance(id, str) or not isinstance(text, str) or not id or not text.strip():
            raise _refused(path, f"needs {FORMS}; the entry {str(id)[:80]!r} is none")
        yield plain_id(id), text


def _of_apollo(manifest: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    operations = manifest.get("operations")
    for entry in operations if isinstance(operations, list) else [None]:
        known = entry if isinstance(entry, Mapping) else {}
        yield known.get("id"), known.get("body")


def _refused(path: Path | str, why: str) -> SettingsError:
    return SettingsError(f"{PREFIX}DOCUMENTS: {path} {why}.")
