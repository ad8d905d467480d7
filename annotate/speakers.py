"""Who is speaking in a relayed sentence, by the words around the verb of saying."""

import re

from annotate.wordlists import read_words

_NAME = r"[A-ZÄÖÜ][\w-]*\w(?:\s+(?:von|van|de)\b)?(?:\s+[A-ZÄÖÜ][\w-]*\w)*"
_ARTICLE = r"(?:(?:der|die|das|dem|den|des|ein|eine|einem|einer|sein|seine|ihr|ihre)\s+)?"
_PHRASE = rf"{_ARTICLE}(?:[a-zäöüß]+(?:e|en|er|es)\s+)?{_NAME}"


def speaker_of(text: str) -> str | None:
    """The speaker that a sentence names, as it stands; None where it names none.

    >>> speaker_of("Das sei zu teuer, sagte der Minister gestern.")
    'der Minister'
    >>> speaker_of("Laut Sabine Kern bleibt alles beim Alten.")
    'Sabine Kern'
    >>> speaker_of("Er sagte, das sei zu teuer.") is None
    True
    """
    said = "|".join(sorted(map(re.escape, read_words("de/said.txt")), key=len, reverse=True))
    patterns = (
        rf"\b(?i:laut|nach\s+(?:Angaben|Aussage|Ansicht|Worten)(?:\s+von)?)\s+(?P<who>{_PHRASE})",
        rf"\b(?:{said}|so)\s+(?P<who>{_PHRASE})",
        rf"(?P<who>{_PHRASE})\s+(?:{said})\b",
        rf"(?P<who>{_PHRASE})\s+(?:hat|hatte|habe|haben)\b[^.;]*\b(?:gesagt|erklärt|betont|behauptet|mitgeteilt)\b",
        rf"(?P<who>{_PHRASE})\s+zufolge\b",
    )
    no_names = read_words("de/no_speakers.txt")
    for pattern in patterns:
        for found in re.finditer(pattern, text):
            name = found["who"].strip()
            if name.split()[0] not in no_names and name.split()[-1] not in no_names:
                first, _, rest = name.partition(" ")
                is_article = first in ("Der", "Die", "Das", "Ein", "Eine", "Sein", "Seine", "Ihr", "Ihre")
                return f"{first.lower()} {rest}" if is_article and rest else name
    return None
