"""Annotations down: the export as it came, then what it means."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from annotate.label_studio.client import Studio, task_link
from annotate.label_studio.download import fetch
from annotate.progress import Progress, labelled, no_progress
from annotate.study.accounts import Account, find_accounts, keep_account
from annotate.study.annotations import in_order, own_rows, with_imported
from annotate.study.codebook_versions import codebooks_by_version
from annotate.study.folder import Study
from annotate.study.identity import ADJUDICATOR
from annotate.study.projects import doubled_words
from annotate.study.relink import relinked_ids, with_new_ids
from annotate.sync.adjudication import pull_decisions
from annotate.sync.other_accounts import ForeignCoding, Pulled, find_foreign_codings
from annotate.sync.people import locate_people
from annotate.sync.removals import Removals, project_of, removal_notices, sort_removals, write_removed
from exports.readers.annotations import Export, read_export
from schemas.codebook import Codebook
from schemas.errors import StudioError
from schemas.jsonl import write_jsonl
from schemas.records import Annotation, Record

_NOBODY = 0  # the number of no account


class Problem(Record, frozen=True, kw_only=True):
    """An annotation that a person must look at, with the place where to click."""

    annotator: str
    sentence_id: str
    problem: str
    link: str


class PullReport(Record, frozen=True, kw_only=True):
    """``annotations`` are the rows kept; ``deleted`` were there at the last pull and are gone.

    Of those, ``removed`` went to ``data/removed.jsonl``; ``kept`` (annotator → number) stay in
    ``annotations.jsonl`` until ``--accept-removals`` says that they were meant to go. ``guests`` are
    codings by an account that is not the annotator's: no rows. ``edited`` are codings that somebody else
    has changed. ``notices`` say all of this in a line each.
    ``fetched`` are the tasks that were asked for: those that changed, or all of the study's.
    ``decisions`` are those of a third person on what was left open; they are no annotations.
    """

    annotations: int
    skipped: int
    incomplete: int
    invalid: int
    deleted: int
    removed: int = 0
    kept: dict[str, int] = {}
    guests: list[ForeignCoding] = []
    edited: list[ForeignCoding] = []
    fetched: int = 0
    decisions: int = 0
    notices: list[str] = []
    problems: list[Problem]


def pull(
    studio: Studio, study: Study, *, full: bool = False, accept_removals: bool = False,
    progress: Progress = no_progress,
) -> PullReport:  # fmt: skip
    """Fetches what changed in every project of the study, and writes ``annotations.jsonl``.

    The exports are kept as received in ``data/exports``. With ``full`` they are fetched whole.

    Raises
    ------
    StudioError
        No project is there yet, or one is gone or another's; ``annotations.jsonl`` is left as it was.
    SettingsError
        Somebody with codings is not in study.yaml any more.
    """
    studio.report_retries(progress)
    codebook = study.codebook()
    located = locate_people(studio, study)
    if not located.projects:
        raise StudioError(
            "pulling", f"{studio.url} holds no project of this study; run `standpunkt push` first"
        )
    new_ids = relinked_ids(study)
    older = codebooks_by_version(study, codebook)
    accounts = find_accounts(studio, study, list(located.projects))
    before = with_new_ids(own_rows(study), new_ids)
    pulled: dict[str, Pulled] = {}
    fetched = 0
    for name, project in located.projects.items():
        progress(f"{name}: fetching project {project.id}")
        path = study.exports / f"{name}.json"
        got = fetch(studio, project.id, path, whole=full, progress=labelled(progress, name))
        account = accounts.get(name, Account())
        export, account = _read(path, codebook, name, account, older, accounts)
        if account.how == "first" and account != accounts.get(name):
            keep_account(study, studio.url, name, account)
        fetched += len(export.tasks) if got.tasks is None else got.tasks
        rows = with_new_ids(export.annotations, new_ids)
        if rows and project.shows_instruction:  # read by now; Label Studio would open it each time
            studio.update_project(project.id, show_instruction=False)
        pulled[name] = Pulled(project.id, account, export, rows, got.lost)
    after = _as_known(before, pulled)
    after += [row for row in before if row.annotator not in pulled]  # retired, their project is gone
    now = {name: project_of(one.export, one.lost, new_ids) for name, one in pulled.items()}
    removals = sort_removals(before, after, now, accepted=accept_removals)
    write_removed(study, removals.removed)
    rows = in_order(with_imported(study, [*after, *removals.kept]), study)
    write_jsonl(study.annotations, rows)
    decided = pull_decisions(
        studio, study, codebook, older=older, now=new_ids, whole=full, accept_removals=accept_removals
    )
    problems = [
        problem
        for name, one in pulled.items()
        for problem in _problems(one.export, codebook, studio, one.project, name)
    ]
    if decided:
        problems.extend(_problems(decided.export, codebook, studio, decided.project, ADJUDICATOR))
        removals = Removals(
            [*removals.kept, *decided.removals.kept], [*removals.removed, *decided.removals.removed]
        )
    foreign = find_foreign_codings(studio, before, pulled)
    return PullReport(
        annotations=len(rows),
        skipped=sum(row.skipped for row in rows),
        incomplete=sum(bool(row.incomplete) for row in rows),
        invalid=sum(one.export.report.invalid for one in pulled.values()),
        deleted=len(removals.kept) + len(removals.removed),
        removed=len(removals.removed),
        kept=dict(Counter(row.annotator for row in removals.kept)),
        guests=foreign.guests,
        edited=foreign.edited,
        fetched=fetched,
        decisions=len(decided.export.annotations) if decided else 0,
        notices=[*removal_notices(removals), *foreign.notices, *doubled_words(located)],
        problems=problems,
    )


def _read(
    path: Path, codebook: Codebook, name: str, account: Account,
    older: Mapping[str, Codebook], accounts: Mapping[str, Account],
) -> tuple[Export, Account]:  # fmt: skip
    """An annotator's export, read as theirs; where their account is not known, the first to code is it."""
    if account.user is None and not account.email:
        export = read_export(
            path, codebook, annotator=name, account=_NOBODY, owned=account.restored, older=older
        )
        bound = {other.user for other in accounts.values() if other.how != "first"}
        coders = sorted(export.report.guests, key=lambda row: (row.created_at or "", row.annotation_id or 0))
        first = next((row.user for row in coders if row.user not in (None, *bound)), None)
        if first is not None:
            account = msgspec.structs.replace(account, user=first, how="first")
    return read_export(
        path, codebook, annotator=name, account=account.user, owned=account.restored, older=older
    ), account


def _as_known(before: Sequence[Annotation], pulled: Mapping[str, Pulled]) -> list[Annotation]:
    """The rows with the codebook's own version, and with what was suggested as it is known already.

    A row says itself what was asked in it. The server's copy of a suggestion never changes, not even
    where a migration renamed the codes in it. A coding that was put back keeps its times.
    """
    by_id = {row.annotation_id: row for row in before}
    by_key = {(row.sentence_id, row.annotator): row for row in before}
    rows = []
    for one in pulled.values():
        for row in one.rows:
            was = by_id.get(row.annotation_id)
            put_back = by_key.get((row.sentence_id, row.annotator)) if was is None else None
            if put_back and row.annotation_id in one.account.restored and put_back.layers == row.layers:
                row = msgspec.structs.replace(
                    put_back, task_id=row.task_id, annotation_id=row.annotation_id,
                    incomplete=row.incomplete, skipped=row.skipped,
                )  # fmt: skip
            rows.append(
                msgspec.structs.replace(
                    row,
                    codebook_version=row.codebook_version and row.codebook_version.partition("+")[0],
                    suggested=(was.suggested if was else None) or row.suggested,
                )
            )
    return rows


def _problems(
    export: Export, codebook: Codebook, studio: Studio, project_id: int, annotator: str
) -> list[Problem]:
    """What the screen could not forbid, and what is open, each with a link to its task."""
    problems = [(row.sentence_id, row.problem, row.task_id) for row in export.report.broken]
    for row in export.annotations:
        for layer_id in row.incomplete:
            layer = codebook.layer(layer_id)
            label = codebook.say(layer.label) if layer else layer_id
            problems.append((row.sentence_id, f"{layer_id} ({label}) is open", row.task_id))
    return [
        Problem(
            annotator=annotator,
            sentence_id=sentence_id,
            problem=problem,
            link=task_link(studio.url, project_id, task_id) if task_id else studio.url,
        )
        for sentence_id, problem, task_id in problems
    ]
