"""What came into a text on its way and is none of its words: a wrong decoding, mark-up."""

import re

_SIGNS = {
    # UTF-8 that was read as cp1252: Ã¤ for ä, â€ž for „
    "wrongly_decoded": re.compile(
        r"Ã[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ¡-¿]|Â[\xa0«»§°´]|â€[\x80-\xbf€šž™œ“”˜¦š¢]|\ufffd"
    ),
    "markup": re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[\da-fA-F]{2,5});|</[a-zA-Z][\w:-]{0,20}>|<br ?/?>"),
}
_BEGINNINGS = {"wrongly_decoded": ("Ã", "Â", "â€", "\ufffd"), "markup": ("&", "<")}


def damage_in(text: str) -> dict[str, str]:
    """Flag → the first place where a text shows it.

    >>> damage_in("Der PrÃ¤sident &ndash; er")
    {'wrongly_decoded': 'Ã¤', 'markup': '&ndash;'}
    """
    found = {
        flag: sign.search(text)
        for flag, sign in _SIGNS.items()
        if any(beginning in text for beginning in _BEGINNINGS[flag])  # much faster than the search
    }
    return {flag: match.group() for flag, match in found.items() if match}
