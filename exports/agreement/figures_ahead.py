"""How many more sentences would narrow an interval of alpha to a given width."""

from exports.agreement.report import AgreementReport, LayerAgreement
from schemas.records import Record

#: Half widths that are aimed at, the first that is narrower than today's by a fifth at least.
AIMS = (0.2, 0.15, 0.1, 0.08, 0.05)
#: Commentaries below which the bootstrap's own width is too uncertain to reckon with, and the most that is
#: reckoned: beyond, the sentences would hardly be like these any more.
MIN_COMMENTARIES, MOST_TIMES = 10, 10.0


class Ahead(Record, frozen=True, kw_only=True):
    """Alpha's interval is ± ``now`` on ``shared`` sentences; about ``more`` make it ± ``then``."""

    now: float
    then: float
    shared: int
    more: int


def ahead(report: AgreementReport) -> dict[str, Ahead]:
    """The layers for which it can be said.

    The interval comes from drawing commentaries anew, so its width falls with the square root of their
    number, if further ones are like these: n × (now / then)² sentences in as many more commentaries.
    """
    if report.commentaries < MIN_COMMENTARIES:
        return {}
    found = {name: _ahead(layer) for name, layer in report.layers.items()}
    return {name: one for name, one in found.items() if one is not None}


def _ahead(layer: LayerAgreement) -> Ahead | None:
    if layer.interval is None or layer.alpha is None:
        return None
    now = (layer.interval[1] - layer.interval[0]) / 2
    then = next((aim for aim in AIMS if aim <= 0.8001 * now), None)
    if then is None or not 0 < (now / then) ** 2 <= MOST_TIMES:
        return None
    more = layer.shared * ((now / then) ** 2 - 1)
    return Ahead(now=round(now, 6), then=then, shared=layer.shared, more=_round(more))


def _round(number: float) -> int:
    """To two places that count: what is reckoned is no more exact."""
    step = 10 if number >= 100 else 5 if number >= 20 else 1
    return max(step, round(number / step) * step)
