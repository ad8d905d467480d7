"""Small studies to report on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_study import make_study

from annotate.study.folder import Study

Make = Callable[..., Study]


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Three annotators, suggestions, a control arm, gold."""
    return make_study(tmp_path_factory.mktemp("studies") / "probe")


@pytest.fixture
def made(tmp_path: Path) -> Make:
    def make(**options: Any) -> Study:
        return make_study(tmp_path / "probe", **options)

    return make
