"""Which database a local Label Studio uses: a PostgreSQL by its address, and whence its password."""

import os
import stat
import sys
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

from schemas.errors import SettingsError
from schemas.files import decode_utf8, read_bytes
from schemas.records import Record

PASSWORD = "PGPASSWORD"  # as libpq has it
PASSWORD_FILE = "--database-password-file"

_EXPECTED = "expected such as postgresql://user:password@127.0.0.1:5432/labelstudio"


class Postgres(Record, frozen=True, kw_only=True):
    """A PostgreSQL database; ``host`` is a name, an address, or the folder of a socket."""

    host: str
    port: int
    user: str
    password: str
    name: str

    def __repr__(self) -> str:
        return f"Postgres({self.shown})"  # never the password

    @property
    def shown(self) -> str:
        """Where it is, as people may read it."""
        return f"PostgreSQL {self.name} on {self.host}:{self.port}"

    def environment(self) -> dict[str, str]:
        """The settings by which Label Studio finds it."""
        return {
            "DJANGO_DB": "default",
            "POSTGRE_HOST": self.host,
            "POSTGRE_PORT": str(self.port),
            "POSTGRE_USER": self.user,
            "POSTGRE_PASSWORD": self.password,
            "POSTGRE_NAME": self.name,
        }


def read_database(address: str) -> Postgres:
    """The parts of ``postgresql://user:password@host:port/name``, escaped characters decoded.

    A socket is given as ``postgresql://user@/name?host=/folder``, as libpq has it.

    Raises
    ------
    SettingsError
        Another kind of database, or a part is missing or wrong. Never repeats the address: it may
        hold a password.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or 5432
        host = unquote(parts.hostname or "")
    except ValueError as error:
        raise SettingsError(f"the address cannot be read, {_EXPECTED}", flag="--database") from error
    if parts.scheme not in ("postgresql", "postgres"):
        raise SettingsError(f'"{parts.scheme or "no scheme"}": {_EXPECTED}', flag="--database")
    names = {
        "user": unquote(parts.username or ""),
        "host": host or parse_qs(parts.query).get("host", [""])[0],
        "database": unquote(parts.path.strip("/")),
    }
    for part, value in names.items():
        if not value:
            raise SettingsError(f"the address names no {part}, {_EXPECTED}", flag="--database")
    return Postgres(
        host=names["host"],
        port=port,
        user=names["user"],
        password=unquote(parts.password or ""),
        name=names["database"],
    )


def complete_database(address: str, *, password_file: Path | None = None) -> str:
    """The address with its password: its own, else the file's, else that of ``PGPASSWORD``.

    A command line is seen by everybody on a machine and kept by the shell: better the other two.

    Raises
    ------
    SettingsError
        The address is none, or the password's file is not for its owner alone or holds no password.
    DataError
        The file is missing or cannot be read.
    """
    database = read_database(address)
    if password_file is not None:
        if database.password:
            raise SettingsError(f"{PASSWORD_FILE}: --database holds a password too; leave one of them off")
        return _with_password(address, read_password(password_file))
    return address if database.password else _with_password(address, os.environ.get(PASSWORD, ""))


def is_same_database(one: str, other: str) -> bool:
    """Whether two addresses, or none, differ in the password at most."""
    return _with_password(one, "") == _with_password(other, "")


def read_password(path: Path) -> str:
    """The password in a file of one line that its owner alone can read; ``-`` is standard input."""
    text = decode_utf8(read_bytes(path), path)
    if str(path) != "-" and sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SettingsError(f"{PASSWORD_FILE} {path}: others can read it; `chmod 600 {path}` first")
    lines = text.splitlines()
    if len(lines) != 1 or not lines[0]:
        raise SettingsError(
            f"{PASSWORD_FILE} {path}: expected one line with the password, found {len(lines)}"
        )
    return lines[0]


def _with_password(address: str, password: str) -> str:
    parts = urlsplit(address)
    login, at, host = parts.netloc.rpartition("@")
    user = login.partition(":")[0] + (f":{quote(password, safe='')}" if password else "")
    return parts._replace(netloc=f"{user}{at}{host}").geturl()
