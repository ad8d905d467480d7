"""To which servers the token of the environment may go: those that the user has named, not a file.

A study.yaml comes with a study, from anybody; the token in LABEL_STUDIO_API_KEY is the user's. What
they have confirmed is kept by origin (scheme, host, port) in a file of their own.
"""

import re
from pathlib import Path

import httpx
import msgspec

from schemas.errors import DataError, SettingsError, without_passwords
from schemas.files import home, write_private_json

_PORTS = {"http": 80, "https": 443}


def origin(address: str) -> str:
    """Scheme, host and port of an address, as httpx will ask it.

    Raises
    ------
    SettingsError
        It is none, or holds a login, which belongs in no address.

    Examples
    --------
    >>> origin("HTTPS://LS.example:443/label-studio/"), origin("http://[::1]:8080")
    ('https://ls.example', 'http://[::1]:8080')
    """
    refuse_login(address)
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise SettingsError(f'"{address}" is not an address: {error}') from error
    if url.scheme not in _PORTS or not url.host:
        raise SettingsError(f'"{address}" is not an address; expected http://… or https://…')
    host = url.raw_host.decode("ascii")
    port = "" if url.port in (None, _PORTS[url.scheme]) else f":{url.port}"
    return f"{url.scheme}://" + (f"[{host}]" if ":" in host else host) + port


def refuse_login(address: str) -> None:
    """Raises a SettingsError where an address holds a name or a password: it is printed and kept in files."""
    authority = re.split("[/?#]", address.rpartition("://")[2])[0]
    if "@" in authority or without_passwords(address) != address:
        raise SettingsError(
            f"the address of Label Studio on {address.rpartition('@')[2]} holds a login; leave name and "
            "password off, the token signs in"
        )


def trusted() -> list[str]:
    """The origins that were confirmed, sorted."""
    path = _file()
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[str])
    except FileNotFoundError:
        return []
    except msgspec.DecodeError as error:
        raise DataError(f"damaged ({error}); delete it and confirm again", path=path) from error
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=path) from error


def trust(address: str) -> str:
    """Lets the token go to the origin of this address from now on; gives the origin."""
    confirmed = origin(address)
    write_private_json(_file(), sorted({*trusted(), confirmed}))
    return confirmed


def distrust(address: str) -> bool:
    """Takes that back; False where there was nothing to take back."""
    kept = trusted()
    if origin(address) not in kept:
        return False
    write_private_json(_file(), [one for one in kept if one != origin(address)])
    return True


def _file() -> Path:
    return home() / "trusted-servers.json"
