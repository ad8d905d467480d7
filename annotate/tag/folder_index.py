"""From the finished pieces of a folder to its index and the pages of sentences behind its figures."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path

from annotate.analysis.piece import TOUCHED_LABEL, Evidence, device_codes
from annotate.analysis.prevalence import LEARNED, NOT_CODED, Errors, Spread, estimate, is_like_measured
from annotate.analysis.summary import PieceSummary
from annotate.kinds import DIRECTION_OPEN, UNDECIDED, label_of
from annotate.pages.evidence import PART, evidence_page
from annotate.pages.german import day as written
from annotate.pages.german import doubtful_day, times
from annotate.pages.index import Index, IndexFigure, Row, TargetIndex, index_page
from annotate.pages.periods import (
    Unit,
    days_between,
    has_trend,
    period_name,
    period_number,
    period_of,
    unit_for,
)
from annotate.pages.shell import banner, document
from annotate.tag.ledger import Finished, Ledger
from schemas.codebook import Codebook, Layer
from schemas.files import write_text
from schemas.kinds import KINDS
from schemas.markup import tag
from schemas.records import short_hash, slug

_LISTED, _NAMES, _AUTHORS = 50, 12, 200
NO_DATE, NO_AUTHOR = "ohne gesichertes Datum", "ohne Autor"
Counts = dict[str, list[int]]  # question → hits and chances


class _Sums:
    """What the figures rest on, added up piece by piece."""

    def __init__(self) -> None:
        self.whole: Counts = defaultdict(lambda: [0, 0])
        self.periods: dict[str, Counts] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        self.authors: dict[str, Counts] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        self.pieces_in: Counter[str] = Counter()
        self.pieces_of: Counter[str] = Counter()
        self.codes: dict[str, Counter[str]] = defaultdict(Counter)
        self.abstained: Counter[str] = Counter()
        self.spread: dict[str, Spread] = defaultdict(Spread)
        self.unlike: Counter[str] = Counter()
        self.pieces = self.sentences = self.learned = 0
        self.why = NOT_CODED  # nothing is corrected, where nothing is

    def add(self, done: Finished, unit: Unit | None) -> None:
        self.pieces += 1
        self.sentences += done.summary.sentences
        self.unlike.update(done.summary.notices)
        author = done.summary.author or NO_AUTHOR
        self.pieces_of[author] += 1
        places = [self.whole, self.authors[author]]
        if unit and done.day:
            period = period_of(done.day, unit)
            self.pieces_in[period] += 1
            places.append(self.periods[period])
        for what, (hits, of) in done.counts.items():
            self.spread[what].add(hits, of)
            for counts in places:
                counts[what][0] += hits
                counts[what][1] += of
        for name, target in done.summary.targets.items():
            self.codes[name].update(target.codes)
            self.codes[name][DIRECTION_OPEN] += target.direction_open
            self.abstained[name] += target.abstained


def write_index(
    folder: Path, ledger: Ledger, codebook: Codebook, *, measure: Callable[[], Errors | None] | None,
    failed: Sequence[tuple[str, str]], model_version: str, trained_on: Collection[str] = (),
) -> Path:  # fmt: skip
    """Writes ``index.html`` and the pages behind its figures; gives the index's path.

    ``measure`` measures the model's errors, and is called where they can be those of these texts;
    ``trained_on`` are the names a model keeps of the commentaries it learned from (`train.fit`).
    """
    from train.novelty import commentary_hash

    first, last, dated = ledger.days()
    unit, why = _unit(first, last, dated)
    sums = _Sums()
    learned = set(trained_on)
    for done in ledger.finished():
        sums.add(done, unit)
        sums.learned += commentary_hash(done.summary.commentary_id) in learned
    errors = None
    if measure is not None and is_like_measured(sums.learned, sums.pieces):
        errors = measure()
    elif measure is not None:
        sums.why = LEARNED
    pages = _Pages(folder / "saetze", ledger, codebook, model_version, unit)
    targets = [_target(layer, sums, pages, errors, codebook) for layer in _stances(codebook)]
    devices = device_codes(codebook)
    listed = list(islice(_listing(ledger, codebook), _LISTED))
    index = Index(
        pieces=sums.pieces,
        sentences=sums.sentences,
        authors=len(sums.pieces_of) - (NO_AUTHOR in sums.pieces_of),
        first=first,
        last=last,
        undated=sums.pieces - dated,
        trained_on=sums.learned,
        no_trend=why,
        targets=[one for found in targets for one in found],
        devices=[_device_name(device, codebook) for device in devices],
        rhetoric=_rhetoric(devices, sums, pages, errors),
        names=[(name, n, p, pages.of(f"name.{name}", name)) for name, n, p in ledger.names(_NAMES)],
        unlike=dict(sorted(sums.unlike.items())),
        failed=list(failed),
        listed=listed,
        more=max(0, sums.pieces - _LISTED),
        errors=errors,
        why=sums.why,
        model_version=model_version,
    )
    write_text(folder / "index.html", index_page(index, codebook))
    if index.more:
        _write_listing(folder / "texte.html", ledger, codebook, model_version)
    return folder / "index.html"


def _unit(first: str | None, last: str | None, dated: int) -> tuple[Unit | None, str | None]:
    """How time is divided, or why it is not."""
    if not has_trend(first, last, dated):
        span = days_between(first, last) if first and last else 0
        days = "1 Tag" if span == 1 else f"{span} Tage"
        what = "1 datierter Text" if dated == 1 else f"{dated} datierte Texte"
        least = "zehn datierte Texte aus mindestens zwei Wochen"
        words = f"Kein Verlauf: Dafür braucht es {least}; hier sind es {what}"
        return None, f"{words}, die {days} umspannen." if dated > 1 else f"{words}."
    assert first and last
    return unit_for(first, last), None


def _stances(codebook: Codebook) -> list[Layer]:
    return [layer for layer in codebook.predicted_layers if KINDS[layer.kind].by_target]


def _target(
    layer: Layer, sums: _Sums, pages: "_Pages", errors: Errors | None, codebook: Codebook
) -> list[TargetIndex]:
    rows = []
    for target in codebook.targets:
        what = f"{layer.id}.{target.id}"
        if what not in sums.whole:
            continue
        title = codebook.say(target.question)
        href = pages.of(what, title)
        yes = pages.of(what, f"{title} – Ja", code="favor")
        codes = [
            (label, count, pages.of(what, f"{title} – {label}", code=code) if count else None)
            for code, count in sorted(sums.codes[target.id].items(), key=lambda row: row[0] == DIRECTION_OPEN)
            if count or code != DIRECTION_OPEN
            for label in (pages.label(layer, code),)
        ]
        periods = [
            Row(
                name=period_name(period),
                place=period_number(period) - period_number(min(sums.periods)),
                pieces=sums.pieces_in[period],
                figures=[
                    _figure(sums, counts, what, errors, pages.part(href, period)),
                    _figure(sums, counts, f"{what}.favor", errors, pages.part(yes, period)),
                ],
            )
            for period, counts in sorted(sums.periods.items())
        ]
        touched = _figure(sums, sums.whole, what, errors, href)
        assert touched is not None
        rows.append(
            TargetIndex(
                target=target,
                touched=touched,
                direction=_figure(sums, sums.whole, f"{what}.favor", errors, yes),
                codes=codes,
                answers=sum(code != DIRECTION_OPEN for code in sums.codes[target.id]),
                abstained=sums.abstained[target.id],
                periods=periods,
            )
        )
    return sorted(rows, key=lambda one: -one.touched.hits)


def _figure(
    sums: _Sums, counts: Counts, what: str, errors: Errors | None, href: str | None
) -> IndexFigure | None:
    hits, of = counts.get(what, (0, 0))
    if not of:
        return None
    estimated = estimate(hits, of, errors, what, spread=sums.spread[what].effect, why=sums.why)
    return IndexFigure(estimate=estimated, hits=hits, of=of, href=href if hits else None)


def _rhetoric(devices: Sequence[str], sums: _Sums, pages: "_Pages", errors: Errors | None) -> list[Row]:
    hrefs = {
        device: pages.of(device, _device_name(device, pages.codebook), by_author=True) for device in devices
    }
    return [
        Row(
            name=author,
            pieces=n,
            figures=[
                _figure(
                    sums, sums.authors[author], device, errors, pages.part(hrefs[device], _anchor(author))
                )
                for device in devices
            ],
        )
        for author, n in sums.pieces_of.most_common(_AUTHORS)
    ]


def _device_name(device: str, codebook: Codebook) -> str:
    layer_id, _, code = device.partition(".")
    layer = codebook.layer(layer_id)
    assert layer is not None
    return label_of(layer, code, codebook)


def _anchor(name: str) -> str:
    return f"{slug(name)}-{short_hash(name, 4)}"


class _Pages:
    """The pages of sentences, written as they are asked for; large ones are parted by group."""

    def __init__(
        self, folder: Path, ledger: Ledger, codebook: Codebook, version: str, unit: Unit | None
    ) -> None:
        self._folder, self._ledger, self._version, self._unit = folder, ledger, version, unit
        self.codebook = codebook
        self._parted: dict[str, set[str]] = {}
        self._labels = {UNDECIDED: "unentschieden", DIRECTION_OPEN: TOUCHED_LABEL} | {
            code.id: codebook.say(code.label) for layer in _stances(codebook) for code in layer.codes
        }

    def label(self, layer: Layer, code: str) -> str:
        return self._labels.get(code) or label_of(layer, code, self.codebook)

    def of(self, what: str, title: str, *, code: str | None = None, by_author: bool = False) -> str:
        """The address of the page of a figure's sentences; without a code, all that are decided."""
        name = what if not what.startswith("name.") else f"name.{_anchor(what[5:])}"
        stem = f"{name}.{code}" if code else name
        group = self._author_of if by_author else self._period_of
        rows = (
            row
            for row in self._ledger.evidence(what, by="author" if by_author else "day")
            if (row.code == code if code else row.code != UNDECIDED)
        )
        groups = ((anchor, list(part)) for anchor, part in groupby(rows, key=lambda row: group(row)))
        self._write(stem, title, groups)
        return f"saetze/{stem}.html"

    def part(self, href: str, anchor: str) -> str:
        """The address of one group of a page."""
        parted = self._parted.get(href, set())
        return href.replace(".html", f".{anchor}.html") if anchor in parted else f"{href}#{anchor}"

    def _write(self, stem: str, title: str, groups: Iterator[tuple[tuple[str, str], list[Evidence]]]) -> None:
        here: list[tuple[str, str, list[Evidence]]] = []
        links = []
        for (anchor, name), rows in groups:
            if len(rows) + sum(len(part) for _, _, part in here) <= PART:
                here.append((anchor, name, rows))
                continue
            self._parted.setdefault(f"saetze/{stem}.html", set()).add(anchor)
            self._save(f"{stem}.{anchor}.html", f"{title} – {name}", [(anchor, name, rows)])
            links.append((f"{stem}.{anchor}.html", f"{name} ({len(rows)})"))
        self._save(f"{stem}.html", title, here, links)

    def _save(
        self, name: str, title: str, groups: Sequence[tuple[str, str, list[Evidence]]],
        links: Sequence[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        page = evidence_page(
            title, groups, self._labels, links, model_version=self._version, home="../index.html"
        )
        write_text(self._folder / name, page)

    def _period_of(self, row: Evidence) -> tuple[str, str]:
        if not row.day:
            return "ohne-datum", NO_DATE
        if self._unit is None:
            return "alle", "alle datierten Texte"
        period = period_of(row.day, self._unit)
        return period, period_name(period)

    def _author_of(self, row: Evidence) -> tuple[str, str]:
        author = row.author or NO_AUTHOR
        return _anchor(author), author


def _listing(ledger: Ledger, codebook: Codebook) -> Iterator[tuple[str, str, str, str]]:
    for done in ledger.finished():
        s = done.summary
        day = written(s.date) if done.day else doubtful_day(s.date)
        by = " · ".join(part for part in (day, s.author) if part)
        yield f"texte/{done.page}", s.title, by, _line(s, codebook)


def _line(summary: PieceSummary, codebook: Codebook) -> str:
    """The target a piece touches most, and how often."""
    touched = {name: target.touched for name, target in summary.targets.items() if target.touched}
    if not touched:
        return "Berührt keine der Fragen sicher."
    name = max(touched, key=lambda key: touched[key])
    question = next(codebook.say(t.question) for t in codebook.targets if t.id == name)
    return f"„{question}“ {times(touched[name])} berührt"


def _write_listing(path: Path, ledger: Ledger, codebook: Codebook, version: str) -> None:
    rows = [
        tag("li", tag("a", title, href=page), tag("p", " · ".join(part for part in (by, line) if part)))
        for page, title, by, line in _listing(ledger, codebook)
    ]
    body = [
        banner(version, tag("a", "Übersicht", href="index.html")),
        tag("main", tag("h1", "Alle Texte"), tag("ol", rows, class_="pieces"), class_="index"),
    ]
    write_text(path, document("Alle Texte", body, styles=("page.css", "index.css")))
