"""Where it may listen, and what the command says where it cannot."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from annotate.serve.server import SECRET, listen
from running import Ran
from schemas.errors import SettingsError

Run = Callable[..., Ran]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "studio.example.org", ""])
def test_an_address_that_others_reach_needs_a_secret(host: str) -> None:
    with pytest.raises(SettingsError, match=f"can be reached by others.*set {SECRET}"):
        listen(host, 0, secret="")


def test_a_secret_opens_other_addresses() -> None:
    with listen("0.0.0.0", 0, secret="geheim") as listening:
        assert listening.getsockname()[0] == "0.0.0.0"


def test_answers_leave_at_once() -> None:
    with listen("127.0.0.1", 0, secret="") as listening:
        assert listening.proto == socket.IPPROTO_TCP  # what asyncio looks at


def test_a_port_in_use_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            SettingsError, match=rf"cannot listen on 127\.0\.0\.1:{port}: Address already in use"
        ):
            listen("127.0.0.1", port, secret="")


def test_an_address_that_is_none_of_this_machine_is_one_line() -> None:
    with pytest.raises(SettingsError, match=r"cannot listen on 203\.0\.113\.7:9090"):
        listen("203.0.113.7", 9090, secret="geheim")


def test_without_the_extra_the_command_names_what_to_install(
    standpunkt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith(("annotate.serve", "starlette", "uvicorn"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    error = standpunkt("serve", "--study", tmp_path).error
    assert "serving needs starlette and uvicorn" in error
    assert "install starlette uvicorn" in error


def test_wrong_options_are_refused_before_anything_is_asked(standpunkt: Run, tmp_path: Path) -> None:
    assert standpunkt("serve", "--address", "http://x:1", "--study", tmp_path).code == 2
    assert (
        'no rule "majorty"; did you mean "majority"?'
        in standpunkt("serve", "--rule", "majorty", "--study", tmp_path).error
    )
    assert "is not a study" in standpunkt("serve", "--study", tmp_path).error
