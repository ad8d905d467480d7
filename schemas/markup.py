"""HTML that is escaped by construction: plain text is escaped when it enters a tag.

Control characters and bidirectional formatting characters stand as U+FFFD: they are no HTML, and a
page's source is read in terminals too.
"""

import html
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

from schemas.unprintable import replaced

VOID = frozenset({"br", "hr", "input", "link", "meta"})


class Markup(str):
    """HTML that stands in the page as it is; everything else is text and gets escaped."""

    __slots__ = ()


Child: TypeAlias = "str | Iterable[Child] | None"
Attribute: TypeAlias = str | int | float | bool | None


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """An element with escaped children and attributes.

    A trailing underscore of an attribute's name falls away, others become hyphens; ``True`` writes
    the bare name, ``None`` and ``False`` leave it out.

    >>> tag("p", "1 < 2 ", tag("b", "ja"), class_="note", hidden=True)
    '<p class="note" hidden>1 &lt; 2 <b>ja</b></p>'
    >>> tag("a", "x", title='" onmouseover="y')
    '<a title="&quot; onmouseover=&quot;y">x</a>'
    """
    said = "".join([_attribute(key, value) for key, value in attributes.items()]) if attributes else ""
    return Markup(f"<{name}{said}>" if name in VOID else f"<{name}{said}>{join(children)}</{name}>")


def join(children: Child) -> Markup:
    """Children one after the other, text escaped.

    >>> join(["a & b", None, Markup("<br>")])
    'a &amp; b<br>'
    """
    if children is None:
        return Markup()
    if isinstance(children, str):
        return children if isinstance(children, Markup) else _escaped(children)
    parts = [child if type(child) is Markup else join(child) for child in children if child is not None]
    return Markup("".join(parts))


def link(url: str, words: str) -> Markup:
    """The words as a link where the address is one of the web; any other stands there as text.

    >>> link("https://a.example/b", "Text")
    '<a href="https://a.example/b" rel="noreferrer">Text</a>'
    >>> link("javascript:alert(1)", "Text")
    'javascript:alert(1) (Text)'
    """
    if url.startswith(("https://", "http://")):
        return tag("a", words, href=url, rel="noreferrer")
    return join(url if words == url else f"{url} ({words})")


@lru_cache(1 << 12)  # labels, questions and signs recur
def _escaped(text: str) -> Markup:
    return Markup(html.escape(replaced(text)))


@lru_cache(1 << 14, typed=True)  # most of a page's attributes recur
def _attribute(key: str, value: Attribute) -> str:
    name = key.removesuffix("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{html.escape(replaced(str(value)))}"'
