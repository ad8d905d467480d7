"""Scripts by which SPSS (`labels.sps`) and Stata (`labels.do`) read a table of sentences with its labels.

Sources: IBM SPSS Statistics, Command Syntax Reference (GET DATA, VARIABLE LABELS, VALUE LABELS: names up to
64 bytes, labels of variables 256 and of values 120); Stata 14 manuals, [D] import delimited, [D] encode,
[D] label (names up to 32 characters, labels of variables 80).
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from exports.formats.variables import Column
from schemas.files import write_text

_SPSS_RESERVED = frozenset(
    ("all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with")
)
_STATA_RESERVED = frozenset(("byte", "double", "float", "if", "in", "int", "long", "strl", "using", "with"))


class Table(NamedTuple):
    """A CSV file: its name, its columns, the bytes of the longest cell of each, how it is written."""

    file: str
    columns: list[Column]
    widths: Mapping[str, int]
    german: bool


def write_label_scripts(folder: Path, table: Table) -> None:
    """``labels.sps`` and ``labels.do``, to be run in the folder of the table."""
    write_text(folder / "labels.sps", "".join(f"{line}\n" for line in spss_lines(table)))
    write_text(folder / "labels.do", "".join(f"{line}\n" for line in stata_lines(table)))


def short_names(names: Iterable[str], limit: int, reserved: frozenset[str] = frozenset()) -> dict[str, str]:
    """Names as a program takes them: not longer than its limit, and none twice, whatever the case.

    What is too long keeps its last part, the coder's name; the middle is left out.

    >>> list(short_names(["haltung__tempolimit__coder1", "haltung__tempolimits__coder1"], 20).values())
    ['haltung__tem__coder1', 'haltung__t_2__coder1']
    """
    given: dict[str, str] = {}
    seen: set[str] = set()
    for name in names:
        plain = "".join(char if char.isascii() and (char.isalnum() or char == "_") else "_" for char in name)
        plain = plain if plain[:1].isalpha() else f"v_{plain}"
        plain = f"{plain}_" if plain.lower() in reserved else plain
        head, mark, last = plain.rpartition("__") if len(plain) > limit else (plain, "", "")
        last = f"{mark}{last}"[-limit // 2 :] if mark else ""
        short, number = f"{(head or plain)[: limit - len(last)]}{last}", 1
        while short.lower() in seen:
            number += 1
            room = limit - len(last) - len(f"_{number}")
            short = f"{(head or plain)[:room]}_{number}{last}"
        seen.add(short.lower())
        given[name] = short
    return given


# ------------------------------------------------------------------ SPSS


def spss_lines(table: Table) -> Iterator[str]:
    names = short_names((column.name for column in table.columns), 64, _SPSS_RESERVED)
    yield "* Reads the table with the labels of its columns and values; open it in the folder of the table."
    yield "GET DATA"
    yield "  /TYPE=TXT"
    yield f"  /FILE={_quoted(table.file)}"
    yield "  /ENCODING='UTF8'"
    yield "  /DELCASE=LINE"
    yield f'  /DELIMITERS="{";" if table.german else ","}"'
    yield "  /QUALIFIER='\"'"
    yield "  /ARRANGEMENT=DELIMITED"
    yield "  /FIRSTCASE=2"
    yield "  /VARIABLES="
    for number, column in enumerate(table.columns, start=1):
        end = "." if number == len(table.columns) else ""
        yield f"    {names[column.name]} {_spss_format(column, table.widths)}{end}"
    for column in table.columns:
        yield f"VARIABLE LABELS {names[column.name]} {_quoted(_cut(column.label, 256))}."
    for column in table.columns:
        if column.values:
            yield f"VALUE LABELS {names[column.name]}"
            pairs = [
                f"  {value if column.type is int else _quoted(value)} {_quoted(_cut(label, 120))}"
                for value, label in column.values.items()
            ]
            yield from pairs[:-1]
            yield f"{pairs[-1]}."
    yield "EXECUTE."


def _spss_format(column: Column, widths: Mapping[str, int]) -> str:
    if column.type is int:
        return "F8.0"
    longest = max([widths.get(column.name, 0), 1, *(len(value.encode()) for value in column.values)])
    return f"A{min(longest, 32_767)}"


def _quoted(text: str) -> str:
    return f"""'{" ".join(text.split()).replace("'", "''")}'"""


def _cut(text: str, size: int) -> str:
    """As much of a text as so many bytes of UTF-8 hold."""
    return text.encode()[:size].decode("utf-8", "ignore")


# ------------------------------------------------------------------ Stata


def stata_lines(table: Table) -> Iterator[str]:
    """Codes become numbers that carry their labels: ``encode`` by the codes, then labels in their place."""
    names = short_names((column.name for column in table.columns), 32, _STATA_RESERVED)
    options = (
        "varnames(nonames) rowrange(2) stringcols(_all) bindquotes(strict) maxquotedrows(unlimited) "
        f'delimiters("{";" if table.german else ","}") encoding("utf-8") clear'
    )
    yield "* Reads the table with the labels of its columns and values; run it in the folder of the table."
    yield "version 14"
    yield f"import delimited using {_stata(table.file)}, {options}"
    for number, column in enumerate(table.columns, start=1):
        yield f"rename v{number} {names[column.name]}"
    yield from _stata_values(table.columns, names)
    for column in table.columns:
        yield f"label variable {names[column.name]} {_stata(column.label[:80])}"
    yield f"order {' '.join(names.values())}"


def _stata_values(columns: list[Column], names: Mapping[str, str]) -> Iterator[str]:
    """Columns with the same values share a set of labels."""
    sets: dict[tuple[tuple[str, str], ...], list[Column]] = {}
    for column in columns:
        if column.values:
            sets.setdefault((column.type is int, *column.values.items()), []).append(column)  # type: ignore[arg-type]
        elif column.type is int:
            yield f"destring {names[column.name]}, replace"
    for number, of_one in enumerate(sets.values(), start=1):
        label, first = f"values{number}", of_one[0]
        if first.type is int:
            yield _stata_label(label, first.values.items())
            for column in of_one:
                yield f"destring {names[column.name]}, replace"
                yield f"label values {names[column.name]} {label}"
            continue
        yield _stata_label(label, ((str(n), code) for n, code in enumerate(first.values, start=1)))
        for column in of_one:
            name = names[column.name]
            yield f"encode {name}, generate(encoded_) label({label}) noextend"
            yield f"drop {name}"
            yield f"rename encoded_ {name}"
        texts = ((str(n), text) for n, text in enumerate(first.values.values(), start=1))
        yield f"{_stata_label(label, texts)}, modify"


def _stata_label(name: str, pairs: Iterable[tuple[str, str]]) -> str:
    return f"label define {name} {' '.join(f'{number} {_stata(text)}' for number, text in pairs)}"


def _stata(text: str) -> str:
    """A string in compound quotes, which nothing in it ends, and in which nothing is a macro."""
    plain = " ".join(text.split()).replace("`", "'").replace("\"'", "''").replace("$", "\\$")
    return f"""`"{plain}"'"""
