"""Mistakes: what the person using a client can correct, as data in a payload and in their language."""

import math
import re
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

import models
from schema.roles import Role, TokenScope


@strawberry.enum(description="Kinds of user errors.")
class ErrorCode(Enum):
    COMMENTS_CLOSED = strawberry.enum_value("COMMENTS_CLOSED", description="The post does not take comments.")
    CONFLICT = strawberry.enum_value("CONFLICT", description="Someone else changed the object first.")
    FORBIDDEN = strawberry.enum_value("FORBIDDEN", description="The viewer may not do this.")
    INVALID = strawberry.enum_value("INVALID", description="A value does not pass validation.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="The object does not exist or is not visible.")
    RATE_LIMITED = strawberry.enum_value("RATE_LIMITED", description="Too many attempts.")
    TOKEN_INVALID = strawberry.enum_value(
        "TOKEN_INVALID", description="The token of an e-mail link is unknown, used or expired."
    )


@strawberry.interface(
    description="A mistake the person using the client can correct. Never an exception of the server."
)
class UserError:
    code: ErrorCode = strawberry.field(description="Stable, machine-readable kind.")
    message: str = strawberry.field(description="Sentence for the person, in the language of the request.")
    path: list[str] | None = strawberry.field(
        description="Path of the offending input field, such as [input, email]."
    )


@strawberry.type(description="The post does not take comments.")
class CommentsClosedError(UserError):
    closed_at: datetime | None = strawberry.field(
        default=None, description="Since when; null when that is not known."
    )


@strawberry.type(description="Someone else changed the object first.")
class ConflictError(UserError):
    current_version: int = strawberry.field(description="Version the object has now.")


@strawberry.type(description="The viewer may not do this.")
class ForbiddenError(UserError):
    required_role: Role | None = strawberry.field(
        description="Least role that may do things of this kind; this very one may take a higher."
    )
    required_scope: TokenScope | None = strawberry.field(
        default=None, description="Scope that a token needs for this, whoever it is of."
    )


@strawberry.type(description="The token of an e-mail link is unknown, used or expired.")
class InvalidTokenError(UserError):
    is_expired: bool = strawberry.field(description="Whether it was valid once: offer a new one.")


@strawberry.type(description="An object does not exist or is not visible.")
class NotFoundError(UserError):
    missing_id: strawberry.ID | None = strawberry.field(
        default=None, description="The identifier that was not found."
    )


@strawberry.type(description="Too many attempts.")
class RateLimitedError(UserError):
    retry_after_seconds: int = strawberry.field(description="Seconds to wait.")


@strawberry.type(description="A value does not pass validation.")
class ValidationError(UserError):
    limit: int | None = strawberry.field(description="The bound that was passed, when there is one.")


SENTENCES = {
    "nl": {
        "expired": "Deze link of code is verlopen. Vraag een nieuwe brief aan.",
        "unproven": "Deze link of code klopt niet. Gebruik de nieuwste brief, of vraag een nieuwe aan.",
        "expired_edit": "Een reactie is een kwartier lang te wijzigen, en dat is om.",
        "unproven_edit": "Deze link is niet bekend, of niet meer. Na elke wijziging is er een nieuwe.",
        "too_many": "Dit is te vaak geprobeerd. Wacht even en probeer het dan nog eens.",
        "invalid": "Deze waarde kan niet gebruikt worden.",
        "id": "Dit is er niet, of niet meer.",
        "newsletterSlug": "Er is geen nieuwsbrief met die naam.",
        "newsletterSlugs": "Een van deze nieuwsbrieven is er niet.",
        "authorSlug": "Er is geen auteur met die naam.",
        "tagSlug": "Er is geen onderwerp met die naam.",
        "email": "Dit is geen adres waar een brief heen kan. Schrijf het zoals anna@example.org.",
        "name": "Schrijf een naam.",
        "label": "Schrijf waar dit voor is.",
        "items.label": "Schrijf wat er in het menu komt te staan.",
        "url": "Dit is geen adres van een site. Schrijf het zoals https://example.org, zonder pad.",
        "tagSlugs": "Geef elk onderwerp een naam die te lezen is.",
        "name_limit": "Een naam heeft hoogstens {limit} tekens.",
        "language": "Die taal kennen we niet. Schrijf een taalcode zoals nl of en-GB.",
        "pausedUntil": "Een pauze eindigt binnen een jaar.",
        "timeZone": "Die tijdzone kennen we niet. Schrijf er een zoals Europe/Amsterdam.",
        "topics": "Noem minstens één ding. Wil je helemaal stoppen, meld je dan af.",
        "topics_limit": "Kies hoogstens {limit} dingen.",
        "closed": "Bij dit bericht kan niet gereageerd worden.",
        "postId": "Dit bericht is er niet, of niet meer.",
        "authorName": "Schrijf je naam erbij.",
        "authorName_limit": "Een naam heeft hoogstens {limit} tekens.",
        "authorEmail": "Dit is geen e-mailadres. Schrijf het zoals anna@example.org; het wordt niet getoond.",
        "authorWebsite": "Een website begint met https:// of http://.",
        "authorWebsite_limit": "Het adres van een website heeft hoogstens {limit} tekens.",
        "content": "Schrijf eerst een reactie.",
        "content_limit": "Een reactie heeft hoogstens {limit} tekens.",
        "file": "Dit is geen plaatje dat we kunnen lezen. Kies een JPEG, PNG, WebP, AVIF of GIF.",
        "file_limit": "Dit plaatje is te groot. Maak het eerst kleiner.",
        "altText_limit": "De beschrijving van een plaatje heeft hoogstens {limit} tekens.",
        "caption_limit": "Een bijschrift heeft hoogstens {limit} tekens.",
        "token": "Er is al op geantwoord, dus je reactie blijft staan.",
        "missing": "Dit is er niet, of niet meer.",
        "days_limit": "Een token werkt minstens een dag en hoogstens {limit} dagen.",
        "scopes": "Een token mag niet meer dan wie het maakt.",
        "receiver": "Schrijf een adres op het openbare internet, zoals https://hooks.example/berichten.",
        "receiver_limit": "Er kunnen er niet meer dan {limit} zijn.",
        "events": "Kies minstens één gebeurtenis.",
        "role": "Er moet iemand blijven die alles mag.",
        "changed": "Iemand anders heeft dit intussen gewijzigd. Lees het opnieuw en probeer het dan weer.",
        "authorIds": "Een van deze auteurs is er niet.",
        "imageId": "Dit beeld is er niet.",
        "title": "Schrijf een titel.",
        "contentMarkdown": "Geef de tekst als HTML of als Markdown, niet als allebei.",
        "in_use": "Dit is nog nodig. Verander eerst wat ernaar verwijst.",
        "taken": "Zo heet al iets anders.",
        "too_long": "Hier passen hoogstens {limit} tekens.",
        "forbidden": "Dit mag je niet doen. Log in als iemand die het mag.",
    },
    "en": {
        "expired": "This link or code has expired. Ask for a new letter.",
        "unproven": "This link or code is not valid. Use the newest letter, or ask for a new one.",
        "expired_edit": "A comment can be changed for a quarter of an hour, and that is over.",
        "unproven_edit": "This link is not known, or not any more. After each change there is a new one.",
        "too_many": "This was tried too often. Wait a while, then try again.",
        "invalid": "This value cannot be used.",
        "id": "This is not there, or not any more.",
        "newsletterSlug": "There is no newsletter of that name.",
        "newsletterSlugs": "One of these newsletters is not there.",
        "authorSlug": "There is no author of that name.",
        "tagSlug": "There is no tag of that name.",
        "email": "A letter cannot be sent to this address. Write one such as ann@example.org.",
        "name": "Write a name.",
        "label": "Write what this is for.",
        "items.label": "Write what the menu shows here.",
        "url": "This is no address of a site. Write one such as https://example.org, without a path.",
        "tagSlugs": "Give each tag a name that can be read.",
        "name_limit": "A name holds at most {limit} characters.",
        "language": "This language is not known. Write a language tag such as nl or en-GB.",
        "pausedUntil": "A pause ends within a year.",
        "timeZone": "This time zone is not known. Write one such as Europe/Amsterdam.",
        "topics": "Name at least one thing. To stop altogether, unsubscribe.",
        "topics_limit": "Choose at most {limit} things.",
        "closed": "This post takes no comments.",
        "postId": "This post is not there, or not any more.",
        "authorName": "Add your name.",
        "authorName_limit": "A name holds at most {limit} characters.",
        "authorEmail": "This is no e-mail address. Write one such as ann@example.org; it is not shown.",
        "authorWebsite": "A website begins with https:// or http://.",
        "authorWebsite_limit": "The address of a website holds at most {limit} characters.",
        "content": "Write a comment first.",
        "content_limit": "A comment holds at most {limit} characters.",
        "file": "This is no picture that can be read. Choose a JPEG, PNG, WebP, AVIF or GIF.",
        "file_limit": "This picture is too large. Make it smaller first.",
        "altText_limit": "The description of a picture holds at most {limit} characters.",
        "caption_limit": "A caption holds at most {limit} characters.",
        "token": "Somebody has replied, so your comment stays.",
        "missing": "This is not there, or not any more.",
        "days_limit": "A token works for a day at least, and for {limit} days at most.",
        "scopes": "A token may do no more than who makes it.",
        "receiver": "Write an address on the public internet, such as https://hooks.example/posts.",
        "receiver_limit": "There can be no more than {limit}.",
        "events": "Choose at least one event.",
        "role": "Somebody has to stay who may do everything.",
        "changed": "Someone else has changed this meanwhile. Read it again, then try once more.",
        "authorIds": "One of these authors is not there.",
        "imageId": "This picture is not there.",
        "title": "Write a title.",
        "contentMarkdown": "Give the text as HTML or as Markdown, not as both.",
        "in_use": "This is still needed. Change what points to it first.",
        "taken": "Something else is called so already.",
        "too_long": "At most {limit} characters fit here.",
        "forbidden": "You may not do this. Sign in as someone who may.",
    },
}
# Where the name of a field does not tell what is wrong with it, the reason does.
REASONS = {
    "nl": {
        "announced": "Dit bericht is kort geleden nog eens verstuurd. Wacht een dag.",
        "above": "Publiceer eerst de pagina die hierboven staat.",
        "ahead": "Kies een moment dat nog komt.",
        "all out": "Geen brief van deze uitgave is opgegeven aan iemand die hem nog wil.",
        "answered": "Op deze uitnodiging is al geantwoord, of ze is ingetrokken.",
        "inline": "De woorden bij dit plaatje staan in de tekst. Verander ze daar.",
        "suppressed": "Naar dit adres mag geen brief.",
        "taken back": "Deze reactie is teruggenomen of verwijderd.",
        "below": "Neem eerst de pagina's hieronder terug.",
        "below itself": "Een pagina staat niet onder zichzelf.",
        "itself": "Kies een ander onderwerp om dit in op te laten gaan.",
        "menu address": "Een menu leidt naar een pad, of naar een adres van het web, e-mail of telefoon.",
        "newsletters": "Er kunnen er niet meer dan {limit} zijn.",
        "nested": "Deze tekst zit te diep in elkaar: maak het eenvoudiger.",
        "none": "Kies er minstens één.",
        "not plain": "Hier staat een teken in dat niet bewaard kan worden.",
        "not pending": "Op dit abonnement wordt geen bevestiging verwacht.",
        "not out": "Alleen een uitgave die verzonden is kan opnieuw geprobeerd worden.",
        "one of two": "Noem een bericht of een pagina, een van beide.",
        "over": "Deze uitgave is al verzonden of teruggenomen.",
        "paused": "Deze webhook staat stil. Laat hem eerst weer gaan.",
        "own pen": "Dit is je eigen adres. Geef de pen aan iemand anders.",
        "pens": "Er zijn al {limit} uitnodigingen onderweg. Wacht op antwoord, of neem er een terug.",
        "ping": "Een proefbericht is niet te kiezen: dat stuur je om te proberen.",
        "too many": "Hier passen er hoogstens {limit}.",
        "reply": "De reactie waarop je antwoordt staat niet onder dit bericht, of niet meer.",
    },
    "en": {
        "announced": "This post was sent once more not long ago. Wait a day.",
        "above": "Publish the page above this one first.",
        "ahead": "Choose a moment that lies ahead.",
        "all out": "No letter of this issue was given up to somebody who would have it still.",
        "answered": "This invitation was answered already, or taken back.",
        "inline": "The words of this picture stand in the text. Change them there.",
        "suppressed": "No letter may go to this address.",
        "taken back": "This comment was taken back or deleted.",
        "below": "Withdraw the pages below this one first.",
        "below itself": "A page does not stand below itself.",
        "itself": "Choose another tag to merge this one into.",
        "menu address": "A menu leads to a path, or to an address of the web, mail or telephone.",
        "newsletters": "There can be no more than {limit}.",
        "nested": "This text nests too deep: make it simpler.",
        "none": "Choose at least one.",
        "not plain": "This holds a character that cannot be kept.",
        "not pending": "No confirmation of this subscription is waited for.",
        "not out": "Only an issue that went out can be tried again.",
        "one of two": "Name a post or a page, one of the two.",
        "over": "This issue was sent or recalled already.",
        "paused": "This webhook is paused. Let it go on first.",
        "own pen": "This address is your own; pass the pen to somebody else.",
        "pens": "{limit} invitations are on their way already. Wait for an answer, or take one back.",
        "ping": "A test message cannot be chosen: it is sent to try a webhook out.",
        "too many": "At most {limit} fit here.",
        "reply": "The comment you reply to is not below this post, or not any more.",
    },
}
Mistake = (
    CommentsClosedError
    | ConflictError
    | ForbiddenError
    | InvalidTokenError
    | NotFoundError
    | RateLimitedError
    | ValidationError
)


def mistake(
    refusal: models.Refused,
    language: str,
    *,
    token_at: str = "token",
    token_kind: str = "",
    input: object = None,
) -> Mistake:
    """Say a refusal as data; raise one that no person can correct.

    `token_at` is the proof's input field, and `token_kind` its kind when it came in no letter.
    """
    match refusal:
        case models.Unproven():
            return _invalid_token(refusal, language, token_at, token_kind)
        case models.TooMany(wait=wait):
            return RateLimitedError(
                code=ErrorCode.RATE_LIMITED,
                message=_say(language, "too_many"),
                path=None,
                retry_after_seconds=math.ceil(wait.total_seconds()),
            )
        case models.NotAllowed():
            return _forbidden(refusal, language)
        case models.Changed(version=int(version)):
            return ConflictError(
                code=ErrorCode.CONFLICT,
                message=_say(language, "changed"),
                path=_path("expectedVersion"),
                current_version=version,
            )
        case models.Closed():
            message = _say(language, "closed")
            return CommentsClosedError(code=ErrorCode.COMMENTS_CLOSED, message=message, path=_path("postId"))
        case models.NotFound(field=str(field)):
            message = _why(refusal, language) or _say(language, _named(language, field, "missing"))
            return NotFoundError(
                code=ErrorCode.NOT_FOUND, message=message, path=_path(field), missing_id=_id_at(field, input)
            )
        case models.Invalid(field=field, limit=limit):
            message = _why(refusal, language) or _say(language, _key_of(refusal, language), limit=limit)
            return ValidationError(code=ErrorCode.INVALID, message=message, path=_path(field), limit=limit)
    raise refusal


def _invalid_token(refusal: models.Unproven, language: str, field: str, kind: str) -> InvalidTokenError:
    is_expired = isinstance(refusal, models.Expired)
    key = "expired" if is_expired else "unproven"
    return InvalidTokenError(
        code=ErrorCode.TOKEN_INVALID,
        message=_say(language, f"{key}_{kind}" if kind else key),
        path=_path(field),
        is_expired=is_expired,
    )


def _forbidden(refusal: models.NotAllowed, language: str) -> ForbiddenError:
    role, scope = refusal.role, refusal.scope
    return ForbiddenError(
        code=ErrorCode.FORBIDDEN,
        message=_say(language, "forbidden"),
        path=None,
        required_role=None if role is None else Role[role.name],
        required_scope=None if scope is None else TokenScope[scope.name],
    )


def _why(refusal: models.NotFound | models.Invalid, language: str) -> str | None:
    if refusal.why is None:
        return None
    return REASONS[language][refusal.why].format(limit=getattr(refusal, "limit", None))


def _key_of(refusal: models.Invalid, language: str) -> str:
    match refusal:
        case models.Taken():
            return "taken"
        case models.InUse():
            return "in_use"
    name = "receiver" if isinstance(refusal, models.NotCalled) else refusal.field
    if refusal.limit is not None:
        return _named(language, f"{name}_limit", "too_long")
    return _named(language, name, "invalid")


def _named(language: str, field: str, otherwise: str) -> str:
    """Give the key of the sentence for the last name of a path, below its first one or anywhere."""
    first, name = field.partition(".")[0], field.rpartition(".")[2]
    return next((key for key in (f"{first}.{name}", name) if key in SENTENCES[language]), otherwise)


def _id_at(field: str, input: object) -> strawberry.ID | None:
    """Give the identifier that was said in a field of the input, when it is one for identifiers."""
    name = re.sub("([A-Z])", r"_\1", field).lower()
    is_one = name == "id" or (name.endswith("_id") and name != "client_mutation_id")
    return getattr(input, name, None) if is_one else None


def _path(field: str) -> list[str]:
    return ["input", *field.split(".")]


def _say(language: str, key: str, **values: Any) -> str:
    sentences = SENTENCES[language]
    say: Callable[..., str] = sentences[key].format
    return say(**values)
