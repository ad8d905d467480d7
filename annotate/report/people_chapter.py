"""How far people agree with each other, and a machine with them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import UNSET

from annotate.report.charts import Dot, dots_figure
from annotate.report.document import Chapter, Drawing, Paragraph, Part, Quote, Quotes, Table
from annotate.report.words import Words
from exports.agreement.report import AgreementReport, Coefficients, LayerAgreement, PairFigure
from exports.agreement.report_text import FIRM, MARGIN, TENTATIVE, Place, Step, gain, next_steps, parted
from schemas.codebook import Codebook

#: Agreement others report on tasks of this kind: what, who, figure. Read in the papers themselves.
_PUBLISHED = (
    (
        "Meinungstexte englisch, sechs Satzarten",
        "editorials, six types of unit",
        "Webis-Editorials-16 (Al-Khatib et al. 2016)",
        "κ = 0.56",
    ),
    (
        "Behauptung und Begründung, deutsch",
        "claims and premises, German",
        "Wambsganss et al. 2020",
        "α = 0.57",
    ),
    ("Argumentativ oder nicht, ohne Zusammenhang", "argument or not, without context", "Stab", "π = 0.17"),
    (
        "Haltung in Reddit, fünf Stufen, Mensch und Sprachmodell",
        "stance in Reddit, five steps, people and a language model",
        "USDC",
        "0.49",
    ),
)
_STEPS = 8  # confusions that are shown
#: What was suggested → the words for it.
_SHOWN = {
    "ticked": ("angekreuzt", "ticked"),
    "from_author": ("angekreuzt wie sonst beim Autor", "ticked as by the author elsewhere"),
    "touched": ("als berührt markiert", "marked as touched"),
    "with": ("mit Vorschlag", "with a suggestion"),
    "without": ("ohne Vorschlag", "without a suggestion"),
}


def agreement_chapter(
    report: AgreementReport,
    book: Codebook,
    words: Words,
    places: Mapping[str, Place],
    *,
    kept: bool = False,
) -> Chapter:
    """Agreement by layer, code, target and pair, what people differ about, and published figures.

    Parameters
    ----------
    kept
        Whether it says what became of suggestions, where no audit does.
    """
    head = (
        words.pick("Ebene", "Layer"), "α", words.pick("gleich", "equal"), "κ", "AC1",
        words.pick("Sätze", "sentences"),
    )  # fmt: skip
    said = words.pick(
        f"{words.sentences(report.shared)} in {words.commentaries(report.commentaries)} haben mindestens "
        "zwei Personen codiert; darauf beruhen die Zahlen.",
        f"{words.sentences(report.shared)} in {words.commentaries(report.commentaries)} were coded by two or "
        "more people; the figures rest on these.",
    )
    parts: list[Part] = [Paragraph(said), *_alpha_dots(report, book, words)]
    caption = words.pick("Übereinstimmung je Ebene", "Agreement by layer")
    parts.append(Table(head, [*_rows(report, book, words)], caption, "agreement", frozenset(range(1, 6))))
    dash = words.pick(
        "Ein Strich: Der Wert ist nicht bestimmt, etwa weil nur ein Code vorkommt oder zu wenige Sätze da "
        "sind. α von Mengen ist mit MASI gerechnet; κ und AC1 gibt es bei ihnen nicht.",
        "A dash: the figure is not defined, such as where only one code occurs or sentences are too few. α "
        "of sets is by MASI; they have no κ and AC1.",
    )
    parts.append(Paragraph(dash, True))
    for name, layer in report.layers.items():
        parts.append(_codes(name, layer, book, words))
        parts += _targets(name, layer, book, words)
    parts += _parts_of(report, book, words)
    parts += _confusions(report, book, words, places)
    parts += _pairs(report, book, words)
    parts += _kept(report, book, words) if kept else ()
    parts.append(_published(words))
    title = words.pick("Übereinstimmung der Menschen", "Agreement between people")
    return Chapter("agreement", title, parts)


def steps_of(label: str, layer: Coefficients, words: Words) -> list[tuple[str, Coefficients]]:
    """What is to be reported of a layer: its figure, of a stance those of its two steps."""
    if not (isinstance(layer, LayerAgreement) and layer.touched and layer.direction):
        return [(label, layer)]
    return [
        (words.pick(f"{label} (ob berührt)", f"{label} (whether touched)"), layer.touched),
        (words.pick(f"{label} (Richtung)", f"{label} (direction)"), layer.direction),
    ]


def machines_chapter(report: AgreementReport, book: Codebook, words: Words) -> Chapter:
    """Each machine against all people, apart from people with each other."""
    parts: list[Part] = [
        Paragraph(
            words.pick(
                "Maschinen sind hier Codierende eigener Art: In den Zahlen der Menschen kommen sie nicht "
                "vor.",
                "Machines are coders of their own kind here: they are in none of the figures of people.",
            )
        )
    ]
    for number, (name, layers) in enumerate(report.machines.items(), 1):
        parts.append(Paragraph(_machine_words(name, report, book, words)))
        rows, codes = [], []
        for layer_id, figure in layers.items():
            fair = figure.without_suggestions
            rows.append(
                [
                    book.layer_label(layer_id),
                    words.with_bounds(figure.alpha, figure.interval),
                    words.with_bounds(fair.alpha, fair.interval) if fair else "–",
                    _people_alpha(report, layer_id, words),
                    words.percent(figure.observed),
                    words.whole(figure.n),
                ]
            )
            codes += [
                [
                    book.layer_label(layer_id),
                    words.code(layer_id, code, book),
                    words.with_bounds(found.alpha, found.interval),
                    words.with_bounds(found.positive_agreement, found.interval_positive_agreement),
                ]
                for code, found in figure.codes.items()
                if found.n
            ]
        head: Sequence[str] = (
            words.pick("Ebene", "Layer"),
            words.pick("α mit Menschen", "α with people"),
            words.pick("α, wo sie keinen Vorschlag sahen", "α where they saw no suggestion"),
            words.pick("α der Menschen", "α of people"),
            words.pick("gleich", "equal"),
            words.pick("Codierungen", "codings"),
        )
        parts.append(Table(head, rows, name, f"machine-{number}", frozenset(range(1, 6))))
        head = (
            words.pick("Ebene", "Layer"), "Code", "α",
            words.pick("positive Übereinstimmung", "positive agreement"),
        )  # fmt: skip
        caption = words.pick(f"{name}: je Code", f"{name}: by code")
        parts.append(Table(head, codes, caption, f"machine-codes-{number}", frozenset({2, 3})))
    pairs = [
        [book.layer_label(name), *_pair_cells(pair, words)]
        for name, of in report.models.items()
        for pair in of
    ]
    if pairs:
        caption = words.pick("Maschine und einzelne Personen", "Machine and single people")
        parts.append(Table(_pair_head(words), pairs, caption, "machine-pairs", frozenset({2, 3, 4, 5})))
    return Chapter("machines", words.pick("Menschen und Maschinen", "People and machines"), parts)


def _people_alpha(report: AgreementReport, layer_id: str, words: Words) -> str:
    people = report.layers[layer_id]
    return words.with_bounds(people.alpha, people.interval)


def _machine_words(name: str, report: AgreementReport, book: Codebook, words: Words) -> str:
    """In which layers a machine agrees with people nearly as they with each other."""
    if not report.shared:
        return words.pick(
            f"{name}: Wie weit Menschen einander treffen, ist nicht bekannt; kein Satz wurde von zweien "
            f"codiert.",
            f"{name}: how far people agree with each other is not known; no sentence was coded by two of "
            f"them.",
        )
    like, less, unknown = ([book.layer_label(one) for one in part] for part in parted(name, report))
    close = words.number(MARGIN, 1)
    said = [
        f"{lead} {words.listed(layers)}"
        for lead, layers in (
            (
                words.pick(
                    f"höchstens um α = {close} schlechter als Menschen einander in",
                    f"at most α = {close} less than people with each other in",
                ),
                like,
            ),
            (words.pick("sicher schlechter in", "surely less in"), less),
            (words.pick("nicht zu entscheiden in", "undecided in"), unknown),
        )
        if layers
    ]
    return f"{name} {words.pick('trifft Menschen', 'agrees with people')}: {'; '.join(said)}."


def _alpha_dots(report: AgreementReport, book: Codebook, words: Words) -> Iterator[Part]:
    dots = [
        Dot(book.layer_label(name), layer.alpha, layer.interval, "people")
        for name, layer in report.layers.items()
        if layer.alpha is not None
    ]
    if not dots:
        return
    label = words.pick(
        "Alpha je Ebene mit seinem Intervall; die Striche bei 0,667 und 0,8 sind Krippendorffs Schwellen.",
        "Alpha by layer with its interval; the lines at 0.667 and 0.8 are Krippendorff's.",
    )
    axis = words.pick("Krippendorffs Alpha", "Krippendorff's alpha")
    spoken = f"{label} {'; '.join(f'{dot.row} {words.with_bounds(dot.value, dot.interval)}' for dot in dots)}"
    lines = (TENTATIVE, FIRM)
    svg = dots_figure("agreement", spoken, dots, axis=axis, lines=lines, legend={}, language=words.language)
    yield Drawing(svg, spoken)
    yield Paragraph(label, is_note=True)


def _rows(report: AgreementReport, book: Codebook, words: Words) -> Iterator[list[str]]:
    for name, layer in report.layers.items():
        label = book.layer_label(name)
        yield _cells(label, layer, words)
        if layer.touched and layer.direction:
            yield _cells(f"{label}: {words.pick('berührt', 'touched')}", layer.touched, words)
            yield _cells(f"{label}: {words.pick('Richtung', 'direction')}", layer.direction, words)
        if layer.alpha_jaccard is not UNSET:
            jaccard = words.with_bounds(layer.alpha_jaccard, layer.interval_jaccard or None)
            named = f"{label}: {words.pick('mit Jaccard', 'with Jaccard')}"
            yield [named, jaccard, "–", "–", "–", words.whole(layer.shared)]
        if layer.parents:
            yield _cells(f"{label}: {words.pick('Gruppen', 'groups')}", layer.parents, words)


def _cells(shown: str, figure: Coefficients, words: Words) -> list[str]:
    return [
        shown,
        words.with_bounds(figure.alpha, figure.interval),
        words.share(figure.observed, figure.interval_observed),
        words.with_bounds(figure.kappa, figure.interval_kappa),
        words.with_bounds(figure.ac1, figure.interval_ac1),
        words.whole(figure.shared),
    ]


def _codes(name: str, layer: LayerAgreement, book: Codebook, words: Words) -> Table:
    rows = [
        [
            words.code(name, code, book),
            words.whole(figure.n),
            words.with_bounds(figure.alpha, figure.interval),
            words.with_bounds(figure.positive_agreement, figure.interval_positive_agreement),
            words.with_bounds(figure.ac1, figure.interval_ac1),
        ]
        for code, figure in layer.codes.items()
        if figure.n
    ]
    head = (
        "Code", words.pick("vergeben", "given"), "α",
        words.pick("positive Übereinstimmung", "positive agreement"),
        "AC1",
    )  # fmt: skip
    caption = words.pick(f"{book.layer_label(name)}: je Code", f"{book.layer_label(name)}: by code")
    return Table(head, rows, caption, f"agreement-{name}", frozenset({1, 2, 3, 4}))


def _targets(name: str, layer: LayerAgreement, book: Codebook, words: Words) -> Iterator[Table]:
    """Touched and direction apart, for a figure over both hides which of the two is hard."""
    rows = [
        [
            book.question(target),
            words.with_bounds(figure.alpha, figure.interval),
            words.with_bounds(figure.touched.alpha, figure.touched.interval),
            words.with_bounds(figure.direction.alpha, figure.direction.interval),
            words.whole(figure.shared),
            words.whole(figure.direction.shared),
        ]
        for target, figure in (layer.targets or {}).items()
    ]
    if rows:
        head = (
            words.pick("Ziel", "Target"), "α", words.pick("α: berührt", "α: touched"),
            words.pick("α: Richtung", "α: direction"), words.pick("Sätze", "sentences"),
            words.pick("für alle berührt", "all took it for touched"),
        )  # fmt: skip
        caption = words.pick(f"{book.layer_label(name)}: je Ziel", f"{book.layer_label(name)}: by target")
        yield Table(head, rows, caption, f"agreement-targets-{name}", frozenset(range(1, 6)))


def _parts_of(report: AgreementReport, book: Codebook, words: Words) -> Iterator[Part]:
    """Alpha by month, phase, version and what stood on the screen, where there is more than one."""
    kinds = (
        ("months", words.pick("Nach Monaten", "By month"), report.months),
        ("phases", words.pick("Nach Teilen der Arbeit", "By phase"), report.phases),
        (
            "versions",
            words.pick("Nach Fassungen des Codebuchs", "By version of the codebook"),
            report.versions,
        ),
        (
            "shown",
            words.pick("Nach dem, was zu sehen war", "By what stood on the screen"),
            report.suggestions,
        ),
    )
    for name, caption, held in kinds:
        if held:
            rows = [
                [book.layer_label(layer), *(_with_n(figures.get(layer), words) for figures in held.values())]
                for layer in report.layers
            ]
            shown = [words.pick(*_SHOWN.get(part, (part, part))) for part in held]
            head = [words.pick("α je Ebene", "α by layer"), *shown]
            yield Table(head, rows, caption, f"agreement-{name}", frozenset(range(1, len(head))))
    if report.chains:
        rows = [
            [book.layer_label(name), _with_n(report.layers.get(name), words), _with_n(figure, words)]
            for name, figure in report.chains.items()
        ]
        head = [
            words.pick("α je Ebene", "α by layer"), words.pick("Satz für Satz", "sentence by sentence"),
            words.pick("Teile eines Satzes als einer", "pieces of a sentence as one"),
        ]  # fmt: skip
        caption = words.pick("Sätze über mehrere Absätze", "Sentences over several blocks")
        yield Table(head, rows, caption, "agreement-chains", frozenset({1, 2}))


def _with_n(figure: Coefficients | None, words: Words) -> str:
    if figure is None:
        return "–"
    return f"{words.with_bounds(figure.alpha, figure.interval)}, n = {words.whole(figure.shared)}"


def _confusions(
    report: AgreementReport, book: Codebook, words: Words, places: Mapping[str, Place]
) -> Iterator[Part]:
    """Codes to clarify, those first that would raise alpha most, each with sentences."""
    rows = []
    for step in next_steps(report, book)[:_STEPS]:
        about = step_words(step, book, words)
        for sentence_id in step.confusion.sentences[:2]:
            place = places.get(sentence_id, Place())
            rows.append(Quote(place.text or sentence_id, about, place.links))
    if rows:
        yield Quotes(rows, words.pick("Was als Nächstes zu klären ist", "What to clarify next"))


def step_words(step: Step, book: Codebook, words: Words) -> str:
    """Codes to clarify, how often they stand against each other, and what settling them would bring."""
    found, name = step.confusion, step.layer.id
    codes = [words.quoted(words.code(name, code, book)) for code in found.codes]
    if len(codes) == 1:
        codes.append(words.pick("nicht angekreuzt", "not ticked"))
    asked = f" – {book.question(found.target)}" if found.target else ""
    said = f"{book.layer_label(name)}: {words.pick(' gegen ', ' against ').join(codes)}{asked}"
    said += words.pick(f" ({found.n}-mal", f" ({found.n} times")
    if found.gain is not UNSET:
        rise = words.number(gain(found), 3)
        said += words.pick(f"; geklärt stiege α um {rise}", f"; settled, α would rise by {rise}")
    return f"{said})"


def _pairs(report: AgreementReport, book: Codebook, words: Words) -> Iterator[Part]:
    if len(report.annotators) < 3:  # of two, the layer's figure says it
        return
    rows = [
        [book.layer_label(name), *_pair_cells(pair, words)]
        for name, layer in report.layers.items()
        for pair in layer.pairs
    ]
    yield Table(_pair_head(words), rows, words.pick("Je zwei Personen", "Two by two"), "agreement-pairs",
                frozenset({2, 3, 4, 5}))  # fmt: skip


def _pair_head(words: Words) -> tuple[str, ...]:
    return (
        words.pick("Ebene", "Layer"), words.pick("Wer", "Who"), words.pick("Urteile", "judgements"),
        words.pick("gleich", "equal"), "κ (Cohen)", "α",
    )  # fmt: skip


def _pair_cells(pair: PairFigure, words: Words) -> list[str]:
    return [
        " – ".join(pair.annotators),
        words.whole(pair.n),
        words.percent(pair.observed),
        words.with_bounds(pair.kappa, pair.interval_kappa),
        words.with_bounds(pair.alpha, pair.interval),
    ]


def _kept(report: AgreementReport, book: Codebook, words: Words) -> Iterator[Part]:
    rows = [
        [
            book.layer_label(layer),
            words.pick(*_SHOWN[kind]),
            words.whole(count.shown),
            words.whole(count.kept),
            words.percent(count.kept / count.shown),
        ]
        for layer, kinds in report.kept.items()
        for kind, count in kinds.items()
    ]
    if rows:
        head = (
            words.pick("Ebene", "Layer"), words.pick("vorgeschlagen", "suggested"),
            words.pick("gezeigt", "shown"),
            words.pick("so codiert", "coded so"), words.pick("Anteil", "share"),
        )  # fmt: skip
        caption = words.pick("Was aus Vorschlägen wurde", "What became of suggestions")
        yield Table(head, rows, caption, "kept", frozenset({2, 3, 4}))


def _published(words: Words) -> Table:
    rows = [
        [words.pick(german, english), who, figure.replace(".", ",") if words.language == "de" else figure]
        for german, english, who, figure in _PUBLISHED
    ]
    head = (words.pick("Aufgabe", "Task"), words.pick("Quelle", "Source"), words.pick("Wert", "Figure"))
    caption = words.pick("Zum Vergleich: veröffentlichte Werte", "To compare: published figures")
    return Table(head, rows, caption, "published", frozenset({2}))


def named_sentences(report: AgreementReport, book: Codebook) -> Iterable[str]:
    """The sentences that the chapter names."""
    steps = next_steps(report, book)[:_STEPS]
    return {name for step in steps for name in step.confusion.sentences[:2]}
