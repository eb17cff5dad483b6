"""Which web addresses may be visited, and how an address is written where people read it. Nothing here uses the network."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from ingest.extraction import RefusedError

if TYPE_CHECKING:
    import httpx

BY_HAND = "save the page by hand and ingest the file"
PRIVATE = f"which is on this machine or a private network, and is not visited; {BY_HAND}"

_WEB = re.compile(r"https?:", re.IGNORECASE)
_HOST_NAME = re.compile(r"(?!.{254})[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_OWN_NAMES = re.compile(r"(?:.+\.)?(?:localhost|localdomain|local|internal|intranet|lan|home\.arpa)")
_SECRET_NAMES = re.compile(
    r"token|secret|passw|pwd|signature|credential|auth|session|jwt|api.?key|^(?:key|sig|code|sid|pw|pass)$", re.IGNORECASE
)
_MAX_SHOWN = 300

_GLOBAL_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")
_ISATAP = {0x00005EFE, 0x02005EFE}  # RFC 5214: the third quarter of such an address; an IPv4 address is the fourth
_LOW_32_BITS = 0xFFFFFFFF
# What `is_global` has called public in one version of Python or another, and is not for us to visit.
_NOT_PUBLIC = [
    ip_network(each)
    for each in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and the metadata address of one cloud
        "168.63.129.16/32",  # the metadata address of another, in public space
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/3",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
    )
]


def is_web_address(text: str) -> bool:
    """Whether what a user named is meant as a web address and not as a file."""
    return bool(_WEB.match(text.strip()))


def shown(url: str) -> str:
    """An address as it may be printed, logged and stored: without user name, password, fragment and the values of secrets."""
    import httpx

    text = "".join(char for char in url.strip() if char.isprintable())
    try:
        parsed = httpx.URL(text).copy_with(userinfo=b"", fragment=None)
    except httpx.InvalidURL:
        # Where it cannot be told what is the password, all that may be it goes.
        scheme, _, _ = text.partition(":")
        return _cut(f"{scheme}://…@{text.rpartition('@')[2]}" if "@" in text else text)
    base, mark, query = str(parsed).partition("?")
    return _cut(base + mark + "&".join(_without_secret(each) for each in query.split("&")))


def visitable(text: str, *, may_visit_private: bool = False, base: "httpx.URL | None" = None) -> "httpx.URL":
    """The address that a text, or a redirect from `base`, stands for, in the one form in which it is checked and visited.

    Raises:
        RefusedError: it is no plain http or https address, or its host may not be visited.
    """
    import httpx

    text = text.strip()
    if "\\" in text or any(char.isspace() or not char.isprintable() for char in text):
        raise RefusedError("it holds a space, a backslash or a control character; write it as a browser shows it")
    try:
        url = base.join(text) if base else httpx.URL(text)
    except httpx.InvalidURL as error:
        raise RefusedError("it is not a valid web address; write it as a browser shows it") from error
    if url.scheme not in {"http", "https"}:
        raise RefusedError(f"its scheme {url.scheme[:20]!r} is not http or https; {BY_HAND}")
    if url.userinfo:
        raise RefusedError(f"it holds a user name or password; take them out, or {BY_HAND}")
    host = url.raw_host.decode("ascii").removesuffix(".")
    _check_host(host, may_visit_private=may_visit_private)
    if url.port is not None and not 0 < url.port < 2**16:
        raise RefusedError(f"its port {url.port} does not exist; write the address as a browser shows it")
    return url.copy_with(host=host, port=url.port, fragment=None)  # which leaves out a port that is the usual one


def _check_host(host: str, *, may_visit_private: bool) -> None:
    literal = _ip(host)
    if literal is None and _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise RefusedError(f"its host {host[:60]!r} is an odd way to write an IP address; write four numbers, or a name")
    if literal is None and not _HOST_NAME.fullmatch(host):
        raise RefusedError("it names no valid host; write it as a browser shows it")
    if may_visit_private:
        return
    if _OWN_NAMES.fullmatch(host) or (literal and not is_public(host)):
        raise RefusedError(f"its host is {host!r}, {PRIVATE}")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and so is any IPv4 address that is packed inside it."""
    ip = _ip(address)
    if ip is None or any(ip in network for network in _NOT_PUBLIC):
        return False
    if isinstance(ip, IPv4Address):
        return ip.is_global
    packed = IPv4Address(int(ip) & _LOW_32_BITS)
    if ip.ipv4_mapped or ip in _NAT64:
        return is_public(str(packed))
    if ip.sixtofour:
        return is_public(str(ip.sixtofour))
    is_isatap = int(ip) >> 32 & _LOW_32_BITS in _ISATAP
    return ip in _GLOBAL_UNICAST and ip.is_global and (not is_isatap or is_public(str(packed)))


def _ip(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return None if "%" in host else ip_address(host)
    except ValueError:
        return None


def _without_secret(parameter: str) -> str:
    name, is_set, value = parameter.partition("=")
    return f"{name}=…" if is_set and value and _SECRET_NAMES.search(unquote_plus(name)) else parameter


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"
