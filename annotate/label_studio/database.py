"""Which database a local Label Studio uses: a PostgreSQL by its address."""

from urllib.parse import parse_qs, unquote, urlsplit

from schemas.errors import SettingsError
from schemas.records import Record

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
