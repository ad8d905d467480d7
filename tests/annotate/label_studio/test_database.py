"""The address of a PostgreSQL: its parts, and never its password in words."""

import sys
from pathlib import Path

import pytest

from annotate.label_studio import local_server
from annotate.label_studio.database import complete_database, is_same_database, read_database
from annotate.label_studio.local_server import LocalStudio
from schemas.errors import DataError, SettingsError


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


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.touch(0o600)
    path.write_text("aus der/Datei\n", "utf-8")
    return path


def test_a_password_comes_from_the_address_then_a_file_then_the_environment(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    def password(address: str, **how: Path) -> str:
        return read_database(complete_database(address, **how)).password

    bare = "postgresql://u@h:5433/n"
    assert password(bare) == ""
    monkeypatch.setenv("PGPASSWORD", "a@b:c/d")
    assert password(bare) == "a@b:c/d"
    assert read_database(complete_database(bare)).shown == "PostgreSQL n on h:5433"
    assert password(bare, password_file=file) == "aus der/Datei"
    assert password("postgresql://u:p@h/n") == "p"
    assert password("postgresql://u@/n?host=/tmp/pg") == "a@b:c/d"
    with pytest.raises(SettingsError, match="--database holds a password too"):
        complete_database("postgresql://u:geheim@h/n", password_file=file)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_password_file_that_others_can_read_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(SettingsError, match=r"--database-password-file .*: others can read it; `chmod 600 "):
        complete_database("postgresql://u@h/n", password_file=file)


@pytest.mark.parametrize("text", ["", "\n", "zwei\nZeilen\n"])
def test_a_password_file_holds_one_line(file: Path, text: str) -> None:
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match="expected one line with the password") as caught:
        complete_database("postgresql://u@h/n", password_file=file)
    assert "zwei" not in str(caught.value)


def test_a_password_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        complete_database("postgresql://u@h/n", password_file=tmp_path / "x")


def test_a_password_file_without_a_database_is_refused(file: Path) -> None:
    for database in (None, "sqlite"):
        with pytest.raises(SettingsError, match="--database postgresql://"):
            local_server.start(print, database=database, password_file=file)


def test_a_kept_password_stays_and_a_new_one_changes_no_account(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STANDPUNKT_HOME", str(tmp_path))
    kept = LocalStudio(port=1, email="a", password="b", token="t", database="postgresql://u:p@h/n")
    assert local_server._on(kept, "postgresql://u@h/n") is kept
    changed = local_server._on(kept, "postgresql://u:q@h/n")
    assert (changed.database, changed.token) == ("postgresql://u:q@h/n", "t")
    assert not is_same_database(kept.database, "postgresql://u:p@h/m")
    assert local_server._on(kept, "postgresql://v@h/n").token == ""


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
