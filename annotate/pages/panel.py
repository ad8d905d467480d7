"""The panel of one sentence: its codes, their probabilities, the words that moved them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from annotate.analysis.piece import (
    TOUCHED_LABEL,
    TOUCHED_SIGN,
    UNDECIDED_SIGN,
    Lens,
    PieceView,
    SentenceView,
    Voice,
    answer_to,
)
from annotate.kinds import decided, label_of
from annotate.pages.german import percent
from annotate.pages.reasons import reason_list
from schemas.codebook import Codebook, Layer
from schemas.markup import Markup, join, tag
from schemas.records import UNRELATED, CodePrediction

NOT_COUNTED = "Der Satz wird nicht als Haltung des Autors gezählt oder getönt."
NOT_OWN: dict[Voice, str] = {
    "other": "Der Satz gibt wieder, was andere sagen.",
    "mixed": "Fremde und eigene Rede sind gemischt.",
    "undecided": "Wer hier spricht, ist unentschieden.",
}
#: What a direction rests on, where it is not the sentence.
RESTS_ON = {
    "author": "Die Richtung stammt aus anderen Texten des Autors, nicht aus diesem Satz.",
    "commentary": "Die Richtung stammt aus anderen, schon codierten Sätzen dieses Textes.",
    "predictions": "Die Richtung stützt sich auch auf Antworten eines Sprachmodells.",
}


def sentence_panel(shown: SentenceView, view: PieceView, codebook: Codebook) -> Markup:
    """All codes of a sentence; hidden until the reader opens it, when the script says on top of which."""
    return tag(
        "div",
        _remarks(shown, view, codebook),
        [_layer(layer, shown, view, codebook) for layer in codebook.predicted_layers],
        class_="detail",
        data_n=shown.number,
        hidden=True,
    )


def _why(shown: SentenceView, lens: Lens) -> Markup | None:
    name = f"{lens.layer.id}__{lens.target.id}" if lens.target else lens.layer.id
    reasons = shown.prediction.reasons.get(name) if shown.prediction else None
    return None if reasons is None else reason_list(reasons)


def _remarks(shown: SentenceView, view: PieceView, codebook: Codebook) -> Iterator[Markup]:
    if shown.prediction is None and view.codes == "people":
        yield tag("p", "Diesen Satz hat niemand geprüft.", class_="remark")
    elif shown.prediction is None:
        yield tag("p", "Zu diesem Satz liegt keine Auskunft des Modells vor.", class_="remark")
    elif shown.voice in NOT_OWN and view.targets:
        yield tag("p", f"{NOT_OWN[shown.voice]} {NOT_COUNTED}", class_="remark")
    if shown.sentence.chain_id:
        words = "Teil eines Satzes, der über mehrere Absätze oder Listenpunkte läuft."
        yield tag("p", words, class_="remark")


def _layer(layer: Layer, shown: SentenceView, view: PieceView, codebook: Codebook) -> Markup | None:
    prediction = shown.prediction
    if prediction is None:
        return None
    answer = prediction.layers.get(layer.id)
    by = tag("small", "✓ von Menschen geprüft") if layer.id in shown.checked else None
    heading = tag("h4", codebook.say(layer.label), " " if by else None, by)
    if answer:
        body = _BODIES.get(layer.kind, _single)(answer, layer, shown, view, codebook)
    else:
        body = tag("p", f"{view.judge} nicht beurteilt", class_="quiet")
    return tag("section", heading, body)


def _single(answer: Any, layer: Layer, shown: SentenceView, view: PieceView, codebook: Codebook) -> Markup:
    lens, label = Lens(layer=layer), label_of(layer, str(answer.code), codebook)
    scores = _scores(_code_scores(answer, lens, codebook), [answer.threshold])
    return join([_verdict(answer, label), scores, _why(shown, lens)])


def _verdict(answer: CodePrediction, label: str) -> Markup:
    if answer.abstained:
        # a threshold of 1 is the model's word for "right too seldom when it was tried out"
        is_open = answer.threshold < 1
        why = f"nötig wären {percent(answer.threshold)}" if is_open else "in der Erprobung zu oft falsch"
        if answer.score >= answer.threshold:  # surely, and yet a rule contradicts: `train.layers.voice`
            why = "die Zeichen für Wiedergabe sprechen dagegen"
        words = f" – am ehesten {label} ({percent(answer.score)}, {why})"
        return tag("p", tag("b", f"{UNDECIDED_SIGN} unentschieden"), words, class_="verdict unsure")
    # what people coded has no probabilities
    return tag("p", tag("b", label), f" {percent(answer.score)}" if answer.scores else None, class_="verdict")


def _set(answer: Any, layer: Layer, shown: SentenceView, view: PieceView, codebook: Codebook) -> Markup:
    given = decided(answer)
    names = [label_of(layer, code, codebook) for code in given]
    open_names = [label_of(layer, code, codebook) for code in answer.abstained]
    ranked = sorted(answer.scores.items(), key=lambda item: -item[1])
    scores = [_Score(label_of(layer, code, codebook), score, code in given) for code, score in ranked]
    thresholds = [answer.thresholds.get(code) for code, _ in ranked]
    verdict = tag("p", tag("b", ", ".join(names)), class_="verdict") if names else None
    if open_names or not names:
        words = f": {', '.join(open_names)}" if open_names else ""
        undecided = tag("p", tag("b", f"{UNDECIDED_SIGN} unentschieden"), words, class_="verdict unsure")
    else:
        undecided = None
    return join([verdict, undecided, _scores(scores, thresholds), _why(shown, Lens(layer=layer))])


def _stance(answer: Any, layer: Layer, shown: SentenceView, view: PieceView, codebook: Codebook) -> Markup:
    return join(_stance_parts(layer, shown, view, codebook))


def _stance_parts(layer: Layer, shown: SentenceView, view: PieceView, codebook: Codebook) -> Iterator[Markup]:
    sure, undecided, rest = [], [], []
    for tally in view.targets:
        lens, target = tally.lens, tally.lens.target
        answer = answer_to(shown.prediction, lens) if lens.layer.id == layer.id else None
        if answer is None or target is None:
            continue
        if answer.is_directed or answer.is_touched_only:
            sure.append((lens, answer))
        elif answer.abstained:
            undecided.append((lens, answer))
        else:
            rest.append(codebook.target_ids.index(target.id))
    for lens, answer in sure:
        yield _toward(lens, answer, shown, codebook)
    if undecided:
        rows = [_toward(lens, answer, shown, codebook) for lens, answer in undecided]
        words = f"{UNDECIDED_SIGN} unentschieden bei {len(rows)} {'Ziel' if len(rows) == 1 else 'Zielen'}"
        yield tag("details", tag("summary", words), rows, open=len(rows) == 1)
    if rest:
        summary = "Kein Ziel berührt" if not sure and not undecided else f"Nicht berührt: {len(rest)}"
        # their questions stand once on the page, in the legend; the script lists them here
        yield tag("details", tag("summary", summary), class_="quiet", data_targets=" ".join(map(str, rest)))


def _toward(lens: Lens, answer: CodePrediction, shown: SentenceView, codebook: Codebook) -> Markup:
    assert lens.target is not None
    code = str(answer.code)
    name = _name(lens, code, codebook)
    if shown.voice in NOT_OWN and (answer.is_touched_only or not answer.abstained):
        said = TOUCHED_LABEL if answer.is_touched_only else name
        score = f" {percent(answer.score)}" if answer.scores and not answer.is_touched_only else ""
        verdict = tag("p", f"nicht gezählt: {said}{score}", class_="verdict unsure")
    elif answer.is_touched_only:
        likely = f" – am ehesten {name} ({percent(answer.score)})" if code != UNRELATED else None
        verdict = tag("p", tag("b", f"{TOUCHED_SIGN} {TOUCHED_LABEL}"), likely, class_="verdict")
    else:
        verdict = _verdict(answer, name if answer.abstained else f"{lens.sign(code)} {name}")
    rests_on = RESTS_ON.get(answer.direction_from or "") if answer.is_directed else None
    is_given = code != UNRELATED or answer.touch_sure
    touched = [] if answer.touched is None else [_Score("berührt", answer.touched, is_given)]
    scores = [*touched, *_code_scores(answer, lens, codebook)]
    return tag(
        "div",
        tag("h5", codebook.say(lens.target.question)),
        verdict,
        tag("p", rests_on, class_="quiet") if rests_on else None,
        _scores(scores, [*(None for _ in touched), answer.threshold]),
        _why(shown, lens),
        class_="toward",
    )


class _Score(NamedTuple):
    label: str
    score: float
    is_given: bool


def _code_scores(answer: CodePrediction, lens: Lens, codebook: Codebook) -> list[_Score]:
    """Each code, likeliest first; "not touched" only where "touched" does not stand before."""
    shown = [item for item in answer.scores.items() if item[0] != UNRELATED or answer.touched is None]
    given = str(answer.code)
    return [
        _Score(_name(lens, code, codebook), score, code == given)
        for code, score in sorted(shown, key=lambda item: -item[1])
    ]


def _name(lens: Lens, code: str, codebook: Codebook) -> str:
    return "nicht berührt" if lens.target and code == UNRELATED else label_of(lens.layer, code, codebook)


def _scores(scores: Sequence[_Score], thresholds: Sequence[float | None]) -> Markup | None:
    """Codes with their probabilities; when the panel opens the script makes a list with bars of them.

    ``data-given`` are the places of those that are given, the first one's if it is left out; ``data-at`` are
    the thresholds, upright lines in the bars, the last of them of all that follow.
    """
    if not scores:
        return None
    given = " ".join([str(n) for n, one in enumerate(scores) if one.is_given])
    lines = [f"{at * 100:.1f}" if at is not None and 0 < at < 1 else "" for at in thresholds]
    return tag(
        "p",
        " · ".join([f"{one.label} {percent(one.score)}" for one in scores]),
        class_="scores",
        data_given=None if given == "0" else given,
        data_at=" ".join(lines) if any(lines) else None,
    )


#: The body of a layer by its kind; all others have one answer.
_BODIES: dict[str, Callable[[Any, Layer, SentenceView, PieceView, Codebook], Markup]] = {
    "set": _set,
    "stance": _stance,
}
