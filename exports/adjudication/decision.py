"""What is decided of one layer of one sentence, and how its votes are counted."""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from exports.adjudication.question import Value
from schemas.records import LayerValue

Annotated = Mapping[str, LayerValue]  # annotator → value of the layer

Shares = dict[str, float | dict[str, float]]


class Decision(Struct, frozen=True, kw_only=True):
    """``value`` is None where all is open; ``left_open`` names what is, with its votes.

    ``shares`` are the probabilities of the codes, of a stance target by target.
    """

    value: LayerValue | None
    left_open: dict[str, dict[str, int]]
    shares: Shares


def portions(shares: Mapping[Value, float] | Mapping[str, float], order: Iterable[str]) -> dict[str, float]:
    """The shares in the order of the codebook, without those that are zero."""
    by_code = {str(value): round(share, 6) for value, share in shares.items()}
    return {code: by_code[code] for code in order if by_code.get(code)}


def tally(values: Iterable[Value]) -> dict[str, int]:
    """Votes by code, most first, then in the order of the alphabet."""
    counted = Counter(map(str, values))
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
