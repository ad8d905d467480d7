"""Six and thirty people code at once while pull and prelabel run: what the server took is never lost.

Some codings of six on SQLite in `make test`; with STANDPUNKT_STRESS=1 three hundred, and on PostgreSQL six
hundred of thirty, whose database is then dumped and restored.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotate.label_studio import local_server
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import Study
from annotate.sync.prelabel import prelabel
from annotate.sync.pull import pull
from coders import Coder, code_at_once, invite_coders, lost, parted
from postgres import PROGRAMS, Run, postgres
from running import STRESS
from schemas.errors import StandpunktError
from train.persistence.folder import load_model

pytestmark = [pytest.mark.studio, pytest.mark.slow, pytest.mark.scaled]

SIX = ["anna", "ben", "carla", "dora", "emil", "fritz"]
THIRTY = [f"coder-{number:02}" for number in range(1, 31)]
Measured = Callable[[str, object], None]


@pytest.fixture
def database() -> Iterator[tuple[str, Run]]:
    if not PROGRAMS:
        pytest.skip("Debian's postgresql is not installed (tests/install-packages.sh)")
    with postgres() as started:
        yield started


@pytest.fixture
def several_workers(
    studio_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: tuple[str, Run]
) -> Iterator[LocalStudio]:
    """A Label Studio of its own with two processes on a PostgreSQL of its own, both ended with the test."""
    local_server.install(print)
    home = tmp_path / "postgres-home"
    (home / "label-studio").mkdir(parents=True)
    (home / "label-studio" / "venv").symlink_to(studio_home / "label-studio" / "venv")
    monkeypatch.setenv("STANDPUNKT_HOME", str(home))
    yield local_server.start(print, database=database[0], workers=2)
    local_server.stop()


def nothing_is_lost(
    server: LocalStudio,
    study: Study,
    coders: list[Coder],
    model_dir: Path,
    *,
    each: int,
    kind: str,
    record_property: Measured,
) -> None:
    studio, model = Studio(server.url, server.token), load_model(model_dir)
    begun, runs = time.monotonic(), Counter[str]()
    threads = code_at_once(coders, seconds=400, think=(0.0, 0.1), at_most=each)
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
    taken = sum(len(coder.submitted) for coder in coders)
    errors = [error for coder in coders for error in coder.errors]
    pull(studio, study)
    missing = lost(study, coders)
    record_property(
        "measured",
        f"{len(coders)} coders on {kind}: {taken} codings taken in {seconds:.0f} s, {len(errors)} errors, "
        f"meanwhile {dict(runs)}; lost {len(missing)}" + (f"; {Counter(errors)}" if errors else ""),
    )
    assert taken > each * len(coders) * 0.9
    assert not missing
    pull(studio, study, full=True)
    assert not lost(study, coders)


def test_six_coders_on_sqlite_lose_nothing(
    server: LocalStudio, large: Study, suggesting: Path, record_property: Measured
) -> None:
    study = parted(large, SIX)
    with invite_coders(server, study) as coders:
        nothing_is_lost(
            server, study, coders, suggesting,
            each=50 if STRESS else 5, kind="SQLite", record_property=record_property,
        )  # fmt: skip


@pytest.mark.stress
def test_thirty_coders_on_postgresql_lose_nothing_and_a_dump_restores_all(
    several_workers: LocalStudio,
    database: tuple[str, Run],
    large: Study,
    suggesting: Path,
    record_property: Measured,
) -> None:
    server, (address, run) = several_workers, database
    assert local_server.shown_database(server).startswith("PostgreSQL labelstudio")
    assert not (local_server._data() / "label_studio.sqlite3").exists()
    study = parted(large, THIRTY)
    with invite_coders(server, study) as coders:
        nothing_is_lost(
            server, study, coders, suggesting,
            each=20, kind="PostgreSQL, two workers", record_property=record_property,
        )  # fmt: skip
    folder = address.partition("host=")[2]
    run("pg_dump", "--format=custom", f"--file={folder}/studio.dump", "labelstudio")
    before = study.annotations.read_bytes()
    local_server.stop()
    run("dropdb", "labelstudio")
    run("createdb", "labelstudio")
    run("pg_restore", "--dbname=labelstudio", "--exit-on-error", f"{folder}/studio.dump")
    again = local_server.start(print)
    assert again.token == server.token
    pull(Studio(again.url, again.token), study, full=True)
    assert study.annotations.read_bytes() == before
