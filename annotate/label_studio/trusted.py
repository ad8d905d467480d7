"""To which servers the token of the environment may go: those that the user has named, not a file.

A study.yaml comes with a study, from anybody; the token in LABEL_STUDIO_API_KEY is the user's. What
they have confirmed is kept by origin (scheme, host, port) in a file of their own.
"""

import re

import httpx

from schemas.confirmed import Confirmed
from schemas.errors import SettingsError, without_passwords

_CONFIRMED = Confirmed("trusted-servers.json")
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
    return _CONFIRMED.all()


def trust(address: str) -> str:
    """Lets the token go to the origin of this address from now on; gives the origin."""
    confirmed = origin(address)
    _CONFIRMED.add(confirmed)
    return confirmed


def distrust(address: str) -> bool:
    """Takes that back; False where there was nothing to take back."""
    return _CONFIRMED.remove(origin(address))
