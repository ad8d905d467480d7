"""Heads, feet and numbers of pages: what stands again and again at the edge of pages."""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

_EDGE = 3  # lines at the top and at the bottom of a page that may be running
_STEP = 2  # pages from one with a line to the next, where left and right pages differ
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"[-–—|\s]*(?:(?:Seite|Page|S\.|p\.)\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:von|of|/)\s*\d{1,4})?[-–—|\s]*",
    re.IGNORECASE,
)
#: What is a page's number whatever other pages have; beside other words only where it stands apart.
_COUNTED = re.compile(r"(?:Seite|Page)\s*\d+\s*(?:von|of|/)\s*\d+|[-–—]\s*\d{1,4}\s*[-–—]", re.IGNORECASE)
_SAID = r"(?:Seite|SEITE|Page|PAGE|S\.)\s*\d{1,4}"
_BESIDE = r"(?:[^.!?]|\.(?=\s?\d)){0,60}"
_WITH_NUMBER = re.compile(rf"(?:{_BESIDE}\W)?{_SAID}|{_SAID}(?:\W{_BESIDE})?")
_LONGEST = 200  # characters; a longer line is text
_FEW_WORDS = re.compile(r"[^.!?]{1,60}")


class EdgeLine(NamedTuple):
    """A line and its height on its page, which is the same on each page for one that runs."""

    text: str
    height: float | None = None
    is_heading: bool = False  # in larger letters than the text: it never runs
    is_apart: bool = False  # from the text, by a gap
    is_small: bool = False  # in smaller letters than the text


def running_lines(pages: Sequence[Sequence[EdgeLine]]) -> list[set[int]]:
    """For each page the places of its lines that are head, foot or number, from the edges inwards.

    A line runs that stands at the edge of two pages or more, at the same height, with the same words; its
    figures may count the pages. Where heights are not known, three pages have it. Left and right pages may
    have lines of their own. A figure alone runs where it counts pages. On later pages a few words in small
    letters that stand apart run as well.
    """
    seen: dict[tuple[bool, str, int | None], dict[int, str]] = defaultdict(dict)
    for n, lines in enumerate(pages):
        for place, is_top in _edges(len(lines)):
            if (key := _key(lines[place], is_top=is_top)) is not None:
                seen[key].setdefault(n, lines[place].text)
    runs = {key for key, texts in seen.items() if _is_running(key, texts)}
    is_only = len(pages) == 1
    return [_running_on(lines, runs, is_only=is_only, is_later=n > 0) for n, lines in enumerate(pages)]


def is_page_number(line: str) -> bool:
    """Whether a line is the number of a page whatever stands on other pages: "Seite 2 von 5", "- 2 -"."""
    return _COUNTED.fullmatch(line.strip()) is not None


def _edges(count: int) -> list[tuple[int, bool]]:
    """The places of lines at the top and at the bottom, and whether they are at the top."""
    top = range(min(_EDGE, count))
    bottom = range(count - 1, max(-1, count - 1 - _EDGE), -1)
    return [*((place, True) for place in top), *((place, False) for place in bottom)]


def _key(line: EdgeLine, *, is_top: bool) -> tuple[bool, str, int | None] | None:
    if line.is_heading or len(line.text) > _LONGEST:
        return None
    match = _PAGE_NUMBER.fullmatch(line.text)
    words = "#" if match else _NUMBER.sub("#", " ".join(line.text.casefold().split()))
    return is_top, words, None if line.height is None else round(line.height / 2)


def _is_running(key: tuple[bool, str, int | None], texts: dict[int, str]) -> bool:
    pages = list(texts)
    least = 2 if key[2] is not None else 3
    if len(pages) < least and not (len(pages) == 2 and key[1] == "#"):
        return False
    if 2 * sum(later - page <= _STEP for page, later in pairwise(pages)) < len(pages) - 1:
        return False  # the same heading on pages far apart
    figures = [[int(figure) for figure in _NUMBER.findall(text)] for text in texts.values()]
    if len(set(texts.values())) == 1 and key[1] != "#":
        return True
    if not figures[0]:  # roman numbers, or words that differ in their spaces alone
        return True
    # one of the figures counts with the pages on most of them, the others are those of a date
    for place in range(min(map(len, figures))):
        steps = [row[place] - page for row, page in zip(figures, pages, strict=True)]
        if max(steps.count(step) for step in set(steps)) > len(steps) / 2:
            return True
    return False


def _running_on(
    lines: Sequence[EdgeLine], runs: set[tuple[bool, str, int | None]], *, is_only: bool, is_later: bool
) -> set[int]:
    found: set[int] = set()
    for is_top in (True, False):
        for place, at_top in _edges(len(lines)):
            if at_top != is_top:
                continue
            line = lines[place]
            is_alone = is_later and line.is_small and line.is_apart and _FEW_WORDS.fullmatch(line.text)
            if not is_alone and not _runs(line, runs, is_top=is_top, is_only=is_only):
                break
            found.add(place)
    return found if len(found) < len(lines) or not is_only else set()


def _runs(line: EdgeLine, runs: set[tuple[bool, str, int | None]], *, is_top: bool, is_only: bool) -> bool:
    words = line.text.strip()
    if is_page_number(words) or (line.is_apart and _WITH_NUMBER.fullmatch(words)):
        return True
    key = _key(line, is_top=is_top)
    if key is None:
        return False
    if key in runs or (is_only and not is_top and key[1] == "#" and line.text.strip().isdigit()):
        return True
    # heights that were rounded apart
    is_top, words, height = key
    return height is not None and ((is_top, words, height + 1) in runs or (is_top, words, height - 1) in runs)
