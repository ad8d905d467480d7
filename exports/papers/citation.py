"""`CITATION.cff` of an export, in the Citation File Format 1.2.0 (https://doi.org/10.5281/zenodo.5171937)."""

from typing import Any

import yaml

from exports.papers.facts import Facts

AUTHORS = "TO BE ANSWERED: the people or the institution that made the data"
_OPEN = """\
# TO BE ANSWERED, and then valid as they stand here without the sign in front:
# date-released: 2026-01-31
# license: CC-BY-4.0          # of the codings; LICENSES.md has that of the texts
# doi: 10.5281/zenodo.…
"""


def citation(facts: Facts) -> str:
    """The text of ``CITATION.cff``; authors, date and licence are for a person to fill in."""
    material, book = facts.material, facts.material.codebook
    study = f" of the study {facts.background.study}" if facts.background.study else ""
    body: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite them as below.",
        "type": "dataset",
        "title": f"{material.what.capitalize()}{study}, codebook {book.codebook} {book.version}",
        "abstract": f"{len(material.rows):,} rows of {len(material.units):,} sentences in "
        f"{len(material.commentaries):,} commentaries, coded by sentence.",
        "authors": [{"name": AUTHORS}],
        "keywords": list(dict.fromkeys(["annotation", "political commentary", *(n.id for n in book.layers)])),
    }
    return yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=100) + _OPEN
