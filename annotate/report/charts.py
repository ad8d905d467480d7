"""The figures of a report: dots with their intervals on one scale, and curves."""

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import Any, NamedTuple

from annotate.pages.curve import scale_top
from schemas.decimals import number
from schemas.markup import Markup, tag
from schemas.unprintable import replaced
from train.evaluation.reliability import Bin

# stand-ins that become the page's own colours, so that one figure serves light and dark
_INK, _MODEL, _HUMAN, _LINE = "#010101", "#020202", "#030303", "#040404"
_COLOURS = {_INK: "currentColor", _MODEL: "var(--model)", _HUMAN: "var(--human)", _LINE: "var(--line)"}
_WIDTH = 6.4  # inches
_SMALL = 2.1  # a panel of several
#: Told apart by sign and dashes, so that colours need not be seen.
_SIGNS = (("o", "-"), ("s", "--"), ("^", "-."), ("D", ":"), ("v", "-"), ("P", "--"))


class Dot(NamedTuple):
    """A value on a row, with its interval; ``kind``: people, model or plain."""

    row: str
    value: float
    interval: tuple[float, float] | None
    kind: str


_LOOKS = {"people": (_HUMAN, "D", -0.16), "model": (_MODEL, "o", 0.16), "plain": (_INK, "|", 0.16)}


def dots_figure(
    name: str,
    words: str,
    dots: Sequence[Dot],
    *,
    axis: str,
    lines: Sequence[float] = (),
    language: str,
    legend: dict[str, str],
) -> Markup:
    """Rows from above as they come; people are diamonds, models dots, plain baselines strokes."""
    rows = list(dict.fromkeys(dot.row for dot in dots))
    several = len({dot.kind for dot in dots}) > 1

    def draw(paper: Any) -> None:
        axes = paper.subplots()
        named: set[str] = set()
        for dot in dots:
            colour, sign, shift = _LOOKS[dot.kind]
            y = rows.index(dot.row) + (shift if several else 0)
            label = legend.get(dot.kind) if dot.kind not in named else None
            named.add(dot.kind)
            if dot.interval:
                axes.plot(dot.interval, [y, y], color=colour, lw=2, solid_capstyle="round")
            axes.plot([dot.value], [y], sign, color=colour, ms=13 if sign == "|" else 7, mew=2, label=label)
        for line in lines:
            axes.axvline(line, color=_LINE, lw=1.4, zorder=0)
        axes.set_yticks(range(len(rows)), [_short(row) for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        low = min([0.0, *(dot.interval[0] if dot.interval else dot.value for dot in dots)])
        axes.set_xlim(low, 1.02)
        axes.set_xlabel(axis)
        _ticks(language, axes.xaxis)
        axes.tick_params(axis="y", length=0)
        if legend:
            paper.legend(loc="outside lower center", ncols=3, frameon=False)

    return figure(name, words, 1.0 + 0.4 * len(rows) + 0.3 * bool(legend), draw)


def reliability_figure(
    words: str, layers: Mapping[str, Sequence[Bin]], *, axes: tuple[str, str], language: str
) -> Markup:
    """A panel a layer: share right over probability, beside the diagonal; dots are as large as many cases."""

    def draw(paper: Any) -> None:
        panels = paper.subplots(1, len(layers), sharex=True, sharey=True, squeeze=False)[0]
        for panel, (title, bins) in zip(panels, layers.items(), strict=True):
            most = max(one.n for one in bins)
            scores, right = [one.score for one in bins], [one.right for one in bins]
            panel.plot([0, 1], [0, 1], color=_LINE, lw=1.4)
            panel.plot(scores, right, color=_MODEL, lw=1)
            panel.scatter(scores, right, s=[14 + 70 * one.n / most for one in bins], color=_MODEL)
            panel.set_title(_short(title, 20), fontsize=10)
            panel.set(xlim=(0, 1.04), ylim=(0, 1.04), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
            _ticks(language, panel.xaxis, panel.yaxis)
        panels[0].set_ylabel(axes[1])
        paper.supxlabel(axes[0], fontsize=10)

    return figure("reliability", words, 2.4, draw, width=max(_WIDTH / 2, min(_WIDTH, _SMALL * len(layers))))


def curves_figure(
    words: str,
    curves: Mapping[str, Sequence[tuple[int, float]]],
    *,
    axes: tuple[str, str],
    language: str,
) -> Markup:
    """Macro-F1 over sentences, a curve a layer, told apart by its sign and dashes."""

    def draw(paper: Any) -> None:
        panel = paper.subplots()
        for (name, points), (sign, dashes) in zip(curves.items(), _SIGNS * len(curves), strict=False):
            xs, ys = [n for n, _ in points], [value for _, value in points]
            panel.plot(xs, ys, color=_MODEL, marker=sign, ls=dashes, lw=1.4, ms=5, label=_short(name))
        panel.set(ylim=(0, 1), xlabel=axes[0], ylabel=axes[1])
        panel.set_xlim(left=0)
        _ticks(language, panel.yaxis)
        paper.legend(loc="outside right center", frameon=False)

    return figure("curve", words, 2.8, draw)


class Curve(NamedTuple):
    """Shares with their intervals by the place of a period; a place that is missing breaks the line."""

    name: str
    points: Mapping[int, tuple[float, tuple[float, float]]]


def periods_figure(
    name: str, words: str, panels: Mapping[str, Sequence[Curve]], *, periods: Mapping[int, str], language: str
) -> Markup:
    """A panel a question, over time: curves with the bands of their intervals, told apart by sign and dashes.

    Parameters
    ----------
    periods
        What the periods are called, by their places.
    """
    first, last = min(periods), max(periods)
    span = range(first, last + 1)
    nothing = (float("nan"), (float("nan"), float("nan")))

    def draw(paper: Any) -> None:
        for panel, (title, curves) in zip(
            paper.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True
        ):
            top = scale_top([interval[1] for curve in curves for _, interval in curve.points.values()])
            for curve, (sign, dashes) in zip(curves, _SIGNS * len(curves), strict=False):
                found = [curve.points.get(place, nothing) for place in span]
                low, high = [f[1][0] for f in found], [f[1][1] for f in found]
                panel.fill_between(span, low, high, color=_MODEL, alpha=0.18, lw=0)
                panel.plot(span, [f[0] for f in found], color=_MODEL, marker=sign, ls=dashes, lw=1.4, ms=4,
                           markevery=1 + len(span) // 12, label=_short(curve.name, 24))  # fmt: skip
            panel.set_title(_short(title, 36), fontsize=10)
            panel.set_ylim(0, top)
            panel.set_yticks([0, top / 2, top])
            panel.yaxis.set_major_formatter(lambda value, _: _percent(value, language))
            panel.set_xticks(sorted({first, last}), [periods[place] for place in sorted({first, last})])
            panel.get_xticklabels()[0].set_horizontalalignment("left")
            panel.get_xticklabels()[-1].set_horizontalalignment("right")
            if len(curves) > 1:
                panel.legend(loc="upper left", bbox_to_anchor=(0, -0.14), ncols=2, frameon=False, fontsize=9)

    return figure(name, words, 2.3, draw)


def figure(
    name: str, words: str, height: float, draw: Callable[[Any], None], width: float = _WIDTH
) -> Markup:
    """A drawing with its description for those who do not see it; the same each time."""
    import matplotlib

    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "text.parse_math": False,  # a label is no formula
        "font.family": "sans-serif",
        "font.size": 10,
        **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), _INK),
        "axes.edgecolor": _LINE,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        from matplotlib.figure import Figure

        paper = Figure(figsize=(width, height), layout="constrained")
        draw(paper)
        out = StringIO()
        warnings.simplefilter("ignore", UserWarning)  # of letters that a font lacks: the reader's has them
        paper.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = replaced(out.getvalue())
    # every figure of a page is drawn to one scale, so that its words are of one size
    scale = f"max-width: {100 * width / _WIDTH:.0f}%"
    return tag("figure", Markup(_embedded(svg[svg.index("<svg") :], name, words)), style=scale)


def _embedded(svg: str, name: str, words: str) -> str:
    label = tag("svg", role="img", aria_label=words).removesuffix("></svg>")
    svg = re.sub(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', lambda m: f"{label} {m[1]}>", svg, count=1)
    # its own style would be refused by the page's policy, and is in the page's
    svg = re.sub(
        r"<(metadata|defs)>\s*(<style.*?</style>\s*)?</\1>|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL
    )
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\1{name}-", svg).replace("xlink:href", "href")
    for stand_in, colour in _COLOURS.items():
        svg = svg.replace(stand_in, colour)
    return svg


def _short(name: str, most: int = 32) -> str:
    """A label that leaves the figure room; the table has it whole."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _percent(value: float, language: str) -> str:
    """A share on an axis, with a decimal only where it has one."""
    said = number(100 * value, 1, language)
    return f"{said[:-2] if said.endswith('0') else said}\u00a0%"


def _ticks(language: str, *scales: Any) -> None:
    """Numbers as one reads them in the language."""
    for scale in scales:
        scale.set_major_formatter(lambda value, _: number(value, 1, language))
