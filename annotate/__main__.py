"""Starts the command, once its packages are known to be its own."""

import sys
from importlib.util import find_spec
from pathlib import Path

#: The packages that come with this one; other projects use the same names.
PACKAGES = ("schemas", "exports", "train")


def main() -> None:
    """Runs ``standpunkt``; another package under one of our names is one clear line, exit 1."""
    foreign = foreign_package()
    if foreign is not None:
        name, file = foreign
        # nothing of ours can be imported yet that escapes control characters
        file = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in file)
        sys.stderr.write(
            f'error: {file}: found another package called "{name}", expected the one of Standpunkt in '
            f"{_home()}: start from another folder, leave that one out of PYTHONPATH, or install Standpunkt "
            "in an environment of its own (pipx install, uv tool install)\n"
        )
        sys.exit(1)
    from annotate.cli import main as run

    run()


def foreign_package() -> tuple[str, str] | None:
    """The first of our packages that is found elsewhere than beside this one, and where it is."""
    for name in PACKAGES:
        spec = find_spec(name)
        if spec is None:
            return name, "nowhere on Python's path"
        # a folder without __init__.py has no origin
        file = spec.origin or next(iter(spec.submodule_search_locations or ()))
        if Path(file).parent.parent != _home():
            return name, file
    return None


def _home() -> Path:
    return Path(__file__).parent.parent


if __name__ == "__main__":
    main()
