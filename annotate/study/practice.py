"""A practice round: sentences with a known answer, and where somebody answered otherwise. Pure.

The answers are those of the codebook's own examples, or of gold that others decided. They stand in
``data/practice/answers.jsonl``, apart from everything that is coded: no file of a practice is read by
agreement, adjudication or training.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from schemas.codebook import Codebook
from schemas.kinds import KINDS, fits
from schemas.layer import Code, Layer
from schemas.records import UNRELATED, Annotation, GoldSentence, Layers, LayerValue, Record

PHASE = "practice"
SENTENCES = 20  # of a round
_PREFIX = "practice_"


class PracticeSentence(Record, frozen=True, kw_only=True):
    """A sentence with its known answer; ``notes`` say why, by layer.

    An example shows one code of a layer: of a set, others may be right beside it (``is_part``).
    """

    annotator: str
    sentence_id: str
    text: str
    before: str = ""
    after: str = ""
    layers: Layers
    notes: dict[str, str] = {}
    is_part: bool = False


class Deviation(Record, frozen=True, kw_only=True):
    """An answer that is another than the known one, both as codes; ``target`` of a stance."""

    sentence_id: str
    text: str
    before: str
    after: str
    layer: str
    target: str | None = None
    coded: list[str]
    known: list[str]
    note: str = ""


class PracticeReport(Record, frozen=True, kw_only=True):
    """How somebody's practice went: answers that were ``compared``, and those that differ."""

    annotator: str
    sentences: int
    coded: int
    compared: int
    deviations: list[Deviation]
    page: str | None = None


def practice_name(annotator: str) -> str:
    """What stands in the marker of the project in which somebody practises."""
    return f"{_PREFIX}{annotator}"


def is_practice(name: str) -> bool:
    return name.startswith(_PREFIX)


def practice_round(
    annotator: str, codebook: Codebook, gold: Iterable[GoldSentence], own: Collection[str], seed: int
) -> list[PracticeSentence]:
    """The sentences of a round: of gold where there is enough for this person, else the codebook's examples.

    Parameters
    ----------
    own
        Sentences that this person has coded or is to code: whoever has seen their answer is no
        independent coder of them.
    """
    free = [
        PracticeSentence(
            annotator=annotator, sentence_id=row.sentence_id, text=row.text, before=row.before,
            after=row.after, layers=row.layers,
        )
        for row in gold
        if row.layers and not row.test and not row.undecided and row.sentence_id not in own
    ]  # fmt: skip
    if len(free) >= SENTENCES:
        return sorted(free, key=lambda row: _rank(seed, annotator, row.sentence_id))[:SENTENCES]
    return _examples(annotator, codebook, seed)


def _examples(annotator: str, codebook: Codebook, seed: int) -> list[PracticeSentence]:
    """Examples of the codebook, the codes in turn, so that each comes before one comes twice."""
    by_code: dict[tuple[str, str], list[PracticeSentence]] = {}
    for layer in codebook.predicted_layers:
        if not KINDS[layer.kind].by_target:  # an example of a stance does not say toward what
            for code_id, text, note in _known_texts(layer, codebook):
                row = PracticeSentence(
                    annotator=annotator, sentence_id=f"uebung:{_digest(text)}", text=text,
                    layers={layer.id: _value(layer, code_id)}, notes={layer.id: note} if note else {},
                    is_part=True,
                )  # fmt: skip
                by_code.setdefault((layer.id, code_id), []).append(row)
    ranked = [sorted(rows, key=lambda row: _rank(seed, "", row.sentence_id)) for rows in by_code.values()]
    turns = [rows[n] for n in range(max(map(len, ranked), default=0)) for rows in ranked if n < len(rows)]
    chosen: dict[str, PracticeSentence] = {}
    for row in turns:
        if len(chosen) < SENTENCES:
            chosen.setdefault(row.sentence_id, row)
    return sorted(chosen.values(), key=lambda row: _rank(seed, annotator, row.sentence_id))


def _known_texts(layer: Layer, codebook: Codebook) -> Iterator[tuple[str, str, str]]:
    """Code, sentence and note of each example of a layer; of near misses the code that is right instead."""
    for code in layer.codes:
        for example in code.examples:
            yield code.id, codebook.say(example.text), codebook.say(example.note)
        for example in code.near_misses:
            if example.instead in layer.code_ids:
                yield str(example.instead), codebook.say(example.text), codebook.say(example.note)


def _value(layer: Layer, code_id: str) -> LayerValue:
    if KINDS[layer.kind].several:
        return [code_id]
    return int(code_id) if layer.kind == "scale" else code_id


def practice_report(
    annotator: str,
    answers: Sequence[PracticeSentence],
    rows: Iterable[Annotation],
    codebook: Codebook,
) -> PracticeReport:
    """Compares what somebody coded in a practice with the known answers."""
    coded = {row.sentence_id: row.layers for row in rows if not row.skipped}
    compared = 0
    deviations = []
    for known in answers:
        layers = coded.get(known.sentence_id, {})
        for layer in codebook.layers:
            if layer.id in layers and layer.id in known.layers:
                for target, mine, right in _pairs(layer, layers[layer.id], known):
                    compared += 1
                    if mine != right and not (known.is_part and set(right) <= set(mine)):
                        deviations.append(
                            Deviation(
                                sentence_id=known.sentence_id,
                                text=known.text,
                                before=known.before,
                                after=known.after,
                                layer=layer.id,
                                target=target,
                                coded=mine,
                                known=right,
                                note=known.notes.get(layer.id, ""),
                            )
                        )
    return PracticeReport(
        annotator=annotator, sentences=len(answers), coded=len(coded), compared=compared,
        deviations=deviations,
    )  # fmt: skip


def _pairs(
    layer: Layer, value: LayerValue, known: PracticeSentence
) -> Iterator[tuple[str | None, list[str], list[str]]]:
    """Target, codes given and codes known; of a stance the targets that one of both touches."""
    right = known.layers[layer.id]
    if not (fits(layer, value) and fits(layer, right)):
        return
    if isinstance(value, Mapping) and isinstance(right, Mapping):
        for target in {**right, **value}:
            mine, theirs = value.get(target, UNRELATED), right.get(target, UNRELATED)
            if {mine, theirs} != {UNRELATED}:
                yield target, [mine], [theirs]
    elif isinstance(value, list) and isinstance(right, list):
        yield None, sorted(value), sorted(right)
    else:
        yield None, [str(value)], [str(right)]


def code_of(codebook: Codebook, layer_id: str, code_id: str) -> Code | None:
    layer = codebook.layer(layer_id)
    return next((code for code in layer.codes if code.id == code_id), None) if layer else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _rank(seed: int, salt: str, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\npractice\n{salt}\n{name}".encode()).digest()
