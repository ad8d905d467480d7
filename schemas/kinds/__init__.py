"""KINDS: what each kind of layer means; a codebook may name these and no others."""

from schemas import layer
from schemas.kinds.codes import One, Scale, Several
from schemas.kinds.kind import Kind
from schemas.kinds.stance import Stance
from schemas.kinds.text import Words

#: The table that layers look into; it stands below this module, for kinds work on layers.
KINDS: dict[str, Kind] = layer.KINDS
KINDS.update(one=One(), set=Several(), stance=Stance(), scale=Scale(), text=Words())
