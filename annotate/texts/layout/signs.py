"""Signs that nobody sees: ligatures of a font, soft hyphens, characters of width zero."""

import re

from annotate.texts.layout.mends import Mend, MendKind

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_LETTER = "A-Za-zÀ-ɏͰ-ӿ"  # of scripts that know no joiners
_INVISIBLE = re.compile(
    f"[\u00ad\u200b\u2060\u2063\ufeff]|(?<=[{_LETTER}])[\u200c\u200d](?=[{_LETTER}])|(?<![\u0590-\u08ff])[\u200e\u200f]"
)
_SIGNS = "ﬀ-ﬆ\u00ad\u200b-\u200f\u2060\u2063\ufeff"
_ANY = re.compile(f"[{_SIGNS}]")
_WORD = re.compile(r"\S+")


def with_plain_signs(
    text: str, source: str, mends: list[Mend], *, page: int | None = None, keeps_ends: bool = False
) -> str:
    """The text with the letters of its ligatures and without signs that are not seen.

    Parameters
    ----------
    mends
        A row is added to it for each word that was changed, with its line, or its page where one is given.
    keeps_ends
        Soft hyphens at line ends stay, for they part a word.

    >>> with_plain_signs("Die Re\u00adgie\u00adrung e\ufb03zient", "a.txt", [])
    'Die Regierung effizient'
    """
    if not _ANY.search(text):
        return text
    lines = text.split("\n")
    for n, line in enumerate(lines):
        if not _ANY.search(line):
            continue
        end = "\u00ad" if keeps_ends and line.endswith("\u00ad") else ""
        place = {"line": n + 1} if page is None else {"page": page}

        def plain(found: re.Match[str], place: dict[str, int] = place) -> str:
            was = found.group()
            if not _ANY.search(was):
                return was
            visible = _INVISIBLE.sub("", was)
            now = visible.translate(_LIGATURES)
            if now != was:
                kind: MendKind = "ligature" if visible == was else "invisible"
                mends.append(Mend(source=source, kind=kind, was=was, is_=now, **place))
            return now

        lines[n] = _WORD.sub(plain, line.removesuffix(end)) + end
    return "\n".join(lines)
