"""A report as Markdown and its tables as LaTeX."""

import re
from collections.abc import Iterator

from annotate.report.document import Document, Paragraph, Quotes, Table
from schemas.unprintable import replaced

_SPECIAL = {
    "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}",
    "\u00a0": "~", "−": "$-$", "–": "--", "α": r"$\alpha$", "κ": r"$\kappa$", "π": r"$\pi$", "±": r"$\pm$",
    "<": r"\textless{}", ">": r"\textgreater{}", "→": r"$\to$", "…": r"\dots{}",
}  # fmt: skip


def to_markdown(document: Document) -> str:
    """The whole text; figures are left out, for their tables say the same."""
    lines = [f"# {_plain(document.title)}", "", _plain(document.subtitle), ""]
    for chapter in document.chapters:
        lines += [f"## {_plain(chapter.title)}", ""]
        for part in chapter.parts:
            lines += [*_part(part)]
    return "\n".join(lines).rstrip() + "\n"


def to_latex(table: Table) -> str:
    """A table for a paper, by booktabs."""
    columns = "".join("r" if n in table.numbers else "l" for n in range(len(table.head)))
    rows = [" & ".join(map(latex, row)) + r" \\" for row in table.rows]
    return "\n".join(
        [
            r"\begin{table}[t]",
            r"\centering",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            " & ".join(map(latex, table.head)) + r" \\",
            r"\midrule",
            *rows,
            r"\bottomrule",
            r"\end{tabular}",
            rf"\caption{{{latex(table.caption)}}}",
            rf"\label{{tab:{table.name}}}",
            r"\end{table}",
            "",
        ]
    )


def latex(words: str) -> str:
    r"""Words with what LaTeX would read as commands written out.

    >>> latex("50 % von A&B")
    '50 \\% von A\\&B'
    """
    return "".join(_SPECIAL.get(char, char) for char in replaced(words.replace("\n", " ")))


def _part(part: object) -> Iterator[str]:
    match part:
        case Paragraph(words, is_note):
            yield from ((f"*{_plain(words)}*" if is_note else _plain(words)), "")
        case Table():
            yield from _table(part)
        case Quotes(rows, caption):
            yield from (f"**{_plain(caption)}**", "")
            for text, about, links in rows:
                where = "".join(f" ({_plain(words)}: {_address(url)})" for words, url in links)
                yield from (f"> {_plain(text)}", ">", f"> {_plain(about)}{where}", "")


def _table(table: Table) -> Iterator[str]:
    yield from (f"**{_plain(table.caption)}**", "")
    yield "| " + " | ".join(map(_plain, table.head)) + " |"
    yield "|" + "|".join("---:" if n in table.numbers else "---" for n in range(len(table.head))) + "|"
    yield from ("| " + " | ".join(map(_plain, row)) + " |" for row in table.rows)
    yield ""


def _address(url: str) -> str:
    """An address of the web as a link, any other place as it stands."""
    return f"<{url}>" if re.fullmatch(r"https?://[^\s<>]+", url) else _plain(url)


def _plain(words: str) -> str:
    """On one line, with what Markdown would read as marks kept as it stands."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", replaced(" ".join(words.split())))
