"""The study that is served, brought up to date while it is: a new model, a pull, a push, another codebook."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from annotate.serve.served import Served
from annotate.study.folder import Study, open_study
from schemas.errors import DataError, StandpunktError
from train.persistence.folder import load_model

#: Seconds between two looks at the files, and until what could not be taken up is tried again.
EVERY, AGAIN = 1.0, 30.0

Say = Callable[[str], None]
Signature = tuple[object, ...]


class Serving:
    """``current`` answers; it is replaced as a whole, and whoever holds the one before is still answered.

    Parameters
    ----------
    model
        The model folder to begin with; the study's latest where None. A model that is made in the study
        later takes its place.
    projects
        Asks Label Studio for the annotators' projects of a study.
    say
        Takes a line for the log.
    """

    def __init__(
        self, study: Study, model: Path | None, *, projects: Callable[[Study], Mapping[str, int]], say: Say
    ) -> None:
        self.folder = study.folder
        self._projects, self._say = projects, say
        self._refreshing = threading.Lock()
        self._latest = _latest(study)
        self.model_folder = model or study.latest_model()
        self._model = load_model(self.model_folder)
        self._read = _signature(study)
        self._numbers = projects(study)
        self.current = Served(self._model, study, self._numbers)
        self._failed: Signature | None = None
        self._failed_at = 0.0
        self._say_unshared()

    def refresh(self) -> bool:
        """Looks at the files, and takes up what changed; True where something was.

        What is broken is said once, and what was there before goes on.
        """
        with self._refreshing:
            try:
                study = open_study(self.folder)
                latest, read = _latest(study), _signature(study)
            except (StandpunktError, OSError) as error:
                self._fail((str(error),), error)
                return False
            seen = (latest, *read)
            is_new, is_elsewhere = latest != self._latest, read[0] != self._read[0]
            if (not is_new and read == self._read) or self._has_just_failed(seen):
                return False
            try:
                folder = study.latest_model() if is_new and latest else self.model_folder
                model = load_model(folder) if is_new else self._model
                numbers = self._projects(study) if is_elsewhere else self._numbers
                served = Served(model, study, numbers)
            except (StandpunktError, OSError) as error:
                self._fail(seen, error)
                return False
            self._latest, self._read = latest, read
            was = self.current.model_version
            self.model_folder, self._model, self._numbers, self.current = folder, model, numbers, served
            if served.model_version != was:
                self._say(f"{served.model_version} suggests from now on, after {was}")
                self._say_unshared()
            return True

    def watch(self, stop: threading.Event) -> None:
        """Looks every second until it is to stop."""
        while not stop.wait(EVERY):
            self.refresh()

    def _has_just_failed(self, seen: Signature) -> bool:
        return seen == self._failed and time.monotonic() - self._failed_at < AGAIN

    def _fail(self, seen: Signature, error: Exception) -> None:
        if seen != self._failed:
            self._say(f"not taken up: {error}; {self.current.model_version} goes on")
        self._failed, self._failed_at = seen, time.monotonic()

    def _say_unshared(self) -> None:
        if unshared := self.current.suggester.unshared:
            self._say(f"{self.current.model_version}: not shared by model and study: {', '.join(unshared)}")


def _latest(study: Study) -> Signature | None:
    try:
        path = study.latest_model() / "model.json"
    except DataError:  # none yet
        return None
    return _stat(path)


def _signature(study: Study) -> Signature:
    """What the study's files are; the first part is what says where its projects are."""
    places = tuple(_stat(path) for path in (study.settings_path, study.folder / ".standpunkt" / "state.json"))
    read = (study.codebook_path, study.commentaries, study.sentences, study.assignments, study.annotations)
    return (places, *(_stat(path) for path in read))


def _stat(path: Path) -> Signature | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return (str(path), found.st_mtime_ns, found.st_size, found.st_ino)
