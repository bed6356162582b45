"""The languages that people are spoken to in."""

from collections.abc import Iterable

SPOKEN = ("nl", "en")
DEFAULT = "en"


def first_spoken(wishes: Iterable[str]) -> str:
    """Give the first of these languages, or the one it is a variety of, that we speak."""
    tongues = (wish.strip().lower().replace("_", "-").partition("-")[0] for wish in wishes)
    return next((tongue for tongue in tongues if tongue in SPOKEN), DEFAULT)
