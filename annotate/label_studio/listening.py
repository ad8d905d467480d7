"""Whose program listens on a port of this machine: asked before a password or a token goes there."""

import socket

import psutil

from schemas.errors import StudioError

HOST = "127.0.0.1"


def listens(process: psutil.Process, port: int) -> bool:
    """Whether it is this process, or one that it has started, that listens on the port of 127.0.0.1.

    Raises
    ------
    StudioError
        The system does not say who listens. Nothing may be sent then: it could be anybody.
    """
    try:
        found = [_has_port(one, port) for one in (process, *process.children(recursive=True))]
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        found = [None]
    if None in found and True not in found:
        raise StudioError(
            "looking who listens",
            f"this system does not say whether port {port} is Label Studio's (process {process.pid}), so "
            "neither password nor token is sent there; one that you start yourself is reached by "
            "LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY",
        )
    return True in found


def is_taken(port: int) -> bool:
    """Whether anybody listens on the port of 127.0.0.1; nothing is sent."""
    with socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex((HOST, port)) == 0


def _has_port(process: psutil.Process, port: int) -> bool | None:
    """None where the system does not say."""
    try:
        sockets = process.net_connections("tcp4")
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return None
    return any(one.status == psutil.CONN_LISTEN and tuple(one.laddr) == (HOST, port) for one in sockets)
