"""Annotations as arrays: who gave which value to which unit, and in which commentary it stands."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from msgspec.structs import replace

from exports.agreement.coefficients import MISSING, Ints
from schemas.codebook import Layer
from schemas.records import UNRELATED, Annotation, Layers, LayerValue


class Frame(Struct, frozen=True, kw_only=True):
    """The codings that can be compared: skipped ones are left out, they are missing values.

    ``sentence``, ``rater`` and ``commentary`` hold numbers: the first two a row each, the last a
    sentence each.
    """

    rows: list[Annotation]
    sentences: list[str]
    annotators: list[str]
    commentaries: list[str]
    sentence: Ints
    rater: Ints
    commentary: Ints

    @property
    def shared(self) -> npt.NDArray[np.bool_]:
        """Per sentence whether two annotators or more have coded it."""
        pairs = np.unique(np.stack([self.sentence, self.rater]), axis=1)
        return np.asarray(np.bincount(pairs[0], minlength=len(self.sentences)) > 1)


class Ratings(Struct, frozen=True, kw_only=True):
    """The values of one layer. A unit is a sentence, or a sentence and a target.

    ``values`` is units × annotators; ``unit`` gives the sentence of a unit; ``members`` is values ×
    codes: one True in a row where a value is a code, any number where it is a set.
    """

    values: Ints
    unit: Ints
    group: Ints
    codes: list[str]
    members: npt.NDArray[np.bool_]

    @property
    def shared(self) -> npt.NDArray[np.bool_]:
        """Per unit whether two annotators or more gave it a value."""
        return np.asarray((self.values != MISSING).sum(axis=1) > 1)

    def where(self, keep: npt.NDArray[np.bool_]) -> "Ratings":
        """Of these units only."""
        return Ratings(
            values=self.values[keep],
            unit=self.unit[keep],
            group=self.group[keep],
            codes=self.codes,
            members=self.members,
        )

    def recoded(self, numbers: Sequence[int], codes: Sequence[str]) -> "Ratings":
        """With value ``v`` now called ``numbers[v]``, one of ``codes``."""
        table = np.array([*numbers, MISSING], dtype=np.int64)  # MISSING is -1: the last
        values, members = table[self.values], np.eye(len(codes), dtype=bool)
        return Ratings(values=values, unit=self.unit, group=self.group, codes=list(codes), members=members)

    def raised(self, numbers: Sequence[int], codes: Sequence[str]) -> "Ratings":
        """With code ``c`` now called ``numbers[c]``, one of ``codes``; sets keep each code once."""
        if len(self.members) == len(self.codes) and (self.members == np.eye(len(self.codes))).all():
            return self.recoded(numbers, codes)
        members = np.zeros((len(self.members), len(codes)), dtype=bool)
        for old, new in enumerate(numbers):
            members[:, new] |= self.members[:, old]
        distinct, table = np.unique(members, axis=0, return_inverse=True)
        values = np.append(table.ravel(), MISSING)[self.values]
        return Ratings(values=values, unit=self.unit, group=self.group, codes=list(codes), members=distinct)


def to_frame(annotations: Iterable[Annotation]) -> Frame:
    rows = [row for row in annotations if not row.skipped]
    sentences: dict[str, int] = {}
    # sorted, so that the bootstrap draws the same texts whatever the order of the rows
    commentaries = {name: n for n, name in enumerate(sorted({row.commentary_id for row in rows}))}
    raters = {name: n for n, name in enumerate(sorted({row.annotator for row in rows}))}
    sentence = [sentences.setdefault(row.sentence_id, len(sentences)) for row in rows]
    commentary = np.zeros(len(sentences), dtype=np.int64)
    for row, number in zip(rows, sentence, strict=True):
        commentary[number] = commentaries[row.commentary_id]
    return Frame(
        rows=rows,
        sentences=list(sentences),
        annotators=list(raters),
        commentaries=list(commentaries),
        sentence=np.array(sentence, dtype=np.int64),
        rater=np.array([raters[row.annotator] for row in rows], dtype=np.int64),
        commentary=commentary,
    )


def joined(annotations: Iterable[Annotation], chains: Mapping[str, str]) -> list[Annotation]:
    """The stances of annotations, with the pieces of a chain as one sentence.

    Toward each target the first piece that touches it counts: the guidelines give the stance of a
    chain once.
    """
    rows_by_chain: dict[tuple[str, str], Annotation] = {}
    for row in annotations:
        whole = chains.get(row.sentence_id, row.sentence_id)
        stances = {name: value for name, value in row.layers.items() if isinstance(value, dict)}
        earlier = rows_by_chain.get((whole, row.annotator))
        merged: Layers = {} if earlier is None else dict(earlier.layers)
        for name, stance in stances.items():
            known = merged.get(name)
            before = known.items() if isinstance(known, dict) else ()
            kept = {target: code for target, code in before if code != UNRELATED or target not in stance}
            merged[name] = {**stance, **kept}
        rows_by_chain[whole, row.annotator] = replace(row, sentence_id=whole, layers=merged)
    return list(rows_by_chain.values())


def code_ratings(frame: Frame, layer: Layer) -> Ratings:
    """The ratings of a layer of kind ``one`` or ``scale``."""
    return value_ratings(frame, layer, layer.code_ids)


def value_ratings(frame: Frame, layer: Layer, values: list[str]) -> Ratings:
    """The ratings of a layer of single values, of which these are the possible ones, in their order."""
    numbers = {value: n for n, value in enumerate(values)}
    return _ratings(frame, values, lambda row: _number(row.layers.get(layer.id), numbers))


def target_ratings(frame: Frame, layer: Layer, target_id: str) -> Ratings:
    """The ratings of a stance layer toward one target, ``unrelated`` included."""
    numbers = {code: n for n, code in enumerate(layer.stance_values)}

    def given(row: Annotation) -> int:
        held = row.layers.get(layer.id)
        return _number(held.get(target_id), numbers) if isinstance(held, dict) else MISSING

    return _ratings(frame, layer.stance_values, given)


def set_ratings(frame: Frame, layer: Layer) -> Ratings:
    """The ratings of a set layer: every set of codes that occurs is a value, the empty one too."""
    codes = layer.code_ids
    place = {code: n for n, code in enumerate(codes)}
    numbers: dict[frozenset[str], int] = {}

    def given(row: Annotation) -> int:
        held = row.layers.get(layer.id)
        if not isinstance(held, list):
            return MISSING
        return numbers.setdefault(frozenset(held).intersection(place), len(numbers))

    values = _values(frame, given)
    members = np.zeros((len(numbers), len(codes)), dtype=bool)
    for held, number in numbers.items():
        members[number, [place[code] for code in held]] = True
    unit = np.arange(len(frame.sentences))
    return Ratings(values=values, unit=unit, group=frame.commentary, codes=codes, members=members)


def stacked(parts: Sequence[Ratings]) -> Ratings:
    """The units of several ratings with the same codes, one below the other."""
    return Ratings(
        values=np.concatenate([part.values for part in parts]),
        unit=np.concatenate([part.unit for part in parts]),
        group=np.concatenate([part.group for part in parts]),
        codes=parts[0].codes,
        members=parts[0].members,
    )


def _ratings(frame: Frame, codes: list[str], given: Callable[[Annotation], int]) -> Ratings:
    return Ratings(
        values=_values(frame, given),
        unit=np.arange(len(frame.sentences)),
        group=frame.commentary,
        codes=codes,
        members=np.eye(len(codes), dtype=bool),
    )


def _values(frame: Frame, given: Callable[[Annotation], int]) -> Ints:
    values = np.full((len(frame.sentences), len(frame.annotators)), MISSING, dtype=np.int64)
    values[frame.sentence, frame.rater] = [given(row) for row in frame.rows]
    return values


def _number(value: LayerValue | None, numbers: dict[str, int]) -> int:
    """The number of a code; what the codebook does not know is missing."""
    return MISSING if value is None else numbers.get(str(value), MISSING)
