"""The commands of pages that need a Label Studio run as they stand, each page on a study of its own."""

import json
import re
import secrets
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import pytest

from annotate.demo.material import ANNOTATORS, CODEBOOK, TARGETS
from annotate.label_studio.client import Studio
from annotate.label_studio.local_server import LocalStudio
from annotate.study.folder import init_study, open_study
from annotate.study.projects import find_projects
from coded_study import PIECES, some_pieces, write_export, write_project_made_by_hand
from documented import WITH_STUDIO, Shell, runnable, whole_inline
from language_model import language_model
from person import Person, let_codings_arrive
from running import ROOT, Ran
from schemas.jsonl import write_jsonl

pytestmark = [pytest.mark.studio, pytest.mark.slow]
Run = Callable[..., Ran]
#: The title line and two paragraphs: Label Studio takes its time over each coding.
PIECE = "\n\n".join(
    (ROOT / "annotate" / "demo" / "commentaries" / "smartphone-1.txt").read_text("utf-8").split("\n\n")[:3]
)


class Place(NamedTuple):
    """What a page is laid out of."""

    folder: Path
    halfway: Path
    run: Run
    people: dict[str, Studio]


@pytest.fixture(scope="module")
def studio(server: LocalStudio) -> Studio:
    return Studio(server.url, server.token)


@pytest.fixture(scope="module")
def persons(server: LocalStudio, studio: Studio) -> dict[str, Person]:
    return {name: Person(server, studio) for name in ANNOTATORS}


@pytest.fixture(scope="module")
def people(persons: dict[str, Person]) -> dict[str, Studio]:
    return {name: person.studio for name, person in persons.items()}


@pytest.fixture(scope="module")
def by_hand(
    studio: Studio, persons: dict[str, Person], halfway: Path, tmp_path_factory: pytest.TempPathFactory
) -> int:
    """The number of a project that somebody made by hand and two people coded."""
    folder = tmp_path_factory.mktemp("by-hand")
    write_project_made_by_hand(open_study(halfway), folder)
    screen = (folder / "screen.xml").read_text("utf-8")
    number = studio.create_project(title="Von Hand", description="", label_config=screen, instruction="")
    tasks = json.loads((folder / "export.json").read_bytes())
    users = [person.user for person in persons.values()]
    for task in tasks:
        for coding in task["annotations"]:
            coding["completed_by"] = users[coding["completed_by"] - 1]
    studio.import_tasks(
        number, [{"data": task["data"], "annotations": task["annotations"]} for task in tasks]
    )
    return number


def nothing(place: Place) -> Path:
    return place.folder


def a_project_made_by_hand(place: Place) -> Path:
    write_project_made_by_hand(open_study(place.halfway), place.folder)
    return place.folder


def exports_of_tools(place: Place) -> Path:
    a_project_made_by_hand(place)
    draft = place.folder / "codebook.yaml", place.folder / "map.yaml"
    screen = place.folder / "screen.xml"
    assert place.run("codebook", "from-config", screen, "-o", draft[0], "--map", draft[1]).code == 0
    doccano = ROOT / "tests" / "exports" / "readers" / "tools" / "doccano" / "spans"
    with ZipFile(place.folder / "export.zip", "w") as archive:
        for path in sorted(doccano.iterdir()):
            archive.write(path, path.name)
    return place.folder


def texts(place: Place) -> Path:
    (place.folder / "texte").mkdir()
    (place.folder / "texte" / "smartphone.txt").write_text(PIECE, "utf-8")
    return place.folder


def texts_and_a_new_one(place: Place) -> Path:
    (place.folder / "texte").mkdir()
    shutil.copy(place.halfway / "commentaries" / "krieg.txt", place.folder / "texte")
    (place.folder / "neu.txt").write_text(PIECE, "utf-8")
    return place.folder


def a_study(place: Place) -> Path:
    """Of one piece, split."""
    folder = place.folder / "studie"
    study = init_study(folder, codebook=CODEBOOK, targets=TARGETS, annotators=ANNOTATORS, name="seite")
    (study.commentary_folder / "smartphone.txt").write_text(PIECE, "utf-8")
    assert place.run("split", "--study", folder).code == 0
    return folder


def a_coded_study(place: Place) -> Path:
    """Of one piece, coded by both in Label Studio; and a map of what changes in the codebook."""
    folder = a_study(place)
    assert place.run("push", "--study", folder).code == 0
    let_codings_arrive(folder, place.people)
    (folder / "karte.yaml").write_text("codes: {function: {forecast: outlook}}\n", "utf-8")
    return folder


def change_codebook(folder: Path, _: object) -> None:
    """What a person does with the copy: a code gets another id."""
    text = (folder / "neu.yaml").read_text("utf-8")
    assert text.count("id: forecast\n") == 1
    changed = re.sub(r"^version: .*$", "version: 2.0.0", text, flags=re.M)
    changed = re.sub(r"(id|instead): forecast$", r"\1: outlook", changed, flags=re.M)
    (folder / "neu.yaml").write_text(changed, "utf-8")


def a_study_with_a_model(place: Place) -> Path:
    """The study halfway, as one of its own."""
    folder = place.folder / "studie"
    shutil.copytree(place.halfway, folder, ignore=shutil.ignore_patterns(".standpunkt"))
    settings = (folder / "study.yaml").read_text("utf-8")
    settings = re.sub(r"^id: .*$", f"id: {secrets.token_hex(6)}", settings, flags=re.M)
    (folder / "study.yaml").write_text(settings, "utf-8")
    return folder


def a_study_with_a_model_and_a_batch(place: Place) -> Path:
    folder = a_study_with_a_model(place)
    for words in (["select", 40, "--strategy", "random"], ["push"]):
        assert place.run(*words, "--study", folder).code == 0
    return folder


def a_pushed_study_with_a_model(place: Place) -> Path:
    folder = a_study(place)
    shutil.copytree(place.halfway / "models", folder / "models", dirs_exist_ok=True)
    assert place.run("push", "--study", folder).code == 0
    return folder


LAID: dict[str, Callable[[Place], Path]] = {
    "README.md": nothing,
    "docs/codebook.md": a_study,
    "docs/import.md": exports_of_tools,
    "docs/migration.md": a_coded_study,
    "docs/select.md": a_study_with_a_model,
    "docs/serve.md": a_pushed_study_with_a_model,
    "docs/team.md": a_study,
    "docs/two-and-a-third.md": texts,
    "docs/your-project.md": texts_and_a_new_one,
    "docs/zeroshot.md": a_study_with_a_model_and_a_batch,
}


#: Page → what people do, once, before a verb is typed.
MEANWHILE: dict[str, dict[str, Callable[[Path, dict[str, Studio]], None]]] = {
    "docs/two-and-a-third.md": {"pull": let_codings_arrive},
    "docs/migration.md": {"codebook": change_codebook},
}


def test_every_such_page_is_here() -> None:
    assert set(LAID) == set(WITH_STUDIO)


@pytest.mark.parametrize("page", LAID)
def test_the_commands_of_a_page_run_as_they_stand(
    page: str,
    halfway: Path,
    server: LocalStudio,
    people: dict[str, Studio],
    by_hand: int,
    studio_home: Path,
    standpunkt: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "page").mkdir()
    begin = LAID[page](Place(tmp_path / "page", halfway, standpunkt, people))
    if page == "docs/codebook.md":
        write_project_made_by_hand(open_study(halfway), begin)
    ours = {
        "https://studio.example.org": server.url,
        "~/.local/share/standpunkt": str(studio_home),
        "LABEL_STUDIO_API_KEY=…": f"LABEL_STUDIO_API_KEY={server.token}",
        "https://studio.example/projects/5": f"{server.url}/projects/{by_hand}",
        "https://studio.example/projects/12": f"{server.url}/projects/{by_hand}",
        "--project 12": f"--project {by_hand}",
    }
    done_by_people = MEANWHILE.get(page, {})
    before = {verb: partial(do, tmp_path / "page" / "studie", people) for verb, do in done_by_people.items()}
    with language_model(tokens=True) as model:
        more = {
            "zeroshot": ["--endpoint", model.url],
            "serve": ["--port", "0"],
            "train": ["--encoder", "none", "--no-evaluate"],
        }
        Shell(standpunkt, monkeypatch, begin, instead=ours, more=more, before=before).run_all(runnable(page))


#: What stands for the reader's own in a command within a sentence. Words in braces are made by the test.
OURS = {
    "FILE": "llm.jsonl", "FILE…": "neu.txt", "TEXT": "neu.txt", "TEXTS": "texte", "FOLDER": "texte", "INPUT…": "texte",
    "DIR": "neu", "COPY": "kopie", "STUDY": ".", "EXPORT.json": "export.json", "OUTDIR": "seiten", "MODEL": "{model}",
    "MODEL_DIR": "{model}", "A": "{model}", "B": "{model}", "…": "data/gold.jsonl",
    "N": "3", "FORMAT": "long", "html|csv|parquet": "csv", "MODULE:OBJECT": "sklearn.naive_bayes:ComplementNB",
    "URL": "{url}", "anna@example.org": "{email}", "12": "{project}",
}  # fmt: skip
#: How a command begins → what a sentence leaves to the reader, or what makes it shorter.
MORE = {
    "tag --to": "neu.txt", "tag --with": "texte -m beside", "select --phase": "3", "evaluate --": "--encoder none --folds 2",
    "evaluate MODEL": "--gold data/gold.jsonl --seen", "evaluate A": "--seen", "report": "--no-evaluation", "train --soft": "-o soft",
    "train --estimator": "-o mine", "train --with": "-o beside", "train": "--encoder none --no-evaluate",
    "pull": "--accept-removals",  # most of the study's codings were never on this server
}  # fmt: skip
#: Commands that say the same of another file, number or person than one before them.
OTHERS = {
    "zeroshot texte/ --codebook codebook.yaml --model … -o llm.jsonl":
        "zeroshot texte/ --codebook codebook.yaml --model qwen3:8b -o neu.jsonl --endpoint {endpoint}",
    "select N --simulate gold.jsonl --codebook codebook.yaml":
        "select 60 --simulate gold.jsonl --codebook codebook.yaml --seeds 1",
    "split --mended FILE": "split --mended mended.jsonl",
    "init STUDY --codebook kommentar-core --targets ziele-ukraine":
        "init weitere --codebook kommentar-core --targets ziele-ukraine",
    "annotators retire anna": "annotators retire anja",
    "model export MODEL_DIR --to skops -o FILE": "model export {model} --to skops -o klassifikatoren.skops",
    "model trust MODEL_DIR": "model trust mine",
    "backup studie.tar.gz --restore DIR": "backup ../studie.tar.gz --restore ../wieder",
}  # fmt: skip


def typed_out(line: str, made: Mapping[str, object]) -> str:
    """A command within a sentence as somebody would type it here."""
    words = line.removeprefix("standpunkt ")
    more = [added for begin, added in MORE.items() if words.startswith(begin)]
    full = OTHERS.get(words) or " ".join([*(OURS.get(word, word) for word in words.split()), *more])
    return f"standpunkt {full.format(**made)}"


def a_study_of_everything(place: Place) -> Path:
    """Coded pieces with gold and a model, one that nobody coded, an export, a backup, and a copy of the study."""
    study = open_study(a_study_with_a_model(place))
    for path in study.commentary_folder.iterdir():
        if path.name not in ("krieg.txt", "smartphone-1.txt"):
            path.unlink()
    (study.commentary_folder / "krieg.txt").write_text(some_pieces(), "utf-8")
    for file in (study.gold, study.annotations):
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        ids = list(dict.fromkeys(row["commentary_id"] for row in rows))[:PIECES]
        write_jsonl(file, [row for row in rows if row["commentary_id"] in ids])
    assert place.run("split", "--study", study.folder).code == 0
    shutil.copy(place.halfway / "data" / "gold.jsonl", study.folder)
    write_export(study, study.folder / "export.json", *ANNOTATORS)
    (study.folder / "texte").mkdir()
    shutil.copy(study.commentary_folder / "krieg.txt", study.folder / "texte")
    (study.folder / "neu.txt").write_text(PIECE, "utf-8")
    shutil.copytree(study.folder, study.folder / "kopie")
    assert place.run("backup", study.folder.parent / "studie.tar.gz", "--study", study.folder).code == 0
    return study.folder


def test_what_stands_within_sentences_runs_in_one_study(
    halfway: Path, server: LocalStudio, studio: Studio, persons: dict[str, Person], people: dict[str, Studio],
    standpunkt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    lines = whole_inline()
    assert {f"standpunkt {words}" for words in OTHERS} <= set(lines)
    folder = a_study_of_everything(Place(tmp_path, halfway, standpunkt, people))
    study = open_study(folder)

    def add_pieces() -> None:
        for path in (halfway / "commentaries").glob("smartphone-[2-7].txt"):
            shutil.copy(path, study.commentary_folder)
        settings = study.settings_path.read_text("utf-8")
        study.settings_path.write_text(
            re.sub(r"^test_share: \S+", "test_share: 0.3", settings, flags=re.M), "utf-8"
        )
        assert standpunkt("split").code == 0

    with language_model(tokens=True) as model:
        made: dict[str, object] = {
            "model": study.latest_model(), "url": server.url, "email": persons["anna"].email, "endpoint": model.url,
        }  # fmt: skip
        shell = Shell(standpunkt, monkeypatch, folder, before={"select": add_pieces})
        shell.run_all([f"standpunkt zeroshot --model qwen3:8b -o llm.jsonl --endpoint {model.url}"])
        for line in lines:
            if "--project" in line:
                made["project"] = find_projects(studio, study, ["anna"])["anna"].id
            shell.run_all([typed_out(line, made)])
