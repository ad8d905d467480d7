"""The figures of the evaluation page: SVG that takes its colours from the page around it."""

import re
from collections.abc import Callable, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

from annotate.pages.german import decimal
from schemas.markup import Markup, tag

if TYPE_CHECKING:
    from train.evaluation.reliability import Bin
    from train.evaluation.report import CurvePoint, LayerFigures

# stand-ins that become the page's own colours, so that one figure serves light and dark
INK, MODEL, HUMAN, LINE = "#010101", "#020202", "#030303", "#040404"
_COLOURS = {INK: "currentColor", MODEL: "var(--model)", HUMAN: "var(--human)", LINE: "var(--line)"}
_WIDTH = 6.4  # inches


def figure(
    name: str, words: str, height: float, draw: Callable[[Any], None], width: float = _WIDTH
) -> Markup:
    """A drawing with its description for those who do not see it; the same each time."""
    import matplotlib

    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "font.family": "sans-serif",
        "font.size": 10,
        **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
        "axes.edgecolor": LINE,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with matplotlib.rc_context(settings):
        from matplotlib.figure import Figure

        paper = Figure(figsize=(width, height), layout="constrained")
        draw(paper.subplots())
        out = StringIO()
        paper.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    return tag("figure", Markup(_embedded(svg[svg.index("<svg") :], name, words)))


def _embedded(svg: str, name: str, words: str) -> str:
    label = tag("svg", role="img", aria_label=words).removesuffix("></svg>")
    svg = re.sub(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', lambda m: f"{label} {m[1]}>", svg, count=1)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\1{name}-", svg).replace("xlink:href", "href")
    for stand_in, colour in _COLOURS.items():
        svg = svg.replace(stand_in, colour)
    return svg


def overview_figure(layers: "dict[str, LayerFigures]") -> Markup:
    """Macro-F1 a layer with its interval, the baselines and the people."""
    names = [name for name, layer in layers.items() if layer.macro_f1 is not None]

    def draw(axes: Any) -> None:
        for y, name in enumerate(names):
            layer = layers[name]
            _with_interval(axes, y, layer.macro_f1, layer.interval, MODEL, "o", "Modell" if not y else None)
            base = layer.baselines
            plain = (
                [base.majority, base.keyword, base.length, base.twin] if base else [layer.baseline_macro_f1]
            )
            for value in (value for value in plain if value is not None):
                axes.plot([value], [y], "|", color=INK, ms=12, alpha=0.7)
            if layer.ceiling and layer.ceiling.macro_f1 is not None:
                _with_interval(
                    axes, y + 0.22, layer.ceiling.macro_f1, layer.ceiling.interval, HUMAN, "D", None
                )
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xlim(0, 1)
        axes.set_xlabel("Makro-F1")
        _say_shares(axes.xaxis)

    words = "; ".join(f"{name}: Modell {_say(layers[name].macro_f1)}" for name in names)
    return figure("overview", f"Makro-F1 je Ebene. {words}", 0.9 + 0.5 * len(names), draw)


def code_figure(name: str, layer: "LayerFigures", most: int = 20) -> Markup:
    """F1 a code with its interval, the commonest codes first."""
    shown = sorted(layer.codes.items(), key=lambda item: -item[1].support)[:most]

    def draw(axes: Any) -> None:
        for y, (_, figures) in enumerate(shown):
            _with_interval(axes, y, figures.f1, figures.interval, MODEL, "o", None)
        axes.set_yticks(range(len(shown)), [code for code, _ in shown])
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.set_xlim(0, 1)
        axes.set_xlabel("F1")
        _say_shares(axes.xaxis)

    words = "; ".join(f"{code} {_say(figures.f1)}" for code, figures in shown)
    return figure(f"codes-{name}", f"F1 je Code. {words}", 0.8 + 0.28 * len(shown), draw)


def reliability_figure(name: str, bins: "Sequence[Bin]") -> Markup:
    """Share right over score, beside the diagonal."""

    def draw(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], color=LINE, lw=1)
        most = max(one.n for one in bins)
        axes.plot([one.score for one in bins], [one.right for one in bins], color=MODEL, lw=1)
        sizes = [12 + 90 * one.n / most for one in bins]
        axes.scatter([one.score for one in bins], [one.right for one in bins], s=sizes, color=MODEL)
        axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="Wahrscheinlichkeit", ylabel="davon richtig")
        _say_shares(axes.xaxis, axes.yaxis)

    words = "; ".join(f"bei {_say(one.score)} stimmten {_say(one.right)}" for one in bins)
    return figure(f"reliability-{name}", f"Verlässlichkeit. {words}", 3.2, draw, width=3.8)


def curve_figure(name: str, points: "Sequence[CurvePoint]") -> Markup:
    """Macro-F1 over the number of sentences learned from."""
    known = [(point.sentences, value) for point in points if (value := point.macro_f1.get(name)) is not None]

    def draw(axes: Any) -> None:
        axes.plot([n for n, _ in known], [value for _, value in known], "o-", color=MODEL, lw=1.4, ms=5)
        axes.set(ylim=(0, 1), xlabel="gelernte Sätze", ylabel="Makro-F1")
        axes.set_xlim(left=0)
        _say_shares(axes.yaxis)

    words = "; ".join(f"{n} Sätze {_say(value)}" for n, value in known)
    return figure(f"curve-{name}", f"Lernkurve. {words}", 3.2, draw, width=3.8)


def _say_shares(*shares: Any) -> None:
    """Ticks as one reads them in German."""
    for axis in shares:
        axis.set_major_formatter(lambda value, _: decimal(value, 1))


def _with_interval(
    axes: Any, y: float, value: Any, interval: Any, colour: str, marker: str, label: str | None
) -> None:
    if interval:
        axes.plot(interval, [y, y], color=colour, lw=2, solid_capstyle="round")
    axes.plot([value], [y], marker, color=colour, ms=7, label=label, clip_on=False)


def _say(value: float | None) -> str:
    return "–" if value is None else decimal(value, 2)
