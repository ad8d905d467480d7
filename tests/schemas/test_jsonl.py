import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import DataError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import GoldSentence

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
LAYERS = st.dictionaries(
    TEXT, st.one_of(TEXT, st.integers(1, 9), st.lists(TEXT), st.dictionaries(TEXT, TEXT))
)


def row(**more: object) -> GoldSentence:
    return GoldSentence(**{"sentence_id": "a:1", "commentary_id": "a", "text": "Satz.", "layers": {}, **more})  # type: ignore[arg-type]


@given(st.lists(st.builds(row, text=TEXT, layers=LAYERS), max_size=5))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[GoldSentence]) -> None:
    path = tmp_path_factory.mktemp("rows") / "gold.jsonl"
    assert write_jsonl(path, rows) == len(rows)
    assert list(read_jsonl(path, GoldSentence)) == rows


def test_gzipped_rows_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl.gz"
    write_jsonl(first, [row()])
    write_jsonl(second, [row()])
    assert first.read_bytes() == second.read_bytes()
    assert gzip.decompress(first.read_bytes()).endswith(b"}\n")
    assert list(read_jsonl(first, GoldSentence)) == [row()]


def test_a_packed_file_that_was_cut_off_does_not_end_there_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl.gz"
    write_jsonl(path, [row(text=f"Satz {n}.") for n in range(1000)])
    path.write_bytes(path.read_bytes()[:-500])
    rows = read_jsonl(path, GoldSentence)
    with pytest.raises(DataError, match=r"gold\.jsonl\.gz:\d+: cannot be read: .* ended before"):
        list(rows)


def test_unknown_keys_blank_lines_and_a_bom_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"sentence_id":"a:1","commentary_id":"a","text":"Satz.","layers":{},"later":1}\n\n'
    )
    assert list(read_jsonl(path, GoldSentence)) == [row()]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"sentence_id": 1}', "Expected `str`, got `int` - at `$.sentence_id`"),
        (b'{"sentence_id": "a"}', "missing required field"),
        (b'{"sentence_id": "a', "not JSON: "),
        (b'{"text": "\xff"}', "not UTF-8: byte 0xff"),
        (b"null", "Expected `object`"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: bytes, words: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(b'{"sentence_id":"a:1","commentary_id":"a","text":"Satz.","layers":{}}\n' + line + b"\n")
    with pytest.raises(DataError) as caught:
        list(read_jsonl(path, GoldSentence))
    assert str(caught.value).startswith(f"{path}:2: ")
    assert words in str(caught.value)


def test_a_failed_write_leaves_the_old_file_and_no_part(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    write_jsonl(path, [row()])
    before = path.read_bytes()

    def broken() -> object:
        yield row(text="anders")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_jsonl(path, broken())  # type: ignore[arg-type]
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        list(read_jsonl(tmp_path / "none.jsonl", GoldSentence))
