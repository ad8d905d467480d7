"""What is exported: texts, and what annotators, a rule or a model say of their sentences.

Rows of `data/annotations.jsonl`, `gold.jsonl` and `predictions.jsonl` become `Answers` of one shape,
so that each format is written once for all three.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from schemas.codebook import Codebook
from schemas.errors import DataError, SettingsError, near_hit
from schemas.kinds import KINDS, fits
from schemas.layer import Layer
from schemas.records import (
    Annotation,
    Commentary,
    GoldSentence,
    Layers,
    LayerValue,
    Record,
    Sentence,
    is_unknown,
)
from schemas.studio_json import TaskData

What = Literal["annotations", "gold", "predictions"]
#: Who speaks in rows of gold, where annotations have a person and predictions a model.
GOLD = "gold"
#: Of a format that has no mark for it, its writer says something else.
ABSTAINED = "answers below their threshold, exported and marked as abstained"
WITHOUT_TEXT = "texts of sentences (--without-text)"
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HIDDEN_EMAIL = "[E-Mail]"
_WITHHELD = "answers below their threshold"
_EMPTY, _SKIPPED = "skipped annotations, exported without codes", "skipped annotations"


class Answers(Record, frozen=True, kw_only=True):
    """What one annotator, the gold or a model says of one sentence.

    ``coder`` is a pseudonym, `GOLD`, or the version of a model. ``scores``: layer, or ``layer__target``, →
    code → probability. ``abstained`` are the names of layers, of ``layer__target`` and, in a set, of
    ``layer__code`` whose answer is withheld.
    """

    sentence_id: str
    coder: str
    layers: Layers
    skipped: bool = False
    incomplete: list[str] = []
    undecided: list[str] = []
    phase: str | None = None
    lead_time: float | None = None
    suggested: bool = False
    scores: dict[str, dict[str, float]] = {}
    abstained: list[str] = []


class Unit(Record, frozen=True, kw_only=True):
    """A sentence; ``text`` is None where none is known, and offsets where it is not known where it stands.

    ``sha256`` is that of the text in UTF-8, where the text itself is left out.
    """

    sentence_id: str
    commentary_id: str
    index: int | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None
    test: bool = False
    sha256: str | None = None


class Splits(NamedTuple):
    """``commentary_id`` to ``train``, ``validation`` or ``test``, and how that was decided, in a sentence."""

    of: Mapping[str, str]
    words: str


#: Gives the splits of sentences, of which some commentaries are to be tested on.
Splitter = Callable[[Collection["Unit"], Collection[str]], Splits]


class Material(NamedTuple):
    """All that a format may write.

    Parameters
    ----------
    codebook
        With the layers that are exported, and no others.
    units
        The sentences that have a row, in the order of their commentaries; ids to records.
    rows
        In the order of ``units``, then of the coders' names.
    commentaries
        Those of the units; ids to records. One of bare files has its id alone.
    splits
        Of a format that has none (`Format.has_splits`) only what is marked as a test is known.
    left_out
        What is not exported, and how often.
    contexts
        ``sentence_id`` to the running text before and after it, for a format that has it.
    text_hashes
        Where texts are left out: ``commentary_id`` to the SHA-256 of the text in UTF-8.
    """

    what: What
    codebook: Codebook
    units: dict[str, Unit]
    rows: list[Answers]
    commentaries: dict[str, Commentary]
    splits: Splits
    left_out: Counter[str]
    has_text: bool = True
    language: str = "de"
    contexts: Mapping[str, tuple[str, str]] = {}
    text_hashes: Mapping[str, str] = {}

    @property
    def coders(self) -> list[str]:
        """All who coded, in the order of their names, numbers by their size."""
        return sorted({row.coder for row in self.rows}, key=_by_number)

    def by_commentary(self) -> Iterator[tuple[Commentary, list[Unit]]]:
        """Each commentary with its sentences."""
        units: dict[str, list[Unit]] = {}
        for unit in self.units.values():
            units.setdefault(unit.commentary_id, []).append(unit)
        for commentary_id, of_one in units.items():
            yield self.commentaries[commentary_id], of_one

    def of_split(self, name: str) -> list[Answers]:
        """The rows of a split."""
        units, splits = self.units, self.splits.of
        return [row for row in self.rows if splits[units[row.sentence_id].commentary_id] == name]

    def leave_out_unsure(self, *, skipped: bool = True) -> None:
        """Counts answers below their threshold, and skipped sentences, as left out: for a format that has no
        mark for them."""
        words = {ABSTAINED: _WITHHELD, _EMPTY: _SKIPPED} if skipped else {ABSTAINED: _WITHHELD}
        for old, new in words.items():
            if number := self.left_out.pop(old, 0):
                self.left_out[new] = number

    def with_known_text(self) -> "Material":
        """The sentences whose text is known; counts the others."""
        lost = [name for name, unit in self.units.items() if not unit.text]
        if not lost:
            return self
        self.left_out["sentences whose text is not known"] += len(lost)
        units = {name: unit for name, unit in self.units.items() if unit.text}
        kept = {unit.commentary_id for unit in units.values()}
        return self._replace(
            units=units,
            rows=[row for row in self.rows if row.sentence_id in units],
            commentaries={name: one for name, one in self.commentaries.items() if name in kept},
        )

    def by_unit(self) -> dict[str, list[Answers]]:
        """``sentence_id`` to what is said of the sentence."""
        found: dict[str, list[Answers]] = {}
        for row in self.rows:
            found.setdefault(row.sentence_id, []).append(row)
        return found


def _by_number(name: str) -> tuple[str, int, str]:
    number = re.search(r"\d+$", name)
    return (name[: number.start()], int(number[0]), name) if number else (name, 0, name)


class Sources(NamedTuple):
    """Rows and what is known of their texts; ids to records."""

    what: What
    codebook: Codebook
    rows: Iterable[Any]  # Annotation, GoldSentence, or a prediction as its line has it
    sentences: Mapping[str, Sentence] = {}
    commentaries: Mapping[str, Commentary] = {}
    tasks: Mapping[str, TaskData] = {}  # of sentences that are in no `sentences`
    tests: Collection[str] = ()  # ids of sentences that are only evaluated
    language: str = ""  # of the texts; the codebook's where it is not known
    contexts: Mapping[str, tuple[str, str]] = {}


def gather(
    sources: Sources,
    *,
    layers: Sequence[str] = (),
    pseudonyms: Mapping[str, str] | None = None,
    with_text: bool = True,
    splitter: Splitter | None = None,
) -> Material:
    """What is exported of some rows.

    Parameters
    ----------
    layers
        Ids of the layers to export; none: all.
    pseudonyms
        Annotator to the name they get; None: names stay. Whose name is an e-mail address always gets another.
    with_text
        Whether the texts go along; without them ids, offsets and hashes do.
    splitter
        Parts the commentaries; None: those with a sentence that is only evaluated are the test.

    Raises
    ------
    SettingsError
        A layer that was asked for is not one of the codebook.
    DataError
        A row has a layer, a target or a code that the codebook does not have.
    """
    book, left_out = _with_layers(sources.codebook, layers), Counter[str]()
    wanted = {layer.id: layer for layer in book.layers}
    rows: list[Answers] = []
    units: dict[str, Unit] = {}
    test: set[str] = set()
    seen: set[tuple[str, str]] = set()
    for row in sources.rows:
        answers = _ANSWERS[sources.what](row, wanted, pseudonyms, left_out)
        _refuse_foreign(row, answers, wanted, sources.codebook, seen)
        sentence_id = answers.sentence_id
        if sentence_id not in units:
            units[sentence_id] = _unit(row, sources, sentence_id)
        if sentence_id in sources.tests or (isinstance(row, GoldSentence) and row.test):
            test.add(units[sentence_id].commentary_id)
        rows.append(answers)
    if not rows:
        raise SettingsError(f"there are no {sources.what} to export", flag="--what")
    if pseudonyms is not None and sources.what == "annotations":
        left_out["names of annotators, replaced by pseudonyms"] = len({row.coder for row in rows})
    ordered = _in_order(units, sources)
    place = {sentence_id: n for n, sentence_id in enumerate(ordered)}
    rows.sort(key=lambda row: (place[row.sentence_id], _by_number(row.coder)))
    splits = (splitter or _as_marked)(ordered.values(), test)
    commentaries = dict(_commentaries(ordered, sources))
    material = Material(
        sources.what,
        book,
        ordered,
        rows,
        commentaries,
        splits,
        +left_out,
        language=sources.language or book.language,
        contexts=sources.contexts,
    )
    return material if with_text else _without_text(material)


def _as_marked(units: Collection[Unit], test: Collection[str]) -> Splits:
    names = {unit.commentary_id for unit in units}
    return Splits({name: "test" if name in test else "train" for name in names}, "as marked in the study")


def text_hash(text: str) -> str:
    """The SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _without_text(material: Material) -> Material:
    """Hashes in the place of texts, by which they can be found and verified."""
    hashes = {name: text_hash(known.text) for name, known in material.commentaries.items() if known.text}
    units = {
        name: replace(unit, text=None, sha256=None if unit.text is None else text_hash(unit.text))
        for name, unit in material.units.items()
    }
    bare = {
        name: replace(known, text="", blocks=[], captions=[]) for name, known in material.commentaries.items()
    }
    left_out = material.left_out + Counter({WITHOUT_TEXT: len(units)})
    return material._replace(
        units=units, commentaries=bare, left_out=left_out, has_text=False, text_hashes=hashes, contexts={}
    )


def _refuse_foreign(
    row: Any, answers: Answers, wanted: Mapping[str, Layer], book: Codebook, seen: set[tuple[str, str]]
) -> None:
    """A row must be of this codebook: what that does not have would be lost without a word.

    ``seen`` are layers and values that are known to be of it.
    """
    names = row["layers"] if isinstance(row, Mapping) else row.layers
    for name in names:
        if name not in wanted and book.layer(name) is None:
            raise _foreign(
                row, f'the layer "{name}"', near_hit(name, [layer.id for layer in book.layers]), book
            )
    for name, value in answers.layers.items():
        layer = wanted[name]
        if not KINDS[layer.kind].has_codes or (key := (name, str(value))) in seen:
            continue
        fitting = fits(layer, value)
        strange = KINDS[layer.kind].strange(layer, value, book.target_ids) if fitting else [str(value)[:60]]
        if strange:
            raise _foreign(
                row, f'"{strange[0]}" in the layer "{name}"', near_hit(strange[0], layer.values), book
            )
        seen.add(key)


def _foreign(row: Any, what: str, near: str, book: Codebook) -> DataError:
    facts = row if isinstance(row, Mapping) else msgspec.structs.asdict(row)
    version = facts.get("codebook_version")
    of = f" (the row is of version {version})" if version and version != book.version else ""
    return DataError(
        f"{facts['sentence_id']}: {what} is not in {book.codebook} {book.version}{of}: name the codebook "
        f"of the rows with --codebook, or take them along with `standpunkt codebook migrate`{near}"
    )


def numbered(annotators: Iterable[str], known: Mapping[str, str] = {}) -> dict[str, str]:
    """A pseudonym for each annotator: ``coder1``, ``coder2``, …; those that are known stay as they are.

    Of whom nothing is known, that stays visible in the name.
    """
    names = sorted(set(annotators))
    given, number = {name: name for name in names if is_unknown(name)} | dict(known), 0
    for name in names:
        if name in given:
            continue
        while (pseudonym := f"coder{(number := number + 1)}") in given.values():
            pass
        given[name] = pseudonym
    return given


def _with_layers(book: Codebook, layers: Sequence[str]) -> Codebook:
    for name in layers:
        if book.layer(name) is None:
            known = [layer.id for layer in book.layers]
            raise SettingsError(
                f'"{name}" is no layer of {book.codebook} {book.version}, expected '
                f"{', '.join(known)}{near_hit(name, known)}",
                flag="--layer",
            )
    if not layers:
        return book
    return replace(book, layers=[layer for layer in book.layers if layer.id in layers])


def _coder(name: str, pseudonyms: Mapping[str, str] | None) -> str:
    if pseudonyms is not None:
        return pseudonyms[name]
    return name if "@" not in name else numbered([name])[name]


def _kept(layers: Layers, wanted: Mapping[str, Layer], left_out: Counter[str]) -> Layers:
    """The values of the layers that are exported, without e-mail addresses in free text."""
    kept: Layers = {}
    for name, value in layers.items():
        if (layer := wanted.get(name)) is None:
            continue
        if not KINDS[layer.kind].has_codes and isinstance(value, str):
            value, number = _EMAIL.subn(_HIDDEN_EMAIL, value)
            left_out["e-mail addresses in free text"] += number
        kept[name] = value
    return kept


def _of_annotation(
    row: Annotation, wanted: Mapping[str, Layer], pseudonyms: Mapping[str, str] | None, left_out: Counter[str]
) -> Answers:
    left_out[_EMPTY] += row.skipped
    left_out["annotations that lack a required layer, exported as they are"] += (
        bool(row.incomplete) and not row.skipped
    )
    return Answers(
        sentence_id=row.sentence_id,
        coder=_coder(row.annotator, pseudonyms),
        layers=_kept(row.layers, wanted, left_out),
        skipped=row.skipped,
        incomplete=[name for name in row.incomplete if name.partition("__")[0] in wanted],
        phase=row.phase,
        lead_time=row.lead_time,
        suggested=row.suggested is not None,
    )


def _of_gold(
    row: GoldSentence,
    wanted: Mapping[str, Layer],
    pseudonyms: Mapping[str, str] | None,
    left_out: Counter[str],
) -> Answers:
    for name in row.undecided:
        left_out["undecided values of gold"] += name.partition("__")[0] in wanted
    return Answers(
        sentence_id=row.sentence_id,
        coder=GOLD,
        layers=_kept(row.layers, wanted, left_out),
        undecided=[name for name in row.undecided if name.partition("__")[0] in wanted],
        scores={
            name: {code: p for code, p in of_codes.items() if isinstance(p, float)}
            for name, of_codes in row.probabilities.items()
            if name in wanted
        },
    )


def _of_prediction(
    row: Mapping[str, Any],
    wanted: Mapping[str, Layer],
    pseudonyms: Mapping[str, str] | None,
    left_out: Counter[str],
) -> Answers:
    layers: Layers = {}
    scores: dict[str, dict[str, float]] = {}
    abstained: list[str] = []
    for name, answer in row["layers"].items():
        if name not in wanted:
            continue
        kind = KINDS[wanted[name].kind]
        single = (
            {f"{name}__{target}": part for target, part in answer.items()}
            if kind.by_target
            else {name: answer}
        )
        layers[name] = answered(wanted[name], answer)
        for variable, part in single.items():
            scores[variable] = part["scores"]
            if kind.several:
                abstained += [f"{name}__{code}" for code in part.get("abstained", [])]
            elif part["abstained"]:
                abstained.append(variable)
    left_out[ABSTAINED] += len(abstained)
    return Answers(
        sentence_id=row["sentence_id"],
        coder=row["model_version"],
        layers=layers,
        scores=scores,
        abstained=abstained,
    )


def answered(layer: Layer, answer: Mapping[str, Any]) -> LayerValue:
    """What a layer of a prediction says, above its threshold or not."""
    kind = KINDS[layer.kind]
    if kind.by_target:
        return {target: part["code"] for target, part in answer.items()}
    value: LayerValue = answer["codes"] if kind.several else answer["code"]
    return value


_ANSWERS: dict[What, Any] = {
    "annotations": _of_annotation,
    "gold": _of_gold,
    "predictions": _of_prediction,
}


def _unit(row: Any, sources: Sources, sentence_id: str) -> Unit:
    if (sentence := sources.sentences.get(sentence_id)) is not None:
        return Unit(
            sentence_id=sentence_id,
            commentary_id=sentence.commentary_id,
            index=sentence.index,
            text=sentence.text,
            start=sentence.start,
            end=sentence.end,
        )
    if isinstance(row, Mapping):
        return msgspec.convert(row, Unit)
    if isinstance(row, GoldSentence):
        return Unit(sentence_id=sentence_id, commentary_id=row.commentary_id, index=row.index, text=row.text)
    task = sources.tasks.get(sentence_id)
    return Unit(sentence_id=sentence_id, commentary_id=row.commentary_id, text=task.text if task else None)


def _in_order(units: Mapping[str, Unit], sources: Sources) -> dict[str, Unit]:
    """By commentary as they were split, then by place; what is in no sentences comes last, as it came."""
    known = {name: n for n, name in enumerate(sources.sentences)}
    first = {unit.commentary_id: n for n, unit in reversed(list(enumerate(units.values())))}

    def key(item: tuple[int, Unit]) -> tuple[int, int, int, int]:
        n, unit = item
        place = known.get(unit.sentence_id, len(known))
        return place, first[unit.commentary_id], n if unit.index is None else unit.index, n

    return {unit.sentence_id: unit for _, unit in sorted(enumerate(units.values()), key=key)}


def _commentaries(units: Mapping[str, Unit], sources: Sources) -> Iterator[tuple[str, Commentary]]:
    """Those of the sentences; of one that is not known what a task says of it."""
    first = {unit.commentary_id: unit.sentence_id for unit in reversed([*units.values()])}
    for name in dict.fromkeys(unit.commentary_id for unit in units.values()):
        known = sources.commentaries.get(name)
        task = sources.tasks.get(first[name])
        if known is None:
            known = Commentary(
                commentary_id=name,
                title=task.title if task else "",
                author=(task.author or None) if task else None,
                date=(task.date or None) if task else None,
                text="",
                blocks=[],
            )
        yield name, known


def sure_layers(row: Answers) -> Layers:
    """The answers without those that are below their threshold."""
    if not row.abstained:
        return row.layers
    sure: Layers = {}
    for name, value in row.layers.items():
        if name in row.abstained:
            continue
        if isinstance(value, dict):
            value = {t: code for t, code in value.items() if f"{name}__{t}" not in row.abstained}
            if not value:
                continue
        elif isinstance(value, list):
            value = [code for code in value if f"{name}__{code}" not in row.abstained]
        sure[name] = value
    return sure


def codes_of(layer: Layer, value: LayerValue) -> Iterator[tuple[str | None, str | None]]:
    """Target and code, or words, of each answer in a value; one without a code for an empty set."""
    kind = KINDS[layer.kind]
    if isinstance(value, dict):
        yield from value.items()
    elif kind.several and isinstance(value, list):
        given: list[str | None] = [*value] or [None]
        yield from ((None, code) for code in given)
    else:
        yield None, str(value)
