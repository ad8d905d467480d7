"""JSON of services, pages and people: which records are found in it, and what is refused. A case a line.

The files are made here, by the documented forms of schema.org, WordPress, news-please and Label Studio.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from annotate.texts.commentaries import read_commentaries
from schemas.errors import DataError
from schemas.records import Commentary

ROW = {"titel": "Wer zögert", "autor": "Erika Beispiel", "datum": "03.11.2025", "text": "Es regnet."}
OTHER = {"title": "Wer zahlt", "author": "Hans Muster", "date": "2025-11-04", "content": "Es hagelt."}
ARTICLE = {
    "@context": "https://schema.org", "@type": "NewsArticle", "headline": "Wer zögert", "articleBody": "Es regnet.",
    "author": [{"@type": "Person", "name": "Erika Beispiel"}], "publisher": {"@type": "Organization", "name": "B Zeitung"},
    "datePublished": "2025-11-03T08:00:00+01:00", "url": "https://b.de/1",
}  # fmt: skip


def read(folder: Path, value: Any, name: str = "a.json", **options: Any) -> list[Commentary]:
    data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False, indent=1).encode()
    (folder / name).write_bytes(data)
    return list(read_commentaries([folder / name], **options))


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ([ROW, OTHER], ""),
        ({"articles": [ROW, OTHER]}, "articles"),
        ({"status": "ok", "total": 2, "data": [ROW, OTHER], "next": None}, "data"),
        ({"response": {"numFound": 2, "docs": [ROW, OTHER]}}, "response.docs"),
        ({"hits": {"hits": [{"_id": "x", "_source": ROW}, {"_id": "y", "_source": OTHER}]}}, "hits.hits"),
        (
            {"data": [{"type": "article", "attributes": ROW}, {"type": "article", "attributes": OTHER}]},
            "data",
        ),
        ({"seite": 1, "liste": [[], ROW, 5, OTHER]}, "liste"),
        ([{"kein": "Text"}, ROW, OTHER], ""),
    ],
)
def test_records_are_found_within_what_is_around_them(tmp_path: Path, value: Any, place: str) -> None:
    notes: list[str] = []
    found = read(tmp_path, value, notes=notes)
    assert [(c.title, c.author, c.date, c.text) for c in found] == [
        ("Wer zögert", "Erika Beispiel", "2025-11-03", "Es regnet."),
        ("Wer zahlt", "Hans Muster", "2025-11-04", "Es hagelt."),
    ]
    assert [note for note in notes if "records read" in note] == [f"a.json: records read of {place}"] * bool(
        place
    )


@pytest.mark.parametrize("value", [ROW, {"artikel": ROW}, {"a": {"b": {"c": ROW}}}])
def test_a_record_may_stand_alone(tmp_path: Path, value: Any) -> None:
    [found] = read(tmp_path, value)
    assert (found.title, found.text, found.source) == ("Wer zögert", "Es regnet.", "a.json")


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ([{"id": 7, **ROW}], ["7"]),
        ([{"id": "x-7", **ROW}], ["x-7"]),
        ({"x1": ROW, "x2": OTHER}, ["x1", "x2"]),
        ({"x1": {"id": "y", **ROW}, "x2": OTHER, "meta": {"n": 2}}, ["y", "x2"]),
    ],
)
def test_a_record_keeps_its_own_id(tmp_path: Path, value: Any, ids: list[str]) -> None:
    assert [c.commentary_id for c in read(tmp_path, value)] == ids


@pytest.mark.parametrize(
    "value", [ARTICLE, [ARTICLE], {"@context": "x", "@graph": [{"@type": "WebPage", "name": "S"}, ARTICLE]}]
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonld"])
def test_articles_of_json_ld_are_read(tmp_path: Path, value: Any, name: str) -> None:
    [found] = read(tmp_path, value, name)
    assert (found.title, found.author, found.date, found.url, found.outlet, found.text) == (
        "Wer zögert", "Erika Beispiel", "2025-11-03", "https://b.de/1", "B Zeitung", "Es regnet.",
    )  # fmt: skip


def test_markup_of_wordpress_does_not_reach_the_text(tmp_path: Path) -> None:
    post = {
        "id": 5, "date": "2025-11-03T08:00:00", "link": "https://b.de/1", "author": 3, "title": {"rendered": "Wer &#8211; wie"},
        "content": {"rendered": "<h2>Der Preis</h2><p>Es <em>regnet</em>.</p><table><tr><td>1</td></tr></table>", "protected": False},
    }  # fmt: skip
    notes: list[str] = []
    [found] = read(tmp_path, [post], notes=notes)
    assert (found.commentary_id, found.title, found.author, found.date) == (
        "5",
        "Wer – wie",
        None,
        "2025-11-03",
    )
    assert [(b.kind, found.text[b.start : b.end]) for b in found.blocks] == [
        ("title", "Der Preis"),
        ("paragraph", "Es regnet."),
    ]
    assert notes == [
        "a.json: left out of the text: 1 tables",
        "a.json: keys not read: author (no words)",
    ]


def test_paragraphs_and_authors_may_be_lists(tmp_path: Path) -> None:
    [found] = read(tmp_path, {"text": ["Es regnet.", "Sehr."], "authors": ["A", "B"]})
    assert (found.text, found.author) == ("Es regnet.\n\nSehr.", "A, B")


def test_what_is_not_read_of_records_is_said(tmp_path: Path) -> None:
    notes: list[str] = []
    read(tmp_path, [{**ROW, "ressort": "M"}, {"titel": "Leer"}, {"text": ""}], notes=notes)
    assert notes == [
        "a.json: 2 of 3 records without a text not read",
        "a.json: keys not read: ressort",
    ]


def test_a_bad_record_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    problems: list[DataError] = []
    [found] = read(tmp_path, [{**ROW, "flags": "x"}, OTHER], passed_over=problems)
    assert found.text == "Es hagelt."
    [problem] = problems
    assert "not a CommentaryRow row" in str(problem)
    assert "record 1" in str(problem)


@pytest.mark.parametrize(
    ("encoding", "given"), [("utf-8", "cp1252"), ("utf-8-sig", None), ("cp1252", "cp1252")]
)
def test_json_is_utf8_unless_it_is_said(tmp_path: Path, encoding: str, given: str | None) -> None:
    data = json.dumps({"text": "Für die Größe."}, ensure_ascii=False).encode(encoding)
    assert [c.text for c in read(tmp_path, data, encoding=given)] == ["Für die Größe."]


TASK = {"id": 1, "data": {"text": "Es regnet."}}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"", "is empty"),
        (b"{", "not JSON"),
        (b'{"text": "Da."}\n{"text": "Dort."}\n', "name it .jsonl"),
        (b'{"text": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "more than 50 levels deep"),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, "more than 50 levels deep"),
        (b" " * (2**26 + 1), "is larger than 64 MB (it has 64), expected less: hand in one record a line, as .jsonl"),
        (5, "has no text"),
        ([], "has no text"),
        ({"name": "paket", "version": "1.0"}, "no record with a key such as text, Volltext or articleBody; its keys: name, version"),
        ({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"text": "Da."}}]}, "GeoJSON"),
        ([{**TASK, "annotations": []}], "`standpunkt agree FILE --codebook C --map M`"),
        ([{**TASK, "completions": []}], "`standpunkt agree FILE --codebook C --map M`"),
        ([{"text": "Da.", "annotation_id": 1, "lead_time": 2.5, "art": "these"}], "`standpunkt agree FILE --codebook C --map M`"),
        ([TASK], "tasks of Label Studio"),
        ([{"data": {"text": "Da."}, "predictions": []}], "tasks of Label Studio"),
        ({"id": 3, "title": "P", "label_config": "<View/>"}, "`standpunkt codebook from-config`"),
        ([{"text": "Da.", "_input_hash": 5, "answer": "accept"}], "`standpunkt import "),
        ([{"text": "Da.", "entities": [], "relations": []}], "`standpunkt import "),
        ({"%TYPES": {}, "%FEATURE_STRUCTURES": []}, "`standpunkt import`"),
    ],
    ids=range(20),
)  # fmt: skip
def test_what_cannot_be_read_is_one_line(tmp_path: Path, value: Any, words: str) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
