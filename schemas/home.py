"""Where Standpunkt keeps what belongs to a user and to no study."""

import os
from pathlib import Path

import platformdirs


def home() -> Path:
    """``STANDPUNKT_HOME`` where it is set, else the place this system has for data of programs."""
    return Path(os.environ.get("STANDPUNKT_HOME") or platformdirs.user_data_dir("standpunkt"))
