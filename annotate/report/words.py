"""Words of a report in German or English, and how figures are written in each."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from annotate.pages import german
from exports.agreement.report import Interval
from schemas.codebook import Codebook
from schemas.decimals import number
from schemas.records import UNRELATED

_GERMAN = "Zwei Drei Vier Fünf Sechs Sieben Acht Neun Zehn Elf Zwölf"
_ENGLISH = "Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve"


class Words(NamedTuple):
    """``language``: de or en."""

    language: str

    def pick(self, german: str, english: str) -> str:
        """The words in the report's language."""
        return german if self.language == "de" else english

    def number(self, value: float | None, digits: int = 2) -> str:
        return number(value, digits, self.language)

    def whole(self, value: int) -> str:
        return self.pick(german.number(value), f"{value:,}")

    def sentences(self, count: int) -> str:
        """A count of sentences."""
        return self.pick(german.sentences(count), f"{count:,} {'sentence' if count == 1 else 'sentences'}")

    def people(self, count: int) -> str:
        """A count of people, at the head of a sentence."""
        if count == 1:
            return self.pick("Eine Person", "One person")
        numbers = self.pick(_GERMAN, _ENGLISH).split()
        shown = numbers[count - 2] if count <= len(numbers) + 1 else self.whole(count)
        return f"{shown} {self.pick('Personen', 'people')}"

    def commentaries(self, count: int) -> str:
        """A count of commentaries, as it stands after *in* or *aus*."""
        one = self.pick("Kommentar", "commentary")
        return f"{self.whole(count)} {one if count == 1 else self.pick('Kommentaren', 'commentaries')}"

    def day(self, date: str | None) -> str:
        """An ISO date as one writes it in the report's language."""
        return self.pick(german.day(date), date or "") or "–"

    def percent(self, value: float | None) -> str:
        if value is None:
            return "–"
        return f"{100 * value:.0f}\u00a0%" if self.language == "de" else f"{100 * value:.0f}%"

    def bounds(self, interval: Interval | None, digits: int = 2) -> str:
        if interval is None:
            return "–"
        low, high = (self.number(bound, digits) for bound in interval)
        return f"{low} {self.pick('bis', 'to')} {high}"

    def with_bounds(self, value: float | None, interval: Interval | None, digits: int = 2) -> str:
        """A figure with its interval in brackets, where it has one."""
        shown = self.number(value, digits)
        return shown if interval is None else f"{shown} ({self.bounds(interval, digits)})"

    def share(self, value: float | None, interval: Interval | None) -> str:
        """A share in percent, with its interval in brackets."""
        shown = self.percent(value)
        if interval is None:
            return shown
        low, high = (self.percent(bound) for bound in interval)
        return f"{shown} ({low} {self.pick('bis', 'to')} {high})"

    def quoted(self, words: str) -> str:
        return f"„{words}“" if self.language == "de" else f"“{words}”"

    def code(self, layer_id: str, code: str, book: Codebook) -> str:
        """A code's label; a layer of stances need not name what touches nothing."""
        label = book.code_label(layer_id, code)
        return self.pick("nicht berührt", "not touched") if label == UNRELATED else label

    def listed(self, parts: Sequence[str]) -> str:
        return german.listed(parts, self.pick("und", "and"))


def in_language(book: Codebook, language: str) -> Codebook:
    """The codebook so that it says its texts in a language, where it has that one."""
    return replace(book, language=language)
