"""Whose codings lie in whose project: guests', those that others changed, those made twice."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from annotate.label_studio.client import Studio, task_link
from annotate.study.accounts import Account
from exports.readers.annotations import Export
from exports.readers.people import EditedCoding, GuestCoding, repeated_words
from schemas.decimals import counted
from schemas.records import Annotation, Record


class Pulled(NamedTuple):
    """What came down from one annotator's project, and the account whose codings count there."""

    project: int
    account: Account
    export: Export
    rows: list[Annotation]
    lost: set[int]  # annotations that went since the last pull


class ForeignCoding(Record, frozen=True, kw_only=True):
    """A coding in an annotator's project that another account made, or changed."""

    annotator: str
    sentence_id: str
    user: int | None
    email: str | None
    at: str | None
    link: str


class ForeignCodings(NamedTuple):
    """Codings that other accounts made, those that they changed, and a line for each thing to be told."""

    guests: list[ForeignCoding]
    edited: list[ForeignCoding]
    notices: list[str]


def find_foreign_codings(
    studio: Studio, before: Sequence[Annotation], pulled: Mapping[str, Pulled]
) -> ForeignCodings:
    """Looks for codings that are not, or not only, the annotator's own.

    A change by the account that pulls counts only where the answer changed and the codebook did not: its
    own migrations change annotations too.
    """
    foreign = ForeignCodings([], [], [])
    reports = {name: one.export.report for name, one in pulled.items()}
    if any(report.guests or report.edited for report in reports.values()):
        emails = {user.id: user.email for user in studio.users()}
        me = studio.owner().id
        known = {row.annotation_id: row for row in before}
        for name, one in pulled.items():
            rows = {row.annotation_id: row for row in one.rows}
            guests = [_foreign(row, name, one, studio.url, emails) for row in reports[name].guests]
            edited = [
                _foreign(row, name, one, studio.url, emails)
                for row in reports[name].edited
                if row.user != me or _has_changed(known.get(row.annotation_id), rows.get(row.annotation_id))
            ]
            foreign.guests.extend(guests)
            foreign.edited.extend(edited)
            foreign.notices.extend([*_guest_notices(name, one, guests), *_edit_notices(name, edited)])
    foreign.notices.extend(
        f"{name}: {one.account.email} is no account on the server; all codings in project {one.project} count"
        for name, one in pulled.items()
        if one.account.email and one.account.user is None and one.rows
    )
    for report in reports.values():
        foreign.notices.extend(repeated_words(who, repeated) for who, repeated in report.repeated.items())
    foreign.notices.extend(_shared_accounts(pulled))
    return foreign


def _foreign(
    row: GuestCoding | EditedCoding, name: str, one: Pulled, url: str, emails: Mapping[int, str]
) -> ForeignCoding:
    return ForeignCoding(
        annotator=name,
        sentence_id=row.sentence_id,
        user=row.user,
        email=None if row.user is None else emails.get(row.user),
        at=row.at,
        link=task_link(url, one.project, row.task_id) if row.task_id else url,
    )


def _has_changed(was: Annotation | None, now: Annotation | None) -> bool:
    return (
        was is not None
        and now is not None
        and was.layers != now.layers
        and was.codebook_version == (now.codebook_version or "").partition("+")[0]
    )


def _guest_notices(name: str, one: Pulled, guests: Sequence[ForeignCoding]) -> list[str]:
    if not guests:
        return []
    sure = "" if one.account.how != "first" else (
        f"; user {one.account.user} coded first there and counts as {name}: confirm it with `standpunkt "
        f"annotators bind {name}`, or name another account"
    )  # fmt: skip
    return [
        f"{name}: {counted(number, 'coding')} in project {one.project} by {who}, no coding of {name} "
        f"({link}){sure}"
        for who, number, link in _by_person(guests)
    ]


def _edit_notices(name: str, edited: Sequence[ForeignCoding]) -> list[str]:
    return [
        f"{name}: {counted(number, 'coding')} changed by {who}; look there ({link})"
        for who, number, link in _by_person(edited)
    ]


def _by_person(rows: Sequence[ForeignCoding]) -> list[tuple[str, int, str]]:
    """Who, how many, and where the first is."""
    people: dict[str, list[ForeignCoding]] = {}
    for row in rows:
        who = "an unknown account" if row.user is None else f"user {row.user}"
        people.setdefault(f"{who} ({row.email})" if row.email else who, []).append(row)
    return [(who, len(theirs), theirs[0].link) for who, theirs in people.items()]


def _shared_accounts(pulled: Mapping[str, Pulled]) -> list[str]:
    """Annotators behind one account: only their projects tell them apart."""
    names: dict[int, list[str]] = {}
    for name, one in pulled.items():
        if one.account.user is not None and one.rows:
            names.setdefault(one.account.user, []).append(name)
    return [
        f"{' and '.join(shared)} code with one account (user {user}); only their projects tell them apart"
        for user, shared in names.items()
        if len(shared) > 1
    ]
