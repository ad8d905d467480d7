"""What stands above and beside a piece: one line, key sentences, counts, filters."""

from collections import Counter
from collections.abc import Iterator

from annotate.analysis.drift import drift_words
from annotate.analysis.names import mentions_in, uncovered
from annotate.analysis.piece import (
    TOUCHED_LABEL,
    TOUCHED_SIGN,
    UNDECIDED_SIGN,
    Lens,
    PieceView,
    SentenceView,
    Tally,
    key_sentences,
    voice_layer,
)
from annotate.kinds import DIRECTION_OPEN, UNDECIDED, kind_of, label_of
from annotate.pages.german import listed, percent, sentences, times
from schemas.codebook import Codebook, Layer
from schemas.kinds import KINDS
from schemas.markup import Markup, join, tag

PROPOSALS = 8  # names on a page
OFTEN = 1 / 3  # from this share of undecided answers on, the page says so on top


def summary_line(view: PieceView, codebook: Codebook) -> str:
    """The piece in one line: the question it touches most, and how it answers."""
    if view.codes == "people" and not view.checked:
        return "Hier ist kein Satz geprüft."
    if view.chosen is None and view.codes == "people":
        return "Geprüft ist hier nur, wer spricht oder mit welchen Mitteln."
    if view.chosen is None:
        return f"{sentences(len(view.sentences))}; das Modell gibt zu keinem davon Auskunft."
    tally = view.tally(view.chosen)
    if view.chosen.target is None:
        judged = sentences(len(view.sentences))
        if view.codes == "people":
            judged = "1 geprüfter Satz" if view.checked == 1 else f"{view.checked} geprüfte Sätze"
        return f"{judged}: {_ranked(tally, codebook)}."
    left = f"; {times(tally.undecided)} bleibt es unentschieden" if tally.undecided else ""
    question = codebook.say(view.chosen.target.question)
    in_own_voice = "in eigener Stimme " if voice_layer(codebook) else ""
    if tally.direction_open and not tally.answered:
        touched = f"berührt der Text die Frage {times(tally.direction_open)}, die Richtung ist unklar"
        return f"„{question}“ – {in_own_voice}{touched}{left}."
    if not tally.touched:  # the chosen target is the one touched most: none is
        where = (
            f"; bei „{question}“ bleibt sie {times(tally.undecided)} unentschieden" if tally.undecided else ""
        )
        how = "geprüft" if view.codes == "people" else "sicher erkannt"
        return f"Zu keinem Ziel ist {in_own_voice}eine Antwort {how}{where}."
    answers = [
        f"{times(count)} „{label_of(view.chosen.layer, code, codebook)}“"
        for code, count in tally.counts.items()
        if count
    ]
    if tally.direction_open:
        left = f"; {times(tally.direction_open)} berührt er sie mit unklarer Richtung{left}"
    return f"„{question}“ – {in_own_voice}antwortet der Text {listed(answers)}{left}."


def voice_line(view: PieceView, codebook: Codebook) -> str:
    """How many sentences there are, and who speaks in them."""
    total = sentences(len(view.sentences))
    if view.codes == "people":
        total = f"{view.checked} von {len(view.sentences)} Sätzen von Menschen geprüft"
    if voice_layer(codebook) is None:
        return total
    counts = Counter((shown.voice, shown.voice_label) for shown in view.sentences if shown.voice != "unasked")
    order = ("own", "other", "mixed", "undecided")
    said = [f"{label} {n}" for (_, label), n in sorted(counts.items(), key=lambda i: order.index(i[0][0]))]
    return f"{total}: {', '.join(said)}" if said else total


def cautions(view: PieceView, codebook: Codebook) -> Iterator[str]:
    """What a reader must know of this piece before the colours are read."""
    if view.codes == "people":
        return
    yield from drift_words(view.piece.drift, codebook) if view.piece.drift else ()
    if voice_layer(codebook) is None and view.targets:
        yield "Das Codebuch fragt nicht, wer spricht: Getönt ist auch, was nur wiedergibt, was andere sagen."
    voices = sum(shown.voice == "undecided" for shown in view.sentences)
    undecided = sum(tally.undecided for tally in view.tallies)
    asked = sum(tally.asked for tally in view.tallies)
    if view.targets and view.sentences and voices == len(view.sentences):
        yield (
            "Das Modell sagt bei keinem Satz sicher genug, wer spricht. "
            "Deshalb ist keine Haltung getönt und keine gezählt."
        )
    elif voices > OFTEN * len(view.sentences) or undecided > OFTEN * asked:
        yield "Das Modell enthält sich hier oft. Gezählt und getönt ist nur, was es sicher genug erkannt hat."


def key_section(view: PieceView, codebook: Codebook) -> Markup | None:
    """The surest sentences a target; the most touched target first and open."""
    answered = sorted((tally for tally in view.targets if tally.answered), key=lambda tally: -tally.touched)
    if not answered:
        return None
    first = _key_sentences(answered[0], view, codebook)
    rest = [_key_sentences(tally, view, codebook) for tally in answered[1:]]
    words = f"Kernsätze zu {'einem weiteren Ziel' if len(rest) == 1 else f'{len(rest)} weiteren Zielen'}"
    more = tag("details", tag("summary", words), rest) if rest else None
    return tag("section", tag("h3", "Kernsätze"), first, more, class_="key")


def proposals(view: PieceView, codebook: Codebook) -> Markup | None:
    """Frequent names that no target covers, with their sentences."""
    names = uncovered(mentions_in([shown.sentence.text for shown in view.sentences]), codebook)
    if not names or not codebook.targets or view.codes == "people":
        return None
    rows = [
        tag(
            "li",
            tag("b", mention.name),
            f" in {sentences(len(mention.sentences))}: ".replace("Sätze", "Sätzen"),
            [
                [", " if n else None, tag("a", str(number), href=f"#p{view.number}-s{number}")]
                for n, number in enumerate(mention.sentences)
            ],
        )
        for mention in names[:PROPOSALS]
    ]
    words = "Häufig genannt, von keiner Frage erfasst – als Ziel vorschlagen?"
    return tag("details", tag("summary", words), tag("ul", rows), class_="proposals")


def overview(view: PieceView, codebook: Codebook) -> Markup:
    """The choice of a target with its counts, then the codes to filter by."""
    return tag(
        "div",
        tag("h3", "Auszählung", class_="vh"),
        _lens_choice(view, codebook),
        tag(
            "details",
            tag("summary", "Codes zählen und filtern"),
            [
                _filter(layer, view, codebook)
                for layer in codebook.predicted_layers
                if not KINDS[layer.kind].by_target
            ],
            class_="filters",
            open=True,
        ),
        class_="overview",
    )


def _ranked(tally: Tally, codebook: Codebook) -> str:
    ranked = sorted(((n, code) for code, n in tally.counts.items() if n), key=lambda item: -item[0])[:3]
    said = [f"{label_of(tally.lens.layer, code, codebook)} {n}" for n, code in ranked]
    said += [f"unentschieden {tally.undecided}"] if tally.undecided else []
    return f"{codebook.say(tally.lens.layer.label)} {', '.join(said)}"


def _key_sentences(tally: Tally, view: PieceView, codebook: Codebook) -> Markup:
    assert tally.lens.target is not None
    rows = [_key_sentence(shown, tally.lens, view) for shown in key_sentences(view, tally.lens)]
    return tag("div", tag("h4", codebook.say(tally.lens.target.question)), tag("ol", rows))


def _key_sentence(shown: SentenceView, lens: Lens, view: PieceView) -> Markup:
    mark = shown.marks[lens.key]
    is_sure = lens.layer.id in shown.checked
    where = f"Satz {shown.number}, {mark.label} {'geprüft' if is_sure else percent(mark.score)}"
    return tag(
        "li",
        tag("span", mark.sign, class_="sign", data_tone=mark.tone, aria_hidden="true"),
        tag("q", shown.sentence.text),
        " ",
        tag("a", where, href=f"#p{view.number}-s{shown.number}"),
    )


def _lens_choice(view: PieceView, codebook: Codebook) -> Markup:
    asked = [tally for tally in view.targets if tally.asked]
    shown = [t for t in asked if t.touched or t.undecided or t.held or t.lens == view.chosen]
    quiet = [t for t in asked if t not in shown]
    widest = max((t.touched + t.undecided for t in asked), default=0)
    parts = [_target(tally, view, codebook, widest=widest) for tally in shown]
    if quiet:
        words = f"{len(quiet)} {'Ziel' if len(quiet) == 1 else 'Ziele'} nicht berührt"
        inside = [
            tag("div", _radio(t.lens, view, codebook.say(t.lens.target.question)), class_="target")
            for t in quiet
            if t.lens.target
        ]
        parts.append(tag("details", tag("summary", words), inside))
    silent = [t.lens.target for t in view.targets if not t.asked and t.lens.target]
    if silent:
        names = [tag("li", codebook.say(target.question)) for target in silent]
        count = f"{len(silent)} {'Ziel' if len(silent) == 1 else 'Ziele'} {view.judge} nicht beurteilt"
        parts.append(tag("details", tag("summary", count), tag("ul", names), class_="quiet"))
    others = [t.lens for t in view.tallies if t.lens.target is None and t.asked]
    parts.append(
        tag("div", [_radio(lens, view, codebook.say(lens.layer.label)) for lens in others], class_="layers")
    )
    parts.append(tag("div", _radio(None, view, "ohne Tönung"), class_="layers"))
    return tag(
        "fieldset",
        tag("legend", _choice_title(view, codebook), id=f"p{view.number}-lens"),
        parts,
        class_="lenses",
    )


def _choice_title(view: PieceView, codebook: Codebook) -> str:
    stances = {tally.lens.layer.id: codebook.say(tally.lens.layer.label) for tally in view.targets}
    return " · ".join(stances.values()) or "Ansicht"


def _target(tally: Tally, view: PieceView, codebook: Codebook, *, widest: int) -> Markup:
    assert tally.lens.target is not None
    not_counted = f"nicht gezählt: {tally.held} in fremder oder gemischter Rede" if tally.held else None
    return tag(
        "div",
        _radio(tally.lens, view, codebook.say(tally.lens.target.question)),
        _tally_bar(tally, widest),
        tag("div", list(_chips(tally, codebook)), class_="chips"),
        tag("p", not_counted, class_="quiet") if not_counted else None,
        class_="target",
    )


def _radio(lens: Lens | None, view: PieceView, label: str) -> Markup:
    key, group = lens.key if lens else "", f"p{view.number}-lens"
    box = tag(
        "input",
        type="radio",
        name=group,
        value=key,
        checked=key == (view.chosen.key if view.chosen else ""),
        aria_labelledby=f"{group} {group}-{key}",
    )
    return tag("label", box, tag("span", label, id=f"{group}-{key}"))


def _tally_bar(tally: Tally, widest: int) -> Markup:
    """Counts side by side, on one scale for all targets of the piece."""
    parts, at = [], 0
    others = ((DIRECTION_OPEN, tally.direction_open), (UNDECIDED, tally.undecided))
    for code, count in (*tally.counts.items(), *others):
        if count:
            tone = tone_for(code)
            parts.append(tag("rect", x=at, width=count, height="8", data_tone=tone))
            at += count
    ground = tag("rect", width=max(widest, 1), height="8", class_="ground")
    return tag(
        "svg",
        ground,
        parts,
        class_="bar tally",
        viewBox=f"0 0 {max(widest, 1)} 8",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def tone_for(code: str) -> str:
    tones = {"favor": "yes", "against": "no", DIRECTION_OPEN: "touched", UNDECIDED: "unsure"}
    return tones.get(code, "open")


def _chips(tally: Tally, codebook: Codebook) -> Iterator[Markup]:
    for code, count in tally.counts.items():
        label = label_of(tally.lens.layer, code, codebook)
        yield _chip(tally, code, tally.lens.sign(code), label, count)
    if tally.direction_open:
        yield _chip(tally, DIRECTION_OPEN, TOUCHED_SIGN, TOUCHED_LABEL, tally.direction_open)
    if tally.undecided:
        yield _chip(tally, UNDECIDED, UNDECIDED_SIGN, "unentschieden", tally.undecided)


def _chip(tally: Tally, code: str, sign: str, label: str, count: int) -> Markup:
    return tag(
        "button",
        tag("span", sign, class_="sign", data_tone=tone_for(code), aria_hidden="true"),
        f"{label} ",
        tag("b", str(count)),
        type="button",
        aria_pressed="false" if count else None,
        data_filter=f"{tally.lens.key}.{code}",
        disabled=not count,
    )


def _filter(layer: Layer, view: PieceView, codebook: Codebook) -> Markup:
    answers = [s.prediction.layers.get(layer.id) if s.prediction else None for s in view.sentences]
    heading = tag("h4", codebook.say(layer.label))
    if all(answer is None for answer in answers):
        return tag("div", heading, tag("p", f"{view.judge} nicht beurteilt", class_="quiet"))
    counts = Counter(
        code for answer in answers if answer is not None for code in kind_of(layer).shown_codes(answer)
    )
    widest = max(counts.values(), default=1)
    rows = [
        _filter_row(layer, code, label_of(layer, code, codebook), counts[code], widest)
        for code in layer.code_ids
    ]
    if view.codes != "people":  # people do not abstain
        undecided = f"{UNDECIDED_SIGN} unentschieden"
        rows.append(_filter_row(layer, UNDECIDED, undecided, counts[UNDECIDED], widest))
    return tag("div", heading, rows, role="group", aria_label=codebook.say(layer.label))


def _filter_row(layer: Layer, code: str, label: str, count: int, widest: int) -> Markup:
    tone = "unsure" if code == UNDECIDED else None
    width = f"{100 * count / widest:.4g}%"
    bar = tag("svg", tag("rect", width=width, data_tone=tone), class_="bar", aria_hidden="true")
    return tag(
        "button",
        tag("span", label, class_="name"),
        bar if count else None,
        tag("b", str(count)),
        type="button",
        class_="row",
        aria_pressed="false" if count else None,
        data_filter=f"{layer.id}.{code}",
        disabled=not count,
    )


def key_to_signs(view: PieceView, codebook: Codebook) -> Markup:
    """What the signs and lines in the text mean."""
    by_people = view.codes == "people"
    stance = next((tally.lens for tally in view.targets if tally.asked or not by_people), None)
    items: list[Markup] = []
    if stance:
        items += [
            _sign_item(stance.sign(code.id), tone_for(code.id), codebook.say(code.label))
            for code in stance.codes
        ]
    if any(tally.direction_open for tally in view.targets):
        items.append(_sign_item(TOUCHED_SIGN, "touched", TOUCHED_LABEL))
    if not by_people:  # people do not abstain
        items.append(_sign_item(UNDECIDED_SIGN, "unsure", "unentschieden"))
    if voice := voice_layer(codebook):
        said = {"other": "Rede anderer", "mixed": "gemischte Rede", "undecided": "unentschieden, wer spricht"}
        if "mixed" not in voice.code_ids:
            del said["mixed"]
        if by_people:
            del said["undecided"]
        items += [
            tag("li", tag("span", "Text", class_="t"), f" {label}", data_voice=v, class_="s")
            for v, label in said.items()
        ]
    sets = [layer for layer in codebook.predicted_layers if KINDS[layer.kind].several]
    if sets:
        names = listed([codebook.say(layer.label) for layer in sets], "oder")
        items.append(tag("li", tag("span", "Text", class_="t"), f" {names}", class_="s rhetoric"))
    return tag("ul", items, class_="signs", aria_label="Zeichen")


def _sign_item(sign: str, tone: str, label: str) -> Markup:
    return tag("li", tag("span", sign, class_="sign", data_tone=tone, aria_hidden="true"), join(f" {label}"))
