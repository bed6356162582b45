"""Why a letter did not arrive, in the words of who reads that at the desk."""

import re

from mailers import reasons
from mailers.verdicts import Stage

# What a mail server answered begins with its code.
ANSWER = re.compile(r"\d{3}\b")
SAID = {"nl": "zei de mailserver", "en": "the mail server said"}
STAGES = {
    "nl": {
        Stage.CONNECT: "bij het verbinden",
        Stage.MAIL: "bij de afzender",
        Stage.RCPT: "bij het adres",
        Stage.DATA: "voor de brief",
        Stage.DOT: "na de brief",
        None: "onderweg",
    },
    "en": {
        Stage.CONNECT: "when connecting",
        Stage.MAIL: "at the sender",
        Stage.RCPT: "at the address",
        Stage.DATA: "before the letter",
        Stage.DOT: "after the letter",
        None: "on the way",
    },
}
DUTCH = {
    reasons.NOBODY_LISTENS: "daar luistert niets",
    reasons.NO_SUCH_HOST: "er is geen server met die naam",
    reasons.NO_ANSWER: "er kwam niet op tijd antwoord",
    reasons.NO_TLS: "de mailserver spreekt niet meteen TLS",
    reasons.CUT: "de verbinding werd verbroken",
    reasons.NONSENSE: "het antwoord was niet te begrijpen",
    reasons.TAKEN_BACK: "de brief was teruggenomen",
    reasons.OUT_OF_TURN: "de mailserver sprak voor zijn beurt of hing op",
    reasons.HUNG_UP: "de mailserver hing op toen er niets te versturen was",
    reasons.SLOW_DOWN: "dit domein vroeg om rustiger te sturen",
    reasons.NO_UTF8: "deze mailserver neemt alleen adressen van gewone letters aan",
    reasons.NO_ADDRESS: "naar dit adres kan geen brief",
    reasons.UNWRITABLE: "de brief kon niet geschreven worden",
}


def explained(language: str, reason: str) -> str:
    """Say why, in a language that we speak; a mail server speaks its own."""
    stage = next((one for one in Stage if reason.startswith(f"{one.value}: ")), None)
    said = reason.removeprefix(f"{stage.value}: ") if stage else reason
    # Before our own there may stand a code, or the name of what is wrong.
    ours = next((one for one in DUTCH if said.endswith(one)), None)
    # That one alone is said in the way of a mail server; what else has a code was not said by us.
    if ours != reasons.NO_UTF8 and ANSWER.match(said):
        return f"{STAGES[language][stage]} {SAID[language]}: {said}"
    told = said if ours is None else DUTCH[ours] if language == "nl" else ours
    return f"{STAGES[language][stage]}: {told}" if stage else told
