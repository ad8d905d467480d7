"""Other spellings of a speaker's name, in study.yaml."""

from pathlib import Path

import pytest

from annotate.study.folder import open_study
from schemas.errors import DataError


def _study(folder: Path, speakers: str) -> Path:
    (folder / "study.yaml").write_text(f"study: probe\nspeakers: {speakers}\n", encoding="utf-8")
    return folder


def test_each_other_spelling_is_read_as_the_first(tmp_path: Path) -> None:
    study = open_study(_study(tmp_path, "{Selenskyj: [Zelensky, Zelenskyy], Lawrow: [Lavrov]}"))
    assert study.settings.spellings == {
        "Zelensky": "Selenskyj", "Zelenskyy": "Selenskyj", "Lavrov": "Lawrow",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("speakers", "found"),
    [
        ("{Selenskyj: [Zelensky], Lawrow: [Zelensky]}", '"Zelensky" stands there twice'),
        ("{Selenskyj: [Selenskyj]}", '"Selenskyj" stands there twice'),
        ("{Wolodymyr Selenskyj: [Zelensky]}", '"Wolodymyr Selenskyj": expected one word'),
    ],
)
def test_a_spelling_stands_once_and_is_one_word(tmp_path: Path, speakers: str, found: str) -> None:
    with pytest.raises(DataError, match=found):
        open_study(_study(tmp_path, speakers))
