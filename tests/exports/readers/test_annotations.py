"""Reading exports: all shapes give the same annotations, nothing is left out uncounted."""

import csv
import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.readers.annotations import Export, read_codings, read_export
from running import ROOT
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.jsonl import write_jsonl
from schemas.labeling import labeling_config
from schemas.records import Annotation, Selection
from schemas.studio_json import to_result

Make = Callable[..., dict[str, Any]]
Write = Callable[..., Path]
Row = Callable[..., Annotation]


@pytest.fixture
def project(coded: Make, task: Make) -> list[dict[str, Any]]:
    """Two people, three sentences, every kind of layer."""
    return [
        task(
            1,
            coded({"voice": "author", "stance": {"tempolimit": "favor"}, "rhetoric": ["irony"], "force": 3}),
            coded(
                {
                    "voice": "other",
                    "stance": {"tempolimit": "unrelated", "maut": "unrelated"},
                    "rhetoric": ["irony", "metaphor"],
                    "unsure": ["unsure"],
                    "comment": '["wer, was, wann?"]; ja',
                },
                id=2,
                completed_by=3,
            ),
        ),
        task(2, coded({"voice": "mixed", "rhetoric": ["none"]}, id=3)),
        task(3, coded(id=4)),
    ]


@pytest.fixture
def flat(codebook: Codebook, written: Write, tmp_path: Path) -> Callable[[Any, str], Path]:
    """A flat export of these tasks, written by Label Studio's own converter."""

    def convert(tasks: Any, shape: str) -> Path:
        from label_studio_sdk.converter import Converter

        source, folder = written(tasks, "full.json"), tmp_path / shape
        converter = Converter(labeling_config(codebook), project_dir=None)
        if shape == "csv":
            converter.convert_to_csv(str(source), str(folder), is_dir=False, sep=",")
            return folder / "result.csv"
        converter.convert_to_json_min(str(source), str(folder), is_dir=False)
        return folder / "result.json"

    return convert


def without_phase(export: Export) -> list[Annotation]:
    return [msgspec.structs.replace(row, phase=None, suggested=None) for row in export.annotations]


# the full JSON


def test_every_kind_of_layer_is_read(
    project: list[dict[str, Any]], written: Write, codebook: Codebook
) -> None:
    rows = read_export(written(project), codebook, names={7: "anna", 3: "bert"}).annotations
    assert [(row.sentence_id[-1], row.annotator) for row in rows] == [
        ("1", "anna"),
        ("1", "bert"),
        ("2", "anna"),
        ("3", "anna"),
    ]
    assert rows[0].layers == {
        "voice": "author",
        "stance": {"tempolimit": "favor", "maut": "unrelated"},
        "rhetoric": ["irony"],
        "force": 3,
        "unsure": [],
    }
    assert rows[1].layers["stance"] == {"tempolimit": "unrelated", "maut": "unrelated"}
    assert rows[1].layers["comment"] == '["wer, was, wann?"]; ja'
    assert rows[3].layers == {"rhetoric": [], "unsure": []}


def test_a_row_says_where_it_comes_from(
    project: list[dict[str, Any]], written: Write, codebook: Codebook
) -> None:
    found = read_export(written(project), codebook).annotations[0]
    assert (found.codebook, found.codebook_version, found.phase) == ("probe", "1.2.0", "main")
    assert (found.task_id, found.annotation_id, found.lead_time) == (101, 2, 4.5)
    assert found.updated_at == "2026-03-01T10:00:00.000000Z"


def test_what_is_missing_is_listed_as_incomplete(
    project: list[dict[str, Any]], written: Write, codebook: Codebook
) -> None:
    export = read_export(written(project), codebook)
    assert export.annotations[2].incomplete == ["stance"]
    assert export.annotations[3].incomplete == ["voice", "stance", "rhetoric"]
    assert export.report.incomplete == 2


def test_annotators_are_pseudonyms_by_ascending_user_id(
    project: list[dict[str, Any]], written: Write, codebook: Codebook
) -> None:
    rows = read_export(written(project), codebook).annotations
    assert {row.annotation_id: row.annotator for row in rows} == {
        1: "annotator-2",
        2: "annotator-1",
        3: "annotator-2",
        4: "annotator-2",
    }


def test_a_project_of_one_annotator_takes_their_name(
    project: list[dict[str, Any]], written: Write, codebook: Codebook
) -> None:
    export = read_export(written(project[1:]), codebook, annotator="anna")
    assert {row.annotator for row in export.annotations} == {"anna"}
    assert export.report.warnings == []


def test_two_accounts_in_the_project_of_one_annotator_are_named(
    project: list[dict[str, Any]], written: Write, codebook: Codebook
) -> None:
    export = read_export(written(project), codebook, annotator="anna")
    assert "2 accounts coded in this project" in export.report.warnings[0]


def test_an_email_address_is_never_taken_over(
    coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    people = [{"id": 3, "email": "b@example.org"}, {"email": "a@example.org"}, "c@example.org", None]
    tasks = [task(n, coded(id=n, completed_by=by)) for n, by in enumerate(people, start=1)]
    export = read_export(written(tasks), codebook)
    assert "example.org" not in msgspec.json.encode(export.annotations).decode()
    assert [row.annotator for row in export.annotations] == [
        "annotator-1",
        "annotator-2",
        "annotator-3",
        "unknown-1",
    ]


def test_a_skipped_sentence_is_kept_without_layers(
    coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    export = read_export(written([task(1, coded({"voice": "author"}, was_cancelled=True))]), codebook)
    assert export.annotations[0].skipped
    assert export.annotations[0].layers == {}
    assert export.annotations[0].incomplete == []
    assert (export.report.annotations, export.report.skipped, export.report.incomplete) == (1, 1, 0)


def test_the_latest_of_several_annotations_by_one_person_counts(
    coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    early = coded({"voice": "author"}, id=5, updated_at="2026-03-01T09:00:00Z")
    late = coded({"voice": "other"}, id=2, updated_at="2026-03-01T11:30:00+02:00")
    latest = coded({"voice": "mixed"}, id=3, updated_at="2026-03-01T09:45:00Z")
    export = read_export(written([task(1, latest, early, late)]), codebook)
    assert [row.layers["voice"] for row in export.annotations] == ["mixed"]
    assert export.report.superseded == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_annotations_of_the_same_moment_the_later_id_counts(
    order: tuple[int, int], coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    annotations = [coded({"voice": "author"}, id=9), coded({"voice": "other"}, id=10)]
    export = read_export(written([task(1, *(annotations[n] for n in order))]), codebook)
    assert [row.layers["voice"] for row in export.annotations] == ["other"]
    assert export.report.superseded == 1


def test_drafts_and_untouched_tasks_are_counted(task: Make, written: Write, codebook: Codebook) -> None:
    report = read_export(written([task(1, drafts=[{"id": 1}]), task(2)]), codebook).report
    assert (report.annotations, report.drafts, report.unlabelled) == (0, 1, 2)


def test_what_was_suggested_is_kept(coded: Make, task: Make, written: Write, codebook: Codebook) -> None:
    shown = {"model_version": "probe-12345678", "result": to_result({"voice": "other"}, codebook)}
    export = read_export(written([task(1, coded({"voice": "author"}, prediction=shown))]), codebook)
    suggested = export.annotations[0].suggested
    assert suggested is not None
    assert (suggested.model_version, suggested.layers) == ("probe-12345678", {"voice": "other"})


def test_how_a_sentence_was_selected_is_read_from_its_task(
    coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    picked = {"phase": "main", "batch": 2, "strategy": "mixed", "probability": 0.25, "rank": 7}
    metas = [picked, {**picked, "strategy": "all"}, {"strategy": "mixed"}, {}]
    tasks = [task(n, coded({"voice": "author"}, id=n), meta=meta) for n, meta in enumerate(metas, 1)]
    rows = read_export(written(tasks), codebook).annotations
    selection = Selection(batch=2, strategy="mixed", probability=0.25)
    assert [row.selection for row in rows] == [selection, msgspec.UNSET, msgspec.UNSET, msgspec.UNSET]


def test_sentences_that_are_only_evaluated_are_named(task: Make, written: Write, codebook: Codebook) -> None:
    tasks = [task(1, meta={"phase": "test", "test": True}), task(2)]
    assert read_export(written(tasks), codebook).tests == {"stau-1a2b3c:00000001"}


def test_a_rule_the_screen_cannot_enforce_is_reported(
    coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    results = to_result({"rhetoric": ["irony", "none"], "voice": "author"}, codebook)
    export = read_export(written([task(1, coded(result=results))]), codebook)
    assert export.report.invalid == 1
    assert [broken.problem for broken in export.report.broken] == ["rhetoric: none stands beside irony"]
    assert export.report.broken[0].task_id == 101
    assert export.annotations[0].layers == {"voice": "author", "unsure": []}
    assert "rhetoric" in export.annotations[0].incomplete


def test_a_target_that_was_not_asked_yet_has_no_value(
    coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    older = msgspec.structs.replace(codebook, version="1.0.0", targets=codebook.targets[:1])
    old = task(1, coded({"stance": {"tempolimit": "against"}}))
    old["data"]["codebook_version"] = "1.0.0"
    path = written([old])
    asked = read_export(path, codebook, older={"1.0.0": older})
    assert asked.annotations[0].layers["stance"] == {"tempolimit": "against"}
    assert asked.report.warnings == []
    guessed = read_export(path, codebook)
    assert "coded with version 1.0.0 of the codebook, which is 1.2.0 here: 1;" in guessed.report.warnings[0]


def test_a_tick_toward_a_newer_target_is_read_with_the_newer_codebook(
    coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    older = msgspec.structs.replace(codebook, version="1.0.0", targets=codebook.targets[:1])
    recoded = task(1, coded({"stance": {"tempolimit": "against", "maut": "favor"}}))
    recoded["data"]["codebook_version"] = "1.0.0"
    export = read_export(written([recoded]), codebook, older={"1.0.0": older})
    assert export.annotations[0].layers["stance"] == {"tempolimit": "against", "maut": "favor"}


def test_a_gzipped_export_with_a_byte_order_mark_is_read(
    project: list[dict[str, Any]], written: Write, codebook: Codebook
) -> None:
    plain = json.dumps(project).encode("utf-8-sig")
    packed = read_export(written(gzip.compress(plain), "export.json.gz"), codebook)
    assert packed.annotations == read_export(written(plain), codebook).annotations


# the flat exports


@pytest.mark.parametrize("shape", ["json_min", "csv"])
def test_flat_exports_give_the_same_annotations(
    shape: str, project: list[dict[str, Any]], flat: Any, written: Write, codebook: Codebook
) -> None:
    full = read_export(written(project), codebook)
    found = read_export(flat(project, shape), codebook)
    assert without_phase(found) == without_phase(full)
    assert found.tasks == full.tasks


@pytest.mark.parametrize("shape", ["json_min", "csv"])
def test_flat_exports_name_what_they_lost(
    shape: str, project: list[dict[str, Any]], flat: Any, codebook: Codebook
) -> None:
    report = read_export(flat(project, shape), codebook).report
    assert len(report.warnings) == 1
    assert "skipped annotations, drafts, suggestions" in report.warnings[0]


@pytest.mark.parametrize("shape", ["json_min", "csv"])
def test_flat_rows_of_uncoded_tasks_are_no_annotations(
    shape: str, project: list[dict[str, Any]], task: Make, flat: Any, codebook: Codebook
) -> None:
    export = read_export(flat([*project, task(4)], shape), codebook)
    assert (export.report.annotations, export.report.unlabelled) == (4, 1)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ("irony", ["irony"]),
        ({"choices": ["irony", "metaphor"]}, ["irony", "metaphor"]),
        (["metaphor", "irony"], ["irony", "metaphor"]),
        ([{"choices": ["irony"]}, "metaphor"], ["irony", "metaphor"]),  # one value a region
        ([{"taxonomy": [["tropes", "irony"], ["metaphor"]]}], ["irony", "metaphor"]),
        ([], []),
        (None, []),
    ],
)
def test_every_shape_of_a_flat_value_is_read(
    held: Any, expected: list[str], task: Make, written: Write, codebook: Codebook
) -> None:
    row = {**task(1)["data"], "id": 1, "annotator": 7, "annotation_id": 1, "rhetoric": held}
    for value in (held, json.dumps(held) if isinstance(held, list | dict) else held):
        export = read_export(
            written([{**row, "rhetoric": value}] if value is held else csv_of([row])), codebook
        )
        assert export.annotations[0].layers["rhetoric"] == expected


def csv_of(rows: list[dict[str, Any]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    for row in rows:
        writer.writerow({k: json.dumps(v) if isinstance(v, list | dict) else v for k, v in row.items()})
    return out.getvalue()


@pytest.fixture
def excel(project: list[dict[str, Any]], flat: Any) -> Callable[..., str]:
    """A CSV export as a German Excel saves it, with further changes to its rows."""

    def rewrite(**changes: str) -> str:
        rows = list(csv.DictReader(io.StringIO(flat(project, "csv").read_text("utf-8"))))
        for row in rows:
            row.update(lead_time=row["lead_time"].replace(".", ","), **changes)
        return "\ufeff" + csv_of(rows, ";")

    return rewrite


def test_a_csv_that_excel_rewrote_is_read(
    excel: Any, project: list[dict[str, Any]], written: Write, codebook: Codebook
) -> None:
    found = read_export(written(excel(), "excel.csv"), codebook)
    assert without_phase(found) == without_phase(read_export(written(project), codebook))


def test_lost_zeros_are_refused_with_the_line(excel: Any, written: Write, codebook: Codebook) -> None:
    path = written(excel(sentence_id="0042:12345678", commentary_id="42"), "excel.csv")
    with pytest.raises(DataError, match="line 2: commentary_id is 42, its sentence_id begins with 0042"):
        read_codings([path], codebook)


def test_a_version_that_became_a_date_is_refused(excel: Any, written: Write, codebook: Codebook) -> None:
    path = written(excel(codebook_version="01.02.2000"), "excel.csv")
    with pytest.raises(DataError, match=r"the date 01\.02\.2000"):
        read_codings([path], codebook)


# our own file, and several files


def test_an_annotations_file_is_read_back(
    project: list[dict[str, Any]], written: Write, tmp_path: Path, codebook: Codebook
) -> None:
    rows = read_export(written(project), codebook).annotations
    path = tmp_path / "annotations.jsonl"
    write_jsonl(path, rows)
    assert read_codings([path], codebook).annotations == rows


def test_annotations_of_another_codebook_are_named(row: Row, tmp_path: Path, codebook: Codebook) -> None:
    write_jsonl(tmp_path / "a.jsonl", [msgspec.structs.replace(row("anna", "c:1"), codebook="full")])
    report = read_codings([tmp_path / "a.jsonl"], codebook).report
    assert "coded with the codebook full, read as probe" in report.warnings[0]


def test_two_projects_of_one_study_are_put_together(
    coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    one = written([task(1, coded(id=1, completed_by=9)), task(2, coded(id=2, completed_by=9))], "one.json")
    two = written([task(2, coded(id=3, completed_by=4)), task(3, coded(id=4, completed_by=9))], "two.json")
    export = read_codings([one, two], codebook)
    assert [(row.sentence_id[-1], row.annotator) for row in export.annotations] == [
        ("1", "annotator-2"),
        ("2", "annotator-1"),
        ("2", "annotator-2"),
        ("3", "annotator-2"),
    ]
    assert list(export.tasks) == [f"stau-1a2b3c:0000000{n}" for n in (1, 2, 3)]


def test_a_pseudonym_is_not_given_twice(
    coded: Make, task: Make, written: Write, row: Row, tmp_path: Path, codebook: Codebook
) -> None:
    write_jsonl(tmp_path / "a.jsonl", [row("annotator-1", "stau-1a2b3c:00000001")])
    export = read_codings([tmp_path / "a.jsonl", written([task(1, coded())])], codebook)
    assert [row.annotator for row in export.annotations] == ["annotator-1", "annotator-2"]


def test_the_same_file_twice_is_refused_and_can_be_skipped(
    project: list[dict[str, Any]], written: Write, codebook: Codebook
) -> None:
    path = written(project)
    with pytest.raises(DataError, match=r"stands twice \(and 3 more\).*--skip-invalid"):
        read_codings([path, path], codebook)
    export = read_codings([path, path], codebook, skip_invalid=True)
    assert (export.report.annotations, len(export.report.duplicates), export.report.superseded) == (4, 4, 0)


def test_another_major_version_is_refused_and_can_be_left_out(
    coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    other = task(1, coded({"voice": "author"}))
    other["data"]["codebook_version"] = "2.0.0"
    path = written([other, task(2, coded({"voice": "author"}, id=2))])
    with pytest.raises(DataError, match=r"version 2\.0\.0 of the codebook: 1, expected 1\.2\.0"):
        read_codings([path], codebook)
    report = read_codings([path], codebook, skip_invalid=True).report
    assert (report.annotations, report.other_version) == (1, 1)


# bad input


def test_a_code_unknown_to_the_codebook_is_refused_or_counted(
    coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    strange = coded({"voice": "author"})
    strange["result"][0]["value"] = {"choices": ["narrator"]}
    path = written([task(1, strange), task(2, coded({"voice": "author"}, id=2))])
    with pytest.raises(DataError, match=r"voice: narrator \(1×\) is not in the codebook probe"):
        read_codings([path], codebook)
    export = read_codings([path], codebook, skip_invalid=True)
    assert export.report.unknown == {"voice: narrator": 1}
    assert export.report.invalid == 1
    assert "voice" not in export.annotations[0].layers
    assert "voice" in export.annotations[0].incomplete
    assert export.annotations[1].layers["voice"] == "author"


def test_codes_unknown_in_an_annotations_file_are_refused_or_counted(
    row: Row, tmp_path: Path, codebook: Codebook
) -> None:
    layers = {
        "voice": "narrator",
        "tone": "loud",
        "rhetoric": ["irony", "hyperbole"],
        "stance": {"tempolimit": "favor", "radweg": "open"},
        "force": "3",
        "comment": "so",
    }
    path = tmp_path / "annotations.jsonl"
    write_jsonl(path, [row("anna", "c:1", layers)])
    with pytest.raises(DataError, match="is not in the codebook probe"):
        read_codings([path], codebook)
    export = read_codings([path], codebook, skip_invalid=True)
    assert export.annotations[0].layers == {"comment": "so"}
    assert list(export.report.unknown) == [
        "force: 3 is not a value of a layer of kind scale",
        "layer tone",
        "rhetoric: hyperbole",
        "stance: radweg",
        "voice: narrator",
    ]


def test_a_line_that_is_no_annotation_is_named_or_skipped(
    row: Row, tmp_path: Path, codebook: Codebook
) -> None:
    path = tmp_path / "annotations.jsonl"
    write_jsonl(path, [row("anna", "c:1"), {"sentence_id": "c:2"}, row("anna", "c:3")])
    with pytest.raises(DataError, match=r"annotations\.jsonl:2: not a Annotation row"):
        read_codings([path], codebook)
    export = read_codings([path], codebook, skip_invalid=True)
    assert (export.report.annotations, export.report.invalid) == (2, 1)


def test_an_export_that_breaks_off_is_refused_or_read_up_to_there(
    project: list[dict[str, Any]], written: Write, codebook: Codebook
) -> None:
    whole = json.dumps(project)
    path = written(whole[: whole.rindex('"data"') + 40])
    with pytest.raises(DataError, match=r"breaks off or is not JSON after task 2: .*export it again"):
        read_codings([path], codebook)
    export = read_codings([path], codebook, skip_invalid=True)
    assert export.report.annotations == 3
    assert "read up to there" in export.report.warnings[0]


def test_a_task_with_broken_bytes_is_refused_or_counted(
    project: list[dict[str, Any]], written: Write, codebook: Codebook
) -> None:
    whole = json.dumps(project, ensure_ascii=False).encode()
    path = written(whole.replace("Satz 2, und er sagt „".encode(), b"Satz 2, und er sagt \x84"))
    with pytest.raises(DataError, match="task 2 is not JSON"):
        read_codings([path], codebook)
    export = read_codings([path], codebook, skip_invalid=True)
    assert (export.report.annotations, export.report.invalid) == (3, 1)
    assert "task 2: found 'no JSON" in export.report.unusable[0]


def test_the_export_of_another_project_names_both_sides(
    coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    result = [{"from_name": "sentiment", "type": "choices", "value": {"choices": ["good"]}}]
    path = written([task(1, coded(result=result))])
    with pytest.raises(
        DataError, match=r"another project's export: .*found sentiment, expected voice, stance"
    ):
        read_export(path, codebook)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty, expected a Label Studio export"),
        (" \n ", "is empty"),
        ('{"detail": "Authentication credentials were not provided."}', 'answer "Authentication credentials'),
        ("[1, 2]", "task 1: found '1', which is not a task with data; expected"),
        ('[{"text": "Nur Text."}]', "which is not a task with data"),
        ('[{"id": 1, "data": {"text": "Nur Text."}}]', "no sentence_id and no commentary_id"),
        ("Ein Kommentar, kein Export.\n", "no column sentence_id in its first line"),
        ("Überschrift".encode("latin-1"), 'not UTF-8.*save it as "CSV UTF-8"'),
        ("[" * 30 + "]" * 30, "which is not a task with data"),
        ("[" * 100_000, "after task 0: more than 50 levels deep"),
        ("[" * 100_000 + "]" * 100_000, "after task 0: more than 50 levels deep"),
        ('{"data":' * 100_000, "more than 50 levels deep"),
        ('[{"data": {"sentence_id": "a", "commentary_id": "b", "text": "c"}}', "breaks off"),
    ],
)
def test_what_is_no_export_gets_one_clear_line(
    content: Any, words: str, written: Write, codebook: Codebook
) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read_export(written(content), codebook)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path, codebook: Codebook) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_export(tmp_path / "none.json", codebook)


# whatever comes

words = st.text(max_size=8) | st.sampled_from(["voice", "irony", "author", "7", "2026-03-01"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
odd_result = st.lists(
    st.fixed_dictionaries(
        {
            "from_name": st.sampled_from(
                ["voice", "stance__maut", "stance__no_target", "rhetoric", "comment"]
            )
            | anything,
            "value": st.dictionaries(st.sampled_from(["choices", "text", "rating", "taxonomy"]), anything)
            | anything,
        }
    )
    | anything,
    max_size=3,
)
odd_annotation = st.fixed_dictionaries(
    {},
    optional={
        "id": anything,
        "completed_by": anything,
        "result": odd_result | anything,
        "was_cancelled": anything,
        "lead_time": anything,
        "updated_at": anything,
        "prediction": st.fixed_dictionaries({"model_version": words, "result": odd_result}) | anything,
    },
)
odd_data = st.fixed_dictionaries(
    {"sentence_id": words, "commentary_id": words, "text": words},
    optional={"codebook_version": anything, "note": anything},
)
odd_task = st.fixed_dictionaries(
    {"data": odd_data | anything},
    optional={
        "id": anything,
        "meta": anything,
        "annotations": st.lists(odd_annotation | anything, max_size=3),
    },
)
odd_flat = st.builds(
    lambda data, more: {**data, **more},
    odd_data,
    st.dictionaries(st.sampled_from(["id", "annotator", "annotation_id", "voice", "comment"]), anything),
)
fuzz = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def reads_or_says_why(path: Path, codebook: Codebook) -> None:
    for skip_invalid in (False, True):
        try:
            export = read_codings([path], codebook, skip_invalid=skip_invalid)
        except DataError as error:
            assert "\n" not in str(error)
        else:
            assert len(export.annotations) == export.report.annotations


@fuzz
@given(st.lists(odd_task | odd_flat | anything, max_size=3) | anything)
def test_no_json_gives_a_traceback(codebook: Codebook, tmp_path: Path, content: Any) -> None:
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    reads_or_says_why(path, codebook)


@fuzz
@given(st.lists(st.lists(words | st.text('[]{}",;:0.é', max_size=6), min_size=4, max_size=9), max_size=4))
def test_no_csv_gives_a_traceback(codebook: Codebook, tmp_path: Path, lines: list[list[str]]) -> None:
    path = tmp_path / "odd.csv"
    header = "sentence_id;commentary_id;text;annotator;voice;comment;rhetoric;lead_time"
    path.write_text("\n".join([header, *(";".join(line) for line in lines)]), encoding="utf-8", newline="")
    reads_or_says_why(path, codebook)


@fuzz
@given(st.binary(max_size=40), st.sampled_from(["odd.json", "odd.jsonl", "odd.csv", "odd.json.gz"]))
def test_no_bytes_give_a_traceback(codebook: Codebook, tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    reads_or_says_why(path, codebook)


@pytest.mark.slow
@pytest.mark.scaled
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_a_large_export_is_read_in_little_memory(
    coded: Make, task: Make, tmp_path: Path, codebook: Codebook
) -> None:
    """200 MB under `make stress`, else 40; never more than the bound that the whole has."""
    size = (200 if os.environ.get("STANDPUNKT_STRESS") else 40) * 10**6
    path = tmp_path / "large.json"
    number = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        while file.tell() < size:
            made = task(number, coded({"voice": "author"}, id=number, completed_by=number % 5))
            made["data"]["before"] = f"Davor steht Satz {number}. " * 40
            file.write("," * bool(number) + json.dumps(made, ensure_ascii=False))
            number += 1
        file.write("]")
    (tmp_path / "codebook.json").write_bytes(msgspec.json.encode(codebook))
    words = (
        "import re, sys; import msgspec; from exports.readers.annotations import read_codings; from schemas.codebook import Codebook; "
        "book = msgspec.json.decode(open(sys.argv[2], 'rb').read(), type=Codebook); "
        "export = read_codings([sys.argv[1]], book); "
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]; "
        "print(len(export.annotations), int(peak) // 1000)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", words, path, tmp_path / "codebook.json"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    annotations, megabytes = map(int, ran.stdout.split())
    assert annotations == number
    assert megabytes < 500 * size / 200e6 + 60


def test_a_task_without_end_is_refused_and_a_file_of_many_is_not(
    coded: Make, task: Make, written: Write, codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exports.readers.label_studio.MAX_ROW", 200_000)
    tasks = [task(n, coded({"voice": "author"}, id=n)) for n in range(1500)]
    export = written(tasks)
    assert export.stat().st_size > 900_000
    assert read_export(export, codebook).report.annotations == 1500
    large = task(2000, *[coded({"voice": "author"}, id=n) for n in range(1500)])
    words = r"breaks off or is not JSON after task \d+: the next one is larger than"
    with pytest.raises(DataError, match=words):
        read_export(written([*tasks, large]), codebook)
    salvaged = read_export(written([*tasks, large]), codebook, skip_invalid=True).report
    assert salvaged.annotations >= 1300  # the parser reads ahead
    assert "the next one is larger than" in salvaged.warnings[0]
    with pytest.raises(DataError, match="is larger than 0 MB"):
        read_export(written(large), codebook)
