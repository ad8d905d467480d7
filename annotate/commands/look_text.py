"""What `look` found, on one page for a terminal of 80 columns."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from annotate.commands.terminal import table
from schemas.decimals import bounds, counted, decimal

if TYPE_CHECKING:
    from annotate.analysis.look import Look, Suspect

WIDTH = 80
_NAME, _CONTROLS, _NOTES, _SUSPECTS = 18, 14, 4, 4


def look_words(report: "Look", notes: Sequence[str]) -> str:
    """The page: what is there, agreement, a quick model, likely errors, and how to go on."""
    parts = [
        [*_head(report), *_notes(notes)],
        list(_controls(report)),
        list(_model(report)),
        list(_suspects(report)),
        list(_next(report)),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _head(report: "Look") -> Iterator[str]:
    who = ", ".join(f"{name} {number}" for name, number in list(report.annotators.items())[:8])
    more = f" and {len(report.annotators) - 8} more" if len(report.annotators) > 8 else ""
    coded = counted(report.annotations, "annotation")
    yield from wrapped(
        f"{', '.join(report.source)}: {counted(report.tasks, 'task')}, {report.annotated} annotated, "
        f"{report.by_two} by two or more; {coded} ({who or 'nobody'}{more})"
    )
    read = f'Sentences are the field "{report.text_field}" of the tasks'
    if report.guessed:
        read += "; codebook and map are guessed from the answers: what nobody chose is missing"
    written = " Nothing was written to Label Studio." if "://" in report.source[0] else ""
    yield from wrapped(f"{read}.{written}")


def _notes(notes: Sequence[str]) -> Iterator[str]:
    for note in notes[:_NOTES]:
        yield from wrapped(f"note: {note}")
    if len(notes) > _NOTES:
        yield f"note: {len(notes) - _NOTES} more (--json has all)"


def _controls(report: "Look") -> Iterator[str]:
    """The controls with their agreement, those that are not read last."""
    rows = []
    for one in report.controls[:_CONTROLS]:
        figure = report.agreement.layers.get(one.layer) if report.agreement else None
        rows.append(
            (
                _cut(one.control),
                f"{one.kind} {one.codes}" if one.codes else one.kind,
                one.coded,
                figure.shared if figure else "",
                decimal(figure.alpha) if figure else "",
                bounds(figure.interval) if figure else "",
                decimal(figure.observed, 2) if figure else "",
            )
        )
    yield table(["control", "kind, codes", "coded", "by two", "alpha", "95 %", "obs."], rows)
    if len(report.controls) > _CONTROLS:
        yield f"and {len(report.controls) - _CONTROLS} more (--json has all)"
    if report.unread:
        yield from wrapped("not read: " + ", ".join(f"{name} ({why})" for name, why in report.unread.items()))
    for name, figure in report.agreement.layers.items() if report.agreement else ():
        if figure.reason:
            yield from wrapped(f"{name}: {figure.reason}")
    if "agreement" in report.missing:
        yield from wrapped(f"agreement: {report.missing['agreement']}")


def _model(report: "Look") -> Iterator[str]:
    if not report.model:
        if "model" in report.missing:
            yield from wrapped(f"model: {report.missing['model']}")
        return
    rows = [
        (_cut(name), one.macro_f1, bounds(one.interval), one.common, one.model_same, one.human, one.n)
        for name, one in report.model.items()
    ]
    yield "A quick model beside people, macro-F1 on commentaries it has not seen"
    yield table(["layer", "model", "95 %", "common", "model*", "human*", "n"], rows)
    if any(one.human is not None for one in report.model.values()):
        yield "* against the other annotators, on sentences that several coded"
    for name, one in report.model.items():
        if one.reason:
            yield from wrapped(f"{name}: {one.reason}")


def _suspects(report: "Look") -> Iterator[str]:
    if not report.suspects:
        return
    yield f"Likely errors, the likeliest of {report.suspects_found}"
    for one in report.suspects[:_SUSPECTS]:
        yield _cut(f"  {suspect_words(one)}: „{one.text}“", WIDTH)
        if one.links:
            yield "    " + (", ".join(one.links[:2]) if "://" not in one.links[0] else one.links[0])


def suspect_words(one: "Suspect") -> str:
    """What is said and what the model says: ``art: these, rather meldung (0.91)``."""
    about = f" {one.about}" if one.about else ""
    return f"{one.layer}{about}: {one.gold}, rather {one.predicted} ({one.score:.2f})"


def _next(report: "Look") -> Iterator[str]:
    yield "To go on from here"
    yield from (line for words in ahead_words(report) for line in wrapped(f"- {words}"))
    yield from (line for step in report.next for line in _command(step))


def _command(step: str) -> Iterator[str]:
    """A command as it can be typed, broken before an option."""
    line = "  "
    for part in re.split(r" (?=--?[a-z])", step):
        if len(line) + len(part) > WIDTH - 3 and line.strip():
            yield f"{line.rstrip()} \\"
            line = "      "
        line += f"{part} "
    yield line.rstrip()


def ahead_words(report: "Look") -> Iterator[str]:
    """What would make the figures better, as far as it can be reckoned."""
    if report.by_two == 0 and report.annotated:
        some = counted(report.annotated, "sentence")
        yield f"nothing is coded by two yet: let another person code some of {some}"
    for name, one in report.ahead.items():
        yield (
            f"{name}: {one.shared} sentences coded by two or more give alpha ± {one.now:.2f}; about "
            f"{one.more} more, of further commentaries, would give ± {one.then:.2f}"
        )
    for name, model in report.model.items():
        if model.human is not None and model.model_same is not None and model.model_same >= model.human:
            yield f"{name}: the model reaches people; sharper rules bring more than more sentences"


def wrapped(words: str) -> list[str]:
    return textwrap.wrap(words, WIDTH, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)


def _cut(words: str, width: int = _NAME) -> str:
    plain = " ".join(words.split()) if width == _NAME else words.replace("\n", " ")
    return plain if len(plain) <= width else plain[: width - 1] + "…"
