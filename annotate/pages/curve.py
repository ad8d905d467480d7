"""A share over time as a curve with the band of its intervals: a drawing that needs no script."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from annotate.analysis.prevalence import Estimate
from annotate.pages.german import decimal
from schemas.markup import Markup, tag

WIDTH, HEIGHT = 600, 160  # of the drawing's own scale; it grows with the window
_LEFT, _TOP, _BOTTOM = 68, 16, 26


class Point(NamedTuple):
    """A period with its place among all periods of the span, null where nothing was counted in it."""

    name: str
    place: int
    estimate: Estimate | None


def curve(points: Sequence[Point], *, label: str, tone: str = "", top: float | None = None) -> Markup:
    """Share and 95 % interval by period.

    A period without pieces, or without a figure, breaks the line: nothing is drawn where nothing was
    counted.

    Parameters
    ----------
    label
        What the drawing shows, for those who hear it; the figures stand in the table beside it.
    top
        The upper end of the scale; the next of 5, 10, 20, 30 … 100 % if not given.
    """
    shown = [point for point in points if point.estimate]
    high = top or scale_top([point.estimate.interval[1] for point in shown if point.estimate])
    last = max((point.place for point in points), default=0) or 1
    runs = [
        list(run)
        for _, run in groupby(enumerate(shown), key=lambda item: item[1].place - item[0])
    ]  # fmt: skip
    drawn = [_run([point for _, point in run], last, high) for run in runs]
    return tag(
        "svg", _scale(high), _names(points, last), drawn, class_=f"curve {tone}".strip(),
        viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=label,
    )  # fmt: skip


def scale_top(edges: Sequence[float]) -> float:
    """The least round share that holds all edges.

    >>> scale_top([0.03]), scale_top([0.12, 0.4]), scale_top([0.95]), scale_top([])
    (0.05, 0.4, 1.0, 1.0)
    """
    need = max(edges, default=1.0)
    return next((n / 100 for n in (5, 10, 20, 30, 40, 50, 60, 80) if n / 100 >= need), 1.0)


def _x(place: int, last: int) -> float:
    return _LEFT + 8 + place / last * (WIDTH - _LEFT - 16)


def _y(share: float, high: float) -> float:
    return _TOP + (1 - min(share, high) / high) * (HEIGHT - _TOP - _BOTTOM)


def _run(points: Sequence[Point], last: int, high: float) -> list[Markup]:
    """The band and the line of periods that follow each other."""
    points_drawn = [(_x(p.place, last), p.estimate) for p in points if p.estimate]
    upper = [f"{x:.1f},{_y(e.interval[1], high):.1f}" for x, e in points_drawn]
    lower = [f"{x:.1f},{_y(e.interval[0], high):.1f}" for x, e in reversed(points_drawn)]
    middle = " ".join(f"{x:.1f},{_y(e.share, high):.1f}" for x, e in points_drawn)
    if len(points_drawn) == 1:  # a band of one period has no width: its interval is a stroke
        x, e = points_drawn[0]
        band = tag("line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=f"{_y(e.interval[0], high):.1f}",
                   y2=f"{_y(e.interval[1], high):.1f}", class_="stroke")  # fmt: skip
    else:
        band = tag("polygon", points=" ".join(upper + lower), class_="band")
    dots = [tag("circle", cx=f"{x:.1f}", cy=f"{_y(e.share, high):.1f}", r="3.5") for x, e in points_drawn]
    return [band, tag("polyline", points=middle), *dots]


def _scale(high: float) -> list[Markup]:
    lines = []
    for share in (0.0, high / 2, high):
        y = f"{_y(share, high):.1f}"
        said = decimal(share * 100, 1).removesuffix(",0")
        lines += [
            tag("line", x1=_LEFT, x2=WIDTH, y1=y, y2=y, class_="grid"),
            tag("text", f"{said}\u00a0%", x=_LEFT - 4, y=f"{float(y) + 4:.1f}", text_anchor="end"),
        ]
    return lines


def _names(points: Sequence[Point], last: int) -> list[Markup]:
    """The first and the last period by name; the table names all."""
    if not points:
        return []
    ends = [(points[0], "start", _LEFT)] + ([(points[-1], "end", WIDTH)] if len(points) > 1 else [])
    return [tag("text", p.name, x=x, y=HEIGHT - 6, text_anchor=anchor) for p, anchor, x in ends]
