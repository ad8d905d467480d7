"""Every error a user can cause, each making its own sentence from its facts.

Only the command line prints them or exits; a foreign error stays as ``__cause__``. None repeats the
password of an address.
"""

import difflib
import re
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from os import PathLike

#: What stands between the user's name and the last @ before the host. Where it holds what ends a host
#: (``/?#`` or a space), it must not look like a port.
_PASSWORD = re.compile(
    r"""(?<=://) ([^\s/?#@:\[]*) :
    (?: [^\s/?#]* | (?! \d+ (?: [/?#] | \W?(?:\s|$))) (?=\S) [^@]* (?: @[^\s/?#]*)? )
    @""",
    re.VERBOSE,
)


def without_passwords(text: str) -> str:
    """The text with the password of every address in it left out.

    >>> without_passwords("http://anna:geheim@ls.example/x: is it running?")
    'http://anna:***@ls.example/x: is it running?'
    """
    return _PASSWORD.sub(r"\1:***@", text)


class StandpunktError(Exception):
    """Something the user can mend. ``str()`` is one line: place, found, expected."""

    def __init__(self, sentence: str) -> None:
        super().__init__(without_passwords(sentence))


class DataError(StandpunktError):
    """A file or a row that is not what it should be."""

    def __init__(
        self,
        message: str,
        *,
        path: str | PathLike[str] | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        self.message, self.path, self.line, self.column = without_passwords(message), path, line, column
        place = "" if path is None else f"{path}:{line}: " if line else f"{path}: "
        super().__init__(place + _one_line(message))


class SettingsError(StandpunktError):
    """A setting that is missing or wrong; names the flag and the variable that set it."""

    def __init__(self, message: str, *, flag: str | None = None, variable: str | None = None) -> None:
        self.message, self.flag, self.variable = without_passwords(message), flag, variable
        ways = " or ".join(way for way in (flag, variable) if way)
        super().__init__(_one_line(message) + (f" (set {ways})" if ways else ""))


class StudioError(StandpunktError):
    """Label Studio said no, or did not answer.

    ``status`` is the HTTP status, or None where no answer came.
    """

    def __init__(self, operation: str, words: str, *, status: int | None = None) -> None:
        self.operation, self.words, self.status = operation, without_passwords(words), status
        #: No answer, or one that says to come again: what was asked may have been done all the same.
        self.is_passing = status is None or status >= 500 or status in (408, 429)
        code = f" ({status})" if status else ""
        super().__init__(f"Label Studio: {operation}{code}: {_one_line(words)}")


class EndpointError(StandpunktError):
    """The endpoint of a language model said no, or did not answer.

    ``status`` is the HTTP status, or None where no whole answer came; ``retry_after`` are the seconds it
    asked to be left alone.
    """

    def __init__(
        self, address: str, words: str, *, status: int | None = None, retry_after: float = 0.0
    ) -> None:
        self.address, self.words = without_passwords(address), without_passwords(words)
        self.status, self.retry_after = status, retry_after
        #: Another time there may be an answer.
        self.is_passing = status is None or status >= 500 or status in (408, 429)
        code = f" ({status})" if status else ""
        super().__init__(f"language model at {address}{code}: {_one_line(words)}")


class ModelError(StandpunktError):
    """A model folder that is missing, foreign, tampered with or too new."""

    def __init__(self, message: str, *, path: str | PathLike[str]) -> None:
        self.message, self.path = without_passwords(message), path
        super().__init__(f"{path}: {_one_line(message)}")


def near_hit(name: str, known: Iterable[str]) -> str:
    """``; did you mean "x"?`` where one of the known names is close, else the empty text.

    >>> near_hit("clam", ["claim", "report"])
    '; did you mean "claim"?'
    >>> near_hit("zzz", ["claim", "report"])
    ''
    """
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""


def install_line(*packages: str) -> str:
    """The command that installs packages where this program runs; environments of uv have no pip."""
    pip = (
        f'"{sys.executable}" -m pip install' if find_spec("pip") else f'uv pip install -p "{sys.executable}"'
    )
    return f"{pip} {' '.join(packages)}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
