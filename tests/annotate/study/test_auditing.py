"""Whether what suggestions change can be told later, said before they are shown."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from annotate.study.assignments import assign
from annotate.study.auditing import lacks_control
from coded_study import coded_study
from running import Ran
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Sentence


@pytest.mark.parametrize(("share", "lacks"), [(0.0, True), (0.2, False)])
def test_prelabel_warns_where_no_commentary_is_without_suggestions(
    tmp_path: Path, standpunkt: Callable[..., Ran], share: float, lacks: bool
) -> None:
    study = coded_study(tmp_path / "s", only="smartphone").with_settings(no_suggestion_share=share)
    sentences = list(read_jsonl(study.sentences, Sentence))
    write_jsonl(study.assignments, assign(sentences, study.settings))
    said = standpunkt("prelabel", "--study", study.folder).err
    assert ("no_suggestion_share: 0.2 in study.yaml" in " ".join(said.split())) is lacks


def test_a_pilot_is_no_control_and_nothing_given_out_lacks_none(tmp_path: Path) -> None:
    study = coded_study(tmp_path / "s", only="smartphone")
    assert not lacks_control(study)
    drawn = assign(list(read_jsonl(study.sentences, Sentence)), study.settings)
    first, *rest = drawn
    write_jsonl(study.assignments, [replace(first, phase="pilot", suggest=False), *rest])
    assert lacks_control(study)
