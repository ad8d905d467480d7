"""Protocols of the Bundestag as it publishes them since 2017 (dbtplenarprotokoll): a speech a commentary.

A speech is what its speaker says in it: what the chair, people with questions and the house say between
is left out and counted, for it is not the speaker's stance.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from annotate.texts.dates import with_iso_date
from annotate.texts.readers.packed import local
from annotate.texts.readers.parts import Part, draft_of, tell_left_out
from annotate.texts.sources import Draft, Reading, Source
from schemas.errors import DataError

_OUTLET = "Deutscher Bundestag"
_TITLE = 150  # characters of the subject in a title


def read_protocol(root: Any, source: Source, reading: Reading) -> Iterator[Draft]:
    left_out: Counter[str] = Counter()
    session = f"Plenarprotokoll {root.get('wahlperiode', '?')}/{root.get('sitzung-nr', '?')}"
    found = 0
    for speech in root.iter("rede"):
        parts = list(_parts(speech, left_out))
        if not parts:
            continue
        found += 1
        fields = {
            "title": _subject(speech),
            "author": _speaker(next(speech.iter("redner"), None)),
            "date": root.get("sitzung-datum"),
            "outlet": _OUTLET,
            "medium": session,
        }
        yield draft_of(parts, source, reading, with_iso_date(fields))._replace(own_id=speech.get("id"))
    if not found:
        raise DataError("has no text: the protocol holds no speech", path=source.path)
    reading.note(source, f"{session}: {found} speeches, each read as a commentary")
    tell_left_out(reading, source, left_out)


def _parts(speech: Any, left_out: Counter[str]) -> Iterator[Part]:
    """The paragraphs of the one whose speech it is."""
    speaker = speaking = None
    for element in speech:
        name = local(element)
        if name == "p" and (redner := next(element.iter("redner"), None)) is not None:
            speaking = redner.get("id") or _speaker(redner)
            speaker = speaker or speaking
        elif name == "name":
            speaking = None  # the chair
        elif name == "kommentar":
            left_out["interjections and applause"] += 1
        elif name == "p" and speaking is None and speaker is not None:
            left_out["paragraphs of the chair"] += 1
        elif name == "p" and speaking != speaker:
            left_out["paragraphs of others"] += 1
        elif name in ("p", "zitat"):
            words = _words(element)
            if words:
                yield Part("paragraph", words)


def _speaker(redner: Any) -> str | None:
    """Name and, in brackets, group or office, which tells apart who speaks for whom."""
    if redner is None:
        return None
    said = {local(element): _words(element) for element in redner.iter() if not len(element)}
    name = " ".join(said[part] for part in ("vorname", "namenszusatz", "nachname") if said.get(part))
    role = said.get("fraktion") or said.get("rolle_kurz") or said.get("rolle_lang")
    return (f"{name} ({role})" if role else name) or None


def _subject(speech: Any) -> str:
    """The item of the agenda under which a speech stands, with what it is about where that is said."""
    item = next(speech.iterancestors("tagesordnungspunkt"), None)
    if item is None:
        return "Sitzungsbeginn" if next(speech.iterancestors("sitzungsbeginn"), None) is not None else "Rede"
    number = " ".join(item.get("top-id", "Tagesordnungspunkt").split())
    subjects = (_words(p) for p in item.iterchildren("p") if p.get("klasse", "").startswith("T_"))
    subject = item.get("top-titel") or next((words for words in subjects if words), "")
    if len(subject) > _TITLE:
        subject = subject[:_TITLE].rpartition(" ")[0] + " …"
    return f"{number}: {subject}" if subject else number


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
