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

from annotate.texts.wordlists import Words, words_of

_WINDOW = 48  # characters looked at before a mark; longer words are no abbreviations
_SIGNS = re.compile(r"[.!?…]*")
_OPENERS = frozenset("\"'„“”‚‘’`»«›‹([–—―-*•·¿¡")
_OPENING = re.compile(r"[\"'„“”‚‘’`»«›‹(\[–—―\-*•·¿¡\s]++")
_STRIP = "".join(_OPENERS)
_CLOSING = frozenset(".!?…,;:)]")
_JOINERS = frozenset("&/+=|%")
_WORD = re.compile(r"[^\W\d_]{1,40}")
_ROMAN = re.compile(r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})")
_FIGURE = re.compile(r"\d|[IVX]+\b|[a-zA-Z]\b")
_ORDINAL = re.compile(r"(?:\d{1,3}\.?[–—/+-])*\d{1,3}|\d{1,2}\.\d{1,2}")
_BIG_ORDINAL = re.compile(r"\d{1,3}(?:\.\d{3})+|(?!1[5-9]|20)\d{4}")
_VOWEL = re.compile(r"[aeiouyäöü]", re.IGNORECASE)
_INFLECTED = re.compile(r"[a-zäöüß]{2,}e[rnms]?")
_ADDRESS = re.compile(r"@|://|^www\.", re.IGNORECASE)
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
        if line[at] in _OPENERS:
            at = _OPENING.match(line, at).end()  # type: ignore[union-attr]
            if at == len(line):
                return False
        if line[at] in _CLOSING:
            return False  # ". . .", "usw. , und"
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
    if stop > mark + 1 or line[mark] not in ".!?":
        return False
    token = line[max(begin, mark - _WINDOW) : mark].rpartition(" ")[2]
    if len(token) < 4 or not token.isalpha() or not token[1:].islower():
        return False
    if token in words.abbreviations or token in words.with_mark or token.endswith(_ENDINGS):
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


def _is_opener(line: str, at: int, words: Words) -> bool:
    word = _WORD.match(line, at)
    return word is not None and word.group().lower() in words.openers


def _is_full_stop(line: str, begin: int, mark: int, at: int, words: Words) -> bool:
    last = line[mark - 1]
    if not last.isalnum():
        return line[at] not in _JOINERS  # "60 %.", "“.", " ."
    token = line[max(begin, mark - _WINDOW) : mark].rpartition(" ")[2]
    if not token.isalnum():
        token = token.split()[-1]  # another white space
    at_begin = mark - len(token) <= begin
    if last.isdigit():
        return _ends_number(line, begin, mark, at, token.lstrip(_STRIP), at_begin, words)
    if line[at] in _JOINERS:
        return False
    if not at_begin and token not in words.abbreviations and _is_plain(token):
        return True
    token = token.lstrip(_STRIP)
    return bool(_ADDRESS.search(token)) or _ends_word(line, begin, mark, at, token, at_begin, words)


def _is_plain(token: str) -> bool:
    """Whether a word has no look of an abbreviation, an initial or a Roman numeral."""
    if not token.isalpha() or len(token) == 1 or token.endswith(_ENDINGS):
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
    if not names.isdisjoint(words.never_final):
        return False
    if not names.isdisjoint(words.before_figures):
        return not _FIGURE.match(line, at)
    if not names.isdisjoint(words.maybe_final) or word.endswith(_ENDINGS):
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

_SMILEY = (
    r"(?:[:;]['’]?[-o]?[)(\]\[DPp|/\\]+|\^\^|<3"
    r"|[\u2639\u263a\u2764\U0001f300-\U0001faff][\ufe0f\u200d\u2640\u2642\U0001f300-\U0001faff]*+)(?!\w)"
)
# a mark (or the eyes of an emoticon and its mouth) with what closes behind it, and white space
_STOP = re.compile(rf"(\.++(?:-?[)(]++(?=\s))?[\"'“”»«’‘›‹)\]]*+(?:\s?{_SMILEY})*+)(\s++(?=\S))?")
# emoticons without a mark before; one pattern an eye, as a search for one sign is the fastest
_EMOTICONS = tuple(
    (eyes, re.compile(rf"{eyes}(?:(?=-)|(?<=\s{eyes}))(?<![.!?…]\s{eyes})(?<![.!?…]{eyes})(-?[)(]++)(?=\s)"))
    for eyes in ":;"
)
_BEFORE_CAPITAL = frozenset(f" {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ")


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
    tails = words.tails
    flat = _flat(line)
    begin = len(line) - len(line.lstrip())
    mark = flat.find(".", begin)
    while mark >= 0:
        follow = flat[mark + 1 : mark + 3]
        tail = flat[mark - 3 : mark]
        if (
            follow in _BEFORE_CAPITAL
            and tail not in tails
            and (
                (tail.islower() and (tail.isalpha() or (tail[0] == " " and tail[1:].isalpha())))
                or (line[mark] in "!?" and mark > begin)
            )
        ):
            stop = mark + 1
            after = mark + 2
        else:
            stop, after = _closed(flat, mark)
            if after == stop or not is_end(line, begin, mark, stop, after, words):
                mark = flat.find(".", stop)
                continue
        spans.append((offset + begin, offset + stop))
        begin = after
        mark = flat.find(".", after)
    last = len(line.rstrip())
    if begin < last:
        spans.append((offset + begin, offset + last))
    return spans


def _flat(line: str) -> str:
    """The line with a full stop for each mark, and for the eyes of an emoticon."""
    flat = line.replace("!", ".").replace("?", ".").replace("…", ".")
    for eyes, emoticon in _EMOTICONS:
        if eyes in line and emoticon.search(line):
            flat = emoticon.sub(r".\1", flat)
    return flat


def _closed(flat: str, mark: int) -> tuple[int, int]:
    """Where the signs that belong to a mark end, and where text goes on (the same if nowhere)."""
    if flat[mark + 1 : mark + 2] == " " and flat[mark + 2 : mark + 3].isalnum():
        return mark + 1, mark + 2
    end = _STOP.match(flat, mark)
    return (end.end(1), end.end()) if end else (mark + 1, mark + 1)
