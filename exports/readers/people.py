"""Who coded: the name of each coding's annotator, and what is to be said of the accounts behind them.

An account of Label Studio is not always a person: two may share one, one that was deleted leaves
codings by nobody, and whoever may open a project can code in it or change what others coded.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from exports.readers.codings import Coding, Person
from schemas.decimals import counted
from schemas.errors import SettingsError, near_hit
from schemas.records import Annotation, Record, is_unknown, unknown_annotator

#: Whom a name is for: a user id, a project and a user id in it, or a file.
Who = int | tuple[int, int] | str
_FLAG = "--names"
_WHO = "a file (anna.json=anna), a user id (7=anna) or a project and a user id of it (2/7=anna)"


class Coder(Record, frozen=True, kw_only=True):
    """An account that submitted ``n`` annotations, skipped ones too; without number and e-mail, all
    that are by nobody known. ``first`` and ``last`` are when the first and the last was created."""

    user: int | None
    email: str | None
    n: int
    first: str | None
    last: str | None


class GuestCoding(Record, frozen=True, kw_only=True):
    """An annotation by another account than the annotator's; ``at`` is when it was changed last."""

    sentence_id: str
    user: int | None
    annotation_id: int | None
    task_id: int | None
    created_at: str | None
    at: str | None


class EditedCoding(Record, frozen=True, kw_only=True):
    """An annotator's annotation that ``user``, another account, changed last."""

    sentence_id: str
    user: int
    annotation_id: int | None
    task_id: int | None
    at: str | None


class Repeated(Record, frozen=True, kw_only=True):
    """How many sentences an annotator coded more than once, and in how many of them differently."""

    n: int
    differ: int


class Names(Struct, frozen=True):
    """The names that were given: one for a whole file's annotator, or one each; files by their path."""

    annotator: str | None
    given: Mapping[Who, str]

    def by_place(self, coding: Coding) -> str | None:
        """The name of who coded there, whatever the account is called elsewhere."""
        if self.annotator is not None:
            return self.annotator
        if coding.project is not None and isinstance(coding.person, int):
            name = self.given.get((coding.project, coding.person))
            if name is not None:
                return name
        return self.given.get(coding.file)

    def name(self, coding: Coding) -> str | None:
        """Who a coding is by, where that is known: the file's own name, else the one that was given."""
        own = coding.annotation.annotator
        if own and not is_unknown(own):
            return own
        placed = self.by_place(coding)
        return self.given.get(coding.person) if placed is None and isinstance(coding.person, int) else placed


def to_names(names: Mapping[Who, str], annotator: str | None, paths: Sequence[str]) -> Names:
    """The names with each file by the path it is read from.

    Raises
    ------
    SettingsError
        A name is for a file that is not among them, or for one that two of them are called.
    """
    given = {_path(who, paths) if isinstance(who, str) else who: name for who, name in names.items()}
    return Names(annotator, given)


def _path(word: str, paths: Sequence[str]) -> str:
    known = list(dict.fromkeys(paths))
    same = [path for path in known if Path(path) == Path(word)]
    same = same or [path for path in known if Path(path).name == word]
    if len(same) == 1:
        return same[0]
    shown = ", ".join(known[:5]) + (" …" if len(known) > 5 else "")
    if same:
        raise SettingsError(f'"{word}" is the name of {len(same)} files: expected one of {shown}', flag=_FLAG)
    near = near_hit(word, [name for path in known for name in (path, Path(path).name)])
    raise SettingsError(f'"{word}": no such file among {shown}{near}; expected {_WHO}', flag=_FLAG)


def named(codings: Sequence[Coding], names: Names) -> list[Coding]:
    """The codings with the names of their annotators, in the same order.

    Whom nobody named is ``annotator-1``, ``annotator-2``, … by ascending user id. Of whom nothing at
    all is known, there is one more in every annotation: ``unknown-1``, ``unknown-2``, … in a sentence.
    """
    called = [names.name(coding) for coding in codings]
    nameless = [(n, coding) for n, coding in enumerate(codings) if called[n] is None]
    pseudonyms = _pseudonyms({c.person for _, c in nameless}, {name for name in called if name is not None})
    unknown = _unknown([(n, coding) for n, coding in nameless if coding.person is None])
    return [
        replace(coding, annotation=replace(coding.annotation, annotator=who))
        if (who := name or unknown.get(n) or pseudonyms[coding.person]) != coding.annotation.annotator
        else coding
        for n, (coding, name) in enumerate(zip(codings, called, strict=True))
    ]


def _pseudonyms(people: Iterable[Person], taken: Collection[str]) -> dict[Person, str]:
    """A free name for each account: by user id ascending, then those known by e-mail alone."""
    free = (name for n in count(1) if (name := f"annotator-{n}") not in taken)
    accounts = list(people)
    names: dict[Person, str] = {
        user: next(free) for user in sorted(p for p in accounts if isinstance(p, int))
    }
    names.update((email, next(free)) for email in sorted(p for p in accounts if isinstance(p, str)))
    return names


def _unknown(codings: Iterable[tuple[int, Coding]]) -> dict[int, str]:
    """Place of a coding → its name: another for each annotation of a sentence, the oldest first."""
    numbers: dict[str, dict[object, int]] = {}
    names: dict[int, str] = {}
    for n, coding in sorted(codings, key=lambda item: _birth(item[1].annotation)):
        row = coding.annotation
        known = numbers.setdefault(row.sentence_id, {})
        annotation = n if row.annotation_id is None else _birth(row)
        names[n] = unknown_annotator(known.setdefault(annotation, len(known) + 1))
    return names


def _birth(row: Annotation) -> tuple[float, int]:
    return moment(row.created_at), row.annotation_id or 0


def moment(text: str | None) -> float:
    """Seconds since 1970; a time that cannot be read lies before all others."""
    try:
        time = datetime.fromisoformat(text or "")
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return float("-inf")


def coders(codings: Iterable[Coding]) -> list[Coder]:
    """The accounts behind the codings of an export, in the order of their first annotation."""
    by_account: dict[Person, list[Coding]] = {}
    for coding in codings:
        if not coding.annotation.annotator:
            by_account.setdefault(coding.person, []).append(coding)
    found = [_coder(person, of_account) for person, of_account in by_account.items()]
    return sorted(found, key=lambda coder: (coder.first is None, moment(coder.first)))


def _coder(person: Person, codings: Sequence[Coding]) -> Coder:
    times = sorted((c.annotation.created_at for c in codings if c.annotation.created_at), key=moment)
    return Coder(
        user=person if isinstance(person, int) else None,
        email=next((coding.email for coding in codings if coding.email), None),
        n=len(codings),
        first=times[0] if times else None,
        last=times[-1] if times else None,
    )


def by_account(
    codings: Sequence[Coding], account: int | None, owned: Collection[int]
) -> tuple[Sequence[Coding], list[GuestCoding]]:
    """The codings of an account, with the annotations that are known to be its own, and all others."""
    if account is None:
        return codings, []
    known = set(owned)
    is_own = [c.person == account or c.annotation.annotation_id in known for c in codings]
    own = [coding for coding, mine in zip(codings, is_own, strict=True) if mine]
    return own, [_guest(coding) for coding, mine in zip(codings, is_own, strict=True) if not mine]


def _guest(coding: Coding) -> GuestCoding:
    row = coding.annotation
    return GuestCoding(
        sentence_id=row.sentence_id,
        user=coding.person if isinstance(coding.person, int) else None,
        annotation_id=row.annotation_id,
        task_id=row.task_id,
        created_at=row.created_at,
        at=row.updated_at or row.created_at,
    )


def edited(codings: Iterable[Coding], account: int | None) -> list[EditedCoding]:
    """The codings that somebody else than their coder, and than the annotator, changed last."""
    return [
        EditedCoding(
            sentence_id=coding.annotation.sentence_id,
            user=coding.changed_by,
            annotation_id=coding.annotation.annotation_id,
            task_id=coding.annotation.task_id,
            at=coding.annotation.updated_at,
        )
        for coding in codings
        if coding.changed_by is not None
        and coding.changed_by not in (coding.person, account)
        and _was_changed(coding.annotation)
        and not isinstance(coding.person, str)  # an e-mail is not held against a number
    ]


def _was_changed(row: Annotation) -> bool:
    """Whether an annotation was changed after it was made; who made it for another is no editor of it.

    Label Studio sets both times when it is made, some 20 microseconds apart; a request takes longer.
    """
    return not (row.created_at and row.updated_at) or moment(row.updated_at) - moment(row.created_at) > 0.01


def pooled(codings: Iterable[Coding], names: Names) -> list[str]:
    """Where the name of a file, or of its annotator, stands for several accounts."""
    accounts: dict[tuple[str, str], set[Person]] = {}
    for coding in codings:
        name = names.annotator or names.given.get(coding.file)
        if name is not None and names.name(coding) == name and not coding.annotation.annotator:
            accounts.setdefault((coding.file, name), set()).add(coding.person)
    return [
        f"{len(people)} accounts coded in {'this project' if names.annotator else file}; all count as {name}"
        for (file, name), people in accounts.items()
        if len(people) > 1
    ]


def repeated(again: Iterable[Sequence[Coding]]) -> dict[str, Repeated]:
    """Who coded sentences more than once; ``again`` has the annotations of each such coding."""
    by_person: dict[str, list[bool]] = {}
    for versions in again:
        first, *others = (coding.annotation for coding in versions)
        differs = any((row.layers, row.skipped) != (first.layers, first.skipped) for row in others)
        by_person.setdefault(first.annotator, []).append(differs)
    return {who: Repeated(n=len(differ), differ=sum(differ)) for who, differ in sorted(by_person.items())}


def repeated_words(who: str, repeated: Repeated) -> str:
    """A line that says how many sentences somebody coded more than once.

    >>> repeated_words("anna", Repeated(n=6, differ=4))
    'anna: 6 sentences coded twice, 4 of them differently; the later one counts'
    """
    differ = repeated.differ or "none"
    sentences = counted(repeated.n, "sentence")
    return f"{who}: {sentences} coded twice, {differ} of them differently; the later one counts"


def shared_logins(groups: Iterable[Sequence[Coding]], names: Names) -> list[str]:
    """The accounts that coded a sentence in several projects and that no name tells apart: one person or two?

    ``groups`` has the codings of each sentence that one person, as they are called, coded more than once.
    """
    sentences: Counter[int | str] = Counter()
    places: dict[int | str, list[tuple[int | None, str]]] = {}
    for group in groups:
        by_account: dict[int | str, list[Coding]] = {}
        for coding in group:
            if coding.person is not None and names.by_place(coding) is None:
                by_account.setdefault(coding.person, []).append(coding)
        for person, (first, *others) in by_account.items():
            if any(_are_apart(first, other) for other in others):
                sentences[person] += 1
                places.setdefault(person, []).extend((c.project, c.file) for c in (first, *others))
    return [_shared_words(person, number, places[person]) for person, number in sentences.items()]


def _are_apart(one: Coding, other: Coding) -> bool:
    """Whether two codings of a sentence are of two projects, as far as their export says."""
    if one.project is not None and other.project is not None and one.project != other.project:
        return True
    if one.file == other.file:
        return False
    # one project has one task a sentence, and one server gives an annotation's number once
    mine, theirs = one.annotation, other.annotation
    is_of_two_servers = mine.annotation_id == theirs.annotation_id and _birth(mine) != _birth(theirs)
    return mine.task_id != theirs.task_id or is_of_two_servers


def _shared_words(person: int | str, number: int, places: Iterable[tuple[int | None, str]]) -> str:
    projects = sorted({project for project, _ in places if project is not None})
    files = list(dict.fromkeys(file for _, file in places))
    shown = [str(project) for project in projects]
    ways = [f"{project}/{person}" for project in projects]
    if len(projects) < 2:
        shown = files
    if len(projects) < 2 or isinstance(person, str):
        short = [Path(file).name for file in files]
        ways = short if len(set(short)) == len(files) else files
    who = f"user {person}" if isinstance(person, int) else "an account known by its e-mail"
    several = "two" if len(shown) == 2 else len(shown)
    hint = ",".join(f"{way}={name}" for way, name in zip(ways, ("anna", "ben", "cara"), strict=False))
    return (
        f"{who} coded {number} {'sentence' if number == 1 else 'sentences'} in {several} "
        f"{'projects' if len(projects) > 1 else 'files'} ({', '.join(shown)}): one person twice or "
        f"two people behind one login; tell them apart with --names {hint}{',…' * (len(ways) > 3)}"
    )
