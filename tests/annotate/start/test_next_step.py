"""The next step of a study, from its beginning to its last backup: the same on the page and from the verbs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from annotate.start.gather import known_of, start_report
from annotate.start.outlook import latest_learned
from annotate.study.assignments import assign
from annotate.study.folder import Study, init_study
from annotate.study.next_step import Learned, Server, next_step, standing
from annotate.study.next_step import next_line as line_of
from annotate.study.split import split_study
from annotate.sync.adjudication import adjudicate_study
from annotate.sync.status import AnnotatorProgress, StatusReport
from coded_study import coded_study
from running import Ran
from schemas.files import write_text
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, Assignment, Sentence

TEXT = "Der Winter | Anna Weiß. 03.11.2025.\n\nEs schneit. Es ist kalt.\n"
#: A server that holds the study's projects.
HOLDS = Server(answers=True, holds=True, url="http://127.0.0.1:9", reason=None, may_start=True)


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    made = init_study(
        tmp_path / "s",
        codebook="kommentar-core",
        targets="ziele-ukraine",
        annotators=["anna", "ben"],
        name=None,
    )
    monkeypatch.chdir(made.folder)
    return made


def step(
    study: Study, after: str = "", *, n: int = 0, new: int = 0, suggests: bool = True, version: str = "1.0.0"
) -> str:
    """What comes next with a server, and a model of so many sentences since which so many are new."""
    model = Learned(n=n, new=new, codebook_version=version, suggests=suggests) if n else None
    found = standing(study, lambda gold: model)._replace(server=lambda: HOLDS)
    return next_step(study, found, after=after).name


def next_line(study: Study, *, after: str = "") -> str:
    return line_of(study, lambda gold: latest_learned(study, gold), after=after)


def with_texts(study: Study) -> Study:
    write_text(study.commentary_folder / "a.txt", TEXT)
    return study


def pushed(study: Study) -> Study:
    """All that was split is given out."""
    kept = list(read_jsonl(study.assignments, Assignment)) if study.assignments.exists() else []
    write_jsonl(study.assignments, assign(list(read_jsonl(study.sentences, Sentence)), study.settings, kept))
    return study


def coded_in_part(study: Study, sentences: int) -> Study:
    """What was given out is coded by both in so many sentences."""
    rows = list(read_jsonl(pushed(study).annotations, Annotation))
    first = list(dict.fromkeys(row.sentence_id for row in rows))[:sentences]
    write_jsonl(study.annotations, [row for row in rows if row.sentence_id in first])
    return study


def half_coded(study: Study) -> Study:
    """That, decided and learned from."""
    coded_in_part(study, 200)
    adjudicate_study(study)
    write_text(study.models / "m" / "model.json", "{}")
    return study


def test_an_empty_study_wants_texts_first(study: Study) -> None:
    assert step(study) == "texts"
    line = next_line(study)
    assert line.startswith("next: put commentaries into ") and "then `standpunkt split`" in line


def test_before_anything_is_given_out_there_are_a_server_and_people(study: Study) -> None:
    split_study(with_texts(study))
    assert next_line(study) == "next: `standpunkt studio start` (starts Label Studio on this machine)"
    assert step(study) == "push"
    nobody = study.with_settings(annotators=[])
    assert step(nobody) == "annotators"
    assert "annotators: [anna, ben]" in next_line(nobody)


def test_a_server_that_is_named_needs_no_start(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:9")
    split_study(with_texts(study))
    assert "`standpunkt push`" in next_line(study)


def test_people_code_before_something_is_pulled(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:9")
    split_study(with_texts(study))
    assert step(pushed(study)) == "code"
    assert next_line(study) == "next: code in Label Studio, then `standpunkt pull` (fetches the codings)"


def test_a_study_elsewhere_is_named_in_the_command(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert f"`standpunkt split --study {study.folder}`" in next_line(study)


def test_agreement_comes_after_new_codings_where_two_coded_the_same(tmp_path: Path) -> None:
    study = coded_study(tmp_path / "s")
    assert step(study, "pull") == step(study, "import") == "agree"
    assert step(study, "agree") == step(study) == "adjudicate"
    write_jsonl(
        study.annotations, [r for r in read_jsonl(study.annotations, Annotation) if r.annotator == "ben"]
    )
    assert step(study, "pull") == "adjudicate"


def test_a_few_codings_are_talked_about_and_not_decided(tmp_path: Path) -> None:
    study = coded_in_part(coded_study(tmp_path / "s"), 30)
    assert step(study, "pull") == "agree"
    assert step(study, "agree") == "code"


def test_what_was_coded_without_a_server_comes_to_its_report_without_one(tmp_path: Path) -> None:
    study = coded_study(tmp_path / "s")
    adjudicate_study(study)
    assert step(study, "adjudicate") == "train"
    write_text(study.models / "m" / "model.json", "{}")
    assert step(study, "train", n=601) == "evaluate"
    assert step(study, "evaluate", n=601) == "report"  # 52 sentences are coded by nobody, and with nobody
    write_text(study.reports / "report.html", "")
    assert step(study, "report", n=601) == "done"
    write_text(study.models / "n" / "model.json", "{}")
    assert step(study, n=601) == "report"


def test_what_may_be_done_last_is_said_one_by_one(study: Study) -> None:
    split_study(with_texts(study))
    rows = list(read_jsonl(pushed(study).assignments, Assignment))
    book = study.codebook()
    write_jsonl(
        study.annotations,
        [
            Annotation(
                sentence_id=a.sentence_id, commentary_id="c", annotator=a.annotator, codebook=book.codebook,
                codebook_version=book.version, phase="main", layers={},
            )
            for a in rows
        ],
    )  # fmt: skip
    write_text(study.gold, "")
    write_text(study.reports / "report.html", "")
    said = [next_line(study, after=verb) for verb in ("report", "tag", "export", "backup")]
    assert [line.split("`")[1] for line in said if line] == [
        "standpunkt tag FILE", "standpunkt export", "standpunkt backup FILE",
    ]  # fmt: skip
    assert said[-1] == ""


def test_a_model_suggests_once_to_those_who_code(tmp_path: Path) -> None:
    study = half_coded(coded_study(tmp_path / "s"))
    assert step(study, "evaluate", n=200) == "prelabel"
    assert step(study, "evaluate", n=200, suggests=False) == "code"
    write_text(study.predictions, "")
    assert step(study, n=200) == "code"
    pushed(study)  # another batch
    assert step(study, n=200) == "prelabel"


def test_a_model_is_made_anew_where_gold_has_more_to_teach(tmp_path: Path) -> None:
    study = half_coded(coded_study(tmp_path / "s"))
    assert step(study, n=200, new=20) == "prelabel"
    assert step(study, n=200, new=21) == "train"
    assert step(study, n=200, version="0.9.0") == "train"  # of the codebook it learned from
    assert latest_learned(study, []) is None  # {} is no model.json that can be read


def test_a_damaged_file_keeps_no_verb_from_its_end(study: Study) -> None:
    split_study(with_texts(study))
    write_text(study.annotations, "{")
    assert next_line(study) == ""


def test_a_selection_is_pushed_also_where_the_page_says_it(tmp_path: Path) -> None:
    study = coded_study(tmp_path / "s")
    assert step(study, "select") == "push"
    drawn = list(read_jsonl(pushed(study).assignments, Assignment))
    write_jsonl(study.assignments, [replace(one, batch=1, strategy="mixed") for one in drawn])
    tasks = len(drawn) // 2
    progress = [
        AnnotatorProgress(
            annotator=name, project=number, tasks=tasks - 1, done=tasks - 1, skipped=0, open=0, incomplete=0,
            suggested=0, minutes_left=None,
        )
        for number, name in enumerate(("anna", "ben"), 11)
    ]  # fmt: skip
    status = StatusReport(annotators=progress, undecided=None, notices=[])
    assert start_report(study, known_of(study), HOLDS, status).next.name == "push"


def test_new_texts_of_a_study_with_batches_are_selected_from(tmp_path: Path) -> None:
    study = pushed(coded_study(tmp_path / "s"))
    split_study(with_texts(study))
    assert step(study, "split") == "push"
    first, *rest = read_jsonl(study.assignments, Assignment)
    write_jsonl(study.assignments, [replace(first, batch=2, strategy="mixed"), *rest])
    assert step(study, "split") == "select"
    assert "`standpunkt select 50 --study " in next_line(study, after="split")


def test_tag_export_and_backup_name_it_too(standpunkt: Callable[..., Ran], study: Study) -> None:
    split_study(with_texts(study))
    assert standpunkt("backup", "../s.tar.gz").err.endswith("(starts Label Studio on this machine)\n")
