"""The local server: private, on loopback, found again, and never mistaken for a stranger."""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil
import pytest

from annotate.label_studio import accounts, local_server
from annotate.label_studio.local_server import LocalStudio
from annotate.study.connect import connect
from annotate.study.folder import Study, StudySettings
from listeners import stranger
from running import Ran
from schemas.errors import DataError, SettingsError, StudioError

#: In the place of Label Studio and gunicorn: says that it is well on the port it is given, with --deaf on none.
PROGRAM = """\
import http.server, sys, time
class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
if "--deaf" in sys.argv:
    time.sleep(600)
if sys.argv[-1] == "init":
    sys.exit()
option = "--port" if "--port" in sys.argv else "--bind"
port = int(sys.argv[sys.argv.index(option) + 1].rpartition(":")[2])
http.server.HTTPServer(("127.0.0.1", port), Healthy).serve_forever()
"""


def test_neither_password_nor_token_is_ever_shown() -> None:
    studio = LocalStudio(port=1, email="a@b.example", password="geheim", token="e.y.J")
    assert "geheim" not in repr(studio)
    assert "e.y.J" not in repr(studio)


def test_what_was_never_started_has_no_status(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STANDPUNKT_HOME", str(tmp_path))
    found = local_server.status()
    assert (found.installed, found.running, found.url) == (False, False, None)
    assert local_server.stop() is False


def test_a_pid_that_belongs_to_another_is_not_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STANDPUNKT_HOME", str(tmp_path))
    own = psutil.Process()
    other = LocalStudio(
        port=1, email="a", password="b", token="t", pid=own.pid, started=own.create_time() - 60
    )
    local_server._folder().mkdir(parents=True)
    local_server._save(other)
    assert local_server.stop() is False


@pytest.mark.parametrize(
    "name", ["HOST", "PORT", "DEBUG", "USERNAME", "PASSWORD", "LABEL_STUDIO_PORT", "POSTGRE_HOST"]
)
def test_settings_of_other_programs_do_not_leak_in(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "fremd")
    seen = local_server._server_environment(LocalStudio(port=1, email="a", password="b"))
    assert "fremd" not in seen.values()


@contextmanager
def program(home: Path, *options: str) -> Iterator[Path]:
    """A program installed as Label Studio and gunicorn under this STANDPUNKT_HOME, stopped with the block."""
    folder = home / "label-studio" / "venv" / "bin"
    folder.mkdir(parents=True)
    (folder.parent / "lib" / "python3.11" / "site-packages" / "label_studio").mkdir(parents=True)
    (home / "program.py").write_text(PROGRAM, "utf-8")
    for name in ("label-studio", "gunicorn"):
        (folder / name).write_text(
            f'#!/bin/sh\nexec "{sys.executable}" "{home}/program.py" {" ".join(options)} "$@"\n', "utf-8"
        )
        (folder / name).chmod(0o755)
    (folder.parent / f"standpunkt-label-studio-{local_server.VERSION}").touch()
    try:
        yield home / "label-studio"
    finally:
        local_server.stop()


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("STANDPUNKT_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses to which a password was sent."""
    asked: list[str] = []

    def make_token(url: str, email: str, password: str) -> str:
        asked.append(url)
        return f"token-{len(asked)}"

    monkeypatch.setattr(accounts, "make_token", make_token)
    return asked


def silent(*_: object) -> None:
    """No progress is shown."""


def test_a_program_that_listens_itself_is_given_the_password_once(home: Path, tokens: list[str]) -> None:
    with program(home):
        studio = local_server.start(silent)
        assert local_server.status().running
        assert local_server.start(silent) == studio
    assert tokens == [studio.url]


def test_several_workers_are_kept_and_changed_only_while_it_is_stopped(home: Path, tokens: list[str]) -> None:
    with program(home):
        studio = local_server.start(silent, database="postgresql://u@h/n", workers=2)
        assert local_server.start(silent) == studio
        assert local_server.status().workers == 2
        process = local_server._process(studio)
        assert process is not None
        assert "label_studio.core.wsgi:application" in process.cmdline()
        with pytest.raises(SettingsError, match="--workers 3: Label Studio runs with 2; stop it first"):
            local_server.start(silent, workers=3)
        local_server.stop()
        assert local_server.start(silent, workers=1).workers == 1


@pytest.mark.parametrize("database", [None, "sqlite"])
def test_several_workers_on_sqlite_are_refused(home: Path, database: str | None) -> None:
    with (
        program(home),
        pytest.raises(SettingsError, match=r"--workers 2: .* SQLite; expected 1, or --database"),
    ):
        local_server.start(silent, database=database, workers=2)


def test_a_stranger_that_takes_the_port_while_we_start_is_sent_nothing(
    home: Path, tokens: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with stranger() as other, program(home, "--deaf"):
        monkeypatch.setattr(local_server, "_free_port", lambda: other.port)
        monkeypatch.setattr(local_server, "_is_free", lambda _: True)  # it was, when we looked
        with pytest.raises(StudioError) as caught:
            local_server.start(silent)
        known = local_server.load()
        assert known is not None
        assert local_server._process(known) is None
    assert f"another program took port {other.port}" in str(caught.value)
    assert (other.received, tokens) == (b"", [])


def test_a_stranger_on_the_remembered_port_gets_no_token(home: Path, tokens: list[str]) -> None:
    with program(home, "--deaf"), stranger() as other:
        sleeper = local_server._spawn(
            LocalStudio(port=1, email="a", password="geheim", token="e.y.J"), silent
        )
        local_server._save(msgspec.structs.replace(sleeper, port=other.port))  # our process, not our port
        assert not local_server.status().running
        study = Study(home, StudySettings(study="s"))
        for url in (None, other.url):
            with pytest.raises(SettingsError, match="no Label Studio: start one"):
                connect(study, url=url)
    assert other.received == b""


def test_where_nobody_says_who_listens_nothing_is_sent(
    home: Path, tokens: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: psutil.Process, *_: object) -> None:
        raise psutil.AccessDenied(self.pid)

    monkeypatch.setattr(psutil.Process, "net_connections", refuse)
    with program(home), pytest.raises(StudioError, match="neither password nor token is sent"):
        local_server.start(silent)
    assert tokens == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_its_folder_and_its_log_are_its_owners_alone_and_made_so_where_they_were_not(
    home: Path, tokens: list[str]
) -> None:
    with program(home) as folder:
        (folder / "server.log").write_text("von früher\n", "utf-8")
        folder.chmod(0o755)
        (folder / "server.log").chmod(0o644)
        local_server.start(silent)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "server.log").stat().st_mode) == 0o600
        assert (folder / "server.log").read_text("utf-8").startswith("von früher")


def test_a_home_that_cannot_be_written_is_said_in_a_line(
    standpunkt: Callable[..., Ran], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").touch()
    monkeypatch.setenv("STANDPUNKT_HOME", str(home / "file"))
    for verb in ("install", "start", "stop", "status"):
        ran = standpunkt("studio", verb)
        assert (ran.code, len(ran.err.splitlines())) == (1, 1), verb
        assert "label-studio: cannot be " in ran.err or "studio.json: cannot be " in ran.err


def test_a_disk_that_is_full_is_said_in_a_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    with program(home), monkeypatch.context() as patched:
        patched.setattr(Path, "touch", full)
        with pytest.raises(DataError, match="No space left on device; expected room"):
            local_server.start(silent)


@pytest.mark.studio
@pytest.mark.slow
def test_only_its_owner_can_read_the_file(server: LocalStudio) -> None:
    assert stat.S_IMODE(local_server._file().stat().st_mode) == 0o600


@pytest.mark.studio
@pytest.mark.slow
def test_it_listens_on_loopback_only(server: LocalStudio) -> None:
    known = local_server.load()
    assert known is not None
    listening = [
        c.laddr for c in psutil.Process(known.pid).net_connections() if c.status == psutil.CONN_LISTEN
    ]
    assert {(address.ip, address.port) for address in listening} == {("127.0.0.1", server.port)}


@pytest.mark.studio
@pytest.mark.slow
def test_a_second_start_is_a_no_op(server: LocalStudio) -> None:
    before = local_server.load()
    assert local_server.start(print) == before
