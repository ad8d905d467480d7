"""The verbs of a study as they are typed, for the page of ``open`` and for the next step."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from train.settings import Settings

#: Sentences from which deciding and learning are worth the time: what a layer needs to be suggested.
ENOUGH = Settings().min_layer
_STUDIO = ("push", "invite", "pull", "third", "prelabel")  # that ask Label Studio


def typed(
    verb: str, folder: Path, *, url: str | None = None, number: int = ENOUGH, is_plain: bool = False
) -> list[str]:
    """The words after ``standpunkt``.

    Parameters
    ----------
    verb
        One of `annotate.start.facts.VERBS`, or ``evaluate``, ``tag``, ``export``, ``backup``.
    number
        The sentences to ``select``.
    is_plain
        Whether figures are for the terminal: without the pages that are read from here.
    """
    reports = folder / "reports"
    words: dict[str, Sequence[str]] = {
        "studio": ("studio", "start"),
        "invite": ("push", "--invite"),
        "agree": ("agree", "--html", str(reports / "agreement.html")),
        "third": ("adjudicate", "--to-studio"),
        "select": ("select", str(number)),
        "tag": ("tag", "FILE"),
        "backup": ("backup", "FILE"),
        "evaluate": ("evaluate", "--curve", "--json", "--html", str(reports / "evaluation.html")),
    }
    if is_plain:
        words |= {"agree": ("agree",), "evaluate": ("evaluate",)}
    where = [] if verb == "studio" or folder == Path() else ["--study", str(folder)]
    asked = ["--url", url] if url and verb in _STUDIO else []
    return [*words.get(verb, (verb,)), *where, *asked]


def command(words: Sequence[str]) -> str:
    """The words as one types them in a shell."""
    return shlex.join(["standpunkt", *words])
