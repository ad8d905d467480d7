"""An audit in words, in the language of the codebook: first what it found, then its tables, in 80 columns."""

import textwrap
from collections.abc import Iterator

from exports.audit.comparison import Share, Shift
from exports.audit.phrases import ENGLISH, GERMAN
from exports.audit.plan import AuditPlan
from exports.audit.report import AuditReport, CodeAudit
from schemas.codebook import Codebook
from schemas.decimals import number
from schemas.kinds import KINDS

_WIDTH, _NAME = 80, 19
_SURE = 0.05  # below this a corrected p-value counts


class _Language:
    def __init__(self, codebook: Codebook, language: str | None = None) -> None:
        self.is_german = (language or codebook.language) == "de"
        self.words = GERMAN if self.is_german else ENGLISH

    def say(self, key: str, **parts: object) -> str:
        return self.words[key].format(**parts)

    def number(self, value: float, digits: int = 0) -> str:
        return number(value, digits, "de" if self.is_german else "en")

    def percent(self, value: float) -> str:
        return f"{self.number(100 * value)} %" if self.is_german else f"{self.number(100 * value)}%"


def audit_sentences(report: AuditReport, codebook: Codebook, language: str | None = None) -> list[str]:
    """What was found, the most important first; in the codebook's language or another."""
    return list(_sentences(report, codebook, _Language(codebook, language)))


def audit_words(report: AuditReport, codebook: Codebook) -> str:
    """Sentences, and a table of the codes."""
    language = _Language(codebook)
    found = [textwrap.fill(line, _WIDTH) for line in _sentences(report, codebook, language)]
    return "\n".join([*found, "", *_table(report, codebook, language), *_notes(report)])


def plan_words(plan: AuditPlan, codebook: Codebook) -> str:
    """What each share of commentaries without suggestions can show."""
    language = _Language(codebook)
    head = language.say(
        "plan",
        texts=plan.commentaries,
        sentences=plan.sentences,
        codings=plan.annotations,
        correlation=language.number(plan.correlation, 2),
        how=language.say("measured" if plan.measured else "assumed"),
    )
    rows = [[language.say("without"), *(language.percent(float(p)) for p in plan.shares[0].detectable)]]
    for share in plan.shares:
        mark = f" ({language.say('now')})" if share.is_current else ""
        shifts = [f"±{language.number(100 * v)}" if v else "–" for v in share.detectable.values()]
        rows.append([f"{language.percent(share.share)}, {share.commentaries}{mark}", *shifts])
    lines = [f"{row[0]:28}" + "".join(f"{cell:>8}" for cell in row[1:]) for row in rows]
    return "\n".join([textwrap.fill(head, _WIDTH), "", *lines])


# ---------------------------------------------------------------------- sentences


def _sentences(report: AuditReport, codebook: Codebook, language: _Language) -> Iterator[str]:
    shown = sum(layer.kept.n for layer in report.layers.values())
    kept = sum(round((layer.kept.share or 0) * layer.kept.n) for layer in report.layers.values())
    yield from _effects(report, codebook, language)
    if shown:
        yield language.say("kept", kept=language.percent(kept / shown), n=f"{shown}")
    for who, person in report.annotators.items():
        shift = person.with_model.shift
        yield language.say(
            person.habit,
            who=who,
            kept=language.percent(person.kept.share or 0),
            points=language.number(100 * (shift or 0)),
        )
    yield from _since(report, codebook, language)
    yield from _tiring(report, language)
    time = report.time
    if time.ratio is not None and time.interval is not None and not time.interval[0] <= 1 <= time.interval[1]:
        low, high = (language.number(bound, 2) for bound in time.interval)
        yield language.say("time", ratio=language.number(time.ratio, 2), low=low, high=high)


def _effects(report: AuditReport, codebook: Codebook, language: _Language) -> Iterator[str]:
    if report.compared == "nothing":
        yield language.say("unknown", reason=language.say(report.reason or "too_little"))
        return
    if report.compared == "seen":
        yield language.say("seen")
    shifted = [c for c in report.codes if c.shift.q is not None and c.shift.q < _SURE]
    for found in sorted(shifted, key=lambda c: -abs(c.shift.shift or 0)):
        yield _moved("up" if (found.shift.shift or 0) > 0 else "down", found, codebook, language)
    bounds = [max(map(abs, c.shift.interval)) for c in report.codes if c.shift.interval]
    if not shifted and report.compared == "drawn":
        if bounds:
            limit = sorted(bounds)[max(0, round(0.9 * len(bounds)) - 1)]
            share = sum(bound <= limit for bound in bounds) / len(report.codes)
            yield language.say("none", points=language.number(100 * limit), share=language.percent(share))
        else:
            yield language.say("unknown", reason=language.say("too_little"))
    for name, layer in report.layers.items():
        shift = layer.with_model
        if shift.interval is not None and shift.interval[0] > 0 and report.compared == "drawn":
            points, low, high = _points(shift, language)
            label = codebook.layer_label(name)
            yield language.say("pull", layer=label, points=points, low=low, high=high)


def _since(report: AuditReport, codebook: Codebook, language: _Language) -> Iterator[str]:
    """How many codes are surely given more or less often than before the first suggestion, and which most."""
    known = [(found, shift) for found in report.codes if (shift := found.since_before) and shift.interval]
    clear = [(found, shift) for found, shift in known if shift.interval and _excludes_zero(shift.interval)]
    if clear:
        found, shift = max(clear, key=lambda pair: abs(pair[1].shift or 0))
        low, high = (language.number(100 * bound) for bound in shift.interval or ())
        yield language.say(
            "since",
            n=len(clear),
            all=len(known),
            what=_named(found, codebook, language),
            points=language.number(100 * (shift.shift or 0)),
            low=low,
            high=high,
        )


def _excludes_zero(interval: tuple[float, float]) -> bool:
    low, high = interval
    return low > 0 or high < 0


def _moved(key: str, found: CodeAudit, codebook: Codebook, language: _Language) -> str:
    points, low, high = _points(found.shift, language)
    return language.say(key, what=_named(found, codebook, language), points=points, low=low, high=high)


def _points(shift: Shift, language: _Language) -> tuple[str, str, str]:
    """Shift and interval as positive points, the smaller bound first."""
    low, high = shift.interval or (0.0, 0.0)
    sign = -1 if (shift.shift or 0) < 0 else 1
    bounds = sorted((sign * low, sign * high))
    points, *rest = (language.number(100 * value) for value in (abs(shift.shift or 0), *bounds))
    return points, rest[0], rest[1]


def _tiring(report: AuditReport, language: _Language) -> Iterator[str]:
    first, _, last = report.thirds
    if first.interval and last.interval and first.share is not None and last.share is not None:
        apart = last.interval[0] > first.interval[1] or last.interval[1] < first.interval[0]
        if apart:
            shares = [language.percent(share) for share in (first.share, last.share)]
            yield language.say("thirds", first=shares[0], last=shares[1])


def _named(found: CodeAudit, codebook: Codebook, language: _Language) -> str:
    open_, close = ("„", "“") if language.is_german else ("“", "”")
    words = f"{open_}{codebook.code_label(found.layer, found.code)}{close}"
    return f"{words} ({codebook.question(found.target)})" if found.target else words


# ---------------------------------------------------------------------- table


def _table(report: AuditReport, codebook: Codebook, language: _Language) -> Iterator[str]:
    layer_head, code_head, *heads = language.say("heads").split("|")
    yield (
        f"{layer_head:20.20} {code_head:20.20}" + "".join(f"{head:>9}" for head in heads[:3]) + f" {heads[3]}"
    )
    for found in report.codes:
        name = codebook.layer_label(found.layer)
        layer = codebook.layer(found.layer)
        if layer is not None and KINDS[layer.kind].by_target and found.target:
            name = found.target
        shift = found.shift
        cells = (
            _share(found.kept, language),
            *(_percent(v, language) for v in (shift.with_suggestions, shift.without)),
        )
        yield (
            f"{_cut(name):20} {_cut(codebook.code_label(found.layer, found.code)):20}"
            + "".join(f"{c:>9}" for c in cells)
            + _difference(shift, language)
        )


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def _share(value: Share, language: _Language) -> str:
    return "–" if value.share is None else language.percent(value.share)


def _percent(value: float | None, language: _Language) -> str:
    return "–" if value is None else language.percent(value)


def _difference(shift: Shift, language: _Language) -> str:
    if shift.shift is None or shift.interval is None:
        return " –"
    star = "*" if shift.q is not None and shift.q < _SURE else ""
    low, high = (language.number(100 * bound) for bound in shift.interval)
    return f" {language.number(100 * shift.shift)}{star} [{low}; {high}]"


def _notes(report: AuditReport) -> Iterator[str]:
    for note in report.notes:
        yield textwrap.fill(f"note: {note}", _WIDTH, subsequent_indent="  ")
