"""The features of one text, spelt out slowly: what the fast ones must agree with.

Whole numbers of Python and strings only, nothing shared with the package but its word lists.
"""

import re
from collections import Counter
from itertools import pairwise

from train.features.lexicons import lexicon_names, read_lexicon
from train.features.target_pairs import TargetCues

BITS = 20
BASE64, STIR64, ALL64 = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 2**64 - 1
BASE32, STIR32, ALL32 = 0x9E3779B1, 0x85EBCA6B, 2**32 - 1
MARKS = '?!.,:;()"„“»«–…/@#%'
ENDINGS = ("liche", "lich", "ische", "isch", "ten", "te", "en", "st", "t", "er", "es", "em", "e")


def lowered(text: str) -> str:
    """In lower case, letter by letter: one whose lower case is several letters (İ) stays."""
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", text)


def stir(key: int) -> int:
    key = ((key ^ (key >> 32)) * STIR64) & ALL64
    return key ^ (key >> 32)


def key_of(token: str) -> int:
    return stir(sum(ord(char) * pow(BASE64, i, 2**64) for i, char in enumerate(lowered(token))) & ALL64)


def bucket(key: int) -> int:
    return key >> (64 - BITS)


def bucket32(key: int) -> int:
    key = ((key ^ (key >> 15)) * STIR32) & ALL32
    return (((key ^ (key >> 13)) * BASE32) & ALL32) >> (32 - BITS)


def words(text: str) -> Counter[int]:
    return Counter(bucket(key) for key in {key_of(token) for token in tokens(text)})


def word_pairs(text: str) -> Counter[int]:
    keys = [key_of(token) for token in tokens(text)]
    return Counter(bucket(stir((one * BASE64 + other) & ALL64)) for one, other in set(pairwise(keys)))


def character_strings(text: str) -> list[str]:
    padded = {f" {lowered(token)} " for token in tokens(text) if re.fullmatch(r"\w+", token)}
    return [word[i : i + n] for word in padded for n in range(2, 6) for i in range(len(word) - n + 1)]


def characters(text: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for gram in character_strings(text):
        key = 0
        for char in gram:
            key = (key * BASE32 + ord(char)) & ALL32
        found[bucket32(key)] += 1
    return found


def edge_strings(text: str) -> dict[str, list[str]]:
    row = [lowered(token) for token in tokens(text)]
    return {
        "first": row[:1],
        "second": row[1:2],
        "third": row[2:3],
        "last": row[-1:],
        "last2": row[-2:-1],
        "last3": row[-3:-2],
        "begin": row[:2] if len(row) > 1 else [],
        "begin3": row[:3] if len(row) > 2 else [],
        "end": row[-2:] if len(row) > 1 else [],
    }


def edges(text: str) -> Counter[int]:
    if not tokens(text):
        return Counter([0])
    found: Counter[int] = Counter()
    for column, row in enumerate(edge_strings(text).values()):
        key = column + 1
        for word in row:
            key = stir((key * BASE64 + key_of(word)) & ALL64)
        if row:
            found[bucket(key)] += 1
    return found


def shape(token: str) -> int:
    lower, noun = lowered(token), token[0].isupper()
    if not re.fullmatch(r"\w+", token) or lower in read_lexicon("function_words"):
        return key_of(token) >> 32
    if token[0].isdigit() and token[-1].isdigit():
        return 6
    if noun:
        return 5 if lower.endswith(("ung", "ungen")) else 4
    ending = next((ending for ending in ENDINGS if lower.endswith(ending)), None)
    return 3 if ending is None else 10 + ENDINGS[::-1].index(ending)


def shape_runs(text: str) -> Counter[int]:
    row = [1, *(shape(token) for token in tokens(text)), 2]
    found: Counter[int] = Counter()
    for n in range(1, 5):
        for i in range(len(row) - n + 1):
            key = 0
            for column, value in enumerate(row[i : i + n]):
                key = (key * BASE32 + value + column) & ALL32
            found[bucket32(key)] += 1
    return found


def list_counts(text: str) -> Counter[str]:
    row = [lowered(token) for token in tokens(text)]
    found: Counter[str] = Counter(f"mark={token}" for token in row if token in MARKS)
    for name in lexicon_names():
        if name == "function_words":
            continue
        for entry in read_lexicon(name):
            wanted = tokens(entry)
            found[f"list={name}"] += sum(
                row[i : i + len(wanted)] == wanted for i in range(len(row) - len(wanted) + 1)
            )
    return +found


def step(value: float, limits: tuple[float, ...]) -> int:
    return sum(value >= limit for limit in limits)


def cues(text: str) -> set[str]:
    row = tokens(text)
    size = max(len(row), 1)
    found = set()
    for name, count in list_counts(text).items():
        found |= {name, f"{name}{min(count, 4)}"}
    function = sum(lowered(token) in read_lexicon("function_words") for token in row) / size
    capitals = sum(token[0].isupper() for token in row) / size
    length = sum(map(len, row)) / size
    found.add(f"tokens={step(len(row), (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 27, 35, 50, 80))}")
    found.add(f"capitals={step(capitals, (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7))}")
    found.add(f"wordlength={step(length, (3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 10))}")
    found.add(f"functionwords={step(function, (0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6))}")
    first = row[0] if row else "."
    is_word = bool(re.fullmatch(r"\w+", first))
    found.add("begins=" + ("upper" if first[0].isupper() else "lower" if is_word else "mark"))
    if any(token[0].isdigit() and token[-1].isdigit() for token in row):
        found.add("digits")
    if any(len(token) > 2 and all(char.isupper() for char in token) for token in row):
        found.add("shouting")
    return found


def lists_of(row: list[str]) -> list[str]:
    names = {name for name in lexicon_names() for entry in read_lexicon(name) if entry in row}
    return sorted(names - {"function_words"})


def mention_tokens(target: TargetCues, text: str, around: str, topics: list[str]) -> Counter[str]:
    """Those of a sentence and a target; of word lists the entries of one word alone."""
    row = tokens(text.lower())
    named = [stem for stem in target.stems if stem in text.lower()]
    overlap = [stem for stem in target.content if stem in text.lower()]
    state = "named" if named else "overlap" if overlap else "silent"
    share = int(5 * len(overlap) / max(len(target.content), 1))
    found = [f"state={state}", f"named={min(len(named), 3)}", f"overlap={min(len(overlap), 5)}"]
    found += [f"share={share}", f"type={target.type}", *(f"{topic}_{state}" for topic in topics)]
    if any(stem in around.lower() for stem in target.stems + target.content):
        found.append(f"{state}_around")
    first = [topic for topic in topics if "=first" in topic]
    found += [f"{what}:{name}" for what in [state, *target.wants, *first] for name in lists_of(row)]
    if target.known:
        found += [f"target={target.id}", f"target={target.id}_{state}", *(f"alias={stem}" for stem in named)]
    heads = [stem.split()[0] for stem in named or overlap]
    places = [i for i, word in enumerate(row) if any(head in word for head in heads)]
    window = [
        word for i, word in enumerate(row) if i not in places and any(abs(i - place) <= 4 for place in places)
    ]
    found += [f"near={word}" for word in window] + [f"near:{name}" for name in lists_of(window)]
    return Counter(found)


def cross_tokens(target: TargetCues, text: str) -> Counter[str]:
    whats = [*target.wants, target.id] if target.known else target.wants
    return Counter(f"{what}|{word}" for what in whats for word in set(tokens(text.lower())))


#: Texts with what is hard in them: marks, umlauts, other scripts, nothing at all.
TEXTS = [
    "Er müsste – „sofort“ – gehen.",
    "Na und?",
    "",
    "a bc def",
    "Straße, Größe: ÄRGER!",
    "Die 3 Länder zahlen 4,5 Mrd. Euro …",
    "🙂 gut 🙂🙂",
    "Das ist FALSCH, sagt die NATO laut z.B. der Zeitung.",
    "Wie wir wissen, ist das nicht mehr so gut wie früher, geschweige denn besser!",
    " \t leer  und\nweit  ",
    "Nicht nicht nicht nicht nicht nicht: nein.",
    "Die Regierung schadet allen freundlichen Menschen, die politische Ordnungen schätzen.",
    "İstanbul İ",
    "x" * 300,
    "1. 22 a1 1a",
    "Gelungene Bildungen sind gelungen, jung sprang Jung über die Ordnung.",
]
