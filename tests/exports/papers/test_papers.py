"""Papers hold what was counted, and a question wherever nobody counted.

`cff-1.2.0.json` is the schema of the Citation File Format (Druskat et al. 2021, CC-BY-4.0), as cffconvert
2.0.0 brings it.
"""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from exports.formats.material import Material
from exports.papers.background import Background, Support, days_of, support_of
from exports.papers.citation import citation
from exports.papers.data_statement import SECTIONS as STATEMENT
from exports.papers.data_statement import data_statement
from exports.papers.datasheet import datasheet
from exports.papers.datasheet_questions import SECTIONS as SHEET
from exports.papers.facts import Facts
from exports.papers.licenses import licenses
from exports.papers.markdown import TO_ANSWER
from schemas.records import Commentary

from ..formats.conftest import ANNOTATIONS, GOLD, Gather

SCHEMA = json.loads((Path(__file__).parent / "cff-1.2.0.json").read_text("utf-8"))
WHATS = ("annotations", "gold", "predictions")


def facts(material: Material, **background: object) -> Facts:
    return Facts(material, Background(**background))  # type: ignore[arg-type]


def part(text: str, question: str) -> str:
    """What stands below a question, up to the next one."""
    below = text.split(f"**{question}", 1)[1].partition("**\n")[2]
    return below.split("\n\n**", 1)[0] if not below.startswith("\n**TO BE") else ""


def with_commentaries(material: Material, **changed: object) -> Material:
    return material._replace(
        commentaries={
            name: Commentary(**{**{f: getattr(known, f) for f in known.__struct_fields__}, **changed})
            for name, known in material.commentaries.items()
        }
    )


@pytest.mark.parametrize("what", WHATS)
def test_every_question_is_asked_once(material_of: Gather, what: str) -> None:
    known = facts(material_of(what))
    for text, sections in ((datasheet(known), SHEET), (data_statement(known), STATEMENT)):
        questions = [question for section in sections.values() for question in section]
        asked = [
            line for line in text.splitlines() if line.startswith("**") and not line.startswith(TO_ANSWER)
        ]
        assert asked == [f"**{question.words}**" for question in questions]
        assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == list(sections)


def test_the_datasheet_has_the_sections_of_gebru_and_others() -> None:
    assert list(SHEET) == [
        "Motivation", "Composition", "Collection process", "Preprocessing, cleaning, labeling", "Uses",
        "Distribution", "Maintenance",
    ]  # fmt: skip
    assert [len(section) for section in SHEET.values()] == [4, 16, 12, 4, 6, 7, 8]


def test_what_nobody_counted_is_a_question_and_no_number(material_of: Gather) -> None:
    text = datasheet(facts(material_of("predictions")))
    for question in ("Who funded the creation", "Were any ethical review processes", "Is there an erratum"):
        assert part(text, question) == ""
    assert "No figures of it are known here" in text
    assert "alpha" not in text
    assert "coded from" not in text


def test_codes_coders_and_overlap_are_counted(material_of: Gather) -> None:
    text = datasheet(facts(material_of()))
    assert "| claim | Urteil; „Deutung“ | 2 | 66.7 % |" in text
    assert "| unrelated | nicht berührt | 1 | 100.0 % |" in text
    assert "| (none) |  | 1 | 25.0 % |" in text
    assert "| coder1 | 2 |" in text
    assert "| 2 | 1 |" in text  # one sentence was coded by two
    assert "anna" not in text


def test_agreement_has_its_interval(material_of: Gather) -> None:
    known = facts(material_of())
    text = datasheet(known)
    assert known.agreement is not None
    assert "| rhetoric | " in part(text, "Are there any errors")
    alone = known.material._replace(rows=[row for row in known.material.rows if row.coder == "coder1"])
    assert "alpha" not in datasheet(facts(alone))


def test_gold_says_what_it_rests_on_and_asks_by_which_rule(material_of: Gather) -> None:
    support = {"function": Support(coded_by={2: 40, 3: 8}, agreed=31)}
    text = datasheet(facts(material_of("gold"), support=support, test_share=0.2))
    assert "| function | 2: 40, 3: 8 | 31 |" in text
    assert "By which rule" in text
    assert "| test | 1 | 50.0 % |" in text
    assert "20 % of the commentaries" in text


def test_support_is_counted_of_gold_and_days_of_annotations() -> None:
    rows = [
        type(row)(**{**{f: getattr(row, f) for f in row.__struct_fields__}, "support": {"function": {"annotators": 2, "agreed": n}}})
        for n, row in enumerate(GOLD, start=1)
    ]  # fmt: skip
    assert support_of(rows) == {"function": Support(coded_by={2: 2}, agreed=1)}
    assert days_of(ANNOTATIONS) is None


def test_predictions_say_what_was_measured_of_their_model(material_of: Gather) -> None:
    figures = {"probe-12345678": {"function": {"macro_f1": 0.71, "interval": [0.6, 0.8], "accuracy": None}}}
    text = datasheet(facts(material_of("predictions"), figures=figures))
    assert "| function | 0.710 | 0.600–0.800 | – |" in text


def test_what_was_left_out_is_named_with_its_number(material_of: Gather) -> None:
    text = datasheet(facts(material_of(with_text=False)))
    assert "| e-mail addresses in free text | 1 |" in text
    assert "`standpunkt rehydrate EXPORT --texts FOLDER`" in text
    assert "The median sentence" not in data_statement(facts(material_of(with_text=False)))


def test_texts_without_a_licence_may_not_be_passed_on(material_of: Gather) -> None:
    text = licenses(facts(material_of()))
    assert "| unknown: may not be passed on, use --without-text | 2 |" in text
    assert "2 commentaries of which no licence is known" in text
    free = licenses(facts(with_commentaries(material_of(), license="CC-BY-4.0")))
    assert "| CC-BY-4.0 | 2 |" in free
    assert "no licence is known" not in free
    for one in (text, free):
        assert TO_ANSWER in one.split("## Codings")[1]


@pytest.mark.parametrize("what", WHATS)
def test_the_citation_is_valid_by_the_schema_of_its_format(material_of: Gather, what: str) -> None:
    text = citation(facts(material_of(what), study="maut: „2025“"))
    jsonschema.Draft7Validator(SCHEMA).validate(yaml.safe_load(text))
    assert "TO BE ANSWERED" in yaml.safe_load(text)["authors"][0]["name"]
    filled = text.replace("# date-released", "date-released").replace("# license", "license")
    cited = yaml.load(filled, Loader=yaml.BaseLoader)  # a date stays as it is written
    jsonschema.Draft7Validator(SCHEMA).validate(cited)


def test_a_title_is_neither_a_line_nor_a_mark(material_of: Gather) -> None:
    material = with_commentaries(material_of(), outlet="Der | Bote\n# **Heute**", medium="<b>Web</b>")
    text = data_statement(facts(material))
    assert r"| Der \| Bote # \*\*Heute\*\* | 2 |" in text
    assert r"\<b\>Web\</b\>" in text
