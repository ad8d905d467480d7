"""What a report of agreement says to do next, and what its figures mean in words."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from msgspec import UNSET, Struct

from exports.agreement.confusion import Confusion
from exports.agreement.report import AgreementReport, Coefficients, LayerAgreement, TargetFigure
from schemas.codebook import Codebook, Layer
from schemas.decimals import bounds, decimal
from schemas.records import UNRELATED

FIRM, TENTATIVE = 0.8, 0.667  # Krippendorff's customary lines
#: How far below people a machine may be, at its interval's low end, to be called close to them. With a fixed
#: margin fewer sentences say less; that its figure lies in people's interval is likelier the wider that is.
MARGIN = 0.1
WIDTH = 80


class Place(Struct, frozen=True, kw_only=True):
    """A sentence that was coded differently: its text, and who coded it where."""

    text: str = ""
    links: tuple[tuple[str, str], ...] = ()  # who, and the address; without a server the task's number


class Step(Struct, frozen=True, kw_only=True):
    """Codes of a layer to clarify."""

    layer: Layer
    confusion: Confusion

    def names(self, codebook: Codebook) -> str:
        """The labels of the codes; of a set's single code, what it stands against; of a stance to whom."""
        labels = [code_label(self.layer, code, codebook) for code in self.confusion.codes]
        words = " / ".join(labels) if len(labels) > 1 else f"{labels[0]} / not ticked"
        target = codebook.target(self.confusion.target) if self.confusion.target else None
        return f"{words} – {codebook.say(target.question)}" if target else words


def next_steps(report: AgreementReport, codebook: Codebook) -> list[Step]:
    """The confusions of all layers, those first that would bring their layer's alpha most."""
    steps = [
        Step(layer=layer, confusion=confusion)
        for layer in codebook.predicted_layers
        for confusion in report.layers[layer.id].confusions
    ]
    return sorted(steps, key=lambda step: (-gain(step.confusion), -step.confusion.n))


def gain(confusion: Confusion) -> float:
    return 0.0 if confusion.gain is UNSET else confusion.gain


def code_label(layer: Layer, code_id: str, codebook: Codebook) -> str:
    label = next((codebook.say(code.label) for code in layer.codes if code.id == code_id), "")
    return label or ("no stance" if code_id == UNRELATED else code_id)


def report_words(
    report: AgreementReport, codebook: Codebook, places: Mapping[str, Place], *, most: int = 3
) -> str:
    """The report for a terminal of 80 columns: figures, what they allow, and what to do next."""
    lines = [*_wrapped(summary(report))]
    if report.shared:
        lines += ["", *figure_table(report), "", *_interval_table(report), "", *_code_table(report, codebook)]
    if report.kept:
        lines += ["", *kept_table(report)]
    for name in report.machines:
        lines += ["", *machine_table(name, report)]
    steps = next_steps(report, codebook)[:most]
    if steps:
        lines += ["", "What to clarify next (gain: what the layer's alpha would rise by)"]
    for number, step in enumerate(steps, start=1):
        lines += ["", *_step_lines(number, step, codebook, places)]
    return "\n".join(lines)


def summary(report: AgreementReport) -> str:
    """How many people coded how much in common."""
    who = ", ".join(report.annotators)
    if len(report.annotators) == 1:
        return f"1 annotator ({who}); {report.sentences} sentences, none coded by two"
    return (
        f"{len(report.annotators)} annotators ({who}); {report.shared} of {report.sentences} sentences "
        f"coded by two or more, in {report.commentaries} commentaries"
    )


def figures_of(report: AgreementReport) -> Iterator[tuple[int, str, Coefficients]]:
    """Depth, name and figure of every layer that several coded, with the steps and targets of a stance."""
    for name, layer in report.layers.items():
        if not layer.shared:
            continue
        yield 0, name, layer
        if layer.touched and layer.direction:
            yield 1, "touched", layer.touched
            yield 1, "direction", layer.direction
        for target, figure in (layer.targets or {}).items():
            yield 1, target, figure
        if layer.parents:
            yield 1, "groups", layer.parents


def figure_table(report: AgreementReport) -> Iterator[str]:
    """The figures in lines of 80 columns, with why one is missing below."""
    yield f"{'layer':<22}  {'alpha':>6}  {'95 %':^13}  {'obs.':>5}  {'kappa':>6}  {'AC1':>6}  {'shared':>6}"
    notes: list[str] = []
    kinds = {layer.kind for layer in report.layers.values() if layer.shared}
    for depth, name, figure in figures_of(report):
        mark, reason = "", figure.reason or ""
        if not reason and isinstance(figure, TargetFigure) and figure.direction.reason:
            reason = f"its direction is {figure.direction.reason}"
        if not reason and isinstance(figure, LayerAgreement) and figure.alpha_masi is not UNSET:
            reason = "of sets, by MASI: one that overlaps another is right in part; observed: whole sets"
        if reason:
            if reason not in notes:
                notes.append(reason)
            mark = f" [{notes.index(reason) + 1}]"
        shown = _cut("  " * depth + name, 22 - len(mark)) + mark
        yield (
            f"{shown:<22}  {decimal(figure.alpha):>6}  {bounds(figure.interval):^13}  "
            f"{decimal(figure.observed, 2):>5}  {decimal(figure.kappa):>6}  {decimal(figure.ac1):>6}  "
            f"{figure.shared:>6}"
        ).rstrip()
    for number, note in enumerate(notes, start=1):
        yield from _wrapped(f"[{number}] {note}", hang="    ")
    if alone := [name for name, layer in report.layers.items() if not layer.shared]:
        yield from _wrapped(f"No two annotators coded the same sentence in {', '.join(alone)}.")
    apart = "; of a stance, touched and direction apart" if "stance" in kinds else ""
    yield from _wrapped(f"To report: alpha with its interval and the sentences shared{apart}.")


def _interval_table(report: AgreementReport) -> Iterator[str]:
    """The intervals of what stands beside alpha."""
    yield f"{'their 95 % intervals':<22}  {'observed':^13}  {'kappa':^13}  {'AC1':^13}".rstrip()
    for depth, name, figure in figures_of(report):
        intervals = (figure.interval_observed, figure.interval_kappa, figure.interval_ac1)
        shown = "  ".join(f"{bounds(interval):^13}" for interval in intervals)
        yield f"{_cut('  ' * depth + name, 22):<22}  {shown}".rstrip()


def _code_table(report: AgreementReport, codebook: Codebook) -> Iterator[str]:
    """The codes that were given, layer by layer."""
    yield f"{'code':<28}  {'given':>5}  {'alpha':>6}  {'95 %':^13}  {'pos.':>5}  {'95 %':^13}".rstrip()
    for layer in codebook.predicted_layers:
        if any(figure.n for figure in report.layers[layer.id].codes.values()):
            yield layer.id
        for code, figure in report.layers[layer.id].codes.items():
            if figure.n:
                yield (
                    f"{_cut('  ' + code_label(layer, code, codebook), 28):<28}  {figure.n:>5}  "
                    f"{decimal(figure.alpha):>6}  {bounds(figure.interval):^13}  "
                    f"{decimal(figure.positive_agreement):>5}  "
                    f"{bounds(figure.interval_positive_agreement):^13}"
                ).rstrip()


#: What was suggested → the words for it.
SHOWN = {
    "ticked": "ticked",
    "from_author": "ticked as by the author elsewhere",
    "touched": "marked as touched",
}


def kept_table(report: AgreementReport) -> Iterator[str]:
    """How often what was suggested was coded so."""
    yield f"{'suggested':<22}  {'how':<32}  {'shown':>5}  {'kept':>5}  {'share':>5}"
    for layer, kinds in report.kept.items():
        for kind, count in kinds.items():
            yield (
                f"{_cut(layer, 22):<22}  {SHOWN[kind]:<32}  {count.shown:>5}  {count.kept:>5}  "
                f"{decimal(count.kept / count.shown, 2):>5}"
            )


def machine_table(name: str, report: AgreementReport) -> Iterator[str]:
    """How far a machine agrees with people, beside how far they agree with each other."""
    yield _cut(f"{name}, a machine, against people", WIDTH)
    heads = f"{'layer':<22}  {'alpha':>6}  {'95 %':^13}  {'obs.':>5}  {'n':>6}"
    yield f"{heads}  {'people':>6}  {'95 %':^13}".rstrip()
    for layer, figure in report.machines[name].items():
        people = report.layers[layer]
        rows: list[tuple[str, Coefficients, Coefficients | None]] = [(layer, figure, people)]
        if figure.without_suggestions is not None:
            rows.append(("  saw no suggestion", figure.without_suggestions, None))
        for shown, one, beside in rows:
            words = (
                f"{_cut(shown, 22):<22}  {decimal(one.alpha):>6}  {bounds(one.interval):^13}  "
                f"{decimal(one.observed, 2):>5}  {one.n:>6}"
            )
            if beside is not None and beside.alpha is not None:
                words += f"  {decimal(beside.alpha):>6}  {bounds(beside.interval):^13}"
            yield words.rstrip()
    yield from _wrapped(machine_sentence(name, report))


def machine_sentence(name: str, report: AgreementReport) -> str:
    """In which layers a machine agrees with people nearly as they with each other, and in which less."""
    if not report.shared:
        return "How far people agree with each other is not known: no sentence was coded by two of them."
    like, less, unknown = parted(name, report)
    parts = [
        f"{words} {', '.join(layers)}"
        for words, layers in (
            (f"it agrees with people at most {MARGIN} alpha less than they with each other in", like),
            ("surely less in", less),
            ("it cannot be said in", unknown),
        )
        if layers
    ]
    return f"{'; '.join(parts)}."[:1].upper() + f"{'; '.join(parts)}."[1:]


def parted(name: str, report: AgreementReport) -> tuple[list[str], list[str], list[str]]:
    """The layers where a machine is at most `MARGIN` below people, surely below them, and the unsure."""
    like, less, unknown = [], [], []
    for layer, figure in report.machines[name].items():
        fair = figure.without_suggestions or figure
        people = report.layers[layer]
        if fair.interval is None or people.alpha is None or people.interval is None:
            unknown.append(layer)
        elif fair.interval[1] < people.interval[0]:
            less.append(layer)
        elif fair.interval[0] >= people.alpha - MARGIN:
            like.append(layer)
        else:
            unknown.append(layer)
    return like, less, unknown


def _step_lines(
    number: int, step: Step, codebook: Codebook, places: Mapping[str, Place], *, most: int = 2
) -> Iterator[str]:
    confusion = step.confusion
    bought = f"gain {gain(confusion):.3f}, " if confusion.gain is not UNSET else ""
    words = f"{number}. {step.layer.id}: {step.names(codebook)} ({bought}{confusion.n}×)"
    yield from _wrapped(words, hang="   ")
    for sentence_id in confusion.sentences[:most]:
        place = places.get(sentence_id, Place())
        yield "   " + _cut(f"„{place.text}“" if place.text else sentence_id, WIDTH - 3)
        for who, link in place.links:
            yield f"     {who}: {link}"  # never cut: it is to be clicked


def _cut(words: str, width: int) -> str:
    plain = words.replace("\n", " ")
    return plain if len(plain) <= width else plain[: width - 1] + "…"


def _wrapped(words: str, *, hang: str = "") -> Sequence[str]:
    return textwrap.wrap(words, WIDTH, subsequent_indent=hang, break_on_hyphens=False)
