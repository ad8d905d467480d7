"""What stands behind the stop of a sentence and belongs to it: footnote marks, agencies, hashtags, notes.

``Das wurde widerlegt.[1]``, ``… ist verloren. (dpa/AFP)``, ``… guter Abend. #wahl25``, ``Danke. [Beifall]``
"""

import re
from functools import cache

from annotate.texts.wordlists import read_lines

#: Emoji, apart from signs that lists and arrows are made of.
_PICTURES = (
    r"\u2600-\u2603\u2614\u2615\u261d\u2639\u263a\u2665\u26a1\u2728\u2763\u2764\u270a-\u270d\u2b50"
    r"\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff"
)
# possessive signs on classes alone: on groups they are wrong in Python before 3.11.5 (CPython issue 106052)
EMOJI = rf"[{_PICTURES}][{_PICTURES}\ufe0f\u200d\u2640\u2642\U000e0020-\U000e007f]*+"
SMILEY = rf"(?:[:;]['’]?[-o]?[)(\]\[DPp|/\\]+|=\)|\^\^|<3|[xX]D+|lol|\*[a-zäöü]{{1,12}}\*|{EMOJI})(?!\w)"
_NOTE = r"\[(?:\^?\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*|[a-z]|\*+)\]|[¹²³⁰⁴-⁹†‡*]+"
_SPACED_NOTE = r"\[(?:\^?\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*|[a-z]|\*+)\]|[¹²³⁰⁴-⁹]+"
#: A note's mark glued to a stop; a plain figure only behind a word or a quotation ("widerlegt.1 Trotzdem").
NOTE_MARK = rf"(?:{_NOTE}|(?:(?<=[a-zäöüß]{{4}}\.)|(?<=\.[“”»«\"]))\d{{1,3}}(?=\s))"
_BEGINS = frozenset("([#*+<:;=^Xxhwl¹²³⁰⁴⁵⁶⁷⁸⁹")


def end_of_tail(line: str, after: int) -> int | None:
    """Where the tail ends that begins at ``after``, behind a stop and a space; None if there is none.

    Before a small letter nothing is a tail: there it goes on with the sentence, or begins the next.
    """
    if line[after] not in _BEGINS and line[after] < "\u2500":
        return None
    end = after
    while found := _TAIL.match(line, end):
        if found["note"] and not _is_note(found["note"], is_square=found[0].lstrip()[0] == "["):
            break
        end = found.end()
        if found["ticker"]:
            break
    if end == after:
        return None
    following = line[end:].lstrip()[:1] if end + 1 < len(line) else ""
    return None if following.islower() else end


_TAIL = re.compile(
    rf"\s*(?:{_SPACED_NOTE}|[(\[](?P<note>[^()\[\]]{{1,240}})[)\]]|\#(?=\w*[^\W\d])\w[\w-]*|(?P<ticker>\+\+\++)"
    rf"|(?:https?://|www\.)\S+|{SMILEY})(?=\s|$)"
)
_AND = re.compile(r"[\s/,;+–-]+")
_INITIALS = re.compile(r"[a-z]{2,4}")
_BEHIND_SOUND = frozenset(
    ["bei", "beim", "von", "vom", "des", "der", "im", "in", "aus", "auf", "und", "sowie", "–", "-"]
)


def _is_note(words: str, *, is_square: bool) -> bool:
    """Whether words in brackets are no sentence: who wrote it, what an editor adds, what is heard."""
    if not words.strip():
        return False
    agencies = _folded("agencies.txt")
    if all(part.strip(".").casefold() in agencies or _INITIALS.fullmatch(part) for part in _AND.split(words)):
        return True
    if is_square and words.rstrip("!?").isalpha() and words.islower():
        return True  # "[lacht]"
    if any(
        words.startswith(note) and not words[len(note) :][:1].isalpha()
        for note in read_lines("editors_notes.txt")
    ):
        return True
    first, *others = words.casefold().split()
    if others and first.endswith(("er", "e")) and first not in _folded("stage_directions.txt"):
        first, *others = others  # "Lebhafter Beifall"
    is_alone = not others or first[-1] in ",:" or others[0] in _BEHIND_SOUND
    return is_alone and first.strip(".,:") in _folded("stage_directions.txt")


@cache
def _folded(name: str) -> frozenset[str]:
    return frozenset(line.strip(".").casefold() for line in read_lines(name))
