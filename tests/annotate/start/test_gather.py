"""What the start page shows is what the verbs say, and the next step is the next of the loop."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from annotate.commands.outlook_text import outlooks
from annotate.report.words import Words
from annotate.start.facts import LayerOutlook
from annotate.start.gather import gather, known_of, start_report
from annotate.start.outlook import layer_outlook
from annotate.start.page import start_page
from annotate.start.sections import outlook_words, reliability
from annotate.start.words import next_words
from annotate.study.folder import Study
from annotate.study.next_step import NextStep, Server
from annotate.study.split import split_study
from annotate.sync.status import AnnotatorProgress, StatusReport
from running import Ran
from schemas.files import write_text
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, Assignment, Commentary
from train.model import LayerState, TargetState
from train.persistence.folder import load_meta
from train.settings import Settings

Run = Callable[..., Ran]
StateOf = Callable[[str], Study]


def shown(standpunkt: Run, study: Study) -> Any:
    return standpunkt("open", "--json", "--study", study.folder).json


@pytest.mark.parametrize(
    ("state", "step", "command"),
    [
        ("empty", "texts", None),
        ("split", "studio", "standpunkt studio start"),
        ("pushed", "studio", "standpunkt studio start"),
        ("half", "adjudicate", "standpunkt adjudicate --study "),
        pytest.param("published", "done", None, marks=pytest.mark.slow),
    ],
)
def test_the_next_step_is_the_next_of_the_loop(
    standpunkt: Run, state_of: StateOf, state: str, step: str, command: str | None
) -> None:
    found = shown(standpunkt, state_of(state))["next"]
    assert found["name"] == step
    assert found["command"] is None if command is None else found["command"].startswith(command)


@pytest.mark.slow
def test_a_study_that_is_coded_comes_to_its_report(standpunkt: Run, state_of: StateOf) -> None:
    assert shown(standpunkt, state_of("trained"))["next"]["verb"] == "report"


def test_texts_that_lie_there_are_split_first(state_of: StateOf) -> None:
    study = state_of("empty")
    (study.commentary_folder / "eins.txt").write_text(
        "Der Titel | Erika Beispiel. 23.10.2025.\n\nEin Satz.", "utf-8"
    )
    report = gather(study)
    assert (report.files, report.corpus, report.next.verb) == (1, None, "split")


@pytest.mark.parametrize("state", ["half", pytest.param("trained", marks=pytest.mark.slow)])
def test_agreement_is_that_of_agree(standpunkt: Run, state_of: StateOf, state: str) -> None:
    study = state_of(state)
    said = standpunkt("agree", "--json", "--study", study.folder).json
    report = shown(standpunkt, study)
    assert report["agreement"] == said
    for found in report["confusions"]:
        (same,) = [
            c for c in said["layers"][found["layer"]]["confusions"]
            if c["codes"] == found["codes"] and c.get("target") == found["target"]
        ]  # fmt: skip
        assert (found["n"], found["gain"]) == (same["n"], same.get("gain"))
        assert [e["sentence_id"] for e in found["examples"]] == same["sentences"][:2]
    assert len(report["confusions"]) == 3


def test_sentences_that_are_confused_have_their_tasks(standpunkt: Run, state_of: StateOf) -> None:
    report = shown(standpunkt, state_of("half"))
    for found in [*report["confusions"], *({"examples": [t["example"]]} for t in report["ties"])]:
        for example in found["examples"]:
            assert example["text"] != example["sentence_id"]
            assert "anna" in {who for who, _ in example["links"]}
            assert all(link.startswith("http://127.0.0.1:9/projects/1") for _, link in example["links"])


def test_ties_are_those_of_adjudicate_and_nothing_is_written(standpunkt: Run, state_of: StateOf) -> None:
    study = state_of("half")
    report = shown(standpunkt, study)
    assert not study.gold.exists()
    assert report["adjudication"] == standpunkt("adjudicate", "--json", "--study", study.folder).json
    first = report["adjudication"]["ties"][0]
    assert (report["ties"][0]["layer"], report["ties"][0]["votes"]) == (first["layer"], first["votes"])
    assert len({tie["example"]["sentence_id"] for tie in report["ties"]}) == len(report["ties"]) == 3


@pytest.mark.slow
def test_the_model_is_that_of_model_json(standpunkt: Run, state_of: StateOf) -> None:
    study = state_of("trained")
    meta = json.loads((study.latest_model() / "model.json").read_text("utf-8"))
    model = shown(standpunkt, study)["model"]
    assert {model[name] == meta[name] for name in ("model_version", "n", "created")} == {True}
    said = {one.layer: one.suggests for one in outlooks(load_meta(study.latest_model()))}
    assert {layer["layer"]: bool(layer["suggests"] or layer["marks"]) for layer in model["layers"]} == said
    for layer in model["layers"]:
        figures = meta["figures"]["layers"][layer["layer"]]
        assert (layer["macro_f1"], layer["n"]) == (figures["macro_f1"], meta["layers"][layer["layer"]]["n"])


def test_counts_and_doubts_are_those_of_split(standpunkt: Run, state_of: StateOf) -> None:
    study = state_of("split")
    said = standpunkt("split", "--json", "--study", study.folder).json
    report = shown(standpunkt, study)
    assert {n: report["corpus"][n] for n in ("commentaries", "sentences")} == {
        n: said[n] for n in ("commentaries", "sentences")
    }
    assert [(d["commentary"], d["flag"], d["found"], d["neighbours"]) for d in report["doubts"]] == [
        (f["commentary"], f["flag"], f["found"], f["neighbours"]) for f in said["flags"]
    ]


def test_without_a_server_work_is_that_of_the_last_pull(state_of: StateOf) -> None:
    report = gather(state_of("half"))
    assert not report.server.answers
    assert "studio start" in (report.server.reason or "")
    anna, ben = report.workers
    assert (anna.progress.done, anna.progress.open, ben.progress.done) == (200, 453, 120)
    assert [(p.phase, p.tasks, p.done) for p in ben.phases] == [("pilot", 100, 100), ("main", 553, 20)]
    assert anna.seconds == 9.0
    assert anna.progress.minutes_left == round(453 * 9 / 60, 1)
    assert anna.seen == "2026-10-01T10:00:00Z"
    assert (anna.letter, ben.letter) == ("einladungen/anna.txt", None)
    assert anna.link == "http://127.0.0.1:9/projects/11/data?labeling=1"


def test_a_server_that_is_down_has_its_reason(state_of: StateOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "k")
    report = gather(state_of("half"))
    assert not report.server.answers and not report.server.may_start
    assert "http://127.0.0.1:9" in (report.server.reason or "")
    assert report.workers[0].progress.done == 200


def test_nothing_is_given_out_anew_on_a_server_that_does_not_know_the_study(state_of: StateOf) -> None:
    study = state_of("half")
    other = Server(answers=True, holds=False, url="http://other.example", reason=None, may_start=False)
    nobody = [
        AnnotatorProgress(
            annotator=name, project=None, tasks=0, done=0, skipped=0, open=0, incomplete=0, suggested=0,
            minutes_left=None,
        )
        for name in ("anna", "ben")
    ]  # fmt: skip
    status = StatusReport(annotators=nobody, undecided=None, notices=[])
    report = start_report(study, known_of(study), other, status)
    assert [worker.progress.done for worker in report.workers] == [200, 120]
    assert report.next.verb == "adjudicate"


def test_figures_that_are_missing_say_why(state_of: StateOf) -> None:
    report = gather(state_of("pushed"))
    assert report.agreement is None and report.model is None
    assert "standpunkt train" in report.reasons["model"]


def test_pages_are_listed_but_not_what_was_handed_in(state_of: StateOf) -> None:
    study = state_of("empty")
    for name, title in {
        "commentaries/seite.html": "Fremd", "einladungen/richtlinien.html": "Regeln", "reports/report.html": "Bericht",
        "tagged/index.html": "Alle &amp; alles", "tagged/texte/einer.html": "Einer",
    }.items():  # fmt: skip
        write_text(study.folder / name, f"<!DOCTYPE html><title>{title}</title>")
    pages = {(page.kind, page.name, page.title) for page in gather(study).pages if page.kind != "guidelines"}
    assert pages == {
        ("report", "reports/report.html", "Bericht"), ("reading", "tagged/index.html", "Alle & alles")
    }  # fmt: skip


def test_sentences_of_the_last_pull_are_never_counted_as_new(state_of: StateOf) -> None:
    assert gather(state_of("half")).unpulled == 0


# ---------------------------------------------------------------------- what a model may suggest


def state(**given: Any) -> LayerState:
    return LayerState(**{"kind": "one", "n": 200, "codes": {"a": 150, "b": 50}, "trained": True,
                         "thresholds": {"a": 0.4, "b": 1.0}, **given})  # fmt: skip


def test_codes_that_are_sure_are_suggested_and_the_others_named() -> None:
    found = layer_outlook("function", state(), Settings(), {})
    assert (found.suggests, found.never, found.missing) == (["a"], ["b"], None)


def test_rare_codes_are_not_suggested() -> None:
    found = layer_outlook("function", state(codes={"a": 4, "b": 50}), Settings(), {})
    assert (found.suggests, found.never) == ([], ["a", "b"])


def test_a_layer_with_too_few_sentences_says_how_many_are_missing() -> None:
    assert layer_outlook("function", state(n=33), Settings(), {}).missing == 20


def test_stances_say_what_held_out_answers_would_need() -> None:
    stance = state(
        kind="stance", n=60, codes={"favor": 20, "unrelated": 500}, thresholds={"favor": 1.0},
        sure={"touched": 1.0, "answer": 0.4}, choices={"needed": {"touched": 2.0, "direction": 3.0}},
        targets={"t": TargetState(asked=60, touched=20, codes={"favor": 20})}, authors={"x": {}},
    )  # fmt: skip
    found = layer_outlook("stance", stance, Settings(), {})
    assert (found.suggests, found.marks, found.missing) == ([], False, 120)
    marked = layer_outlook("stance", replace(stance, sure={"touched": 0.6, "answer": 0.4}), Settings(), {})
    assert (marked.marks, marked.missing) == (True, None)


# ---------------------------------------------------------------------- bad input


def test_a_folder_without_a_study_is_one_line(standpunkt: Run, tmp_path: Path) -> None:
    assert "is not a study" in standpunkt("open", "--json", "--study", tmp_path).error


def test_a_damaged_file_is_one_line_with_its_place(standpunkt: Run, state_of: StateOf) -> None:
    study = state_of("half")
    study.annotations.write_text("{", "utf-8")
    assert "annotations.jsonl:1" in standpunkt("open", "--json", "--study", study.folder).error


def test_languages_are_those_of_the_texts(state_of: StateOf) -> None:
    study = state_of("split")
    first, *rest = read_jsonl(study.commentaries, Commentary)
    write_jsonl(study.commentaries, [replace(first, language="en"), *rest])
    assert gather(study).languages == {"de": 36, "en": 1}


def test_people_who_coded_nothing_have_no_estimate(state_of: StateOf) -> None:
    study = state_of("half")
    write_jsonl(
        study.annotations, [r for r in read_jsonl(study.annotations, Annotation) if r.annotator == "anna"]
    )
    anna, ben = gather(study).workers
    assert anna.progress.minutes_left and ben.progress.minutes_left is None and ben.seen is None


# ---------------------------------------------------------------------- words


def test_a_study_with_something_open_is_not_called_decided(state_of: StateOf) -> None:
    report = gather(state_of("half"))
    assert report.adjudication and report.adjudication.undecided
    _, why = next_words(NextStep(name="report"), report, Words("de"))
    assert f"in {report.adjudication.undecided} Sätzen ist noch etwas offen" in why
    _, why = next_words(NextStep(name="report"), replace(report, adjudication=None), Words("de"))
    assert "codiert und entschieden" in why


def test_who_has_codings_in_the_files_is_not_said_to_have_none_pulled(state_of: StateOf) -> None:
    study = state_of("half")
    rows = [
        replace(row, created_at=None, updated_at=None) for row in read_jsonl(study.annotations, Annotation)
    ]
    write_jsonl(study.annotations, rows)
    assert "noch nichts abgeholt" not in start_page(gather(study), study.codebook())
    study.annotations.unlink()
    assert "noch nichts abgeholt" in start_page(gather(study), study.codebook())


def test_the_last_step_leads_to_the_report(state_of: StateOf) -> None:
    study = state_of("split")
    write_text(study.reports / "report.html", "<!DOCTYPE html><title>Bericht</title>")
    page = start_page(replace(gather(study), next=NextStep(name="done")), study.codebook())
    assert page.count('href="../reports/report.html"') == 2


def with_new_text(study: Study) -> Study:
    (study.commentary_folder / "neu.txt").write_text(
        "Ein neuer Text | Erika Beispiel. 23.11.2025.\n\nDas stand noch nie da. Auch das ist neu.\n", "utf-8"
    )
    split_study(study)
    return study


#: A server that holds the study's projects.
HOLDS = Server(answers=True, holds=True, url="http://127.0.0.1:9", reason=None, may_start=True)


def test_sentences_that_came_later_are_pushed(state_of: StateOf) -> None:
    study = with_new_text(state_of("pushed"))
    assert start_report(study, known_of(study), HOLDS, None).next.verb == "push"


@pytest.mark.slow
def test_where_batches_were_selected_the_next_is_selected_once_all_are_coded(state_of: StateOf) -> None:
    study = with_new_text(state_of("trained"))
    first, *rest = read_jsonl(study.assignments, Assignment)
    write_jsonl(study.assignments, [replace(first, batch=2, strategy="mixed"), *rest])
    step = start_report(study, known_of(study), HOLDS, None).next
    assert (step.verb, step.count) == ("select", 2)


def test_a_stance_has_its_two_steps_and_no_interval_is_not_reliable(state_of: StateOf) -> None:
    study = state_of("half")
    report = gather(study)
    page = start_page(report, study.codebook())
    assert "Haltung des Autors (ob berührt)" in page and "Haltung des Autors (Richtung)" in page
    assert report.agreement
    few = replace(report.agreement.layers["voice"], alpha=0.95, interval=None)
    assert reliability(few, Words("de")).startswith("unsicher: zu wenig für ein Intervall")


def test_directions_that_rest_on_the_author_are_said_to(state_of: StateOf) -> None:
    book = state_of("empty").codebook()
    stance = LayerOutlook(
        layer="stance", n=600, trained=True, suggests=["favor"], never=[], marks=True, missing=None, reason=None,
        macro_f1=None, interval=None,
    )  # fmt: skip
    said = "nur wo andere Texte des Autors codiert sind"
    assert said in outlook_words(stance, book, Words("de"))
    assert said not in outlook_words(replace(stance, layer="voice", suggests=["author"]), book, Words("de"))
