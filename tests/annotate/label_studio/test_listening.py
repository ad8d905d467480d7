"""Who listens on a port: our process, one it has started, a stranger, or nobody can say."""

import socket
import subprocess
import sys

import psutil
import pytest

from annotate.label_studio.listening import is_taken, listens
from listeners import stranger
from schemas.errors import StudioError

#: Listens on a port of its own, says which, and waits for the end of its input.
LISTEN = "import socket, sys; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); sys.stdin.read()"
#: The same, done by a child.
START = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {LISTEN!r}])"


@pytest.mark.parametrize("program", [LISTEN, START])
def test_a_process_listens_itself_or_by_a_child(program: str) -> None:
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout
        port = int(started.stdout.readline())
        assert listens(psutil.Process(started.pid), port)
        assert not listens(psutil.Process(started.pid), port + 1)
        assert is_taken(port)
        started.communicate("")
    assert not is_taken(port)


def test_a_stranger_on_the_port_is_not_our_process() -> None:
    command = [sys.executable, "-c", LISTEN]
    with (
        stranger() as other,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started,
    ):
        assert started.stdout
        started.stdout.readline()
        assert is_taken(other.port)
        assert not listens(psutil.Process(started.pid), other.port)
        started.communicate("")
    assert other.received == b""


def test_an_open_connection_to_the_port_is_no_listener() -> None:
    with stranger() as other, socket.create_connection(("127.0.0.1", other.port)) as connection:
        here = connection.getsockname()[1]
        assert not listens(psutil.Process(), here)


def test_a_process_that_is_gone_listens_nowhere() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as started:
        process = psutil.Process(started.pid)
    assert not listens(process, 1)


@pytest.mark.parametrize("kept", ["net_connections", "children"])
def test_a_system_that_does_not_say_who_listens_is_named_as_such(
    monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    def refuse(self: psutil.Process, *_: object, **__: object) -> None:
        raise psutil.AccessDenied(self.pid)

    monkeypatch.setattr(psutil.Process, kept, refuse)
    with pytest.raises(StudioError, match=r"does not say .* neither password nor token .* LABEL_STUDIO_URL"):
        listens(psutil.Process(), 1)
