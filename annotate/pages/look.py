"""What `look` found as a page of its own, for whoever has not set anything up yet."""

import importlib.resources
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from schemas.decimals import bounds, counted, decimal
from schemas.markup import Child, Markup, link, tag

if TYPE_CHECKING:
    from annotate.analysis.look import Look


def look_page(report: "Look", notes: Sequence[str] = ()) -> str:
    """The HTML text: one file, nothing loaded from elsewhere."""
    style = importlib.resources.files("annotate.pages").joinpath("evaluation.css").read_text("utf-8")
    title = f"A look at {', '.join(report.source)}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(style)),
    )
    body = tag("body", tag("main", tag("h1", title), list(_body(report, notes))))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _body(report: "Look", notes: Sequence[str]) -> Iterator[Markup]:
    who = ", ".join(f"{name} {number}" for name, number in report.annotators.items())
    guessed = " Codebook and map are guessed from the answers." if report.guessed else ""
    yield tag(
        "p",
        f"{counted(report.tasks, 'task')}, {report.annotated} annotated, {report.by_two} by two or more; "
        f"{counted(report.annotations, 'annotation')} ({who or 'nobody'}).{guessed}",
        class_="quiet",
    )
    yield from (tag("p", f"{note}.", class_="quiet") for note in notes)
    yield tag("h2", "Controls and agreement")
    layers = report.agreement.layers if report.agreement else {}
    figures = [(one, layers.get(one.layer)) for one in report.controls]
    yield _table(
        ["control", "layer", "kind", "codes", "coded", "by two", "alpha", "95 %", "observed"],
        (
            [
                *(one.control, one.layer, one.kind, str(one.codes), str(one.coded)),
                *((str(f.shared), decimal(f.alpha), bounds(f.interval), decimal(f.observed, 2)) if f else ()),
            ]
            for one, f in figures
        ),
    )
    yield from (tag("p", f"{name} is not read: {why}.") for name, why in report.unread.items())
    yield from (tag("p", f"No {what}: {why}.") for what, why in report.missing.items())
    if report.model:
        yield tag("h2", "A quick model beside people")
        yield _table(
            ["layer", "macro-F1", "95 %", "commonest code", "model*", "people*", "n"],
            (
                (
                    *(name, decimal(m.macro_f1), bounds(m.interval), decimal(m.common)),
                    *(decimal(m.model_same), decimal(m.human), str(m.n)),
                )
                for name, m in report.model.items()
            ),
        )
        yield tag(
            "p",
            "On commentaries it has not seen, without an encoder. * against the other annotators, on "
            "sentences that several coded.",
            class_="quiet",
        )
    if report.suspects:
        yield tag("h2", f"Likely errors ({report.suspects_found})")
        yield _table(
            ["layer", "coded", "rather", "score", "sentence", "where"],
            (
                (
                    *(f"{s.layer} {s.about}".strip(), s.gold, s.predicted, decimal(s.score, 2), s.text),
                    [[_place(place), " "] for place in s.links],
                )
                for s in report.suspects
            ),
        )
    yield tag("h2", "To go on from here")
    yield tag("pre", "\n".join(report.next))


def _place(place: str) -> Child:
    return link(place, place.rpartition("=")[2]) if "://" in place else place


def _table(head: Sequence[str], rows: Iterable[Sequence[Child]]) -> Markup:
    return tag(
        "table",
        tag("thead", tag("tr", [tag("th", name) for name in head])),
        tag("tbody", [tag("tr", [tag("td", cell) for cell in row]) for row in rows]),
    )
