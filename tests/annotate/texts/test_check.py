"""What is said of files before they are coded: what was taken for what, what was left out, what looks odd."""

from pathlib import Path

import pytest
from press_texts import FACTIVA, GENIOS, NEXIS, NEXIS_UNI, PAGE

from annotate.texts.check import Checker, FileCheck
from annotate.texts.commentaries import read_commentaries
from annotate.texts.oddities import language_of
from annotate.texts.sentences import split_sentences
from annotate.texts.sources import FilesRead

LONG = "Das nimmt kein Ende, " * 40 + "oder doch."
BODY = "Im Herbst fallen die Blätter von den Bäumen, und niemand weiß, wohin sie gehen."
HEAD = "Der Winter kommt | Anna Weiß. 25.10.2025.\n\n"


def check(folder: Path, **files: str) -> list[FileCheck]:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, "utf-8")
    read = FilesRead()
    checker = Checker(read, language="de")
    for commentary in read_commentaries([folder], files_read=read):
        checker.add(commentary, split_sentences(commentary))
    return checker.report()


def odd(folder: Path, text: str) -> list[tuple[int | None, str]]:
    [file] = check(folder, a_txt=text)
    return [(row.line, row.kind) for commentary in file.commentaries for row in commentary.odd]


def test_each_line_that_was_left_out_is_told_with_its_kind(tmp_path: Path) -> None:
    [file] = check(tmp_path, a_txt=PAGE)
    [commentary] = file.commentaries
    assert (commentary.title_line, commentary.author_line, commentary.date_line) == (3, 5, 6)
    assert [(row.line, row.kind) for row in commentary.left_out] == [
        (1, "section"), (5, "byline"), (6, "date_line"), (7, "furniture"), (8, "furniture"), (10, "credit"), (14, "note"),
        (15, "teaser"), (16, "teaser"), (18, "subhead"), (22, "note"), (26, "furniture"), (27, "furniture"), (28, "agency"),
        (29, "credit"),
    ]  # fmt: skip
    assert (commentary.odd, file.left_out, file.counted) == ([], [], "lines")


@pytest.mark.parametrize(
    ("export", "places", "outside"),
    [
        (NEXIS, [(7, 9, 5), (27, 29, 25)], [1, 3, 11, 17, 19, 21, 23, 31, 35]),
        (FACTIVA, [(2, 4, 8), (20, 22, 24)], None),
        (GENIOS, [(2, 8, 1), (17, 21, 16)], [9, 10, 11, 12, 13, 14, 22, 23]),
    ],
)
def test_lines_of_an_export_are_told_by_their_numbers(
    tmp_path: Path, export: str, places: list[tuple[int, int, int]], outside: list[int] | None
) -> None:
    [file] = check(tmp_path, a_txt=export)
    assert [(c.title_line, c.author_line, c.date_line) for c in file.commentaries] == places
    assert {row.kind for row in file.left_out} == {"database"}
    assert outside is None or [row.line for row in file.left_out] == outside


@pytest.mark.parametrize("export", [PAGE, NEXIS, NEXIS_UNI, FACTIVA, GENIOS])
def test_every_line_is_text_or_told(tmp_path: Path, export: str) -> None:
    [file] = check(tmp_path, a_txt=export)
    said = {row.line for commentary in file.commentaries for row in commentary.left_out} | {
        row.line for row in file.left_out
    }
    for commentary in file.commentaries:
        said |= {commentary.title_line, commentary.author_line, commentary.date_line}
        said |= set(range(commentary.first_line or 0, (commentary.last_line or 0) + 1))
    assert {n for n, line in enumerate(export.split("\n"), start=1) if line.strip()} - said == set()


def test_lines_of_markdown_are_those_of_the_file(tmp_path: Path) -> None:
    text = "---\ntitel: Der Regen\nautor: Anna Weiß\n---\n# Vorrede\n\nEs **regnet** [hier](https://a.de).\n\n|a|b|\n|-|-|\n\nUnd weiter.\n"
    [file] = check(tmp_path, a_md=text)
    [commentary] = file.commentaries
    assert (commentary.title_line, commentary.author_line, commentary.last_line) == (2, 3, 12)
    assert [(row.line, row.kind) for row in commentary.left_out] == [(5, "subhead")]
    assert [row.line for row in file.left_out] == [1, 4, 9, 10]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + BODY, []),
        (HEAD + f"{BODY}\n\nDer Sommer; Karl Roth; 26.10.2025\n\n{BODY}", [(5, "looks_like_title_line")]),
        (HEAD + f"{BODY}\n\nDer Preis\n\n{BODY}", [(5, "looks_like_subhead")]),
        (HEAD + f"{BODY}\n\nMehr zum Thema: Der Streit dauert an.", [(5, "looks_like_note")]),
        (HEAD + LONG, [(3, "long_sentence")]),
        (HEAD + "Der Winter kommt, sagt man.", [(3, "title_in_text")]),
        (HEAD + "Es ist **heiß**.", [(3, "markup")]),
        (HEAD + "Es &auml;ndert sich.", [(3, "markup")]),
        (HEAD + "Der PrÃ¤sident.", [(3, "wrongly_decoded")]),
        (HEAD + "Der Pr?sident.", [(3, "broken_characters")]),
        (HEAD + "Es war ein\x07 Tag.", [(3, "broken_characters")]),
        (HEAD + "Wer? Niemand. Was?", []),
        (HEAD + f"{BODY}\n\nThe winter is not what it was when we were all young and had nothing to fear.", [(5, "several_languages")]),
        (HEAD + "The winter is not what it was when we were all young and had nothing to fear.", [(None, "other_language")]),
        (BODY, [(None, "no_title"), (None, "no_date")]),
        (HEAD + f"{BODY}\n\nDer Herbst | Karl Roth. 26.10.2025.\n\n{BODY} Wirklich.", [(5, "twice")]),
    ],
)  # fmt: skip
def test_what_looks_odd_is_told_with_its_line(
    tmp_path: Path, text: str, expected: list[tuple[int | None, str]]
) -> None:
    assert odd(tmp_path, text) == expected


def test_a_commentary_that_another_file_has_as_well_is_told(tmp_path: Path) -> None:
    _, second = check(tmp_path, a_txt=HEAD + BODY, b_txt="Anders | Anna Weiß. 26.10.2025.\n\n" + BODY)
    assert [(row.kind, row.found) for row in second.commentaries[0].odd] == [
        ("twice", "der-winter-kommt-a15c24")
    ]


def test_rows_of_a_stream_are_counted_by_paragraphs(tmp_path: Path) -> None:
    [file] = check(
        tmp_path, a_jsonl='{"title": "T", "date": "2025-11-03", "text": "Es regnet.\\n\\nFoto: dpa"}\n'
    )
    assert (file.counted, file.commentaries[0].title_line) == ("paragraphs", None)
    assert [(row.line, row.kind) for row in file.commentaries[0].left_out] == [(2, "credit")]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Das ist nicht neu, und es wird auch in der Zukunft nicht anders sein.", "de"),
        ("It is not the case that we can do all of this at once.", "en"),
        ("Це не так, як ми це собі уявляли, і для нас це є проблема.", "uk"),
        ("Это не так, как мы это себе представляли, и для нас это проблема.", "ru"),
        ("Nicht neu.", None),
        ("Gas Öl Kohle Wind Sonne Wasser Atom Holz Torf Müll Biogas Wärme", None),
    ],
)
def test_a_paragraph_says_its_language_by_its_small_words(text: str, language: str | None) -> None:
    assert language_of(text) == language
