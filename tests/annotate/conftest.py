"""A small study of two pieces on the tests' Label Studio, and a browser for pages."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import Study, open_study
from demo_model import demo_model
from reading_pieces import codebook
from real_browser import set_screen, started_chromium
from running import SENTENCES, Ran
from small_gold import gold
from train.fit import fit
from train.persistence.folder import save_model
from train.settings import Settings

Run = Callable[..., Ran]

PIECES = {
    "bahn.txt": "Die Bahn kann mehr | Ada Probst. 03.02.2025.\n\n"
    "Der Zug kam pünktlich an. Niemand hat es gemerkt. Soll man das loben?\n\nMan muss es sogar.\n",
    "wald.txt": "Wem der Wald gehört | Ivo Sandner. 04.02.2025.\n\nDer Wald gehört allen. Das Gesetz sieht es anders.\n",
}


@pytest.fixture
def study(tmp_path: Path, standpunkt: Run, server: LocalStudio, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path / "s"
    name = request.node.name.replace("test_", "")[:30].strip("_")
    made = standpunkt(
        "init", folder, "--targets", "ziele-ukraine", "--annotators", "anna,ben", "--name", name
    )
    assert made.code == 0, made.err
    for file, text in PIECES.items():
        (folder / "commentaries" / file).write_text(text, "utf-8")
    assert standpunkt("split", "--study", folder).code == 0
    return folder


@pytest.fixture
def studio(server: LocalStudio) -> Studio:
    return Studio(server.url, server.token)


@pytest.fixture
def large(tmp_path: Path, standpunkt: Run, request: pytest.FixtureRequest) -> Study:
    """A study of one annotator with pieces of 40 sentences."""
    return study_of(SENTENCES, tmp_path, standpunkt, request)


@pytest.fixture
def small(tmp_path: Path, standpunkt: Run, request: pytest.FixtureRequest) -> Study:
    """The same with three pieces, for what is done very often."""
    return study_of(120, tmp_path, standpunkt, request)


def study_of(sentences: int, tmp_path: Path, standpunkt: Run, request: pytest.FixtureRequest) -> Study:
    folder = tmp_path / "s"
    words, _, parameters = request.node.name.removeprefix("test_").partition("[")
    name = f"{words[:24]}_{parameters}".strip("_]")  # each has a project of its own
    assert (
        standpunkt("init", folder, "--targets", "ziele-ukraine", "--annotators", "anna", "--name", name).code
        == 0
    )
    for piece in range(sentences // 40):
        lines = [f"Die Kolumne {piece} hat auch einen Satz {n}." for n in range(40)]
        text = f"Kolumne {piece} | Ada Probst. 03.02.2025.\n\n" + " ".join(lines) + "\n"
        (folder / "commentaries" / f"{piece:04}.txt").write_text(text, "utf-8")
    assert standpunkt("split", "--study", folder).code == 0
    return open_study(folder)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small model for `reading_pieces.codebook`."""
    fitted, _ = fit(gold(), codebook(), settings=Settings(inner_folds=2))
    return save_model(fitted, tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def suggesting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder trained on the demo's first codings, without a server."""
    return demo_model(tmp_path_factory.mktemp("suggesting"), inner_folds=2)


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with started_chromium(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def open_page(chrome: webdriver.Chrome, page: Path) -> Callable[[int, bool], webdriver.Chrome]:
    """Opens the file of the test module's `page` on a screen so wide, light or dark."""

    def open_at(width: int, dark: bool) -> webdriver.Chrome:
        set_screen(chrome, width, dark=dark)
        chrome.get_log("browser")
        chrome.get(page.as_uri())
        return chrome

    return open_at
