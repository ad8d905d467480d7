"""The demo's study and a model of its first codings, served without a Label Studio."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotate.serve import serving
from annotate.study.folder import Study, open_study
from served import Backend
from train.model import Model
from train.persistence.folder import load_model


@pytest.fixture
def served_study(suggesting: Path, tmp_path: Path) -> Study:
    shutil.copytree(suggesting.parent / "study", tmp_path / "study")
    return open_study(tmp_path / "study")


@pytest.fixture(scope="session")
def suggesting_model(suggesting: Path) -> Model:
    return load_model(suggesting)


@pytest.fixture
def make_backend(
    served_study: Study, suggesting: Path, suggesting_model: Model, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Backend]:
    """Backends of the study; the model they begin with is read once for all tests."""
    monkeypatch.setattr(
        serving, "load_model", lambda folder: suggesting_model if folder == suggesting else load_model(folder)
    )

    def make(**more: Any) -> Backend:
        return Backend(served_study, more.pop("model", suggesting), **more)

    return make


@pytest.fixture
def backend(make_backend: Callable[..., Backend]) -> Backend:
    return make_backend()


@pytest.fixture
def predicted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many sentences a model was asked of, each time that it was."""
    import train.predict

    calls: list[int] = []
    stream = train.predict.predict_stream

    def counting(model: Any, rows: Any, **more: Any) -> Any:
        calls.append(len(rows))
        return stream(model, rows, **more)

    monkeypatch.setattr(train.predict, "predict_stream", counting)
    return calls
