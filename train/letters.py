"""A table over code points: lower case, and what kind of sign it is."""

import re
from functools import cache
from typing import Any

import numpy as np

Array = Any

#: Bits of a sign's kind: a capital; what ``\\w`` finds; neither that nor white space; a digit.
UPPER, LETTER, MARK, DIGIT = 1, 2, 4, 8
#: Signs above are marks without a lower case.
_SIZE = 0x10000
_SURROGATES = range(0xD800, 0xE000)


@cache
def letters() -> Array:
    """For each code point of the basic plane, ``lower << 8 | kind``: shape (65536,), uint32.

    From Python's own idea of Unicode. A letter whose lower case is several letters (İ) stays as it
    is, so that places stay the same.
    """
    signs = ["\ufffd" if code in _SURROGATES else chr(code) for code in range(_SIZE)]
    text = "".join(signs)
    lower = ((low if len(low := sign.lower()) == 1 else sign) for sign in signs)
    table = np.fromiter(map(ord, lower), dtype=np.uint32, count=_SIZE) << 8
    for bit, pattern in ((LETTER, r"\w+"), (MARK, r"[^\w\s]+"), (DIGIT, r"\d+")):
        for found in re.finditer(pattern, text):
            table[found.start() : found.end()] |= bit
    table[np.fromiter(map(str.isupper, signs), dtype=bool, count=_SIZE)] |= UPPER
    return table
