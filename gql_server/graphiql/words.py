"""What the page around GraphiQL says, in Dutch and in English; GraphiQL itself speaks English."""

Words = dict[str, str]

DUTCH: Words = {
    "wait": "Even wachten …",
    "noscript": "GraphiQL werkt niet zonder JavaScript. De vragen op de startpagina wel:",
    "start": "naar de startpagina",
    "letters": "Start dit, en meld je in een ander\nvenster aan op /subscribe: de brief verschijnt hier.",
    "comments": "Start dit, en laat in een ander venster\neen reactie achter: die verschijnt hier.",
}

ENGLISH: Words = {
    "wait": "One moment …",
    "noscript": "GraphiQL does not work without JavaScript. The queries on the start page do:",
    "start": "to the start page",
    "letters": "Run this, and sign up in another window,\nat /subscribe: the letter appears here.",
    "comments": "Run this, and leave a comment in another\nwindow: it appears here.",
}

WORDS: dict[str, Words] = {"nl": DUTCH, "en": ENGLISH}
