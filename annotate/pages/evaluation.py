"""The evaluation as a page of its own: figures, what they mean, and what to look at again."""

import importlib.resources
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from annotate.pages.evaluation_charts import code_figure, curve_figure, overview_figure, reliability_figure
from annotate.pages.german import decimal, percent
from schemas.markup import Child, Markup, link, tag

if TYPE_CHECKING:
    from train.data.holdout import HeldOut
    from train.evaluation.label_errors import LabelError
    from train.evaluation.report import EvaluationReport, LayerFigures
    from train.evaluation.stance_figures import StanceFigures

_BY = {
    "commentary": "",
    "target": ", und keines zu einem Ziel, das es schon kannte",
    "author": ", und keines von jemandem, den es schon kannte",
}
_LEFT = {
    "copies of one text": "weil derselbe Text schon tausendmal dasteht",
    "no author": "ohne Namen",
    "no date": "ohne Datum",
    "no target was asked": "ohne gefragtes Ziel",
    "trained on only, as the earliest": "nur zum Lernen, weil sie die frühesten sind",
    "nothing was left to train on": "ohne Texte, aus denen vorher zu lernen war",
}


def evaluation_page(report: "EvaluationReport") -> str:
    """The HTML text: one file, nothing loaded from elsewhere."""
    style = importlib.resources.files("annotate.pages").joinpath("evaluation.css").read_text("utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"Auswertung von {report.model_version}"),
        tag("style", Markup(style)),
    )
    body = tag("body", tag("main", list(_body(report))))
    return f"<!doctype html>\n{tag('html', head, body, lang='de')}\n"


def _body(report: "EvaluationReport") -> Iterator[Markup]:
    yield tag("h1", "Wie gut ist das Modell?")
    how = _how(report.held_out) if report.held_out else "Ein fertiges Modell, geprüft an gegebenen Sätzen."
    yield tag("p", f"{report.model_version} · {report.n} Sätze. {how}", class_="quiet")
    yield overview_figure(report.layers)
    yield tag("p", " ".join(_signs(report.layers.values())), class_="quiet")
    for name, layer in report.layers.items():
        yield from _layer(name, layer, report)
    yield from _against(report)


def _signs(layers: "Collection[LayerFigures]") -> Iterator[str]:
    """What the figure's signs mean, as far as they are in it."""
    yield "Punkt und Balken: das Modell mit seinem 95-%-Intervall."
    if any(layer.ceiling and layer.ceiling.macro_f1 is not None for layer in layers):
        yield "Raute: wie gut Menschen einander treffen, mit demselben Maß."
    more = ", mit Stichwörtern, allein mit der Satzlänge oder mit einem schlichten Vergleichsmodell"
    learned = any(layer.baselines and layer.baselines.keyword is not None for layer in layers)
    yield f"Striche: was auch ohne Modell gelingt, nämlich mit dem häufigsten Code{more if learned else ''}."


def _how(held_out: "HeldOut") -> str:
    words = f"{held_out.splits} Modelle, jedes beurteilt an Texten, die es nicht kannte"
    if held_out.by == "date":
        words += f": gelernt aus dem, was mindestens {held_out.gap_days} Tage vorher erschienen war"
    else:
        words += _BY[held_out.by]
    if held_out.group == "cluster":
        words += "; Texte mit fast gleichen Sätzen bleiben beisammen"
    left = "".join(
        f"; {n} Sätze nicht beurteilt ({_LEFT[reason]})" for reason, n in held_out.left_out.items()
    )
    return f"{words}{left}."


def _layer(name: str, layer: "LayerFigures", report: "EvaluationReport") -> Iterator[Markup]:
    yield tag("h2", name)
    if not layer.n:
        yield tag("p", _nothing(layer.reason or ""))
        return
    if layer.unjudged:
        yield tag("p", f"{layer.unjudged} codierte Sätze konnte kein Modell beurteilen.")
    if (layer.reason or "").startswith("only one code occurs"):
        yield tag("p", "Es kommt nur ein Code vor: Hier ist nichts zu unterscheiden.")
    yield from (tag("p", words) for words in _sentences(layer))
    if layer.ceiling:
        yield tag("p", _people(layer))
    yield code_figure(name, layer)
    rows = [
        (code, f.precision, f.recall, f.f1, _bounds(f.interval), f.average_precision, f.support)
        for code, f in layer.codes.items()
    ]
    yield _table(("Code", "Präzision", "Ausbeute", "F1", "95 %", "mittlere Präzision", "Sätze"), rows)
    yield from _steps(layer)
    figures = [reliability_figure(name, layer.reliability)] if layer.reliability else []
    if report.learning_curve:
        figures.append(curve_figure(name, report.learning_curve))
    yield tag("div", figures, class_="pair")
    if report.learning_curve:
        yield tag("p", _more(report, name))
    if layer.suspects:
        yield _suspects(layer.suspects, layer.suspects_found)


def _nothing(reason: str) -> str:
    if reason == "no sentence is coded":
        return "Nicht beurteilt: Kein Satz ist hier codiert."
    if "one commentary only" in reason:
        return "Nicht beurteilt: Jedem Modell bliebe nur ein einziger Text zum Lernen."
    return "Nicht beurteilt: Zu keinem codierten Satz gibt es eine Vorhersage."


def _sentences(layer: "LayerFigures") -> Iterator[str]:
    at = layer.at_abstention
    hit = f"; richtig sind {_percent(layer.accuracy)}" if layer.accuracy is not None else ""
    yield f"Makro-F1 {_say(layer.macro_f1)} ({_bounds(layer.interval)}), {layer.n} Urteile{hit}."
    right = f"; davon sind {_percent(at.accuracy)} richtig" if at.accuracy is not None else ""
    reached = f" (Makro-F1 {_say(at.macro_f1)})" if at.macro_f1 is not None else ""
    yield f"Darf es sich enthalten, so antwortet es in {_percent(at.coverage)} der Fälle{right}{reached}."
    if layer.baselines and layer.baselines.twin is not None:
        yield (
            "Ein schlichtes Vergleichsmodell (Wörter und Wortteile, linear, aus denselben Texten gelernt) "
            f"erreicht Makro-F1 {_say(layer.baselines.twin)}."
        )
    if layer.calibration_error is not None:
        yield f"Seine Wahrscheinlichkeiten liegen im Mittel um {_say(layer.calibration_error)} daneben."
    if layer.not_learned:
        yield f"Nicht gelernt und deshalb nie vergeben: {', '.join(layer.not_learned)}."


def _more(report: "EvaluationReport", name: str) -> str:
    """What more coding would bring."""
    from train.evaluation.report import FLAT, next_doubling

    found = next_doubling(report.learning_curve, name)
    if found is None:
        return "Was mehr codierte Sätze brächten, lässt sich aus so wenigen Punkten nicht sagen."
    if found.gain < FLAT:
        return (
            "Doppelt so viele codierte Sätze würden wahrscheinlich wenig ändern (die letzten Verdopplungen: "
            f"{_say(found.gain)})."
        )
    return (
        f"Mit doppelt so vielen codierten Sätzen läge Makro-F1 wahrscheinlich zwischen {_say(found.now)} und "
        f"{_say(found.then)} (die letzten Verdopplungen brachten je {_say(found.gain)})."
    )


def _people(layer: "LayerFigures") -> str:
    c = layer.ceiling
    assert c is not None
    return (
        f"Eine Person gegen die übrigen: {_say(c.macro_f1)} ({_bounds(c.interval)}). "
        f"Das Modell gegen dieselben: {_say(c.model_macro_f1)} ({_bounds(c.model_interval)}). "
        f"Gezählt sind {c.sentences} Urteile, die mehrere gefällt haben."
    )


def _steps(layer: "LayerFigures") -> Iterator[Markup]:
    parts = (("Berührt der Satz das Ziel?", layer.touched), ("Wenn ja: in welche Richtung?", layer.direction))
    rows = [(words, part.macro_f1, part.accuracy, part.n) for words, part in parts if part]
    if rows:
        yield _table(("Schritt", "Makro-F1", "richtig", "Urteile"), rows)
    if layer.suggested:
        yield tag("p", _suggested(layer.suggested))
    if layer.targets:
        targets = [
            (name, t.macro_f1, t.touched_macro_f1, t.n, t.touched, _why(t.touched, t.reason))
            for name, t in layer.targets.items()
        ]
        head = ("Ziel", "Makro-F1", "berührt", "gefragt", "davon berührt", "")
        yield tag("details", tag("summary", f"{len(targets)} Ziele"), _table(head, targets))


def _suggested(f: "StanceFigures") -> str:
    """What may be suggested, and what directions rest on."""
    kinds = (("als berührt markiert", f.marks), ("mit Richtung angekreuzt", f.ticks))
    made = [
        f"{kind.n} {words}, davon {percent(kind.right)} richtig ({percent(kind.found or 0)} der Berührungen)"
        if kind.right is not None
        else f"nichts {words}"
        for words, kind in kinds
    ]
    whose = (
        ("wenn andere Texte des Autors zum Ziel codiert sind", f.known),
        ("wenn nicht", f.unknown),
    )
    ways = [f"{percent(ways.right)} von {ways.n}, {words}" for words, ways in whose if ways.right is not None]
    said = f"Vorschläge: {'; '.join(made)}."
    return f"{said} Richtung des Berührten richtig: {'; '.join(ways)}." if ways else said


def _why(touched: int, reason: str | None) -> str:
    if reason is None:
        return ""
    return "nur eine Richtung" if touched else "nie berührt"


def _suspects(suspects: "Sequence[LabelError]", found: int) -> Markup:
    rows = []
    for s in suspects:
        about = " · ".join(part for part in (s.target, s.code) if part)
        rows.append((s.text, about, s.gold, f"{s.predicted} ({_say(s.score)})", _links(s)))
    head = ("Satz", "", "codiert", "eher", "")
    cut = f" (die auffälligsten von {found})" if found > len(suspects) else ""
    return tag(
        "details",
        tag("summary", f"{len(suspects)} Codierungen, die einen zweiten Blick lohnen{cut}"),
        _table(head, rows, has_text=True),
    )


def _links(suspect: "LabelError") -> Markup:
    return tag("span", [link(url, f"Aufgabe {n}") for n, url in enumerate(suspect.links, 1)])


def _against(report: "EvaluationReport") -> Iterator[Markup]:
    if report.against is None:
        return
    yield tag("h2", f"Im Vergleich mit {report.against.model_version}")
    rows = [
        (
            name,
            d.macro_f1,
            d.against_macro_f1,
            d.difference,
            _bounds(d.interval),
            "kein Vergleich" if d.difference is None else "echt" if d.real else "nicht belegt",
        )
        for name, d in report.against.layers.items()
    ]
    yield _table(("Ebene", "dieses", "das andere", "Unterschied", "95 %", "Der Unterschied ist"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]], *, has_text: bool = False) -> Markup:
    numeric = [bool(rows) and not any(isinstance(row[n], str) for row in rows) for n in range(len(head))]
    top = [
        tag("th", cell, scope="col", class_="n" if right else None)
        for cell, right in zip(head, numeric, strict=True)
    ]
    body = [tag("tr", [_cell(value) for value in row]) for row in rows]
    # a table wider than a phone scrolls by itself, with the keyboard too
    return tag(
        "div",
        tag("table", tag("thead", tag("tr", top)), tag("tbody", body)),
        class_="wide" if has_text else "wide figures",
        tabindex=0,
    )


def _cell(value: object) -> Markup:
    shown: Child = value if isinstance(value, str) else _say(value)
    return tag("td", shown, class_=None if isinstance(value, str) else "n")


def _bounds(interval: tuple[float, float] | None) -> str:
    return f"{_say(interval[0])} bis {_say(interval[1])}" if interval else "ohne Intervall"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _say(value: object) -> str:
    if value is None:
        return "–"
    return decimal(value, 3) if isinstance(value, float) else str(value)
