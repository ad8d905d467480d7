"""The panel of one sentence: its codes, their probabilities, the words that moved them."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from annotate.analysis.piece import (
    TOUCHED_LABEL,
    TOUCHED_SIGN,
    UNDECIDED_SIGN,
    Lens,
    PieceView,
    SentenceView,
    Voice,
    answer_to,
    lenses,
)
from annotate.kinds import decided, label_of
from annotate.pages.german import percent
from annotate.pages.reasons import mark_words, reason_list
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
    """All codes of a sentence; hidden until the reader opens it."""
    name = f"p{view.number}-d{shown.number}"
    return tag(
        "div",
        tag("h3", f"Satz {shown.number} von {len(view.sentences)}", id=name, tabindex="-1"),
        tag("blockquote", _quote(shown)),
        _remarks(shown, view, codebook),
        [_layer(layer, shown, view, codebook) for layer in codebook.predicted_layers],
        class_="detail",
        data_n=shown.number,
        hidden=True,
    )


def bar(score: float, threshold: float | None = None) -> Markup:
    """A probability as a bar; the upright line is the threshold from which the model decides."""
    at = f"{threshold * 100:.1f}%" if threshold is not None and 0 < threshold < 1 else None
    return _bar(f"{max(0.0, min(1.0, score)) * 100:.1f}%", at)


@lru_cache(1 << 12)  # a page has some twenty a sentence, and many are the same
def _bar(width: str, at: str | None) -> Markup:
    # height, ground and colour stand in the style: these are half of a page
    line = tag("line", x1=at, x2=at, y2="100%") if at else None
    return tag("svg", tag("rect", width=width), line, class_="bar", aria_hidden="true")


def _why(shown: SentenceView, lens: Lens) -> Markup | None:
    name = f"{lens.layer.id}__{lens.target.id}" if lens.target else lens.layer.id
    reasons = shown.prediction.reasons.get(name) if shown.prediction else None
    return None if reasons is None else reason_list(reasons)


def _quote(shown: SentenceView) -> Markup:
    reasons = shown.prediction.reasons.values() if shown.prediction else ()
    return mark_words(shown.sentence.text, (name for pairs in reasons for name, _ in pairs))


def _remarks(shown: SentenceView, view: PieceView, codebook: Codebook) -> Iterator[Markup]:
    if shown.prediction is None and view.codes == "people":
        yield tag("p", "Diesen Satz hat niemand geprüft.", class_="remark")
    elif shown.prediction is None:
        yield tag("p", "Zu diesem Satz liegt keine Auskunft des Modells vor.", class_="remark")
    elif shown.voice in NOT_OWN and any(lens.target for lens in lenses(codebook)):
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
        body = _BODIES.get(layer.kind, _single)(answer, layer, shown, codebook)
    else:
        body = tag("p", f"{view.judge} nicht beurteilt", class_="quiet")
    return tag("section", heading, body)


def _single(answer: Any, layer: Layer, shown: SentenceView, codebook: Codebook) -> Markup:
    lens, label = Lens(layer=layer), label_of(layer, str(answer.code), codebook)
    return join(
        [
            _verdict(answer, label),
            _rows(_code_rows(answer, lens, codebook)),
            _why(shown, lens),
        ]
    )


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


def _set(answer: Any, layer: Layer, shown: SentenceView, codebook: Codebook) -> Markup:
    names = [label_of(layer, code, codebook) for code in decided(answer)]
    open_names = [label_of(layer, code, codebook) for code in answer.abstained]
    rows = [
        _row(label_of(layer, code, codebook), score, answer.thresholds.get(code), code in decided(answer))
        for code, score in sorted(answer.scores.items(), key=lambda item: -item[1])
    ]
    verdict = tag("p", tag("b", ", ".join(names)), class_="verdict") if names else None
    if open_names or not names:
        words = f": {', '.join(open_names)}" if open_names else ""
        undecided = tag("p", tag("b", f"{UNDECIDED_SIGN} unentschieden"), words, class_="verdict unsure")
    else:
        undecided = None
    return join([verdict, undecided, _rows(rows), _why(shown, Lens(layer=layer))])


def _stance(answer: Any, layer: Layer, shown: SentenceView, codebook: Codebook) -> Markup:
    return join(_stance_parts(layer, shown, codebook))


def _stance_parts(layer: Layer, shown: SentenceView, codebook: Codebook) -> Iterator[Markup]:
    asked = [lens for lens in lenses(codebook) if lens.layer.id == layer.id]
    answers = [(lens, answer) for lens in asked if (answer := answer_to(shown.prediction, lens))]
    sure = [(lens, a) for lens, a in answers if a.is_directed or a.is_touched_only]
    undecided = [(lens, a) for lens, a in answers if a.abstained and not a.is_touched_only]
    for lens, answer in sure:
        yield _toward(lens, answer, shown, codebook)
    if undecided:
        rows = [_toward(lens, answer, shown, codebook) for lens, answer in undecided]
        words = f"{UNDECIDED_SIGN} unentschieden bei {len(rows)} {'Ziel' if len(rows) == 1 else 'Zielen'}"
        yield tag("details", tag("summary", words), rows, open=len(rows) == 1)
    rest = [
        lens.target
        for lens, a in answers
        if not (a.abstained or a.is_directed or a.is_touched_only) and lens.target
    ]
    if rest:
        questions = [tag("li", codebook.say(target.question)) for target in rest]
        summary = "Kein Ziel berührt" if len(rest) == len(answers) else f"Nicht berührt: {len(rest)}"
        yield tag("details", tag("summary", summary), tag("ul", questions), class_="quiet")


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
    touched = None if answer.touched is None else _row("berührt", answer.touched, None, is_given)
    rows = _code_rows(answer, lens, codebook)
    return tag(
        "div",
        tag("h5", codebook.say(lens.target.question)),
        verdict,
        tag("p", rests_on, class_="quiet") if rests_on else None,
        _rows([touched, *rows] if touched else rows),
        _why(shown, lens),
        class_="toward",
    )


def _code_rows(answer: CodePrediction, lens: Lens, codebook: Codebook) -> list[Markup]:
    """A row a code, likeliest first; "not touched" only where no row says "touched"."""
    shown = [item for item in answer.scores.items() if item[0] != UNRELATED or answer.touched is None]
    return [
        _row(_name(lens, code, codebook), score, answer.threshold, code == str(answer.code))
        for code, score in sorted(shown, key=lambda item: -item[1])
    ]


def _name(lens: Lens, code: str, codebook: Codebook) -> str:
    return "nicht berührt" if lens.target and code == UNRELATED else label_of(lens.layer, code, codebook)


def _rows(rows: list[Markup]) -> Markup | None:
    return tag("ul", rows, class_="scores") if rows else None


def _row(label: str, score: float, threshold: float | None, is_given: bool) -> Markup:
    return tag(
        "li",
        tag("span", label, class_="name"),
        bar(score, threshold),
        tag("span", percent(score), class_="score"),
        class_="given" if is_given else None,
    )


#: The body of a layer by its kind; all others have one answer.
_BODIES: dict[str, Callable[[Any, Layer, SentenceView, Codebook], Markup]] = {"set": _set, "stance": _stance}
