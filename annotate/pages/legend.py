"""The codebook's own words: what is asked, and what each code means."""

from collections.abc import Iterator

from annotate.analysis.piece import voice_layer
from schemas.codebook import Codebook, Layer
from schemas.kinds import KINDS
from schemas.markup import Markup, tag
from schemas.records import UNRELATED


def legend(codebook: Codebook) -> Markup:
    """The definitions of all layers that a model codes, and of the targets."""
    name = codebook.say(codebook.title) or codebook.codebook
    return tag(
        "section",
        tag("h2", "Legende", id="legende-titel"),
        tag("p", f"Aus dem Codebuch „{name}“, Version {codebook.version}.", class_="quiet"),
        tag("p", list(_how_to_read(codebook))),
        [_layer(layer, codebook) for layer in codebook.predicted_layers],
        class_="legend",
        id="legende",
        aria_labelledby="legende-titel",
    )


def _how_to_read(codebook: Codebook) -> Iterator[str]:
    stance = any(KINDS[layer.kind].by_target for layer in codebook.predicted_layers) and codebook.targets
    if stance and voice_layer(codebook):
        yield (
            "Getönt ist ein Satz nur, wenn der Autor selbst spricht und das Modell dessen sicher genug ist. "
            "Was andere sagen, steht über einer grauen Linie und zählt nicht als Haltung des Autors. "
        )
    if stance:
        yield (
            "„Berührt, Richtung unklar“ heißt: Das Modell ist sicher, dass der Satz die Frage berührt, "
            "aber nicht, wie er sie beantwortet. Er zählt als berührt und für keine Antwort. "
        )
    yield (
        "„Unentschieden“ heißt: Das Modell bleibt unter seiner Schwelle und enthält sich. "
        "Prozente sind Wahrscheinlichkeiten, die das Modell selbst angibt; "
        "der Strich im Balken ist die Schwelle. Codes des Modells können falsch sein. "
        "„Dafür“ nennt, was am stärksten für die Antwort sprach; bei der Bedeutung des Satzes steht ihr "
        "Anteil daran. Der Rest sind Wortteile und Satzbau, für die es keine Namen gibt."
    )


def _layer(layer: Layer, codebook: Codebook) -> Markup:
    say = codebook.say
    short = tag("p", say(layer.short)) if say(layer.short) else None
    codes = [_term(say(code.label), say(code.short)) for code in layer.codes if code.id != UNRELATED]
    if KINDS[layer.kind].by_target and layer.no_target:
        codes.append(_term(say(layer.no_target.label), "Der Satz berührt keine der Fragen."))
    targets = _targets(layer, codebook) if KINDS[layer.kind].by_target else None
    return tag("section", tag("h3", say(layer.label)), short, tag("dl", codes), targets)


def _targets(layer: Layer, codebook: Codebook) -> list[Markup]:
    return [
        tag(
            "div",
            tag("h4", codebook.say(target.question)),
            tag(
                "dl",
                [
                    _term(codebook.say(code.label), codebook.say(meaning))
                    for code in layer.codes
                    for meaning in (target.favor_means if code.id == "favor" else target.against_means,)
                    if code.id in ("favor", "against") and meaning
                ],
            ),
        )
        for target in codebook.targets
    ]


def _term(label: str, meaning: str) -> list[Markup]:
    return [tag("dt", label), tag("dd", meaning or "ohne Definition")]
