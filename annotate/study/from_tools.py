"""Texts and codings of another tool become a study: codebook, commentaries, sentences, annotations.

A label of a whole text is coded as one unit, as it was; a marked part becomes a code of the sentences
that it covers.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from msgspec.structs import replace

from annotate.study.annotations import in_order, of_other_tools_path
from annotate.study.folder import Study, init_study
from annotate.study.split import write_pieces
from annotate.texts.blocks import whole_block
from annotate.texts.commentaries import read_commentaries
from annotate.texts.readers.jsonl import CommentaryRow
from annotate.texts.sentences import Piece, split_commentaries
from annotate.texts.sources import MAX_TEXT
from exports.readers.tools.draft import Placed, draft_codebook, is_free_text, is_scale
from exports.readers.tools.imported import Imported, Mark, Question, Reading, SourceText
from exports.readers.tools.prodigy import PRODIGY
from exports.readers.tools.tool_map import ToolMap, place_questions, read_tool_map
from schemas.codebook import Codebook, load_codebook
from schemas.errors import DataError, SettingsError
from schemas.files import write_text
from schemas.jsonl import write_jsonl
from schemas.kinds import KINDS
from schemas.layer import Layer
from schemas.people_names import NAME, expected_name
from schemas.records import (
    UNRELATED,
    Annotation,
    Layers,
    LayerValue,
    Record,
    Sentence,
    short_hash,
    slug,
    unknown_annotator,
)

Unit = Literal["sentence", "text"]
#: Units that all have to have exactly one of the marked codes before a layer of marks is one of single codes.
ENOUGH = 20


class ImportReport(Record, frozen=True, kw_only=True):
    """What became of an export. ``layers``: id → kind; ``lost``: what is not taken over, and how often."""

    tool: str
    study: str
    unit: Unit
    texts: int
    sentences: int
    annotations: int
    annotators: dict[str, int]
    layers: dict[str, str]
    lost: dict[str, int]
    notes: list[str]


def import_study(
    imported: Imported,
    folder: Path,
    *,
    language: str = "de",
    unit: Unit | None = None,
    annotator: str | None = None,
    codebook: Path | None = None,
    map_path: Path | None = None,
) -> ImportReport:
    """Makes the study in a new folder: all of it or nothing.

    Parameters
    ----------
    unit
        What is coded as one; None: whole texts where whole texts are labelled, else sentences.
    annotator
        Who coded what the export says nobody of.
    codebook, map_path
        A codebook in place of a draft, and what the tool's questions and people are in it.

    Raises
    ------
    DataError
        The folder exists, a text is too long, or an answer has no place in the codebook.
    """
    if folder.exists() or folder.is_symlink():
        raise DataError("exists already, nothing was changed: name a new folder with -o", path=folder)
    tool_map = read_tool_map(map_path) if map_path else ToolMap()
    if tool_map.controls and codebook is None:
        raise SettingsError(f"{map_path} names layers and codes: of which codebook?", flag="--codebook")
    book = load_codebook(codebook) if codebook else None
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=".import-") as directory:
        made = Path(directory, folder.name)
        report = _make(imported, made, language, unit, annotator, tool_map, book, codebook, map_path)
        made.rename(folder)
    study = Study(folder, report.study.settings)
    study.remember_place()
    return replace(report.report, study=str(folder))


class _Made(NamedTuple):
    study: Study
    report: ImportReport


def _make(
    imported: Imported,
    folder: Path,
    language: str,
    unit: Unit | None,
    annotator: str | None,
    tool_map: ToolMap,
    book: Codebook | None,
    book_path: Path | None,
    map_path: Path | None,
) -> _Made:
    names, notes = _names(imported, tool_map, annotator)
    lost = Counter(imported.lost)
    unit = unit or _unit(imported.readings)
    texts = {text.key: _Composed(text.text) for text in imported.texts}
    commentaries = folder / "commentaries" / f"{imported.tool}.jsonl"
    write_jsonl(commentaries, [_row(text, texts[text.key], imported.tool, unit) for text in imported.texts])
    pieces = list(split_commentaries(read_commentaries([commentaries], default_language=language)))
    by_text = {text.key: piece for text, piece in zip(imported.texts, pieces, strict=True)}
    places = _Places(unit, texts, lost)
    coded = [
        (reading, {s.sentence_id: answers for s, answers in places.of(reading, by_text[reading.text][1])})
        for reading in imported.readings
    ]
    questions = [_with_kind(question, coded) for question in imported.questions]
    if book is None or book_path is None:
        asked = [question for question in questions if question.id not in tool_map.ignore]
        text, placed = draft_codebook(folder.name, language, asked, tool=imported.tool)
        book_path = folder / "codebook.yaml"
        write_text(book_path, text)
        book = load_codebook(book_path)
    else:
        placed = place_questions(questions, book, tool_map, map_path)
    for question in questions:
        if question.id in tool_map.ignore:
            lost[f"answers to {question.id}, ignored by the map"] += _marks_of(question, imported.readings)
    rows = list(_annotations(coded, by_text, names, placed, book, lost))
    people = Counter(row.annotator for row in rows)
    study = init_study(
        folder, codebook=book_path, targets=None, name=None, language=language,
        annotators=[name for name in dict.fromkeys(names.values()) if people[name]],
    )  # fmt: skip
    split = write_pieces(iter(pieces), sentences=study.sentences, commentaries=study.commentaries)
    rows = in_order(rows, study)
    write_jsonl(study.annotations, rows)
    write_jsonl(of_other_tools_path(study), rows)  # every later pull puts them back
    report = ImportReport(
        tool=imported.tool,
        study=str(folder),
        unit=unit,
        texts=split.commentaries,
        sentences=split.sentences,
        annotations=len(rows),
        annotators=dict(people),
        layers={layer.id: layer.kind for layer in book.layers},
        lost={what: number for what, number in lost.items() if number},
        notes=[*imported.notes, *notes, *places.notes()],
    )
    return _Made(study, report)


def _unit(readings: Sequence[Reading]) -> Unit:
    """Whole texts, where half of those that are coded have labels of their own."""
    coded = [reading.marks for reading in readings if reading.marks]
    whole = sum(any(mark.start is None for mark in marks) for marks in coded)
    return "text" if 2 * whole >= len(coded) and whole else "sentence"


class _Composed:
    """A text in the composed form (NFC) that is stored, and where its offsets went."""

    def __init__(self, text: str) -> None:
        self.text = unicodedata.normalize("NFC", text)
        self._given = text if self.text != text else None

    def place(self, offset: int) -> int:
        if self._given is None:
            return offset
        return len(unicodedata.normalize("NFC", self._given[:offset]))


def _row(text: SourceText, composed: _Composed, tool: str, unit: Unit) -> CommentaryRow:
    if len(composed.text) > MAX_TEXT:
        words = f"a text of {len(composed.text):,} characters, expected at most {MAX_TEXT:,}: divide it"
        raise DataError(words, path=text.title or text.key[:40])
    own_id = text.own_id or (None if text.title else f"{tool}-{short_hash(composed.text, 8)}")
    return CommentaryRow(
        text=composed.text,
        id=own_id,
        title=text.title,
        author=text.author,
        date=text.date,
        url=text.url,
        source=tool,
        blocks=[whole_block(composed.text)] if unit == "text" else None,
    )


#: Question → the answers of a reading in a sentence, in their order.
Answers = dict[str, list[str]]


class _Places:
    """Puts marks on sentences, and counts what of them is not kept."""

    def __init__(self, unit: Unit, texts: Mapping[str, _Composed], lost: Counter[str]) -> None:
        self._unit, self._texts, self._lost = unit, texts, lost
        self._several = self._partial = 0

    def of(self, reading: Reading, sentences: Sequence[Sentence]) -> Iterator[tuple[Sentence, Answers]]:
        """Each sentence with the answers that a reading has for it; for what was asked at least none."""
        if not reading.asked and not reading.skipped:
            return
        answers: dict[int, Answers] = {n: {name: [] for name in reading.asked} for n in range(len(sentences))}
        for mark in reading.marks:
            for n in self._sentences_of(mark, reading, sentences):
                found = answers[n].setdefault(mark.question, [])
                if mark.value not in found:
                    found.append(mark.value)
        for n, sentence in enumerate(sentences):
            yield sentence, answers[n]

    def _sentences_of(self, mark: Mark, reading: Reading, sentences: Sequence[Sentence]) -> list[int]:
        if mark.start is None or mark.end is None:
            if self._unit == "text" or len(sentences) == 1:
                return list(range(len(sentences)))
            self._lost["labels of whole texts (--unit text codes whole texts)"] += 1
            return []
        composed = self._texts[reading.text]
        start, end = composed.place(mark.start), composed.place(mark.end)
        first = max(0, bisect_right([s.start for s in sentences], start) - 1)
        covered = []
        for n in range(first, len(sentences)):
            sentence = sentences[n]
            if sentence.start >= end:
                break
            part = composed.text[max(start, sentence.start) : min(end, sentence.end)]
            if any(char.isalnum() for char in part):
                covered.append(n)
                self._partial += len(part.strip()) < len(sentence.text)
        if not covered:
            self._lost["marked parts outside of every sentence"] += 1
        self._several += len(covered) > 1
        return covered

    def notes(self) -> list[str]:
        unit = "sentences" if self._unit == "sentence" else "texts"
        notes = [f"{unit} are coded as one unit each"]
        if self._partial:
            notes.append(
                f"a marked part is a code of the {unit} it covers: {self._partial} cover a part of one"
            )
        if self._several:
            notes.append(f"{self._several} marked parts run over several {unit}, each of which has the code")
        return notes


Coded = list[tuple[Reading, dict[str, Answers]]]


def _with_kind(question: Question, coded: Coded) -> Question:
    """The question with its kind: one code, if everybody gave one wherever something was asked."""
    if question.kind is not None:
        return question
    values = [label.value for label in question.labels]
    if is_free_text(values):
        return replace(question, kind="text", labels=())
    answered = [
        len(answers[question.id])
        for _, by_sentence in coded
        for answers in by_sentence.values()
        if question.id in answers
    ]
    is_marked = any(m.question == question.id and m.start is not None for r, _ in coded for m in r.marks)
    if {*answered} != {1} or (is_marked and len(answered) < ENOUGH):
        return replace(question, kind="set")
    return replace(question, kind="scale" if is_scale(values) else "one")


def _marks_of(question: Question, readings: Sequence[Reading]) -> int:
    return sum(mark.question == question.id for reading in readings for mark in reading.marks)


def _names(imported: Imported, tool_map: ToolMap, annotator: str | None) -> tuple[dict[str, str], list[str]]:
    """Name in the export → name here; those whom nobody knows stay out. And what is to be said of it."""
    people = list(dict.fromkeys(reading.annotator for reading in imported.readings if reading.annotator))
    for who in tool_map.annotators:
        if who not in people:
            raise DataError(
                f'annotators: nobody is called "{who}"; the export has {", ".join(people) or "no names"}'
            )
    shorter = _without_common_start(people) if imported.tool == PRODIGY.name else {who: who for who in people}
    names: dict[str, str] = {}
    for who in people:
        plain = slug(shorter[who]) or "annotator"
        name = tool_map.annotators.get(who) or plain
        number = 1
        while who not in tool_map.annotators and name in names.values():
            number += 1
            name = f"{plain}-{number}"
        names[who] = name
    if annotator is not None:
        if not NAME.fullmatch(annotator):
            raise SettingsError(f'"{annotator}": {expected_name(annotator)}', flag="--annotator")
        names[""] = annotator
    changed = [f"{who} is {name}" for who, name in names.items() if who and who != name]
    notes = [f"annotators: {', '.join(changed)}"] if changed else []
    if annotator is None and any(not reading.annotator for reading in imported.readings):
        notes.append("who coded is not said in the export: unknown-1, … in each text (--annotator names one)")
    return names, notes


def _without_common_start(people: Sequence[str]) -> dict[str, str]:
    """Names without what all begin with, up to a dash: Prodigy's sessions begin with the dataset."""
    starts = {re.match(r".*?-(?=.)", who) for who in people}
    shared = {match[0] if match else "" for match in starts}
    start = shared.pop() if len(people) > 1 and len(shared) == 1 else ""
    return {who: who.removeprefix(start) for who in people}


def _annotations(
    coded: Coded,
    by_text: Mapping[str, Piece],
    names: Mapping[str, str],
    placed: Mapping[str, Placed],
    book: Codebook,
    lost: Counter[str],
) -> Iterator[Annotation]:
    unknown: defaultdict[str, int] = defaultdict(int)
    seen: set[tuple[str, str]] = set()
    for reading, by_sentence in coded:
        name = names.get(reading.annotator)
        if name is None:
            unknown[reading.text] += 1
            name = unknown_annotator(unknown[reading.text])
        if (reading.text, name) in seen and by_sentence:
            lost["codings of a text by people who have one name here, the first counts"] += 1
            continue
        seen.add((reading.text, name))
        commentary_id = by_text[reading.text][0].commentary_id
        for sentence_id, answers in by_sentence.items():
            layers = _layers(answers, placed, book, lost)
            if not layers and not reading.skipped:
                continue
            yield Annotation(
                sentence_id=sentence_id,
                commentary_id=commentary_id,
                annotator=name,
                codebook=book.codebook,
                codebook_version=book.version,
                layers={} if reading.skipped else layers,
                skipped=reading.skipped,
                created_at=reading.at,
                updated_at=reading.at,
            )


def _layers(answers: Answers, placed: Mapping[str, Placed], book: Codebook, lost: Counter[str]) -> Layers:
    """The layers of a sentence, those that several questions fill joined."""
    codes: defaultdict[str, list[tuple[str | None, list[str]]]] = defaultdict(list)
    for question, values in answers.items():
        if place := placed.get(question):
            known = values if place.codes is None else [place.codes[value] for value in values]
            codes[place.layer].append((place.target, [code for code in known if code]))
    layers: Layers = {}
    for layer in book.layers:
        if layer.id in codes:
            value = _value(layer, codes[layer.id], lost)
            if value is not None:
                layers[layer.id] = value
    return layers


def _value(layer: Layer, found: list[tuple[str | None, list[str]]], lost: Counter[str]) -> LayerValue | None:
    kind = KINDS[layer.kind]
    if kind.by_target:
        value: dict[str, str] = {}
        for target, codes in found:
            if target is not None and len(codes) < 2:
                value[target] = codes[0] if codes else UNRELATED
            elif codes:
                lost[f"{layer.id}: several codes toward one target"] += 1
        return value or None
    given = [code for _, codes in found for code in codes]
    if not kind.has_codes:
        return "\n".join(given) or None
    if kind.several:
        groups = {parent for code in given for parent in layer.parents(code)}
        return [code for code in layer.code_ids if code in given or code in groups]
    if len(given) > 1:
        lost[f"{layer.id}: several codes where one is expected"] += 1
    if len(given) != 1:
        return None
    return int(given[0]) if layer.kind == "scale" else given[0]
