"""Which sentences a practice has, and where an answer is another than the known one."""

from collections import Counter
from pathlib import Path

import pytest

from annotate.pages.practice import practice_page
from annotate.study.folder import init_study
from annotate.study.identity import copy_study
from annotate.study.practice import (
    SENTENCES,
    PracticeSentence,
    practice_report,
    practice_round,
)
from schemas.codebook import Codebook, load_codebook
from schemas.codebooks import codebook_text
from schemas.records import Annotation, GoldSentence, Layers


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Codebook:
    path: Path = tmp_path_factory.mktemp("book") / "codebook.yaml"
    path.write_text(codebook_text("kommentar-core", "ziele-ukraine"), "utf-8")
    return load_codebook(path)


def gold(number: int, **more: object) -> list[GoldSentence]:
    return [
        GoldSentence(
            sentence_id=f"p:{n}", commentary_id="p", index=n, text=f"Satz {n}.", before="Davor. ", after="",
            author=None, date=None, layers={"voice": "author"}, **more,  # type: ignore[arg-type]
        )
        for n in range(number)
    ]  # fmt: skip


def coded(book: Codebook, sentence_id: str, **layers: object) -> Annotation:
    return Annotation(
        sentence_id=sentence_id, commentary_id="uebung", annotator="anna", codebook=book.codebook,
        codebook_version=book.version, phase="practice", layers=layers,  # type: ignore[arg-type]
    )  # fmt: skip


def known(layers: Layers, *, is_part: bool = False) -> PracticeSentence:
    return PracticeSentence(
        annotator="anna", sentence_id="u:1", text="Der Stadtrat ist eingeknickt.", layers=layers,
        notes={"function": "„Eingeknickt“ deutet und wertet."}, is_part=is_part,
    )  # fmt: skip


def test_the_codebooks_examples_bring_each_code_before_one_comes_twice(book: Codebook) -> None:
    rows = practice_round("anna", book, [], set(), seed=0)
    assert len(rows) == SENTENCES == len({row.sentence_id for row in rows})
    codes = Counter(str(value) for row in rows for value in row.layers.values())
    assert len(codes) == 15
    assert max(codes.values()) == 2
    assert rows == practice_round("anna", book, [], set(), seed=0)
    assert {row.text for row in rows} == {row.text for row in practice_round("ben", book, [], set(), seed=0)}
    assert rows != practice_round("ben", book, [], set(), seed=0)


def test_gold_is_taken_where_the_person_neither_coded_nor_will_code_enough_of_it(book: Codebook) -> None:
    own = {f"p:{n}" for n in range(10)}
    rows = practice_round("anna", book, gold(30), own, seed=0)
    assert {row.sentence_id for row in rows} == {f"p:{n}" for n in range(10, 30)}
    for held in (gold(29), gold(30, test=True), gold(30, undecided=["voice"])):
        assert practice_round("anna", book, held, own, seed=0)[0].sentence_id.startswith("uebung:")


def test_an_answer_that_differs_is_named_with_its_rule(book: Codebook) -> None:
    rows = [coded(book, "u:1", voice="author", function="report")]
    report = practice_report("anna", [known({"function": "claim"}, is_part=True)], rows, book)
    assert (report.coded, report.compared) == (1, 1)
    (found,) = report.deviations
    assert (found.layer, found.coded, found.known) == ("function", ["report"], ["claim"])
    page = practice_page(report, book)
    for words in ("Sie haben 1 von 1 Sätzen codiert", "Urteil/Deutung", "„Eingeknickt“ deutet und wertet.",
                  "Dann „Urteil/Deutung“:", "Dann nicht „Bericht“:"):  # fmt: skip
        assert words in page


@pytest.mark.parametrize(
    ("given", "right", "is_part", "differ"),
    [
        ({"rhetoric": ["irony", "metaphor"]}, {"rhetoric": ["irony"]}, True, 0),
        ({"rhetoric": ["irony", "metaphor"]}, {"rhetoric": ["irony"]}, False, 1),
        ({"rhetoric": ["metaphor"]}, {"rhetoric": ["irony"]}, True, 1),
        ({"voice": "author"}, {"rhetoric": ["irony"]}, True, 0),
        (
            {"stance": {"waffen_ukraine": "favor", "trump_kurs": "unrelated"}},
            {"stance": {"waffen_ukraine": "against", "trump_kurs": "unrelated"}},
            False,
            1,
        ),
    ],
)
def test_an_example_shows_one_code_of_a_set_and_gold_shows_all(
    book: Codebook, given: Layers, right: Layers, is_part: bool, differ: int
) -> None:
    report = practice_report("anna", [known(right, is_part=is_part)], [coded(book, "u:1", **given)], book)
    assert len(report.deviations) == differ


def test_where_all_is_as_known_the_page_says_so(book: Codebook) -> None:
    report = practice_report("anna", [known({"voice": "author"})], [coded(book, "u:1", voice="author")], book)
    assert "Keine Ihrer Antworten weicht von der Lösung ab." in practice_page(report, book)


def test_a_copy_of_a_study_leaves_the_practice_with_the_first(tmp_path: Path) -> None:
    first = init_study(
        tmp_path / "a", codebook="kommentar-core", targets="ziele-ukraine", annotators=["anna"], name="a"
    )
    (first.data / "practice").mkdir(parents=True)
    (first.data / "practice" / "answers.jsonl").write_text("", "utf-8")
    copied = copy_study(first.folder, tmp_path / "b", "b").study
    assert not (copied.data / "practice").exists()
