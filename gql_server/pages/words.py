"""What the pages say, by language."""

from gql_server.pages import comment_words, desk_words, site_words, subscriber_words
from gql_server.pages.dutch import DUTCH
from gql_server.pages.english import ENGLISH

Words = dict[str, str]

OF_THE_DESK = (desk_words, site_words, subscriber_words)

WORDS: dict[str, Words] = {
    "nl": {**DUTCH, **comment_words.DUTCH},
    "en": {**ENGLISH, **comment_words.ENGLISH},
}
for some in OF_THE_DESK:
    WORDS["nl"] |= some.DUTCH
    WORDS["en"] |= some.ENGLISH
