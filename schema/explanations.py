"""Why a comment waits, in the words that a moderator reads."""

import models

SENTENCES = {
    "nl": {
        "blocked_words": "er staat een geweerd woord in: {found}",
        "duplicate": "hetzelfde is al eerder gezegd",
        "links": "er staan {found} links in",
        "policy": "de site laat iedereen wachten",
        "spam_score": "het lijkt op spam: {found} van 1",
        "trap bait": "er is een veld ingevuld dat mensen niet zien",
        "trap forged": "het formulier is niet van deze site",
        "trap missing": "het kwam zonder formulier van deze site",
        "trap old": "het formulier was meer dan een dag oud",
        "trap quick": "het was sneller ingevuld dan iemand typt",
        "unconfirmed": "het adres is nog niet bevestigd",
    },
    "en": {
        "blocked_words": "it has a blocked word: {found}",
        "duplicate": "the same was said before",
        "links": "it has {found} links",
        "policy": "the site lets everybody wait",
        "spam_score": "it looks like spam: {found} of 1",
        "trap bait": "a field was filled in that people do not see",
        "trap forged": "its form is none of this site",
        "trap missing": "it came without a form of this site",
        "trap old": "its form was more than a day old",
        "trap quick": "it was filled in quicker than anybody types",
        "unconfirmed": "its address is not confirmed yet",
    },
}


def explained(language: str, doubt: models.Doubt) -> str:
    """Say what a rule found, in a language that we speak."""
    sentences = SENTENCES[language]
    sentence = sentences.get(str(doubt)) or sentences[doubt.rule]
    return sentence.format(found=doubt.found)
