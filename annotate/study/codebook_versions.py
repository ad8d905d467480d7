"""What coders were asked under earlier versions of a study's codebook: ``data/asked.json``.

A task that was coded before a migration carries the version ``<new>+<old>`` where the new codebook
asks for more. Its codings are read with the part that was asked: a target that came later is not
`unrelated` in them, it was not asked.
"""

from pathlib import Path

import msgspec

from annotate.study.folder import Study
from schemas.codebook import Codebook
from schemas.errors import DataError
from schemas.versions.rows import AskedScope, restricted


def asked_path(study: Study) -> Path:
    """Where a study keeps it."""
    return study.data / "asked.json"


def read_asked(path: Path) -> dict[str, AskedScope]:
    """Task version → what its coder was asked; empty where nothing was migrated.

    Raises
    ------
    DataError
        The file is damaged.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, AskedScope])
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as error:
        raise DataError(f"damaged: {error}", path=path) from error


def codebooks_by_version(study: Study, codebook: Codebook) -> dict[str, Codebook]:
    """The codebook as coders had it before them, by the version that their tasks carry.

    What `exports.readers.annotations.read_export` takes as ``older``.
    """
    return {version: restricted(codebook, asked) for version, asked in read_asked(asked_path(study)).items()}
