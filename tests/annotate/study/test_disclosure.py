"""What is kept of a language model that coded."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from annotate.study.disclosure import Disclosure, keep_disclosure, read_disclosure
from schemas.errors import DataError

FIRST, LATER = date(2026, 11, 3), date(2026, 11, 29)
FOUND = Disclosure(
    model_version="llm-m-00000001", model="m", hosts=["gpu.uni.example"], first_asked=None, last_asked=None,
    prompt_sha256="a" * 64, codebook="probe", codebook_version="1.0.0", layers=["voice"], settings={"samples": 1},
    left_out=[], calibrated={}, sentences=20, unanswered=1,
)  # fmt: skip


def kept(
    models: Path, found: Disclosure = FOUND, *, today: date | None = FIRST, is_known: bool = False
) -> Disclosure:
    keep_disclosure(models, found, "Du codierst Sätze.", today=today, is_known=is_known)
    read = read_disclosure(models, found.model_version)
    assert read is not None
    return read


def test_days_run_from_the_first_answer_to_the_last(tmp_path: Path) -> None:
    assert kept(tmp_path).first_asked == "2026-11-03"
    again = kept(tmp_path, today=LATER, is_known=True)
    assert (again.first_asked, again.last_asked) == ("2026-11-03", "2026-11-29")
    assert (tmp_path / "llm-m-00000001" / "prompt.txt").read_text("utf-8") == "Du codierst Sätze."


def test_a_run_that_asks_nothing_changes_no_day_and_no_host(tmp_path: Path) -> None:
    before = kept(tmp_path)
    other = msgspec.structs.replace(FOUND, hosts=["127.0.0.1:11434"])
    assert kept(tmp_path, other, today=None, is_known=True) == before


def test_answers_that_were_calibrated_later_keep_their_days(tmp_path: Path) -> None:
    kept(tmp_path)
    calibrated = msgspec.structs.replace(FOUND, model_version="llm-m-00000002", calibrated={"voice": 300})
    read = kept(tmp_path, calibrated, today=None, is_known=True)
    assert (read.first_asked, read.hosts, read.calibrated) == (
        "2026-11-03",
        ["gpu.uni.example"],
        {"voice": 300},
    )


def test_another_prompt_has_days_of_its_own(tmp_path: Path) -> None:
    kept(tmp_path)
    other = msgspec.structs.replace(FOUND, model_version="llm-m-00000003", prompt_sha256="b" * 64)
    assert kept(tmp_path, other, today=LATER).first_asked == "2026-11-29"


def test_a_day_that_is_not_known_is_not_made_up(tmp_path: Path) -> None:
    read = kept(tmp_path, today=None, is_known=True)
    assert (read.first_asked, read.last_asked, read.hosts) == (None, None, [])
    assert kept(tmp_path, today=LATER, is_known=True).last_asked == "2026-11-29"
    other = msgspec.structs.replace(FOUND, model_version="llm-m-00000004", prompt_sha256="c" * 64)
    assert kept(tmp_path, other, today=LATER, is_known=True).first_asked is None


def test_other_models_have_none_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    assert read_disclosure(tmp_path, "probe-12345678") is None
    assert read_disclosure(tmp_path, "../x") is None
    kept(tmp_path)
    (tmp_path / "llm-m-00000001" / "zeroshot.json").write_text("{}", "utf-8")
    with pytest.raises(DataError, match="not what zeroshot keeps"):
        read_disclosure(tmp_path, "llm-m-00000001")
