"""What the pages about comments say, by language."""

DUTCH = {
    "comment_confirm_title": "Is deze reactie van jou?",
    "comment_confirm_text": (
        "Hij is achtergelaten met het adres %(email)s. Bevestig dat dit adres van jou is."
    ),
    "comment_confirm": "Ja, dit is mijn reactie",
    "comment_confirm_small": "Was jij dit niet? Dan hoef je niets te doen.",
    "comment_shown_title": "Je reactie staat er",
    "comment_shown_text": "Bedankt voor het bevestigen. Iedereen kan hem nu lezen.",
    "comment_read": "Lees het gesprek",
    "comment_held_title": "Je adres is bevestigd",
    "comment_held_text": "Bedankt. Je reactie wacht nu tot iemand van %(site)s hem heeft gelezen.",
    "notices_title": "Geen bericht meer bij antwoorden?",
    "notices_text": "Dan sturen we niets meer naar %(email)s als iemand op een reactie antwoordt.",
    "notices": "Stuur geen berichten meer",
    "notices_ended_title": "Je krijgt geen berichten meer",
    "notices_ended_text": "We sturen niets meer naar %(email)s als iemand op een reactie antwoordt.",
    "notices_in_short": "Je krijgt geen bericht meer als iemand antwoordt.",
    "moderate_title": "Reactie bij ‘%(post)s’",
    "moderate_text": "Lees de reactie en beslis. Niemand ziet hem voordat je hem plaatst.",
    "moderate_approve": "Plaats de reactie",
    "moderate_reject": "Weiger de reactie",
    "moderate_spam": "Het is spam",
    "moderate_changed": (
        "Er is intussen iets veranderd: iemand anders heeft beslist, of de tekst is anders. Jouw knop "
        "deed niets; kijk nog eens."
    ),
    "moderate_next": "De volgende die wacht",
    "moderate_back": "Toch anders beslissen",
    "moderate_post": "Lees het bericht",
    "moderate_writer": "Van",
    "moderate_email": "Adres",
    "moderate_website": "Website",
    "moderate_at": "Geschreven",
    "moderate_edited": "Bewerkt",
    "moderate_reasons": "Waarom hij wacht",
    "moderated_approved_title": "De reactie is geplaatst",
    "moderated_approved_text": "Iedereen kan hem lezen.",
    "moderated_rejected_title": "De reactie is geweigerd",
    "moderated_rejected_text": "Niemand krijgt hem te zien.",
    "moderated_spam_title": "De reactie is als spam gemarkeerd",
    "moderated_spam_text": (
        "Niemand krijgt hem te zien, en wat erop lijkt wordt voortaan eerder tegengehouden."
    ),
    "erased_comments": "je reacties (%(count)s)",
    "expired_comment_title": "Deze link is verlopen",
    "expired_comment_text": "Hij heeft een tijd gewerkt, maar nu niet meer.",
    "link_comment_title": "Deze link werkt niet",
    "link_comment_text": (
        "Misschien is er een stuk van weggevallen, of bestaat de reactie niet meer. Probeer de link in "
        "de nieuwste brief die je van ons kreeg."
    ),
}
ENGLISH = {
    "comment_confirm_title": "Is this comment yours?",
    "comment_confirm_text": "It was left with the address %(email)s. Confirm that this is yours.",
    "comment_confirm": "Yes, this is my comment",
    "comment_confirm_small": "Was this not you? Then there is nothing you need to do.",
    "comment_shown_title": "Your comment is there",
    "comment_shown_text": "Thank you for confirming. Everybody can read it now.",
    "comment_read": "Read the conversation",
    "comment_held_title": "Your address is confirmed",
    "comment_held_text": "Thank you. Your comment now waits for someone of %(site)s to read it and decide.",
    "notices_title": "No more notices of replies?",
    "notices_text": "Then we write to %(email)s no more when somebody replies to a comment.",
    "notices": "Send no more notices",
    "notices_ended_title": "You get no more notices",
    "notices_ended_text": "We write to %(email)s no more when somebody replies to a comment.",
    "notices_in_short": "You get no more notices of replies.",
    "moderate_title": "Comment below ‘%(post)s’",
    "moderate_text": "Read it and decide. Nobody sees it until you publish it.",
    "moderate_approve": "Publish it",
    "moderate_reject": "Reject it",
    "moderate_spam": "It is spam",
    "moderate_changed": (
        "Something has changed meanwhile: somebody else decided, or the words are different. Your button did "
        "nothing; look once more."
    ),
    "moderate_next": "The next one that waits",
    "moderate_back": "Decide otherwise",
    "moderate_post": "Read the post",
    "moderate_writer": "By",
    "moderate_email": "Address",
    "moderate_website": "Website",
    "moderate_at": "Written",
    "moderate_edited": "Edited",
    "moderate_reasons": "Why it waits",
    "moderated_approved_title": "The comment is published",
    "moderated_approved_text": "Everybody can read it.",
    "moderated_rejected_title": "The comment is rejected",
    "moderated_rejected_text": "Nobody sees it.",
    "moderated_spam_title": "The comment is spam",
    "moderated_spam_text": "Nobody sees it, and what is like it will be held back sooner.",
    "erased_comments": "your comments (%(count)s)",
    "expired_comment_title": "This link has expired",
    "expired_comment_text": "It worked for a while, and does not any more.",
    "link_comment_title": "This link does not work",
    "link_comment_text": (
        "Perhaps a piece of it is missing, or the comment is not there any more. "
        "Try the link in the newest letter you had from us."
    ),
}
