"""Six people code at once while pull and prelabel run: what the server took is never lost.

Some codings on SQLite in `make test`; with STANDPUNKT_STRESS=1 six hundred, on PostgreSQL too.
"""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from annotate.label_studio import accounts, local_server
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import Study
from annotate.study.settings import with_given, write_settings
from annotate.sync.prelabel import prelabel
from annotate.sync.pull import pull
from annotate.sync.push import push
from running import STRESS
from schemas.errors import StandpunktError
from schemas.jsonl import read_jsonl
from schemas.records import Annotation
from schemas.studio_json import to_result
from train.persistence.folder import load_model

pytestmark = [pytest.mark.studio, pytest.mark.slow, pytest.mark.scaled]

CODERS = ["anna", "ben", "carla", "dora", "emil", "fritz"]
Measured = Callable[[str, object], None]
EACH = 100 if STRESS else 5
CODED = {"voice": "author", "function": "claim", "stance": {"waffen_ukraine": "favor"}, "rhetoric": ["irony"]}


class Coding:
    """A person who codes the first tasks of their project, one after the other."""

    def __init__(self, server: LocalStudio, email: str, study: Study, project: int) -> None:
        self.acknowledged: set[int] = set()
        self.errors: list[str] = []
        password = "ein-langes-Passwort-7"
        accounts.sign_up(accounts.invite_link(server.url, server.email, server.password), email, password)
        self._studio = Studio(server.url, accounts.make_token(server.url, email, password))
        self._result = to_result(CODED, study.codebook())
        self._todo = [task.id for task in self._studio.tasks(project)][:EACH]

    def work(self) -> None:
        for task in self._todo:
            try:
                self.acknowledged.add(self._studio.create_annotation(task, self._result, lead_time=2.0))
            except StandpunktError as error:
                self.errors.append(str(error))


@pytest.fixture
def postgres_server(
    studio_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalStudio]:
    """A Label Studio of its own on a PostgreSQL of its own, both ended with the test."""
    local_server.install(print)
    home = tmp_path / "postgres-home"
    (home / "label-studio").mkdir(parents=True)
    (home / "label-studio" / "venv").symlink_to(studio_home / "label-studio" / "venv")
    monkeypatch.setenv("STANDPUNKT_HOME", str(home))
    with postgres() as address:
        yield local_server.start(print, database=address)
        local_server.stop()


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a new database on a PostgreSQL that ends with the block.

    Debian's, for Label Studio needs its extensions (pg_trgm); the builds on PyPI come without.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("Debian's postgresql is not installed (tests/install-packages.sh)")
    folder = Path(tempfile.mkdtemp(prefix="standpunkt-pg-"))
    as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # PostgreSQL refuses root
    if as_other:
        shutil.chown(folder, "postgres")

    def run(program: str, *arguments: str) -> None:
        command = [*as_other, str(programs[-1] / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    run("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "postgres", "--encoding=UTF8", "--no-sync")
    settings = f"-c listen_addresses='' -k {folder}"
    run("pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-o", settings, "-w", "start")
    try:
        run("createdb", "-h", str(folder), "-U", "postgres", "labelstudio")
        yield f"postgresql://postgres@/labelstudio?host={folder}"
    finally:
        run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def code_at_once(
    server: LocalStudio, study: Study, model_dir: Path, kind: str, record_property: Measured
) -> None:
    study = with_given(study, annotators=",".join(CODERS), overlap=0.0, unit="sentence")
    write_settings(study)
    studio, model = Studio(server.url, server.token), load_model(model_dir)
    projects = {row.annotator: row.project for row in push(studio, study).projects}
    domain = f"{study.name.replace('_', '-')}.example"
    people = [Coding(server, f"{name}@{domain}", study, projects[name]) for name in CODERS]
    threads = [threading.Thread(target=person.work) for person in people]
    begun, runs = time.monotonic(), Counter[str]()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        for name, verb in (
            ("pull", lambda: pull(studio, study)),
            ("prelabel", lambda: prelabel(studio, study, model)),
        ):
            try:
                verb()
                runs[name] += 1
            except StandpunktError as error:
                runs[f"{name} failed: {error}"] += 1
    seconds = time.monotonic() - begun
    pull(studio, study)
    rows = {row.annotation_id for row in read_jsonl(study.annotations, Annotation)}
    pull(studio, study, full=True)
    whole = {row.annotation_id for row in read_jsonl(study.annotations, Annotation)}
    taken = {number for person in people for number in person.acknowledged}
    errors = [error for person in people for error in person.errors]
    record_property(
        "measured",
        f"six coders on {kind}: {len(taken)} codings acknowledged in {seconds:.0f} s, {len(errors)} errors, "
        f"meanwhile {dict(runs)}; lost {len(taken - rows)}" + (f"; {Counter(errors)}" if errors else ""),
    )
    assert len(taken) + len(errors) == EACH * len(CODERS)
    assert len(taken) > EACH * len(CODERS) * 0.9
    assert taken <= rows
    assert taken <= whole


def test_six_coders_on_sqlite_lose_nothing(
    server: LocalStudio, large: Study, suggesting: Path, record_property: Measured
) -> None:
    code_at_once(server, large, suggesting, "SQLite", record_property)


@pytest.mark.stress
def test_six_coders_on_postgresql_lose_nothing(
    postgres_server: LocalStudio, large: Study, suggesting: Path, record_property: Measured
) -> None:
    assert local_server.shown_database(postgres_server).startswith("PostgreSQL labelstudio")
    assert not (local_server._data() / "label_studio.sqlite3").exists()
    code_at_once(postgres_server, large, suggesting, "PostgreSQL", record_property)
