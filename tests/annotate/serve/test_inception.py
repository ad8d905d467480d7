"""INCEpTION's external recommender.

The requests are in the shape that its developer guide publishes and its client (v1, Java) sends: nobody has
recorded them from a running INCEpTION. Offsets in the XMI count UTF-16 units, as Java does.
"""

import io
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import cassis
import pytest

from annotate.serve.retraining import Retrained
from annotate.study.folder import Study
from annotate.texts.context import to_rows
from exports.formats.passages import utf16_units
from schemas.controls import control_name
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import UNRELATED, Assignment, Commentary, Sentence, SetPrediction
from served import Backend
from train.predict import predict, suggestions

Make = Callable[..., Backend]
Span = tuple[int, int]
SENTENCE = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence"
#: A feature of a layer, with what INCEpTION adds to the one that it asks for.
FEATURE = "<featureDescription><name>{}</name><description/><rangeTypeName>uima.cas.{}</rangeTypeName></featureDescription>"
ADDED = [("", "String"), ("_score", "Double"), ("_score_explanation", "String"), ("_auto_accept", "String")]


def described(name: str, features: Sequence[tuple[str, str]]) -> str:
    inside = "".join(FEATURE.format(*feature) for feature in features)
    return (
        f"<typeDescription><name>{name}</name><description/><supertypeName>uima.tcas.Annotation</supertypeName>"
        f"<features>{inside}</features></typeDescription>"
    )


def type_system(layer: str, feature: str) -> str:
    types = [
        described("uima.tcas.DocumentAnnotation", [("language", "String")]),
        described(SENTENCE, [("id", "String")]),
        described(
            "de.tudarmstadt.ukp.clarin.webanno.api.type.CASMetadata",
            [("projectId", "Long"), ("sourceDocumentId", "Long"), ("username", "String")],
        ),
        described(
            layer,
            [
                *((f"{feature}{more}", kind) for more, kind in ADDED),
                ("inception_internal_predicted", "Boolean"),
            ],
        ),
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?><typeSystemDescription '
        f'xmlns="http://uima.apache.org/resourceSpecifier"><types>{"".join(types)}</types></typeSystemDescription>'
    )


def xmi(text: str, spans: Sequence[Span]) -> str:
    place = utf16_units(text)
    sentences = "".join(
        f'<type:Sentence xmi:id="{n}" sofa="1" begin="{place(a)}" end="{place(b)}"/>'
        for n, (a, b) in enumerate(spans, 20)
    )
    members = " ".join(map(str, [8, 9, *range(20, 20 + len(spans))]))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><xmi:XMI xmlns:xmi="http://www.omg.org/XMI" '
        'xmlns:tcas="http:///uima/tcas.ecore" xmlns:cas="http:///uima/cas.ecore" '
        'xmlns:type2="http:///de/tudarmstadt/ukp/clarin/webanno/api/type.ecore" '
        'xmlns:type="http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore" xmi:version="2.0">'
        '<cas:NULL xmi:id="0"/>'
        f'<tcas:DocumentAnnotation xmi:id="8" sofa="1" begin="0" end="{place(len(text))}" language="x-unspecified"/>'
        '<type2:CASMetadata xmi:id="9" sofa="1" begin="0" end="0" projectId="7" sourceDocumentId="42" username="eva"/>'
        f'{sentences}<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" '
        f"sofaString={quoteattr(text, {chr(10): '&#10;'})}/>"
        f'<cas:View sofa="1" members="{members}"/></xmi:XMI>'
    )


def request(
    text: str, spans: Sequence[Span], layer: str = "function", feature: str = "code", **more: Any
) -> dict[str, Any]:
    """What INCEpTION sends to ``predict``."""
    name = f"webanno.custom.{layer}"
    metadata = {
        "layer": name, "feature": feature, "projectId": 7, "anchoringMode": "sentences", "crossSentence": False,
        "range": {"begin": 0, "end": len(text)},
    }  # fmt: skip
    document = {"xmi": xmi(text, spans), "documentId": 42, "userId": more.pop("user", "eva")}
    return {
        "metadata": metadata | more,
        "document": document,
        "typeSystem": type_system(name, feature),
    }


def post(backend: Backend, body: dict[str, Any], layer: str = "function", what: str = "predict") -> Any:
    return backend.client.post(f"/inception/{layer}/{what}", json=body)


def marked(
    backend: Backend, body: dict[str, Any], layer: str = "function"
) -> dict[Span, list[tuple[str, float, str]]]:
    """Place → code, score and explanation of each suggestion, as dkpro-cassis reads the answer."""
    answer = post(backend, body, layer)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["document"]
    types = cassis.load_typesystem(body["typeSystem"])
    cas = cassis.load_cas_from_xmi(io.BytesIO(answer.json()["document"].encode()), typesystem=types)
    feature = body["metadata"]["feature"]
    found: dict[Span, list[tuple[str, float, str]]] = {}
    for one in cas.select(body["metadata"]["layer"]):
        assert one.inception_internal_predicted is True
        row = (one[feature], one[f"{feature}_score"], one[f"{feature}_score_explanation"])
        found.setdefault((one.begin, one.end), []).append(row)
    return found


def pieces(study: Study) -> list[tuple[Commentary, list[Sentence]]]:
    sentences = list(read_jsonl(study.sentences, Sentence))
    return [
        (row, [one for one in sentences if one.commentary_id == row.commentary_id])
        for row in read_jsonl(study.commentaries, Commentary)
    ]


def spans_of(sentences: Sequence[Sentence]) -> list[Span]:
    return [(one.start, one.end) for one in sentences]


def expected(
    backend: Backend, piece: tuple[Commentary, list[Sentence]], layer: str, target: str | None
) -> Any:
    """What `prelabel` would tick, by place, with scores."""
    suggester = backend.serving.current.suggester
    found: dict[Span, dict[str, float]] = {}
    for sentence, row in zip(piece[1], predict(suggester.model, to_rows(*piece)), strict=True):
        suggested = suggestions(suggester.model, row)
        value: Any = suggested.layers.get(layer)
        said = row.layers[layer]
        if value is None:
            continue
        score = suggested.confidence.get(control_name(layer, target), 0.0)
        codes = (
            [value.get(target)] if isinstance(value, dict) else value if isinstance(value, list) else [value]
        )
        kept = {
            code: said.scores[code] if isinstance(said, SetPrediction) else score
            for code in codes
            if code not in (None, UNRELATED)
        }
        if kept:
            found[sentence.start, sentence.end] = kept
    return found


def layers(backend: Backend) -> list[tuple[str, str, str | None]]:
    book = backend.study.codebook()
    kinds = {layer.id: layer.kind for layer in book.predicted_layers}
    return [
        (name, target or "code", target)
        for name, kind in kinds.items()
        for target in (book.target_ids if kind == "stance" else [None])
    ]


def test_a_commentary_of_the_study_gets_what_prelabel_suggests_in_each_layer_and_target(
    backend: Backend,
) -> None:
    kinds_found = set()
    for piece in pieces(backend.study)[:2]:
        title = (0, piece[0].text.index("\n"))  # INCEpTION has a sentence more: the title line
        spans = [title, *spans_of(piece[1])]
        for layer, feature, target in layers(backend):
            found = marked(backend, request(piece[0].text, spans, layer, feature), layer)
            assert {
                place: {code: score for code, score, _ in rows} for place, rows in found.items()
            } == expected(backend, piece, layer, target)
            kinds_found |= {layer} if found else set()
    assert len(kinds_found) > 2
    assert backend.lines == []


def test_a_foreign_document_is_predicted_in_its_context_where_inception_has_split_it(
    backend: Backend,
) -> None:
    commentary, sentences = next(piece for piece in pieces(backend.study) if len(piece[1]) > 20)
    head = "Ein 😀 davor.\n\n"
    text = head + commentary.text[sentences[0].start :]
    moved = len(head) - sentences[0].start
    spans = [(0, len(head) - 2), *((a + moved, b + moved) for a, b in spans_of(sentences))]
    found = marked(backend, request(text, spans))
    assert len(found) > 5
    assert {*found} <= {*spans}
    versions = {why for rows in found.values() for _, _, why in rows}
    assert versions == {backend.serving.current.model_version}
    assert all(0 < score <= 1 for rows in found.values() for _, score, _ in rows)
    alone = {place: marked(backend, request(text, [place])).get(place) for place in [*found][:8]}
    assert any(alone[place] != found[place] for place in alone)  # the sentences around count


def test_what_was_held_back_for_the_test_is_not_suggested_there_either(
    make_backend: Make, served_study: Study
) -> None:
    commentary, sentences = pieces(served_study)[0]
    body = request(commentary.text, spans_of(sentences))
    everything = marked(make_backend(), body)
    first, second, third = [*everything][:3]
    names = {(one.start, one.end): one.sentence_id for one in sentences}
    write_jsonl(
        served_study.assignments,
        [
            Assignment(sentence_id=names[first], annotator="anna", test=True),
            Assignment(sentence_id=names[second], annotator="ben", suggest=False),
            Assignment(sentence_id=names[third], annotator="ben"),
        ],
    )
    backend = make_backend()
    assert {*everything} - {*marked(backend, body)} == {first, second}
    ben = {**body, "document": {**body["document"], "userId": "ben"}}
    assert {*everything} - {*marked(backend, ben)} == {second}
    # split otherwise, and still held back
    whole = request(commentary.text, [(first[0] - 1, first[1] + 1), *spans_of(sentences)[5:]])
    assert not any(start <= first[0] < end for start, end in marked(backend, whole))


def test_a_document_is_predicted_once_for_all_layers(backend: Backend, predicted: list[int]) -> None:
    text = "Der Tunnel ist zu teuer. Wer zahlt das? Niemand."
    spans = [(0, 24), (25, 39), (40, 48)]
    for layer, feature, _ in layers(backend):
        marked(backend, request(text, spans, layer, feature), layer)
    assert predicted == [3]


def test_a_layer_without_room_for_scores_gets_codes_alone(backend: Backend) -> None:
    commentary, sentences = pieces(backend.study)[0]
    body = request(commentary.text, spans_of(sentences))
    for more, kind in ADDED[1:]:
        body["typeSystem"] = body["typeSystem"].replace(FEATURE.format(f"code{more}", kind), "")
    answer = post(backend, body)
    assert answer.status_code == 200
    assert "inception_internal_predicted=" in answer.json()["document"]
    assert "_score" not in answer.json()["document"]


TEXT, SPANS = "Das ist gut. Das nicht.", [(0, 12), (13, 23)]


@pytest.mark.parametrize(
    ("layer", "change", "status", "line"),
    [
        ("functoin", {}, 404, 'no layer "functoin" is suggested; expected /inception/ and one of voice, function, stance, rhetoric; did you mean "function"?'),
        ("notes", {}, 404, 'no layer "notes" is suggested'),
        ("function", {"document": {"xmi": "<kaputt", "userId": "eva"}}, 400, "document: is no UIMA CAS XMI: "),
        ("function", {"document": {"xmi": "", "userId": "eva"}}, 400, "document: is no UIMA CAS XMI: "),
        ("function", {"document": {"xmi": "<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"}}, 400, "has a document type"),
        ("function", {"typeSystem": "<kaputt"}, 400, "document: is no UIMA CAS XMI: "),
        ("function", {"typeSystem": type_system("webanno.custom.other", "code")}, 400, 'no layer "webanno.custom.function"'),
        ("function", {"metadata": {"layer": "webanno.custom.function", "feature": "label"}}, 400, 'no feature "label"'),
        ("function", {"metadata": {"layer": "webanno.custom.function", "feature": "code", "anchoringMode": "singleToken"}}, 400, "is of single tokens"),
        ("stance", {"metadata": {"layer": "webanno.custom.function", "feature": "tempolimt"}}, 400, 'feature "tempolimt" is none of them; expected '),
        ("function", {"document": {"xmi": xmi("Leer.", [])}}, 400, "has no sentences"),
        ("function", {"document": {}}, 400, "expected what INCEpTION sends, found: Object missing required field `xmi`"),
        ("function", {"metadata": 7}, 400, "expected what INCEpTION sends, found: "),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_in_a_line(
    backend: Backend, layer: str, change: dict[str, Any], status: int, line: str
) -> None:
    answer = post(backend, request(TEXT, SPANS) | change, layer)
    assert answer.status_code == status, answer.text
    (said,) = answer.json()["error"].splitlines()
    assert line in said


def test_without_dkpro_cassis_a_line_says_what_to_install(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cassis", None)
    answer = post(backend, request(TEXT, SPANS))
    assert answer.status_code == 501
    assert "install dkpro-cassis" in answer.json()["error"]


@pytest.mark.parametrize(
    ("text", "spans"),
    [("https://example.org/nur-eine-adresse", [(0, 36)]), ("   \n\n ", [(0, 2)]), ("Kurz.", [(3, 3), (0, 5), (0, 5)])],
)  # fmt: skip
def test_a_document_without_a_paragraph_comes_back_as_it_was(
    backend: Backend, text: str, spans: list[Span]
) -> None:
    assert {*marked(backend, request(text, spans))} <= {(0, 5)}


def test_places_outside_the_text_are_passed_over_or_refused_in_a_line(backend: Backend) -> None:
    body = request(TEXT, SPANS)
    for old, new in (('end="23"', 'end="230"'), ('begin="13" ', ""), ('begin="13"', 'begin="-3"')):
        document = {**body["document"], "xmi": body["document"]["xmi"].replace(old, new)}
        answer = post(backend, {**body, "document": document})
        assert answer.status_code in (200, 400)
        assert answer.status_code == 200 or len(answer.json()["error"].splitlines()) == 1


def training(documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    one = request(TEXT, SPANS)
    return {"metadata": one["metadata"], "documents": documents, "typeSystem": one["typeSystem"]}


def test_a_training_is_answered_as_published_and_leaves_the_study_alone(backend: Backend) -> None:
    body = training([request(TEXT, SPANS)["document"]])
    for _ in range(3):
        answer = post(backend, body, what="train")
        assert (answer.status_code, answer.content) == (204, b"")
    assert not (backend.study.models / "trainings.jsonl").exists()
    (line,) = backend.lines
    assert "models are trained from the study alone" in line
    assert post(backend, body, "functoin", "train").status_code == 404
    assert post(backend, {}, what="train").status_code == 400


def wait_for_file(folder: Path, current: Path) -> Retrained:
    while not (folder / "go").exists():
        time.sleep(0.02)
    return Retrained(outcome="taken", model_version="m", folder=str(current), why="of a test")


def test_while_a_model_is_trained_inception_is_told_to_wait(make_backend: Make) -> None:
    backend = make_backend(work=wait_for_file)
    backend.client.post("/webhook", json={"action": "START_TRAINING", "project": {"id": 12}})
    assert post(backend, training([]), what="train").status_code == 429
    (backend.study.folder / "go").touch()
    backend.trainings.wait()
    assert post(backend, training([]), what="train").status_code == 204
