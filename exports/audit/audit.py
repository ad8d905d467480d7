"""How far suggestions changed what people code; see docs/audit.md.

What was shown is compared with what was coded: that is exact, but says little, for a good suggestion would
have been coded anyway. What suggestions change is seen in the difference to commentaries without any, which
were drawn; the model's answers to those, which nobody saw, say how far people agree with it on their own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import msgspec

from exports.audit.comparison import (
    WITH,
    WITHOUT,
    Arms,
    Share,
    Shift,
    Sums,
    compare,
    corrected,
    share,
    to_arms,
)
from exports.audit.habits import habit
from exports.audit.report import AuditReport, CodeAudit, LayerAudit, PersonAudit, ScoreAudit
from exports.audit.seconds import time_on_screen
from schemas.codebook import Codebook
from schemas.controls import control_name
from schemas.errors import DataError
from schemas.kinds import KINDS
from schemas.layer import Layer
from schemas.records import UNRELATED, Annotation, Assignment, Layers, LayerValue

#: Layer, target and code.
_Code = tuple[str, str | None, str]
_NOT_DRAWN = to_arms([], was_drawn=False, seed=0)
_BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class ModelAnswers(NamedTuple):
    """What a model says of a sentence: its values as they would be suggested, and the score of each.

    ``scores``: layer, ``layer__target`` or, in a set, ``layer__code`` → score.
    """

    version: str
    layers: Layers
    scores: Mapping[str, float]


class _Row(NamedTuple):
    annotation: Annotation
    arm: int
    text: int  # the number of the commentary


def audit(
    annotations: Sequence[Annotation],
    codebook: Codebook,
    *,
    assignments: Sequence[Assignment] = (),
    predictions: Mapping[str, ModelAnswers] | None = None,
    seed: int = 0,
) -> AuditReport:
    """What became of suggestions, and what they changed.

    Parameters
    ----------
    assignments
        Which commentaries were drawn to be coded without suggestions; without them, what stood on the screen
        parts the annotations, and nothing is tested.
    predictions
        By sentence id: the model's answers, also of sentences where they were not shown.

    Raises
    ------
    DataError
        No annotation was made with a suggestion on the screen.
    """
    coded = [row for row in annotations if not row.skipped]
    shown = [row for row in coded if row.suggested is not None]
    if not shown:
        found = f"found {len(coded):,} annotations, none of them made with a suggestion on the screen"
        raise DataError(f"{found}: there is nothing to audit before `prelabel` and `pull`")
    begun = _first_suggestion(shown)
    during = [row for row in coded if _is_during(row, begun)]
    arm_of, basis = _arm_of(during, assignments)
    texts = {name: n for n, name in enumerate(sorted({row.commentary_id for row in during}))}
    rows = [_Row(row, arm_of(row), texts[row.commentary_id]) for row in during]
    of_text = {row.text: row.arm for row in rows}
    is_drawn = basis == "drawn" and all(row.arm == of_text[row.text] for row in rows)
    arms = to_arms([of_text[n] for n in range(len(texts))], was_drawn=is_drawn, seed=seed)
    layers = [
        layer for layer in codebook.predicted_layers
        if any(layer.id in (row.suggested.layers if row.suggested else {}) for row in shown)
    ]  # fmt: skip
    counts = _Counts(len(texts))
    for row in rows:
        counts.add_codings(row, layers, predictions or {})
    counts.add_pairs(rows, layers)
    thirds = _thirds(shown)
    for annotation in shown:
        text = texts[annotation.commentary_id]
        counts.add_suggestions(annotation, layers, text, predictions or {}, thirds[id(annotation)])
    earlier = _against_earlier([row for row in coded if not _is_during(row, begun)], rows, layers)
    keys = [(layer.id, target, code) for layer in layers for target, code in _codes(layer, codebook)]
    codes = [counts.code(key, arms, earlier) for key in keys if counts.is_used(key)]
    q = corrected([found.shift for found in codes])
    codes = [
        msgspec.structs.replace(found, shift=msgspec.structs.replace(found.shift, q=value))
        for found, value in zip(codes, q, strict=True)
    ]
    number = {arm: sum(row.arm == arm for row in rows) for arm in (WITH, WITHOUT)}
    people = sorted({row.annotator for row in shown})
    return AuditReport(
        compared=basis if number[WITHOUT] else "nothing",
        reason=None if number[WITHOUT] else _nothing_to_compare(assignments),
        annotations=len(coded),
        with_suggestions=number[WITH],
        without=number[WITHOUT],
        before=len(coded) - len(during),
        commentaries_with=len({row.text for row in rows if row.arm == WITH}),
        commentaries_without=len({row.text for row in rows if row.arm == WITHOUT}),
        layers={layer.id: counts.layer(layer.id, arms, earlier) for layer in layers},
        codes=codes,
        annotators={name: counts.person(name, arms) for name in people},
        models={name: counts.kept("model", name) for name in sorted({_version(row) for row in shown})},
        scores=[
            ScoreAudit(low=low, high=high, kept=counts.kept("score", low))
            for low, high in pairwise(_BINS)
            if ("score", low) in counts.suggestions.trials
        ],
        thirds=[counts.kept("third", n) for n in range(3)],
        time=time_on_screen([(row.annotation, row.arm, row.text) for row in rows], len(texts)),
        notes=_notes(shown, predictions, layers, codebook),
    )


class _Counts:
    """All sums over commentaries that the figures rest on.

    Keys: ``("code", layer, target, code)``, ``("model", version)``, ``("person", name)`` and the like.
    """

    def __init__(self, texts: int) -> None:
        self.codings, self.suggestions, self.pairs, self.model = (Sums(texts) for _ in range(4))
        self.dropped: dict[Any, int] = defaultdict(int)
        self.added: dict[Any, int] = defaultdict(int)

    # ------------------------------------------------------------------ counting

    def add_codings(
        self, row: _Row, layers: Sequence[Layer], predictions: Mapping[str, ModelAnswers]
    ) -> None:
        said = predictions.get(row.annotation.sentence_id)
        for layer in layers:
            value = row.annotation.layers.get(layer.id)
            if value is None:
                continue
            for target, codes in _by_target(value):
                self.codings.trials["asked", layer.id, target][row.arm, row.text] += 1
                for code in codes:
                    self.codings.hits["code", layer.id, target, code][row.arm, row.text] += 1
            if said is not None and layer.id in said.layers:
                for hit in _matches(value, said.layers[layer.id]):
                    self.model.add(layer.id, row.arm, row.text, hit)
                    self.model.add(("person", row.annotation.annotator), row.arm, row.text, hit)

    def add_pairs(self, rows: Sequence[_Row], layers: Sequence[Layer]) -> None:
        """Agreement of each two people on each sentence."""
        by_sentence: dict[str, list[_Row]] = defaultdict(list)
        for row in rows:
            by_sentence[row.annotation.sentence_id].append(row)
        for of_one in by_sentence.values():
            for one, other in combinations(of_one, 2):
                for layer in layers:
                    first, second = (row.annotation.layers.get(layer.id) for row in (one, other))
                    if first is not None and second is not None and one.arm == other.arm:
                        for hit in _agreement(first, second):
                            self.pairs.add(layer.id, one.arm, one.text, hit)

    def add_suggestions(
        self,
        row: Annotation,
        layers: Sequence[Layer],
        text: int,
        predictions: Mapping[str, ModelAnswers],
        third: int,
    ) -> None:
        assert row.suggested is not None
        said = predictions.get(row.sentence_id)
        scores = said.scores if said and said.version == row.suggested.model_version else {}
        for layer in layers:
            coded = row.layers.get(layer.id)
            suggested = row.suggested.layers.get(layer.id)
            if coded is None or suggested is None:
                continue
            given = {(target, code) for target, codes in _by_target(coded) for code in codes}
            asked = {target for target, _ in _by_target(coded)}
            offered = {
                (target, code)
                for target, codes in _by_target(suggested)
                for code in codes
                if target in asked and code != UNRELATED
            }
            for target, code in sorted(offered, key=str):
                is_kept = float((target, code) in given)
                keys: list[Any] = [
                    ("code", layer.id, target, code), ("layer", layer.id), ("person", row.annotator),
                    ("model", row.suggested.model_version), ("third", third),
                ]  # fmt: skip
                score = scores.get(_score_name(layer, target, code))
                if score is not None:
                    keys.append(("score", max(low for low in _BINS[:-1] if low <= score)))
                for key in keys:
                    self.suggestions.add(key, WITH, text, is_kept)
                if not is_kept:
                    self.dropped["code", layer.id, target, code] += 1
                    self.dropped["layer", layer.id] += 1
            for target, code in given - offered:
                if code != UNRELATED:
                    self.added["code", layer.id, target, code] += 1
                    self.added["layer", layer.id] += 1

    # ------------------------------------------------------------------ figures

    def kept(self, *key: Any) -> Share:
        return share(self.suggestions.hits[key][WITH], self.suggestions.trials[key][WITH])

    def is_used(self, key: _Code) -> bool:
        counted = ("code", *key)
        return counted in self.suggestions.trials or counted in self.codings.hits

    def code(self, key: _Code, arms: Arms, earlier: "_Counts | None") -> CodeAudit:
        layer_id, target, code = key
        return CodeAudit(
            layer=layer_id,
            target=target,
            code=code,
            kept=self.kept("code", *key),
            dropped=self.dropped["code", *key],
            added=self.added["code", *key],
            shift=self.code_shift(key, arms),
            since_before=earlier.code_shift(key, _NOT_DRAWN) if earlier else None,
        )

    def code_shift(self, key: _Code, arms: Arms) -> Shift:
        layer_id, target, _ = key
        return compare(self.codings.hits["code", *key], self.codings.trials["asked", layer_id, target], arms)

    def layer(self, layer_id: str, arms: Arms, earlier: "_Counts | None") -> LayerAudit:
        return LayerAudit(
            kept=self.kept("layer", layer_id),
            dropped=self.dropped["layer", layer_id],
            added=self.added["layer", layer_id],
            between_people=self._shift(self.pairs, layer_id, arms),
            with_model=self._shift(self.model, layer_id, arms),
            since_before=earlier._shift(earlier.pairs, layer_id, _NOT_DRAWN) if earlier else None,
        )

    def person(self, name: str, arms: Arms) -> PersonAudit:
        kept, with_model = self.kept("person", name), self._shift(self.model, ("person", name), arms)
        return PersonAudit(kept=kept, with_model=with_model, habit=habit(kept, with_model))

    def _shift(self, sums: Sums, key: Any, arms: Arms) -> Shift:
        return compare(sums.hits[key], sums.trials[key], arms, is_share=False)


def _against_earlier(
    before: Sequence[Annotation], rows: Sequence[_Row], layers: Sequence[Layer]
) -> _Counts | None:
    """What was coded with suggestions beside what was coded before the first; None where nothing was."""
    if not before:
        return None
    shown = [row.annotation for row in rows if row.arm == WITH]
    texts = {name: n for n, name in enumerate(sorted({row.commentary_id for row in [*before, *shown]}))}
    both = [
        _Row(row, arm, texts[row.commentary_id])
        for arm, part in ((WITHOUT, before), (WITH, shown))
        for row in part
    ]
    counts = _Counts(len(texts))
    for row in both:
        counts.add_codings(row, layers, {})
    counts.add_pairs(both, layers)
    return counts


# ---------------------------------------------------------------------- arms


def _first_suggestion(shown: Sequence[Annotation]) -> dict[str, str]:
    """When each annotator first coded with a suggestion."""
    begun: dict[str, str] = {}
    for row in shown:
        at = row.created_at or ""
        begun[row.annotator] = min(begun.get(row.annotator, at), at)
    return begun


def _is_during(row: Annotation, begun: Mapping[str, str]) -> bool:
    return row.annotator in begun and (row.created_at or "") >= begun[row.annotator]


def _arm_of(rows: Sequence[Annotation], assignments: Sequence[Assignment]) -> tuple[Any, str]:
    """What gives the arm of an annotation, and what that rests on."""
    assigned = {(a.sentence_id, a.annotator): WITH if a.suggest else WITHOUT for a in assignments}
    if all((row.sentence_id, row.annotator) in assigned for row in rows) and WITHOUT in assigned.values():
        return lambda row: assigned[row.sentence_id, row.annotator], "drawn"
    return lambda row: WITHOUT if row.suggested is None else WITH, "seen"


def _nothing_to_compare(assignments: Sequence[Assignment]) -> str:
    return "not_yet" if any(not a.suggest for a in assignments) else "no_control"


# ---------------------------------------------------------------------- values


def _by_target(value: LayerValue) -> Iterator[tuple[str | None, list[str]]]:
    """The codes toward each target; outside of a stance all of them toward None."""
    if isinstance(value, dict):
        for target, code in value.items():
            yield target, [code]
    else:
        yield None, list(value) if isinstance(value, list) else [str(value)]


def _agreement(one: LayerValue, other: LayerValue) -> Iterator[float]:
    """Equal or not, of a set the share of codes in common (Jaccard); toward each target both were asked."""
    if isinstance(one, dict) and isinstance(other, dict):
        yield from (float(one[target] == other[target]) for target in one if target in other)
    elif isinstance(one, list) and isinstance(other, list):
        union = {*one, *other}
        yield len({*one} & {*other}) / len(union) if union else 1.0
    else:
        yield float(one == other)


def _matches(value: LayerValue, said: LayerValue) -> Iterator[float]:
    """Whether what a model would suggest is coded: each code, and each target that it answers."""
    given = {(target, code) for target, codes in _by_target(value) for code in codes}
    asked = {target for target, _ in _by_target(value)}
    for target, codes in _by_target(said):
        if target in asked:
            yield from (float((target, code) in given) for code in codes if code != UNRELATED)


def _codes(layer: Layer, codebook: Codebook) -> Iterator[tuple[str | None, str]]:
    targets: list[str | None] = [*codebook.target_ids] if KINDS[layer.kind].by_target else [None]
    for target in targets:
        yield from ((target, code) for code in layer.code_ids if code != UNRELATED)


def _score_name(layer: Layer, target: str | None, code: str) -> str:
    if target is not None:
        return control_name(layer.id, target)
    return f"{layer.id}__{code}" if KINDS[layer.kind].several else layer.id


# ---------------------------------------------------------------------- time and notes


def _thirds(shown: Sequence[Annotation]) -> dict[int, int]:
    """In which third of an annotator's suggestions each row was coded, in order of time."""
    by_person: dict[str, list[Annotation]] = defaultdict(list)
    for row in shown:
        by_person[row.annotator].append(row)
    return {
        id(row): 3 * n // len(rows)
        for rows in by_person.values()
        for n, row in enumerate(sorted(rows, key=lambda row: (row.created_at or "", row.sentence_id)))
    }


def _version(row: Annotation) -> str:
    return row.suggested.model_version if row.suggested else ""


def _notes(
    shown: Sequence[Annotation],
    predictions: Mapping[str, ModelAnswers] | None,
    layers: Sequence[Layer],
    codebook: Codebook,
) -> list[str]:
    notes = []
    if not predictions:
        notes.append("no predictions at hand: agreement with the model and scores are not known")
    else:
        versions = {said.version for said in predictions.values()}
        others = sum(_version(row) not in versions for row in shown)
        if others:
            words = f"{others:,} annotations were made with suggestions of another model than the predictions"
            notes.append(f"{words}: their scores are not known")
    never = [layer.id for layer in codebook.predicted_layers if layer not in layers]
    if never:
        notes.append(f"never suggested: {', '.join(never)}")
    versions_coded = sorted({row.codebook_version or "?" for row in shown})
    if len(versions_coded) > 1:
        notes.append(f"coded under several versions of the codebook: {', '.join(versions_coded)}")
    return notes
