"""The evaluation for a terminal of 80 columns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from annotate.commands.plain_words import WIDTH, code_words, question_words, quoted, wrapped
from annotate.commands.terminal import table
from schemas.decimals import bounds, counted

if TYPE_CHECKING:
    from schemas.codebook import Codebook
    from train.data.holdout import HeldOut
    from train.evaluation.label_errors import LabelError
    from train.evaluation.report import CodeFigures, EvaluationReport, LayerFigures

_NAME = 22  # characters of a name in a table
_CODES, _SUSPECTS = 12, 3
#: What the columns are.
_BESIDE = (
    "macro-F1: of the model, of always the commonest code (common), of ten telling words a code (words), of "
    "a plain linear model (twin), of each annotator against the others (human)."
)


def evaluation_words(
    report: "EvaluationReport", suspects: int | None = None, codebook: "Codebook | None" = None
) -> str:
    """The report in words and tables, layer by layer; so many likely errors of each.

    Parameters
    ----------
    codebook
        Gives codes and targets their words; without one they are called by their ids.
    """
    parts = [_head(report), _overview(report)]
    parts += [
        part
        for name, layer in report.layers.items()
        if layer.n
        for part in _layer(name, layer, suspects, _Names(codebook, name))
    ]
    parts += _curve(report)
    parts += _against(report)
    return "\n\n".join(part for part in parts if part)


class _Names(NamedTuple):
    """What the codes of a layer and the targets are called."""

    codebook: "Codebook | None"
    layer: str

    def code(self, code: str) -> str:
        return code_words(self.codebook, self.layer, code) if self.codebook else code

    def target(self, target: str | None) -> str:
        return question_words(self.codebook, target) if self.codebook else f" – {target}" if target else ""


def _head(report: "EvaluationReport") -> str:
    how = in_words(report.held_out) if report.held_out else "a trained model on given rows"
    return wrapped(f"{counted(report.n, 'sentence')}, {report.model_version}: {how}")


def in_words(held_out: "HeldOut") -> str:
    """How an evaluation held out."""
    what = {"cluster": "commentaries that share sentences stay together", "commentary": "by commentary"}
    words = f"{held_out.splits} models, each judged on what it has not seen; {what[held_out.group]}"
    if held_out.by == "date":
        words += f"; trained on what was written {held_out.gap_days} days before or earlier"
    elif held_out.by != "commentary":
        words += f"; and on no {held_out.by} it has seen"
    left = "".join(f"; {n} not judged: {reason}" for reason, n in held_out.left_out.items())
    return words + left


def _overview(report: "EvaluationReport") -> str:
    rows: list[tuple[object, ...]] = []
    notes = []
    for name, layer in report.layers.items():
        base = layer.baselines
        rows.append(
            (
                _cut(name),
                layer.macro_f1,
                bounds(layer.interval),
                layer.baseline_macro_f1,
                base.keyword if base else None,
                base.twin if base else None,
                layer.ceiling.macro_f1 if layer.ceiling else None,
                layer.n,
            )
        )
        for step, part in (("touched", layer.touched), ("direction", layer.direction)):
            if part is not None:
                rows.append((f"  {step}", part.macro_f1, "", "", "", "", "", part.n))
                notes += [f"{name}, {step}: {part.reason}"] if part.reason else []
        notes += [f"{name}: {layer.reason}"] if layer.reason else []
        if layer.macro_f1 is not None and base and base.twin is not None and base.twin >= layer.macro_f1:
            notes.append(f"{name}: a plain linear model (twin) does as well")
    head = ["layer", "macro-F1", "95 %", "common", "words", "twin", "human", "n"]
    return "\n".join([table(head, rows), wrapped(_BESIDE), *map(wrapped, notes)])


def _layer(name: str, layer: "LayerFigures", suspects: int | None, names: _Names) -> Iterator[str]:
    shown = sorted(layer.codes.items(), key=lambda item: -item[1].support)
    rows = [_code(names.code(code), figures) for code, figures in shown[:_CODES]]
    lines = [table([_cut(name), "precision", "recall", "F1", "95 %", "av.prec.", "n"], rows)]
    if len(shown) > _CODES:
        lines.append(f"and {len(shown) - _CODES} rarer codes (--json has all)")
    at = layer.at_abstention
    kept = f"Right: {layer.accuracy:.0%}. " if layer.accuracy is not None else ""
    kept += f"With abstention it answers {at.coverage:.0%}"
    kept += f", of which {at.accuracy:.0%} are right" if at.accuracy is not None else ""
    reached = f", at macro-F1 {at.macro_f1:.3f}" if at.macro_f1 is not None else ""
    error = (
        f"; calibration error {layer.calibration_error:.3f}" if layer.calibration_error is not None else ""
    )
    lines.append(wrapped(f"{kept}{reached}{error}."))
    if layer.not_learned:
        never = ", ".join(map(names.code, layer.not_learned))
        lines.append(wrapped(f"Not learned, so never given: {never}."))
    lines += _suggested(layer)
    lines += _human(layer)
    lines += _one_sided(layer, names)
    if layer.suspects:
        listed = layer.suspects[: _SUSPECTS if suspects is None else suspects]
        lines.append("Likely errors of gold, the likeliest first:")
        for s in listed:
            lines.append(f"  {quoted(s.text, WIDTH - 2) if s.text else s.sentence_id}")
            lines.append(wrapped(f"    {_error(s, names)} ({s.score:.2f})"))
            lines += [f"    {link}" for link in s.links]
        rest = layer.suspects_found - len(listed)
        lines += [f"  and {rest} more (--label-errors {layer.suspects_found} lists all)"] if rest else []
    yield "\n".join(lines)


def _error(s: "LabelError", names: _Names) -> str:
    """What gold says, and what is likelier."""
    if s.code is None:
        return f"{names.code(s.gold)}, rather {names.code(s.predicted)}{names.target(s.target)}"
    not_given, given = ("", "not ") if s.gold == "yes" else ("not ", "")
    return f"{not_given}{names.code(s.code)}, rather {given}{names.code(s.code)}"


def _suggested(layer: "LayerFigures") -> list[str]:
    """What a stance may suggest, and what its directions rest on."""
    f = layer.suggested
    if f is None:
        return []
    kinds = (("marked as touched", f.marks), ("ticked with a direction", f.ticks))
    made = [
        f"{kind.n} {words}, {kind.right:.0%} of them right ({kind.found or 0:.0%} of the touches)"
        if kind.right is not None
        else f"none {words}"
        for words, kind in kinds
    ]
    whose = (("authors with other coded texts on the target", f.known), ("other authors", f.unknown))
    ways = [f"{ways.right:.0%} of {ways.n} by {words}" for words, ways in whose if ways.right is not None]
    lines = [wrapped(f"Suggestions: {'; '.join(made)}.")]
    return lines + ([wrapped(f"Direction of what is touched, right: {', '.join(ways)}.")] if ways else [])


def _code(code: str, figures: "CodeFigures") -> tuple[object, ...]:
    f = figures
    return (_cut(code), f.precision, f.recall, f.f1, bounds(f.interval), f.average_precision, f.support)


def _human(layer: "LayerFigures") -> list[str]:
    c = layer.ceiling
    if c is None or c.macro_f1 is None or c.model_macro_f1 is None:
        return []
    return [
        wrapped(
            f"Annotator against the rest: {c.macro_f1:.3f} ({bounds(c.interval)}); the model against the "
            f"same: {c.model_macro_f1:.3f} ({bounds(c.model_interval)}); {c.sentences} coded by several."
        )
    ]


def _one_sided(layer: "LayerFigures", names: _Names) -> list[str]:
    sided = [name for name, target in layer.targets.items() if target.touched and target.reason]
    if not sided:
        return []
    more = f" and {len(sided) - 6} more" if len(sided) > 6 else ""
    words = f"Only one direction observed, so no figure of their own: {', '.join(sided[:6])}{more}."
    return [wrapped(words)]


def _curve(report: "EvaluationReport") -> Iterator[str]:
    from annotate.report.model_chapter import more_words
    from annotate.report.words import Words

    if not report.learning_curve:
        return
    names = list(report.layers)
    rows = [
        (point.commentaries, point.sentences, *(point.macro_f1.get(name) for name in names))
        for point in report.learning_curve
    ]
    short = [name[: max(8, (WIDTH - 26) // max(len(names), 1) - 2)] for name in names]
    more = {name: more_words(report, name, Words("en")) for name in names if report.layers[name].n}
    alike = {words: [name for name in more if more[name] == words] for words in more.values()}
    notes = [
        wrapped(f"{', '.join(layers)}: {words[0].lower()}{words[1:]}") for words, layers in alike.items()
    ]
    head = "Learning curve, macro-F1\n" + table(["commentaries", "sentences", *short], rows)
    yield "\n".join([head, *notes])


def _against(report: "EvaluationReport") -> Iterator[str]:
    if report.against is None:
        return
    rows = [
        (
            _cut(name),
            d.macro_f1,
            d.against_macro_f1,
            "–" if d.difference is None else f"{d.difference:+.3f}",
            "–" if d.interval is None else f"{d.interval[0]:+.3f} to {d.interval[1]:+.3f}",
            d.p,
            d.reason or ("real" if d.real else "not shown"),
        )
        for name, d in report.against.layers.items()
    ]
    head = ["layer", "this", "other", "difference", "95 %", "p", "difference is"]
    yield f"Against {report.against.model_version} (paired bootstrap)\n" + table(head, rows)


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else name[: _NAME - 1] + "…"
