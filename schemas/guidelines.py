"""Codebook → the guidelines that people read before they code: one page of German, for paper too."""

import importlib.resources
from collections.abc import Iterator

from schemas.codebook import Code, Codebook, Example, Layer, Rule, Target, Text
from schemas.kinds import KINDS
from schemas.kinds.stance import WHAT_A_TARGET_IS
from schemas.markup import Child, Markup, tag
from schemas.records import UNRELATED

TYPES = {
    "policy": "Soll etwas geschehen?",
    "evaluation": "Ist etwas gut oder richtig?",
    "belief": "Trifft etwas zu?",
}
SCHEMES = {
    "webis-editorials-16": "Webis-Editorials-16",
    "semeval-2023": "SemEval-2023, Aufgabe 3",
    "semeval-2020": "SemEval-2020, Aufgabe 11",
    "semeval-2016": "SemEval-2016, Aufgabe 6",
    "x-stance": "x-stance",
    "cheese": "CHeeSE",
}
#: A page of its own: nothing is loaded, nothing runs.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
HOW = (
    "Beurteilt wird nur der markierte Satz; sein Absatz hilft, ihn zu verstehen.",
    "Die Taste steht auf dem Knopf; Knöpfe ohne Taste werden angeklickt. Dieselbe Taste noch einmal nimmt "
    "die Wahl zurück.",
    "Strg+Enter speichert und holt den nächsten Satz. Aus einem Textfeld führt erst Enter, dann Strg+Enter.",
    "Steht oben „Mit Vorschlag“, hat ein Programm vorgewählt. Es irrt sich oft: Prüfen Sie jede Wahl, als "
    "stünde keine da.",
    "Wer zweifelt, liest erst die Regeln für schwierige Sätze und entscheidet dann.",
)


def guidelines_page(codebook: Codebook) -> str:
    """The guidelines of a codebook as one HTML page that needs no other file and prints well."""
    title = codebook.say(codebook.title) or codebook.codebook
    style = importlib.resources.files("schemas").joinpath("guidelines.css").read_text("utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(style)),
    )
    sections = list(_sections(codebook))
    contents = [tag("li", tag("a", words, href=f"#{anchor}")) for anchor, words, _ in sections]
    body = tag(
        "body",
        tag("header", tag("h1", title), _version(codebook), tag("p", codebook.say(codebook.description))),
        tag("nav", tag("h2", "Inhalt"), tag("ol", contents), aria_label="Inhalt"),
        tag("main", [section for _, _, section in sections]),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='de')}\n"


def _sections(codebook: Codebook) -> Iterator[tuple[str, str, Markup]]:
    """Anchor, entry of the contents, and section; the targets stand before the layer that asks about them."""
    how = tag("ol", [tag("li", line) for line in HOW])
    yield "so", "So wird codiert", tag("section", tag("h2", "So wird codiert"), how, id="so")
    targets = _targets(codebook)
    for layer in codebook.layers:
        if targets and KINDS[layer.kind].by_target:
            yield "ziele", "Ziele", targets
            targets = None
        yield f"ebene-{layer.id}", codebook.say(layer.label), _layer(layer, codebook)
    if targets:
        yield "ziele", "Ziele", targets
    if codebook.rules:
        yield "regeln", "Regeln für schwierige Sätze", _rules(codebook)
    if published := _published(codebook):
        title = "Gegenstücke in veröffentlichten Schemata"
        yield "gegenstuecke", title, _mapped(title, published)


def _version(codebook: Codebook) -> Markup:
    return tag("p", f"{codebook.codebook}, Version {codebook.version}", class_="version")


def _layer(layer: Layer, codebook: Codebook) -> Markup:
    say = codebook.say
    kind = KINDS[layer.kind].german + ("" if layer.required else ", freiwillig")
    labels = {code.id: say(code.label) for code in layer.codes}
    alone = [labels[name] for name in layer.exclusive if name in labels]
    return tag(
        "section",
        tag("h2", say(layer.label), " ", tag("small", kind)),
        tag("p", say(layer.short)) if layer.short else None,
        tag("p", "Nur allein: ", ", ".join(alone), ".") if alone else None,
        _no_target(layer, codebook),
        _overview(layer, codebook) if len(layer.codes) > 1 else None,
        [_code(code, layer, labels, codebook) for code in layer.grouped],
        id=f"ebene-{layer.id}",
    )


def _no_target(layer: Layer, codebook: Codebook) -> Markup | None:
    if layer.no_target is None:
        return None
    words = codebook.say(layer.no_target.short) or "Geprüft, und keines der Ziele ist berührt."
    return tag("p", tag("b", codebook.say(layer.no_target.label)), _key(layer.no_target.key), " ", words)


def _overview(layer: Layer, codebook: Codebook) -> Markup:
    rows = [
        tag(
            "tr",
            tag("th", codebook.say(code.label), _key(code.key), scope="row"),
            tag("td", codebook.say(code.short)),
            class_="fine" if code.parent else None,
        )
        for code in layer.grouped
    ]
    return tag("table", tag("caption", "Auf einen Blick"), tag("tbody", rows))


def _code(code: Code, layer: Layer, labels: dict[str, str], codebook: Codebook) -> Markup:
    say = codebook.say
    group = tag("small", f"genauer zu {labels[code.parent]}") if code.parent in labels else None
    return tag(
        "article",
        tag("h3", say(code.label), _key(code.key), " ", group),
        tag("p", say(code.short), class_="short") if code.short else None,
        tag("p", tag("b", "Frage: "), say(code.ask)) if code.ask else None,
        tag(
            "div",
            _list("Dann", code.use_when, codebook),
            _list("Dann nicht", code.avoid_when, codebook),
            class_="when",
        ),
        _examples("Beispiele", code.examples, labels, codebook),
        _examples("Ähnlich, aber anders", code.near_misses, labels, codebook),
        id=f"code-{layer.id}-{code.id}",
        class_="fine" if code.parent else None,
    )


def _list(title: str, lines: list[Text], codebook: Codebook) -> Markup | None:
    if not lines:
        return None
    return tag("div", tag("h4", title), tag("ul", [tag("li", codebook.say(line)) for line in lines]))


def _examples(
    title: str, examples: list[Example], labels: dict[str, str], codebook: Codebook
) -> Markup | None:
    if not examples:
        return None
    rows = []
    for example in examples:
        instead = None
        if example.instead:
            name = (
                "nicht berührt"
                if example.instead == UNRELATED
                else labels.get(example.instead, example.instead)
            )
            instead = tag("b", f" → {name}.")
        note = f" {codebook.say(example.note)}" if example.note else None
        rows.append(
            tag("li", tag("q", codebook.say(example.text)), instead, tag("span", note) if note else None)
        )
    return tag("div", tag("h4", title), tag("ul", rows), class_="examples")


def _key(key: str | None) -> Child:
    return [" ", tag("kbd", key)] if key else None


def _targets(codebook: Codebook) -> Markup | None:
    if not codebook.targets:
        return None
    rows = [_target(target, codebook) for target in codebook.targets]
    return tag("section", tag("h2", "Ziele"), tag("p", WHAT_A_TARGET_IS), rows, id="ziele")


def _target(target: Target, codebook: Codebook) -> Markup:
    say = codebook.say
    answers = _answers(codebook)
    means = {"favor": target.favor_means, "against": target.against_means}
    lines = [
        tag("li", tag("b", answers.get(code, code)), _key(target.keys.get(code)), ": ", say(words))
        for code, words in means.items()
        if say(words)
    ]
    others = [
        tag("li", tag("b", label), _key(target.keys.get(code)))
        for code, label in answers.items()
        if code not in means and target.keys.get(code)
    ]
    hint = f"Wörter, die oft dabeistehen (nur ein Hinweis, nie die Regel): {', '.join(target.aliases)}"
    return tag(
        "article",
        tag("h3", say(target.question), " ", tag("small", TYPES[target.type]) if target.type else None),
        tag("ul", lines, others) if lines or others else None,
        tag("p", hint, class_="hint") if target.aliases else None,
    )


def _answers(codebook: Codebook) -> dict[str, str]:
    """What the buttons of a target say, by code; without a stance layer the usual words."""
    stance = [code for layer in codebook.layers if KINDS[layer.kind].by_target for code in layer.codes]
    return {code.id: codebook.say(code.label) for code in stance} or {"favor": "Ja", "against": "Nein"}


def _rules(codebook: Codebook) -> Markup:
    parts = [_rule(n, rule, codebook) for n, rule in enumerate(codebook.rules)]
    return tag("section", tag("h2", "Regeln für schwierige Sätze"), parts, id="regeln")


def _rule(number: int, rule: Rule, codebook: Codebook) -> Markup:
    return tag(
        "article",
        tag("h3", f"{number}. {codebook.say(rule.title)}"),
        tag("p", codebook.say(rule.text)),
        _examples("Beispiele", rule.examples, {}, codebook),
        id=f"regel-{rule.id}",
    )


def _published(codebook: Codebook) -> list[tuple[str, str, list[str]]]:
    """Code, scheme and its names there, for every code with a counterpart."""
    rows = []
    for layer in codebook.layers:
        for code in layer.codes:
            for scheme, names in code.maps.items():
                there = [names] if isinstance(names, str) else names
                if there:
                    words = f"{codebook.say(layer.label)}: {codebook.say(code.label)}"
                    rows.append((words, SCHEMES.get(scheme, scheme), there))
    return rows


def _mapped(title: str, published: list[tuple[str, str, list[str]]]) -> Markup:
    rows = [
        tag("tr", tag("th", words, scope="row"), tag("td", scheme), tag("td", "; ".join(there)))
        for words, scheme, there in published
    ]
    head = tag("tr", [tag("th", words, scope="col") for words in ("Code", "Schema", "heißt dort")])
    table = tag("table", tag("thead", head), tag("tbody", rows))
    return tag("section", tag("h2", title), table, id="gegenstuecke")
