"""Where sentences end: a pure function on text that yields offsets; docs/segmentation.md has the rules.

The search for marks is written for speed: one character is looked for, on a copy of the line in which
all marks are full stops, and the end of most sentences (a word in small letters, one mark, a space, a
capital) is known by six characters. All look-behind is bounded, so the time grows with the text and
not with its square.

The rules say whether a mark ends its sentence, each with the case it is for. They are asked for every
mark, hence plain positions instead of objects: a line ``line[begin:]`` whose mark stands at ``mark``,
and the first character of what follows, behind opening marks, at ``at``.
"""

import re
from collections.abc import Iterator

from annotate.texts.datelines import end_of_dateline, may_be_dateline
from annotate.texts.stop_tails import EMOJI, NOTE_MARK, SMILEY, end_of_tail
from annotate.texts.wordlists import Words, words_of

_WINDOW = 48  # characters looked at before a mark; longer words are no abbreviations
_SIGNS = re.compile(r"[.!?…]*")
#: Signs that are not seen: controls, soft hyphen, width zero, direction of writing. No white space.
_UNSEEN = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_UNSEEN_SIGN = re.compile(f"[{_UNSEEN}]")
_OPENERS = frozenset("\"'„“”‚‘’`»«›‹([–—―-*•·¿¡+\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
_OPENING = re.compile(rf"(?:[\"'„“”‚‘’`»«›‹(\[–—―\-*•·¿¡\s{_UNSEEN}]|\+\+\++(?=\s))+")
_STRIP = "".join(_OPENERS)
_CLOSING = frozenset(".!?…,;:)]")
_JOINERS = frozenset("&/+=|%")
_WORD = re.compile(r"[^\W\d_]{1,40}")
_ROMAN = re.compile(r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})")
_FIGURE = re.compile(r"\d|[IVX]+\b|[a-zA-Z]\b")
_ORDINAL = re.compile(r"(?:\d{1,3}\.?[–—/+-])*\d{1,3}|\d{1,2}\.\d{1,2}")
_BIG_ORDINAL = re.compile(r"\d{1,3}(?:\.\d{3})+|(?!1[5-9]|20)\d{4}")
_VOWEL = re.compile(r"[aeiouyäöüаеєиіїоуюяёыэ]", re.IGNORECASE)
_INFLECTED = re.compile(r"[a-zäöüß]{2,}e[rnms]?")
_ADDRESS = re.compile(r"@|://|^www\.", re.IGNORECASE)
_ENUMERATOR = re.compile(r"(?:[a-z]{1,2}|[ivx]{1,4})\)\s")
_FIGURE_IN_BRACKETS = re.compile(r"[(\[][^()\[\].!?]{0,20}\d[a-z]?[)\]]\s+[a-zäöüß]")
_CLAUSE = re.compile(r"[^\W\d_]{1,40}\s(?P<verb>[a-zäöüß]{2,20})\b")
_LIST_END = re.compile(r",[^,.;:]{1,40}?\b[A-ZÄÖÜ][\w-]+\s+[uo]\.?\s?[aäÄ]$")
_DATIVE = re.compile(r"[A-ZÄÖÜ][a-zäöüß]+e[nl]?n\b")
_LEAD = re.compile(r"(?P<word>[^\W\d_]+)(?:\s[^\W\d_]+)?\s[„“\"»«‚›‹][^„“”\"»«‚‘›‹]{1,80}$")
_ENDINGS = ("str", "Str", "nr", "Nr")  # "Bergstr.", "Kundennr."
_UNITS = frozenset("mlghst")


def is_end(line: str, begin: int, mark: int, stop: int, after: int, words: Words) -> bool:
    """Whether the sentence that begins at ``begin`` ends with the mark at ``mark``.

    Parameters
    ----------
    line
        One line of text.
    begin, mark, stop, after
        Where the sentence begins, its mark stands, the mark with its closers ends, and the next
        text begins.
    words
        The language's word lists.
    """
    if mark <= begin:
        return False
    at = after
    if not line[at].isalnum():
        if line[at] in _OPENERS and (opening := _OPENING.match(line, at)):
            at = opening.end()
            if at == len(line) or _FIGURE_IN_BRACKETS.match(line, after):
                return False  # "Müller et al. [2004] sahen"
        if line[at] in _CLOSING:
            return False  # ". . .", "usw. , und"
    if line[mark] > "\u25ff" and not _is_face(line[mark]):
        # a flag or a picture, which may stand for a word: "Die 🇺🇦 Armee hält stand"
        article = line[max(begin, mark - _WINDOW) : mark].rsplit(None, 1)[-1].lower()
        return article not in words.before_nouns and _begins_clause(line, at, words)
    if line[at].islower() and not line[at + 1 : at + 2].isupper():
        return _is_before_small(line, begin, mark, stop, at, after, words)
    if line[mark] in "…:;" or stop > mark + 1:
        return _is_long_end(line, begin, mark, stop, at, after, words)
    if line[mark] != ".":
        return not _is_name_with_mark(line, mark, words) or _is_opener(line, at, words)
    return _is_full_stop(line, begin, mark, at, words)


def _is_before_small(line: str, begin: int, mark: int, stop: int, at: int, after: int, words: Words) -> bool:
    """Before a small letter only a mark behind a long word ends a sentence, and only before
    brackets ("Das gilt nicht. (dpa)") or a word that can hardly go on with it ("… nicht. aber").
    """
    if line[mark] not in ".!?…":
        return False
    if _ENUMERATOR.match(line, at):  # "a) Das Geld fehlt. b) Die Zeit fehlt."
        return line[mark] != "." or _is_full_stop(line, begin, mark, at, words)
    if stop > mark + 1 or line[mark] == "…":
        return False
    token = line[max(begin, mark - _WINDOW) : mark].rpartition(" ")[2]
    if len(token) < 4 or not token.isalpha() or not token[1:].islower():
        return False
    if token in words.abbreviations or token in words.with_mark or _is_clipped(token, words):
        return False
    if at > after:
        return line[mark] == "." and line[after] == "("
    word = _WORD.match(line, at)
    return word is not None and word.group() in words.small_openers


def _is_long_end(line: str, begin: int, mark: int, stop: int, at: int, after: int, words: Words) -> bool:
    """Several marks, closing signs, an emoticon."""
    signs = _SIGNS.match(line, mark).group()  # type: ignore[union-attr]
    closer = line[mark + len(signs)] if mark + len(signs) < stop else ""
    if closer and closer in ")]" and _is_inside(line, begin, mark):
        return line[mark - 1] not in "([" and _is_opener(line, at, words)
    if line[stop - 1].isdecimal() and not closer.isspace():
        return _is_opener(line, at, words)  # "widerlegt.1 Trotzdem", but "erlauben.4 Wochen"
    if closer and closer in _QUOTES and _has_no_verb(line, begin, mark, at, words):
        return False
    if not signs or "!" in signs or "?" in signs:
        return True
    if len(signs) > 1 or signs == "…":
        return not line[mark - 1].isspace() or at > after or _is_opener(line, at, words)
    if closer and line[mark - 1].isdigit():
        return True  # "(im Jahr 3.) Danach"
    return _is_full_stop(line, begin, mark, at, words)


def _is_inside(line: str, begin: int, mark: int) -> bool:
    """Whether the bracket that closes behind the mark opened within the sentence: "drei (!) Häuser"."""
    low = max(begin, mark - _WINDOW)
    return max(line.rfind("(", low, mark), line.rfind("[", low, mark)) > begin


def _is_name_with_mark(line: str, mark: int, words: Words) -> bool:
    token = line[max(0, mark - _WINDOW) : mark].rsplit(None, 1)[-1:]
    return bool(token) and token[0].lstrip(_STRIP) in words.with_mark


def _is_face(sign: str) -> bool:
    """Whether a picture is a face or a hand, which stands behind a sentence and for no word."""
    return (
        sign in "🔥🎉💯💪🙌🙏☺☹"
        or "\U0001f600" <= sign < "\U0001f650"
        or "\U0001f90c" <= sign < "\U0001f930"
        or (
            "\U0001f440" <= sign < "\U0001f451" or "\U0001f970" <= sign < "\U0001f97b" or sign >= "\U0001fae0"
        )
    )


def _is_opener(line: str, at: int, words: Words) -> bool:
    word = _WORD.match(line, at)
    if word is None or (word.end() == at + 1 and line[at + 1 : at + 2] == "."):
        return False  # an initial: "В. О. Шевченко"
    return word.group().lower() in words.openers


def _begins_clause(line: str, at: int, words: Words) -> bool:
    """Whether a sentence begins: with a word that begins one, or with a noun and a verb."""
    if not line[at].islower() and _is_opener(line, at, words):
        return True
    clause = _CLAUSE.match(line, at)
    if clause is None or not line[at].isupper():
        return False
    verb = clause["verb"]
    return verb in words.verbs or (verb.endswith("t") and len(verb) > 3 and verb not in words.no_verbs)


def _has_no_verb(line: str, begin: int, mark: int, at: int, words: Words) -> bool:
    """Whether before the quotation stands a preposition or an article alone, so that the sentence goes on:
    "Auf „Warum?“ Antworten zu finden".
    """
    lead = _LEAD.match(line, begin, mark) if mark - begin < 2 * _WINDOW else None
    return lead is not None and lead["word"].lower() in words.before_nouns and not _is_opener(line, at, words)


def _is_clipped(token: str, words: Words) -> bool:
    """Whether a word lacks its end: "schriftl.", "Bundesl.", "Bergstr."."""
    if token.endswith(_ENDINGS):
        return True
    if token[-3:] not in words.tails:
        return False
    endings = words.clipped_nouns if token[:1].isupper() else words.clipped
    return token.endswith(endings) and token not in words.ordinary


def _is_full_stop(line: str, begin: int, mark: int, at: int, words: Words) -> bool:
    last = line[mark - 1]
    if not last.isalnum():
        if _UNSEEN_SIGN.match(last) and mark > begin + 1:
            return _is_full_stop(line, begin, mark - 1, at, words)
        return line[at] not in _JOINERS  # "60 %.", "“.", " ."
    token = line[max(begin, mark - _WINDOW) : mark].rpartition(" ")[2]
    if not token.isalnum():
        token = token.split()[-1]  # another white space
    at_begin = mark - len(token) <= begin
    if last.isdigit():
        return _ends_number(line, begin, mark, at, token.lstrip(_STRIP), at_begin, words)
    if line[at] in _JOINERS:
        return False
    if not at_begin and token not in words.abbreviations and _is_plain(token, words):
        return True
    token = _UNSEEN_SIGN.sub("", token.lstrip(_STRIP))
    return bool(_ADDRESS.search(token)) or _ends_word(line, begin, mark, at, token, at_begin, words)


def _is_plain(token: str, words: Words) -> bool:
    """Whether a word has no look of an abbreviation, an initial or a Roman numeral."""
    if not token.isalpha() or len(token) == 1 or _is_clipped(token, words):
        return False
    if token.isupper():
        return _ROMAN.fullmatch(token) is None
    return len(token) > 3 or _VOWEL.search(token) is not None


def _ends_word(line: str, begin: int, mark: int, at: int, token: str, at_begin: bool, words: Words) -> bool:
    joined = _joined(line, begin, mark, token)
    parts = joined.split(".")
    word = parts[-1].rpartition("-")[2] or parts[-1]
    names = {word, joined, *(".".join(parts[n:]) for n in range(1, len(parts)))}
    if at_begin:
        names |= {name[:1].lower() + name[1:] for name in names}  # "Vgl. dazu"
    if not names.isdisjoint(words.closing):
        return line[at].isupper()  # "Lehrer, Pfleger usw. Deutschland spart"
    if not names.isdisjoint(words.never_final):
        return False
    if not names.isdisjoint(words.before_figures):
        return not _FIGURE.match(line, at)
    if not names.isdisjoint(words.maybe_final) or _is_clipped(word, words):
        if _LIST_END.search(line, max(begin, mark - 2 * _WINDOW), mark):
            # "Merz, Söder u. a. Deutschland wartet", but "Bonn u. a. Städten war"
            return _begins_clause(line, at, words) and not _DATIVE.match(line, at)
        return _is_opener(line, at, words)
    if len(word) == 1:
        return _ends_letter(line, mark, at, word, at_begin and len(parts) == 1, words)
    if _ROMAN.fullmatch(word):
        return not at_begin and _is_opener(line, at, words)
    if len(word) <= 3 and not word.isupper() and not _VOWEL.search(word):
        return word in words.ordinary or _is_opener(line, at, words)
    return True


def _joined(line: str, begin: int, mark: int, token: str) -> str:
    """The last word with the short abbreviations before it: ``z. B`` as ``z.B``."""
    low = max(begin, mark - _WINDOW)
    if not line[low : mark - len(token)].rstrip().endswith("."):
        return token
    for before in reversed(line[low:mark].split()[:-1]):
        if len(before) > 6 or not before.endswith("."):
            break
        token = before.lstrip(_STRIP) + token
    return token


def _ends_letter(line: str, mark: int, at: int, letter: str, is_enumerator: bool, words: Words) -> bool:
    if is_enumerator:
        return False  # "A. Die Lage"
    if letter.isupper():
        return _is_opener(line, at, words)  # "Vitamin C. Das", but "J. Meier", "S. 5"
    return letter in _UNITS and line[mark - 3 : mark - 2].isdigit()  # "5 m. Das"


def _ends_number(line: str, begin: int, mark: int, at: int, token: str, at_begin: bool, words: Words) -> bool:
    if not words.before_ordinals:
        return not at_begin or len(token) > 3  # "3." is never "third" here
    before = line[max(begin, mark - _WINDOW) : mark].rsplit(None, 2)
    previous = before[-2].lstrip(_STRIP) if len(before) > 1 else ""
    after_article = previous.lower() in words.before_ordinals
    follow = _WORD.match(line, at)
    noun = follow.group() if follow else ""
    is_opener = noun.lower() in words.openers
    if _BIG_ORDINAL.fullmatch(token):
        return is_opener or not (after_article or noun == "Mal")
    if not _ORDINAL.fullmatch(token):
        return True  # "2010.", "3,5.", "2:1.", "G20."
    if previous in words.before_cardinals and previous.endswith("."):
        return not line[at].isdigit()  # "die Nr. 47. Biden war"
    if at_begin or previous.endswith(":") or noun in words.ordinal_nouns:
        return False  # "1. Die Kosten", "am 23. Oktober"
    return is_opener or (not after_article and _is_cardinal(line, mark, at, previous, words))


def _is_cardinal(line: str, mark: int, at: int, previous: str, words: Words) -> bool:
    """Whether a number that could be an ordinal is none, by the word before it."""
    if not previous.isalpha():
        return False
    if previous.lower() in words.before_cardinals or line[at - 1] in _OPENERS:
        return True
    if line[at].isdigit() or _INFLECTED.fullmatch(previous):
        return False  # "1. 5. 2010", "seinem 70. Spiel"
    # "Artikel 50. Berlin", but "Nach 10. Runde"
    return previous[0].isupper() and previous.lower() not in words.openers


Span = tuple[int, int]

# a mark (or the eyes of an emoticon and its mouth) with what closes behind it, and white space
_STOP = re.compile(
    rf"(\.++\+*(?:-?[)(]++(?=\s))?(?:[\"'“”»«’‘›‹)\]*_{_UNSEEN}]|{NOTE_MARK})*(?:\s?{SMILEY})*)"
    r"(\s++(?=\S)|(?<=\u200b)(?=\w))?"
)
# emoticons without a mark before; one pattern an eye, as a search for one sign is the fastest
_EMOTICONS = tuple(
    (eyes, re.compile(rf"{eyes}(?:(?=-)|(?<=\s{eyes}))(?<![.!?…]\s{eyes})(?<![.!?…]{eyes})(-?[)(]++)(?=\s)"))
    for eyes in ":;"
)
_PICTURE = re.compile(rf"(?:(?<=\w)|(?<=\w\s))({EMOJI})(?!\w)")
_TICKER = re.compile(r"(?<=\S\s)\+(?=\+\+\s+\S)(?<![.!?…+]\s\+)")
_QUOTES = frozenset('"“”»«’‘›‹')
#: Marks that open and close quotations, by kind: which one a mark does shows in how many stand before it.
_PAIRS = {sign: signs for signs in ("«»", "„“”", '"', "‹›") for sign in signs}
_DATELINE = 30  # characters before the first mark
_PARITY = 2000  # characters looked at before a quotation mark that stands alone
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWYZÄÖÜАБВГҐДЕЄЁЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЭЮЯ"  # no X: "Wie schön! XD Danke"
_BEFORE_CAPITAL = frozenset(f" {letter}" for letter in _CAPITALS)
#: No x, h, w, l either, with which a tail may begin: "http", "www", "lol".
_BEFORE_WORD = _BEFORE_CAPITAL | {f" {sign}" for sign in "abcdefgijkmnopqrstuvyzäöü0123456789"}


def sentence_spans(
    text: str, start: int = 0, end: int | None = None, *, language: str = "de"
) -> Iterator[Span]:
    """The sentences of a stretch of text as ``(start, end)``, offsets into the whole text.

    Spans are sorted, disjoint and trimmed; between them stands white space only. A line break
    ends a sentence: where it only wraps a line, hand in a copy with a space in its place.

    Parameters
    ----------
    text, start, end
        The stretch is ``text[start:end]``; what stands around it has no influence.
    language
        A language with word lists (`annotate.texts.wordlists.has_words`).

    >>> text = "Am 23. Oktober kam Dr. Weiß. „Warum?“ – Das weiß niemand."
    >>> [text[a:b] for a, b in sentence_spans(text)]
    ['Am 23. Oktober kam Dr. Weiß.', '„Warum?“', '– Das weiß niemand.']
    """
    words = words_of(language)
    if start or end is not None:
        start, end, _ = slice(start, end).indices(len(text))
        text = text[start:end]
    text = text.replace("\u00a0", " ")
    if "\n" not in text and "\r" not in text:
        return iter(_line_spans(text, start, words))
    return _lines_spans(text, start, words)


def _lines_spans(text: str, offset: int, words: Words) -> Iterator[Span]:
    for line in text.replace("\r", "\n").split("\n"):
        if line:
            yield from _line_spans(line, offset, words)
        offset += len(line) + 1


def _line_spans(line: str, offset: int, words: Words) -> list[Span]:
    spans: list[Span] = []
    plain_tails = words.plain_tails
    flat = _flat(line)
    begin = len(line) - len(line.lstrip())
    mark = flat.find(".", begin)
    if 0 < mark - begin < _DATELINE and may_be_dateline(line[begin:mark]):
        mark = flat.find(".", end_of_dateline(line, begin, words.openers))
    while mark >= 0:
        follow = flat[mark + 1 : mark + 3]
        if follow in _BEFORE_CAPITAL and (
            flat[mark - 3 : mark] in plain_tails or _is_loud(line, mark, begin, words)
        ):
            end = mark + 1
            after = mark + 2
        else:
            if follow in _BEFORE_WORD:
                end = stop = mark + 1
                after = mark + 2
            elif not follow:
                break
            elif follow[0].isalpha():
                mark = flat.find(".", mark + 1)  # within a word: "z.B", "www.beispiel.de"
                continue
            else:
                stop, after, end = _closed(line, flat, mark)
            if after < 0 or not is_end(line, begin, mark, stop, after, words):
                mark = flat.find(".", end)
                continue
        spans.append((offset + begin, offset + end))
        begin = after
        mark = flat.find(".", after)
    last = len(line.rstrip())
    if begin < last:
        spans.append((offset + begin, offset + last))
    return spans


def _is_loud(line: str, mark: int, begin: int, words: Words) -> bool:
    """Whether a sentence of a few words ends with ``!`` or ``?``, whatever its last word."""
    return line[mark] in "!?" and mark > begin and line[mark - 3 : mark] not in words.tails


def _flat(line: str) -> str:
    """The line with a full stop for each mark, and for the eyes of an emoticon."""
    flat = line.replace("!", ".").replace("?", ".").replace("…", ".")
    for eyes, emoticon in _EMOTICONS:
        if eyes in line and emoticon.search(line):
            flat = emoticon.sub(r".\1", flat)
    if "+" in line and "+++" in line:
        flat = _TICKER.sub(".", flat)
    # characters beyond U+FFFF take four bytes, and all others of their text with them: no search is as fast
    if line.__sizeof__() > 4 * len(line) or "\ufe0f" in line:
        return _without_pictures(flat, line)
    return flat


def _without_pictures(flat: str, line: str) -> str:
    pieces = []
    at = 0
    for found in sorted(_pictures(line), key=re.Match.start):
        if found.start() >= at:
            pieces += [flat[at : found.start()], "." * len(found[1])]
            at = found.end()
    return "".join([*pieces, flat[at:]])


def _pictures(line: str) -> Iterator[re.Match[str]]:
    """The pictures behind a word, without a mark before them."""
    # of the four bytes of an emoji the third is 1, and no search is as fast as one for a byte
    data = line.encode("utf-32-le", "surrogatepass")
    byte = data.find(b"\x01")
    while byte >= 0:
        at = byte // 4
        is_behind_word = line[at - 1].isalnum() or (
            line[at - 1].isspace() and line[at - 2 : at - 1].isalnum()
        )
        if byte % 4 == 2 and is_behind_word and (found := _PICTURE.match(line, at)):
            yield found
        byte = data.find(b"\x01", byte + 1)
    at = line.find("\ufe0f")
    while at >= 0:
        if at and line[at - 1] < "\uffff" and (found := _PICTURE.match(line, at - 1)):
            yield found
        at = line.find("\ufe0f", at + 1)


def _closed(line: str, flat: str, mark: int) -> tuple[int, int, int]:
    """Where the signs end that belong to a mark, where text goes on (-1: nowhere), and where the sentence
    would end, with a tail that stands apart (`annotate.texts.stop_tails`).
    """
    found = _STOP.match(flat, mark)
    if found is None or found[2] is None:
        stop = found.end(1) if found else mark + 1
        return stop, -1, stop
    end = stop = found.end(1)
    after = found.end()
    if _closes_alone(line, after):
        end, after = after + 1, _next(line, after + 1)
    if after >= 0 and (tail := end_of_tail(line, after)):
        end, after = tail, _next(line, tail)
    return stop, after, end


def _next(line: str, at: int) -> int:
    """Where text goes on behind white space, -1 at the end of the line."""
    return next((n for n in range(at, len(line)) if not line[n].isspace()), -1)


def _closes_alone(line: str, at: int) -> bool:
    """Whether a quotation mark with white space around it closes: "« Das ist falsch. » Er ging"."""
    if line[at] not in _PAIRS or not (at + 1 == len(line) or line[at + 1].isspace()):
        return False
    signs = _PAIRS[line[at]]
    low = max(0, at - _PARITY)
    return sum(line.count(sign, low, at) for sign in signs) % 2 == 1
