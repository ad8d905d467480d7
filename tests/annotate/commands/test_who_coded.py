"""`standpunkt agree` and `adjudicate` on exports whose accounts are not one person each."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from running import Ran

Run = Callable[..., Ran]

CODEBOOK = """
codebook: probe
version: 1.0.0
language: de
targets: [{id: maut, question: "Soll eine Maut gelten?"}]
layers:
  - id: art
    kind: one
    required: true
    label: Art
    codes: [{id: these, label: These}, {id: meldung, label: Meldung}, {id: sonst, label: Sonst}]
  - id: stance
    kind: stance
    label: Haltung
    codes: [{id: favor, label: Dafür}, {id: against, label: Dagegen}]
  - id: mittel
    kind: set
    label: Mittel
    codes: [{id: ironie, label: Ironie}, {id: metapher, label: Metapher}, {id: gefuehl, label: Gefühl}]
  - id: staerke
    kind: scale
    label: Stärke
    codes: [{id: "1", label: a}, {id: "2", label: b}, {id: "3", label: c}, {id: "4", label: d}, {id: "5", label: e}]
"""

# two people behind one login, each in a project of their own: what they gave sentence by sentence
ANNA = (
    ("meldung", "against", ["metapher"], "5"),
    ("meldung", "against", ["metapher", "gefuehl"], "5"),
    ("these", "favor", ["ironie", "gefuehl"], "5"),
    ("meldung", "favor", ["ironie", "gefuehl"], "3"),
    ("meldung", "favor", ["metapher", "gefuehl"], "5"),
    ("sonst", "favor", ["metapher", "gefuehl"], "1"),
)
BEN = (
    ("these", "favor", ["ironie", "metapher"], "4"),
    ("meldung", "against", ["ironie"], "4"),
    ("these", "against", ["gefuehl", "ironie"], "4"),
    ("meldung", "favor", ["metapher"], "1"),
    ("these", "favor", ["metapher"], "2"),
    ("meldung", "favor", ["metapher"], "4"),
)
Given = tuple[str, str, list[str], str]


def annotation(number: int, who: int | None, given: Given, **fields: Any) -> dict[str, Any]:
    controls = zip(
        ("art", "stance__maut", "mittel", "staerke"),
        ([given[0]], [given[1]], given[2], [given[3]]),
        strict=True,
    )
    result = [{"from_name": name, "type": "choices", "value": {"choices": codes}} for name, codes in controls]
    time = f"2026-11-28T20:{number:02d}:00Z"
    return {
        "id": number,
        "completed_by": who,
        "result": result,
        "created_at": time.replace("T20", "T19"),
        "updated_at": time,
        **fields,
    }


def tasks(
    annotations: Mapping[int, Sequence[dict[str, Any]]], *, project: int, first: int
) -> list[dict[str, Any]]:
    """One task a sentence, numbered from ``first``."""
    return [
        {
            "id": first + n,
            "project": project,
            "data": {"sentence_id": f"maut-c99a63:{n}", "commentary_id": "maut-c99a63", "text": f"Satz {n}."},
            "annotations": list(of_sentence),
        }
        for n, of_sentence in annotations.items()
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "codebook.yaml").write_text(CODEBOOK, "utf-8")
    return tmp_path


@pytest.fixture
def one_login(folder: Path) -> tuple[str, str]:
    """Two exports in which user 1 coded the same six sentences."""
    for name, project, first, given in (("anna.json", 2, 7, ANNA), ("ben.json", 3, 13, BEN)):
        annotations = {n: [annotation(first + n, 1, one)] for n, one in enumerate(given)}
        (folder / name).write_text(json.dumps(tasks(annotations, project=project, first=first)), "utf-8")
    return "anna.json", "ben.json"


@pytest.fixture
def by_nobody(folder: Path) -> str:
    """Four sentences by two people without account and by user 3, who never agree on one of them."""
    anna, ben, cara = ANNA[0], BEN[0], ("sonst", "against", [], "1")
    annotations = {
        n: [annotation(3 * n + place, who, given) for place, (who, given) in enumerate(coded)]
        for n, coded in enumerate([((None, anna), (None, ben), (3, cara))] * 4)
    }
    (folder / "noby.json").write_text(json.dumps(tasks(annotations, project=7, first=1)), "utf-8")
    return "noby.json"


def test_one_login_in_two_projects_is_refused_with_the_way_out(
    standpunkt: Run, one_login: tuple[str, str]
) -> None:
    for verb in (("agree",), ("agree", "--skip-invalid"), ("adjudicate", "-o", "gold.jsonl")):
        ran = standpunkt(*verb, *one_login, "--codebook", "codebook.yaml")
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
        assert (
            "user 1 coded 6 sentences in two projects (2, 3): one person twice or two people behind one login; "
            "tell them apart with --names 2/1=anna,3/1=ben"
        ) in ran.err
    assert not Path("gold.jsonl").exists()


@pytest.mark.parametrize("names", ["anna.json=anna,ben.json=ben", "2/1=anna,3/1=ben", "./anna.json=anna"])
def test_people_behind_one_login_are_told_apart_by_names(
    names: str, standpunkt: Run, one_login: tuple[str, str]
) -> None:
    words = ("--codebook", "codebook.yaml", "--names", names, "--json")
    decided = standpunkt("adjudicate", *one_login, *words).json
    assert (decided["sentences"], decided["decided"], len(decided["ties"])) == (6, 0, 16)
    agreement = standpunkt("agree", *one_login, *words).json
    assert agreement["annotators"] == ["anna", "ben" if "ben" in names else "annotator-1"]
    assert agreement["layers"]["art"]["alpha"] == pytest.approx(0.153846, abs=1e-6)
    assert agreement["read"]["shared_logins"] == []


def test_whose_codings_came_twice_is_one_line_a_person(standpunkt: Run, folder: Path) -> None:
    other = {n: [annotation(50 + n, 8, given)] for n, given in enumerate(BEN)}
    annotations = {
        n: [
            annotation(n, 7, given, updated_by=7),
            annotation(20 + n, 7, ANNA[n] if n < 2 else BEN[n], updated_by=8 if n == 5 else 7),
            *other[n],
        ]
        for n, given in enumerate(ANNA)
    }
    Path("twice.json").write_text(json.dumps(tasks(annotations, project=5, first=1)), "utf-8")
    words = ("--codebook", "codebook.yaml", "--names", "7=anna,8=ben")
    ran = standpunkt("agree", "twice.json", *words)
    assert ran.code == 0, ran.err
    assert ran.err.splitlines() == [
        "note: anna: 6 sentences coded twice, 4 of them differently; the later one counts",
        "note: 1 coding changed last by another account than their own: user 8",
    ]
    read = standpunkt("agree", "twice.json", *words, "--json").json["read"]
    assert read["repeated"] == {"anna": {"n": 6, "differ": 4}}
    assert [edited["user"] for edited in read["edited"]] == [8]
    ran = standpunkt("adjudicate", "twice.json", *words, "-o", "gold.jsonl")
    assert "anna: 6 sentences coded twice" in ran.err


def test_people_not_known_are_in_no_figure_until_they_are_named(standpunkt: Run, by_nobody: str) -> None:
    ran = standpunkt("agree", by_nobody, "--codebook", "codebook.yaml")
    assert (ran.code, ran.out) == (1, "")
    assert "note: 8 codings by nobody known: each is a vote of its own" in ran.err
    assert "beside them are 8 by nobody known (--names says who they are)" in ran.err
    words = ("--codebook", "codebook.yaml", "--names", "noby.json=anna,7/3=cara", "--json")
    named = standpunkt("agree", by_nobody, *words).json
    assert (named["annotators"], named["layers"]["art"]["observed"]) == (["anna", "cara"], 0)
    assert (named["read"]["by_nobody"], named["read"]["repeated"]) == (0, {"anna": {"n": 4, "differ": 4}})


def test_people_not_known_vote_on_their_own_sentence(standpunkt: Run, by_nobody: str) -> None:
    words = ("--codebook", "codebook.yaml", "-o", "gold.jsonl")
    ran = standpunkt("adjudicate", by_nobody, *words)
    assert ran.code == 0, ran.err
    assert "8 codings by nobody known" in ran.err
    assert "art: Meldung 1, Sonst 1, These 1" in ran.err


@pytest.mark.parametrize(
    ("rule", "refusal"),
    [
        ("dawid-skene", "dawid-skene estimates who errs how, and 8 codings are by nobody known"),
        ("expert:unknown-1", 'no coding by the expert "unknown-1"; there are codings by annotator-1'),
    ],
)
def test_rules_that_rest_on_persons_refuse_those_not_known(
    rule: str, refusal: str, standpunkt: Run, by_nobody: str
) -> None:
    words = ("--codebook", "codebook.yaml", "-o", "gold.jsonl", "--rule", rule)
    ran = standpunkt("adjudicate", by_nobody, *words)
    assert ran.code == 1
    assert refusal in ran.err


def test_a_study_says_how_many_codings_are_by_nobody_known(standpunkt: Run, folder: Path) -> None:
    from schemas.jsonl import write_jsonl
    from schemas.records import Annotation

    assert standpunkt("init", "studie", "--annotators", "anna,ben").code == 0
    rows = [
        Annotation(
            sentence_id=f"maut-c99a63:{n}", commentary_id="maut-c99a63", annotator=who,
            codebook="kommentar-core", layers={"voice": "author"},
        )
        for n in range(3)
        for who in ("anna", "ben", "unknown-1")
    ]  # fmt: skip
    write_jsonl(folder / "studie" / "data" / "annotations.jsonl", rows)
    ran = standpunkt("agree", "--study", "studie", "--json")
    assert ran.code == 0, ran.err
    assert "note: 3 codings by nobody known" in ran.err
    assert ran.json["annotators"] == ["anna", "ben"]


def test_what_is_said_of_people_holds_for_an_annotations_file_too(standpunkt: Run, by_nobody: str) -> None:
    from exports.readers.annotations import read_codings
    from schemas.codebook import load_codebook
    from schemas.jsonl import write_jsonl

    rows = read_codings([by_nobody], load_codebook("codebook.yaml")).annotations
    write_jsonl("annotations.jsonl", rows)
    ran = standpunkt("agree", "annotations.jsonl", "--codebook", "codebook.yaml")
    assert (ran.code, ran.out) == (1, "")
    assert "8 codings by nobody known" in ran.err
