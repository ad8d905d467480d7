"""Why a file or a row could not be read, in German for a page; the terminal has the errors' own words."""

import re

from schemas.markup import Markup, tag

_TEXT_OR_PAGE = "Bitte als reinen Text (.txt, UTF-8) oder als .html speichern."
_WANTS_ROWS = "Bitte einen Datensatz je Zeile als .jsonl speichern."
#: What an error says → what the page says; the first that fits.
_REASONS = (
    (r"^is empty", "Die Datei ist leer."),
    (r"^not UTF-8", "Nicht in UTF-8 gespeichert. Mit „--encoding“ einlesen, etwa „--encoding cp1252“."),
    (r"^has many NUL characters", "Vermutlich UTF-16. Mit „--encoding utf-16-le“ einlesen."),
    (r"^unknown encoding|^not \S+: byte ", "Nicht in der angegebenen Kodierung gespeichert."),
    (r"hand in one record a line", f"Dieses Format wird nicht gelesen. {_WANTS_ROWS}"),
    (r"pdftotext", "PDF wird nicht gelesen. Bitte den Text herausziehen und als .txt speichern."),
    (r"is not read|looks like a binary format|not a format that is read",
     f"Dieses Format wird nicht gelesen. {_TEXT_OR_PAGE}"),
    (r"^has no file to read", "Der Ordner enthält keine lesbare Datei."),
    (r"^not JSON|^not a record", "Die Zeile ist kein gültiger Datensatz."),
    (r"^not a \w+ row", "Die Zeile ist kein Kommentar: Ein Feld fehlt oder hat einen Wert anderer Art."),
    (r"^no such file", "Diese Datei gibt es nicht."),
    (r"^no text found", "In der Seite fand sich kein Text. Bitte den Kommentar als .txt speichern."),
    (r"^cannot be read", "Die Datei lässt sich nicht öffnen."),
    (r"expected words", "Ein Feld im Kopf der Datei enthält keinen Text."),
)  # fmt: skip


def unread(name: str, reason: str) -> Markup:
    """An input that was not read: its name, the line where there is one, and why.

    ``reason`` is the error's own line, place first; words the page does not know stay as they are.
    """
    found = re.match(r":(?:(\d+):)? (.*)", reason.removeprefix(name), re.S)
    line, words = found.groups() if found else (None, reason)
    german = next((said for pattern, said in _REASONS if re.search(pattern, words)), None)
    place = f"{name}, Zeile {line}" if line else name
    return tag("li", tag("b", place), ": ", german or tag("span", words, lang="en"))
