"""An encoder copied from the Hugging Face hub, here a server on this machine that answers as the hub does.

The library that asks is the hub's own.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from huggingface_hub import constants

from onnx_folder import write_folder
from running import Ran
from schemas.codebook import Codebook
from schemas.errors import SettingsError
from schemas.records import GoldSentence
from train.features import onnx_encoder
from train.features.encoders import download, encode

TEMPLATE = "/{repo_id}/resolve/{revision}/{filename}"

NAME, COMMIT = "haus/winzig", "a" * 40


class Hub(ThreadingHTTPServer):
    """Holds the one model that stands in a folder."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.folder, self.asked = folder, list[str]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        path = self.path.partition("?")[0]
        files = [file for file in sorted(self.server.folder.rglob("*")) if file.is_file()]
        names = {file.relative_to(self.server.folder).as_posix(): file for file in files}
        if path.startswith(f"/api/models/{NAME}/tree/"):
            tree = [
                {"type": "file", "path": name, "size": file.stat().st_size, "oid": sha1(file)}
                for name, file in names.items()
            ]
            self.answer(json.dumps(tree).encode())
        elif path.startswith(f"/api/models/{NAME}"):
            siblings = [{"rfilename": name} for name in names]
            self.answer(json.dumps({"id": NAME, "sha": COMMIT, "siblings": siblings}).encode())
        elif (name := path.removeprefix(f"/{NAME}/resolve/{COMMIT}/")) in names:
            self.answer(names[name].read_bytes(), ETag=f'"{sha1(names[name])}"')
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def answer(self, body: bytes, **more: str) -> None:
        self.send_response(200)
        headers = {"Content-Length": str(len(body)), "X-Repo-Commit": COMMIT, **more}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def sha1(file: Path) -> str:
    return hashlib.sha1(file.read_bytes(), usedforsecurity=False).hexdigest()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Hub]:
    folder = write_folder(tmp_path / "hub")
    (folder / "model.safetensors").write_bytes(b"what nobody here reads")
    server = Hub(folder)
    poll_interval = 0.01  # how long a shutdown waits
    thread = threading.Thread(target=server.serve_forever, args=(poll_interval,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def run(standpunkt: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Runs the command in this process, against a hub and with an empty or given home."""

    def against(hub_url: str, home: Path, *words: object) -> Ran:
        # the library reads its environment once, when it is imported
        monkeypatch.setattr(constants, "ENDPOINT", hub_url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub_url + TEMPLATE)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setenv("STANDPUNKT_HOME", str(home))
        return standpunkt(*words)

    return against


@pytest.fixture
def gold(rows: list[GoldSentence], tmp_path: Path) -> Path:
    """Two commentaries and one layer: what is tested is the copying."""
    rows = [msgspec.structs.replace(row, layers={"strength": row.layers["strength"]}) for row in rows[:12]]
    path = tmp_path / "gold.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return path


@pytest.fixture
def codebook_file(codebook: Codebook, tmp_path: Path) -> Path:
    path = tmp_path / "codebook.yaml"  # JSON is YAML
    path.write_bytes(msgspec.json.encode(without_nothing(msgspec.to_builtins(codebook))))
    return path


def without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nothing(item) for key, item in value.items() if item not in (None, [], {}, "")}
    return [without_nothing(item) for item in value] if isinstance(value, list) else value


def test_a_model_is_copied_once_and_only_where_asked(
    there: Hub, run: Callable[..., Ran], gold: Path, codebook_file: Path, tmp_path: Path
) -> None:
    home, words = tmp_path / "home", ("--gold", gold, "--codebook", codebook_file, "--encoder", f"st:{NAME}")
    words = ("train", *words, "-o", tmp_path / "m", "--no-evaluate")
    refused = run(there.url, home, *words)
    assert refused.code == 1
    assert "no copy of the hub's" in refused.err
    assert "--download" in refused.err
    assert there.asked == []
    done = run(there.url, home, *words, "--download")
    assert done.code == 0, done.err
    copied = {file.name for file in (home / "encoders" / NAME).rglob("*") if file.is_file()}
    assert {"modules.json", "tokenizer.json", "model.onnx"} <= copied
    assert "model.safetensors" not in copied

    there.asked.clear()
    again = run(there.url, home, *words[:-3], "-o", tmp_path / "m2", "--no-evaluate", "--download")
    assert again.code == 0, again.err
    assert there.asked == []  # what is there is not asked for
    assert encode(f"st:{NAME}", ["gut"]).tolist() == encode(f"st:{there.folder}", ["gut"]).tolist()
    meta = json.loads((tmp_path / "m" / "model.json").read_bytes())
    assert meta["settings"]["encoder"] == f"st:{NAME}"


def test_what_cannot_be_copied_is_one_line(
    there: Hub, run: Callable[..., Ran], gold: Path, codebook_file: Path, tmp_path: Path
) -> None:
    words = ("evaluate", "--gold", gold, "--codebook", codebook_file, "--download", "--encoder")
    (there.folder / "onnx/model.onnx").unlink()
    for n, (url, name, expected) in enumerate((
        (there.url, "st:haus/fehlt", '"haus/fehlt" could not be copied'),
        (there.url, f"st:{NAME}", "no onnx/model.onnx"),
        ("http://127.0.0.1:9", f"st:{NAME}", "could not be copied"),
        (there.url, "use", '--download: found "use", expected st:ORG/NAME, a model of the hub'),
    )):  # fmt: skip
        done = run(url, tmp_path / f"home{n}", *words, name)
        assert done.code == 1, done.err
        last = done.err.strip().splitlines()[-1]
        assert expected in last, done.err
        assert "set --" not in last
        assert "Traceback" not in done.err


def test_a_folder_of_ones_own_is_not_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_folder(tmp_path / "haus" / "winzig")
    download(f"st:{NAME}")
    assert not onnx_encoder.copy_of(NAME).exists()
    with pytest.raises(SettingsError, match="no copy of the hub's, expected one of them: train --download"):
        encode("st:haus/anders", ["gut"])
