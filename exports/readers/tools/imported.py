"""What files of other tools hold, whichever tool it was: texts, who coded what where, and what is lost."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from msgspec.structs import replace

from exports.readers.tools.files import Package
from schemas.errors import DataError
from schemas.records import Record

QuestionKind = Literal["one", "set", "scale", "text"]


class SourceText(Record, frozen=True, kw_only=True):
    """A text; ``key`` tells it from the others of the import."""

    key: str
    text: str
    own_id: str | None = None
    title: str | None = None
    author: str | None = None
    date: str | None = None
    url: str | None = None


def known_facts(*places: Any) -> dict[str, str]:
    """Title, author, date and address of a text, where one of the places that may name them does."""
    facts: dict[str, str] = {}
    for place in places:
        for name in ("title", "author", "date", "url"):
            value = place.get(name) if isinstance(place, dict) else None
            if isinstance(value, str) and value.strip():
                facts.setdefault(name, value)
    return facts


class Label(Record, frozen=True, kw_only=True):
    """A possible answer: ``value`` as marks have it; the rest is for people. ``parent`` is a value."""

    value: str
    label: str = ""
    short: str = ""
    parent: str | None = None


class Question(Record, frozen=True, kw_only=True):
    """What a layer will be made of; the kind is None where the codings have to show it."""

    id: str
    label: str = ""
    kind: QuestionKind | None = None
    labels: tuple[Label, ...] = ()


class Mark(Record, frozen=True, kw_only=True):
    """One answer: to a whole text, or to ``text[start:end]`` in code points."""

    question: str
    value: str
    start: int | None = None
    end: int | None = None


class Reading(Record, frozen=True, kw_only=True):
    """What one person did in one text; nothing is known of who it was where ``annotator`` is empty.

    ``asked`` are the questions that were answered: without a mark the answer is that there is none.
    """

    text: str
    annotator: str
    asked: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    skipped: bool = False
    at: str | None = None


class Imported(Record, frozen=True, kw_only=True):
    """All that was read. ``lost`` says what of it is not taken over, and how often."""

    tool: str
    texts: list[SourceText]
    questions: list[Question]
    readings: list[Reading]
    lost: dict[str, int]
    notes: list[str]


class Tool(NamedTuple):
    """``export`` says which file of the tool is read; ``read`` fills a collector.

    ``beside`` are suffixes of files that it needs besides and that do not show of what tool they are.
    """

    name: str
    title: str
    export: str
    is_mine: Callable[[Package], bool]
    read: Callable[[Sequence[Package], "Collector"], None]
    beside: tuple[str, ...] = ()


class Collector:
    """Takes what a reader finds, row by row: rows of one person and text become one reading."""

    def __init__(self, tool: str, *, blank_is_none: bool) -> None:
        self.blank_is_none = blank_is_none
        self._tool = tool
        self._texts: dict[str, SourceText] = {}
        self._questions: dict[str, Question] = {}
        self._readings: dict[tuple[str, str], list[Reading]] = {}
        self._lost: Counter[str] = Counter()
        self._notes: dict[str, None] = {}

    def lose(self, what: str, number: int = 1) -> None:
        if number:
            self._lost[what] += number

    def note(self, words: str) -> None:
        self._notes[words] = None

    def add_text(self, text: SourceText) -> None:
        self._texts.setdefault(text.key, text)

    def add_question(
        self, name: str, *labels: Label, label: str = "", kind: QuestionKind | None = None
    ) -> None:
        """A question, or more labels for it, in the order in which they are met."""
        before = self._questions.get(name) or Question(id=name, label=label, kind=kind)
        known = {one.value: one for one in before.labels} | {
            one.value: one for one in labels if one.value not in {old.value for old in before.labels}
        }
        if len(known) > len(before.labels) or name not in self._questions:
            self._questions[name] = replace(before, labels=tuple(known.values()))

    def add_reading(self, reading: Reading) -> None:
        """What a row says of a text; of two answers of a person to one question the later counts."""
        for mark in reading.marks:
            self.add_question(mark.question, Label(value=mark.value))
        group = self._readings.setdefault((reading.text, reading.annotator), [])
        for n, before in enumerate(group):
            # whoever is unknown may be the one of before, unless the same is answered again
            if reading.annotator or not {*before.asked} & {*reading.asked}:
                group[n] = self._joined(before, reading)
                return
        group.append(reading)

    def _joined(self, before: Reading, later: Reading) -> Reading:
        again = {*before.asked} & {*later.asked}
        if again or (before.skipped and later.skipped):
            self.lose("earlier codings of a text by the same person, the later counts")
        if later.skipped and before.asked:
            return before
        marks = (*(mark for mark in before.marks if mark.question not in again), *later.marks)
        asked = (*(name for name in before.asked if name not in again), *later.asked)
        return replace(later, asked=asked, marks=marks, at=later.at or before.at)

    def finished(self, path: Path) -> Imported:
        """All of it, once there is a text.

        Raises
        ------
        DataError
            There is no text, or nobody coded anything in them.
        """
        readings = [reading for group in self._readings.values() for reading in group]
        answered = {name for name, one in self._questions.items() if one.labels or one.kind == "text"}
        if not self._texts:
            raise DataError("has no text in it, expected texts with codings", path=path)
        if not any({*reading.asked} & answered for reading in readings):
            raise DataError(
                f"has {len(self._texts)} texts and no coding: export the codings of a person, or the texts "
                "alone as .txt for `standpunkt split`",
                path=path,
            )
        for name in self._questions.keys() - answered:
            self.note(f"{name} was asked, and nobody gave an answer: it is no layer")
        order = {key: n for n, key in enumerate(self._texts)}
        return Imported(
            tool=self._tool,
            texts=list(self._texts.values()),
            questions=[one for name, one in self._questions.items() if name in answered],
            readings=sorted(readings, key=lambda reading: (order[reading.text], reading.annotator)),
            lost=dict(self._lost),
            notes=list(self._notes),
        )
