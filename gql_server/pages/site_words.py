"""What the desk says of the site itself, its pages and its menu, by language."""

DUTCH = {
    "desk_barred_title": "Dit mag je hier niet",
    "desk_barred_text": "Wat je schreef staat hieronder, maar is niet bewaard. Vraag wie het wel mag.",
    "desk_barred_back": "Vraag het aan wie de site beheert.",
    "site_title": "De site zelf",
    "site_text": "Hoe je publicatie heet, en hoe het er toegaat.",
    "desk_field_description": "Waar de site over gaat",
    "site_description_hint": "In één zin, voor wie hem zoekt of deelt.",
    "site_language_hint": "Waarin je schrijft.",
    "site_comments": "Wat gebeurt er met een reactie van een gast?",
    "site_comments_held": "Ze wacht tot iemand van ons haar laat zien.",
    "site_comments_confirmed": "Ze is te lezen zodra de gast het adres heeft bevestigd.",
    "site_comments_shown": "Ze is meteen te lezen.",
    "site_comments_hint": "Reacties die al wachten, blijven wachten.",
    "error_site_title": "Geef je publicatie een naam van hoogstens 200 tekens.",
    "error_site_policy": "Kies wat er met een reactie gebeurt.",
}

ENGLISH = {
    "desk_barred_title": "You may not do this here",
    "desk_barred_text": "What you wrote stands below, but is not kept. Ask somebody who may.",
    "desk_barred_back": "Ask whoever runs the site.",
    "site_title": "The site itself",
    "site_text": "What your publication is called, and how it goes about.",
    "desk_field_description": "What the site is about",
    "site_description_hint": "In one sentence, for those who look for it or share it.",
    "site_language_hint": "What you write in.",
    "site_comments": "What happens to a guest’s comment?",
    "site_comments_held": "It waits until one of us shows it.",
    "site_comments_confirmed": "It can be read once the guest has confirmed the address.",
    "site_comments_shown": "It can be read at once.",
    "site_comments_hint": "Comments that wait already go on waiting.",
    "error_site_title": "Give your publication a name of at most 200 characters.",
    "error_site_policy": "Choose what happens to a comment.",
}
