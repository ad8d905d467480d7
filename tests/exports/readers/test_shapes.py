"""Old and foreign shapes of an export, and values by the type of their result: a case a line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exports.agreement.agree import agree
from exports.readers.annotations import Export, read_codings
from exports.readers.existing_project import Translator
from schemas.codebook import Codebook, load_codebook
from schemas.errors import DataError
from schemas.project_map import ControlMap, ProjectMap

Write = Callable[..., Path]
BOOK = """
codebook: probe
version: 1.0.0
language: de
layers:
  - id: art
    kind: one
    required: true
    label: Art
    codes: [{id: these, label: These}, {id: meldung, label: Meldung}, {id: sonst, label: Sonst}]
  - id: mittel
    kind: set
    label: Mittel
    codes: [{id: ironie, label: Ironie}, {id: metapher, label: Metapher}, {id: appell, label: Appell}]
  - id: staerke
    kind: scale
    label: Stärke
    codes: [{id: "1", label: eins}, {id: "2", label: zwei}, {id: "3", label: drei}]
"""
#: What two people said of three sentences: they differ in the first.
GIVEN = [("meldung", "these"), ("these", "these"), ("these", "these")]


@pytest.fixture
def book(tmp_path: Path) -> Codebook:
    path = tmp_path / "probe.yaml"
    path.write_text(BOOK, "utf-8")
    return load_codebook(path)


def choice(*codes: str, **more: Any) -> dict[str, Any]:
    return {"from_name": "art", "to_name": "text", "type": "choices", "value": {"choices": codes, **more}}


def coding(number: int, by: int, *result: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": number, "completed_by": by, "result": list(result), "was_cancelled": False, "lead_time": 2.0,
        "created_at": f"2026-01-01T00:00:{number:02}Z", "updated_at": f"2026-01-01T00:00:{number:02}Z", **more,
    }  # fmt: skip


def task(number: int, *annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    data = {"sentence_id": f"k{number}:a", "commentary_id": "k", "text": f"Satz {number}."}
    return {"id": number, "project": 7, "data": data, "annotations": list(annotations), **more}


def project(item: Callable[[str], dict[str, Any]] = choice, **more: Any) -> list[dict[str, Any]]:
    return [
        task(n, coding(2 * n + 1, 1, item(one), **more), coding(2 * n + 2, 2, item(other), **more))
        for n, (one, other) in enumerate(GIVEN)
    ]


def changed(change: Callable[[dict[str, Any]], Any]) -> list[dict[str, Any]]:
    """The project with something done to every annotation."""
    tasks = project()
    for one in tasks:
        for annotation in one["annotations"]:
            change(annotation)
    return tasks


def as_completions(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "completions": one.pop("annotations")} for one in tasks]


def as_stored(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**a, "task": {"id": t["id"], "data": t["data"]}} for t in tasks for a in t["annotations"]]


def lines(values: list[Any]) -> str:
    return "\n".join(json.dumps(value) for value in values)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (project(), "today.json"),
        (as_completions(project()), "before-1.0.json"),
        (changed(lambda a: a.update(created_at=1590000000)), "integer-times.json"),
        (changed(lambda a: a.update(id=str(a["id"]))), "ids-as-words.json"),
        (changed(lambda a: a.update(id=f"7c-{a['id']}")), "ids-no-numbers.json"),
        (changed(lambda a: a.update(was_cancelled=None, ground_truth=None)), "nulls.json"),
        (changed(lambda a: a.update(lead_time="3,2")), "lead-time-as-words.json"),
        (changed(lambda a: a.update(lead_time="lang")), "lead-time-no-number.json"),
        (changed(lambda a: a.update(completed_by={"id": a["completed_by"], "email": "x@y.de"})), "user.json"),
        (as_stored(project()), "target-storage.json"),
        (lines(as_stored(project())), "target-storage.jsonl"),
        (lines(project()), "tasks.jsonl"),
        (lines(project()), "tasks-a-line.json"),
        (lines(as_completions(project())), "completions.jsonl"),
        (project(lambda code: choice(code, start=0, end=4, text="Satz")), "per-region.json"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value[-6:] else "",
)
def test_every_shape_gives_the_same_figures(content: Any, name: str, written: Write, book: Codebook) -> None:
    export = read_codings([written(content, name)], book)
    assert (export.report.annotations, export.report.invalid, export.report.unread) == (6, 0, {})
    figures = agree(export.annotations, book).layers["art"]
    assert (figures.observed, figures.alpha, figures.shared) == (pytest.approx(2 / 3, abs=1e-6), 0.0, 3)


def test_one_object_of_a_target_storage_a_file_is_read_together(written: Write, book: Codebook) -> None:
    paths = [written(one, f"{n}.json") for n, one in enumerate(as_stored(project()))]
    assert len(read_codings(paths, book).annotations) == 6


@pytest.mark.parametrize("old", ["was_canceled", "skipped"])
def test_skipped_has_had_other_names(old: str, written: Write, book: Codebook) -> None:
    tasks = changed(lambda a: a.update({"was_cancelled": None, old: True}))
    assert read_codings([written(tasks)], book).report.skipped == 6


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("labels", {"start": 0, "end": 4, "text": "Satz", "labels": ["these"]}),
        ("hypertextlabels", {"start": "/p[1]", "end": "/p[1]", "text": "Satz", "hypertextlabels": ["these"]}),
        ("pairwise", {"selected": "left"}),
        ("ranker", {"ranker": {"rank": ["these"]}}),
        ("datetime", {"datetime": "2026-01-01"}),
        ("videorectangle", {"sequence": [], "text": "these"}),
    ],
)
def test_what_is_of_a_type_that_is_not_read_is_counted_and_no_code(
    kind: str, value: dict[str, Any], written: Write, book: Codebook
) -> None:
    for said in (kind, "flat"):
        if said == "flat" and kind == "videorectangle":
            continue
        item = {"from_name": "art", "to_name": "text", "type": said, "value": value}
        report = read_codings([written(project(lambda code, item=item: item))], book)
        assert report.report.unread == {f"art ({kind})": 6}
        assert {"art" in row.layers for row in report.annotations} == {False}
        assert report.annotations[0].incomplete == ["art"]


def test_a_set_of_a_type_that_is_not_read_is_not_empty(written: Write, book: Codebook) -> None:
    item = {"from_name": "mittel", "type": "labels", "value": {"text": "Satz", "labels": ["ironie"]}}
    [row] = read_codings([written([task(1, coding(1, 1, choice("these"), item))])], book).annotations
    assert row.layers == {"art": "these"}


def test_spans_beside_the_codebook_are_no_reason_to_refuse(written: Write, book: Codebook) -> None:
    span = {"from_name": "spanne", "type": "labels", "value": {"start": 0, "end": 2, "labels": ["x"]}}
    export = read_codings([written([task(1, coding(1, 1, choice("these"), span))])], book)
    assert (export.report.unread, export.report.unknown) == ({"spanne (labels)": 1}, {})


def test_a_rejected_review_is_counted_and_the_coding_read(written: Write, book: Codebook) -> None:
    rejected = [{"accepted": True}, {"accepted": False}]
    tasks = [task(1, coding(1, 1, choice("these"), reviews=rejected), coding(2, 2, choice("these")))]
    report = read_codings([written(tasks)], book).report
    assert (report.annotations, report.rejected) == (2, 1)


# taxonomies


def taxonomy(*paths: list[str], control: str = "mittel") -> dict[str, Any]:
    return {"from_name": control, "to_name": "text", "type": "taxonomy", "value": {"taxonomy": list(paths)}}


def test_a_leaf_at_one_path_is_its_name(written: Write, book: Codebook) -> None:
    [row] = read_codings([written([task(1, coding(1, 1, taxonomy(["A", "ironie"])))])], book).annotations
    assert row.layers["mittel"] == ["ironie"]


def test_a_leaf_at_several_paths_goes_by_path_over_all_files(written: Write, book: Codebook) -> None:
    both, one = taxonomy(["A", "ironie"], ["B", "ironie"]), taxonomy(["A", "ironie"])
    mine = written([task(n, coding(n, 1, both)) for n in range(3)], "anna.json")
    theirs = written([task(n, coding(n + 9, 2, one)) for n in range(3)], "ben.json")
    export = read_codings([mine, theirs], book, by_path=True)
    figures = agree(export.annotations, export.codebook).layers["mittel"]
    assert (figures.observed, figures.shared) == (0.0, 3)
    assert "ironie stands at A > ironie and B > ironie, compared by path; --map" in export.report.warnings[0]
    with pytest.raises(DataError, match=r"mittel: A > ironie \(\d×\) is not in .*--map gives each path its"):
        read_codings([mine, theirs], book)


@pytest.mark.parametrize(
    ("codes", "layers", "unmapped"),
    [
        ({"Anderes": "appell"}, ["metapher"], {"baum: Gefühl > Anderes": 1, "baum: Logik > Anderes": 1}),
        ({"Gefühl > Anderes": "appell", "Logik > Anderes": "ironie"}, ["ironie", "metapher", "appell"], {}),
        ({"Gefühl > Anderes": "appell", "Logik > Anderes": ""}, ["metapher", "appell"], {}),
    ],
)
def test_a_map_names_paths_and_leaves_that_are_one_paths(
    codes: dict[str, str], layers: list[str], unmapped: dict[str, int], written: Write, book: Codebook
) -> None:
    item = taxonomy(["Gefühl", "Anderes"], ["Logik", "Anderes"], ["Logik", "Metapher"], control="baum")
    given = ProjectMap(text="text", controls={"baum": ControlMap(layer="mittel", codes=codes)})
    export = read_codings([written([task(1, coding(1, 1, item))])], book, project_map=given)
    assert export.report.unmapped == unmapped
    assert export.annotations[0].layers == ({} if unmapped else {"mittel": layers})


# sentences made of tasks


def test_sentences_are_made_of_the_tasks_where_there_is_no_study(book: Codebook) -> None:
    given = ProjectMap(text="satz", commentary_id="quelle", controls={})
    data = [
        {"satz": "Die Maut\n kommt.", "quelle": "FAZ 1"},
        {"satz": "<p>Die <b>Maut</b>&nbsp;kommt.</p>", "quelle": "FAZ 1"},
        {"satz": " "},
    ]
    found = Translator(given, book, None)
    tasks = [found.task({"id": n, "data": d}) for n, d in enumerate(data)]
    first, second = (one["data"] for one in tasks if one)
    assert first["sentence_id"] == second["sentence_id"]
    assert (first["commentary_id"], first["text"]) == ("FAZ 1", "Die Maut kommt.")
    assert found.unmatched == ["task 2: has no sentence"]


def test_a_text_of_no_commentary_is_one_of_its_own_and_that_is_said(written: Write, book: Codebook) -> None:
    given = ProjectMap(text="text", controls={"art": ControlMap(layer="art")})
    export: Export = read_codings([written(project())], book, project_map=given)
    assert len({row.commentary_id for row in export.annotations}) == 3
    assert "commentary_id: in the map says which" in export.report.warnings[0]


def test_a_map_whose_text_no_task_has_names_the_fields(written: Write, book: Codebook) -> None:
    given = ProjectMap(text="satz", controls={"art": ControlMap(layer="art")})
    with pytest.raises(
        DataError, match=r"text in its field satz; the first is task 0: .*fields sentence_id, co"
    ):
        read_codings([written(project())], book, project_map=given)
