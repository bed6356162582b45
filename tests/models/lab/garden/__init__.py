"""A small app of beds and plants: nouns and migrations to try the store with."""

from collections.abc import Mapping
from typing import Any

APPS: Mapping[str, Mapping[str, Any]] = {
    "garden": {"models": ("garden.nouns",), "migrations": "garden.migrations"}
}
