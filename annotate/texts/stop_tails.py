"""What stands behind the stop of a sentence and belongs to it: footnote marks, agencies, hashtags, notes.

``Das wurde widerlegt.[1]``, ``… ist verloren. (dpa/AFP)``, ``… guter Abend. #wahl25``, ``Danke. [Beifall]``
"""

import re
from functools import cache

from annotate.texts.wordlists import read_lines

#: Emoji, apart from signs that lists and arrows are made of.
EMOJI = (
    r"[\u2600-\u2603\u2614\u2615\u261d\u2639\u263a\u2665\u26a1\u2728\u2763\u2764\u270a-\u270d\u2b50\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]"
    r"(?:[\u2600-\u2603\u2614\u2615\u261d\u2639\u263a\u2665\u26a1\u2728\u2763\u2764\u270a-\u270d\u2b50\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]"
    r"|[\ufe0f\u200d\u2640\u2642\U000e0020-\U000e007f])*+"
)
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
    tail = _tails().match(line, after)
    if tail is None:
        return None
    end = tail.end()
    following = line[end:].lstrip()[:1] if end + 1 < len(line) else ""
    return None if following.islower() else end


@cache
def _tails() -> re.Pattern[str]:
    agency = "|".join(re.escape(name) for name in read_lines("agencies.txt"))
    sound = "|".join(re.escape(name) for name in read_lines("stage_directions.txt"))
    editor = "|".join(re.escape(name) for name in read_lines("editors_notes.txt"))
    inside = [
        rf"(?i:{agency})(?:\s?[/,;+–-]\s?(?:(?i:{agency})|[a-z]{{2,4}}\b))*",
        r"[a-z]{2,4}(?:/[a-z]{2,4})*",  # who wrote it
        rf"(?i:(?:[a-zäöü]+er\s)?(?:{sound}))(?:,|:|\s[–-]|\s(?:bei|beim|von|vom|des|der|im|in|aus|auf|und|sowie)\b)"
        rf"[^()\[\]]{{1,200}}",
        rf"(?i:(?:[a-zäöü]+er\s)?(?:{sound}))\.?",
        rf"(?:{editor})(?!\w)[^()\[\]]{{0,120}}",
    ]
    brackets = rf"\((?:{'|'.join(inside)})\)|\[(?:{'|'.join(inside)}|[a-zäöüß]+[!?]?)\]"
    tail = rf"{_SPACED_NOTE}|{brackets}|#(?=\w*[^\W\d])\w[\w-]*|(?:https?://|www\.)\S+|{SMILEY}"
    return re.compile(rf"(?:\+\+\++|(?:{tail})(?:\s+(?:{tail}))*+)(?=\s|$)")
