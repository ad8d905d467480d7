"""Small tagged pieces for the tests of the reading page, with invented scores."""

from collections.abc import Mapping, Sequence

from annotate.analysis.piece import TaggedPiece
from schemas.codebook import Code, Codebook, Layer, Target
from schemas.records import (
    Block,
    CodePrediction,
    Commentary,
    LayerPrediction,
    Prediction,
    Sentence,
    SetPrediction,
    TouchPrediction,
)

LIMIT = "Soll auf Autobahnen ein Tempolimit gelten?"
PHONES = "Sollen Smartphones an Schulen verboten sein?"

VOICE = Layer(
    id="voice",
    kind="one",
    label="Stimme",
    codes=[
        Code(id="author", label="Autor", short="Der Autor spricht."),
        Code(id="other", label="Wiedergabe"),
        Code(id="mixed", label="Gemischt"),
    ],
)
FUNCTION = Layer(
    id="function",
    kind="one",
    label="Satzart",
    codes=[Code(id="claim", label="Urteil"), Code(id="report", label="Bericht", short="Nachprüfbar.")],
)
STANCE = Layer(
    id="stance",
    kind="stance",
    label="Haltung des Autors",
    codes=[
        Code(id="favor", label="Ja"),
        Code(id="against", label="Nein"),
        Code(id="open", label="Offen"),
    ],
)
RHETORIC = Layer(
    id="rhetoric",
    kind="set",
    label="Mittel",
    exclusive=["none"],
    codes=[
        Code(id="irony", label="Ironie/Distanz"),
        Code(id="metaphor", label="Bild/Vergleich"),
        Code(id="none", label="Keine"),
    ],
)
TARGETS = [
    Target(id="tempolimit", question=LIMIT, favor_means="Ein Limit wird verlangt."),
    Target(id="smartphone", question=PHONES),
]
LAYERS = [VOICE, FUNCTION, STANCE, RHETORIC]


def codebook(*, layers: Sequence[Layer] = LAYERS, targets: Sequence[Target] = TARGETS) -> Codebook:
    return Codebook(
        codebook="probe", version="1.0.0", language="de", layers=list(layers), targets=list(targets)
    )


#: Of a target that is touched for sure.
SURE_TOUCH = TouchPrediction(score=0.9, threshold=0.7, abstained=False)


def says(code: str, score: float = 0.8, *, abstained: bool = False, threshold: float = 0.6) -> CodePrediction:
    """A model's answer for one layer or one target."""
    return CodePrediction(
        code=code, score=score, threshold=threshold, abstained=abstained, scores={code: score}
    )


def touches(code: str = "favor", score: float = 0.5) -> CodePrediction:
    """An answer whose touch is sure and whose direction is open."""
    return CodePrediction(
        code=code,
        score=score,
        threshold=0.6,
        abstained=True,
        touched=0.9,
        scores={code: score},
        touch=SURE_TOUCH,
    )


def devices(*codes: str, abstained: Sequence[str] = ()) -> SetPrediction:
    return SetPrediction(
        codes=list(codes),
        scores=dict.fromkeys(codes, 0.7),
        thresholds=dict.fromkeys(codes, 0.5),
        abstained=list(abstained),
    )


def answers(
    voice: CodePrediction | str | None = "author", rhetoric: SetPrediction | None = None,
    function: CodePrediction | None = None, **stance: CodePrediction | str,
) -> dict[str, LayerPrediction]:  # fmt: skip
    """The layers of a prediction; a plain word is a sure answer."""
    layers: dict[str, LayerPrediction] = {}
    if voice is not None:
        layers["voice"] = says(voice) if isinstance(voice, str) else voice
    layers["function"] = function or says("claim")
    if stance:
        layers["stance"] = {t: says(a) if isinstance(a, str) else a for t, a in stance.items()}
    layers["rhetoric"] = rhetoric or devices("none")
    return layers


Row = tuple[str, Mapping[str, LayerPrediction] | None]


def piece(
    *rows: Row, title: str = "Was der Verkehr kostet", author: str | None = "Grete Halm",
    date: str | None = "2025-02-18", reasons: Mapping[str, list[tuple[str, float]]] | None = None,
    **more: str,
) -> TaggedPiece:  # fmt: skip
    """A piece of one paragraph; a row without layers has no prediction."""
    text = f"{title}\n\n"
    start = len(text)
    sentences: list[Sentence] = []
    for n, (words, _) in enumerate(rows):
        text += " " if n else ""
        place = len(text)
        text += words
        sentences.append(sentence(n, words, place, block=1))
    blocks = [
        Block(kind="title", start=0, end=len(title)),
        Block(kind="paragraph", start=start, end=len(text)),
    ]
    commentary = Commentary(
        commentary_id="probe", title=title, author=author, date=date, text=text, blocks=blocks, **more
    )
    found = [
        prediction(n, words, layers, reasons or {})
        for n, (words, layers) in enumerate(rows)
        if layers is not None
    ]
    return TaggedPiece(commentary=commentary, sentences=sentences, predictions=found)


def sentence(n: int, words: str, start: int, *, block: int, chain: str | None = None) -> Sentence:
    return Sentence(
        sentence_id=f"probe:{n}", commentary_id="probe", index=n, start=start, end=start + len(words),
        text=words, kind="sentence", continues=False, chain_id=chain, block=block,
    )  # fmt: skip


def prediction(
    n: int, words: str, layers: Mapping[str, LayerPrediction], reasons: Mapping[str, list[tuple[str, float]]]
) -> Prediction:
    return Prediction(
        sentence_id=f"probe:{n}", commentary_id="probe", text=words, model_version="probe-00c0ffee",
        codebook="probe", codebook_version="1.0.0", layers=dict(layers), reasons=dict(reasons),
    )  # fmt: skip
