"""The address of a PostgreSQL: its parts, and never its password in words."""

from pathlib import Path

import pytest

from annotate.label_studio import local_server
from annotate.label_studio.database import read_database
from annotate.label_studio.local_server import LocalStudio
from schemas.errors import SettingsError


def test_an_address_comes_apart_with_its_signs_decoded() -> None:
    found = read_database("postgresql://ls:a%40b%3Ac@db.example.org:5433/label_studio")
    assert (found.host, found.port, found.user, found.password, found.name) == (
        "db.example.org", 5433, "ls", "a@b:c", "label_studio",
    )  # fmt: skip
    assert found.environment()["DJANGO_DB"] == "default"
    assert "a@b" not in repr(found) + found.shown


def test_a_socket_is_a_folder() -> None:
    found = read_database("postgresql://postgres:@/ls?host=/tmp/pg")
    assert (found.host, found.port, found.password) == ("/tmp/pg", 5432, "")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://u:geheim@h/n", '"mysql"'),
        ("geheim", "no scheme"),
        ("postgresql://u:geheim@h", "names no database"),
        ("postgresql://:geheim@h/n", "names no user"),
        ("postgresql://u:geheim@/n", "names no host"),
        ("postgresql://u:geheim@h:abc/n", "cannot be read"),
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(address: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        read_database(address)
    assert "--database" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_the_server_is_told_its_database_and_its_token_is_made_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STANDPUNKT_HOME", str(tmp_path))
    before = LocalStudio(port=1, email="a", password="b", token="t")
    on = local_server._on(before, "postgresql://u:p@h/n")
    assert on.token == ""
    assert local_server._server_environment(on)["POSTGRE_NAME"] == "n"
    assert local_server._on(on, on.database) is on
    assert "DJANGO_DB" not in local_server._server_environment(local_server._on(on, ""))
