"""`LICENSES.md`: under which licence the texts stand, and under which the codings, which are two things."""

from exports.formats.material import Material
from exports.papers.facts import Facts
from exports.papers.markdown import TO_ANSWER, as_text, one_line, table

UNKNOWN = "unknown: may not be passed on, use --without-text"


def licenses(facts: Facts) -> str:
    """The text of ``LICENSES.md``."""
    return as_text(["# Licences", "", *_texts(facts), *_codings(facts.material)])


def _texts(facts: Facts) -> list[str]:
    count = facts.licenses
    lines = ["## Texts", ""]
    if not facts.material.has_text:
        lines += [
            "This export holds no text of a sentence: only ids, offsets and SHA-256 hashes. Whoever has the "
            "texts puts them back with `standpunkt rehydrate`. The licences below are those of the texts "
            "left out.",
            "",
        ]
    rows = [
        (name or UNKNOWN, number) for name, number in sorted(count.items(), key=lambda item: item[0] or "~")
    ]
    lines += table(("licence of the text", "commentaries"), rows)
    if facts.material.has_text and count[None]:
        lines += [
            f"**{count[None]:,} commentaries of which no licence is known are in this export with their "
            "texts.** Press texts are protected; pass this folder on only where you may, or export it again "
            "with `--without-text`. The field `license` of a commentary says what is known.",
            "",
        ]
    return lines


def _codings(material: Material) -> list[str]:
    book = material.codebook
    return [
        "## Codings",
        "",
        f"Under which licence may others use the {material.what} (codebook {one_line(book.codebook)} "
        f"{one_line(book.version)})? A licence for data such as CC-BY-4.0, CC0-1.0 or ODC-By-1.0; it says "
        "nothing of the texts.",
        "",
        TO_ANSWER,
        "",
    ]
