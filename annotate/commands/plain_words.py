"""Sentences and codes as people read them in a terminal: in the codebook's words, not by their ids."""

import re
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.codebook import Codebook

_KEPT = "\0"  # stands for a space at which no line may end
WIDTH = 80  # of the terminal that everything is made for


def quoted(text: str, width: int = WIDTH) -> str:
    """A sentence in quotation marks on one line, shortened where it is longer than the line.

    >>> quoted("Wer glaubt das?"), quoted("Wer glaubt im Ernst, dass der Kreml verhandelt?", 24)
    ('„Wer glaubt das?“', '„Wer glaubt im Ernst, …“')
    """
    words = " ".join(text.split())
    room = width - 2
    return f"„{words if len(words) <= room else words[: room - 1] + '…'}“"


def code_words(codebook: "Codebook", layer_id: str, code: str) -> str:
    """A code's label; the code itself where the codebook has none for it."""
    from exports.agreement.report_text import code_label

    layer = codebook.layer(layer_id)
    return code_label(layer, code, codebook) if layer else code


def question_words(codebook: "Codebook", target_id: str | None) -> str:
    """What a target asks, as it stands behind a code; empty where there is no target."""
    target = codebook.target(target_id) if target_id else None
    return f" – {codebook.say(target.question)}" if target else f" – {target_id}" if target_id else ""


def wrapped(words: str) -> str:
    """The words in lines of a terminal's width, those after the first indented; no command is broken."""
    indent = " " * (len(words) - len(words.lstrip()))
    kept = re.sub(r"`[^`\n]{,70}`", lambda command: command[0].replace(" ", _KEPT), words.strip())
    filled = textwrap.fill(
        kept, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
    )
    return filled.replace(_KEPT, " ")
