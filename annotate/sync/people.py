"""The people of a study on its server: whose project is where, and who has codings but no place any more."""

from collections import Counter

from annotate.label_studio.client import Studio
from annotate.study.annotations import own_rows
from annotate.study.folder import Study
from annotate.study.identity import ADJUDICATOR
from annotate.study.practice import is_practice
from annotate.study.projects import Located, locate_projects, refuse_problems
from schemas.decimals import counted
from schemas.errors import SettingsError


def locate_people(studio: Studio, study: Study, *, gone_is_fine: bool = False) -> Located:
    """The projects of all annotators, of the retired where they are still there.

    Raises
    ------
    StudioError
        An annotator's project is gone, or is another's; see `annotate.study.projects.find_projects`.
    SettingsError
        Somebody has codings and is not in study.yaml.
    """
    settings = study.settings
    located = locate_projects(studio, study, [*settings.annotators, *settings.retired])
    refuse_problems(
        problem
        for problem in located.problems
        if not gone_is_fine and problem.annotator in settings.annotators
    )
    left = people_left(studio, study, located)
    for name, number in left.items():
        raise SettingsError(f"{study.settings_path}: annotators: {left_words(study, located, name, number)}")
    return located


def people_left(studio: Studio, study: Study, located: Located) -> dict[str, int]:
    """Who has codings, here or on the server, but is not in study.yaml; with how many."""
    known = {*study.settings.annotators, *study.settings.retired, ADJUDICATOR}
    left = Counter(row.annotator for row in own_rows(study) if row.annotator not in known)
    for name, project in located.others.items():
        if name not in known and not is_practice(name):
            coded = sum(task.coded > 0 for task in studio.tasks(project.id))
            if coded:
                left[name] = max(left[name], coded)
    return dict(sorted(left.items()))


def left_words(study: Study, located: Located, name: str, number: int) -> str:
    """Says of somebody who has no place any more what that may mean, and what to do in each case."""
    coders = {row.annotator for row in own_rows(study)}
    new = [who for who in study.settings.annotators if who not in coders and who not in located.projects]
    to = new[0] if len(new) == 1 else "NEW-NAME"
    return (
        f"{name} is missing, who has {counted(number, 'coding')}; if the name changed, "
        f"`standpunkt annotators rename {name} {to}`; if {name} codes no more, "
        f"`standpunkt annotators retire {name}` (the codings stay)"
    )
