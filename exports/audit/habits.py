"""What an annotator does with suggestions, told from what was kept and from sentences without any."""

from exports.audit.comparison import Share, Shift

ACCEPTS, LEANS, IGNORES, UNCLEAR = "accepts", "leans", "ignores", "unclear"
#: Suggestions kept from which somebody may take them unread, and how few are too few to say anything.
_NEARLY_ALL, _LEAST = 0.97, 30
#: A shift below which nobody is said to be led.
_LITTLE = 0.1


def habit(kept: Share, with_model: Shift) -> str:
    """``accepts``: nearly all is kept, and clearly more than is coded so where nothing is suggested;
    ``leans``: clearly more; ``ignores``: surely no more than a little; else ``unclear``.
    """
    if kept.share is None or kept.n < _LEAST or with_model.interval is None:
        return UNCLEAR
    low, high = with_model.interval
    if low > 0:
        return ACCEPTS if kept.share >= _NEARLY_ALL else LEANS
    return IGNORES if high < _LITTLE else UNCLEAR
