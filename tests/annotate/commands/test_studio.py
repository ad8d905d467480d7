"""`standpunkt studio`: what it prints of the login, and when."""

from collections.abc import Callable

import msgspec
import pytest

from annotate.label_studio import local_server
from annotate.label_studio.local_server import LocalStudio
from running import Ran

Run = Callable[..., Ran]
KNOWN = LocalStudio(port=1, email="admin@a.example", password="geheim", token="e.y.J")


@pytest.fixture
def starting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that makes the account where there is none, without a server."""

    def start(*_: object, **__: object) -> LocalStudio:
        found = local_server.load() or msgspec.structs.replace(KNOWN, token="")
        found = found if found.token else msgspec.structs.replace(found, token="e.y.J")
        local_server._save(found)
        return found

    monkeypatch.setattr(local_server, "start", start)


def test_the_password_is_printed_when_the_account_is_made_and_never_again(
    standpunkt: Run, starting: None
) -> None:
    assert "password  geheim" in standpunkt("studio", "start").out
    again = standpunkt("studio", "start").out
    assert "geheim" not in again
    assert "login     admin@a.example" in again
    assert "standpunkt studio status --show-password" in again


def test_a_start_that_failed_halfway_is_made_up_for(standpunkt: Run, starting: None) -> None:
    local_server._save(msgspec.structs.replace(KNOWN, token=""))
    assert "password  geheim" in standpunkt("studio", "start").out


def test_the_password_is_shown_where_it_is_asked_for(standpunkt: Run) -> None:
    local_server._save(KNOWN)
    plain, shown = standpunkt("studio", "status"), standpunkt("studio", "status", "--show-password")
    assert "geheim" not in plain.out
    assert "login: admin@a.example\npassword: geheim" in shown.out
    assert "password" not in standpunkt("studio", "status", "--json").json
    assert standpunkt("studio", "status", "--show-password", "--json").json["password"] == "geheim"
    assert "e.y.J" not in shown.out


def test_before_the_first_start_there_is_no_password(standpunkt: Run) -> None:
    assert "no login was made yet" in standpunkt("studio", "status", "--show-password").out
    assert standpunkt("studio", "status", "--show-password", "--json").json["password"] is None
