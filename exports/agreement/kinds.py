"""KINDS: how each kind of layer is compared; text is not."""

from typing import Any, ClassVar, NamedTuple

from exports.agreement.bootstrap import Draws, alpha_estimate
from exports.agreement.confusion import Confusion, code_confusions, set_confusions
from exports.agreement.figures import (
    as_touched,
    direction_figure,
    layer_figure,
    rounded,
    rounded_bounds,
    target_figure,
)
from exports.agreement.ratings import Frame, Ratings, code_ratings, set_ratings, stacked, target_ratings
from schemas.codebook import Codebook, Layer


class Compared(NamedTuple):
    """A layer whose alpha is known, and what further figures of it rest on."""

    frame: Frame
    layer: Layer
    codebook: Codebook
    ratings: Ratings
    draws: Draws
    alpha: float | None


class Kind:
    """A single code; other kinds say where they differ.

    Attributes
    ----------
    metric
        The distance between values that alpha uses (`exports.agreement.bootstrap.alpha_estimate`).
    has_groups
        Whether agreement on the topmost codes is said where codes have parents.
    """

    metric: ClassVar[str] = "nominal"
    has_groups: ClassVar[bool] = True

    def ratings(self, frame: Frame, layer: Layer, codebook: Codebook) -> Ratings:
        return code_ratings(frame, layer)

    def confusions(self, compared: Compared) -> list[Confusion]:
        return code_confusions(compared.ratings, compared.frame.sentences, metric=self.metric)

    def more(self, compared: Compared) -> dict[str, Any]:
        """Further fields of the layer's report."""
        return {}


class Scale(Kind):
    """Steps: how far two of them are apart counts."""

    metric = "ordinal"
    has_groups = False


class Several(Kind):
    """Sets: two that overlap differ less."""

    metric = "masi"

    def ratings(self, frame: Frame, layer: Layer, codebook: Codebook) -> Ratings:
        return set_ratings(frame, layer)

    def confusions(self, compared: Compared) -> list[Confusion]:
        return set_confusions(compared.ratings, compared.frame.sentences, alpha=compared.alpha)

    def more(self, compared: Compared) -> dict[str, Any]:
        jaccard = alpha_estimate(compared.ratings, "jaccard", compared.draws)
        return {
            "alpha_masi": compared.alpha,
            "alpha_jaccard": rounded(jaccard.alpha),
            "interval_jaccard": rounded_bounds(jaccard.interval),
        }


class Stance(Kind):
    """A code toward each target; a sentence and a target are a unit."""

    has_groups = False

    def ratings(self, frame: Frame, layer: Layer, codebook: Codebook) -> Ratings:
        # a codebook that has no targets yet has no stances either
        targets = codebook.target_ids or [""]
        return stacked([target_ratings(frame, layer, target) for target in targets])

    def confusions(self, compared: Compared) -> list[Confusion]:
        return code_confusions(
            compared.ratings,
            compared.frame.sentences,
            metric=self.metric,
            targets=compared.codebook.target_ids,
        )

    def more(self, compared: Compared) -> dict[str, Any]:
        frame, layer, draws = compared.frame, compared.layer, compared.draws
        by_target = {target: target_ratings(frame, layer, target) for target in compared.codebook.target_ids}
        return {
            "touched": layer_figure(as_touched(compared.ratings), draws),
            "direction": direction_figure(compared.ratings, draws),
            "targets": {target: target_figure(of_target, draws) for target, of_target in by_target.items()},
        }


#: By the name of the kind; layers that a model can learn have one of these.
KINDS: dict[str, Kind] = {"one": Kind(), "set": Several(), "stance": Stance(), "scale": Scale()}
