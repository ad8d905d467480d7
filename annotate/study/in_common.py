"""Why nobody has coded what another has, as it was drawn: the cause that `agree` names."""

from collections.abc import Mapping, Sequence

from annotate.study.assignments import coding_order
from annotate.study.folder import Study, StudySettings
from schemas.decimals import counted
from schemas.jsonl import read_jsonl
from schemas.records import Annotation, Assignment, Sentence


def why_nothing_in_common(study: Study, codings: Sequence[Annotation]) -> str:
    """Why no sentence was coded by two people yet, and what changes it; empty where nothing was drawn."""
    if not (study.assignments.exists() and study.sentences.exists()):
        return ""
    coded: dict[str, set[str]] = {}
    for row in codings:
        if not row.skipped:
            coded.setdefault(row.annotator, set()).add(row.sentence_id)
    assigned: dict[str, dict[str, Assignment]] = {}
    for drawn in read_jsonl(study.assignments, Assignment):
        assigned.setdefault(drawn.annotator, {})[drawn.sentence_id] = drawn
    return cause(list(read_jsonl(study.sentences, Sentence)), assigned, coded, study.settings)


def cause(
    sentences: Sequence[Sentence],
    assigned: Mapping[str, Mapping[str, Assignment]],
    coded: Mapping[str, set[str]],
    settings: StudySettings,
) -> str:
    """The same from records.

    Parameters
    ----------
    assigned
        Annotator → the sentences that were drawn for them.
    coded
        Annotator → the sentences that they have coded.
    """
    people = [name for name in settings.annotators if assigned.get(name)]
    if len(people) < 2:
        return "the sentences were drawn for one person; `standpunkt push --annotators` names another"
    shared = sum(sum(s.sentence_id in assigned[name] for name in people) > 1 for s in sentences)
    if not shared:
        return (
            f"each sentence was drawn for one person (overlap {settings.overlap:g} in study.yaml); with a "
            "larger overlap there, commentaries that come later are shared"
        )
    ways = {name: _until_common(name, sentences, assigned[name], coded, settings) for name in people}
    words = f"{counted(shared, 'sentence')} {'is' if shared == 1 else 'are'} for two or more"
    near = [(left, name, other) for name, way in ways.items() if way for left, other in [way]]
    if near:
        left, name, other = min(near)
        words += (
            f", but in each one's own order: {name} comes to what {other} has coded after "
            f"{counted(left, 'more sentence')}"
        )
    idle = [name for name in people if not coded.get(name)]
    return f"{words}; {', '.join(idle)} coded nothing yet (as of the last pull)" if idle else words


def _until_common(
    name: str,
    sentences: Sequence[Sentence],
    mine: Mapping[str, Assignment],
    coded: Mapping[str, set[str]],
    settings: StudySettings,
) -> tuple[int, str] | None:
    """After how many sentences an annotator comes to one that another has coded, and whose it is."""
    left = 0
    own = coded.get(name, set())
    for s in coding_order([s for s in sentences if s.sentence_id in mine], name, settings, mine):
        other = next((who for who, ids in coded.items() if who != name and s.sentence_id in ids), None)
        if other is not None:
            return left, other
        left += s.sentence_id not in own
    return None
