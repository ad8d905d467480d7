"""A study: the folder with one codebook, its commentaries and all that was made of them.

``study.yaml  codebook.yaml  commentaries/  data/  models/<version>/  reports/  .standpunkt/``
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import msgspec

from annotate.study.staged import finish_staged
from schemas.codebook import Codebook, load_codebook
from schemas.codebooks import codebook_text
from schemas.errors import DataError, SettingsError, near_hit
from schemas.files import clear_unfinished, decode_utf8, read_bytes, write_private_json, write_text
from schemas.locks import locked
from schemas.people_names import NAME, SIGNS, expected_name
from schemas.records import Record
from schemas.yaml_file import parse_yaml

_ID = re.compile(r"[a-z0-9]{4,32}")


class StudioSettings(Record, frozen=True, kw_only=True):
    """A Label Studio of the study, where it is not named by the environment.

    Attributes
    ----------
    url
        Its address; it gets no token until you have confirmed it once (docs/label-studio.md).
    projects
        Annotator → number of their project, where that is not to be found by itself.
    accounts
        Annotator → user id or e-mail of their account (docs/whose-coding.md).
    """

    url: str | None = None
    projects: dict[str, int] = {}
    accounts: dict[str, str] = {}


class StudySettings(Record, frozen=True, kw_only=True):
    """The settings of a study, ``study.yaml``. Shares are fractions of the commentaries, 0 to 1.

    Attributes
    ----------
    study
        The study's name.
    id
        Random, made once: with the annotator's name it marks the project in Label Studio, and tells this
        study from its copies.
    formerly
        A name the study had before, where its projects still carry that.
    language
        Of texts that name none, where it cannot be guessed for sure: ``de``, ``en``, ``uk``, ….
    codebook
        The codebook's file.
    annotators
        Names of small letters (umlauts too) and digits: one Label Studio project each, so that coding is
        blind.
    retired
        Annotators who get no new work; their codings stay (``annotators retire``).
    overlap
        Share of the commentaries that all annotators code (1: all).
    unit
        What is shared whole.
    order
        ``text``: sentences in the order of their text, pieces shuffled per annotator; or ``shuffled``.
    shared_first
        Commentaries that everybody codes first, in one order, before each goes on in another: so ``agree``
        speaks after some thirty sentences each. Drawn with the first ``push``, from those that all code,
        those of the test share last; a study that was pushed before keeps its order.
    test_share
        Share of commentaries that are never suggested, only evaluated.
    no_suggestion_share
        Share coded without suggestions and marks, to see what suggestions do (docs/audit.md).
    show_confidence
        Whether a suggestion says how sure it is, at the top of the screen: "Mit Vorschlag · jede Wahl
        mindestens ziemlich sicher (0,80)". The figure is that of the least sure answer that is ticked,
        rounded down to twentieths; from 0.95 "sehr", from 0.80 "ziemlich", below "halbwegs sicher". Not
        shown by default: a figure invites to nod (docs/audit.md measures that). ``prelabel`` writes it;
        ``serve`` alone does not.
    seed
        Of everything that is drawn.
    speakers
        A person's name, as it is to be read, → its other spellings in the texts, one word each, such as
        ``{Selenskyj: [Zelensky, Zelenskyy]}``; ``tag`` counts them as one (docs/tagging.md).
    studio
        A server, and what is where on it.
    """

    study: str
    id: str | None = None
    formerly: str | None = None
    language: str = "de"
    codebook: str = "codebook.yaml"
    annotators: list[str] = []
    retired: list[str] = []
    overlap: float = 1.0
    unit: Literal["commentary", "sentence"] = "commentary"
    order: Literal["text", "shuffled"] = "text"
    shared_first: int = 2
    test_share: float = 0.0
    no_suggestion_share: float = 0.0
    show_confidence: bool = False
    seed: int = 0
    speakers: dict[str, list[str]] = {}
    studio: StudioSettings = StudioSettings()

    @property
    def spellings(self) -> dict[str, str]:
        """For each other spelling of a speaker's name the one to be read."""
        return {other: name for name, others in self.speakers.items() for other in others}


class State(Record, frozen=True, kw_only=True):
    """What `.standpunkt/state.json` remembers; all of it can be found again on the server.

    ``folder`` is where the study of this ``id`` was last at work: a copy takes the file along.
    """

    id: str | None = None
    folder: str = ""
    projects: dict[str, dict[str, int]] = {}  # server address → annotator → project


class Study:
    """The paths and settings of a study folder."""

    def __init__(self, folder: Path, settings: StudySettings) -> None:
        self.folder, self.settings = folder, settings
        self.commentary_folder = folder / "commentaries"
        self.data = folder / "data"
        self.commentaries = self.data / "commentaries.jsonl"
        self.sentences = self.data / "sentences.jsonl"
        self.assignments = self.data / "assignments.jsonl"
        self.annotations = self.data / "annotations.jsonl"
        self.removed = self.data / "removed.jsonl"  # rows whose annotation is gone from the server
        self.decisions = self.data / "decisions.jsonl"  # a third person's, on what a rule left open
        self.gold = self.data / "gold.jsonl"
        self.predictions = self.data / "predictions.jsonl"
        self.corrections = self.data / "corrections.yaml"
        self.mended = self.data / "mended.jsonl"  # what the layout of pages had put into the texts
        self.relinked = self.data / "relinked.jsonl"
        self.exports = self.data / "exports"
        self.models = folder / "models"
        self.reports = folder / "reports"
        self._state = folder / ".standpunkt" / "state.json"

    @property
    def name(self) -> str:
        return self.settings.study

    @property
    def settings_path(self) -> Path:
        return self.folder / "study.yaml"

    @property
    def codebook_path(self) -> Path:
        return self.folder / self.settings.codebook

    def with_settings(self, **changed: Any) -> "Study":
        """The study with these settings in place of its own, checked; study.yaml is not touched.

        Raises
        ------
        DataError
            A name or a share is not what it should be.
        """
        settings = msgspec.structs.replace(self.settings, **changed)
        return Study(self.folder, checked(settings, self.settings_path))

    def codebook(self) -> Codebook:
        return load_codebook(self.codebook_path)

    @contextmanager
    def locked(self, verb: str, say: Callable[[str], None] = lambda words: None) -> Iterator[None]:
        """One process at a time changes a study and its projects; the others wait for it.

        Whoever waits is told for which ``verb``, by its own ``say``. What a process that was killed
        had begun is cleared away first, or brought to its end.
        """
        path = self.folder / ".standpunkt" / "lock"
        path.parent.mkdir(exist_ok=True)
        with locked(path, verb, say):
            finish_staged(self.data)
            for folder in (self.data, self.exports):
                clear_unfinished(folder)
            yield

    def state(self) -> State:
        try:
            return msgspec.json.decode(self._state.read_bytes(), type=State)
        except FileNotFoundError:
            return State()
        except msgspec.DecodeError as error:
            raise DataError(
                f"damaged ({error}); it can be deleted, all in it is found again", path=self._state
            ) from error

    def save_state(self, state: State) -> None:
        write_private_json(self._state, state)

    def remember_place(self) -> None:
        """Remembers that this study is in this folder; projects of another id are forgotten."""
        state, here = self.state(), str(self.folder.resolve())
        if (state.id, state.folder) != (self.settings.id, here):
            projects = state.projects if state.id in (None, self.settings.id) else {}
            self.save_state(State(id=self.settings.id, folder=here, projects=projects))

    def needs(self, path: Path, verb: str) -> Path:
        """The path, once the verb that makes it has been run.

        Raises
        ------
        DataError
            Names the verb to run first.
        """
        if not path.exists():
            raise DataError(f"is not there yet; run `standpunkt {verb}` first", path=path)
        return path

    def latest_model(self) -> Path:
        """The model folder that was made last."""
        # written last: without it a training was killed here
        models = list(self.models.glob("*/model.json"))
        if not models:
            raise DataError("holds no model yet; run `standpunkt train` first", path=self.models)
        return max(models, key=lambda file: (file.stat().st_mtime_ns, file.parent.name)).parent


def model_file(models: Path, model_version: str) -> Path | None:
    """The ``model.json`` of a model; None where it is not among these.

    One that was trained with predictions of a file is found by the version it has without them as well.
    """
    if Path(model_version).name != model_version:
        return None
    named = models / model_version / "model.json"
    if named.is_file():
        return named
    without = b'"without": ' + msgspec.json.encode(model_version)
    return next((path for path in sorted(models.glob("*/model.json")) if without in path.read_bytes()), None)


def open_study(folder: str | Path | None) -> Study:
    """The study in this folder, or the current one.

    Raises
    ------
    DataError, SettingsError
        There is no study here, or ``study.yaml`` is wrong: names file, line and what was expected.
    """
    root = Path(folder) if folder is not None else Path.cwd()
    path = root / "study.yaml"
    if not path.is_file():
        raise SettingsError(
            f"{root} is not a study (no study.yaml); go into the folder of one, or make one with "
            "`standpunkt init`",
            flag="--study",
        )
    data, places = parse_yaml(unicodedata.normalize("NFC", decode_utf8(read_bytes(path), path)), path)
    known = [field.name for field in msgspec.structs.fields(StudySettings)]
    for name in data:
        if name not in known:
            line = places[(name,)][0]
            raise DataError(f'unknown setting "{name}"{near_hit(name, known)}', path=path, line=line)
    try:
        settings = msgspec.convert(data, StudySettings, strict=False)
    except msgspec.ValidationError as error:
        raise DataError(str(error), path=path) from error
    return Study(root, checked(settings, path))


def study_here(folder: str | Path | None = None) -> Study | None:
    """The study of this folder; without one that of the current folder, None where that is no study."""
    if folder is None and not Path("study.yaml").is_file():
        return None
    return open_study(folder)


def init_study(
    folder: Path,
    *,
    codebook: str | Path,
    targets: str | Path | None,
    annotators: Sequence[str],
    name: str | None,
    language: str = "de",
) -> Study:
    """Makes the folder of a study. What is there already is left as it is.

    Raises
    ------
    DataError
        The folder holds a study already, or codebook or targets have an error.
    """
    if (folder / "study.yaml").exists():
        raise DataError("there is a study already; nothing was changed", path=folder)
    study_name = name or re.sub(rf"[^{SIGNS}_-]+", "-", folder.resolve().name.lower()).strip("-_") or "study"
    settings = StudySettings(study=study_name, id=new_id(), language=language, annotators=list(annotators))
    checked(settings, folder / "study.yaml")
    text = codebook_text(codebook, targets)
    write_text(folder / "codebook.yaml", text)
    load_codebook(folder / "codebook.yaml")
    (folder / "commentaries").mkdir(exist_ok=True)
    write_text(folder / ".gitignore", ".standpunkt/\n")
    write_text(folder / "study.yaml", _study_yaml(settings))  # last: now it is a study
    study = Study(folder, settings)
    study.remember_place()
    return study


def new_id() -> str:
    """Twelve random hex digits that no reader of YAML takes for a number."""
    return secrets.choice("abcdef") + secrets.token_hex(6)[1:]


def checked(settings: StudySettings, path: Path) -> StudySettings:
    """The settings, once names and shares are what they should be; else a DataError of this path."""
    for name in (settings.study, *settings.annotators, *settings.retired):
        if not NAME.fullmatch(name):
            raise DataError(f'name "{name}": {expected_name(name)}', path=path)
    if settings.id is not None and not _ID.fullmatch(settings.id):
        raise DataError(f'id "{settings.id}": expected 4 to 32 of a-z and 0-9', path=path)
    both = sorted({*settings.annotators} & {*settings.retired})
    if both:
        raise DataError(
            f"{', '.join(both)}: among annotators and among retired; expected one of them", path=path
        )
    names = [*settings.annotators, *settings.retired]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise DataError(f"annotator {', '.join(sorted(doubled))} is named twice", path=path)
    spelled = [*settings.speakers, *(other for others in settings.speakers.values() for other in others)]
    twice = next((name for name in spelled if spelled.count(name) > 1), None)
    if twice is not None:
        raise DataError(f'speakers: "{twice}" stands there twice; expected each spelling once', path=path)
    broken = next((name for name in spelled if len(name.split()) != 1), None)
    if broken is not None:
        raise DataError(
            f'speakers: "{broken}": expected one word a spelling, such as Selenskyj: [Zelensky]', path=path
        )
    if settings.shared_first < 0:
        words = f"shared_first: must be 0 or a number of commentaries, got {settings.shared_first}"
        raise DataError(words, path=path)
    for field in ("overlap", "test_share", "no_suggestion_share"):
        share: Any = getattr(settings, field)
        if not 0 <= share <= 1:
            raise DataError(f"{field}: must be between 0 and 1, got {share}", path=path)
    return settings


def _study_yaml(settings: StudySettings) -> str:
    names = ", ".join(settings.annotators)
    return f"""\
# The settings of this study; what each means: docs/study.md, "Settings".
study: {settings.study}
id: {settings.id}           # tells this study from its copies: a copy needs another
language: {settings.language}
codebook: {settings.codebook}
annotators: [{names}]      # one Label Studio project each
overlap: {settings.overlap:g}             # share of the commentaries that all annotators code
unit: {settings.unit}        # what is shared: commentary or sentence
order: {settings.order}             # sentences in the order of the text, or shuffled
shared_first: {settings.shared_first}         # commentaries that everybody codes first, in one order
test_share: {settings.test_share:g}          # commentaries never suggested, only evaluated
no_suggestion_share: {settings.no_suggestion_share:g} # commentaries coded without suggestions
seed: {settings.seed}
"""
