"""What a robots.txt allows (RFC 9309). Fetching it is for `ingest/web.py`."""

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

MAX_BYTES = 512 * 1024
"""What is read of a robots.txt; the RFC asks for 500 KiB at least."""

_MAX_DELAY_SECONDS = 10.0
_PRODUCT = re.compile(r"[A-Za-z_-]+|\*")
_DELAY = re.compile(r"\d{1,9}(?:\.\d{1,9})?")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")


@dataclass(frozen=True, slots=True)
class Rules:
    """What one program may visit on one host."""

    rules: tuple[tuple[str, bool], ...] = ()
    delay_seconds: float = 0.0

    def allow(self, path: str) -> bool:
        """Whether a path, with its query, may be visited: the longest rule that matches says so, and allowing wins a tie."""
        path = _normal(path)
        matching = [(len(pattern), allows) for pattern, allows in self.rules if _matches(pattern, path)]
        return max(matching, default=(0, True))[1]


def parse_robots(text: str, product: str) -> Rules:
    """The rules for a program: those of the groups that name it, or else of the groups for everyone."""
    groups = list(_groups(text))
    for wanted in (product.casefold(), "*"):
        mine = [lines for names, lines in groups if wanted in names]
        if mine:
            return _rules([line for lines in mine for line in lines])
    return Rules()


def _groups(text: str) -> Iterator[tuple[set[str], list[tuple[str, str]]]]:
    names: set[str] = set()
    lines: list[tuple[str, str]] = []
    for key, value in _lines(text):
        if key == "user-agent":
            if any(each in {"allow", "disallow"} for each, _ in lines):
                yield names, lines
                names, lines = set(), []
            found = _PRODUCT.match(value)
            names.add(found.group().casefold() if found else "")
        elif names:
            lines.append((key, value))
    yield names, lines


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.removeprefix("\ufeff").splitlines():
        key, is_line, value = line.partition("#")[0].partition(":")
        if is_line:
            yield key.strip().casefold(), value.strip()


def _rules(lines: list[tuple[str, str]]) -> Rules:
    rules = tuple((_normal(value), key == "allow") for key, value in lines if key in {"allow", "disallow"} and value)
    delays = [float(value) for key, value in lines if key == "crawl-delay" and _DELAY.fullmatch(value)]
    return Rules(rules, min(max(delays, default=0.0), _MAX_DELAY_SECONDS))


def _normal(path: str) -> str:
    """One spelling for paths that mean the same: what needs no %-code has none, and what needs one has it in capitals."""
    coded = quote(path, safe=string.punctuation)
    return re.sub(r"%([0-9A-Fa-f]{2})", lambda code: _decoded(code.group(1)), coded)


def _decoded(digits: str) -> str:
    char = chr(int(digits, 16))
    return char if char in _UNRESERVED else f"%{digits.upper()}"


def _matches(pattern: str, path: str) -> bool:
    """Whether a path matches; without regular expressions, because a hostile file could make those take for ever."""
    first, *rest = pattern.removesuffix("$").split("*")
    is_whole = pattern.endswith("$")
    if not path.startswith(first):
        return False
    if not rest:
        return path == first or not is_whole
    last = rest.pop() if is_whole else ""
    position = len(first)
    for part in rest:
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return path.endswith(last) and len(path) - len(last) >= position
