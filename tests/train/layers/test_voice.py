"""Who speaks: where the rule contradicts the model, the answer is left open."""

import pytest

from schemas.codebook import Code, Layer
from schemas.records import CodePrediction
from train.features.passages import Passage
from train.layers.voice import is_voice, left_open


def _says(code: str) -> CodePrediction:
    return CodePrediction(code=code, score=0.9, threshold=0.6, abstained=False, scores={code: 0.9})


@pytest.mark.parametrize(
    ("text", "code", "is_open"),
    [
        ("Merz betonte, dass gezahlt wird.", "author", True),
        ("Merz betonte, dass gezahlt wird.", "other", False),
        ("Merz betonte, dass gezahlt wird.", "mixed", False),
        ("Es wird gezahlt.", "author", False),
        ("Es wird gezahlt.", "other", True),
        ("Es wird gezahlt.", "mixed", True),
        ("Merz nannte den Plan „Murks“.", "author", False),
        ("Merz nannte den Plan „Murks“.", "other", False),
    ],
)
def test_rule_and_model_that_differ_leave_the_voice_open(text: str, code: str, is_open: bool) -> None:
    (found,) = left_open([_says(code)], [Passage(text, "", "", "", "")])
    assert (found.code, found.abstained) == (code, is_open)


def test_speech_that_runs_on_is_never_surely_the_authors() -> None:
    passage = Passage("Das bleibe so.", "Merz sagte, man zahle.", "", "", "")
    assert left_open([_says("author")], [passage])[0].abstained


def test_what_is_open_stays_open() -> None:
    unsure = CodePrediction(code="author", score=0.4, threshold=0.6, abstained=True, scores={"author": 0.4})
    assert left_open([unsure], [Passage("Es regnet.", "", "", "", "")]) == [unsure]


@pytest.mark.parametrize(
    ("name", "codes", "known"),
    [("voice", ["author", "other"], True), ("voice", ["yes", "no"], False), ("function", ["author"], False)],
)
def test_the_layer_is_known_by_its_name_and_the_author(name: str, codes: list[str], known: bool) -> None:
    layer = Layer(id=name, kind="one", label={"de": name}, codes=[Code(id=c, label={"de": c}) for c in codes])
    assert is_voice(layer) is known
