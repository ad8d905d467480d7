"""`DATA_STATEMENT.md`: whose language it is and who coded it, after Bender & Friedman (2018).

Emily M. Bender and Batya Friedman: Data Statements for Natural Language Processing. Transactions of the
Association for Computational Linguistics 6, 587–604, doi:10.1162/tacl_a_00041.
"""

from collections import Counter
from statistics import median

from exports.papers.datasheet import coders
from exports.papers.facts import Facts
from exports.papers.markdown import TO_ANSWER, Question, answered, as_text, one_line, table

SECTIONS: dict[str, tuple[Question, ...]] = {
    "A. Curation rationale": (
        Question("rationale", "Which texts were included, and what were the goals in selecting them?"),
    ),
    "B. Language variety": (
        Question(
            "variety", "Which language and variety (a BCP-47 tag such as de-DE, de-AT, de-CH, and in prose)?"
        ),
    ),
    "C. Speaker demographic": (
        Question(
            "speakers",
            "Who wrote the texts: age, gender, ethnicity, native language, socioeconomic status, number of "
            "speakers?",
        ),
    ),
    "D. Annotator demographic": (
        Question(
            "annotators",
            "Who coded them: age, gender, ethnicity, native language, socioeconomic status, training, how "
            "many?",
        ),
    ),
    "E. Speech situation": (
        Question(
            "situation",
            "When and where was it written, spoken or written, edited or spontaneous, for whom?",
        ),
    ),
    "F. Text characteristics": (Question("texts", "Which genre and topics, and how are the texts built?"),),
    "G. Recording quality": (Question("quality", "How good are the texts as they were read?"),),
    "H. Other": (
        Question("other", "What else matters, such as how the curators are placed toward the topic?"),
    ),
    "I. Provenance appendix": (
        Question("provenance", "Are there data statements of the datasets that this one was made of?"),
    ),
}
_MOST = 30  # outlets that are listed


def data_statement(facts: Facts) -> str:
    """The text of ``DATA_STATEMENT.md``."""
    head = [
        "# Data statement",
        "",
        "The questions are those of Bender & Friedman (2018), Data Statements for Natural Language "
        "Processing (doi:10.1162/tacl_a_00041). What could be counted is filled in; what a person has to say "
        f"is marked {TO_ANSWER}.",
        "",
    ]
    answers = {
        "rationale": [
            f"{len(facts.material.commentaries):,} commentaries with {len(facts.material.units):,} sentences."
        ],
        "variety": _variety(facts),
        "speakers": _speakers(facts),
        "annotators": _annotators(facts),
        "situation": _situation(facts),
        "texts": _texts(facts),
        "quality": _quality(facts),
        "provenance": _provenance(facts),
    }
    return as_text([*head, *answered(SECTIONS, answers)])


def _variety(facts: Facts) -> list[str]:
    known = facts.material.commentaries.values()
    lines = [f"The codebook's language is `{one_line(facts.material.codebook.language)}`."]
    originals = Counter(one.original_language for one in known if one.original_language)
    translated = sum(one.translator is not None for one in known)
    if originals or translated:
        lines.append(f"{translated:,} commentaries name a translator.")
        lines += table(("original language", "commentaries"), sorted(originals.items()))
    return lines


def _speakers(facts: Facts) -> list[str]:
    named = sum(facts.authors.values())
    if not named:
        return ["No author is named."]
    most = max(facts.authors.values())
    return [
        f"{len(facts.authors):,} named authors wrote {named:,} commentaries; the most by one are {most:,}. "
        f"Of {len(facts.material.commentaries) - named:,} commentaries the author is not named."
    ]


def _annotators(facts: Facts) -> list[str]:
    if facts.material.what == "predictions":
        return ["A model: nobody coded these rows."]
    if facts.material.what == "gold":
        return []
    return [f"{len(facts.coded_by):,} annotators.", *coders(facts)]


def _situation(facts: Facts) -> list[str]:
    lines = ["The texts are written."]
    if facts.dates:
        lines.append(f"Those with a date were published from {facts.dates[0]} to {facts.dates[-1]}.")
    known = facts.material.commentaries.values()
    for head, counts in (
        ("outlet", facts.outlets),
        ("medium", Counter(one.medium for one in known if one.medium)),
    ):
        if counts:
            rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            lines += table((head, "commentaries"), rows[:_MOST])
            if len(rows) > _MOST:
                lines.append(f"… and {len(rows) - _MOST:,} more.")
    return lines


def _texts(facts: Facts) -> list[str]:
    material = facts.material
    lines = ["Opinion pieces (commentaries)."]
    if lengths := [len(unit.text.split()) for unit in material.units.values() if unit.text]:
        lines.append(f"The median sentence has {median(lengths):g} words, the longest {max(lengths):,}.")
    if material.codebook.targets:
        questions = [
            (target.id, material.codebook.say(target.question)) for target in material.codebook.targets
        ]
        lines += ["What they were asked about:", *table(("target", "question"), questions)]
    return lines


def _quality(facts: Facts) -> list[str]:
    flags = Counter(flag for one in facts.material.commentaries.values() for flag in set(one.flags))
    if not flags:
        return []
    return ["Noted while the texts were read:", *table(("flag", "commentaries"), sorted(flags.items()))]


def _provenance(facts: Facts) -> list[str]:
    known = [one.url for one in facts.material.commentaries.values() if one.url]
    return [f"{len(known):,} commentaries name the address they are from."] if known else []
