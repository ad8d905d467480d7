"""Who is speaking in a relayed sentence, by the words around the verb of saying."""

import re

from annotate.texts.wordlists import read_words

_TITLE = r"(?:(?:Prof|Dr)\.\s+)*"
_NAME = rf"{_TITLE}[A-ZÄÖÜ][\w-]*\w(?:\s+(?:von|van|de)\b)?(?:\s+{_TITLE}[A-ZÄÖÜ][\w-]*\w)*"
_ARTICLE = r"(?:(?:der|die|das|dem|den|des|ein|eine|einem|einer|sein|seine|ihr|ihre)\s+)?"
_PHRASE = rf"{_ARTICLE}(?:(?!(?:die|der|eine|einer|seine|ihre)\s)[a-zäöüß]+(?:e|en|er|es)\s+)?{_NAME}"

# no nominative, so no subject of a verb of saying
_OBJECTS = frozenset(
    (
        "dem",
        "den",
        "des",
        "einem",
        "einen",
        "eines",
        "seinem",
        "seinen",
        "ihrem",
        "ihren",
        "meinen",
        "unseren",
    )
)
_BEFORE = frozenset(
    (
        "am", "an", "auf", "aus", "bei", "beim", "durch", "für", "gegen", "im", "in", "mit", "nach", "ohne",
        "seit", "über", "um", "unter", "vom", "von", "vor", "zu", "zum", "zur", "dass", "weil", "wenn", "als",
        "ob",
    )
)  # fmt: skip
# these take an object without a clause: what follows them is a speaker only after quoted or indirect speech
_TAKES_OBJECT = re.compile(r"(?:nenn|nann|forder|sprach|sprich|find|kündig|erklär|beton|frag|schr|warn|teil)")
_AFTER_SPEECH = re.compile(r"""[,;:!?“”"»«‘’…]\s*$""")


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
    spoken = r"gesagt|erklärt|betont|behauptet|mitgeteilt"
    source = rf"\b(?i:laut|nach\s+(?:Angaben|Aussage|Ansicht|Worten)(?:\s+von)?)\s+(?P<who>{_PHRASE})"
    after = rf"\b(?P<verb>{said}|so)\s+(?P<who>{_PHRASE})"
    before = rf"(?P<who>{_PHRASE})\s+(?:{said})\b"
    perfect = rf"(?P<who>{_PHRASE})\s+(?:hat|hatte|habe|haben)\b[^.;]*\b(?:{spoken})\b"
    patterns = (
        (source, False), (after, True), (before, True), (perfect, True),
        (rf"(?P<who>{_PHRASE})\s+zufolge\b", False),
    )  # fmt: skip
    for pattern, is_subject in patterns:
        for match in re.finditer(pattern, text):
            name = match["who"].strip()
            if _is_name(name) and (not is_subject or _is_subject(match, name, text)):
                return _lowered(name)
    return None


def _is_name(name: str) -> bool:
    no_names, words = read_words("de/no_speakers.txt"), name.split()
    return words[0] not in no_names and words[-1] not in no_names


def _is_subject(match: re.Match[str], name: str, text: str) -> bool:
    """Whether a name beside a verb of saying can be who says it, and not what is said or where."""
    first, _, rest = name.partition(" ")
    if first.lower() in _OBJECTS | _BEFORE:
        return False
    if first.islower() and first.endswith("en"):  # „eigenen Bild“: an adjective of an object
        return False
    if "verb" in match.groupdict():
        is_clause = bool(_AFTER_SPEECH.search(text[: match.start()]))
        return is_clause or not _TAKES_OBJECT.match(match["verb"]) or not rest or first.lower() == "der"
    before = text[: match.start()].split()
    return not before or before[-1].lower() not in _BEFORE


def _lowered(name: str) -> str:
    first, _, rest = name.partition(" ")
    is_article = first in ("Der", "Die", "Das", "Ein", "Eine", "Sein", "Seine", "Ihr", "Ihre")
    return f"{first.lower()} {rest}" if is_article and rest else name
