"""What the pages say, by language."""

from gql_server.pages import comment_words, desk_words, site_words
from gql_server.pages.dutch import DUTCH
from gql_server.pages.english import ENGLISH

Words = dict[str, str]

WORDS: dict[str, Words] = {
    "nl": {**DUTCH, **comment_words.DUTCH, **desk_words.DUTCH, **site_words.DUTCH},
    "en": {**ENGLISH, **comment_words.ENGLISH, **desk_words.ENGLISH, **site_words.ENGLISH},
}
