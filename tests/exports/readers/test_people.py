"""Who coded: names, accounts that are not one person, codings by nobody, guests and later changes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from exports.agreement.agree import agree
from exports.readers.annotations import read_codings, read_export
from exports.readers.people import Coder, EditedCoding, GuestCoding, Repeated
from schemas.codebook import Codebook
from schemas.errors import DataError, SettingsError
from schemas.jsonl import write_jsonl
from schemas.records import Annotation

Make = Callable[..., dict[str, Any]]
Write = Callable[..., Path]
Row = Callable[..., Annotation]


def sentence(number: int) -> str:
    return f"stau-1a2b3c:{number:08x}"


def at(hour: int) -> dict[str, str]:
    """Both times of an annotation."""
    time = f"2026-03-01T{hour:02d}:00:00Z"
    return {"created_at": time, "updated_at": time}


# names


@pytest.fixture
def two_files(coded: Make, task: Make, written: Write) -> tuple[Path, Path]:
    """Project 2 and project 3, in each user 1 and in the second user 5 as well; no sentence is coded twice."""
    one = [task(1, coded(id=1, completed_by=1), project=2)]
    two = [
        task(2, coded(id=2, completed_by=1), project=3),
        task(3, coded(id=3, completed_by=5), project=3),
    ]
    return written(one, "one.json"), written(two, "two.json")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({}, ["annotator-1", "annotator-1", "annotator-2"]),
        ({1: "anna"}, ["anna", "anna", "annotator-1"]),
        ({5: "annotator-1"}, ["annotator-2", "annotator-2", "annotator-1"]),
        ({"one.json": "anna"}, ["anna", "annotator-1", "annotator-2"]),
        ({"two.json": "ben", 1: "anna", 5: "cara"}, ["anna", "ben", "ben"]),
        ({(3, 1): "dora", "two.json": "ben", 1: "anna"}, ["anna", "dora", "ben"]),
        ({(2, 1): "anna", (3, 1): "anna"}, ["anna", "anna", "annotator-1"]),
    ],
)
def test_names_go_by_project_and_user_then_by_file_then_by_user(
    names: Any, expected: list[str], two_files: tuple[Path, Path], codebook: Codebook
) -> None:
    rows = read_codings(two_files, codebook, names=names).annotations
    assert [row.annotator for row in rows] == expected


def test_a_file_is_named_by_its_path_where_its_name_recurs(
    coded: Make, task: Make, tmp_path: Path, codebook: Codebook
) -> None:
    paths = []
    for number, folder in enumerate(("a", "b"), start=1):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "export.json"
        path.write_text(json.dumps([task(number, coded(id=number))]), "utf-8")
        paths.append(path)
    with pytest.raises(SettingsError, match=r'"export\.json" is the name of 2 files: expected one of .*/a/'):
        read_codings(paths, codebook, names={"export.json": "anna"})
    named = {f"{tmp_path}/a/../a/export.json": "anna"}
    with pytest.raises(SettingsError, match="no such file among"):
        read_codings(paths, codebook, names=named)
    rows = read_codings(paths, codebook, names={str(paths[0]): "anna", f"{tmp_path}/b/./export.json": "ben"})
    assert [row.annotator for row in rows.annotations] == ["anna", "ben"]


def test_a_name_for_a_file_that_is_not_there_says_which_are(
    two_files: tuple[Path, Path], codebook: Codebook
) -> None:
    with pytest.raises(
        SettingsError, match=r'"on\.json": no such file among .*two\.json; did you mean "one\.json"'
    ):
        read_codings(two_files, codebook, names={"on.json": "anna"})


def test_a_file_of_several_accounts_under_one_name_is_said(
    two_files: tuple[Path, Path], codebook: Codebook
) -> None:
    report = read_codings(two_files, codebook, names={"two.json": "ben"}).report
    assert [words.rpartition("/")[2] for words in report.warnings if "accounts" in words] == [
        "two.json; all count as ben"
    ]


def test_a_table_keeps_the_names_of_its_annotators(written: Write, codebook: Codebook) -> None:
    table = (
        "sentence_id\tcommentary_id\ttext\tvoice\tannotator\tannotation_id\n"
        "k1\tk\tDie Maut\tauthor\tanna\t1\n"
        "k1\tk\tDie Maut\tother\tben\t2\n"
        "k2\tk\tDie Mautstelle\tother\tc@example.org\t3\n"
    )
    export = read_codings([written(table, "ours.tsv")], codebook)
    assert [row.annotator for row in export.annotations] == ["anna", "ben", "annotator-1"]


def test_rows_of_an_annotations_file_keep_their_names(row: Row, tmp_path: Path, codebook: Codebook) -> None:
    path = tmp_path / "annotations.jsonl"
    write_jsonl(path, [row("anna", "c:1"), row("unknown-1", "c:1", annotation_id=4)])
    rows = read_codings([path], codebook, names={path.name: "ben"}).annotations
    assert [row.annotator for row in rows] == ["anna", "ben"]  # who has a name keeps it
    assert [row.annotator for row in read_codings([path], codebook).annotations] == ["anna", "unknown-1"]


# one account, two people


def projects(first: dict[str, Any], second: dict[str, Any], task: Make) -> list[list[dict[str, Any]]]:
    """One sentence in two tasks, as two exports have them."""
    return [
        [task(1, first["annotation"], **first["task"])],
        [task(1, second["annotation"], **second["task"])],
    ]


@pytest.mark.parametrize(
    ("first", "second", "found", "names"),
    [
        (  # two projects of one server
            {"task": {"id": 7, "project": 2}, "annotation": {"id": 7}},
            {"task": {"id": 13, "project": 3}, "annotation": {"id": 13}},
            "user 1 coded 1 sentence in two projects (2, 3)",
            "2/1=anna,3/1=ben",
        ),
        (  # two servers: all numbers are the same
            {"task": {"id": 7, "project": 2}, "annotation": {"id": 7, **at(8)}},
            {"task": {"id": 7, "project": 2}, "annotation": {"id": 7, **at(9)}},
            "user 1 coded 1 sentence in two files (",
            "one.json=anna,two.json=ben",
        ),
        (  # a flat export does not say its project, but its task
            {"task": {"id": 7}, "annotation": {"id": 7}},
            {"task": {"id": 13}, "annotation": {"id": 13}},
            "user 1 coded 1 sentence in two files (",
            "one.json=anna,two.json=ben",
        ),
        (
            {"task": {"id": 7, "project": 2}, "annotation": {"id": 7, "completed_by": "a@example.org"}},
            {"task": {"id": 13, "project": 3}, "annotation": {"id": 13, "completed_by": "a@example.org"}},
            "an account known by its e-mail coded 1 sentence in two projects (2, 3)",
            "one.json=anna,two.json=ben",
        ),
    ],
)
def test_an_account_that_coded_a_sentence_in_two_projects_is_refused(
    first: Any,
    second: Any,
    found: str,
    names: str,
    coded: Make,
    task: Make,
    written: Write,
    codebook: Codebook,
) -> None:
    for voice, side in (("author", first), ("other", second)):
        side["annotation"] = coded({"voice": voice}, **{"completed_by": 1, **side["annotation"]})
    contents = projects(first, second, task)
    paths = [written(content, name) for content, name in zip(contents, ("one.json", "two.json"), strict=True)]
    with pytest.raises(DataError) as caught:
        read_codings(paths, codebook)
    assert found in str(caught.value)
    assert f"tell them apart with --names {names}" in str(caught.value)
    assert "example.org" not in str(caught.value)
    with pytest.raises(DataError, match="one person twice"):
        read_codings(paths, codebook, skip_invalid=True)
    told = read_codings(paths, codebook, names={"one.json": "anna", "two.json": "ben"})
    assert [(row.annotator, row.layers["voice"]) for row in told.annotations] == [
        ("anna", "author"),
        ("ben", "other"),
    ]
    assert told.report.shared_logins == []


@pytest.mark.parametrize(
    "names", [{(2, 1): "anna", (3, 1): "anna"}, {"one.json": "anna", "two.json": "anna"}]
)
def test_one_person_in_two_projects_is_taken_on_their_word(
    names: Any, coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    one = [task(1, coded({"voice": "author"}, id=7, completed_by=1), id=7, project=2)]
    two = [task(1, coded({"voice": "other"}, id=13, completed_by=1), id=13, project=3)]
    export = read_codings([written(one, "one.json"), written(two, "two.json")], codebook, names=names)
    assert [(row.annotator, row.layers["voice"]) for row in export.annotations] == [("anna", "other")]
    assert export.report.repeated == {"anna": Repeated(n=1, differ=1)}


def test_a_name_for_the_account_alone_does_not_tell_two_people_apart(
    coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    tasks = [task(1, coded(id=n, completed_by=1), id=n, project=n) for n in (2, 3, 4, 5)]
    with pytest.raises(DataError, match=r"in 4 projects \(2, 3, 4, 5\).*--names 2/1=anna,3/1=ben,4/1=cara,…"):
        read_codings([written(tasks)], codebook, names={1: "anna"})


# several codings of one sentence by one person


@pytest.mark.parametrize(
    ("versions", "differ", "kept"),
    [
        (({"voice": "author"}, {"voice": "author"}), 0, {"voice": "author"}),
        (({"voice": "author"}, {"voice": "other"}), 1, {"voice": "other"}),
        (({"voice": "author"}, {"voice": "other"}, {"voice": "author"}), 1, {"voice": "author"}),
        (({"voice": "author"}, {"rhetoric": ["irony"]}), 1, {"rhetoric": ["irony"]}),
    ],
)
def test_the_later_coding_counts_and_who_coded_again_is_said(
    versions: Any, differ: int, kept: Any, coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    annotations = [coded(layers, id=n, **at(n)) for n, layers in enumerate(versions, start=1)]
    export = read_export(written([task(1, *reversed(annotations)), task(2, coded(id=9))]), codebook)
    assert export.annotations[0].layers.items() >= kept.items()
    assert export.report.repeated == {"annotator-1": Repeated(n=1, differ=differ)}
    assert export.report.superseded == len(versions) - 1


def test_a_skipped_sentence_that_was_coded_after_all_differs(
    coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    skipped = coded(result=[], id=1, was_cancelled=True, **at(1))
    report = read_export(written([task(1, skipped, coded(id=2, **at(2)))]), codebook).report
    assert report.repeated == {"annotator-1": Repeated(n=1, differ=1)}


# nobody known


@pytest.fixture
def by_nobody(coded: Make, task: Make, written: Write) -> Path:
    """Four sentences, each coded by two people without account and by user 3."""
    given = ("mixed", "author", "author"), ("author",) * 3, ("mixed", "author", "author"), ("author",) * 3
    tasks = []
    for n, voices in enumerate(given, start=1):
        annotations = [
            coded({"voice": voice}, id=10 * n + place, completed_by=who, **at(n))
            for place, (voice, who) in enumerate(zip(voices, (None, None, 3), strict=True))
        ]
        tasks.append(task(n, *annotations, project=7))
    return written(tasks, "noby.json")


def test_codings_by_nobody_known_stay_apart_by_annotation(by_nobody: Path, codebook: Codebook) -> None:
    export = read_codings([by_nobody], codebook)
    assert [row.annotator for row in export.annotations] == ["annotator-1", "unknown-1", "unknown-2"] * 4
    assert (export.report.by_nobody, export.report.superseded, export.report.repeated) == (8, 0, {})


def test_no_agreement_is_computed_from_people_that_are_not_known(by_nobody: Path, codebook: Codebook) -> None:
    rows = read_codings([by_nobody], codebook).annotations
    with pytest.raises(DataError, match=r"all 4 codings are by annotator-1, .* beside them are 8 by nobody"):
        agree(rows, codebook, draws=0)
    more = [msgspec.structs.replace(row, annotator="ben") for row in rows if row.annotator == "annotator-1"]
    report = agree([*rows, *more], codebook, draws=0)
    assert report.annotators == ["annotator-1", "ben"]


def test_whoever_is_named_by_file_is_known(by_nobody: Path, codebook: Codebook) -> None:
    export = read_codings([by_nobody], codebook, names={"noby.json": "anna", (7, 3): "ben"})
    assert [row.annotator for row in export.annotations] == ["anna", "ben"] * 4
    assert export.report.by_nobody == 0
    assert export.report.repeated == {"anna": Repeated(n=4, differ=2)}


def test_an_annotation_by_nobody_that_is_read_twice_is_one(by_nobody: Path, codebook: Codebook) -> None:
    with pytest.raises(DataError, match=r"the coding of .* stands twice"):
        read_codings([by_nobody, by_nobody], codebook)
    report = read_codings([by_nobody, by_nobody], codebook, skip_invalid=True).report
    assert (report.annotations, report.by_nobody) == (12, 8)


def test_people_not_known_of_two_files_are_not_taken_for_one(
    by_nobody: Path, row: Row, tmp_path: Path, codebook: Codebook
) -> None:
    path = tmp_path / "annotations.jsonl"
    write_jsonl(path, [row("unknown-1", sentence(1), annotation_id=5, created_at="2026-04-01T00:00:00Z")])
    rows = read_codings([path, by_nobody], codebook).annotations
    found = [(row.annotator, row.annotation_id) for row in rows if row.sentence_id == sentence(1)]
    assert found == [("annotator-1", 12), ("unknown-1", 10), ("unknown-2", 11), ("unknown-3", 5)]


# guests, accounts, later changes


@pytest.fixture
def visited(coded: Make, task: Make, written: Write) -> Path:
    """A project of user 7, in which 3, an account without number and nobody coded as well."""
    return written(
        [
            task(1, coded(id=1, **at(9)), coded(id=2, completed_by=3, **at(8), was_cancelled=True)),
            task(2, coded(id=3, completed_by={"id": 3, "email": "b@example.org"}, **at(10))),
            task(3, coded(id=4, completed_by=None, **at(11)), coded(id=5, completed_by="c@example.org")),
            task(4, coded(id=6, **at(7))),
        ]
    )


def test_what_other_accounts_coded_is_listed_and_is_no_row(visited: Path, codebook: Codebook) -> None:
    export = read_export(visited, codebook, annotator="anna", account=7)
    assert [(row.annotator, row.annotation_id) for row in export.annotations] == [("anna", 1), ("anna", 6)]
    assert (export.report.annotations, export.report.skipped, export.report.warnings) == (2, 0, [])
    assert [(guest.annotation_id, guest.user) for guest in export.report.guests] == [
        (2, 3),
        (3, 3),
        (4, None),
        (5, None),
    ]
    assert export.report.guests[0] == GuestCoding(
        sentence_id=sentence(1),
        user=3,
        annotation_id=2,
        task_id=101,
        created_at="2026-03-01T08:00:00Z",
        at="2026-03-01T08:00:00Z",
    )


def test_an_annotation_that_is_known_to_be_ones_own_is_kept(visited: Path, codebook: Codebook) -> None:
    export = read_export(visited, codebook, annotator="anna", account=7, owned=[3])
    assert [row.annotation_id for row in export.annotations] == [1, 3, 6]
    assert {row.annotator for row in export.annotations} == {"anna"}
    assert [guest.annotation_id for guest in export.report.guests] == [2, 4, 5]
    assert export.report.warnings == []


def test_without_an_account_all_annotations_are_the_annotators(visited: Path, codebook: Codebook) -> None:
    export = read_export(visited, codebook, annotator="anna")
    assert [row.annotation_id for row in export.annotations] == [1, 3, 4, 6]  # of 4 and 5 the later
    assert export.report.guests == []
    assert "4 accounts coded in this project; all count as anna" in export.report.warnings


def test_the_accounts_of_an_export_stand_in_the_order_of_their_first_coding(
    visited: Path, codebook: Codebook
) -> None:
    for account in (None, 7):
        assert read_export(visited, codebook, annotator="anna", account=account).coders == [
            Coder(user=7, email=None, n=2, first="2026-03-01T07:00:00Z", last="2026-03-01T09:00:00Z"),
            Coder(
                user=3, email="b@example.org", n=2, first="2026-03-01T08:00:00Z", last="2026-03-01T10:00:00Z"
            ),
            Coder(
                user=None,
                email="c@example.org",
                n=1,
                first="2026-03-01T10:00:00.000000Z",
                last="2026-03-01T10:00:00.000000Z",
            ),
            Coder(user=None, email=None, n=1, first="2026-03-01T11:00:00Z", last="2026-03-01T11:00:00Z"),
        ]


@pytest.mark.parametrize(
    ("completed_by", "updated_by", "account", "expected"),
    [
        (7, 7, None, None),
        (7, None, None, None),
        (7, {"id": 7, "email": "a@example.org"}, None, None),
        (7, 3, None, 3),
        (7, {"id": 3}, 7, 3),
        ({"id": 7}, 3, None, 3),
        (None, 3, None, 3),
        (3, 7, 7, None),  # the annotator's own, made under another account
        ("a@example.org", 3, None, None),  # cannot be held against a number
    ],
)
def test_a_coding_that_another_account_changed_is_listed(
    completed_by: Any,
    updated_by: Any,
    account: int | None,
    expected: int | None,
    coded: Make,
    task: Make,
    written: Write,
    codebook: Codebook,
) -> None:
    changed = coded(completed_by=completed_by, updated_by=updated_by, created_at="2026-03-01T09:00:00Z")
    export = read_export(written([task(1, changed)]), codebook, annotator="anna", account=account, owned=[1])
    listed = [
        EditedCoding(
            sentence_id=sentence(1),
            user=expected or 0,
            annotation_id=1,
            task_id=101,
            at="2026-03-01T10:00:00.000000Z",
        )
    ]
    assert export.report.edited == (listed if expected else [])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"id": "13"}, {"annotation_id": 13}),
        ({"created_at": 1590000000}, {"created_at": "2020-05-20T18:40:00+00:00"}),
        ({"created_at": 1e30}, {"created_at": None}),
        ({"was_cancelled": None, "lead_time": "3.2"}, {"skipped": False, "lead_time": 3.2}),
        ({"completed_by": "7"}, {"annotator": "user seven"}),
    ],
)
def test_words_for_numbers_and_numbers_for_times_are_read(
    fields: Any, expected: Any, coded: Make, task: Make, written: Write, codebook: Codebook
) -> None:
    (row,) = read_export(written([task(1, coded(**fields))]), codebook, names={7: "user seven"}).annotations
    assert msgspec.structs.asdict(row).items() >= expected.items()
