"""KINDS: what each kind of layer means; a codebook may name these and no others."""

from typing import Any

import schemas.layer
from schemas.kinds.codes import One, Scale, Several
from schemas.kinds.kind import Kind
from schemas.kinds.stance import Stance
from schemas.kinds.text import Words
from schemas.layer import Layer

#: The table that layers look into; it stands below this module, for kinds work on layers.
KINDS: dict[str, Kind] = schemas.layer.KINDS
KINDS.update(one=One(), set=Several(), stance=Stance(), scale=Scale(), text=Words())


def fits(layer: Layer, value: Any) -> bool:
    """Whether a value has the shape of its layer's kind; in rows of another codebook it may not."""
    return isinstance(value, KINDS[layer.kind].value_type)
