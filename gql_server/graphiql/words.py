"""What the page around GraphiQL says, in Dutch and in English; GraphiQL itself speaks English."""

Words = dict[str, str]

DUTCH: Words = {
    "wait": "Even wachten …",
    "noscript": "GraphiQL werkt niet zonder JavaScript. De vragen op de startpagina wel:",
    "start": "naar de startpagina",
    "letters": "Start dit, en meld je in een ander\nvenster aan op /subscribe: de brief verschijnt hier.",
    "comments": "Start dit, en start in een ander venster\nhet tabblad Answer: de reactie verschijnt hier.",
}

ENGLISH: Words = {
    "wait": "One moment …",
    "noscript": "GraphiQL does not work without JavaScript. The queries on the start page do:",
    "start": "to the start page",
    "letters": "Run this, and sign up in another window,\nat /subscribe: the letter appears here.",
    "comments": "Run this, and run the tab Answer in another\nwindow: the comment appears here.",
}

WORDS: dict[str, Words] = {"nl": DUTCH, "en": ENGLISH}
