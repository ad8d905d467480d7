"""What Label Studio and INCEpTION send to a backend, as far as it is read; the rest is never kept.

``/setup`` carries an access token of the project's owner, and events the project's passwords for data:
no record here has a field for them.
"""

from typing import Any, TypeVar

import msgspec

from annotate.label_studio.answers import ListedTask
from schemas.nesting import Nesting

T = TypeVar("T")
Number = int | str | None


class BadRequest(Exception):
    """A request that cannot be answered; ``str()`` is a line that says what was found."""

    status = 400


class SetupRequest(msgspec.Struct):
    project: Number = None
    schema: str | None = None


class PredictRequest(msgspec.Struct):
    tasks: list[ListedTask]
    project: Number = None
    label_config: str | None = None


class Event(msgspec.Struct):
    """A webhook's payload: what happened; the project stands in it, or in what it happened to."""

    action: str
    project: Any = None
    annotation: Any = None
    task: Any = None

    @property
    def project_number(self) -> int | None:
        inside = [part.get("project") for part in (self.annotation, self.task) if isinstance(part, dict)]
        return next((n for one in (self.project, *inside) if (n := project_number(one)) is not None), None)


class Metadata(msgspec.Struct, rename="camel"):
    """What INCEpTION asks for: a feature of a layer, by the names they have there."""

    layer: str
    feature: str
    anchoring_mode: str = "sentences"


class Document(msgspec.Struct, rename="camel"):
    """A document as its annotator sees it, a CAS as XMI."""

    xmi: str
    user_id: str = ""


class PredictDocument(msgspec.Struct, rename="camel"):
    metadata: Metadata
    document: Document
    type_system: str


class TrainDocuments(msgspec.Struct, rename="camel"):
    metadata: Metadata
    documents: list[Document]
    type_system: str


def decoded(body: bytes, kind: type[T], sender: str = "Label Studio") -> T:
    """The body as a record.

    Raises
    ------
    BadRequest
        It is no JSON, or of another shape.
    """
    try:
        if Nesting().is_deep(body):
            raise BadRequest("nested too deeply")
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadRequest(f"expected what {sender} sends, found: {error}") from error


def project_number(value: Any) -> int | None:
    """The number of a project as Label Studio names it.

    >>> project_number("10.1795330238"), project_number({"id": 10}), project_number(10)
    (10, 10, 10)
    >>> project_number("kriege") is None
    True
    """
    if isinstance(value, dict):
        value = value.get("id")
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    digits = str(value).partition(".")[0]
    return int(digits) if digits.isdecimal() and digits.isascii() and len(digits) < 19 else None
