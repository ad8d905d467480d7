"""What a language model's rows rest on, kept in the study as journals ask for it: ``models/<version>/``."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from schemas.errors import DataError
from schemas.files import read_bytes, write_json, write_text
from schemas.records import Record

ABOUT_FILE, PROMPT_FILE = "zeroshot.json", "prompt.txt"


class Disclosure(Record, frozen=True, kw_only=True):
    """The coder behind a ``model_version`` of `zeroshot`.

    Parameters
    ----------
    model
        What the endpoint calls it.
    hosts
        Who was sent the texts.
    first_asked, last_asked
        The days of the first and the last answer, ISO; null where they are not known.
    prompt_sha256
        Of the instructions, which stand in `PROMPT_FILE` beside it.
    settings
        As `zeroshot` was called: samples, temperature, examples and so on.
    left_out
        What the endpoint did not take, such as a schema.
    calibrated
        By layer the number of coded sentences that its scores were calibrated on.
    sentences, unanswered
        Of the last run: how many were asked about, and how many of them have an answer missing.
    """

    model_version: str
    model: str
    hosts: list[str]
    first_asked: str | None
    last_asked: str | None
    prompt_sha256: str
    codebook: str
    codebook_version: str
    layers: list[str]
    settings: dict[str, Any]
    left_out: list[str]
    calibrated: dict[str, int]
    sentences: int
    unanswered: int


def read_disclosure(models: Path, model_version: str) -> Disclosure | None:
    """What a study keeps of a language model; None for others.

    Raises
    ------
    DataError
        The file is damaged.
    """
    path = models / model_version / ABOUT_FILE
    return _read(path) if Path(model_version).name == model_version and path.is_file() else None


def keep_disclosure(
    models: Path, found: Disclosure, prompt: str, *, today: date | None, is_known: bool
) -> None:
    """Keeps it, with the days and hosts of earlier runs that asked the same.

    Parameters
    ----------
    today
        The day, where something was asked in this run.
    is_known
        Whether something was answered before: where nothing was kept of that, the first day is not known.
    """
    earlier = [one for one in _all(models) if _asked_the_same(one, found)]
    met = [day for one in earlier for day in (one.first_asked, one.last_asked)]
    days = sorted(day for day in (*met, today and today.isoformat()) if day)
    hosts = {host for one in earlier for host in one.hosts} | (set(found.hosts) if today else set())
    kept = msgspec.structs.replace(
        found,
        hosts=sorted(hosts),
        first_asked=days[0] if days and (earlier or not is_known) else None,
        last_asked=days[-1] if days else None,
        left_out=sorted({name for one in (*earlier, found) for name in one.left_out}),
    )
    folder = models / found.model_version
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / PROMPT_FILE, prompt)
    write_json(folder / ABOUT_FILE, kept)


def _asked_the_same(one: Disclosure, other: Disclosure) -> bool:
    """Whether two share their answers, though more sentences may have been coded in between."""
    return (one.model, one.prompt_sha256, one.settings) == (other.model, other.prompt_sha256, other.settings)


def _all(models: Path) -> Iterator[Disclosure]:
    for path in sorted(models.glob(f"*/{ABOUT_FILE}")):
        yield _read(path)


def _read(path: Path) -> Disclosure:
    try:
        return msgspec.json.decode(read_bytes(path), type=Disclosure)
    except msgspec.DecodeError as error:
        raise DataError(f"not what zeroshot keeps of a language model: {error}", path=path) from error
