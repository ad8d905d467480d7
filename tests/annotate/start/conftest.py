"""One study in six states, each as the verbs leave it, without any server."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

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
from train.settings import Settings

STATES = ("empty", "split", "pushed", "half", "trained", "published")
#: Nobody listens there.
URL = "http://127.0.0.1:9"
#: Sentences that each has coded when half of the work is done.
HALF = {"anna": 200, "ben": 120}

StateOf = Callable[[str], Study]


class MadeStates:
    """The states of one study, each made of the one before when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, state: str) -> Path:
        folder = self._folder / state
        if not folder.exists():
            getattr(self, f"_make_{state}")(folder)
        return folder

    def _before(self, state: str, folder: Path) -> Study:
        return _copy(open_study(self.folder(state)), folder)

    def _make_empty(self, folder: Path) -> None:
        init_study(folder, codebook=CODEBOOK, targets=TARGETS, annotators=ANNOTATORS, name="demo")

    def _make_whole(self, folder: Path) -> None:
        coded_study(folder)

    def _make_split(self, folder: Path) -> None:
        self._before("whole", folder).annotations.unlink()

    def _make_pushed(self, folder: Path) -> None:
        study = self._before("split", folder)
        drawn = [
            Assignment(sentence_id=name, annotator=who, phase="pilot" if n < 100 else "main")
            for who in ANNOTATORS
            for name, n in _ranks(study).items()
        ]
        write_jsonl(study.assignments, drawn)
        write_text(study.folder / LETTERS / "anna.txt", "Einladung")

    def _make_half(self, folder: Path) -> None:
        study = self._before("pushed", folder)
        ranks = _ranks(study)
        rows = [row for row in self._rows(ranks) if ranks[row.sentence_id] < HALF[row.annotator]]
        write_jsonl(study.annotations, rows)

    def _make_trained(self, folder: Path) -> None:
        study = self._before("half", folder)
        write_jsonl(study.annotations, self._rows(_ranks(study)))
        gold, _ = adjudicate_study(study)
        model, _ = fit(gold, study.codebook(), settings=Settings(inner_folds=2), with_figures=True)
        save_model(model, study.models / model.meta.model_version, created="2026-10-03")

    def _make_published(self, folder: Path) -> None:
        study = self._before("trained", folder)
        found = gather(study, evaluated=False)
        write_text(study.reports / "report.html", report_page(to_document(found, study.codebook(), {})))
        write_text(study.reports / "texte.html", "<!DOCTYPE html><title>Drei Texte</title><p>Text")

    def _rows(self, ranks: dict[str, int]) -> list[Annotation]:
        """All codings, as they come from the projects 11 and 12."""
        whole = open_study(self.folder("whole"))
        return [_placed(row, ranks) for row in read_jsonl(whole.annotations, Annotation)]


def _ranks(study: Study) -> dict[str, int]:
    return {s.sentence_id: n for n, s in enumerate(read_jsonl(study.sentences, Sentence))}


@pytest.fixture(scope="session")
def made_states(tmp_path_factory: pytest.TempPathFactory) -> MadeStates:
    return MadeStates(tmp_path_factory.mktemp("states"))


def _copy(study: Study, folder: Path) -> Study:
    """A state of the same study in another folder, which remembers its server's projects."""
    shutil.copytree(study.folder, folder)
    copied = open_study(folder)
    copied.save_state(
        State(id=copied.settings.id, folder=str(folder.resolve()), projects={URL: {"anna": 11, "ben": 12}})
    )
    return copied


def _placed(row: Annotation, ranks: dict[str, int]) -> Annotation:
    number = ranks[row.sentence_id] + 1000 * (row.annotator == "ben")
    return replace(row, task_id=number, annotation_id=number, lead_time=6.0 + number % 7)


@pytest.fixture
def state_of(made_states: MadeStates, tmp_path: Path) -> StateOf:
    """A copy of a state, to do with as one likes."""
    return lambda name: _copy(open_study(made_states.folder(name)), tmp_path / name)
