"""What the pages say in English."""

ENGLISH = {
    "languages": "Language",
    "optional": "optional",
    "to_site": "To %(site)s",
    "try_again": "Try again",
    "sign_up_again": "Sign up again",
    "errors_title": "Something is not right yet.",
    # Signing up.
    "sign_up_title": "Sign up for the newsletter",
    "sign_up_text": "Get a letter from %(site)s when there is something new to read.",
    "email": "E-mail address",
    "email_hint": "First you get a letter, to confirm that this address is yours.",
    "name": "Name",
    "newsletters": "What would you like to get?",
    "frequency": "How often?",
    "immediate": "As soon as there is something new",
    "daily": "At most once a day",
    "weekly": "At most once a week",
    "trap": "Leave this field empty",
    "sign_up": "Sign me up",
    "sign_up_small": "You can leave at any time, by the link in each letter.",
    "again_title": "Press the button once more",
    "again_text": (
        "This tells us that you are a person and not a machine. What you filled in is still there."
    ),
    "mailbox_title": "Look in your mailbox",
    "mailbox_text": "A letter is coming to the address that you gave. It says how to go on.",
    "mailbox_more": (
        "Nothing came? Look among the unwanted mail. We send at most one such letter a day, "
        "so it may be there already. It asks for what you chose first; once you confirm you can choose again."
    ),
    "code_title": "Enter the code",
    "code": "Code in the letter",
    "code_hint": "Eight digits. Or press the button in the letter.",
    "code_send": "Confirm by the code",
    "error_code": "This code is not right. Use the link in the letter, or ask for a new one.",
    "error_email": "No letter can be sent to this address. Write one such as ann@example.org.",
    "error_name": "A name is at most 100 characters long.",
    "error_title": "Give your publication a name.",
    "error_timeZone": "Choose a time zone from the list.",
    "error_topics": "Choose at least one thing to get, or unsubscribe.",
    "error_newsletters": "Choose at least one newsletter.",
    "error_language": "We do not know this language.",
    "error_frequency": "Choose how often you would like a letter.",
    "error_pausedUntil": "A pause ends within a year.",
    "error_other": "We cannot use this. Please look at it once more.",
    # Confirming.
    "confirm_title": "Confirm your subscription",
    "confirm_text": "Press the button to get the letters of %(site)s at %(email)s.",
    "confirm": "Yes, sign me up",
    "what_comes": "What you will get:",
    "confirm_small": (
        "Was this not you? Then there is nothing you need to do. Without a confirmation we will not send "
        "you any news."
    ),
    "confirmed_title": "You are subscribed",
    "confirmed_text": "Good to have you. From now on you get the letters of %(site)s at %(email)s.",
    "confirmed_more": (
        "A letter of welcome is on its way. You can choose what you get now, "
        "and later by the link in that letter."
    ),
    "already_title": "You are subscribed",
    "already_text": "This was confirmed already. You get the letters of %(site)s at %(email)s.",
    "choose": "Choose what you get",
    # Leaving and coming back.
    "leave_title": "Unsubscribe",
    "leave_text": "Would you like to get no more letters of %(site)s at %(email)s?",
    "leave": "Unsubscribe me",
    "leave_topic_title": "Unsubscribe",
    "leave_topic_text": "Would you like to stop getting ‘%(topic)s’ at %(email)s?",
    "leave_topic": "Stop ‘%(topic)s’",
    "leave_all": "Stop all letters",
    "left_title": "You are unsubscribed",
    "left_text": "You get no more letters of %(site)s at %(email)s. Thank you for reading.",
    "left_topic_title": "‘%(topic)s’ has stopped",
    "left_topic_text": "You no longer get this. Your other letters keep coming.",
    "left_before_title": "You are unsubscribed",
    "left_before_text": "No letters of %(site)s go to %(email)s any more.",
    "mistake": "Was it a mistake?",
    "undo_it": "Undo it",
    "left_in_short": "You are unsubscribed.",
    "undo_title": "Stay after all?",
    "undo_text": "Press the button to get letters of %(site)s at %(email)s again, as before.",
    "undo": "Yes, I want them again",
    "undone_title": "You are subscribed again",
    "undone_text": "All is as it was: you get the letters of %(site)s at %(email)s.",
    "undone_before_title": "You are subscribed",
    "undone_before_text": "This was undone already. You get the letters of %(site)s at %(email)s.",
    # Preferences.
    "preferences_title": "Your preferences",
    "preferences_text": "For the letters of %(site)s to %(email)s.",
    "saved": "Your preferences are saved.",
    "pending_note": (
        "Your subscription is not confirmed yet. Open the link in the letter that you got; only "
        "then we send news."
    ),
    "unsubscribed_note": "You are unsubscribed and get no letters.",
    "bounced_note": (
        "Letters to this address came back, so we send no more of them. Does the address work again? "
        "Then sign up again."
    ),
    "paused_note": "You have a pause until %(day)s. No letters come before then.",
    "about_you": "About you",
    "language": "Language of the letters",
    "topics": "What would you like to get?",
    "author_kind": "All by an author",
    "tag_kind": "All about a subject",
    "count_chosen": "%(count)s chosen",
    "pause": "Time for a pause?",
    "pause_none": "No pause",
    "pause_keep": "Pause until %(day)s",
    "pause_resume": "Get letters again now",
    "pause_14": "A pause of two weeks",
    "pause_30": "A pause of a month",
    "pause_91": "A pause of three months",
    "save": "Save",
    "your_data": "Your data",
    "export_hint": "All that we keep about you, in a file.",
    "export": "Download my data",
    "stop_hint": "Get no more letters. You can undo it afterwards.",
    "stop": "Unsubscribe me",
    "erase_hint": "Erase all that we keep about you. This cannot be undone.",
    "erase_begin": "Forget me …",
    "erase_title": "Forget everything?",
    "erase_text": (
        "We erase %(email)s, your name, your choices, and all that we noted about your "
        "subscription. After that you "
        "get nothing more from %(site)s. This cannot be undone."
    ),
    "erase": "Yes, forget me",
    "erase_not": "No, back to my preferences",
    "erased_title": "You are forgotten",
    "erased_text": "This is what we erased:",
    "erased_address": "your address %(email)s",
    "erased_name": "your name, %(name)s",
    "erased_topics": "your choices: language, how often, and about what (%(count)s)",
    "erased_consents": "what we noted about your consent (lines: %(count)s)",
    "erased_letters": "what we noted about letters to you (%(count)s)",
    "erased_more": (
        "At most a fingerprint is left, from which nobody can read your address. "
        "It only serves to keep abuse away."
    ),
    # The outbox.
    "letters_title": "Letters on this machine",
    "letters_text": "No mail server is set. What would be sent lies here, the newest on top.",
    "letters_empty_title": "No letters yet",
    "letters_empty_text": ("Sign up with an invented address. The letter that would be sent then lies here."),
    "letters_empty": "Sign up",
    "letters_room": "The last %(count)s letters stay here until the server stops.",
    "letters_back": "All letters",
    "letter_to": "To",
    "letter_at": "Written",
    "letter_leave": "Unsubscribe in one click",
    "letter_leave_hint": (
        "You then see what a mail program gets back: one line of text. Go back yourself, "
        "with the button of your browser."
    ),
    "letter_leave_try": "Unsubscribe as a mail program does",
    "letter_shown": "As a mail program shows it",
    "letter_text": "As text",
    "letter_here": "The letter lies on this machine.",
    "letter_read": "Read it",
    # What goes wrong.
    "link_title": "This link does not work",
    "link_text": (
        "A piece of it may have been lost, or it belongs to something that has changed meanwhile. "
        "Try the link in the newest letter that you got from us."
    ),
    "expired_title": "This link has expired",
    "expired_text": ("It worked for a while, and does no longer. Sign up again, and we send you a new one."),
    "400_title": "This cannot be read",
    "400_text": "Something came in that is no filled-in form. Go back and try again.",
    "link_pen_title": "This link offers no pen",
    "link_pen_text": "It may not have come whole. Open the one in the letter, or ask who wrote it.",
    "expired_pen_title": "This pen is gone",
    "expired_pen_text": "It was given back, or waited for too long. Ask who passed it for another.",
    "taken_pen_title": "This pen was taken",
    "taken_pen_text": (
        "Was it you? Your page lies at your desk. To get there, sign in with the address that the letter "
        "went to."
    ),
    "403_title": "This is not open to you",
    "403_text": "It belongs to somebody else, or it was sent by a page of another site.",
    "404_title": "There is nothing here",
    "404_text": "No page stands at this address.",
    "405_title": "That cannot be done here",
    "405_text": "This address is there to look at, or to send a form to.",
    "408_title": "It took too long",
    "408_text": "What you sent did not arrive whole in time. Try again.",
    "413_title": "This is too large",
    "413_text": "Much more came in than fits into this form. Go back and make it shorter.",
    "413_desk_title": "This is too large",
    "413_desk_text": (
        "A picture has at most 20 MB. Go back, where what you wrote still is, and choose a smaller picture "
        "or make the text shorter."
    ),
    "415_title": "This is no form",
    "415_text": "Send the form as a browser does: URL-encoded or in parts, in UTF-8.",
    "422_title": "We cannot use this",
    "422_text": "Go back, look at it once more and try again.",
    "429_title": "A little patience",
    "429_text": (
        "Many letters were asked for, or codes tried, from your network in a row. Try again in a few minutes."
    ),
    "500_title": "Something went wrong on our side",
    "500_text": "It is not your fault. Try again later. We find it under number %(number)s.",
    "503_title": "No answer for a moment",
    "503_text": "The store does not answer now. Try again in a moment; pressing twice does no harm.",
    "form_again": "Load this page again then: what you filled in is sent along once more.",
    # Signing in.
    "sign_in_again": "Ask for a new link",
    "sign_in_title": "Sign in",
    "sign_in_text": (
        "For those who write and edit %(site)s. You get a letter with a link; there is no password."
    ),
    "sign_in_email_hint": "The address that you were invited with.",
    "sign_in": "Send me the link",
    "sign_in_sent_title": "Look in your mailbox",
    "sign_in_sent_text": (
        "If this address belongs to somebody who writes here, a link is coming to it. It works for 15 "
        "minutes, once, in this browser."
    ),
    "enter_title": "Sign in to %(site)s",
    "enter_text": "Press the button to sign in as %(name)s (%(email)s).",
    "enter": "Sign in",
    "enter_small": "You stay signed in on this browser for 30 days, or until you sign out.",
    "entered_title": "You are signed in",
    "entered_text": "Welcome, %(name)s. You may do what this role may: %(role)s.",
    "role_author": "author",
    "role_editor": "editor",
    "role_admin": "admin",
    "sign_out": "Sign out",
    "signed_out_title": "You are signed out",
    "signed_out_text": "What was open in this browser is closed.",
    "to_graph": "For developers: GraphQL",
    "own_title": "Make %(site)s yours",
    "own_text": "You are the first. Whoever fills this in may do everything here, and can invite others.",
    "own_name": "Your name, as it stands above what you write",
    "own_site": "What your publication is called",
    "own_language": "Language of the site",
    "own_language_hint": "What you write in. Later there are more to choose from.",
    "own_zone": "Time zone",
    "own_zone_hint": "Of the hours at which you let something appear, and of the months in the archive.",
    "own_email_hint": "Your links to sign in go there from now on.",
    "own": "This is mine",
    "error_name_needed": "Fill in your name.",
    "link_in_title": "This link does not let you in",
    "link_in_text": (
        "It works in the browser in which you asked for it, and only if it came whole. Open it there, or ask "
        "for a new one."
    ),
    "link_owner_title": "This link makes nobody the owner",
    "link_owner_text": (
        "It works until this publication has an owner, and only if it came whole. Is that you already? Then "
        "sign in with your address."
    ),
    "expired_in_title": "This link has been used or is too old",
    "expired_in_text": "A link to sign in works once, for 15 minutes.",
    # Passing the pen.
    "pen_title": "Pass the pen",
    "pen_text": "Ask the next one to write the next post: by a letter, and with an empty page.",
    "pen_name": "Who writes next?",
    "pen_email": "Their e-mail address",
    "pen_email_hint": "They can say no. They are reminded once, after a week.",
    "pen_note": "What would you like to say to them?",
    "pen_pass": "Pass the pen",
    "pen_told_passed": "The pen is passed: a letter is on its way.",
    "pen_told_withdrawn": "You have taken the pen back.",
    "pen_passed": "Pens that were passed",
    "pen_by": "By %(giver)s, %(at)s.",
    "pen_is_offered": "No answer yet.",
    "pen_is_taken": "Taken.",
    "pen_is_declined": "Not this time.",
    "pen_is_withdrawn": "Taken back.",
    "pen_withdraw": "Take it back from %(name)s",
    "pen_offer_title": "%(giver)s passes you the pen",
    "pen_offer_text": "Will you write the next post for %(site)s, %(name)s? An empty page lies ready.",
    "pen_offer_small": "You write in your own time, and nothing appears before you publish it.",
    "pen_take": "I take the pen",
    "pen_decline": "Not this time",
    "pen_declined_title": "Another time, then",
    "pen_declined_text": "Thank you for looking. %(giver)s can pass the pen to somebody else.",
    "pen_taken_title": "The pen is yours",
    "pen_taken_text": "An empty page lies ready at your desk.",
    "error_pen_name": "Fill in who writes next.",
    "error_pen_taken": "Somebody writes here under this name already. Add something, such as a surname.",
    "error_pen_pens": "Ten pens wait for an answer already. Wait a while, or take one back below.",
    "error_pen_own": "This address is your own. Pass the pen to somebody else.",
    "error_pen_address": "A pen went to this address not long ago. Wait a day, or a few.",
    "error_pen_giver": "You have passed so many pens that the next one has to wait a day, or a few.",
    "error_pen_note": "Say it in at most 2,000 characters.",
}
