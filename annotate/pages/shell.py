"""What every page has: one file, a policy that forbids all but the page itself, the banner."""

import base64
import hashlib
import importlib.resources
import re
from functools import cache

from annotate.pages.german import coded_by
from annotate.texts.own_files import GENERATOR
from schemas.markup import Child, Markup, tag

UNCHECKED = coded_by(0, 0)


def document(
    title: str,
    body: Child,
    *,
    styles: tuple[str, ...],
    script: str | None = None,
    remark: str = UNCHECKED,
) -> str:
    """A page with a remark in its title, as a rule that a model says what stands in it; see `page`."""
    return page(f"{title} – {remark[:1].lower()}{remark[1:]}", body, styles=styles, script=script)


def page(
    title: str,
    body: Child,
    *,
    styles: tuple[str, ...],
    script: str | None = None,
    language: str = "de",
    has_figures: bool = False,
    is_served: bool = False,
) -> str:
    """A whole page in UTF-8. Its style and script are allowed by their hashes, and nothing else.

    Figures have styles in their own tags, which can load nothing; a page that has some says so. A page that
    is served may ask its own server, and send it forms; a form that says where it came from is told from
    those of other pages.
    """
    style = "\n".join(_resource(name) for name in styles)
    code = _resource(script) if script else None
    head = tag(
        "head",
        tag("meta", name="generator", content=GENERATOR),
        tag("meta", charset="utf-8"),
        tag(
            "meta", http_equiv="Content-Security-Policy", content=_policy(style, code, has_figures, is_served)
        ),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="same-origin" if is_served else "no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Markup(style)),
    )
    whole = tag("body", body, tag("script", Markup(code)) if code else None)
    return f'<!DOCTYPE html>\n<html lang="{language}">\n{head}\n{whole}\n</html>\n'


def banner(model_version: str, *links: Child, coded: str = UNCHECKED) -> Markup:
    """The head of a page; ``coded`` says who coded what stands on it."""
    words = tag("strong", f"{coded}.")
    model = tag("span", f"Modell {model_version}", class_="model")
    return tag("header", words, " ", model, " ", links, class_="banner")


def _policy(style: str, script: str | None, has_figures: bool, is_served: bool) -> str:
    scripts = f"script-src '{_hash(script)}'; " if script else ""
    figures = "style-src-attr 'unsafe-inline'; " if has_figures else ""
    styles = f"style-src '{_hash(style)}'; {figures}"
    forms = "connect-src 'self'; form-action 'self'" if is_served else "form-action 'none'"
    return f"default-src 'none'; {styles}{scripts}base-uri 'none'; {forms}"


@cache
def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode('utf-8')).digest()).decode('ascii')}"


@cache
def _resource(name: str) -> str:
    """A style sheet or script without the white space that is for who writes it: each page holds its own."""
    text = importlib.resources.files("annotate.pages").joinpath(name).read_text("utf-8")
    lines = [line.strip() for line in text.splitlines()]
    if name.endswith(".js"):
        return "\n".join([line for line in lines if line and not line.startswith("//")])
    return re.sub(r"([{;][\w-]+): ", r"\1:", re.sub(r"\s*([{};])\s*", r"\1", " ".join(lines)))
