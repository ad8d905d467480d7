"""How long work says how far it is, without knowing who listens."""

from typing import Protocol


class Tell(Protocol):
    """Hears what is being done, and how much of it is done where that is known."""

    def __call__(self, words: str, done: int = 0, total: int | None = None, /) -> None: ...


def nobody(words: str, done: int = 0, total: int | None = None, /) -> None:
    """Nobody listens."""
