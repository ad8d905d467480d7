"""A sentence as a row of tokens with a class of one letter each, its quotations as one token each.

What kind of quotation mark or space is used makes no difference, nor does the number of spaces.
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from train.features.speech.tables import verb_forms, words

#: A quotation that says something, and one that only names: what stands in their place.
SPEECH, NAMED, SCARE = "\ue000", "\ue001", "\ue002"
_QUOTES = '"„“”‟»«'
_SINGLE = "'‚‘’‛›‹"
_ANY_QUOTE = re.compile(f"[{_QUOTES}{_SINGLE}]")
_MASKS = SPEECH + NAMED + SCARE
_EVEN = {"`": "'", "´": "'", "‐": "-", "‑": "-"}
#: Words that are one class or another by what stands beside them, and the classes before a beginning.
_BESIDE = frozenset(("sein", "während", "meinen", "sie"))
_BEFORE_BEGINNING = "?.:;(-Qqu"
_SPACE = re.compile(r"\s")
_INNER = re.compile(r"(?<=\w)[’‘](?=\w)")
_OPENS, _CLOSES = " \t\n([{–—-/:", " \t\n.,;:!?…)]}–—-/"
_TOKEN = re.compile(
    rf"""
    {SPEECH}+ | {NAMED}+ | {SCARE}+ |
    \b(?:Prof|Dr|Dipl|Ing|Hr|Fr|St|Mr|Mrs|Ms|jun|sen|[Jj]r|Sen|Rep|Gen|Abg|Min|h\.\s*c)\. |
    \b[ai]\.\s*(?:D|R)\.(?=\s) |
    \b[A-ZÄÖÜ]\. (?=\s*(?:[A-ZÄÖÜ]\.|[A-ZÄÖÜ])) |
    [^\W_]+ (?: (?:[-'·*_/] | :(?=inn?)) [^\W_]+ )* (?: -(?=\s(?:und|oder|sowie|bzw)\b) )? |
    \.{{3}} | [^\w\s]
    """,
    re.VERBOSE,
)
_ADVERB = re.compile(
    r"(?:.lich|erweise|weise|falls|dings|mals|halber|gens|tens|wärts|seits|maßen|\w{4}isch|iell)$"
)
_ADJECTIVE = re.compile(r"\w{2,}(?:e|en|er|es|em)$")
_LIKE_ADJECTIVE = re.compile(r"\w+(?:isch|lich|ig|ell|iv|al|är|ös|bar|sam|haft|los|iert|end)e[nrs]?$")
#: The classes of words on lists, the last of which counts, and of some that are on several.
_CLOSED = {
    "object": "e", "subject": "E", "oblique": "d", "genitive": "g", "nominative": "D", "interrogative": "w",
    "preposition": "P", "fused": "p", "joining": "v", "subordinate": "B", "and": "k", "haben": "H",
    "werden": "W", "lassen": "L", "modal": "m", "sein": "S",
}  # fmt: skip
_SINGLE_WORDS = {
    "der": "r", "den": "d", "dem": "d", "wer": "E", "so": "a", "laut": "P", "während": "P", "seit": "P",
}  # fmt: skip
_CLAUSE_ENDS = ",;:.?Q-()"
_DASHES, _ENDS = "–—-−", ".!?…"


class Tokens(NamedTuple):
    """The words and marks of a sentence.

    Parameters
    ----------
    text
        The sentence with its quotations as private characters.
    words
        As they stand in it.
    classes
        A letter each, see `_classes_of`.
    marks
        The places of the marks that clauses end with.
    """

    text: str
    words: tuple[str, ...]
    lower: tuple[str, ...]
    classes: str
    marks: list[int]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Where the tokens stand in the text: looked for only where it is asked, which it seldom is."""
        return [match.span() for match in _TOKEN.finditer(self.text)]


class Quotation(NamedTuple):
    """Whether a quotation says something or only names, and whether it is the whole sentence."""

    speaks: bool
    is_whole: bool


def even(text: str) -> str:
    """The text with one kind of space, apostrophe and hyphen; every place stays as it is."""
    for odd, plain in _EVEN.items():
        text = text.replace(odd, plain)
    if "’" in text or "‘" in text:
        text = _INNER.sub("'", text)
    return text if text.isprintable() else _SPACE.sub(" ", text)


def find_quotations(text: str) -> tuple[list[Quotation], str]:
    """The quotations of an even text, and the text with each masked."""
    found: list[Quotation] = []
    mask = list(text)
    for start, end in _stretches(text):
        inside = text[start:end].strip(_QUOTES + _SINGLE + " ")
        speaks = _speaks(inside)
        found.append(Quotation(speaks, False))
        mask[start:end] = (SPEECH if speaks else NAMED if inside[:1].isupper() else SCARE) * (end - start)
    masked = "".join(mask)
    bare = masked.strip(f" {_ENDS}")
    if len(found) == 1 and bare and not bare.strip(_MASKS):
        found = [found[0]._replace(is_whole=True)]
    return found, masked


def _stretches(text: str) -> list[tuple[int, int]]:
    """Where quotations begin and end; one that is open at either end of the text reaches to it."""
    found: list[tuple[int, int]] = []
    begin, single = -1, -1
    for at in (match.start() for match in _ANY_QUOTE.finditer(text)):
        if text[at] in _SINGLE:
            if begin < 0 <= single and _can_close(text, at):
                found.append((single, at + 1))
                single = -1
            elif begin < 0 and single < 0 and text[at] != "’" and _can_open(text, at):
                single = at
        elif begin < 0 and _can_open(text, at):
            begin = at
        elif begin >= 0 and (_can_close(text, at) or not _can_open(text, at)):
            found.append((begin, at + 1))
            begin = -1
        elif begin < 0 and not found and at:
            found.append((0, at + 1))
    return [*found, (begin, len(text))] if begin >= 0 else found


def _can_open(text: str, at: int) -> bool:
    return (at == 0 or text[at - 1] in _OPENS) and at + 1 < len(text) and not text[at + 1].isspace()


def _can_close(text: str, at: int) -> bool:
    return at + 1 == len(text) or text[at + 1] in _CLOSES + _QUOTES


def _speaks(inside: str) -> bool:
    """Whether the words of a quotation say something: a sentence, not a word or a name."""
    if inside.endswith(tuple(".!?…")):
        return True
    row = inside.split()
    if len(row) > 5:
        return True
    small = {word.strip(",;:").lower() for i, word in enumerate(row) if i == 0 or word[0].islower()}
    return len(row) > 1 and not small.isdisjoint(_finite_words())


@cache
def _finite_words() -> frozenset[str]:
    """Words that a sentence has, and no name."""
    kinds = ("haben", "werden", "sein", "modal", "lassen", "author", "object", "clausal")
    return frozenset().union(*map(words, kinds))


def read_tokens(text: str) -> tuple[Tokens, list[Quotation]]:
    """The tokens of a sentence, and its quotations."""
    plain = even(text)
    quotations, masked = find_quotations(plain)
    row = _TOKEN.findall(masked)
    lower = "\n".join(row).lower().split("\n") if row else []
    classes = _classes_of(row, lower)
    marks = [i for i, letter in enumerate(classes) if letter in _CLAUSE_ENDS]
    return Tokens(masked, tuple(row), tuple(lower), classes, marks), quotations


def _classes_of(row: list[str], lower: list[str]) -> str:
    """The classes of tokens.

    - Marks are themselves: ``,`` ``;`` ``:`` ``-`` ``(`` ``)`` ``.`` ``?``; ``Q`` is speech, ``q`` a name and
      ``u`` a word in quotation marks.
    - Nouns: ``N`` has a capital, ``M`` is of time, ``T`` a title, ``I`` an initial, ``o`` "a. D.", ``#`` a
      number, ``C`` "Staats-".
    - Before nouns: ``D`` a determiner of a subject, ``r`` "der", ``g`` of a genitive, ``d`` of an object,
      ``w`` "welcher", ``A`` an adjective; ``P`` a preposition, ``v`` "von", ``p`` one with an article.
    - Pronouns: ``E`` of a subject, ``e`` of an object.
    - Verbs: ``V`` a finite form of saying, ``Y`` its participle, ``Z`` its infinitive, ``H`` haben, ``W``
      werden, ``L`` lassen, ``m`` modal, ``S`` sein.
    - Others: ``k`` "und", ``B`` subordinating, ``a`` an adverb, ``x`` any other.
    """
    if not row:
        return ""
    classes = list(map(_class_alone, row))
    begins = {0, *(i + 1 for i, letter in enumerate(classes[:-1]) if letter in _BEFORE_BEGINNING)}
    is_beside = not _BESIDE.isdisjoint(lower)
    for i in begins | {i for i, low in enumerate(lower) if is_beside and low in _BESIDE}:
        classes[i] = _class_beside(i, row, lower[i], begins=i in begins) or classes[i]
    return "".join(classes)


def _class_beside(i: int, row: list[str], low: str, *, begins: bool) -> str:
    """The class that a token has by what stands beside it, else nothing."""
    word, follows = row[i], row[i + 1] if i + 1 < len(row) else ""
    if not (low in _BESIDE or word[0].isupper()):
        return ""
    if special := _special(low, word, follows, begins=begins, after_comma=i > 0 and row[i - 1] == ","):
        return special
    return _class_of_small(low) if begins and _is_small(low, follows) else ""


@lru_cache(1 << 15)
def _class_alone(word: str) -> str:
    """The class of a token that needs no other to be told, within a sentence."""
    if word[0] in _MASKS:
        return {SPEECH: "Q", NAMED: "q", SCARE: "u"}[word[0]]
    if not word[0].isalnum():
        return _class_of_mark(word)
    if word.endswith("-") and len(word) > 1:
        return "C"
    if word.endswith(".") and len(word) > 1:
        return "o" if word[0] in "ai" else "T" if len(word) > 2 else "I"
    if word[0].isdigit():
        return "#" if word.isdigit() else "A"
    if word in words("agency"):
        return "N"
    if word[0].isupper():
        return "M" if word in words("time") else "N"
    return _class_of_small(word)


def _class_of_mark(mark: str) -> str:
    if mark in _DASHES:
        return "-"
    return mark if mark in ",;:()?" else "." if mark[0] in _ENDS else "a"


def _special(low: str, word: str, follows: str, *, begins: bool, after_comma: bool) -> str:
    """The class of a word that is one or another by what stands beside it, else nothing."""
    if word == "Sie" and not begins:
        return "E"
    if low == "sein" and (follows[:1].isupper() or _ADJECTIVE.match(follows)):
        return "D"
    if low == "während" and (begins or after_comma):
        return "B"
    return "V" if low == "meinen" and follows in (",", ":") else ""


def _is_small(low: str, follows: str) -> bool:
    """Whether a word that begins a sentence would be in lower case elsewhere."""
    if _small_classes().get(low) or _ADVERB.search(low):
        return True
    is_before_noun = follows[:1].isupper() or follows[:1] == NAMED
    return is_before_noun and bool(_LIKE_ADJECTIVE.match(low))


def _class_of_small(low: str) -> str:
    if known := _small_classes().get(low):
        return known
    if _ADVERB.search(low):
        return "a"
    return "A" if _ADJECTIVE.match(low) else "x"


@cache
def _small_classes() -> dict[str, str]:
    forms = verb_forms()
    verbs = [(forms.infinitives, "Z"), (forms.participles, "Y"), (forms.finite, "V")]
    rows = [(words("adverb"), "a"), *verbs, *((words(name), letter) for name, letter in _CLOSED.items())]
    return {low: letter for row, letter in rows for low in row} | _SINGLE_WORDS
