"""What every page has: one file, a policy that forbids all but the page itself, the banner."""

import base64
import hashlib
import importlib.resources

from schemas.markup import Child, Markup, tag

UNCHECKED = "Maschinell codiert, nicht geprüft"


def document(
    title: str,
    body: Child,
    *,
    styles: tuple[str, ...],
    script: str | None = None,
    remark: str = UNCHECKED.lower(),
) -> str:
    """A whole page in UTF-8. Its style and script are allowed by their hashes, and nothing else."""
    style = "\n".join(_resource(name) for name in styles)
    code = _resource(script) if script else None
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, code)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{title} – {remark}"),
        tag("style", Markup(style)),
    )
    whole = tag("body", body, tag("script", Markup(code)) if code else None)
    return f'<!DOCTYPE html>\n<html lang="de">\n{head}\n{whole}\n</html>\n'


def banner(model_version: str, *links: Child) -> Markup:
    words = tag("strong", f"{UNCHECKED}.")
    model = tag("span", f"Modell {model_version}", class_="model")
    return tag("header", words, " ", model, " ", links, class_="banner")


def _policy(style: str, script: str | None) -> str:
    scripts = f"script-src '{_hash(script)}'; " if script else ""
    return f"default-src 'none'; style-src '{_hash(style)}'; {scripts}base-uri 'none'; form-action 'none'"


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode('utf-8')).digest()).decode('ascii')}"


def _resource(name: str) -> str:
    return importlib.resources.files("annotate.pages").joinpath(name).read_text("utf-8")
