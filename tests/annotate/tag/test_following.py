"""The recipe of docs/tagging.md that follows a folder: its commands are run as they stand there."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from running import ROOT

PAGE = (ROOT / "docs" / "tagging.md").read_text("utf-8").partition("## Following a folder")[2]
UNITS = dict(re.findall(r"```ini\n# /etc/systemd/system/(\S+)\n(.*?)```", PAGE, flags=re.DOTALL))
SERVICE = re.search(r"^ExecStart=(.*)$", UNITS["standpunkt-tag.service"], flags=re.MULTILINE)[1]  # type: ignore[index]
CRON = re.search(r"^\*/10 \* \* \* \* (.*)$", PAGE, flags=re.MULTILINE)[1]  # type: ignore[index]
STANDPUNKT = "/opt/standpunkt/bin/standpunkt"


@pytest.fixture
def place(tmp_path: Path, model: Path) -> Path:
    """What the recipe has in /srv/kommentare, with two texts."""
    shutil.copytree(model, tmp_path / "modell")
    (tmp_path / "texte").mkdir()
    for n in (1, 2):
        write(tmp_path, n)
    return tmp_path


def write(place: Path, n: int) -> Path:
    path = place / "texte" / f"{n}.txt"
    path.write_text(
        f"Text {n} | Grete Halm. 0{n}.02.2025.\n\nDas Tempolimit nützt Ort {n}. Es regnet.\n", "utf-8"
    )
    return path


def run(place: Path, command: str = SERVICE) -> subprocess.CompletedProcess[str]:
    """Runs a command of the page, with this Python and in this place."""
    command = command.replace(STANDPUNKT, f"{shlex.quote(sys.executable)} -m annotate")
    words = shlex.split(command.replace("/srv/kommentare", shlex.quote(str(place))))
    return subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=120)


def pages(place: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(place)): path.read_bytes() for path in sorted((place / "seiten").rglob("*.html"))
    }


@pytest.mark.slow
def test_the_documented_command_does_what_is_new_and_nothing_twice(place: Path) -> None:
    first = run(place)
    assert first.returncode == 0, first.stderr
    before = pages(place)
    again = run(place)
    assert again.returncode == 0
    assert "already finished: 2 of 2 commentaries" in again.stderr
    assert pages(place) == before
    write(place, 3)
    broken = place / "texte" / "4.txt"
    broken.write_bytes("Größe".encode("latin-1"))
    for finished in (2, 3):  # the unreadable one is named each time, and the new one is done once
        ran = run(place)
        assert ran.returncode == 1
        assert f"already finished: {finished} of 3 commentaries" in ran.stderr
        (line,) = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
        assert "4.txt" in line
        assert "not UTF-8" in line
    after = pages(place)
    assert sum(name.startswith("seiten/texte/") for name in after) == 3
    assert "4.txt" in after["seiten/index.html"].decode()
    broken.unlink()
    (place / "texte" / "3.txt").unlink()
    assert run(place).returncode == 0
    assert pages(place) == before


def test_cron_runs_the_command_once_at_a_time(place: Path) -> None:
    assert SERVICE in CRON
    ran = run(place, CRON)
    assert (ran.returncode, len(pages(place)) > 2) == (0, True), ran.stderr
    shutil.rmtree(place / "seiten")
    with subprocess.Popen(["flock", str(place / "lock"), "sleep", "60"]) as other:
        try:
            while subprocess.run(["flock", "-n", str(place / "lock"), "true"]).returncode == 0:
                pass
            ran = run(place, CRON)
        finally:
            other.terminate()
    assert (ran.returncode, ran.stderr, pages(place)) == (0, "", {})


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_reads_the_units_as_they_stand(place: Path) -> None:
    folder = place / "units"
    folder.mkdir()
    for name, text in UNITS.items():
        (folder / name).write_text(
            text.replace(STANDPUNKT, sys.executable).replace("User=standpunkt", "User=root"), "utf-8"
        )
    files = [str(folder / name) for name in UNITS]
    ran = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, [line for line in ran.stderr.splitlines() if "standpunkt-tag" in line]) == (0, [])
    assert {*UNITS} == {f"standpunkt-tag.{kind}" for kind in ("service", "timer", "path")}
