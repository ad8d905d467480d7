"""Noun phrases as regular expressions over the classes of tokens (`train.features.speech.marks`)."""

_HEADS = "(?:[TINo]+)"
_ADJECTIVES = "(?:a?[A#],?|Ck)*"
_BARE = f"{_ADJECTIVES}{_HEADS}"
_OF = f"(?:v{{1,2}}[Drd]?{_BARE})"
GENITIVE = f"(?:[rg]{_ADJECTIVES}(?:{_HEADS}q?|q))"


def _phrase(determiner: str) -> str:
    """A noun with its determiner, or without; a name in quotation marks alone, or behind a noun with one."""
    return f"(?:{determiner}{_ADJECTIVES}(?:{_HEADS}q?|[qu])|{_BARE}|q)"


#: A noun that may be a subject, with what belongs to it; and two such.
NOUN = f"(?:{_phrase('[Dr]')}{_OF}?{GENITIVE}*{_OF}?)"
NOUNS = f"(?:{NOUN}(?:(?:,{NOUN})*k{NOUN})?)"
#: A noun behind "laut" or before "zufolge", in whatever case.
SOURCE = f"(?:{_phrase('[Drdg]')}{_OF}?{GENITIVE}*)"
BARE_OF = f"v{{1,2}}[Drd]?{_BARE}"
ANY_CASE = f"(?:[Drdg]?{_ADJECTIVES}(?:[TINqoM]+){_OF}?{GENITIVE}*)"
#: What may stand between a subject and its verb: with a preposition, of time, an object.
AWAY = f"(?:[PpvV]?[Ppv]{_ADJECTIVES}(?:{ANY_CASE}|e|E|#|a))"
TIME = f"(?:[Drdg]?{_ADJECTIVES}M+#?)"
OBJECT = f"(?:[dg]{_BARE}{GENITIVE}*)"
LOOSE = f"(?:[ae]|{AWAY}|{TIME}|{OBJECT})"
#: An apposition or a relative clause between commas.
ASIDE = "(?:,[DrdgNATIPpvwa#][^;:QE]{0,60}?,)"
#: A place with "in", "aus", "bei"; and a noun behind "für".
PLACE = f"(?:[Pp][Ddr]?{_ADJECTIVES}[Nq]+{GENITIVE}*)"
SINGLE = f"(?:[Drd]?{_BARE})"
#: Where a clause may begin.
BEGIN = r"(?:^|[,;:.()\-Q?]k?|k)"
