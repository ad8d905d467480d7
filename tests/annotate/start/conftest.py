"""One study in six states, each as the verbs leave it, without any server."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.demo.material import ANNOTATORS, CODEBOOK, TARGETS
from annotate.report.chapters import to_document
from annotate.report.gather import gather
from annotate.report.page import report_page
from annotate.study.folder import State, Study, init_study, open_study
from annotate.study.identity import LETTERS
from annotate.sync.adjudication import adjudicate_study
from coded_study import coded_study
from schemas.files import write_text
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, Assignment, Sentence
from train.fit import fit
from train.persistence.folder import save_model

STATES = ("empty", "split", "pushed", "half", "trained", "published")
#: Nobody listens there.
URL = "http://127.0.0.1:9"
#: Sentences that each has coded when half of the work is done.
HALF = {"anna": 200, "ben": 120}

StateOf = Callable[[str], Study]


@pytest.fixture(scope="session")
def made_states(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("states")
    empty = init_study(
        folder / "empty", codebook=CODEBOOK, targets=TARGETS, annotators=ANNOTATORS, name="demo"
    )
    whole = coded_study(folder / "split")
    rows = list(read_jsonl(whole.annotations, Annotation))
    whole.annotations.unlink()
    sentences = [s.sentence_id for s in read_jsonl(whole.sentences, Sentence)]

    pushed = _copy(whole, folder / "pushed")
    drawn = [
        Assignment(sentence_id=name, annotator=who, phase="pilot" if n < 100 else "main")
        for who in ANNOTATORS
        for n, name in enumerate(sentences)
    ]
    write_jsonl(pushed.assignments, drawn)
    write_text(pushed.folder / LETTERS / "anna.txt", "Einladung")

    half = _copy(pushed, folder / "half")
    ranks = {name: n for n, name in enumerate(sentences)}
    rows = [_placed(row, ranks) for row in rows]
    write_jsonl(half.annotations, [row for row in rows if ranks[row.sentence_id] < HALF[row.annotator]])

    trained = _copy(half, folder / "trained")
    write_jsonl(trained.annotations, rows)
    gold, _ = adjudicate_study(trained)
    model, _ = fit(gold, trained.codebook(), with_figures=True)
    save_model(model, trained.models / model.meta.model_version, created="2026-10-03")

    published = _copy(trained, folder / "published")
    found = gather(published, evaluated=False)
    page = report_page(to_document(found, published.codebook(), {}))
    write_text(published.reports / "report.html", page)
    write_text(published.reports / "texte.html", "<!DOCTYPE html><title>Drei Texte</title><p>Text")
    return dict(
        zip(STATES, [s.folder for s in (empty, whole, pushed, half, trained, published)], strict=True)
    )


def _copy(study: Study, folder: Path) -> Study:
    """A state of the same study in another folder, which remembers its server's projects."""
    shutil.copytree(study.folder, folder)
    copied = open_study(folder)
    copied.save_state(
        State(id=copied.settings.id, folder=str(folder.resolve()), projects={URL: {"anna": 11, "ben": 12}})
    )
    return copied


def _placed(row: Annotation, ranks: dict[str, int]) -> Annotation:
    from msgspec.structs import replace

    number = ranks[row.sentence_id] + 1000 * (row.annotator == "ben")
    return replace(row, task_id=number, annotation_id=number, lead_time=6.0 + number % 7)


@pytest.fixture
def state_of(made_states: dict[str, Path], tmp_path: Path) -> StateOf:
    """A copy of a state, to do with as one likes."""
    return lambda name: _copy(open_study(made_states[name]), tmp_path / name)
