"""The Label Studio projects of a study: one per annotator, made once and found again by their marker."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import msgspec

from annotate.label_studio.answers import HeldProject
from annotate.label_studio.client import Studio, stream_link, task_link
from annotate.label_studio.retry import send_exactly_once
from annotate.study.annotations import kept_rows, project_of_export
from annotate.study.folder import Study
from annotate.study.identity import Marker, description, marker, read_marker
from schemas.codebook import Codebook
from schemas.errors import StudioError
from schemas.jsonl import read_jsonl
from schemas.labeling import instructions, labeling_config
from schemas.records import Annotation, Record, Sentence


class StudyProject(Record, frozen=True, kw_only=True):
    """An annotator's project and where they work in it."""

    annotator: str
    project: int
    link: str


class ProjectProblem(Record, frozen=True, kw_only=True):
    """Why an annotator's project is not known for certain, and what to do; ``gone`` from the server."""

    annotator: str
    message: str
    action: str
    gone: bool = False


class Located(Record, frozen=True, kw_only=True):
    """The projects of a study by annotator.

    ``doubled`` are annotators whose marker stands in several projects: the lowest id counts. ``others``
    have the study's marker for somebody who is not an annotator of it.
    """

    projects: dict[str, HeldProject]
    problems: list[ProjectProblem]
    doubled: dict[str, list[int]]
    others: dict[str, HeldProject]


def find_projects(
    studio: Studio, study: Study, annotators: Sequence[str], *, gone_is_fine: bool = False
) -> dict[str, HeldProject]:
    """The projects that exist, by annotator; see `locate_projects`.

    Parameters
    ----------
    gone_is_fine
        Whether a project that is to be made anew may be missing, or its number be another's by now.

    Raises
    ------
    StudioError
        A project that was there is gone from the server, or the one of this number is another's.
    """
    located = locate_projects(studio, study, annotators)
    if not gone_is_fine:
        refuse_problems(located.problems)
    return located.projects


def refuse_problems(problems: Iterable[ProjectProblem]) -> None:
    """Raises the first problem as a StudioError."""
    for problem in problems:
        words = f"{problem.message}; {problem.action}"
        status = 404 if problem.gone else 409
        raise StudioError(f"looking for the project of {problem.annotator}", words, status=status)


def doubled_words(located: Located) -> list[str]:
    """A line for each annotator with several projects."""
    return [
        f"{name}: projects {', '.join(map(str, numbers))} have the marker of {name}; only "
        f"{located.projects[name].id} counts, and what is coded in the others is not read"
        for name, numbers in located.doubled.items()
        if name in located.projects
    ]


def locate_projects(studio: Studio, study: Study, annotators: Sequence[str]) -> Located:
    """Which projects belong to a study, by the marker in their description.

    A number, remembered or in study.yaml, says nothing by itself: it counts only where that project has the
    study's marker. A project of an earlier version, whose marker has no id, belongs to the study if its
    name fits and the number is known or its tasks are sentences of the study.
    """
    server = _Server(studio, study)
    projects: dict[str, HeldProject] = {}
    problems: list[ProjectProblem] = []
    doubled: dict[str, list[int]] = {}
    for name in annotators:
        marked = server.marked(name)
        by_hand = study.settings.studio.projects.get(name)
        if marked:
            projects[name] = next((p for p in marked if p.id == by_hand), marked[0])
        number = by_hand if by_hand is not None or marked else server.remembered(name)
        if number is not None and number not in [project.id for project in marked]:
            problems.append(server.problem(name, number))
        if len(marked) > 1:
            doubled[name] = [project.id for project in marked]
    others: dict[str, HeldProject] = {}
    for project, mark in server.ours:
        if mark.annotator not in annotators:
            others.setdefault(mark.annotator, project)
    return Located(projects=projects, problems=problems, doubled=doubled, others=others)


class _Server:
    """The projects of a server as a study sees them."""

    def __init__(self, studio: Studio, study: Study) -> None:
        self._studio, self._study = studio, study
        self._projects = {project.id: project for project in studio.projects()}
        state = study.state()
        is_own = state.id in (None, study.settings.id)  # else it is that of the study it was copied from
        self._state = state.projects.get(studio.url, {}) if is_own else {}

    @cached_property
    def ours(self) -> list[tuple[HeldProject, Marker]]:
        """The projects with a marker of this study, the lowest id first.

        Raises
        ------
        StudioError
            One has the study's id and another name, and this folder has not worked with it yet.
        """
        ours = []
        for project in sorted(self._projects.values(), key=lambda project: project.id):
            mark = read_marker(project.description)
            if mark is not None and self._is_ours(project, mark):
                ours.append((project, mark))
        return ours

    def marked(self, annotator: str) -> list[HeldProject]:
        return [project for project, mark in self.ours if mark.annotator == annotator]

    def _is_ours(self, project: HeldProject, mark: Marker) -> bool:
        settings = self._study.settings
        if mark.id is None:
            known = project.id in (
                self._state.get(mark.annotator), settings.studio.projects.get(mark.annotator)
            )  # fmt: skip
            names = (settings.study, settings.formerly)
            return mark.study in names and (known or self._has_our_sentences(project.id))
        if mark.id != settings.id:
            return False
        is_known = self._study.state().folder == str(self._study.folder.resolve())
        if mark.study not in (settings.study, settings.formerly) and not is_known:
            raise StudioError(
                f"looking at project {project.id}",
                f'it belongs to the study "{mark.study}" with the id {mark.id}, which is called '
                f'"{settings.study}" in {self._study.settings_path}: if it was renamed, put '
                f"`formerly: {mark.study}` into that file; if that is the file of a copy, take its line "
                "`id:` out, so that it is a study of its own",
                status=409,
            )
        return True

    def remembered(self, annotator: str) -> int | None:
        """The number that was this annotator's project when last seen, from state or kept export."""
        number = self._state.get(annotator)
        if number is None and kept_rows(self._study, annotator):
            number = project_of_export(self._study, annotator)
        return number

    def problem(self, annotator: str, number: int) -> ProjectProblem:
        """What is wrong with a number whose project has not the annotator's marker."""
        study, url = self._study, self._studio.url
        project = self._projects.get(number)
        anew = "`standpunkt push --recreate` makes the project anew and puts kept codings back"
        if project is None:
            return ProjectProblem(
                annotator=annotator, gone=True, action=anew,
                message=f"project {number} is gone from {url}; what was pulled stays in {study.annotations}",
            )  # fmt: skip
        mark = read_marker(project.description)
        if mark is None and self._has_our_sentences(number):
            return ProjectProblem(
                annotator=annotator,
                message=f"project {number} on {url} holds its sentences but has lost the marker "
                f"{marker(study, annotator)} in its description",
                action=f"`standpunkt annotators bind {annotator} --project {number}` puts it back",
            )
        whose = f'of the study "{mark.study}" ({mark.annotator})' if mark else "of somebody else"
        where = "study.yaml" if study.settings.studio.projects.get(annotator) == number else "remembered"
        return ProjectProblem(
            annotator=annotator,
            message=f'project {number} on {url} ({where}) is "{project.title}" {whose}, not marked as '
            f"{annotator}'s of this study; nothing was changed in it",
            action=f"is this the right server? {anew}"
            + (", once `studio: projects:` does not name it" if where == "study.yaml" else ""),
        )

    def _has_our_sentences(self, number: int) -> bool:
        """Whether a task of the project is a sentence of the study."""
        return any(task.data.get("sentence_id") in self._sentence_ids for task in self._studio.tasks(number))

    @cached_property
    def _sentence_ids(self) -> set[str]:
        path = self._study.sentences
        return {row.sentence_id for row in read_jsonl(path, Sentence)} if path.exists() else set()


def ensure_project(
    studio: Studio, study: Study, annotator: str, codebook: Codebook, project: HeldProject | None
) -> HeldProject:
    """The annotator's project, made where it is missing, its screen and its marker brought in step."""
    config, text = labeling_config(codebook), instructions(codebook)
    mark = marker(study, annotator)
    if project is None:
        title = project_title(study, annotator)
        number = create_once(studio, title, description(codebook, mark), config, text)
        return HeldProject(
            id=number, title="", description="", label_config=config, instruction=text, model_version=""
        )
    if project.label_config.strip() != config.strip():
        studio.update_project(project.id, label_config=config, expert_instruction=text, show_instruction=True)
    mark_project(studio, project, mark)
    return project


def project_title(study: Study, annotator: str) -> str:
    return f"{study.name} · {annotator}"[:50]


def mark_project(studio: Studio, project: HeldProject, mark: Marker) -> None:
    """Puts a marker into a project's description, in place of the one that is there."""
    old = read_marker(project.description)
    if old == mark:
        return
    words = project.description
    words = words.replace(str(old), str(mark)) if old else f"{words} {mark}".strip()
    title = {}
    if old and project.title == f"{old.study} · {old.annotator}"[:50]:
        title = {"title": f"{mark.study} · {mark.annotator}"[:50]}
    studio.update_project(project.id, description=words, **title)


def create_once(studio: Studio, title: str, words: str, config: str, text: str) -> int:
    """Makes a project once, even where the answer is lost or somebody makes it at the same time.

    Of two with the same marker the lowest id counts; one that was just made beside it is taken away.
    """
    mark = read_marker(words)
    made: list[int] = []

    def create(_: list[str]) -> None:
        made.append(
            studio.create_project(title=title, description=words, label_config=config, instruction=text)
        )

    def marked() -> list[int]:
        return sorted(p.id for p in studio.projects() if read_marker(p.description) == mark)

    def missing(sent: list[str]) -> list[str]:
        made.extend(marked())
        return [] if made else sent

    send_exactly_once(create, [words], missing)
    first = min(marked() or made)
    for number in made:
        if number != first:
            studio.delete_empty_project(number)
    return first


def remember(study: Study, studio: Studio, projects: Mapping[str, int]) -> None:
    study.remember_place()
    state = study.state()
    known = {**state.projects.get(studio.url, {}), **projects}
    if known != state.projects.get(studio.url):
        study.save_state(msgspec.structs.replace(state, projects={**state.projects, studio.url: known}))


def forget(study: Study, annotator: str) -> None:
    """Forgets the numbers of an annotator's projects on every server."""
    state = study.state()
    projects = {
        url: {name: number for name, number in known.items() if name != annotator}
        for url, known in state.projects.items()
    }
    study.save_state(msgspec.structs.replace(state, projects=projects))


def as_row(studio: Studio, annotator: str, project_id: int) -> StudyProject:
    return StudyProject(annotator=annotator, project=project_id, link=stream_link(studio.url, project_id))


def remembered_projects(study: Study) -> tuple[str, dict[str, int]] | None:
    """The server that a study knows, and annotator → project on it, without asking it; None before a push."""
    known = study.state().projects
    url = study.settings.studio.url or next(iter(known), None)
    return (url, {**known.get(url, {}), **study.settings.studio.projects}) if url is not None else None


def task_links(study: Study, rows: Iterable[Annotation]) -> dict[int, str]:
    """Annotation id → where its task is, on the server whose projects the study remembers."""
    known = remembered_projects(study)
    if known is None:
        return {}
    url, projects = known
    return {
        row.annotation_id: task_link(url, projects[row.annotator], row.task_id)
        for row in rows
        if row.annotation_id is not None and row.task_id is not None and row.annotator in projects
    }
