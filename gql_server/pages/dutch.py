"""What the pages say in Dutch."""

DUTCH = {
    "languages": "Taal",
    "optional": "hoeft niet",
    "to_site": "Naar %(site)s",
    "try_again": "Probeer het nog eens",
    "sign_up_again": "Opnieuw aanmelden",
    "errors_title": "Er klopt nog iets niet.",
    # Signing up.
    "sign_up_title": "Meld je aan voor de nieuwsbrief",
    "sign_up_text": "Krijg een brief van %(site)s als er iets nieuws te lezen is.",
    "email": "E-mailadres",
    "email_hint": "Je krijgt eerst een brief om te bevestigen dat dit adres van jou is.",
    "name": "Naam",
    "newsletters": "Wat wil je krijgen?",
    "frequency": "Hoe vaak?",
    "immediate": "Zodra er iets nieuws is",
    "daily": "Hooguit één keer per dag",
    "weekly": "Hooguit één keer per week",
    "trap": "Laat dit veld leeg",
    "sign_up": "Meld me aan",
    "sign_up_small": "Afmelden kan altijd, via de link in elke brief.",
    "again_title": "Druk nog één keer op de knop",
    "again_text": "Zo weten we dat je een mens bent en geen machine. Wat je invulde staat er nog.",
    "mailbox_title": "Kijk in je mailbox",
    "mailbox_text": "Er komt een brief naar het adres dat je opgaf. Daarin staat hoe je verdergaat.",
    "mailbox_more": (
        "Niets gekregen? Kijk bij de ongewenste mail. We sturen hooguit één zo’n brief per dag, "
        "dus misschien ligt hij er al. Die vraagt dan om wat je eerst koos; na het bevestigen kun je "
        "anders kiezen."
    ),
    "code_title": "Vul de code in",
    "code": "Code uit de brief",
    "code_hint": "Acht cijfers. Of druk op de knop in de brief.",
    "code_send": "Bevestig met de code",
    "error_code": "Deze code klopt niet. Gebruik de link in de brief, of vraag een nieuwe aan.",
    "error_email": "Dit is geen adres waar een brief heen kan. Schrijf het zoals ann@example.org.",
    "error_name": "Een naam is hooguit 100 tekens lang.",
    "error_title": "Geef je publicatie een naam.",
    "error_timeZone": "Kies een tijdzone uit de lijst.",
    "error_topics": "Kies minstens één ding om te krijgen, of meld je af.",
    "error_newsletters": "Kies minstens één nieuwsbrief.",
    "error_language": "Deze taal kennen we niet.",
    "error_frequency": "Kies hoe vaak je een brief wilt krijgen.",
    "error_pausedUntil": "Een pauze eindigt binnen een jaar.",
    "error_other": "Dit kunnen we niet gebruiken. Kijk het nog eens na.",
    # Confirming.
    "confirm_title": "Bevestig je aanmelding",
    "confirm_text": "Druk op de knop, dan krijg je de brieven van %(site)s op %(email)s.",
    "confirm": "Ja, ik meld me aan",
    "what_comes": "Dit krijg je:",
    "confirm_small": (
        "Was jij dit niet? Dan hoef je niets te doen. Zonder bevestiging sturen we je geen nieuws."
    ),
    "confirmed_title": "Je bent aangemeld",
    "confirmed_text": "Fijn dat je er bent. Vanaf nu krijg je de brieven van %(site)s op %(email)s.",
    "confirmed_more": (
        "Er is een welkomstbrief onderweg. Kiezen wat je krijgt kan nu al, en later via de link in die brief."
    ),
    "already_title": "Je bent aangemeld",
    "already_text": "Dit was al bevestigd. Je krijgt de brieven van %(site)s op %(email)s.",
    "choose": "Kies wat je krijgt",
    # Leaving and coming back.
    "leave_title": "Afmelden",
    "leave_text": "Wil je op %(email)s geen brieven meer krijgen van %(site)s?",
    "leave": "Meld me af",
    "leave_topic_title": "Afmelden",
    "leave_topic_text": "Wil je ‘%(topic)s’ niet meer krijgen op %(email)s?",
    "leave_topic": "Stop met ‘%(topic)s’",
    "leave_all": "Stop met alle brieven",
    "left_title": "Je bent afgemeld",
    "left_text": "Je krijgt op %(email)s geen brieven meer van %(site)s. Bedankt dat je meelas.",
    "left_topic_title": "‘%(topic)s’ is gestopt",
    "left_topic_text": "Je krijgt dit niet meer. Je andere brieven blijven komen.",
    "left_before_title": "Je bent afgemeld",
    "left_before_text": "Je krijgt op %(email)s al geen brieven meer van %(site)s.",
    "mistake": "Was het een vergissing?",
    "undo_it": "Maak het ongedaan",
    "left_in_short": "Je bent afgemeld.",
    "undo_title": "Toch blijven?",
    "undo_text": "Druk op de knop, dan krijg je op %(email)s weer brieven van %(site)s, zoals voorheen.",
    "undo": "Ja, ik wil ze weer krijgen",
    "undone_title": "Je bent weer aangemeld",
    "undone_text": "Alles is zoals het was: je krijgt de brieven van %(site)s op %(email)s.",
    "undone_before_title": "Je bent aangemeld",
    "undone_before_text": "Dit was al ongedaan gemaakt. Je krijgt de brieven van %(site)s op %(email)s.",
    # Preferences.
    "preferences_title": "Je voorkeuren",
    "preferences_text": "Voor de brieven van %(site)s aan %(email)s.",
    "saved": "Je voorkeuren zijn bewaard.",
    "pending_note": (
        "Je aanmelding is nog niet bevestigd. Open de link in de brief die je kreeg; pas daarna "
        "sturen we nieuws."
    ),
    "unsubscribed_note": "Je bent afgemeld en krijgt geen brieven.",
    "bounced_note": (
        "Brieven aan dit adres kwamen terug, en daarom sturen we er geen meer. Doet het adres het weer? "
        "Meld je dan opnieuw aan."
    ),
    "paused_note": "Je hebt pauze tot %(day)s. Tot dan komen er geen brieven.",
    "about_you": "Over jou",
    "language": "Taal van de brieven",
    "topics": "Wat wil je krijgen?",
    "author_kind": "Alles van een auteur",
    "tag_kind": "Alles over een onderwerp",
    "count_chosen": "%(count)s gekozen",
    "pause": "Even pauze?",
    "pause_none": "Geen pauze",
    "pause_keep": "Pauze tot %(day)s",
    "pause_resume": "Nu weer brieven krijgen",
    "pause_14": "Twee weken pauze",
    "pause_30": "Een maand pauze",
    "pause_91": "Drie maanden pauze",
    "save": "Bewaar",
    "your_data": "Je gegevens",
    "export_hint": "Alles wat we over je bewaren, in een bestand.",
    "export": "Download mijn gegevens",
    "stop_hint": "Geen brieven meer krijgen. Je kunt het daarna nog ongedaan maken.",
    "stop": "Meld me af",
    "erase_hint": "Alles wissen wat we over je bewaren. Dat kan niet ongedaan gemaakt worden.",
    "erase_begin": "Vergeet mij …",
    "erase_title": "Alles vergeten?",
    "erase_text": (
        "We wissen %(email)s, je naam, je keuzes, en alles wat we over je aanmelding bijhielden. "
        "Daarna krijg je "
        "niets meer van %(site)s. Dit kan niet ongedaan gemaakt worden."
    ),
    "erase": "Ja, vergeet mij",
    "erase_not": "Nee, terug naar mijn voorkeuren",
    "erased_title": "Je bent vergeten",
    "erased_text": "Dit hebben we gewist:",
    "erased_address": "je adres %(email)s",
    "erased_name": "je naam, %(name)s",
    "erased_topics": "je keuzes: taal, hoe vaak, en waarover (%(count)s)",
    "erased_consents": "wat we bijhielden over je toestemming (regels: %(count)s)",
    "erased_letters": "wat we bijhielden over brieven aan jou (%(count)s)",
    "erased_more": (
        "Hooguit blijft er een vingerafdruk over waaruit je adres niet te lezen is. "
        "Die dient alleen om misbruik tegen te gaan."
    ),
    # The outbox.
    "letters_title": "Brieven op deze machine",
    "letters_text": (
        "Er is geen mailserver ingesteld. Wat verstuurd zou worden, ligt hier; de nieuwste bovenaan."
    ),
    "letters_empty_title": "Nog geen brieven",
    "letters_empty_text": (
        "Meld je aan met een verzonnen adres. De brief die dan verstuurd zou worden, ligt hier."
    ),
    "letters_empty": "Meld je aan",
    "letters_room": "De laatste %(count)s brieven blijven liggen, tot de server stopt.",
    "letters_back": "Alle brieven",
    "letter_to": "Aan",
    "letter_at": "Geschreven",
    "letter_leave": "Afmelden in één klik",
    "letter_leave_hint": (
        "Je ziet daarna wat een mailprogramma terugkrijgt: één regel tekst. Ga dan zelf terug, "
        "met de knop van je browser."
    ),
    "letter_leave_try": "Meld af zoals een mailprogramma",
    "letter_shown": "Zoals een mailprogramma hem laat zien",
    "letter_text": "Als tekst",
    "letter_here": "De brief ligt op deze machine.",
    "letter_read": "Lees hem",
    # What goes wrong.
    "link_title": "Deze link werkt niet",
    "link_text": (
        "Misschien is er een stuk van weggevallen, of hoort hij bij iets dat intussen veranderd is. "
        "Probeer de link in de nieuwste brief die je van ons kreeg."
    ),
    "expired_title": "Deze link is verlopen",
    "expired_text": (
        "Hij heeft een tijd gewerkt, en nu niet meer. Meld je opnieuw aan, dan sturen we een nieuwe."
    ),
    "400_title": "Dit is niet te lezen",
    "400_text": "Er kwam iets binnen dat geen ingevuld formulier is. Ga terug en probeer het nog eens.",
    "link_pen_title": "Deze link geeft geen pen",
    "link_pen_text": "Misschien kwam hij niet heel aan. Open die in de brief, of vraag wie hem schreef.",
    "expired_pen_title": "Deze pen is al weg",
    "expired_pen_text": "Hij is teruggegeven of te oud. Vraag wie hem gaf om een nieuwe.",
    "taken_pen_title": "Deze pen is aangenomen",
    "taken_pen_text": (
        "Was jij dat? Je blad ligt op je schrijftafel. Daar kom je door in te loggen met het adres waar de "
        "brief heen ging."
    ),
    "403_title": "Dit is niet voor jou",
    "403_text": "Het is van iemand anders, of het werd verstuurd door een pagina van een andere site.",
    "404_title": "Hier is niets",
    "404_text": "Op dit adres staat geen pagina.",
    "405_title": "Dat kan hier niet",
    "405_text": "Dit adres is er om te bekijken of om een formulier naar te sturen.",
    "408_title": "Het duurde te lang",
    "408_text": "Wat je stuurde kwam niet op tijd helemaal aan. Probeer het nog eens.",
    "413_title": "Dit is te groot",
    "413_text": "Er kwam veel meer binnen dan in dit formulier past. Ga terug en maak het korter.",
    "413_desk_title": "Dit is te groot",
    "413_desk_text": (
        "Een foto heeft hoogstens 20 MB. Ga terug, waar nog staat wat je schreef, en kies een kleinere foto "
        "of maak de tekst korter."
    ),
    "415_title": "Dit is geen formulier",
    "415_text": "Stuur het formulier zoals een browser dat doet: url-gecodeerd of in delen, in UTF-8.",
    "422_title": "Dit kunnen we niet gebruiken",
    "422_text": "Ga terug, kijk het nog eens na en probeer het opnieuw.",
    "429_title": "Even geduld",
    "429_text": (
        "Vanaf jouw netwerk werd vaak achter elkaar om een brief gevraagd of een code geprobeerd. Probeer "
        "het over een paar minuten nog eens."
    ),
    "500_title": "Er ging iets mis bij ons",
    "500_text": (
        "Het ligt niet aan jou. Probeer het later nog eens. Wij vinden het terug onder nummer %(number)s."
    ),
    "503_title": "Even geen antwoord",
    "503_text": ("De opslag antwoordt nu niet. Probeer het zo nog eens; twee keer drukken kan geen kwaad."),
    "form_again": "Laad dan deze pagina opnieuw: wat je invulde gaat nog eens mee.",
    # Inloggen van wie schrijft.
    "sign_in_again": "Vraag een nieuwe link",
    "sign_in_title": "Inloggen",
    "sign_in_text": (
        "Voor wie schrijft en redigeert bij %(site)s. Je krijgt een brief met een link; een wachtwoord is er "
        "niet."
    ),
    "sign_in_email_hint": "Het adres waarop je bent uitgenodigd.",
    "sign_in": "Stuur mij de link",
    "sign_in_sent_title": "Kijk in je mailbox",
    "sign_in_sent_text": (
        "Als dit adres van iemand is die hier schrijft, komt er een link. Hij werkt een kwartier, één keer, "
        "in deze browser."
    ),
    "enter_title": "Inloggen bij %(site)s",
    "enter_text": "Druk op de knop om in te loggen als %(name)s (%(email)s).",
    "enter": "Log in",
    "enter_small": "Je blijft in deze browser dertig dagen ingelogd, of tot je uitlogt.",
    "entered_title": "Je bent ingelogd",
    "entered_text": "Welkom, %(name)s. Je mag wat bij deze rol hoort: %(role)s.",
    "role_author": "auteur",
    "role_editor": "redacteur",
    "role_admin": "beheerder",
    "sign_out": "Log uit",
    "signed_out_title": "Je bent uitgelogd",
    "signed_out_text": "Wat in deze browser open stond is gesloten.",
    "to_graph": "Voor ontwikkelaars: GraphQL",
    "own_title": "Maak %(site)s van jou",
    "own_text": "Je bent de eerste. Wie dit invult mag hier alles, en kan anderen uitnodigen.",
    "own_name": "Je naam, zoals die boven je stukken staat",
    "own_site": "Hoe je publicatie heet",
    "own_language": "Taal van de site",
    "own_language_hint": "Waarin je schrijft. Later zijn er meer te kiezen.",
    "own_zone": "Tijdzone",
    "own_zone_hint": "Van de uren waarop je iets laat verschijnen, en van de maanden in het archief.",
    "own_email_hint": "Daar gaan voortaan je links heen om in te loggen.",
    "own": "Dit is van mij",
    "error_name_needed": "Vul je naam in.",
    "link_in_title": "Met deze link kom je niet binnen",
    "link_in_text": (
        "Hij werkt in de browser waarin je hem vroeg, en alleen als hij heel is aangekomen. Open hem daar, "
        "of vraag een nieuwe."
    ),
    "link_owner_title": "Deze link maakt niemand eigenaar",
    "link_owner_text": (
        "Hij werkt tot er een eigenaar is, en alleen als hij heel is aangekomen. Ben jij dat al? Log dan in "
        "met je adres."
    ),
    "expired_in_title": "Deze link is gebruikt of te oud",
    "expired_in_text": "Een link om in te loggen werkt één keer, een kwartier lang.",
    # De pen doorgeven.
    "pen_title": "Geef de pen door",
    "pen_text": (
        "Vraag de volgende om het volgende stuk te schrijven: met een brief, en een leeg blad op diens naam."
    ),
    "pen_name": "Wie schrijft er hierna?",
    "pen_email": "Diens e-mailadres",
    "pen_email_hint": "Nee zeggen mag. Na een week komt er één herinnering.",
    "pen_note": "Wat wil je erbij zeggen?",
    "pen_pass": "Geef de pen door",
    "pen_told_passed": "De pen is doorgegeven: er is een brief onderweg.",
    "pen_told_withdrawn": "Je hebt de pen teruggenomen.",
    "pen_passed": "Doorgegeven pennen",
    "pen_by": "Door %(giver)s, %(at)s.",
    "pen_is_offered": "Nog geen antwoord.",
    "pen_is_taken": "Aangenomen.",
    "pen_is_declined": "Deze keer niet.",
    "pen_is_withdrawn": "Teruggenomen.",
    "pen_withdraw": "Neem hem terug van %(name)s",
    "pen_offer_title": "%(giver)s geeft je de pen",
    "pen_offer_text": "Schrijf jij het volgende stuk voor %(site)s, %(name)s? Er ligt een leeg blad klaar.",
    "pen_offer_small": "Je schrijft in je eigen tijd, en niets verschijnt voordat je het publiceert.",
    "pen_take": "Ik neem de pen",
    "pen_decline": "Deze keer niet",
    "pen_declined_title": "Een andere keer dan",
    "pen_declined_text": "Dank je voor het kijken. %(giver)s kan de pen aan iemand anders geven.",
    "pen_taken_title": "De pen is van jou",
    "pen_taken_text": "Er ligt een leeg blad klaar op je schrijftafel.",
    "error_pen_name": "Vul in wie er hierna schrijft.",
    "error_pen_taken": "Iemand schrijft hier al onder deze naam. Zet er iets bij, zoals een achternaam.",
    "error_pen_pens": "Er wachten al tien pennen op antwoord. Wacht even, of neem er hieronder een terug.",
    "error_pen_own": "Dit is je eigen adres. Geef de pen aan iemand anders.",
    "error_pen_address": "Er ging kort geleden al een pen naar dit adres. Wacht een dag, of een paar.",
    "error_pen_giver": "Je gaf al zoveel pennen door dat de volgende een dag moet wachten, of een paar.",
    "error_pen_note": "Zeg het in hoogstens 2.000 tekens.",
}
