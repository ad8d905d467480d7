"""What was left out comes back byte by byte, or is named."""

from pathlib import Path

import pytest

from exports.formats import FORMATS
from exports.formats.options import Options
from exports.formats.write import write_export
from exports.papers.background import Background
from exports.papers.companions import companions
from exports.papers.without_text import NAME, Kept, find_kept, read_kept, with_texts
from schemas.errors import DataError
from schemas.records import Commentary, Sentence

from ..formats.conftest import TEXTS, Gather, commentaries, sentences

#: Formats that are nothing without texts refuse to leave them out.
CASES = [(name, what) for name, form in FORMATS.items() for what in form.whats if not form.needs_text]
Pieces = list[tuple[Commentary, list[Sentence]]]
KNOWN = Background(study="probe", sentences=3, commentaries=2)


def pieces() -> Pieces:
    of = sentences().values()
    return [(one, [s for s in of if s.commentary_id == name]) for name, one in commentaries().items()]


def changed(piece: tuple[Commentary, list[Sentence]], **fields: object) -> tuple[Commentary, list[Sentence]]:
    known, found = piece
    return Commentary(**{**{f: getattr(known, f) for f in known.__struct_fields__}, **fields}), found  # type: ignore[arg-type]


def export(
    material_of: Gather, out: Path, to: str = "long", what: str = "annotations", **options: object
) -> None:
    material = material_of(what, **options)
    write_export(material, to, str(out), companions=companions(material, to, Options(), KNOWN))


@pytest.fixture
def kept(material_of: Gather, tmp_path: Path) -> Kept:
    export(material_of, tmp_path / "bare", with_text=False)
    return read_kept(tmp_path / "bare" / NAME)


@pytest.mark.parametrize(("to", "what"), CASES)
def test_an_export_with_its_texts_back_is_the_one_that_had_them(
    material_of: Gather, tmp_path: Path, to: str, what: str
) -> None:
    export(material_of, tmp_path / "full", to, what)
    export(material_of, tmp_path / "bare", to, what, with_text=False)
    kept = read_kept(tmp_path / "bare" / NAME)
    material, restored = with_texts(kept, pieces())
    assert not (restored.moved or restored.differ or restored.missing)
    beside = companions(material, kept.format, Options(german=kept.german), kept.background)
    write_export(material, kept.format, str(tmp_path / "again"), companions=beside)
    full, again = tmp_path / "full", tmp_path / "again"
    names = sorted(path.relative_to(full) for path in full.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    for name in names:
        assert (full / name).read_bytes() == (again / name).read_bytes(), name


@pytest.mark.parametrize(("to", "what"), CASES)
def test_no_text_of_a_sentence_is_in_an_export_without_them(
    material_of: Gather, tmp_path: Path, to: str, what: str
) -> None:
    import gzip
    import zipfile

    export(material_of, tmp_path / "bare", to, what, with_text=False)
    for path in (tmp_path / "bare").rglob("*"):
        if not path.is_file():
            continue
        contents = [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                contents = [packed.read(name) for name in packed.namelist()]
        for content in contents:
            for text in ("überfällig", "sagen sie", "gewinnt ja immer"):
                assert text.encode() not in content, path


def test_a_commentary_is_found_by_its_text_under_any_id(kept: Kept) -> None:
    others = [changed(piece, commentary_id=f"other-{n}", title="Anders") for n, piece in enumerate(pieces())]
    material, restored = with_texts(kept, others)
    assert len(restored.back) == 3
    assert material.commentaries["eins"].title == "Stück eins"


def test_a_sentence_that_moved_is_found_and_one_that_changed_is_named(kept: Kept) -> None:
    known, found = pieces()[0]
    text = f"Neu. {TEXTS['eins'][0]} Ganz anders."
    first = Sentence(**{**{f: getattr(found[0], f) for f in found[0].__struct_fields__}, "start": 5, "end": 5 + len(TEXTS["eins"][0])})  # fmt: skip
    material, restored = with_texts(kept, [(changed((known, found), text=text)[0], [first])])
    assert restored.back == restored.moved == ["eins:0"]
    assert restored.differ == ["eins:1"]
    assert restored.missing == ["zwei:0"]
    unit = material.units["eins:0"]
    assert text[unit.start : unit.end] == unit.text == TEXTS["eins"][0]
    assert material.units["eins:1"].text is None


def test_a_forged_text_is_not_taken_by_its_id_alone(kept: Kept) -> None:
    known, found = pieces()[1]
    forged = Sentence(
        **{**{f: getattr(found[0], f) for f in found[0].__struct_fields__}, "text": "Erfunden."}
    )
    _, restored = with_texts(kept, [(changed((known, found), text="Erfunden.")[0], [forged])])
    assert restored.differ == ["zwei:0"]


def test_an_export_with_texts_and_a_damaged_file_are_refused(material_of: Gather, tmp_path: Path) -> None:
    export(material_of, tmp_path / "full")
    with pytest.raises(DataError, match=r"full: holds no rehydrate\.json\.gz, expected an export made with"):
        find_kept(tmp_path / "full")
    with pytest.raises(DataError, match="none: no such export"):
        find_kept(tmp_path / "none")
    import gzip

    (tmp_path / NAME).write_bytes(gzip.compress(b'{"format": 1}'))
    with pytest.raises(DataError, match="not an export without texts"):
        read_kept(tmp_path / NAME)


def test_the_file_beside_a_single_table_is_found_by_its_stem(material_of: Gather, tmp_path: Path) -> None:
    export(material_of, tmp_path / "studie.csv", with_text=False)
    assert find_kept(tmp_path / "studie.csv").name == f"studie-{NAME}"
