"""Verbs killed at any moment, without a server: run again they end as if they had not been.

A few moments in `make test`, twenty of each with STANDPUNKT_STRESS=1.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from annotate.study.folder import Study, open_study
from killing import MOMENTS, command, contents, done, killed, killed_at, seconds, some_of, steps_of
from running import ROOT, Ran
from schemas.errors import DataError
from schemas.jsonl import read_jsonl, write_jsonl
from schemas.records import Annotation, Assignment, Commentary, GoldSentence, Sentence
from train.persistence.folder import load_model

pytestmark = [pytest.mark.slow, pytest.mark.scaled]

Measured = Callable[[str, object], None]
Run = Callable[..., Ran]

BOOK = """\
codebook: klein
version: 1.0.0
language: de
layers:
  - id: satzart
    kind: one
    label: Satzart
    codes: [{id: frage, label: Frage}, {id: bericht, label: Bericht}]
"""
NEXT_BOOK = BOOK.replace("1.0.0", "2.0.0").replace("id: frage", "id: question")
NAMES = ["Ahrens", "Brandt", "Clasen", "Dietz", "Ebert", "Frank", "Goertz", "Hahn", "Ihde", "Jansen"]


def coded(n: int) -> GoldSentence:
    name = f"{NAMES[n % 10]} aus {NAMES[n % 7]}dorf{n % 20}"
    text = f"Wer von {name} will das wirklich?" if n % 2 else f"Am Montag tagte {name} im Rathaus."
    layers = {"satzart": "frage" if n % 2 else "bericht"}
    return GoldSentence(
        sentence_id=f"k{n // 4}:{n % 4}", commentary_id=f"k{n // 4}", text=text, layers=layers
    )


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A small study with gold and annotations, and no server."""
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / "study.yaml").write_text("study: s\nannotators: [anna]\n", "utf-8")
    (folder / "codebook.yaml").write_text(BOOK, "utf-8")
    own = open_study(folder)
    gold = [coded(n) for n in range(80)]
    write_jsonl(own.gold, gold)
    write_jsonl(own.annotations, [coding(row) for row in gold])
    return own


def coding(row: GoldSentence) -> Annotation:
    return Annotation(
        sentence_id=row.sentence_id, commentary_id=row.commentary_id, annotator="anna", codebook="klein",
        codebook_version="1.0.0", layers=row.layers,
    )  # fmt: skip


def copied(folder: Path, name: str) -> Path:
    copy = folder.with_name(name)
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    return copy


# --- train


def readable_model(study: Study) -> str:
    """What the next verb finds as the study's model: a whole one, or the words that there is none."""
    try:
        return load_model(study.latest_model()).meta.model_version
    except DataError as error:
        return str(error)


@pytest.mark.usefixtures("quick_training")
def test_a_training_that_was_killed_ends_as_if_it_was_not(study: Study, record_property: Measured) -> None:
    words = ("train", "--no-evaluate", "--study")
    undisturbed = copied(study.folder, "ganz")
    whole = seconds(lambda: done(command(*words, undisturbed)))
    steps = steps_of(command(*words, copied(study.folder, "zählen")), study.folder.with_name("zählen"))
    wanted = contents(undisturbed)
    moments, hit = random.Random(1), 0
    trials: list[float | int] = [moments.random() * whole for _ in range(MOMENTS)]
    trials += some_of(steps, 1)
    for n, moment in enumerate(trials):
        own = open_study(copied(study.folder, "versuch"))
        if n % 2:  # an older model is there, which another verb finds meanwhile
            shutil.copytree(undisturbed / "models", own.models)
            older = next(own.models.iterdir()).rename(own.models / "klein-00000000")
        work = command(*words, own.folder)
        hit += killed(work, moment) if isinstance(moment, float) else killed_at(work, own.folder, moment)
        found = readable_model(own)
        assert found.startswith("klein-") or "run `standpunkt train` first" in found
        done(work)
        if n % 2:
            shutil.rmtree(older)
        assert contents(own.folder) == wanted, moment
    record_property("measured", f"train killed at {hit} of {len(trials)} moments ({steps} steps)")
    assert hit > 0


# --- relink

OLD_TEXT = (
    "Wem der Wald gehört | Ivo Sandner. 04.02.2025.\n\n"
    "Das muss man sagen. Der Wald gehört uns allen seit jeher. Das muss man sagen. Das Gesetz siet es anders. Ende.\n"
)
#: The first of two sentences of the same words is mended: the other one has its id from now on.
NEW_TEXT = OLD_TEXT.replace("Das muss man sagen.", "Das muss man so sagen.", 1).replace("siet", "sieht")


@pytest.fixture
def mended(tmp_path: Path, standpunkt: Run) -> Study:
    """A coded study whose texts were mended since, and once before that."""
    folder = tmp_path / "s"
    standpunkt("init", folder, "--targets", "ziele-ukraine", "--annotators", "anna")
    for name in ("a", "b"):
        text = OLD_TEXT.replace("Wald", f"Wald {name}").replace("siet", "sihet")
        (folder / "commentaries" / f"{name}.txt").write_text(text, "utf-8")
    standpunkt("split", "--study", folder)
    own = open_study(folder)
    sentences = list(read_jsonl(own.sentences, Sentence))
    write_jsonl(own.annotations, [
        Annotation(sentence_id=s.sentence_id, commentary_id=s.commentary_id, annotator="anna", codebook="kommentar-core",
                   annotation_id=n, layers={"voice": "author"})
        for n, s in enumerate(sentences)
    ])  # fmt: skip
    write_jsonl(own.assignments, [
        Assignment(sentence_id=s.sentence_id, annotator="anna", phase="main") for s in sentences
    ])  # fmt: skip
    write_jsonl(own.gold, [
        GoldSentence(sentence_id=s.sentence_id, commentary_id=s.commentary_id, text=s.text, index=s.index, layers={})
        for s in sentences
    ])  # fmt: skip
    for text in (OLD_TEXT, NEW_TEXT):
        for name in ("a", "b"):
            (folder / "commentaries" / f"{name}.txt").write_text(
                text.replace("Wald", f"Wald {name}"), "utf-8"
            )
        if text == OLD_TEXT:
            assert standpunkt("relink", "--study", folder).code == 0
    return own


def test_a_relinking_that_was_killed_ends_as_if_it_was_not(mended: Study, record_property: Measured) -> None:
    undisturbed = copied(mended.folder, "ganz")
    steps = steps_of(command("relink", "--study", undisturbed), undisturbed)
    wanted = contents(undisturbed)
    rows = list(read_jsonl(undisturbed / "data" / "annotations.jsonl", Annotation))
    assert len({row.sentence_id for row in rows}) == len(rows)  # each coding has a sentence of its own
    hit = 0
    trials = some_of(steps, 2)
    for step in trials:
        folder = copied(mended.folder, "versuch")
        hit += killed_at(command("relink", "--study", folder), folder, step)
        for path, kind in (("annotations", Annotation), ("assignments", Assignment), ("gold", GoldSentence),
                           ("sentences", Sentence), ("commentaries", Commentary)):  # fmt: skip
            assert list(read_jsonl(folder / "data" / f"{path}.jsonl", kind))
        done(command("relink", "--study", folder))
        assert contents(folder) == wanted, step
    record_property("measured", f"relink killed at {hit} of {len(trials)} moments ({steps} steps)")
    assert hit == len(trials)


@pytest.mark.parametrize("verb", [("split",), ("adjudicate",), ("backup",)])
def test_a_relinking_that_was_killed_at_its_end_is_brought_to_it_by_another_verb(
    mended: Study, verb: tuple[str, ...], tmp_path: Path
) -> None:
    undisturbed = copied(mended.folder, "ganz")
    steps = steps_of(command("relink", "--study", undisturbed), undisturbed)
    wanted = contents(undisturbed)
    more = (tmp_path / "b.tar.gz",) if verb == ("backup",) else ()
    assert killed_at(command("relink", "--study", mended.folder), mended.folder, steps - 4)
    assert (mended.data / ".staged").exists()
    done(command(*verb, *more, "--study", mended.folder))
    assert {k: v for k, v in contents(mended.folder).items() if k != "data/gold.jsonl"} == {
        k: v for k, v in wanted.items() if k != "data/gold.jsonl"
    }


# --- codebook migrate, in files


def test_a_migration_of_files_that_was_killed_ends_as_if_it_was_not(
    study: Study, record_property: Measured
) -> None:
    old, new = study.folder.with_name("alt.yaml"), study.folder.with_name("neu.yaml")
    old.write_text(BOOK, "utf-8")
    new.write_text(NEXT_BOOK, "utf-8")
    words = ("codebook", "migrate", old, new, "--files-only", "--study")
    undisturbed = copied(study.folder, "ganz")
    steps = steps_of(command(*words, undisturbed), undisturbed)
    wanted = contents(undisturbed)
    undoing = steps_of(command(*words, undisturbed, "--undo"), undisturbed)
    undone = contents(undisturbed)
    hit = 0
    trials = list(zip(some_of(steps, 3), some_of(undoing, 4), strict=False))
    for step, back in trials:
        folder = copied(study.folder, "versuch")
        hit += killed_at(command(*words, folder), folder, step)
        assert open_study(folder).codebook().version in ("1.0.0", "2.0.0")
        done(command(*words, folder))
        assert contents(folder) == wanted, step
        hit += killed_at(command(*words, folder, "--undo"), folder, back)
        killed(command(*words, folder, "--undo"), 600)  # an error where nothing is left to be undone
        assert contents(folder) == undone, back
    record_property(
        "measured", f"migrate of files killed at {hit} of {2 * len(trials)} moments ({steps} steps)"
    )
    assert hit == 2 * len(trials)


# --- tag FOLDER

OWN = "Das Tempolimit nützt allen, und zwar in Ort {n}."
OFF = "Im Wald von Ort {n} regnet es seit {n} Tagen."


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Pieces of one author, the last of them unlike the earlier ones: its page has news."""
    folder = tmp_path / "texte"
    folder.mkdir()
    for n in range(13):
        words = [(OWN if n == 12 else OFF).format(n=n + k) for k in range(8)]
        matter = f"---\ntitle: Text {n}\nauthor: Grete Halm\ndate: 2025-02-{n + 1:02}\n---\n\n"
        (folder / f"t{n:02}.md").write_text(matter + " ".join(words), "utf-8")
    return folder


def table(path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as db:
        return [
            *db.execute("SELECT value FROM stamp"),
            *db.execute("SELECT key, place, author, day, page, title, done FROM pieces ORDER BY key"),
            *db.execute("SELECT key, what, code, number, text FROM hits ORDER BY 1, 2, 3, 4"),
        ]


@pytest.mark.parametrize("to", ["html", "csv"])
def test_a_tagging_that_was_killed_ends_as_if_it_was_not(
    texts: Path, model: Path, tmp_path: Path, to: str, record_property: Measured
) -> None:
    def words(place: Path) -> tuple[object, ...]:
        return (
            "tag",
            texts,
            "-m",
            model,
            "--to",
            to,
            "-o",
            place / ("seite" if to == "html" else "zeilen.csv"),
        )

    for name in ("ganz", "zählen"):
        (tmp_path / name).mkdir()
    whole = seconds(lambda: done(command(*words(tmp_path / "ganz"))))
    wanted = contents(tmp_path / "ganz", without=[".tagged.sqlite"])
    assert to == "csv" or b"Texten: " in b"".join(wanted.values())  # there are news
    steps = steps_of(command(*words(tmp_path / "zählen")), tmp_path / "zählen")
    moments, hit = random.Random(5), 0
    trials: list[float | int] = [moments.random() * whole for _ in range(MOMENTS)]
    trials += some_of(steps, 6)
    for moment in trials:
        place = tmp_path / "versuch"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        work = command(*words(place))
        hit += killed(work, moment) if isinstance(moment, float) else killed_at(work, place, moment)
        done(work)
        assert contents(place, without=[".tagged.sqlite"]) == wanted, moment
        if to == "html":
            assert table(place / "seite" / ".tagged.sqlite") == table(
                tmp_path / "ganz" / "seite" / ".tagged.sqlite"
            )
    record_property("measured", f"tag --to {to} killed at {hit} of {len(trials)} moments ({steps} steps)")
    assert hit >= min(steps, MOMENTS)


def test_a_tagging_killed_where_pieces_changed_and_went_leaves_none_of_their_pages(
    texts: Path, model: Path, tmp_path: Path
) -> None:
    before, wanted_at, place = tmp_path / "vorher", tmp_path / "ganz", tmp_path / "versuch"
    words = ("tag", texts, "-m", model, "--to", "html", "-o")
    done(command(*words, before))
    (texts / "t03.md").unlink()
    changed = texts / "t05.md"
    changed.write_text(changed.read_text("utf-8").replace("regnet", "schneit"), "utf-8")
    done(command(*words, wanted_at))
    wanted = contents(wanted_at, without=[".tagged.sqlite"])
    steps = steps_of(command(*words, copied(before, "zählen")), before.with_name("zählen"))
    hit = 0
    trials = some_of(steps, 7)
    for step in trials:
        copied(before, "versuch")
        hit += killed_at(command(*words, place), place, step)
        done(command(*words, place))
        assert contents(place, without=[".tagged.sqlite"]) == wanted, step
    assert hit == len(trials)


def _is_spawned(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:  # has ended meanwhile
        return False


def test_the_workers_of_a_tagging_that_was_killed_end_too(texts: Path, model: Path, tmp_path: Path) -> None:
    for n in range(200):  # a worker begins with its first batch
        (texts / f"m{n}.txt").write_text(f"Text {n} | Grete Halm.\n\n{OFF.format(n=n)}", "utf-8")
    words = [
        sys.executable,
        "-m",
        "annotate",
        "tag",
        texts,
        "-m",
        model,
        "-o",
        tmp_path / "z.jsonl",
        "--workers",
        2,
    ]
    parent = psutil.Popen(
        [*map(str, words)], stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    workers: list[psutil.Process] = []
    while len(workers) < 2 and parent.poll() is None:
        workers = [one for one in parent.children() if _is_spawned(one)]
    assert len(workers) == 2
    parent.kill()
    parent.wait()
    _, left = psutil.wait_procs(workers, timeout=120)
    for one in left:
        one.kill()
    assert left == []


def test_json_of_a_killed_and_repeated_run_counts_all(
    texts: Path, model: Path, tmp_path: Path, standpunkt: Run
) -> None:
    words = ("tag", texts, "-m", model, "-o", tmp_path / "z.jsonl")
    steps = steps_of(command(*words), tmp_path)
    (tmp_path / "z.jsonl").unlink()
    assert killed_at(command(*words), tmp_path, steps - 1)
    assert json.loads(standpunkt(*words, "--json").out)["commentaries"] == 13
