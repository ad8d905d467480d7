"""A Label Studio on this machine: installed, started, found again, stopped.

It lives in a virtual environment of its own under the user's data folder, because its hundred
pinned packages must not decide ours. It listens on 127.0.0.1 only and sends nothing elsewhere. Its
folder is its owner's alone; password and token go to a port only once our process is seen to listen there.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import psutil

from annotate.label_studio import accounts
from annotate.label_studio.database import (
    PASSWORD_FILE,
    complete_database,
    is_same_database,
    read_database,
)
from annotate.label_studio.listening import is_taken, listens
from annotate.progress import Progress, no_progress
from schemas.errors import DataError, SettingsError, StudioError
from schemas.files import home, write_private_json
from schemas.locks import locked
from schemas.records import Record

VERSION = "1.23.2"
GUNICORN = "27.0.1"  # serves with several processes; Django's own server is one
ADMIN = "admin@standpunkt.example"
START_SECONDS = 600  # a cold start runs all migrations: 45 s on two slow cores

#: What Label Studio would read from an environment that was made for other programs: every setting
#: is looked up under its bare name too (a shell's USERNAME and PASSWORD would make a user).
_FOREIGN = ("HOST", "PORT", "DEBUG", "CI", "USERNAME", "PASSWORD", "USER_TOKEN", "PYTHONDONTWRITEBYTECODE")
_SETTINGS = {
    "COLLECT_ANALYTICS": "False",
    "LATEST_VERSION_CHECK": "False",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
    # `standpunkt serve` listens on this machine; whoever reaches this server is on it too
    "ML_BLOCK_LOCAL_IP": "false",
}


class LocalStudio(Record, frozen=True, kw_only=True):
    """A server of ours, as its private file keeps it."""

    port: int
    email: str
    password: str
    token: str = ""
    pid: int | None = None
    database: str = ""  # the address of a PostgreSQL; SQLite where it is empty
    workers: int = 1  # processes that answer
    started: float | None = None  # of the process, in seconds since 1970: a pid alone may be reused

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __repr__(self) -> str:
        return f"LocalStudio({self.url}, {self.email})"  # never the password, never the token


class Status(Record, frozen=True, kw_only=True):
    """What ``studio status`` says."""

    installed: bool
    running: bool
    version: str
    url: str | None
    email: str | None
    folder: str
    database: str
    workers: int


def install(progress: Progress) -> bool:
    """Installs Label Studio where it is not there yet; False where nothing was to do."""
    with _lock("studio install", progress):
        if _is_installed():
            return False
        environment = _environment()
        shutil.rmtree(environment, ignore_errors=True)  # an installation that was interrupted
        progress(f"installing Label Studio {VERSION} in {environment} (some minutes, once)")
        _run([sys.executable, "-m", "venv", str(environment)], "making a virtual environment")
        _pip(f"label-studio=={VERSION}", "installing Label Studio")
        _installed_mark().write_text(VERSION, "utf-8")
        return True


def start(
    progress: Progress,
    *,
    database: str | None = None,
    password_file: Path | None = None,
    workers: int | None = None,
) -> LocalStudio:
    """The running server, started where it was not; installs it first where it must.

    Parameters
    ----------
    database
        ``postgresql://user:password@host:port/name``, which must exist, or ``sqlite``. It is kept,
        and the next start without it is on the same one: each database is a server of its own.
    password_file
        Holds the database's password, where it is neither in the address nor in ``PGPASSWORD``.
    workers
        Processes that answer, kept as the database is; more than one need PostgreSQL.

    Raises
    ------
    SettingsError
        The address is none, its password cannot be had, the server runs on another database or with another
        number of workers, or SQLite would have several.
    StudioError
        The installation failed, or the server did not come up; names its log file.
    """
    database = "" if database == "sqlite" else database
    if database:
        database = complete_database(database, password_file=password_file)
    elif password_file is not None:
        raise SettingsError(f"{PASSWORD_FILE}: needs --database postgresql://…")
    install(progress)
    with _lock("studio start", progress):
        known = load()
        if database is not None:
            known = _on(known or _new(), database)
        if workers is not None:
            known = _with_workers(known or _new(), workers)
        if known and known.workers > 1:
            _check_workers(known)
        if known and known.token and _is_running(known):
            return known
        studio = _spawn(known or _new(), progress)
        try:
            _wait(studio, progress)
            if not studio.token:
                studio = msgspec.structs.replace(studio, token=_first_token(studio))
        except BaseException:
            _end(studio)
            raise
        _save(studio)
        return studio


def is_new(studio: LocalStudio, before: LocalStudio | None) -> bool:
    """Whether a start made the account: its token is made with it, and ``before`` had another or none."""
    return before is None or before.token != studio.token


def _on(studio: LocalStudio, database: str) -> LocalStudio:
    """The server on this database; on another its token is another and is made when it has started.

    A password that is kept and not given again stays.
    """
    same = is_same_database(studio.database, database)
    if studio.database == database or (same and not read_database(database).password):
        return studio
    if _is_running(studio):
        raise SettingsError(
            f"Label Studio runs on {shown_database(studio)}; stop it first (`standpunkt studio stop`)",
            flag="--database",
        )
    return msgspec.structs.replace(studio, database=database, token=studio.token if same else "")


def _with_workers(studio: LocalStudio, workers: int) -> LocalStudio:
    if studio.workers != workers and _is_running(studio):
        raise SettingsError(
            f"--workers {workers}: Label Studio runs with {studio.workers}; stop it first "
            "(`standpunkt studio stop`)"
        )
    return msgspec.structs.replace(studio, workers=workers)


def _check_workers(studio: LocalStudio) -> None:
    if not studio.database:
        raise SettingsError(
            f"--workers {studio.workers}: several processes need PostgreSQL, and this server is on SQLite; "
            "expected 1, or --database postgresql://… as well"
        )
    if sys.platform == "win32":
        raise SettingsError(
            f"--workers {studio.workers}: gunicorn, which serves with several processes, does not run on "
            "Windows; expected 1"
        )


def shown_database(studio: LocalStudio | None) -> str:
    """Which database a server is on, without the password."""
    return read_database(studio.database).shown if studio and studio.database else "SQLite"


def stop(progress: Progress = no_progress) -> bool:
    """Ends the server; False where none of ours was running."""
    with _lock("studio stop", progress):
        known = load()
        if known is None or not _end(known):
            return False
        _save(msgspec.structs.replace(known, pid=None, started=None))
        return True


def status() -> Status:
    known = load()
    return Status(
        installed=_is_installed(),
        running=bool(known and _is_running(known)),
        version=VERSION,
        url=known.url if known else None,
        email=known.email if known else None,
        folder=str(_folder()),
        database=shown_database(known),
        workers=known.workers if known else 1,
    )


def load() -> LocalStudio | None:
    """The server as its file keeps it, or None where none was ever made."""
    try:
        return msgspec.json.decode(_file().read_bytes(), type=LocalStudio)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise SettingsError(f"{_file()}: damaged ({error}); delete it and start again") from error
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=_file()) from error


def _folder() -> Path:
    return home() / "label-studio"


def _environment() -> Path:
    return _folder() / "venv"


def _data() -> Path:
    return _folder() / "data"


def _file() -> Path:
    return _folder() / "studio.json"


def _log() -> Path:
    return _folder() / "server.log"


def _program(name: str) -> Path:
    windows = sys.platform == "win32"
    return _environment() / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name)


def _installed_mark() -> Path:
    return _environment() / f"standpunkt-label-studio-{VERSION}"


def _is_installed() -> bool:
    return _installed_mark().is_file() and _program("label-studio").is_file()


@contextmanager
def _lock(verb: str, progress: Progress) -> Iterator[None]:
    """One process at a time installs, starts or stops, in a folder that others cannot look into.

    Raises
    ------
    DataError
        Something of it cannot be written: no room, or no right to.
    """
    folder = _folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)  # one that an earlier version made
        with locked(folder / "lock", verb, progress):
            yield
    except OSError as error:
        raise DataError(
            f"cannot be used: {error.strerror or error}; expected room and the right to write there "
            "(STANDPUNKT_HOME names another folder)",
            path=error.filename or folder,
        ) from error


def _new() -> LocalStudio:
    return LocalStudio(port=_free_port(), email=ADMIN, password=secrets.token_urlsafe(18))


def _save(studio: LocalStudio) -> None:
    write_private_json(_file(), studio)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _spawn(studio: LocalStudio, progress: Progress) -> LocalStudio:
    # a taken port would make Label Studio take the next one and say so in its log only
    port = studio.port if _is_free(studio.port) else _free_port()
    fresh = not (studio.token if studio.database else (_data() / "label_studio.sqlite3").exists())
    progress(
        f"starting Label Studio on port {port}" + (" (the first start takes about a minute)" if fresh else "")
    )
    studio = msgspec.structs.replace(studio, port=port)
    _save(studio)  # the password must outlive a start that fails halfway
    command = _one_process(studio) if studio.workers == 1 else _several_processes(studio, progress)
    _log().touch()
    _log().chmod(0o600)  # also one that an earlier version made
    with open(_log(), "ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=_folder(),
            env=_server_environment(studio), start_new_session=True,
        )  # fmt: skip
    studio = msgspec.structs.replace(
        studio, pid=process.pid, started=psutil.Process(process.pid).create_time()
    )
    _save(studio)
    return studio


def _one_process(studio: LocalStudio) -> list[str]:
    """Django's own server: a thread for each connection."""
    return [str(_program("label-studio")), "start", "--no-browser",
            "--internal-host", "127.0.0.1", "--port", str(studio.port)]  # fmt: skip


def _several_processes(studio: LocalStudio, progress: Progress) -> list[str]:
    """gunicorn, once Label Studio's own command has made the tables and the account."""
    if not _program("gunicorn").is_file():
        progress(f"installing gunicorn {GUNICORN}, which serves with several processes")
        _pip(f"gunicorn=={GUNICORN}", "installing gunicorn")
    prepare = [str(_program("label-studio")), "init"]
    _run(prepare, "preparing the database", env=_server_environment(studio))
    package = next(_environment().glob("lib/python*/site-packages/label_studio"))
    # threads, for workers of the usual kind are ended in the middle of a long request, such as a large export
    return [str(_program("gunicorn")), "--workers", str(studio.workers), "--threads", "8",
            "--timeout", str(START_SECONDS), "--graceful-timeout", "10", "--keep-alive", "75",
            "--bind", f"127.0.0.1:{studio.port}", "--no-control-socket", "--log-level", "warning",
            "--pythonpath", str(package), "label_studio.core.wsgi:application"]  # fmt: skip


def _server_environment(studio: LocalStudio) -> dict[str, str]:
    foreign = ("LABEL_STUDIO_", "HEARTEX_", "DJANGO_", "POSTGRE_", "GUNICORN_")
    kept = {k: v for k, v in os.environ.items() if k not in _FOREIGN and not k.startswith(foreign)}
    admin = {"LABEL_STUDIO_USERNAME": studio.email, "LABEL_STUDIO_PASSWORD": studio.password}
    database = read_database(studio.database).environment() if studio.database else {}
    django = {
        "DJANGO_SETTINGS_MODULE": "label_studio.core.settings.label_studio",
        "LABEL_STUDIO_BASE_DATA_DIR": str(_data()),
        "LOG_LEVEL": "WARNING",
    }
    return {**kept, **_SETTINGS, **django, **admin, **database}


def _wait(studio: LocalStudio, progress: Progress) -> None:
    begin = reported = time.monotonic()
    while not _is_running(studio):
        now = time.monotonic()
        process = _process(studio)
        if process is None:
            raise StudioError("starting", f"the server ended; its log ends: {_last_line()} (see {_log()})")
        if is_taken(studio.port) and not listens(process, studio.port):  # in this order: it may just begin
            raise StudioError(
                "starting",
                f"another program took port {studio.port} meanwhile; nothing was sent to it, and the server "
                "was stopped; start again, which takes another port",
            )
        if now - begin > START_SECONDS:
            raise StudioError("starting", f"no answer after {START_SECONDS} s; see {_log()}")
        if now - reported > 15:
            reported = now
            progress(f"still starting ({now - begin:.0f} s)")
        time.sleep(0.25)


def _is_running(studio: LocalStudio) -> bool:
    """Whether it is our process that answers on the port, and no stranger that has taken it."""
    process = _process(studio)
    return process is not None and listens(process, studio.port) and _answers(studio)


def _answers(studio: LocalStudio) -> bool:
    try:
        return httpx.get(f"{studio.url}/health", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _process(studio: LocalStudio) -> psutil.Process | None:
    """Our server's process, or None where it is gone or its number belongs to another by now."""
    if studio.pid is None or studio.started is None:
        return None
    try:
        process = psutil.Process(studio.pid)
        same = abs(process.create_time() - studio.started) < 2
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None


def _end(studio: LocalStudio) -> bool:
    process = _process(studio)
    if process is None:
        return False
    process.terminate()
    # a zombie counts as ended: whoever started it may not have looked after it yet
    if not _comes_true(lambda: _process(studio) is None):
        process.kill()
        _comes_true(lambda: _process(studio) is None)
    # its threads may hold the port a moment longer, and the next start wants it again
    _comes_true(lambda: _is_free(studio.port))
    return True


def _comes_true(condition: Callable[[], bool], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _first_token(studio: LocalStudio) -> str:
    return accounts.make_token(studio.url, studio.email, studio.password)


def _last_line() -> str:
    lines = _log().read_text("utf-8", "replace").strip().splitlines() if _log().exists() else []
    return lines[-1][:200] if lines else "none"


def _pip(requirement: str, what: str) -> None:
    pip = [str(_program("python")), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    _run([*pip, requirement], what)


def _run(command: list[str], what: str, env: dict[str, str] | None = None) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=env)
    except subprocess.CalledProcessError as error:
        words = (error.stderr or error.stdout or "").strip().splitlines()
        raise StudioError(what, words[-1] if words else f"exit code {error.returncode}") from error
