"""Several codings of a sentence → one gold sentence, by a named rule.

A layer is decided for itself, a stance target by target, a set code by code. What the rule does
not decide stays out of ``layers`` and is listed in ``undecided``: nothing is decided silently.
A layer about the coding itself (``predict: false``) is kept where it is decided, and is no tie.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from exports.adjudication.decision import Shares, tally
from exports.adjudication.kinds import KINDS, Kind, agreed
from exports.adjudication.question import Competence, Rule
from exports.adjudication.rules import load_rule
from schemas.codebook import Codebook, Layer
from schemas.errors import DataError
from schemas.records import (
    Annotation,
    ContextSentence,
    GoldSentence,
    Layers,
    LayerValue,
    Record,
    Sentence,
    is_unknown,
)
from schemas.studio_json import TaskData

Context = TaskData | ContextSentence | Sentence


class Tie(Record, frozen=True, kw_only=True):
    """What a rule left open, and who gave which code how often.

    ``layer`` is ``<layer>__<target>`` where one target of a stance is open.
    """

    sentence_id: str
    layer: str
    votes: dict[str, int]


class Tendency(Record, frozen=True, kw_only=True):
    """One annotator in one layer: sentences coded, those as in gold, and how often which code."""

    coded: int
    agreed: int
    codes: dict[str, int]


class AdjudicationReport(Record, frozen=True, kw_only=True):
    """What was decided. ``sentences`` are gold rows; ``undecided`` those with something left open.

    ``skipped`` are sentences that everybody skipped: they have no gold row. ``competence``: annotator →
    layer → how often they are likely right, of a rule that estimates it.
    """

    rule: str
    sentences: int
    decided: int
    undecided: int
    skipped: int
    by_hand: int = 0
    layers: dict[str, dict[str, int]]
    ties: list[Tie]
    annotators: dict[str, dict[str, Tendency]]
    competence: Mapping[str, Mapping[str, Competence]] = {}


def adjudicate(
    annotations: Iterable[Annotation],
    sentences: Mapping[str, Context],
    codebook: Codebook,
    *,
    rule: str = "majority",
    tests: Collection[str] = (),
    decisions: Mapping[str, Annotation] | None = None,
) -> tuple[list[GoldSentence], AdjudicationReport]:
    """One gold sentence for every sentence that somebody coded, and what was left open.

    Parameters
    ----------
    sentences
        Text and surroundings by sentence id; its order is that of the gold sentences.
    rule
        ``majority``, ``unanimous``, ``dawid-skene`` or ``expert:NAME``: see `exports.adjudication.rules`.
    tests
        Sentences that are only evaluated; those of the phase ``test`` are so too.
    decisions
        What a third person decided, by sentence id: counts for what the rule leaves open, and for
        nothing else.

    Raises
    ------
    DataError
        A sentence was coded whose text is not given.
    SettingsError
        There is no such rule or expert.
    """
    rows = list(annotations)
    coded: dict[str, list[Annotation]] = {}
    for row in rows:
        coded.setdefault(row.sentence_id, []).append(_votes(row))
    _refuse_unknown(coded, sentences)
    made = load_rule(rule, [row for votes in coded.values() for row in votes], codebook)
    indexes = _indexes(sentences)
    gold: list[GoldSentence] = []
    ties: list[Tie] = []
    by_hand = 0
    for sentence_id in (name for name in sentences if name in coded):
        votes = [row for row in coded[sentence_id] if not row.skipped]
        if votes:
            decision = (decisions or {}).get(sentence_id)
            gold_row, left_open, settled = _gold(votes, sentences[sentence_id], codebook, made, decision)
            by_hand += settled
            is_test = sentence_id in tests or gold_row.test
            gold.append(replace(gold_row, index=indexes[sentence_id], test=is_test))
            ties.extend(left_open)
    report = _report(rule, gold, coded, codebook, ties)
    return gold, replace(report, by_hand=by_hand, competence=made.competence)


def _votes(row: Annotation) -> Annotation:
    """The layers that have a vote: a required set without a tick is still to be done."""
    done = {name: value for name, value in row.layers.items() if name not in row.incomplete}
    return replace(row, layers=done)


def _refuse_unknown(coded: Mapping[str, list[Annotation]], sentences: Mapping[str, Context]) -> None:
    unknown = [sentence_id for sentence_id in coded if sentence_id not in sentences]
    if unknown:
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        raise DataError(
            f"the text of {unknown[0]}{more} is not at hand: "
            "expected an export with its tasks, or the study's sentences"
        )


def _indexes(sentences: Mapping[str, Context]) -> dict[str, int]:
    """The index of each sentence; where it is not given, its place among those of its commentary."""
    seen: Counter[str] = Counter()
    indexes: dict[str, int] = {}
    for sentence_id, context in sentences.items():
        index = None if isinstance(context, TaskData) else context.index
        indexes[sentence_id] = seen[context.commentary_id] if index is None else index
        seen[context.commentary_id] += 1
    return indexes


def _gold(
    rows: Sequence[Annotation],
    context: Context,
    codebook: Codebook,
    rule: Rule,
    decision: Annotation | None,
) -> tuple[GoldSentence, list[Tie], int]:
    """The gold sentence of these codings, what is open in it, and how much a third person decided."""
    layers: Layers = {}
    support: dict[str, dict[str, int]] = {}
    probabilities: dict[str, Shares] = {}
    ties: list[Tie] = []
    settled = 0
    sentence_id = rows[0].sentence_id
    for layer in codebook.layers:
        annotated = {row.annotator: row.layers[layer.id] for row in rows if layer.id in row.layers}
        if layer.kind not in KINDS or not annotated:
            continue
        kind = KINDS[layer.kind]
        by_rule = result = kind.decide(sentence_id, layer, annotated, codebook, rule)
        adjudicated = _decided(decision, layer)
        if by_rule.left_open and adjudicated is not None:
            result = kind.settle(by_rule, layer, adjudicated)
        settled += len(by_rule.left_open) - len(result.left_open)
        if result.value is not None:
            layers[layer.id] = result.value
        support[layer.id] = {"annotators": len(annotated), "agreed": agreed(layer, annotated, result.value)}
        probabilities[layer.id] = result.shares
        if layer.predict:  # whether a coder was unsure is not for others to settle
            left_open = result.left_open.items()
            ties.extend(Tie(sentence_id=sentence_id, layer=name, votes=votes) for name, votes in left_open)
    gold = GoldSentence(
        sentence_id=sentence_id,
        commentary_id=rows[0].commentary_id,
        text=context.text,
        before=getattr(context, "before", ""),
        after=getattr(context, "after", ""),
        author=getattr(context, "author", None) or None,
        date=getattr(context, "date", None) or None,
        layers=layers,
        support=support,
        probabilities=probabilities,
        undecided=[tie.layer for tie in ties],
        test=getattr(context, "test", False) or any(row.phase == "test" for row in rows),
    )
    return gold, ties, settled


def _decided(decision: Annotation | None, layer: Layer) -> LayerValue | None:
    """The third person's value of a layer; None where they have skipped it or must mend it."""
    if decision is None or decision.skipped or layer.id in decision.incomplete:
        return None
    return decision.layers.get(layer.id)


def _report(
    rule: str,
    gold: Sequence[GoldSentence],
    coded: Mapping[str, list[Annotation]],
    codebook: Codebook,
    ties: list[Tie],
) -> AdjudicationReport:
    undecided = sum(bool(row.undecided) for row in gold)
    layers = [layer for layer in codebook.layers if layer.kind in KINDS]
    return AdjudicationReport(
        rule=rule,
        sentences=len(gold),
        decided=len(gold) - undecided,
        undecided=undecided,
        skipped=len(coded) - len(gold),
        layers={layer.id: _outcome(layer, gold) for layer in layers},
        ties=ties,
        annotators=_tendencies(gold, coded, layers),
    )


def _outcome(layer: Layer, gold: Iterable[GoldSentence]) -> dict[str, int]:
    """In how many sentences the layer is decided, and in how many something of it is open."""
    left_open = [{name.partition("__")[0] for name in row.undecided} for row in gold]
    return {
        "decided": sum(layer.id in row.layers for row in gold),
        "undecided": sum(layer.id in names for names in left_open),
    }


def _tendencies(
    gold: Iterable[GoldSentence], coded: Mapping[str, list[Annotation]], layers: Sequence[Layer]
) -> dict[str, dict[str, Tendency]]:
    """Who codes what how often, and how often as in gold."""
    pairs: dict[str, dict[str, list[tuple[LayerValue, LayerValue | None]]]] = {}
    for row in gold:
        for annotation in (a for a in coded[row.sentence_id] if not is_unknown(a.annotator)):
            by_layer = pairs.setdefault(annotation.annotator, {})
            for layer in layers:
                if layer.id in annotation.layers and not annotation.skipped:
                    pair = annotation.layers[layer.id], row.layers.get(layer.id)
                    by_layer.setdefault(layer.id, []).append(pair)
    kinds = {layer.id: KINDS[layer.kind] for layer in layers}
    return {
        who: {layer_id: _tendency(kinds[layer_id], pairs) for layer_id, pairs in by_layer.items()}
        for who, by_layer in sorted(pairs.items())
    }


def _tendency(kind: Kind, pairs: Sequence[tuple[LayerValue, LayerValue | None]]) -> Tendency:
    codes = [code for value, _ in pairs for code in kind.codes(value)]
    agreed = sum(gold is not None and kind.is_as(value, gold) for value, gold in pairs)
    return Tendency(coded=len(pairs), agreed=agreed, codes=tally(codes))
