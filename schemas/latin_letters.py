"""Words in Latin letters, for ids: Cyrillic as it is spoken, Latin without its marks."""

import unicodedata

_GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_LATIN = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
    "ħ": "h",
    "ŋ": "n",
}
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "ye", "ё": "yo", "ж": "zh",
    "з": "z", "и": "i", "і": "i", "ї": "yi", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz", "ѓ": "g", "ќ": "k", "ѕ": "z",
}  # fmt: skip
_UKRAINIAN = {"г": "h", "и": "y", "’": "", "ʼ": "", "'": ""}
_LETTERS = str.maketrans(_GERMAN | _LATIN | _CYRILLIC)
_OF_UKRAINIAN = str.maketrans(_GERMAN | _LATIN | _CYRILLIC | _UKRAINIAN)
_ONLY_UKRAINIAN = frozenset("іїєґ")


def in_latin_letters(words: str) -> str:
    """Words in small Latin letters; what has no Latin letter stays as it is.

    >>> in_latin_letters("Війна і мир"), in_latin_letters("Съезд"), in_latin_letters("Größe à la Łódź")
    ('viyna i myr', 'sezd', 'groesse a la lodz')
    """
    plain = unicodedata.normalize("NFC", words).lower()
    plain = plain.translate(_LETTERS if _ONLY_UKRAINIAN.isdisjoint(plain) else _OF_UKRAINIAN)
    if plain.isascii():
        return plain
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
