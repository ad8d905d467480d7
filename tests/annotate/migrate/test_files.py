"""A study without Label Studio, brought to a new codebook: its files, the backup, the way back."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from annotate.migrate import run as migrating
from annotate.migrate.run import MigrateReport
from annotate.study.folder import State, Study, open_study
from schemas.errors import DataError, SettingsError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, GoldSentence, Layers

BOOK = """\
codebook: probe
version: 1.0.0
language: de
layers:
  - {id: function, kind: one, required: true, label: Satzart, codes: [{id: claim, label: Urteil}, {id: report, label: Bericht}]}
  - {id: rhetoric, kind: set, required: true, label: Mittel, codes: [{id: irony, label: Ironie}, {id: image, label: Bild}]}
"""
NEW = (
    BOOK.replace("1.0.0", "2.0.0")
    .replace("id: claim", "id: view")
    .replace(", {id: image, label: Bild}", ", {id: myth, label: Mythos}")
)


def row(n: int, layers: Layers, version: str = "1.0.0") -> Annotation:
    return Annotation(
        sentence_id=f"a:{n}",
        commentary_id="a",
        annotator="anna",
        codebook="probe",
        codebook_version=version,
        layers=layers,
    )


def gold(n: int, layers: Layers) -> GoldSentence:
    return GoldSentence(sentence_id=f"a:{n}", commentary_id="a", text="Ein Satz.", layers=layers)


ROWS = [
    row(1, {"function": "claim", "rhetoric": ["irony"]}),
    row(2, {"function": "report", "rhetoric": ["image"]}),
]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / "study.yaml").write_text("study: s\nannotators: [anna]\n", "utf-8")
    (folder / "codebook.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "alt.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "neu.yaml").write_text(NEW, "utf-8")
    own = open_study(folder)
    write_jsonl(own.annotations, ROWS)
    write_jsonl(own.gold, [gold(1, {"function": "claim"}), gold(2, {"rhetoric": ["image"]})])
    return own


def migrated(study: Study, **more: Any) -> MigrateReport:
    old, new = study.folder.parent / "alt.yaml", study.folder.parent / "neu.yaml"
    return migrating.migrate(None, study, old, new, **more)


def undone(study: Study) -> MigrateReport:
    old, new = study.folder.parent / "alt.yaml", study.folder.parent / "neu.yaml"
    return migrating.undo(None, study, old, new)


def files(study: Study) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (study.annotations, study.gold, study.codebook_path)}


def layers(study: Study) -> list[Layers]:
    return [found.layers for found in read_jsonl(study.annotations, Annotation)]


def test_rows_gold_and_codebook_go_to_the_new_version(study: Study) -> None:
    report = migrated(study)
    assert report.files == ["annotations.jsonl", "gold.jsonl", "codebook.yaml"]
    assert layers(study) == [{"function": "view", "rhetoric": ["irony"]}, {"function": "report"}]
    assert [found.codebook_version for found in read_jsonl(study.annotations, Annotation)] == [
        "2.0.0",
        "2.0.0",
    ]
    assert [found.undecided for found in read_jsonl(study.gold, GoldSentence)] == [[], ["rhetoric"]]
    assert study.codebook_path.read_text("utf-8") == NEW
    assert [(a.sentence_id, a.annotator, a.place, a.was) for a in report.again] == [
        ("a:2", "anna", "rhetoric", ["image"]), ("a:2", "", "rhetoric", ["image"]),
    ]  # fmt: skip


def test_what_a_third_person_decided_goes_along_and_comes_back(study: Study) -> None:
    decision = replace(row(2, {"function": "claim", "rhetoric": ["image"]}), annotator="adjudication")
    write_jsonl(study.decisions, [decision])
    report = migrated(study)
    assert "decisions.jsonl" in report.files
    (found,) = read_jsonl(study.decisions, Annotation)
    assert (found.layers, found.codebook_version) == ({"function": "view"}, "2.0.0")
    assert ("adjudication", "rhetoric") in {(again.annotator, again.place) for again in report.again}
    undone(study)
    assert list(read_jsonl(study.decisions, Annotation)) == [decision]


def test_a_dry_run_leaves_no_trace(study: Study) -> None:
    before = files(study)
    report = migrated(study, dry_run=True)
    assert (report.dry_run, len(report.again)) == (True, 2)
    assert files(study) == before
    assert not (study.folder / "backups").exists()


def test_undone_every_byte_is_as_before_and_it_can_be_done_again(study: Study) -> None:
    before = files(study)
    after = (migrated(study), files(study))[1]
    assert undone(study).undone
    assert files(study) == before
    migrated(study)
    assert files(study) == after
    assert len(list((study.folder / "backups").iterdir())) == 2


def test_a_run_that_broke_between_two_files_is_taken_up(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = migrating.move_file
    with monkeypatch.context() as patch:
        patch.setattr(
            migrating,
            "move_file",
            lambda path, *more: (
                (_ for _ in ()).throw(KeyboardInterrupt) if path == study.gold else move(path, *more)
            ),
        )
        with pytest.raises(KeyboardInterrupt):
            migrated(study)
    assert study.codebook().version == "1.0.0"
    report = migrated(study)
    assert (report.resumed, report.files) == (True, ["gold.jsonl", "codebook.yaml"])
    undone(study)
    assert layers(study) == [found.layers for found in ROWS]


def test_rows_written_since_the_backup_are_kept_and_rewritten(study: Study) -> None:
    migrated(study)
    now = [
        *read_jsonl(study.annotations, Annotation),
        row(3, {"function": "view"}, "2.0.0"),
        row(4, {"function": "claim"}, "1.0.0"),
    ]
    write_jsonl(study.annotations, now)
    migrated(study)
    assert layers(study)[2:] == [{"function": "view"}, {"function": "view"}]
    undone(study)
    assert layers(study)[2:] == [{"function": "claim"}, {"function": "claim"}]


def test_another_step_waits_for_the_end_of_the_first(
    study: Study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(migrating, "move_file", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            migrated(study)
    (tmp_path / "neu.yaml").write_text(NEW.replace("2.0.0", "3.0.0"), "utf-8")
    with pytest.raises(DataError, match=r"codebook-1\.0\.0-2\.0\.0: is unfinished"):
        migrated(study)
    (tmp_path / "neu.yaml").write_text(NEW.replace("Mythos", "Sage"), "utf-8")
    with pytest.raises(DataError, match="other codebooks or another map"):
        migrated(study)


def test_a_study_of_a_third_codebook_is_refused(study: Study) -> None:
    study.codebook_path.write_text(BOOK.replace("Urteil", "Meinung"), "utf-8")
    with pytest.raises(DataError, match="is neither of the two codebooks: found probe"):
        migrated(study)


def test_a_codebook_edited_in_place_is_fine(study: Study) -> None:
    study.codebook_path.write_text(NEW, "utf-8")
    assert migrated(study).files == ["annotations.jsonl", "gold.jsonl"]
    undone(study)
    assert study.codebook_path.read_text("utf-8") == BOOK


def test_the_studys_own_codebook_can_be_the_old_one(study: Study, tmp_path: Path) -> None:
    """It is the new one at the end; the same command still means the same step."""
    before, same = files(study), (study.codebook_path, tmp_path / "neu.yaml")
    migrating.migrate(None, study, *same)
    again = migrating.migrate(None, study, *same)
    assert (again.old_version, again.version, again.files) == ("1.0.0", "2.0.0", [])
    migrating.undo(None, study, *same)
    assert files(study) == before


def test_projects_are_not_left_behind(study: Study) -> None:
    study.save_state(State(projects={"http://127.0.0.1:1": {"anna": 1}}))
    with pytest.raises(SettingsError, match="leave out --files-only"):
        migrated(study)


def test_undoing_what_was_not_done_is_an_error(study: Study) -> None:
    with pytest.raises(DataError, match="this step was not taken"):
        undone(study)
