"""Words of a text as strings, for what looks at targets and topics."""

import re
from functools import lru_cache
from itertools import pairwise

from train.features.lexicons import read_lexicon

_TOKEN = re.compile(r"\w+|[^\w\s]")

Tokens = list[str]


def tokens(text: str) -> Tokens:
    """Words and punctuation marks, as they stand.

    >>> tokens("Er müsste – „sofort“ – gehen.")
    ['Er', 'müsste', '–', '„', 'sofort', '“', '–', 'gehen', '.']
    """
    return _TOKEN.findall(text)


@lru_cache(1 << 13)  # of a sentence its targets ask, and then how new its commentary is
def single_words(text: str) -> tuple[str, ...]:
    return tuple(tokens(text.lower()))


def words(text: str) -> list[str]:
    """Words and marks in lower case, each alone and with the next."""
    lower = single_words(text)
    return [*lower, *map(" ".join, pairwise(lower))]


def nouns(text: str) -> list[str]:
    """Capitalised words of four letters and more, cut to eight letters, so that cases fall together.

    >>> nouns("Die Deutschen fahren auf deutschen Autobahnen")
    ['deutsche', 'autobahn']
    """
    function_words = read_lexicon("function_words")
    found = (token for token in tokens(text) if len(token) > 3 and token[0].isupper())
    return [token.lower()[:8] for token in found if token.lower() not in function_words]
