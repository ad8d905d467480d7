"""Texts laid out on pages, as newspapers and word processors print them: to be read back."""

import io
import random
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

WIDTH, HEIGHT = 595, 842
FONT, BOLD = "Helvetica", "Helvetica-Bold"


class Drawn(NamedTuple):
    """A line at its place on a page."""

    x: float
    y: float
    text: str
    size: float = 10
    font: str = FONT
    stretch: float = 0  # of each space


def pdf(*pages: Sequence[Drawn], draw: Callable[[Any], None] | None = None, **options: Any) -> bytes:
    """The bytes of a PDF with these lines; ``options`` are its title, author or a password."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    password = options.get("password")
    encrypt = StandardEncryption(password, canPrint=0) if password else None
    canvas = Canvas(out := io.BytesIO(), pagesize=(WIDTH, HEIGHT), encrypt=encrypt, invariant=1)
    canvas.setTitle(options.get("title", ""))
    canvas.setAuthor(options.get("author", ""))
    for page in pages:
        for line in page:
            canvas.setFont(line.font, line.size)
            canvas.drawString(line.x, line.y, line.text, wordSpace=line.stretch)
        if draw:
            draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def wrapped(
    text: str, width: float, rng: random.Random, *, measure: Callable[[str], float] = len
) -> list[str]:
    """The lines of a paragraph, words parted at line ends where a syllable may begin."""
    words, lines, line = text.split(" "), [], ""
    while words:
        word = words.pop(0)
        whole = f"{line} {word}" if line else word
        if measure(whole) <= width:
            line = whole
            continue
        breaks = [m.end() for m in re.finditer(r"(?<=[^\W\d_])-(?=[^\W\d_])", word)]
        breaks += [
            m.start() for m in re.finditer(r"(?<=[^\W\d_]{2})[bdfgklmnprstvw](?=[aeiouäöü][a-zäöüß])", word)
        ]
        rng.shuffle(breaks)
        for at in breaks:
            first = word[:at] if word[at - 1] == "-" else f"{word[:at]}-"
            if measure(f"{line} {first}") <= width and rng.random() < 0.8:
                line = f"{line} {first}"
                word = word[at:]
                break
        lines.append(line)
        line = word
    return [*lines, line]
