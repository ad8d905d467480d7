"""How long work reports how far it is, whoever shows it."""

from typing import Protocol


class Progress(Protocol):
    """Takes what is being done, and how much of it is done where that is known."""

    def __call__(self, what: str, done: int = 0, total: int | None = None, /) -> None: ...


def no_progress(what: str, done: int = 0, total: int | None = None, /) -> None:
    """Shows nothing: the default."""


def labelled(progress: Progress, label: str) -> Progress:
    """The progress with a label before what is being done, such as an annotator's name."""
    return lambda what, done=0, total=None, /: progress(f"{label}: {what}", done, total)
