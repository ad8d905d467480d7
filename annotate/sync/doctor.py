"""What is wrong between a study and its Label Studio, and what to do about it."""

import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from annotate.label_studio import local_server
from annotate.label_studio.answers import HeldProject
from annotate.label_studio.client import Studio
from annotate.study.accounts import Account, find_accounts
from annotate.study.folder import Study
from annotate.study.identity import ADJUDICATOR
from annotate.study.projects import Located, doubled_words, locate_projects
from annotate.sync.adjudication import find_adjudication_project
from annotate.sync.adjudication_screen import wanted_screen
from annotate.sync.people import left_words, people_left
from exports.readers.label_studio import read_tasks
from schemas.codebook import Codebook
from schemas.errors import SettingsError, StudioError, without_passwords
from schemas.jsonl import read_jsonl
from schemas.labeling import labeling_config
from schemas.records import Assignment, Record

MIN_FREE = 1_000_000_000  # bytes
CLOCK_SECONDS = 30
TOKEN_DAYS = 14  # a token that ends sooner is told of before it stops somebody
_PAGE = re.compile(r"/(api|projects|user|organization|docs|data)(/|$)")
SQLITE_ANNOTATORS = 4  # SQLite lets one write at a time


class Finding(Record, frozen=True, kw_only=True):
    """A check, whether it passed, what was found, and what to do where it did not."""

    check: str
    ok: bool
    message: str
    action: str = ""


def examine(studio: Studio, study: Study) -> list[Finding]:
    """All findings. Where the server cannot be asked, what needs it is left out."""
    findings = [_address(studio.url), _disk(study)]
    if not findings[0].ok:
        return findings
    reachable, clock = _reachable(studio.url)
    findings.append(reachable)
    if not reachable.ok:
        return findings
    findings += [clock] if clock else []
    token = _token(studio)
    findings.append(token)
    if not token.ok:
        return findings
    findings.append(_version(studio))
    people = [*study.settings.annotators, *study.settings.retired]
    try:
        located = locate_projects(studio, study, people)
    except StudioError as error:
        return [*findings, Finding(check="projects", ok=False, message=str(error), action="see there")]
    projects = located.projects
    findings += _projects(study, located)
    findings += _people(studio, study, located)
    codebook = study.codebook()
    assigned = _assigned(study)
    for name, project in projects.items():
        findings += _project_findings(studio, name, project, codebook, assigned.get(name, set()))
    undecided = find_adjudication_project(studio, study)
    if undecided:
        settings = f"{studio.url}/projects/{undecided.id}/settings"
        findings.append(_screen(ADJUDICATOR, undecided, wanted_screen(undecided, codebook), settings))
    findings += _accounts(studio, study, projects, codebook)
    findings += _database(studio, study)
    return findings


def unconnected(error: SettingsError) -> Finding:
    """The one finding where it is not even known whom to ask, with which token, or for which study."""
    message, _, action = error.message.partition("; ")
    if error.variable:
        action = f"set {error.variable}: the token is made in Label Studio at /user/account (Access Token)"
    return Finding(
        check="settings",
        ok=False,
        message=message,
        action=action or "`standpunkt studio start` for one on this machine",
    )


def _address(url: str) -> Finding:
    """Whether the address is that of a server and of no page on it."""
    problem, action = "", "set LABEL_STUDIO_URL to an address such as http://127.0.0.1:8080"
    url = without_passwords(url)
    parts = urlsplit(url)
    page = _PAGE.search(parts.path)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        problem = f'"{url}" has no http:// or https://'
    elif page:
        problem = f"{url} is a page of the server, not its address"
        action = f"set LABEL_STUDIO_URL to {url[: url.index(page.group())]}"
    elif "//" in parts.path or parts.query or parts.fragment or any(sign.isspace() for sign in url):
        problem = f'"{url}" has something behind the server\'s address'
        action = f"set LABEL_STUDIO_URL to {parts.scheme}://{parts.netloc}"
    elif parts.username or parts.password:
        problem, action = "holds a login", "leave name and password off LABEL_STUDIO_URL"
    return Finding(check="address", ok=not problem, message=problem or url, action=action if problem else "")


def _disk(study: Study) -> Finding:
    free = shutil.disk_usage(study.folder).free
    ok = free >= MIN_FREE
    action = "" if ok else f"make room where {study.folder.resolve()} is: pulls and models need it"
    return Finding(check="disk", ok=ok, message=f"{free / 1e9:.1f} GB free for the study", action=action)


def _reachable(url: str) -> tuple[Finding, Finding | None]:
    """Whether the server answers, and how far its clock is from ours."""
    try:
        answer = httpx.get(f"{url}/health", timeout=10, follow_redirects=True)
        if answer.status_code == 200 and "<html" not in answer.text[:500].lower():
            return Finding(check="server", ok=True, message="answers"), _clock(answer.headers.get("date"))
        message = f"{without_passwords(url)}/health answers {answer.status_code}, as no Label Studio does"
        action = without_passwords(_other_path(url))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        message = without_passwords(f"{url}: {error or type(error).__name__}")
        action = "start it (`standpunkt studio start` for the local one), or correct LABEL_STUDIO_URL"
    return Finding(check="server", ok=False, message=message, action=action), None


def _other_path(url: str) -> str:
    """What to do where something answers that is no Label Studio: is it one path up?"""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}"
    if parts.path:
        try:
            if httpx.get(f"{root}/health", timeout=10).status_code == 200:
                return f"set LABEL_STUDIO_URL to {root}: Label Studio is there"
        except httpx.HTTPError:
            pass
    return (
        "correct LABEL_STUDIO_URL; behind a proxy the path under which Label Studio stands belongs to it "
        "(such as https://example.org/label-studio), and LABEL_STUDIO_HOST of the server says the same"
    )


def _clock(header: str | None) -> Finding | None:
    """How far apart the clocks are: access tokens live five minutes, dates of codings are the server's."""
    try:
        apart = parsedate_to_datetime(header or "").timestamp() - time.time()
    except ValueError:
        return None
    ok = abs(apart) <= CLOCK_SECONDS
    way = "ahead of" if apart > 0 else "behind"
    message = (
        f"within {CLOCK_SECONDS} s" if ok else f"the server's is {abs(apart):.0f} s {way} this machine's"
    )
    action = "" if ok else "set the wrong one right (`timedatectl set-ntp true` on Linux): tokens go by it"
    return Finding(check="clock", ok=ok, message=message, action=action)


def _token(studio: Studio) -> Finding:
    expiry = studio.token_expiry()
    kind = "legacy token" if expiry is None else "personal access token"
    if expiry is not None and expiry < time.time():
        message = f"{kind}, expired on {_day(expiry)}"
        return Finding(check="token", ok=False, message=message, action=_new_token(studio, kind))
    try:
        email = studio.check()
    except StudioError as error:
        message = f"{kind}: {error.words}"
        return Finding(check="token", ok=False, message=message, action=_new_token(studio, kind))
    if expiry is None:
        return Finding(check="token", ok=True, message=f"{kind} of {email}, which does not expire")
    until = _day(expiry)
    soon = expiry - time.time() < TOKEN_DAYS * 86400
    return Finding(
        check="token",
        ok=not soon,
        message=f"{kind} of {email}, until {until}",
        action=_new_token(studio, kind) if soon else "",
    )


def _day(moment: float) -> str:
    try:
        return datetime.fromtimestamp(moment, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):  # two hundred years on is the rule, ten thousand no date
        return "further than a calendar goes"


def _new_token(studio: Studio, kind: str) -> str:
    make = f"make a new one at {studio.url}/user/account (Access Token), set LABEL_STUDIO_API_KEY"
    if kind == "legacy token":
        make += f"; or switch legacy tokens on at {studio.url}/organization (API Tokens Settings)"
    return make


def _version(studio: Studio) -> Finding:
    version = studio.version()
    series = local_server.VERSION.rpartition(".")[0]
    ok = version.startswith(f"{series}.")
    action = "" if ok else f"the coding screen is made for {series}: look at it before people code"
    return Finding(check="version", ok=ok, message=f"Label Studio {version}", action=action)


def _projects(study: Study, located: Located) -> Iterator[Finding]:
    """Whether every annotator has one project with the study's marker, and nobody two."""
    active = study.settings.annotators
    problems = [problem for problem in located.problems if problem.annotator in active]
    for problem in problems:
        yield Finding(check="projects", ok=False, message=problem.message, action=problem.action)
    unclear = {problem.annotator for problem in problems}
    missing = [name for name in active if name not in located.projects and name not in unclear]
    if missing:
        message = f"no project for {', '.join(missing)}"
        yield Finding(check="projects", ok=False, message=message, action="`standpunkt push` makes them")
    for words in doubled_words(located):
        action = "delete the others in Label Studio where nobody has coded in them"
        yield Finding(check="projects", ok=False, message=words, action=action)
    if not (problems or missing or located.doubled):
        yield Finding(check="projects", ok=True, message=f"{len(active)}, one an annotator")


def _people(studio: Studio, study: Study, located: Located) -> Iterator[Finding]:
    """Who has codings and no place in study.yaml."""
    for name, number in people_left(studio, study, located).items():
        words, _, action = left_words(study, located, name, number).partition("; ")
        yield Finding(check=f"annotator {name}", ok=False, message=words, action=action)


def _assigned(study: Study) -> dict[str, set[str]]:
    assigned: dict[str, set[str]] = {}
    if study.assignments.exists():
        for row in read_jsonl(study.assignments, Assignment):
            assigned.setdefault(row.annotator, set()).add(row.sentence_id)
    return assigned


def _project_findings(
    studio: Studio, name: str, project: HeldProject, codebook: Codebook, assigned: set[str]
) -> Iterator[Finding]:
    settings = f"{studio.url}/projects/{project.id}/settings"
    yield _screen(name, project, labeling_config(codebook), settings)
    yield _tasks(studio, name, project, assigned)
    yield _suggestions(studio, name, project, settings)


def _screen(name: str, project: HeldProject, config: str, settings: str) -> Finding:
    same = project.label_config.strip() == config.strip()
    way = "adjudicate --to-studio" if name == ADJUDICATOR else "push"
    return Finding(
        check=f"screen of {name}",
        ok=same,
        message="fits the codebook" if same else "is not the one of codebook.yaml",
        action=""
        if same
        else f"`standpunkt {way}` brings it in step (`codebook migrate` where codings exist): {settings}",
    )


def _tasks(studio: Studio, name: str, project: HeldProject, assigned: set[str]) -> Finding:
    data = f"{studio.url}/projects/{project.id}/data"
    ids = Counter(
        task.data.get("sentence_id") for task in studio.tasks(project.id) if "sentence_id" in task.data
    )
    twice = [sentence_id for sentence_id, count in ids.items() if count > 1]
    missing = len(assigned - ids.keys())
    message = f"{len(ids)} sentences"
    actions = []
    if twice:
        message += f", {len(twice)} of them twice, the first {twice[0]}"
        actions.append(f"delete the uncoded one in {data} (filter: sentence_id)")
    if missing:
        message += f", {missing} assigned ones are missing"
        actions.append("`standpunkt push` creates them")
    return Finding(check=f"tasks of {name}", ok=not actions, message=message, action="; ".join(actions))


def _suggestions(studio: Studio, name: str, project: HeldProject, settings: str) -> Finding:
    """Whether the stream shows what was suggested: by the project's version, and not switched off."""
    versions = studio.prediction_counts(project.id)
    message, action = f"shown: {project.model_version or 'none'}", ""
    if versions and project.model_version not in versions:
        message += f", there are {sorted(versions)}"
        action = "`standpunkt prelabel` sets the project's model version; without it none is shown"
    elif versions and not project.shows_suggestions:
        message = "switched off in the project"
        action = f'tick "Use predictions to prelabel tasks" at {settings}/annotation'
    return Finding(check=f"suggestions of {name}", ok=not action, message=message, action=action)


def _accounts(
    studio: Studio, study: Study, projects: Mapping[str, HeldProject], codebook: Codebook
) -> Iterator[Finding]:
    """Who coded in whose project, as of the last pull: projects are apart, not locked."""
    accounts = find_accounts(studio, study, list(projects))
    emails = {user.id: user.email for user in studio.users()}
    for name, project in projects.items():
        path = study.exports / f"{name}.json"
        account = accounts.get(name)
        if account is None or account.user is None or not path.exists():
            continue  # whose codings count is settled by the next pull
        coders = Counter(_coders(path, codebook, account))
        guests = {user: number for user, number in coders.items() if user != account.user}
        who = ", ".join(f"user {user} {emails.get(user, '')} ({n})" for user, n in guests.items())
        action = (
            f"see {studio.url}/projects/{project.id}/data (column Annotated by); ask them to code in "
            f"their own project, or `standpunkt annotators bind {name} ACCOUNT` if one of them is {name}"
        )
        yield Finding(
            check=f"coders of {name}",
            ok=not guests,
            message=f"codings by somebody else than {name}: {who}" if guests else f"user {account.user}",
            action=action if guests else "",
        )


def _coders(path: Path, codebook: Codebook, account: Account) -> Iterator[int]:
    """The account of each annotation that was not put back in the annotator's name."""
    for _, task in read_tasks(path, codebook, []):
        for annotation in task.get("annotations", []) if isinstance(task, dict) else []:
            user = annotation.get("completed_by")
            number = user.get("id") if isinstance(user, dict) else user
            if isinstance(number, int) and annotation.get("id") not in account.restored:
                yield number


def _database(studio: Studio, study: Study) -> Iterator[Finding]:
    """A server elsewhere does not say which database it is on."""
    known = local_server.load()
    if known is None or known.url != studio.url:
        return
    count = len(study.settings.annotators)
    crowded = not known.database and count >= SQLITE_ANNOTATORS
    yield Finding(
        check="database",
        ok=not crowded,
        message=f"{count} annotators on SQLite, which lets one write at a time"
        if crowded
        else local_server.shown_database(known),
        action="`standpunkt studio stop`, then `studio start --database postgresql://…` before people code "
        "(docs/team.md: codings do not move by themselves)"
        if crowded
        else "",
    )
