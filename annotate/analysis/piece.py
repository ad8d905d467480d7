"""What a page shows of a tagged piece: who speaks, which way, what stays open. No HTML.

Relayed speech is never shown as the author's stance: a sentence has a stance mark only where the
voice is the author's and the model did not abstain from saying so.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from annotate.analysis.drift import Drift
from annotate.analysis.human_codes import checked_layers, with_checked
from annotate.kinds import DIRECTION_OPEN, UNDECIDED, decided, kind_of, label_of
from schemas.codebook import Code, Codebook, Layer, Target
from schemas.kinds import KINDS
from schemas.records import (
    UNRELATED,
    CodePrediction,
    Commentary,
    Layers,
    Prediction,
    Record,
    Sentence,
)


class Hit(Record, frozen=True, kw_only=True):
    """A sentence behind a figure: of a target with its code, of a device, or of a name."""

    what: str
    code: str
    number: int
    text: str


class Evidence(NamedTuple):
    """A sentence behind a figure, with where it stands."""

    code: str
    number: int
    text: str
    page: str
    title: str
    author: str | None
    day: str | None


Voice = Literal["own", "other", "mixed", "undecided", "unasked"]
#: Whose codes are shown: the model's, people's where there are any and else the model's, people's only.
Codes = Literal["model", "both", "people"]

VOICE_LAYER = "voice"

SIGNS = {"favor": "▲", "against": "▼"}
TONES = {"favor": "yes", "against": "no"}
UNDECIDED_SIGN = "○"  # a question mark would read as the text's own
TOUCHED_SIGN, TOUCHED_LABEL = "◐", "berührt, Richtung unklar"
OTHER_SIGNS = "◆●■◇▣□"
KEY_SENTENCES = 3


class TaggedPiece(Record, frozen=True, kw_only=True):
    """A commentary with its sentences and what a model says of each, in the same order.

    ``checked`` holds what people coded, by the id of the sentence; null where nobody was asked for it.
    ``spellings`` are other spellings of names, each with the one that the study uses. ``original`` is what
    the commentary is a translation of, where it was read too.
    """

    commentary: Commentary
    sentences: list[Sentence]
    predictions: list[Prediction]
    drift: Drift | None = None
    checked: dict[str, Layers] | None = None
    spellings: dict[str, str] = {}
    original: Commentary | None = None


class Lens(Record, frozen=True, kw_only=True):
    """One way of looking at a piece: a stance toward a target, or a layer with one code a sentence."""

    layer: Layer
    target: Target | None = None

    @property
    def key(self) -> str:
        return f"{self.layer.id}.{self.target.id}" if self.target else self.layer.id

    @property
    def codes(self) -> list[Code]:
        return [code for code in self.layer.codes if code.id != UNRELATED or self.target is None]

    def sign(self, code_id: str) -> str:
        """What stands for a code beside its colour: ▲, ▼ or another shape."""
        if code_id in SIGNS:
            return SIGNS[code_id]
        others = [code.id for code in self.codes if code.id not in SIGNS]
        return OTHER_SIGNS[others.index(code_id) % len(OTHER_SIGNS)] if code_id in others else UNDECIDED_SIGN


class Mark(Record, frozen=True, kw_only=True):
    """What a sentence is through a lens.

    ``code`` is `UNDECIDED` where the model abstained, `DIRECTION_OPEN` where it is sure of the touch alone.
    """

    code: str
    tone: Literal["yes", "no", "open", "touched", "plain", "unsure"]
    sign: str
    label: str
    score: float


class SentenceView(Record, frozen=True, kw_only=True):
    """A sentence as the page shows it; ``tokens`` is what the filters look for.

    ``checked`` names the layers that people coded.
    """

    number: int
    sentence: Sentence
    prediction: Prediction | None
    voice: Voice
    voice_label: str
    marks: dict[str, Mark]
    devices: list[str]
    tokens: list[str]
    checked: list[str] = []


class Tally(Record, frozen=True, kw_only=True):
    """Sentences per code through a lens.

    ``held`` counts what touches a target in another's or a mixed voice: it is not the author's
    and stands in no count. ``asked`` is how many sentences the model judged at all. ``direction_open``
    counts what is surely touched, and by no code.
    """

    lens: Lens
    counts: dict[str, int]
    direction_open: int = 0
    undecided: int
    held: int
    asked: int

    @property
    def answered(self) -> int:
        return sum(self.counts.values())

    @property
    def touched(self) -> int:
        return self.answered + self.direction_open


class PieceView(Record, frozen=True, kw_only=True):
    number: int
    piece: TaggedPiece
    sentences: list[SentenceView]
    tallies: list[Tally]
    chosen: Lens | None
    codes: Codes = "model"

    @property
    def checked(self) -> int:
        """How many sentences people coded."""
        return sum(bool(shown.checked) for shown in self.sentences)

    @property
    def judge(self) -> str:
        return "von Menschen" if self.codes == "people" else "vom Modell"

    @property
    def targets(self) -> list[Tally]:
        return [tally for tally in self.tallies if tally.lens.target]

    def tally(self, lens: Lens) -> Tally:
        return next(tally for tally in self.tallies if tally.lens.key == lens.key)


def voice_layer(codebook: Codebook) -> Layer | None:
    """The layer that says who speaks, if the codebook has one."""
    layer = codebook.layer(VOICE_LAYER)
    return layer if layer and not _is_plural(layer) and "author" in layer.code_ids else None


def lenses(codebook: Codebook) -> list[Lens]:
    """Stance toward each target, then the layers with one code a sentence; not the voice."""
    predicted = codebook.predicted_layers
    stances = [
        Lens(layer=layer, target=target)
        for layer in predicted
        if KINDS[layer.kind].by_target
        for target in codebook.targets
    ]
    voice = voice_layer(codebook)
    singles = [Lens(layer=layer) for layer in predicted if not _is_plural(layer) and layer != voice]
    return stances + singles


def _is_plural(layer: Layer) -> bool:
    """Whether a sentence has more than one answer in the layer."""
    return KINDS[layer.kind].by_target or KINDS[layer.kind].several


def device_codes(codebook: Codebook) -> list[str]:
    """``<layer>.<code>`` of every code of a set, but those that say "none"."""
    return [
        f"{layer.id}.{code}"
        for layer in codebook.predicted_layers
        if KINDS[layer.kind].several
        for code in layer.code_ids
        if code not in layer.exclusive
    ]


class _Asked(NamedTuple):
    """What a codebook asks: its lenses, its layer of voices, all layers a model codes."""

    lenses: list[Lens]
    voice: Layer | None
    layers: list[Layer]


def view_piece(piece: TaggedPiece, codebook: Codebook, *, number: int, codes: Codes = "model") -> PieceView:
    """All that the page shows of a piece. A sentence without a prediction is shown without codes."""
    by_id = {prediction.sentence_id: prediction for prediction in piece.predictions}
    said = piece.checked or {} if codes != "model" else {}
    asked = _Asked(lenses(codebook), voice_layer(codebook), codebook.predicted_layers)
    shown = []
    for n, sentence in enumerate(piece.sentences, start=1):
        prediction = by_id.get(sentence.sentence_id)
        checked = checked_layers(said.get(sentence.sentence_id, {}), codebook)
        if codes != "model":
            only = codes == "people"
            prediction = with_checked(prediction, sentence, checked, codebook, only=only)
        shown.append(
            _view_sentence(
                sentence, prediction, codebook, asked, number=n, checked=list(checked), codes=codes
            )
        )
    tallies = [_tally(lens, shown) for lens in asked.lenses]
    return PieceView(
        number=number, piece=piece, sentences=shown, tallies=tallies, chosen=_chosen(tallies), codes=codes
    )


def key_sentences(view: PieceView, lens: Lens) -> list[SentenceView]:
    """The surest sentences of the author's own voice toward a target, surest first."""
    touching = [
        s
        for s in view.sentences
        if lens.key in s.marks and s.marks[lens.key].code not in (UNDECIDED, DIRECTION_OPEN)
    ]
    return sorted(touching, key=lambda s: (-s.marks[lens.key].score, s.number))[:KEY_SENTENCES]


def answer_to(prediction: Prediction | None, lens: Lens) -> CodePrediction | None:
    """What a model says of a sentence through a lens, or None where it was not asked."""
    answer: Any = prediction.layers.get(lens.layer.id) if prediction else None
    if answer is not None and lens.target:
        answer = answer.get(lens.target.id)
    return answer  # type: ignore[no-any-return]


def _view_sentence(
    sentence: Sentence, prediction: Prediction | None, codebook: Codebook, asked: _Asked, *,
    number: int, checked: list[str], codes: Codes,
) -> SentenceView:  # fmt: skip
    voice, voice_label = _voice(prediction, asked.voice, codebook, codes)
    marks = {}
    for lens in asked.lenses:
        if mark := _mark(answer_to(prediction, lens), lens, voice, codebook):
            marks[lens.key] = mark
    return SentenceView(
        number=number,
        sentence=sentence,
        prediction=prediction,
        voice=voice,
        voice_label=voice_label,
        marks=marks,
        devices=_devices(prediction, asked.layers, codebook),
        tokens=_tokens(prediction, marks, asked.layers),
        checked=checked,
    )


def _voice(
    prediction: Prediction | None, layer: Layer | None, codebook: Codebook, codes: Codes
) -> tuple[Voice, str]:
    if layer is None or (prediction is None and codes == "people"):
        return "unasked", ""
    answer: Any = prediction.layers.get(layer.id) if prediction else None
    if answer is None or answer.abstained:
        return "undecided", "Stimme unentschieden"
    label = label_of(layer, str(answer.code), codebook)
    if answer.code == "author":
        return "own", label
    return ("mixed" if answer.code == "mixed" else "other"), label


def _mark(answer: CodePrediction | None, lens: Lens, voice: Voice, codebook: Codebook) -> Mark | None:
    if answer is None or (lens.target is not None and voice in ("other", "mixed")):
        return None
    code = str(answer.code)
    if code == UNRELATED and lens.target is not None and not answer.abstained and not answer.touch_sure:
        return None
    label = label_of(lens.layer, code, codebook)
    if lens.target is None:
        if answer.abstained:
            return _undecided(answer, f"unentschieden, am ehesten {label}")
        return Mark(code=code, tone="plain", sign=label, label=label, score=answer.score)
    if answer.is_touched_only:
        label = TOUCHED_LABEL
    elif answer.abstained:
        likely = "nicht berührt" if code == UNRELATED else label
        return _undecided(answer, f"unentschieden, am ehesten {likely}")
    if voice == "undecided":
        return _undecided(answer, f"unentschieden, wer spricht; wenn der Autor: {label}")
    if answer.is_touched_only:
        score = answer.score if answer.touched is None else answer.touched
        return Mark(code=DIRECTION_OPEN, tone="touched", sign=TOUCHED_SIGN, label=label, score=score)
    tone = TONES.get(code, "open")
    return Mark(code=code, tone=tone, sign=lens.sign(code), label=label, score=answer.score)  # type: ignore[arg-type]


def _undecided(answer: CodePrediction, label: str) -> Mark:
    return Mark(code=UNDECIDED, tone="unsure", sign=UNDECIDED_SIGN, label=label, score=answer.score)


def _devices(prediction: Prediction | None, layers: Sequence[Layer], codebook: Codebook) -> list[str]:
    labels = []
    for layer in layers:
        answer: Any = prediction.layers.get(layer.id) if prediction and KINDS[layer.kind].several else None
        if answer is not None:
            shown = (code for code in decided(answer) if code not in layer.exclusive)
            labels += [label_of(layer, code, codebook) for code in shown]
    return labels


def _tokens(prediction: Prediction | None, marks: dict[str, Mark], layers: Sequence[Layer]) -> list[str]:
    tokens = [f"{key}.{mark.code}" for key, mark in marks.items() if "." in key]
    for layer in layers:
        answer = prediction.layers.get(layer.id) if prediction else None
        if answer is not None:
            tokens += [f"{layer.id}.{code}" for code in kind_of(layer).shown_codes(answer)]
    return tokens


def _tally(lens: Lens, shown: Sequence[SentenceView]) -> Tally:
    counts = Counter(s.marks[lens.key].code for s in shown if lens.key in s.marks)
    answers = [(s, answer) for s in shown if (answer := answer_to(s.prediction, lens))]
    held = sum(
        s.voice in ("other", "mixed") and (answer.is_directed or answer.is_touched_only)
        for s, answer in answers
        if lens.target
    )
    return Tally(
        lens=lens,
        counts={code.id: counts[code.id] for code in lens.codes},
        direction_open=counts[DIRECTION_OPEN],
        undecided=counts[UNDECIDED],
        held=held,
        asked=len(answers),
    )


def _chosen(tallies: Sequence[Tally]) -> Lens | None:
    """The target touched most often; where there is none that was asked, the first layer that was."""
    asked = [tally for tally in tallies if tally.asked]
    targets = [tally for tally in asked if tally.lens.target]
    if targets:
        return max(targets, key=lambda tally: (tally.touched, tally.undecided + tally.held)).lens
    return asked[0].lens if asked else None
