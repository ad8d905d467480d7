"""Agreement as one page a researcher reads: a single file that asks nothing of the network."""

import base64
import hashlib
import importlib.resources
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import UNSET, UnsetType

from exports.agreement.report import (
    AgreementReport,
    CodeFigure,
    Coefficients,
    Interval,
    LayerAgreement,
    PairFigure,
)
from exports.agreement.report_text import (
    FIRM,
    SHOWN,
    TENTATIVE,
    Place,
    Step,
    code_label,
    figures_of,
    gain,
    interpretation,
    machine_sentence,
    next_steps,
    summary,
)
from schemas.codebook import Codebook, Layer
from schemas.decimals import bounds, decimal
from schemas.kinds import KINDS
from schemas.markup import Child, Markup, link, tag

_STEPS = 10  # confusions that are shown


def agreement_page(
    report: AgreementReport, codebook: Codebook, places: Mapping[str, Place], *, notes: Sequence[str] = ()
) -> str:
    """The report as one self-contained HTML page, light or dark, for screen, phone and paper.

    Parameters
    ----------
    places
        Text and links of the sentences named in the report, by sentence id.
    notes
        What was left out in reading.

    Returns
    -------
    str
        HTML in UTF-8. All texts are escaped; a Content-Security-Policy allows the page's own style
        by its hash, and nothing else. The same input gives the same bytes.
    """
    style = importlib.resources.files("exports.agreement").joinpath("agreement.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = f"Agreement on {codebook.codebook} {codebook.version}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Markup(style)),
    )
    scale = _Scale(report)
    body = tag(
        "body",
        tag(
            "main",
            tag("h1", title),
            tag("p", f"{summary(report)}.", class_="lead"),
            _notes(notes),
            _overview(report, codebook, scale),
            _what_next(report, codebook, places),
            tag("h2", "Layer by layer"),
            [
                _layer_section(layer, report.layers[layer.id], codebook, scale)
                for layer in codebook.predicted_layers
            ],
            _parts(report),
            _kept(report),
            _machines(report),
            _reading_help(),
        ),
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n{head}\n{body}\n</html>\n'


class _Scale:
    """Where a figure stands on the axis, which ends at 1 and begins at 0 or lower."""

    def __init__(self, report: AgreementReport) -> None:
        lows = [0.0]
        for _, _, figure in figures_of(report):
            lows += [figure.interval[0] if figure.interval else figure.alpha or 0.0]
        for layer in report.layers.values():
            lows += [
                code.interval[0] if code.interval else code.alpha or 0.0 for code in layer.codes.values()
            ]
        self.low = max(-1.0, math.floor(5 * min(lows)) / 5)

    def at(self, value: float) -> str:
        return f"{100 * (max(self.low, min(1.0, value)) - self.low) / (1 - self.low):.2f}%"

    def width(self, low: float, high: float) -> str:
        ends = [max(self.low, min(1.0, value)) for value in (low, high)]
        return f"{100 * (ends[1] - ends[0]) / (1 - self.low):.2f}%"

    def track(self, value: float | None, interval: Interval | None) -> Markup:
        """A dot with its interval, before Krippendorff's lines."""
        lines = [
            tag("line", x1=self.at(x), x2=self.at(x), y1="0", y2="100%", class_=name)
            for x, name in ((0.0, "zero"), (TENTATIVE, "line"), (FIRM, "line"))
        ]
        bar = tag(
            "rect", x=self.at(interval[0]), width=self.width(*interval), y="42%", height="16%", rx="2",
            class_="interval",
        ) if interval else None  # fmt: skip
        dot = None if value is None else tag("circle", cx=self.at(value), cy="50%", r="5", class_="dot")
        words = "undefined" if value is None else f"{value:.3f}"
        return tag("svg", lines, bar, dot, class_="track", role="img", aria_label=f"alpha {words}")


def _overview(report: AgreementReport, codebook: Codebook, scale: _Scale) -> Markup:
    rows = []
    for depth, name, figure in figures_of(report):
        shown = _named(name, codebook)
        rows.append(
            tag(
                "li",
                tag("span", shown, class_="name"),
                scale.track(figure.alpha, figure.interval),
                tag("b", decimal(figure.alpha), class_="value"),
                tag("span", bounds(figure.interval), class_="bounds"),
                tag("span", interpretation(figure), class_="verdict"),
                class_="inner" if depth else None,
            )
        )
    key = (
        f"Dot: Krippendorff's alpha. Bar: 95 % of bootstrap draws over commentaries. "
        f"Lines: 0, {TENTATIVE} (tentative) and {FIRM:.2f} (firm conclusions)."
    )
    return tag(
        "section",
        tag("h2", "How far they agree"),
        tag("ul", rows, class_="forest"),
        tag("p", key, class_="quiet"),
    )


def _named(name: str, codebook: Codebook) -> Child:
    """A layer with its label behind it, a target with its question, else the name."""
    layer, target = codebook.layer(name), codebook.target(name)
    words = codebook.say(layer.label) if layer else codebook.say(target.question) if target else ""
    return [name, " ", tag("small", words, lang=codebook.language)] if words else name


def _what_next(report: AgreementReport, codebook: Codebook, places: Mapping[str, Place]) -> Markup | None:
    steps = next_steps(report, codebook)[:_STEPS]
    if not steps:
        return None
    dearest = max(gain(step.confusion) for step in steps) or 1.0
    return tag(
        "section",
        tag("h2", "What to clarify next"),
        tag("p", "Codes that stand against each other, first those whose clarifying would raise the alpha "
            "of their layer most: add a rule to the codebook that decides these sentences.", class_="quiet"),
        tag("ol", [_step(step, dearest, codebook, places) for step in steps], class_="steps"),
    )  # fmt: skip


def _step(step: Step, dearest: float, codebook: Codebook, places: Mapping[str, Place]) -> Markup:
    confusion = step.confusion
    is_known = confusion.gain is not UNSET
    share = f"{100 * gain(confusion) / dearest:.1f}%"
    bar = tag("svg", tag("rect", width=share, height="100%", rx="2", class_="gain"), class_="gains",
              aria_hidden="true") if is_known else None  # fmt: skip
    words = f"{confusion.n} pairs of codings" + (f", gain {gain(confusion):.3f}" if is_known else "")
    quotes = [_quote(places.get(name, Place()), name, codebook) for name in confusion.sentences]
    return tag(
        "li",
        tag(
            "h3", tag("span", step.names(codebook), lang=codebook.language), " ", tag("small", step.layer.id)
        ),
        tag("p", words, class_="quiet"),
        bar,
        tag("ul", quotes, class_="quotes"),
    )


def _quote(place: Place, sentence_id: str, codebook: Codebook) -> Markup:
    text = tag("q", place.text, lang=codebook.language) if place.text else tag("code", sentence_id)
    links = [[" ", link(to, who)] for who, to in place.links]
    return tag("li", text, tag("span", links, class_="links") if links else None)


def _layer_section(layer: Layer, agreement: LayerAgreement, codebook: Codebook, scale: _Scale) -> Markup:
    is_set = KINDS[layer.kind].several
    facts = [
        f"{agreement.shared} shared sentences",
        _fact("observed", agreement.observed, agreement.interval_observed),
        _fact("kappa (Fleiss)", agreement.kappa, agreement.interval_kappa) if not is_set else "",
        _fact("AC1", agreement.ac1, agreement.interval_ac1) if not is_set else "",
        _fact("alpha with Jaccard", agreement.alpha_jaccard, agreement.interval_jaccard) if is_set else "",
    ]
    return tag(
        "section",
        tag("h3", layer.id, " ", tag("small", codebook.say(layer.label), lang=codebook.language)),
        tag("p", "; ".join(fact for fact in facts if fact), class_="quiet"),
        _table(
            ["code", "given", "alpha", "", "95 %", "pos. agreement", "AC1"],
            [_code_row(layer, code, figure, codebook, scale) for code, figure in agreement.codes.items()],
        ),
        _targets(agreement, codebook),
        _pairs(agreement.pairs),
        class_="layer",
    )


def _fact(name: str, value: float | UnsetType | None, interval: Interval | UnsetType | None) -> str:
    between = f" ({bounds(interval)})" if interval else ""
    return f"{name} {decimal(None if value is UNSET else value)}{between}"


def _code_row(
    layer: Layer, code: str, figure: CodeFigure, codebook: Codebook, scale: _Scale
) -> Sequence[Child]:
    label = code_label(layer, code, codebook)
    reason = tag("small", figure.reason, class_="reason") if figure.reason else None
    return [
        [tag("span", label, lang=codebook.language), reason],
        str(figure.n),
        decimal(figure.alpha),
        scale.track(figure.alpha, figure.interval),
        bounds(figure.interval),
        _with_bounds(figure.positive_agreement, figure.interval_positive_agreement),
        _with_bounds(figure.ac1, figure.interval_ac1),
    ]


def _targets(agreement: LayerAgreement, codebook: Codebook) -> Markup | None:
    if not agreement.targets:
        return None
    rows: list[Sequence[Child]] = []
    for name, target in agreement.targets.items():
        reason = tag("small", target.direction.reason, class_="reason") if target.direction.reason else None
        rows.append(
            [
                [_named(name, codebook), reason],
                decimal(target.alpha),
                decimal(target.touched.alpha),
                decimal(target.direction.alpha),
                str(target.direction.n),
            ]
        )
    head = ["target", "alpha", "touched or not", "direction among the touched", "all took it for touched"]
    return _table(head, rows)


def _pairs(pairs: Iterable[PairFigure]) -> Markup | None:
    rows: list[Sequence[Child]] = [
        [
            " – ".join(pair.annotators),
            str(pair.n),
            _with_bounds(pair.observed, pair.interval_observed),
            _with_bounds(pair.kappa, pair.interval_kappa),
            _with_bounds(pair.alpha, pair.interval),
        ]
        for pair in pairs
    ]
    return _table(["pair", "n", "observed", "kappa (Cohen)", "alpha"], rows) if rows else None


def _parts(report: AgreementReport) -> Iterator[Markup]:
    """The figures of parts of the work, where there are several."""
    parts: list[tuple[str, Mapping[str, Mapping[str, Coefficients]]]] = [
        ("Over time (month of the last change)", report.months),
        ("By phase", report.phases),
        ("By version of the codebook", report.versions),
        ("By what a model suggested on the screen", report.suggestions),
    ]
    for title, held in parts:
        if held:
            rows: list[Sequence[Child]] = [
                [layer, *(_with_n(figures.get(layer)) for figures in held.values())]
                for layer in report.layers
            ]
            yield tag("section", tag("h3", title), _table(["alpha of", *held], rows))
    if report.chains:
        chain_rows: list[Sequence[Child]] = [
            [layer, _with_n(report.layers.get(layer)), _with_n(figure)]
            for layer, figure in report.chains.items()
        ]
        head = ["alpha of", "sentence by sentence", "pieces of a sentence as one"]
        yield tag("section", tag("h3", "Sentences over several blocks"), _table(head, chain_rows))


def _kept(report: AgreementReport) -> Markup | None:
    rows: list[Sequence[Child]] = [
        [layer, SHOWN[kind], str(count.shown), str(count.kept), decimal(count.kept / count.shown, 2)]
        for layer, kinds in report.kept.items()
        for kind, count in kinds.items()
    ]
    head = ["layer", "suggested", "shown", "coded so", "share"]
    title = tag("h3", "What became of suggestions")
    return tag("section", title, _table(head, rows)) if rows else None


def _with_n(figure: Coefficients | None) -> Child:
    if figure is None:
        return "–"
    between = f"{bounds(figure.interval)}, " if figure.interval else ""
    return [decimal(figure.alpha), " ", tag("small", f"{between}n {figure.shared}")]


def _machines(report: AgreementReport) -> Markup | None:
    if not report.machines:
        return None
    words = "Machines, not people: they count in none of the figures above."
    return tag(
        "section",
        tag("h2", "Machines against people"),
        tag("p", words, class_="quiet"),
        [_machine(name, report) for name in report.machines],
    )


def _machine(name: str, report: AgreementReport) -> Sequence[Child]:
    rows: list[Sequence[Child]] = [
        [
            layer,
            _with_n(figure),
            "–" if figure.without_suggestions is None else _with_n(figure.without_suggestions),
            _with_n(report.layers[layer]),
        ]
        for layer, figure in report.machines[name].items()
    ]
    head = ["alpha of", "machine and people", "who saw no suggestion", "people"]
    pairs = [[tag("h4", layer), _pairs(pairs)] for layer, pairs in report.models.items() if pairs]
    return [tag("h3", name), tag("p", machine_sentence(name, report)), _table(head, rows), pairs]


def _notes(notes: Sequence[str]) -> Markup | None:
    return tag("ul", [tag("li", note) for note in notes], class_="notes") if notes else None


def _reading_help() -> Markup:
    words = [
        "alpha is 1 in full agreement, 0 where the annotators agree as often as their codes would by "
        "chance. Report it with its interval and the number of shared sentences and commentaries.",
        "Observed agreement is high wherever one code is common: never report it alone.",
        "AC1 stays high where one code dominates; give it beside alpha for rare codes.",
        "Positive agreement: where one annotator gave the code, how often another did. For two "
        "annotators it is the F1 of one against the other.",
        "Touched asks whether a sentence says anything about a target; direction which way, where all "
        "took it for touched. A figure over both hides which of the two is hard.",
        "The interval draws whole commentaries, for sentences of one text resemble each other.",
    ]
    return tag(
        "section", tag("h2", "How to read it"), tag("ul", [tag("li", word) for word in words]), class_="help"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[Child]]) -> Markup:
    lines = [tag("tr", tag("th", row[0], scope="row"), [tag("td", cell) for cell in row[1:]]) for row in rows]
    return tag(
        "div",
        tag(
            "table",
            tag("thead", tag("tr", [tag("th", name, scope="col") for name in head])),
            tag("tbody", lines),
        ),
        class_="wide",
        tabindex="0",
        role="region",
        aria_label=head[0],
    )


def _with_bounds(value: float | None, interval: Interval | None) -> Child:
    return [decimal(value), " ", tag("small", bounds(interval))] if interval else decimal(value)
