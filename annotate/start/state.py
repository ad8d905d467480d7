"""The study as the page shows it now: read again where a file has changed, the server asked beside."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path

from annotate.start.facts import StartReport
from annotate.start.gather import Known, ask_server, known_of, signature, start_report
from annotate.study.connect import server_address
from annotate.study.folder import Study, open_study
from annotate.study.next_step import Server
from annotate.sync.status import StatusReport

#: Seconds after which Label Studio is asked again; for which a page waits for its answer.
AGAIN, PATIENCE = 15.0, 2.5


class StudyState:
    """What is known of a study, kept until its files change.

    Parameters
    ----------
    url
        The address of Label Studio, as the command was given it.
    """

    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder, self.url = folder, url
        self._reading = threading.Lock()
        self._signature: Mapping[str, tuple[int, int]] | None = None
        self._known: Known | None = None
        self._asking = threading.Lock()
        self._asked_at: float | None = None
        self._answer: tuple[Server, StatusReport | None] | None = None
        self._thread: threading.Thread | None = None

    def study(self) -> Study:
        return open_study(self.folder)

    def known(self) -> tuple[Study, Known]:
        """The study and what its files say.

        Raises
        ------
        StandpunktError
            A file is damaged.
        """
        with self._reading:
            study = self.study()
            found = signature(study)
            if self._known is None or found != self._signature:
                self._known, self._signature = known_of(study), found
            return study, self._known

    def report(self) -> tuple[StartReport, Known, bool]:
        """What the page shows, and whether Label Studio has not answered yet."""
        self._ask(self.study())
        study, known = self.known()
        self._wait(PATIENCE)
        answer = self._answer
        if answer is None:
            answer = (
                Server(answers=False, url=server_address(study, self.url), reason=None, may_start=False),
                None,
            )
        return start_report(study, known, *answer), known, self.is_asking

    @property
    def is_asking(self) -> bool:
        """Whether the first answer is still to come."""
        return self._answer is None

    def forget_server(self) -> None:
        """Asks anew for the next page: a verb has changed something."""
        self._asked_at = None

    def _ask(self, study: Study) -> None:
        """Asks in the background, one question at a time."""
        with self._asking:
            is_fresh = self._asked_at is not None and time.monotonic() - self._asked_at < AGAIN
            if is_fresh or (self._thread is not None and self._thread.is_alive()):
                return
            self._asked_at = time.monotonic()
            self._thread = threading.Thread(target=self._answered, args=(study,), daemon=True)
            self._thread.start()

    def _answered(self, study: Study) -> None:
        self._answer = ask_server(study, url=self.url)

    def _wait(self, seconds: float) -> None:
        if self._thread is not None:
            self._thread.join(seconds)
