"""Buttons of the page: forms with a token, by which they are told from those of other pages."""

from typing import NamedTuple

from annotate.report.words import Words
from annotate.start.jobs import Job
from schemas.markup import Attribute, Child, Markup, tag


class Controls(NamedTuple):
    """What the page can do: nothing where it is a file, which has no ``token``.

    ``pages`` is where the study's pages are reached, ``job`` the verb that runs or ran last, ``said`` what
    came of the last form, ``asking`` whether Label Studio has not answered yet.
    """

    token: str | None = None
    pages: str = ""
    job: Job | None = None
    said: str | None = None
    asking: bool = False

    @property
    def is_busy(self) -> bool:
        return self.job is not None and self.job.is_running

    def form(self, action: str, words: Words, *children: Child, **fields: str) -> Markup | None:
        """A form with hidden fields; None on a static page."""
        if self.token is None:
            return None
        hidden = {"csrf": self.token, "lang": words.language, **fields}
        inputs = [tag("input", type="hidden", name=name, value=value) for name, value in hidden.items()]
        return tag("form", inputs, children, method="post", action=action)

    def run(
        self, verb: str, label: str, words: Words, *more: Child, class_: str | None = None
    ) -> Markup | None:
        """A button that runs a verb."""
        button = tag("button", label, type="submit", class_=class_, disabled=self.is_busy)
        return self.form("/run", words, more, button, verb=verb)


def copied(command: str, words: Words) -> Markup:
    """A command with a button that copies it."""
    return tag(
        "span",
        tag("code", command),
        tag(
            "button",
            words.pick("Kopieren", "Copy"),
            type="button",
            class_="copy",
            data_text=command,
            data_done=words.pick("Kopiert", "Copied"),
        ),
        class_="command",
    )


def bar(parts: list[tuple[str, int]], total: int, label: str) -> Markup:
    """A bar of parts of a whole: the class and the size of each."""
    at, rects = 0.0, []
    for name, size in parts:
        width = 100 * size / total if total else 0.0
        rects.append(tag("rect", x=f"{at:.2f}", y=0, width=f"{width:.2f}", height=10, class_=name))
        at += width
    whole: dict[str, Attribute] = {"viewBox": "0 0 100 10", "preserveAspectRatio": "none"}
    return tag("svg", rects, class_="bar", role="img", aria_label=label, **whole)
