"""The page that somebody reads after a practice: where they answered otherwise, and what the rule is."""

from collections.abc import Iterator, Sequence

from annotate.kinds import label_of
from annotate.pages.shell import page
from annotate.study.practice import Deviation, PracticeReport, code_of
from schemas.codebook import Codebook
from schemas.markup import Markup, tag
from schemas.records import UNRELATED


def practice_page(report: PracticeReport, codebook: Codebook) -> str:
    """The HTML text: one file in German, nothing loaded from elsewhere."""
    title = f"Übung: {report.annotator}"
    by_sentence: dict[str, list[Deviation]] = {}
    for found in report.deviations:
        by_sentence.setdefault(found.sentence_id, []).append(found)
    body = tag(
        "main",
        tag("h1", title),
        tag("p", _summary(report)),
        [list(_sentence(found, codebook)) for found in by_sentence.values()],
        tag(
            "p",
            "Diese Sätze dienen nur der Übung: Was Sie hier codiert haben, geht in keine Auswertung ein. "
            "Halten Sie eine Lösung für falsch, sagen Sie es der Leitung: Auch eine Regel kann unklar sein.",
            class_="quiet",
        ),
    )
    return page(title, body, styles=("evaluation.css",))


def _summary(report: PracticeReport) -> str:
    words = f"Sie haben {report.coded} von {report.sentences} Sätzen codiert. "
    number = len(report.deviations)
    if not number:
        return words + "Keine Ihrer Antworten weicht von der Lösung ab."
    differ = "weicht eine" if number == 1 else f"weichen {number}"
    return words + f"Von {report.compared} verglichenen Antworten {differ} von der Lösung ab:"


def _sentence(found: Sequence[Deviation], codebook: Codebook) -> Iterator[Markup]:
    first = found[0]
    yield tag("h2", "„", first.text, "“")
    if first.before or first.after:
        yield tag("p", first.before, tag("b", first.text), first.after, class_="quiet")
    for one in found:
        yield tag("h3", _question(one, codebook))
        rows = [_row(who, codes, one, codebook) for who, codes in (("Sie", one.coded), ("Lösung", one.known))]
        yield tag("div", tag("table", tag("tbody", rows)), class_="wide")
        if one.note:
            yield tag("p", tag("b", "Warum: "), one.note)
        yield from _rule(one, codebook)


def _question(one: Deviation, codebook: Codebook) -> str:
    target, layer = codebook.target(one.target or ""), codebook.layer(one.layer)
    if target:
        return codebook.say(target.question)
    return codebook.say(layer.label) if layer else one.layer


def _row(who: str, codes: Sequence[str], one: Deviation, codebook: Codebook) -> Markup:
    labels = ", ".join(_label(code, one, codebook) for code in codes) or "nichts"
    means = " ".join(filter(None, (_meaning(code, one, codebook) for code in codes)))
    return tag("tr", tag("th", who, scope="row"), tag("td", tag("b", labels)), tag("td", means))


def _label(code: str, one: Deviation, codebook: Codebook) -> str:
    layer = codebook.layer(one.layer)
    if code == UNRELATED:
        return "nicht berührt"
    return label_of(layer, code, codebook) if layer else code


def _meaning(code: str, one: Deviation, codebook: Codebook) -> str:
    target, known = codebook.target(one.target or ""), code_of(codebook, one.layer, code)
    if target and code in ("favor", "against"):
        return codebook.say(target.favor_means if code == "favor" else target.against_means)
    return codebook.say(known.short) if known else ""


def _rule(one: Deviation, codebook: Codebook) -> Iterator[Markup]:
    """When the known codes are given, and when those that were given instead are not."""
    right = [code for code in one.known if code not in one.coded]
    wrong = [code for code in one.coded if code not in one.known]
    for code_ids, words in ((right, "Dann"), (wrong, "Dann nicht")):
        for code in filter(None, (code_of(codebook, one.layer, code_id) for code_id in code_ids)):
            lines = code.use_when if words == "Dann" else code.avoid_when
            if lines:
                yield tag("p", f"{words} „{codebook.say(code.label)}“:")
                yield tag("ul", [tag("li", codebook.say(line)) for line in lines])
