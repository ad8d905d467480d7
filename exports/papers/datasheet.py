"""`DATASHEET.md`: the datasheet of an export, with all that can be counted filled in."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET

from exports.agreement.report import AgreementReport, Coefficients
from exports.formats.material import WITHOUT_TEXT, What
from exports.formats.variables import code_labels
from exports.papers.datasheet_questions import SECTIONS
from exports.papers.facts import Facts
from exports.papers.markdown import TO_ANSWER, answered, as_text, one_line, share, table
from schemas.decimals import bounds, decimal
from schemas.kinds import KINDS
from schemas.layer import Layer

_ROWS: dict[What, str] = {
    "annotations": "what one annotator coded in one sentence",
    "gold": "the codes that count for a sentence",
    "predictions": "what a model says of a sentence",
}


def datasheet(facts: Facts) -> str:
    """The text of ``DATASHEET.md``."""
    book, study = facts.material.codebook, facts.background.study
    head = [
        "# Datasheet",
        "",
        f"Of {facts.material.what}{f' of the study {one_line(study)}' if study else ''}, codebook "
        f"{one_line(book.codebook)} {one_line(book.version)}. The questions are those of Gebru et al. "
        "(2021), Datasheets for Datasets (doi:10.1145/3458723). What could be counted is filled in; what a "
        f"person has to say is marked {TO_ANSWER}.",
        "",
    ]
    return as_text([*head, *answered(SECTIONS, _answers(facts))])


def _answers(facts: Facts) -> dict[str, list[str]]:
    return {
        "instances": _instances(facts),
        "number": [*_number(facts), *_codes(facts)],
        "sample": _sample(facts),
        "data": _data(facts),
        "label": _label(facts),
        "missing": _missing(facts),
        "relations": [
            "Sentences of one commentary share its `commentary_id` and stand in the order of its text; what "
            "is said of a sentence is joined to it by its `sentence_id`."
        ],
        "splits": _splits(facts),
        "errors": [*_repeated(facts), *agreement_lines(facts)],
        "external": _external(facts),
        "identify": _identify(facts),
        "sensitive": _sensitive(facts),
        "mechanisms": _mechanisms(facts),
        "collectors": coders(facts),
        "timeframe": _timeframe(facts),
        "preprocessing": [*_preprocessing(facts), *_decided(facts), *_models(facts)],
        "software": [
            "Standpunkt (MIT licence) split the texts into sentences and wrote this export; `export.json` "
            "has the hash of each file."
        ],
        "license": ["Texts and codings stand under licences of their own: see LICENSES.md."],
        "restrictions": _restrictions(facts),
    }  # fmt: skip


# ------------------------------------------------------------------ composition


def _instances(facts: Facts) -> list[str]:
    book = facts.material.codebook
    kinds = ", ".join(f"{one_line(book.say(layer.label))} (`{layer.id}`)" for layer in book.layers)
    return [
        f"A row is {_ROWS[facts.material.what]}. Sentences are those of opinion pieces (commentaries). Coded "
        f"is: {kinds}."
    ]


def _number(facts: Facts) -> list[str]:
    material = facts.material
    counts: list[tuple[str, int]] = [
        ("commentaries", len(material.commentaries)),
        ("sentences", len(material.units)),
        (f"rows of {material.what}", len(material.rows)),
        ("named authors", len(facts.authors)),
        ("named outlets", len(facts.outlets)),
    ]
    return table(("", "number"), counts)


def _codes(facts: Facts) -> list[str]:
    """How often each code was given."""
    labels = code_labels(facts.material.codebook)
    lines = ["Shares are of the rows that have an answer; of a set a row may have several codes."]
    for name, codes in facts.codes.items():
        layer_id, _, target = name.partition("__")
        answers = facts.answers.get(name, 0)
        rows = [
            (code or "(none)", labels.get((layer_id, code), ""), number, share(number, answers))
            for code, number in codes.items()
        ]
        of = f" toward `{target}`" if target else ""
        lines += ["", f"`{layer_id}`{of}: {answers:,} rows have an answer."]
        lines += table(("code", "label", "n", "share"), rows)
    return lines


def _sample(facts: Facts) -> list[str]:
    background, material = facts.background, facts.material
    if background.sentences is None or background.commentaries is None:
        return []
    return [
        f"{len(material.units):,} of the {background.sentences:,} sentences and "
        f"{len(material.commentaries):,} of the {background.commentaries:,} commentaries that were split "
        "have a row. Whether those commentaries are a sample of something larger is not computed."
    ]


def _data(facts: Facts) -> list[str]:
    text = (
        "its text"
        if facts.material.has_text
        else "the SHA-256 of its text, and its offsets, in place of the text"
    )
    return [
        f"A sentence: {text}, its place in its commentary, and of the commentary title, author and date "
        "where they are known. Beside it the codes."
    ]


def _label(facts: Facts) -> list[str]:
    book = facts.material.codebook
    rows = [
        (layer.id, book.say(layer.label), layer.kind, len(layer.codes), "yes" if layer.required else "no")
        for layer in book.layers
    ]
    lines = table(("layer", "label", "kind", "codes", "required"), rows)
    if any(KINDS[layer.kind].by_target for layer in book.layers):
        targets = [(target.id, book.say(target.question)) for target in book.targets]
        lines += ["Targets of a stance:", *table(("target", "question"), targets)]
    return lines


def _missing(facts: Facts) -> list[str]:
    material = facts.material
    known = material.commentaries.values()
    unknown: list[tuple[str, int]] = [
        ("commentaries without a named author", sum(not one.author for one in known)),
        ("commentaries without a date", sum(not one.date for one in known)),
        ("commentaries without a named outlet", sum(not one.outlet for one in known)),
        *((words, number) for words, number in material.left_out.items()),
    ]
    lines = table(("missing, left out or changed", "number"), [row for row in unknown if row[1]])
    return [
        "A layer without a value was not asked or not coded, which is no code.", *lines
    ]  # fmt: skip


def _splits(facts: Facts) -> list[str]:
    total = len(facts.material.units)
    rows = [(name, number, share(number, total)) for name, number in sorted(facts.splits.items())]
    lines = ["None is made here."]
    if len(rows) > 1:
        lines = ["No commentary is in two splits.", *table(("split", "sentences", "share"), rows)]
    if planned := facts.background.test_share:
        words = f"{100 * planned:.0f} % of the commentaries"
        lines.append(f"The study sets {words} apart, which only serve evaluation (`test_share`).")
    return lines


def _repeated(facts: Facts) -> list[str]:
    if not any(unit.text or unit.sha256 for unit in facts.material.units.values()):
        return []
    return [f"{facts.repeated:,} sentences have the text of an earlier one."]


def agreement_lines(facts: Facts) -> list[str]:
    """Agreement of the coders with its intervals; nothing where it cannot be computed."""
    report = facts.agreement
    if report is None:
        return []
    lines = table(
        ("layer", "alpha", "95 %", "observed", "sentences coded by two or more", "units"),
        [(name, *_figures(figure)) for name, figure in _rows(report)],
    )
    return [
        "",
        f"Agreement of the coders on {report.shared:,} sentences of {report.commentaries:,} commentaries "
        "(Krippendorff's alpha, of sets with the distance MASI; intervals by drawing commentaries anew; "
        "figures below 0.667 allow no conclusions by Krippendorff's custom):",
        *lines,
    ]


def _rows(report: AgreementReport) -> Iterator[tuple[str, Coefficients]]:
    for name, layer in report.layers.items():
        yield name, layer
        for part, figure in (("touched", layer.touched), ("direction", layer.direction)):
            if figure is not UNSET:
                yield f"{name}: {part}", figure


def _figures(figure: Coefficients) -> tuple[str, str, str, int, int]:
    alpha = "undefined" if figure.alpha is None else decimal(figure.alpha)
    return alpha, bounds(figure.interval), decimal(figure.observed), figure.shared, figure.n


def _external(facts: Facts) -> list[str]:
    if facts.material.has_text:
        return ["It is self-contained: the texts of the sentences are in it."]
    return [
        f"It holds no texts ({facts.material.left_out[WITHOUT_TEXT]:,} sentences). Whoever has the "
        "commentaries puts them back with `standpunkt rehydrate EXPORT --texts FOLDER`, which verifies each "
        "sentence by its SHA-256."
    ]


def _identify(facts: Facts) -> list[str]:
    who = (
        "Annotators are called by their names"
        if facts.background.has_names
        else "Annotators have pseudonyms; e-mail addresses were taken out of names and of free text"
    )
    lines = [f"{len(facts.authors):,} authors of commentaries are named."]
    return [*lines, f"{who}."] if facts.material.what == "annotations" else lines


def _sensitive(facts: Facts) -> list[str]:
    book = facts.material.codebook
    stances = [layer.id for layer in book.layers if KINDS[layer.kind].by_target]
    if not stances or not facts.authors:
        return []
    return [
        f"The layer `{stances[0]}` says which position commentaries of {len(facts.authors):,} named authors "
        "take: political opinions of identifiable people, published by themselves."
    ]


# ------------------------------------------------------------------ collection and coding


def _mechanisms(facts: Facts) -> list[str]:
    shown = sum(row.suggested for row in facts.material.rows)
    if facts.material.what != "annotations":
        return []
    rows = len(facts.material.rows)
    return [
        f"{shown:,} of {rows:,} annotations ({share(shown, rows)}) were made with a model's suggestion on "
        "the screen."
    ]


def coders(facts: Facts) -> list[str]:
    """Who coded how many sentences, and how many of them were coded by several."""
    if facts.material.what != "annotations":
        return []
    lines = table(("coder", "sentences coded"), facts.coded_by.items())
    overlap = [(number, sentences) for number, sentences in facts.overlap.items()]
    lines += table(("coders of a sentence", "sentences"), overlap)
    if facts.background.overlap is not None:
        lines.append(
            f"The study plans {100 * facts.background.overlap:.0f} % to be coded by all (`overlap`)."
        )
    return lines


def _timeframe(facts: Facts) -> list[str]:
    lines = []
    if facts.dates:
        span = f"from {facts.dates[0]} to {facts.dates[-1]}"
        lines.append(f"Commentaries with a date ({len(facts.dates):,}) were published {span}.")
    if facts.background.coded:
        first, last = facts.background.coded
        lines.append(f"They were coded from {first} to {last}.")
    return lines


def _preprocessing(facts: Facts) -> list[str]:
    lines = [
        "Commentaries were split into sentences by rules; a sentence is a stretch of its text, unchanged."
    ]
    if facts.background.versions:
        of = ", ".join(f"{version} ({n:,} rows)" for version, n in facts.background.versions.items())
        lines.append(f"Versions of the codebook: {of}.")
    return lines


def _decided(facts: Facts) -> list[str]:
    """What gold rests on; by which rule it was decided no file says."""
    if facts.material.what != "gold":
        return []
    undecided = facts.material.left_out["undecided values of gold"]
    lines = [
        "",
        f"The gold was decided from several codings; {undecided:,} values stayed open and have no code. By "
        "which rule (`standpunkt adjudicate --rule`), and by whom ties were decided, has to be said here.",
    ]
    wanted = {layer.id for layer in facts.coded_layers}
    rows = [
        (name, ", ".join(f"{number}: {n:,}" for number, n in support.coded_by.items()), support.agreed)
        for name, support in facts.background.support.items()
        if name.partition("__")[0] in wanted
    ]
    heads = ("layer", "coders of a sentence: sentences", "sentences on which all agreed")
    return [*lines, *table(heads, rows)] if rows else lines


def _models(facts: Facts) -> list[str]:
    if facts.material.what != "predictions":
        return []
    lines = ["", f"The codes are a model's: {', '.join(one_line(name) for name in facts.material.coders)}."]
    for version in facts.material.coders:
        layers = facts.background.figures.get(version, {})
        rows = [row for layer in facts.coded_layers if (row := _measured(layer, layers.get(layer.id)))]
        if rows:
            lines += [f"Measured of {one_line(version)} on sentences it had not seen:"]
            lines += table(("layer", "macro-F1", "95 %", "accuracy"), rows)
    if not facts.background.figures:
        lines.append("No figures of it are known here; `standpunkt evaluate` measures them.")
    return lines


def _measured(layer: Layer, figures: Mapping[str, Any] | None) -> tuple[str, str, str, str] | None:
    if not figures or figures.get("macro_f1") is None:
        return None
    interval = figures.get("interval")
    between = bounds(tuple(interval) if interval else None)
    return layer.id, decimal(figures["macro_f1"]), between, decimal(figures.get("accuracy"))


def _restrictions(facts: Facts) -> list[str]:
    unknown = facts.licenses[None]
    if not unknown:
        return []
    return [f"Of {unknown:,} commentaries no licence is known: their texts may not be passed on."]
