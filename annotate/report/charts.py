"""The figures of a report: dots with their intervals on one scale, and curves."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from annotate.pages.evaluation_charts import HUMAN, INK, LINE, MODEL, figure
from schemas.markup import Markup


class Dot(NamedTuple):
    """A value on a row, with its interval; ``kind``: people, model or plain."""

    row: str
    value: float
    interval: tuple[float, float] | None
    kind: str


_LOOKS = {"people": (HUMAN, "D", -0.12), "model": (MODEL, "o", 0.12), "plain": (INK, "|", 0.12)}


def dots_figure(
    name: str,
    words: str,
    dots: Sequence[Dot],
    *,
    axis: str,
    lines: Sequence[float] = (),
    comma: bool = False,
    legend: dict[str, str],
) -> Markup:
    """Rows from above as they come; people are diamonds, models dots, plain baselines strokes."""
    rows = list(dict.fromkeys(dot.row for dot in dots))

    def draw(axes: Any) -> None:
        named: set[str] = set()
        for dot in dots:
            colour, sign, shift = _LOOKS[dot.kind]
            y = rows.index(dot.row) + (shift if len({d.kind for d in dots}) > 1 else 0)
            label = legend.get(dot.kind) if dot.kind not in named else None
            named.add(dot.kind)
            if dot.interval:
                axes.plot(dot.interval, [y, y], color=colour, lw=2, solid_capstyle="round")
            axes.plot([dot.value], [y], sign, color=colour, ms=13 if sign == "|" else 7, mew=2, label=label)
        for line in lines:
            axes.axvline(line, color=LINE, lw=1, zorder=0)
        axes.set_yticks(range(len(rows)), rows)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        low = min([0.0, *(dot.interval[0] if dot.interval else dot.value for dot in dots)])
        axes.set_xlim(low, 1)
        axes.set_xlabel(axis)
        if comma:
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:.1f}".replace(".", ","))
        axes.tick_params(axis="y", length=0)
        if legend:
            axes.legend(loc="upper left", bbox_to_anchor=(0, -0.25), ncols=3, frameon=False, fontsize=9)

    return figure(name, words, 0.9 + 0.38 * len(rows), draw)
