"""The local server: private, on loopback, found again."""

import stat
from pathlib import Path

import psutil
import pytest

from annotate.label_studio import local_server
from annotate.label_studio.local_server import LocalStudio


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
