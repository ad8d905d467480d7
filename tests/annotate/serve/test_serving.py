"""A study that changes while it is served: newer models, a pull, a push, and what is broken."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from annotate.label_studio.answers import HeldTask
from annotate.serve import served, serving
from annotate.serve.serving import Serving
from annotate.study.folder import Study
from annotate.sync.tasks import study_rows
from schemas.errors import DataError, ModelError, StudioError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import GoldSentence
from served import PROJECTS, Backend, task_of
from train.fit import fit
from train.persistence.folder import load_model, save_model
from train.settings import Settings

Make = Callable[..., Backend]


@pytest.fixture(scope="module")
def newer(suggesting: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another model of the same codebook."""
    gold = list(read_jsonl(suggesting.parent / "gold.jsonl", GoldSentence))[:100]
    book = load_model(suggesting).meta.book
    return save_model(fit(gold, book, settings=Settings(inner_folds=2))[0], tmp_path_factory.mktemp("newer"))


def test_a_newly_trained_model_is_taken_up_and_running_requests_keep_theirs(
    backend: Backend, newer: Path
) -> None:
    before = backend.serving.current
    assert not backend.serving.refresh()
    shutil.copytree(newer, backend.study.models / "neu")
    assert backend.serving.refresh()
    after = backend.serving.current
    assert after.model_version != before.model_version
    assert backend.lines == [f"{after.model_version} suggests from now on, after {before.model_version}"]
    name = study_rows(backend.study)[0].sentence_id
    task = HeldTask(id=1, data={"sentence_id": name})
    answer = before.answer(task, "anna")  # of a request that began with it
    assert answer.reason or answer.suggestion
    assert backend.client.get("/versions").json()["versions"] == [after.model_version]
    assert not backend.serving.refresh()


def test_a_model_that_was_set_aside_is_not_taken_up(backend: Backend, newer: Path) -> None:
    shutil.copytree(newer, backend.study.models / "aside" / "neu")
    assert not backend.serving.refresh()


def test_a_broken_model_is_named_once_and_the_one_before_goes_on(
    backend: Backend, newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = backend.serving.current.model_version
    shutil.copytree(newer, backend.study.models / "neu")
    (backend.study.models / "neu" / "model.skops").write_bytes(b"x")
    for _ in range(3):
        assert not backend.serving.refresh()
    (line,) = backend.lines
    assert line.startswith("not taken up: ")
    assert "model.skops" in line
    assert line.endswith(f"{before} goes on")
    # mended, it is taken up without another file being touched
    shutil.copy(newer / "model.skops", backend.study.models / "neu" / "model.skops")
    monkeypatch.setattr(serving, "AGAIN", 0.0)
    assert backend.serving.refresh()


def test_what_a_model_of_another_codebook_lacks_is_named(make_backend: Make, model: Path) -> None:
    lines = make_backend(model=model).lines
    assert [line for line in lines if "not shared by model and study: stance__" in line]


def test_a_model_that_shares_no_layer_is_refused_and_names_the_codebook(
    make_backend: Make, backend: Backend
) -> None:
    text = backend.study.codebook_path.read_text("utf-8")
    for layer in backend.study.codebook().predicted_layers:
        text = text.replace(f"id: {layer.id}\n", f"id: {layer.id}_anders\n")
    backend.study.codebook_path.write_text(text, "utf-8")
    with pytest.raises(ModelError, match=r"shares none of the layers voice_anders.*codebook\.yaml"):
        make_backend()
    assert not backend.serving.refresh()
    assert "shares none of the layers" in backend.lines[0]
    assert backend.serving.current.model_version  # it goes on as it was


def test_a_study_that_cannot_be_read_for_a_moment_goes_on(backend: Backend) -> None:
    text = backend.study.settings_path.read_text("utf-8")
    backend.study.settings_path.write_text("study: [", "utf-8")
    assert not backend.serving.refresh()
    assert "study.yaml" in backend.lines[0]
    backend.study.settings_path.write_text(text, "utf-8")
    backend.serving.refresh()
    assert backend.predict(task_of(study_rows(backend.study)[0].sentence_id)) is not None


def test_projects_are_looked_for_again_once_a_push_has_made_one(
    served_study: Study, suggesting: Path
) -> None:
    found: dict[str, int] = {"anna": 11}
    looked: list[int] = []

    def projects(study: Study) -> dict[str, int]:
        looked.append(1)
        return dict(found)

    made = Serving(served_study, suggesting, projects=projects, say=print)
    assert not made.refresh()
    found["ben"] = 12
    state = served_study.state()
    served_study.save_state(msgspec.structs.replace(state, projects={"http://x": PROJECTS}))
    assert made.refresh()
    assert made.current.annotators == {11: "anna", 12: "ben"}
    write_jsonl(served_study.annotations, [])
    assert made.refresh()  # a pull
    assert len(looked) == 2


def test_a_study_without_a_model_or_without_projects_is_refused(
    served_study: Study, suggesting: Path
) -> None:
    with pytest.raises(DataError, match="holds no model yet; run `standpunkt train` first"):
        Serving(served_study, None, projects=lambda _: PROJECTS, say=print)

    def none(study: Study) -> dict[str, int]:
        raise StudioError("serving", "holds no project of this study")

    with pytest.raises(StudioError, match="no project"):
        Serving(served_study, suggesting, projects=none, say=print)


def test_what_is_kept_has_an_end(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "KEPT", 100)
    rows = study_rows(backend.study)
    backend.predict(*(task_of(row.sentence_id) for row in rows))
    current = backend.serving.current
    assert current._n_kept == sum(len(kept) for kept in current._kept.values()) <= 100
