"""What `push --annotators --overlap --unit` writes into study.yaml, and what it refuses."""

from pathlib import Path

import pytest

from annotate.study.assignments import assign
from annotate.study.folder import Study, open_study
from annotate.study.identity import marker, read_marker
from annotate.study.settings import with_given, with_setting, write_settings
from schemas.errors import DataError, SettingsError
from schemas.jsonl import write_jsonl
from schemas.records import Sentence

SETTINGS = """\
# Unsere Studie; die Namen stehen fest.
study: s      # kurz

annotators:   # wer codiert
  - anna  # seit Mai
  # Ben kommt im Juli wieder
  - ben
# geteilt wird viel
overlap: 0.5  # die Hälfte
seed: 7
"""


def study_of(folder: Path, text: str = SETTINGS) -> Study:
    (folder / "study.yaml").write_text(text, "utf-8")
    return open_study(folder)


def drawn(study: Study) -> Study:
    sentences = [
        Sentence(
            sentence_id=f"p{n}:1", commentary_id=f"p{n}", index=0, start=0, end=1, text="x",
            kind="sentence", continues=False, chain_id=None, block=0,
        )
        for n in range(10)
    ]  # fmt: skip
    write_jsonl(study.assignments, assign(sentences, study.settings))
    return study


def test_what_is_given_is_kept_and_all_else_stays(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    assert write_settings(with_given(study, annotators="anna,ben,carla", overlap=0.2, unit="sentence"))
    text = (tmp_path / "study.yaml").read_text("utf-8")
    assert (
        text
        == SETTINGS.replace("  - ben\n", "  - ben\n  - carla\n").replace("0.5 ", "0.2 ") + "unit: sentence\n"
    )
    settings = open_study(tmp_path).settings
    assert (settings.annotators, settings.overlap, settings.unit) == (
        ["anna", "ben", "carla"],
        0.2,
        "sentence",
    )


def test_what_is_given_as_it_stands_there_changes_no_byte(tmp_path: Path) -> None:
    study = study_of(tmp_path, "study: s\nannotators: [ anna,ben ]\noverlap: 1\n")
    assert not write_settings(with_given(study, annotators="anna,ben", overlap=1.0))
    assert (tmp_path / "study.yaml").read_text("utf-8") == "study: s\nannotators: [ anna,ben ]\noverlap: 1\n"


def test_settings_are_not_written_by_asking_alone(tmp_path: Path) -> None:
    assert with_given(study_of(tmp_path), overlap=0.1).settings.overlap == 0.1
    assert (tmp_path / "study.yaml").read_text("utf-8") == SETTINGS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("annotators: [anna]   # wer\n", "annotators: [eva, ole]   # wer\n"),
        ("annotators:   # wer\nseed: 1\n", "annotators: [eva, ole]   # wer\nseed: 1\n"),
        ("annotators:\n- anna\n- ole # x\nseed: 1", "annotators:\n- eva\n- ole # x\nseed: 1"),
        ("annotators: [anna,\n  ben]\nseed: 1\n", "annotators: [eva, ole]\nseed: 1\n"),
        ("seed: 1", "seed: 1\nannotators: [eva, ole]\n"),
        ('"annotators": ["ärger"] # ö\nseed: 1\n', '"annotators": [eva, ole] # ö\nseed: 1\n'),
    ],
)
def test_a_list_keeps_its_form(before: str, after: str) -> None:
    assert with_setting(before, "annotators", ["eva", "ole"]) == after


def test_a_file_that_has_no_lines_to_change_is_left_alone(tmp_path: Path) -> None:
    study = study_of(tmp_path, "{study: s}\n")
    with pytest.raises(DataError, match="change it by hand"):
        write_settings(with_given(study, overlap=0.5))
    assert (tmp_path / "study.yaml").read_text("utf-8") == "{study: s}\n"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"overlap": 1.5}, "overlap: must be between 0 and 1, got 1.5 (set --overlap)"),
        ({"overlap": float("nan")}, "must be between 0 and 1"),
        (
            {"annotators": "anna,Ben Maier"},
            'name "Ben Maier": expected small letters, digits, - and _, such as "ben-maier"',
        ),
        ({"annotators": "anna,,ben"}, "expected names such as anna,ben"),
        ({"annotators": ""}, "expected names such as anna,ben"),
        ({"annotators": "anna,anna"}, "anna is named twice"),
        ({"unit": "block"}, "expected commentary or sentence"),
    ],
)
def test_what_is_no_setting_is_refused_with_its_flag(
    tmp_path: Path, given: dict[str, object], words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        with_given(study_of(tmp_path), **given)  # type: ignore[arg-type]
    assert words in str(caught.value)
    assert "--" in str(caught.value)


@pytest.mark.parametrize("given", [{"overlap": 0.2}, {"unit": "sentence"}, {"annotators": "anna"}])
def test_what_was_drawn_is_not_asked_for_otherwise(tmp_path: Path, given: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=r"assignments\.jsonl"):
        with_given(drawn(study_of(tmp_path)), **given)  # type: ignore[arg-type]


def test_somebody_new_may_join_after_the_draw(tmp_path: Path) -> None:
    study = drawn(study_of(tmp_path))
    assert with_given(study, annotators="anna,ben,carla").settings.annotators[-1] == "carla"


def test_names_may_have_umlauts_however_they_were_typed(tmp_path: Path) -> None:
    study = with_given(study_of(tmp_path), annotators="jo\u0308rg,günther")  # the first as on a Mac
    assert study.settings.annotators == ["jörg", "günther"]
    assert write_settings(study)
    assert open_study(tmp_path).settings.annotators == ["jörg", "günther"]
    mark = marker(study, "jörg")
    assert read_marker(f"core 1.0.0 {mark}") == mark


def test_a_capital_letter_is_answered_with_the_name_that_will_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match='such as "jörg"'):
        with_given(study_of(tmp_path), annotators="Jörg")
