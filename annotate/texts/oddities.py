"""What looks odd in a commentary as it was read, and which commentary is there twice."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from zlib import crc32

from annotate.texts.commentaries import suspects
from annotate.texts.damage import damage_in
from annotate.texts.languages import guess_language
from annotate.texts.lines import is_sentence_like, looks_like_note
from schemas.records import Commentary, Sentence

LONG = 120  # words of a sentence
_SUBHEAD = 70
_RUN = 5  # words that near-duplicates share in a row
_SKETCH = 200  # runs by which a commentary is compared with others
_OWNERS = 16
_ALIKE = 0.5
_MARKS = re.compile(r"\*\*|__\w|\]\(|^#{1,6} |\[\[|\{\{|```|~~", re.MULTILINE)
_BROKEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\ufffd]|(?<=[a-zäöüß])\?(?=[a-zäöüß])"
)
_WORD = re.compile(r"\w+")
_BODY = ("paragraph", "list_item")
_FROM_FLAGS = frozenset(
    ("no_date", "date_unreadable", "date_out_of_line", "same_author_and_date", "no_text", "blocks_read_again")
)


class Found(NamedTuple):
    """``at`` is an offset into the commentary's text."""

    at: int | None
    kind: str
    found: str | None = None


def odd_in(commentary: Commentary, sentences: Sequence[Sentence], language: str) -> Iterator[Found]:
    text = commentary.text
    if {"no_title", "no_title_line"} & set(commentary.flags):
        yield Found(None, "no_title", commentary.title)
    for flag in commentary.flags:
        if flag in _FROM_FLAGS:
            yield Found(None, flag, commentary.date)
    title_like = suspects(commentary)
    for line in title_like:
        yield Found(text.find(line), "looks_like_title_line", line)
    yield from (found for found in _odd_blocks(commentary) if found.found not in title_like)
    title = " ".join(_WORD.findall(commentary.title.casefold()))
    for sentence in sentences:
        words = _WORD.findall(sentence.text.casefold())
        if len(words) > LONG:
            yield Found(sentence.start, "long_sentence", f"{len(words)} words")
        if title and (title == " ".join(words) or (" " in title and f" {title} " in f" {' '.join(words)} ")):
            yield Found(sentence.start, "title_in_text", sentence.text)
    damage = damage_in(text)
    for flag, found in damage.items():
        yield Found(text.find(found), flag, found)
    for sign, kind in ((_MARKS, "markup"), (_BROKEN, "broken_characters")):
        if kind not in damage and (match := sign.search(text)):
            around = text[max(0, match.start() - 10) : match.end() + 10]
            yield Found(match.start(), kind, " ".join(around.split()))
    yield from _odd_languages(commentary, language)


def _odd_blocks(commentary: Commentary) -> Iterator[Found]:
    """Paragraphs that look like what pages have, and were taken for text."""
    body = [block for block in commentary.blocks if block.kind == "paragraph"]
    for block in body:
        words = commentary.text[block.start : block.end]
        if looks_like_note(words):
            yield Found(block.start, "looks_like_note", words)
        elif len(words) <= _SUBHEAD and not is_sentence_like(words) and len(body) > 1:
            yield Found(block.start, "looks_like_subhead", words)


def _odd_languages(commentary: Commentary, expected: str) -> Iterator[Found]:
    told = [
        (block.start, found)
        for block in commentary.blocks
        if block.kind in _BODY and (found := language_of(commentary.text[block.start : block.end]))
    ]
    languages = [language for _, language in told]
    main = max(languages, key=languages.count, default=expected)
    if main != expected:
        yield Found(None, "other_language", main)
    for start, language in told:
        if language != main:
            yield Found(start, "several_languages", language)
            return


def language_of(paragraph: str) -> str | None:
    """The language of a paragraph by its small words; None where that is not sure.

    >>> language_of("Das ist nicht neu, und es wird auch in der Zukunft nicht anders sein als im Jahr davor.")
    'de'
    """
    if len(_WORD.findall(paragraph)) < 10:
        return None
    guess = guess_language(paragraph, least=3)
    return guess.code if guess.is_sure else None


class Twins:
    """Commentaries by the runs of words they hold, to find one that is there already, or nearly so."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._sketches: list[tuple[int, ...]] = []
        self._owners: dict[int, list[int]] = defaultdict(list)

    def like(self, commentary: Commentary) -> str | None:
        """The id of an earlier commentary that shares half of its runs of words."""
        body = (commentary.text[b.start : b.end] for b in commentary.blocks if b.kind in _BODY)
        words = _WORD.findall(" ".join(body).casefold())
        runs = {crc32(" ".join(words[n : n + _RUN]).encode()) for n in range(max(1, len(words) - _RUN + 1))}
        sketch = tuple(sorted(runs)[:_SKETCH])
        candidates = (
            {owner for run in sketch for owner in self._owners.get(run, ())} if len(words) > _RUN else set()
        )
        twin = next((n for n in sorted(candidates) if _likeness(sketch, self._sketches[n]) >= _ALIKE), None)
        for run in sketch:
            if len(self._owners[run]) < _OWNERS:
                self._owners[run].append(len(self._names))
        self._names.append(commentary.commentary_id)
        self._sketches.append(sketch)
        return None if twin is None else self._names[twin]


def _likeness(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    """Jaccard's index of two sets, estimated from the smallest hashes of both (Broder 1997)."""
    together = sorted({*a, *b})[:_SKETCH]
    shared = {*a} & {*b}
    return sum(value in shared for value in together) / max(1, len(together))
