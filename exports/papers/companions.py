"""All that stands beside the files of a format."""

from collections.abc import Callable, Mapping

from exports.formats.material import Material
from exports.formats.options import Options
from exports.papers.background import Background
from exports.papers.citation import citation
from exports.papers.data_statement import data_statement
from exports.papers.datasheet import datasheet
from exports.papers.facts import Facts
from exports.papers.licenses import licenses
from exports.papers.without_text import NAME, kept_file

PAPERS: dict[str, Callable[[Facts], str]] = {
    "DATASHEET.md": datasheet,
    "DATA_STATEMENT.md": data_statement,
    "LICENSES.md": licenses,
    "CITATION.cff": citation,
}


def companions(
    material: Material, to: str, options: Options, background: Background
) -> Callable[[Material], Mapping[str, bytes]]:
    """What gives the papers, once a format has been written and has counted what it left out.

    Where texts are left out, also what puts them back: of the material as it is now.
    """
    kept = (
        {}
        if material.has_text
        else {NAME: kept_file(material, to, german=options.german, background=background)}
    )

    def made(written: Material) -> Mapping[str, bytes]:
        facts = Facts(written, background)
        return kept | {name: paper(facts).encode("utf-8") for name, paper in PAPERS.items()}

    return made
