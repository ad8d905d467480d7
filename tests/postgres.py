"""A PostgreSQL that ends with a test or a benchmark."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
Run = Callable[..., str]


@contextmanager
def postgres() -> Iterator[tuple[str, Run]]:
    """The address of a new database, and what runs PostgreSQL's programs on its server.

    Debian's, for Label Studio needs its extensions (pg_trgm); the builds on PyPI come without.
    """
    folder = Path(tempfile.mkdtemp(prefix="standpunkt-pg-"))
    as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # PostgreSQL refuses root
    if as_other:
        shutil.chown(folder, "postgres")

    def run(program: str, *arguments: str) -> str:
        command = [*as_other, str(PROGRAMS[-1] / program), *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd="/", text=True).stdout

    def on_server(program: str, *arguments: str) -> str:
        return run(program, "-h", str(folder), "-U", "postgres", *arguments)

    run("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "postgres", "--encoding=UTF8", "--no-sync")
    settings = f"-c listen_addresses='' -k {folder}"
    # its log is a file: a server that held our pipe would never let `run` end
    run("pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-o", settings, "-w", "start")
    try:
        on_server("createdb", "labelstudio")
        yield f"postgresql://postgres@/labelstudio?host={folder}", on_server
    finally:
        run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
