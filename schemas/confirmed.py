"""What a user has confirmed on this machine, in a file of their own: one list of texts for each matter.

A study or a model comes from anybody; what it may do rests on what the user said, not on its own files.
"""

from pathlib import Path

import msgspec

from schemas.errors import DataError
from schemas.files import home, write_private_json


class Confirmed:
    """The confirmed texts of one file in the folder of the user's data.

    Parameters
    ----------
    file_name
        Such as ``trusted-servers.json``.
    """

    def __init__(self, file_name: str) -> None:
        self._file_name = file_name

    def all(self) -> list[str]:
        """What was confirmed, sorted."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[str])
        except FileNotFoundError:
            return []
        except msgspec.DecodeError as error:
            raise DataError(f"damaged ({error}); delete it and confirm again", path=self._path) from error
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", path=self._path) from error

    def add(self, text: str) -> None:
        write_private_json(self._path, sorted({*self.all(), text}))

    def remove(self, text: str) -> bool:
        """False where it was not confirmed."""
        kept = self.all()
        if text not in kept:
            return False
        write_private_json(self._path, [one for one in kept if one != text])
        return True

    @property
    def _path(self) -> Path:
        return home() / self._file_name
