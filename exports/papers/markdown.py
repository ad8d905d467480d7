"""Papers as Markdown: tables, and questions with what is known of their answers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

#: Stands wherever a person has to write; a search for it finds all that is missing.
TO_ANSWER = "**TO BE ANSWERED**"


class Question(NamedTuple):
    """A question of a paper. What ``is_closed`` needs nobody where its answer was computed."""

    key: str
    words: str
    is_closed: bool = False


def one_line(text: object) -> str:
    """A text that neither ends a line nor a cell, nor is a mark of Markdown."""
    words = " ".join(str(text).split())
    for mark in "\\`*[]<>|":
        words = words.replace(mark, f"\\{mark}")
    return words


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """The lines of a table; numbers stand right."""
    cells = [[_cell(cell) for cell in row] for row in rows]
    return [
        "",
        f"| {' | '.join(heads)} |",
        f"|{'|'.join(['---'] * len(heads))}|",
        *(f"| {' | '.join(row)} |" for row in cells),
        "",
    ]


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else one_line(value)


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def answered(
    sections: Mapping[str, Sequence[Question]], answers: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Each section with its questions, what is known of their answers, and where a person has to write."""
    for heading, questions in sections.items():
        yield from (f"## {heading}", "")
        for question in questions:
            known = [*answers.get(question.key, ())]
            yield from (f"**{question.words}**", "")
            if known:
                yield from (*known, "")
            if not (known and question.is_closed):
                yield from (f"{TO_ANSWER}{' (what is computed above is not all)' if known else ''}", "")


def as_text(lines: Iterable[str]) -> str:
    """Lines as a file; never two blank ones in a row."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line.rstrip())
    return "\n".join(kept).rstrip() + "\n"
