"""Whether there is a browser to open a page in."""

import os
import sys
import webbrowser


def has_browser() -> bool:
    """Whether there is a browser with a window: one of a terminal would take the terminal."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
