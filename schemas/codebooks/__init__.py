"""The codebooks that ship, and a codebook joined with the targets of another file."""

import re
from pathlib import Path

from schemas.codebook import load_codebook
from schemas.errors import DataError, SettingsError, near_hit
from schemas.files import decode_utf8, read_bytes
from schemas.yaml_file import parse_yaml


def codebook_text(codebook: str | Path, targets: str | Path | None) -> str:
    """The YAML of a codebook, joined with the targets of another file.

    Both files are spliced as text, so that the comments in them stay.
    """
    path = shipped_codebook(codebook)
    text = decode_utf8(read_bytes(path), path)
    load_codebook(path)
    if targets is None:
        return text
    source = shipped_codebook(targets)
    target_book = load_codebook(source)
    if not target_book.targets:
        raise DataError("has no targets; expected a list under `targets:`", path=source)
    _, places = parse_yaml(text, path)
    if ("targets",) in places:
        raise DataError("has targets of its own; --targets takes a codebook without", path=path)
    return text.rstrip("\n") + "\n\n" + _section(decode_utf8(read_bytes(source), source), "targets")


def shipped_codebook(name: str | Path) -> Path:
    """A file, or the codebook of that name that comes with Standpunkt."""
    path = Path(name)
    if path.suffix or path.exists():
        return path
    folder = Path(__file__).parent
    shipped = folder / f"{name}.yaml"
    if not shipped.is_file():
        known = sorted(p.stem for p in folder.glob("*.yaml"))
        raise SettingsError(
            f'no codebook "{name}"{near_hit(str(name), known)} (there are {", ".join(known)})'
        )
    return shipped


def _section(text: str, key: str) -> str:
    """The lines of a top-level key, with the comments inside it."""
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"{key}:"))
    end = next((n for n in range(start + 1, len(lines)) if re.match(r"[^\s#-]", lines[n])), len(lines))
    return "\n".join(lines[start:end]).rstrip() + "\n"
