"""The trap: tells machines that fill in forms from people, and asks whom it catches to press once more.

Nobody is caught for good: a program that fills in an address for its person can be as quick as a machine.
"""

from datetime import timedelta
from hmac import compare_digest

import models
from gql_server.pages.forms import Form

QUICKEST = timedelta(seconds=2)
OLDEST = timedelta(days=1)
# People see no such field, and leave it empty.
BAIT = "website"


def set_trap(site: models.Site, *, at_once: bool = False) -> str:
    """Give what a form carries: when it was given; with `at_once` it may come back without delay."""
    given = int(models.now().timestamp()) - (QUICKEST.seconds if at_once else 0)
    return f"{given}.{_seal(site, str(given))}"


def is_caught(site: models.Site, form: Form) -> bool:
    """Tell whether a form comes back too quick, too late, with a forged moment or the bait taken."""
    given, _, seal = form.one("moment").partition(".")
    if form.one(BAIT) or not compare_digest(seal.encode(), _seal(site, given).encode()):
        return True
    age = models.now().timestamp() - int(given)
    return not QUICKEST.total_seconds() <= age <= OLDEST.total_seconds()


def is_ours(form: Form) -> bool:
    """Tell whether a form that comes back was given here; one on another page may bring an address alone."""
    return bool(form.all("moment"))


def _seal(site: models.Site, given: str) -> str:
    return models.keyed_digest(site.secret, "form", given)[:32]
