"""Mails (.eml), and web pages that a browser saved as one file (.mhtml), which have the form of a mail."""

import email
import email.errors
import email.header
import email.utils
import re
from collections import Counter
from collections.abc import Iterator
from email.message import Message

from annotate.texts.dates import with_iso_date
from annotate.texts.readers.markup_parts import markup_parts, parse_markup
from annotate.texts.readers.parts import drafts_of_parts, tell_left_out
from annotate.texts.readers.plain import drafts_of
from annotate.texts.readers.web_page import decoded_page, page_draft
from annotate.texts.sources import MAX_TEXT, Draft, Reading, Source, text_of
from schemas.errors import DataError
from schemas.files import read_bytes

MAX_MAIL = 2**26  # bytes, with what is attached
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_QUOTED = re.compile(r"(?:^>.*\n?)+", re.MULTILINE)
_FIELD = re.compile(rb"[!-9;-~]{1,60}:")


def read_mail(source: Source, reading: Reading) -> Iterator[Draft]:
    """The text of a mail: subject, sender and day are title, author and date."""
    message = _message(source)
    left_out: Counter[str] = Counter()
    parts = [part for part in message.walk() if not part.is_multipart()]
    left_out["attachments"] = sum(part.get_content_disposition() == "attachment" for part in parts)
    fields = with_iso_date({
        "title": _header(message, "Subject") or None,
        "author": email.utils.parseaddr(_header(message, "From"))[0] or None,
        "date": _day(message),
    })  # fmt: skip
    bodies = [part for part in parts if part.get_content_disposition() != "attachment"]
    for part in bodies:
        if part.get_content_type() == "text/plain" and (words := _words(part, source, reading)).strip():
            text = _without_quotes(words, left_out)
            tell_left_out(reading, source, left_out)
            yield from drafts_of(text, source, reading, fields=fields)
            return
    for part in bodies:
        if part.get_content_type() == "text/html":
            root = parse_markup(_words(part, source, reading), source, "the mail")
            found = list(markup_parts(root, source, left_out, with_tables=True))
            yield from drafts_of_parts(found, source, reading, left_out, **fields)
            return
    raise DataError(
        "has no text; what is attached is not read: save it as a file of its own", path=source.path
    )


def read_saved_page(source: Source, reading: Reading) -> Iterator[Draft]:
    """The page of an .mhtml; pictures and styles beside it are not looked at."""
    message = _message(source)
    page = next((part for part in message.walk() if part.get_content_type() == "text/html"), None)
    if page is None:
        raise DataError("has no web page in it", path=source.path)
    data = _payload(page)
    charset = page.get_content_charset()
    try:
        html = data.decode(charset) if charset else decoded_page(data, source, reading.encoding)
    except (LookupError, ValueError):
        html = decoded_page(data, source, reading.encoding)
    address = _header(message, "Snapshot-Content-Location") or _header(page, "Content-Location")
    yield page_draft(html, source, reading, url=address if address.startswith("http") else None)


def _message(source: Source) -> Message:
    data = read_bytes(source.path, at_most=MAX_MAIL)
    if not _FIELD.match(data.lstrip(b"\xef\xbb\xbf\r\n")[:100]):
        raise DataError("does not begin as a mail does: damaged, or not what its name says", path=source.path)
    try:
        message = email.message_from_bytes(data.lstrip(b"\xef\xbb\xbf\r\n"))
        list(message.walk())
        return message
    except (email.errors.MessageError, ValueError, LookupError, RecursionError) as error:
        raise DataError(f"is no mail that can be read: {error}", path=source.path) from error


def _header(message: Message, name: str) -> str:
    """A header in plain words; what cannot be decoded stays as it is written."""
    raw = str(message.get(name, ""))
    try:
        words = str(email.header.make_header(email.header.decode_header(raw)))
    except (email.errors.MessageError, LookupError, ValueError):
        words = raw
    return " ".join(words.encode("utf-8", "replace").decode().split())


def _day(message: Message) -> str | None:
    try:
        return email.utils.parsedate_to_datetime(_header(message, "Date")).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _words(part: Message, source: Source, reading: Reading) -> str:
    data = _payload(part)
    charset = part.get_content_charset()
    if not data.strip():
        return ""
    try:
        words = (
            data.decode(charset)
            if charset and charset != "us-ascii"
            else text_of(data, source, reading.encoding)
        )
    except (LookupError, ValueError):
        words = text_of(data, source, reading.encoding)
    if len(words) > MAX_TEXT:
        raise DataError(
            f"has a text of {len(words):,} characters, expected at most {MAX_TEXT:,}", path=source.path
        )
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    return _reflowed(words) if part.get_param("format") == "flowed" else words


def _reflowed(words: str) -> str:
    """Lines that end with a space go on in the next one (RFC 3676)."""
    return re.sub(r"(?<!^--) \n(?!>)", " ", words)


def _without_quotes(words: str, left_out: Counter[str]) -> str:
    """The words of the sender alone: without what is quoted, and without the signature."""
    if signature := _SIGNATURE.search(words):
        left_out["signatures"] += 1
        words = words[: signature.start()]
    words, quoted = _QUOTED.subn("", words)
    left_out["quoted passages"] += quoted
    return words
