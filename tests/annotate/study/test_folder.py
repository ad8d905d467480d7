from pathlib import Path

import pytest

from annotate.study.folder import init_study, open_study
from schemas.errors import DataError, SettingsError


def made(tmp_path: Path, name: str = "studie") -> Path:
    init_study(
        tmp_path / name,
        codebook="kommentar-core",
        targets="ziele-ukraine",
        annotators=["anna", "ben"],
        name=None,
    )
    return tmp_path / name


def test_a_new_study_opens_with_what_was_asked(tmp_path: Path) -> None:
    study = open_study(made(tmp_path))
    assert study.settings.annotators == ["anna", "ben"]
    assert study.name == "studie"
    assert len(study.codebook().targets) == 5
    assert study.commentary_folder.is_dir()


def test_comments_of_the_codebook_survive(tmp_path: Path) -> None:
    text = (made(tmp_path) / "codebook.yaml").read_text("utf-8")
    assert "#" in text
    assert text.count("\ntargets:") == 1


def test_a_study_is_not_made_twice(tmp_path: Path) -> None:
    folder = made(tmp_path)
    before = (folder / "study.yaml").read_bytes()
    with pytest.raises(DataError, match="there is a study already"):
        init_study(folder, codebook="kommentar-core", targets=None, annotators=["x"], name=None)
    assert (folder / "study.yaml").read_bytes() == before


def test_an_unknown_codebook_is_named_with_a_near_hit(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match='did you mean "kommentar-core"'):
        init_study(tmp_path / "s", codebook="komentar-core", targets=None, annotators=["x"], name=None)
    assert not (tmp_path / "s").exists()


def test_no_study_is_said_with_the_verb_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="standpunkt init"):
        open_study(tmp_path)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("overlapp: 1", 'unknown setting "overlapp"; did you mean "overlap"?'),
        ("overlap: 2", "must be between 0 and 1"),
        ("overlap: viel", "Expected `float`"),
        ("unit: block", "Invalid enum value 'block'"),
        ("annotators: [Anna Meier]", 'name "Anna Meier"'),
        ("annotators: [anna, anna]", "named twice"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "study.yaml").write_text(f"study: s\n{line}\n", "utf-8")
    with pytest.raises(DataError) as caught:
        open_study(tmp_path)
    assert words in str(caught.value)


def test_what_a_verb_needs_is_named(tmp_path: Path) -> None:
    study = open_study(made(tmp_path))
    with pytest.raises(DataError, match="run `standpunkt split` first"):
        study.needs(study.sentences, "split")
