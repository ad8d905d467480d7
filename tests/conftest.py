"""What tests of all packages share: where the real files are, a real server, a real browser."""

import functools
import gc
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import filelock
import hypothesis  # noqa: F401  (it looks, as it is imported, for what refers to random generators: before gc.freeze)
import pytest
import typer.main
import typer.testing

from annotate.cli import main
from annotate.demo.material import copy_commentaries
from annotate.label_studio import local_server
from annotate.label_studio.local_server import LocalStudio
from annotate.study.backup import restore
from annotate.study.folder import open_study
from annotate.study.split import split_study
from coded_study import coded_study
from running import ROOT, STRESS, TEST_HOME, Ran, interrupt_demo, own_home, run_demo_command
from train.settings import Settings

os.environ["STANDPUNKT_CACHE"] = "off"  # nothing of a user's, and nothing left behind
# the verbs are made into a command once, not for each of a thousand calls
typer.main.get_command = typer.testing._get_command = functools.cache(typer.main.get_command)

#: The files that need the demo, which is run once: their tests go to one worker.
DEMO_FILES = {
    "test_coding_screen.py", "test_demo.py", "test_loop_page.py", "test_real_commentaries.py",
}  # fmt: skip
#: What takes a minute and more, longest first: begun last, one worker would run it while the other has nothing to do.
LONGEST = (
    "demo", "tests/test_docs.py", "tests/annotate/sync/test_kills.py", "tests/annotate/serve/test_serve_studio.py",
    "tests/annotate/sync/test_storm.py",
)  # fmt: skip
#: What a Label Studio leaves in its folder.
LEFT = ("data", "demo-accounts.json", "studio.json")
_NUMBERS = itertools.count()
#: That a test may take in full, in place of pyproject.toml's: 4,000 damaged inputs, studies with 500 codings.
_STRESS_SECONDS = 3600


@pytest.fixture
def earlier_study(tmp_path: Path) -> Path:
    """The study of tests/earlier, restored."""
    folder = tmp_path / "earlier"
    restore(ROOT / "tests" / "earlier" / "study-2026-11.tar.gz", folder)
    return folder


@pytest.fixture(autouse=True)
def _no_foreign_server(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Tests never talk to a Label Studio that somebody uses."""
    for name in ("LABEL_STUDIO_URL", "LABEL_STUDIO_HOST", "LABEL_STUDIO_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    if "studio_home" not in request.fixturenames:
        if "tmp_path" in request.fixturenames:
            own = request.getfixturevalue("tmp_path")
        else:  # most need no folder, and none is made for them
            own = tmp_path_factory.getbasetemp() / f"without-{next(_NUMBERS)}"
        monkeypatch.setenv("STANDPUNKT_HOME", str(own / "home"))


@pytest.fixture(autouse=True)
def _answering_server(request: pytest.FixtureRequest) -> None:
    """A server that hangs fails the test it hangs in, and none of those after it."""
    if "server" not in request.fixturenames:
        return
    request.getfixturevalue("server")
    if not local_server.status().running:
        local_server.stop()
        local_server.start(print)


@pytest.fixture(scope="session")
def studio_home() -> Iterator[Path]:
    """The data folder of the tests' own Label Studio: installed once, emptied for each run.

    Tests that run side by side have a server each, of the same installation.
    """
    home = TEST_HOME
    before = os.environ.get("STANDPUNKT_HOME")
    os.environ["STANDPUNKT_HOME"] = str(home)
    local_server.install(print)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        home = own_home(home, worker)
        os.environ["STANDPUNKT_HOME"] = str(home)
    yield home
    if before is None:
        del os.environ["STANDPUNKT_HOME"]
    else:
        os.environ["STANDPUNKT_HOME"] = before


@pytest.fixture(scope="session")
def server(studio_home: Path) -> Iterator[LocalStudio]:
    """A real Label Studio, started once for the run, with nothing in it."""
    local_server.stop()  # a run that was killed may have left one
    own = studio_home / "label-studio"
    clear(own)
    # its tables take most of a minute to make: that is done once, and copied
    kept = (own / "venv").resolve().parent / f"empty-{local_server.VERSION}"
    with filelock.FileLock(f"{kept}.lock"):
        if not (kept / "studio.json").exists():  # it is copied last
            local_server.start(print)
            local_server.stop()
            clear(kept)
            kept.mkdir(exist_ok=True)
            copy_server(own, kept)
    clear(own)
    copy_server(kept, own)
    give_port(own / "studio.json")
    yield local_server.start(print)
    local_server.stop()


def clear(folder: Path) -> None:
    for name in LEFT:
        left = folder / name
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)


def give_port(file: Path) -> None:
    """A port of its own: two copies that start at once would find the same one free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    file.write_text(json.dumps(json.loads(file.read_bytes()) | {"port": port}), "utf-8")


def copy_server(source: Path, target: Path) -> None:
    shutil.copytree(source / "data", target / "data")
    shutil.copy(source / "studio.json", target / "studio.json")


@pytest.fixture
def standpunkt(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs the command in this process, as a shell would."""

    def run(*words: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["standpunkt", *map(str, words)])
        capfd.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        sys.stdout.flush()
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def quick_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models are trained with two inner folds: for tests of what is said and kept, not of how good a model is."""
    monkeypatch.setattr(Settings, "folds", lambda self, rows: 2)


@pytest.fixture
def kept_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors of sentences are kept for other tests and runs: they take most of a training with an encoder."""
    monkeypatch.setenv("STANDPUNKT_CACHE", str(TEST_HOME / "cache"))


@pytest.fixture(scope="session")
def demo(server: LocalStudio, studio_home: Path) -> dict[str, Any]:
    """The report of a demo on the tests' server, by the installed command: stopped once, then run to its end."""
    folder = studio_home / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STANDPUNKT_CACHE", str(TEST_HOME / "cache"))  # as `kept_vectors`
        stopped = interrupt_demo(folder, at="both at once")
        return {**run_demo_command(folder), "stopped": stopped}


@pytest.fixture(scope="session")
def halfway(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a study as it is halfway: twelve commentaries with gold, a model and its predictions of them,
    and the demo's others, which nobody has coded. To be copied."""
    folder = coded_study(tmp_path_factory.mktemp("halfway") / "studie", only="krieg.txt").folder
    study = ["--study", str(folder)]
    for words in (
        ["adjudicate", *study],
        ["train", *study, "--encoder", "none", "--no-evaluate"],
        ["tag", str(folder / "commentaries"), *study, "-o", str(folder / "predictions.jsonl")],
    ):
        subprocess.run([sys.executable, "-m", "annotate", *words], check=True, capture_output=True, cwd=ROOT)
    copy_commentaries(folder / "commentaries")
    split_study(open_study(folder))
    return folder


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With ``--dist loadscope`` a file's tests stay together, and the files that need the demo.

    (xdist 3.8's own groups are not seen by pytest 9.2.)
    """
    if config.getoption("dist") != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByServer(LoadScopeScheduling):  # type: ignore[misc, unused-ignore]
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "demo" if file.rpartition("/")[2] in DEMO_FILES else file

        def _assign_work_unit(self, node: Any) -> None:
            longest = next((scope for scope in LONGEST if scope in self.workqueue), None)
            if longest:
                self.workqueue.move_to_end(longest, last=False)
            super()._assign_work_unit(node)

    return ByServer(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: Python's garbage collector need not go through it during the run."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()
        # looking for garbage after each 700 objects, as is usual, takes an eighth of the time
        gc.set_threshold(50_000)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out, rather than skips, what only `make stress` runs."""
    left_out = [item for item in items if item.get_closest_marker("stress") and not STRESS]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    for item in items:
        if STRESS and (item.get_closest_marker("scaled") or item.get_closest_marker("stress")):
            item.add_marker(pytest.mark.timeout(_STRESS_SECONDS))
        needs_demo = "demo" in getattr(item, "fixturenames", ())
        assert not needs_demo or item.path.name in DEMO_FILES, f"{item.nodeid} needs the demo: see DEMO_FILES"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = len(reporter.stats.get("skipped", [])) if reporter else 0
    if skipped and os.environ.get("STANDPUNKT_NO_SKIPS"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: "object") -> None:
    stats = terminalreporter.stats  # type: ignore[attr-defined]
    for report in (report for reports in stats.values() for report in reports):
        for name, words in getattr(report, "user_properties", []):
            if name == "measured" and report.when == "call":
                terminalreporter.write_line(f"measured: {words}")  # type: ignore[attr-defined]
    if stats.get("skipped") and os.environ.get("STANDPUNKT_NO_SKIPS"):
        terminalreporter.write_line("skipped tests are failures here", red=True)  # type: ignore[attr-defined]
