"""The Label Studio projects of a study: one per annotator, made once and found again."""

from collections.abc import Sequence

import msgspec

from annotate.label_studio.answers import HeldProject
from annotate.label_studio.client import Studio, stream_link
from annotate.label_studio.retry import send_exactly_once
from annotate.study.folder import Study
from schemas.codebook import Codebook
from schemas.errors import StudioError
from schemas.labeling import instructions, labeling_config
from schemas.records import Record


class StudyProject(Record, frozen=True, kw_only=True):
    """An annotator's project and where they work in it."""

    annotator: str
    project: int
    link: str


MARKER = "[standpunkt "  # how the marker of every study begins


def marker(study: str, annotator: str) -> str:
    """What stands in a project's description, so that it is found without any local state."""
    return f"{MARKER}{study}/{annotator}]"


def find_projects(
    studio: Studio, study: Study, annotators: Sequence[str], *, gone_is_fine: bool = False
) -> dict[str, HeldProject]:
    """The projects that exist, by annotator.

    The id in study.yaml counts, then the one remembered, then the marker in the description.

    Raises
    ------
    StudioError
        A project that was there is gone from the server, and that is not fine.
    """
    remembered = {**study.state().projects.get(studio.url, {}), **study.settings.studio.projects}
    on_server = {project.id: project for project in studio.projects()}
    projects: dict[str, HeldProject] = {}
    for name in annotators:
        number = remembered.get(name)
        marked = [p for p in on_server.values() if marker(study.name, name) in p.description]
        if number in on_server:
            projects[name] = on_server[number]
        elif marked:
            projects[name] = min(marked, key=lambda project: project.id)
        elif number is not None and not gone_is_fine:
            raise StudioError(
                f"looking for the project of {name}",
                f"project {number} is gone from {studio.url}; what was pulled stays in "
                f"{study.annotations}; `standpunkt push --recreate` makes the project anew",
                status=404,
            )
    return projects


def ensure_project(
    studio: Studio, study: Study, annotator: str, codebook: Codebook, project: HeldProject | None
) -> HeldProject:
    """The annotator's project, made where it is missing, its screen brought in step."""
    config, text = labeling_config(codebook), instructions(codebook)
    if project is None:
        description = f"{codebook.codebook} {codebook.version} {marker(study.name, annotator)}"
        title = f"{study.name} · {annotator}"[:50]
        number = create_once(studio, title, description, config, text)
        return HeldProject(
            id=number, title="", description="", label_config=config, instruction=text, model_version=""
        )
    if project.label_config.strip() != config.strip():
        studio.update_project(project.id, label_config=config, expert_instruction=text)
    return project


def create_once(studio: Studio, title: str, description: str, config: str, text: str) -> int:
    """Makes a project once, even where the answer is lost, and gives its number."""
    made: list[int] = []

    def create(_: list[str]) -> None:
        made.append(
            studio.create_project(title=title, description=description, label_config=config, instruction=text)
        )

    def missing(sent: list[str]) -> list[str]:
        made.extend(project.id for project in studio.projects() if project.description == description)
        return [] if made else sent

    send_exactly_once(create, [description], missing)
    return min(made)


def remember(study: Study, studio: Studio, projects: dict[str, int]) -> None:
    state = study.state()
    known = {**state.projects.get(studio.url, {}), **projects}
    if known != state.projects.get(studio.url):
        study.save_state(msgspec.structs.replace(state, projects={**state.projects, studio.url: known}))


def as_row(studio: Studio, annotator: str, project_id: int) -> StudyProject:
    return StudyProject(annotator=annotator, project=project_id, link=stream_link(studio.url, project_id))
