"""From the words of a language model, as they come in, to sentences that can be checked. Forgiving: models do as they like.

What was asked for is JSON, `{"sentences": [{"text": "…", "cites": ["k3fx"]}]}`, or a sentence on each line with its keys behind it,
`… [k3fx]`. Anything that can be read as one of the two is; the rest is no sentence.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

MAX_CHARS = 20_000
"""What is read of a model; nothing that it writes after that is looked at."""
_MAX_DEPTH = 20
_MAX_KEYS = 12
_KEY = r"[A-Za-z0-9_-]{1,16}"
_CITED = re.compile(rf"[\[【]\s*({_KEY}(?:\s*[,;&]\s*{_KEY})*)\s*[\]】]")
_ONE_KEY = re.compile(_KEY)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_FENCE = re.compile(r"^\s*```\w*\s*$")
_TEXT_NAMES, _CITE_NAMES = ("text", "sentence", "zin", "tekst"), ("cites", "keys", "key", "cite", "citations", "sources")
_SALVAGED = re.compile(r'"text"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*"(?:cites|keys)"\s*:\s*(\[[^\[\]{}]*\])')


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as a model wrote it, without the keys that it cites, and the voice that it names where it names one."""

    text: str
    keys: tuple[str, ...]
    voice: str | None = None


class DraftReader:
    """Reads a model's words piece by piece, and gives each sentence as soon as it is complete."""

    def __init__(self) -> None:
        self._text = ""
        self._place = 0  # up to where it has been read
        self._is_json: bool | None = None
        self._scan = _Objects()
        self._found = 0

    @property
    def is_full(self) -> bool:
        """Whether more has come than is looked at."""
        return len(self._text) >= MAX_CHARS

    def feed(self, chunk: str) -> list[Draft]:
        """The sentences that a piece completes."""
        self._text += chunk[: MAX_CHARS - len(self._text)]
        return self._count(list(self._read()))

    def close(self) -> list[Draft]:
        """What can still be made of the rest, now that nothing more comes."""
        rest = list(self._read())
        if not self._is_json:
            rest += _of_line(self._text[self._place :])
            self._place = len(self._text)
        elif not self._found and not rest:
            rest += _salvaged(self._text)
        return self._count(rest)

    def _count(self, drafts: list[Draft]) -> list[Draft]:
        self._found += len(drafts)
        return drafts

    def _read(self) -> Iterator[Draft]:
        while self._is_json is None or not self._is_json:
            line, end, _ = self._text[self._place :].partition("\n")
            if (start := _json_start(line)) is not None:
                self._is_json = True
                self._place += start
            elif not end:
                return
            else:
                self._place += len(line) + 1
                yield from _of_line(line)
        for found in self._scan.feed(self._text[self._place :]):
            yield from _of_json(found)
        self._place = len(self._text)


class _Objects:
    """Finds JSON objects that hold no others in text that comes in pieces."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._text = ""
        self._in_string = self._is_escaped = False

    def feed(self, chunk: str) -> Iterator[str]:
        """The innermost objects that a piece completes."""
        for char in chunk:
            self._text += char
            if self._is_escaped:
                self._is_escaped = False
            elif self._in_string:
                self._is_escaped = char == "\\"
                self._in_string = char != '"'
            elif char == '"':
                self._in_string = bool(self._starts)
            elif char == "{" and len(self._starts) < _MAX_DEPTH:
                self._starts.append(len(self._text) - 1)
            elif char == "}" and self._starts:
                yield self._text[self._starts.pop() :]


def _json_start(line: str) -> int | None:
    """Where JSON begins in a line; None where it is no JSON. A key in brackets is none."""
    if match := re.match(r"\s*(?:```\w*\s*)?(?=\{|\[\s*(?:\{|$))", line):
        return match.end()
    return None


def _of_json(text: str) -> Iterator[Draft]:
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return
    if not isinstance(data, dict):
        return
    words = next((data[name] for name in _TEXT_NAMES if isinstance(data.get(name), str)), None)
    if words is None:
        return
    cited = next((data[name] for name in _CITE_NAMES if name in data), ())
    keys = [cited] if isinstance(cited, str) else cited if isinstance(cited, list) else []
    voice = data.get("voice")
    bare, written = _without_keys(words)
    listed = [found for key in keys if isinstance(key, str) for found in _ONE_KEY.findall(key) or [key]]
    yield Draft(bare, _few([*listed, *written]), voice if isinstance(voice, str) and voice else None)


def _of_line(line: str) -> list[Draft]:
    """The sentences of a line, each with the keys behind it; keys that the line begins with are those of its first sentence."""
    if _FENCE.match(line):
        return []
    drafts: list[Draft] = []
    leading: list[str] = []
    pieces = _CITED.split(_BULLET.sub("", line))
    for words, cited in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        keys = _ONE_KEY.findall(cited)
        if sentence := words.lstrip(" \t.,;").rstrip():
            drafts.append(Draft(sentence, _few([*leading, *keys])))
            leading = []
        elif drafts:
            drafts[-1] = replace(drafts[-1], keys=_few([*drafts[-1].keys, *keys]))
        else:
            leading = keys
    return drafts


def _salvaged(text: str) -> list[Draft]:
    """The sentences in JSON that is broken."""
    return [draft for match in _SALVAGED.finditer(text) for draft in _of_json(f'{{"text": {match[1]}, "cites": {match[2]}}}')]


def _without_keys(text: str) -> tuple[str, list[str]]:
    keys = [key for match in _CITED.finditer(text) for key in _ONE_KEY.findall(match[1])]
    return re.sub(r"\s+(?=[.,;:!?])", "", _CITED.sub("", text)).strip() if keys else text.strip(), keys


def _few(keys: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys))[:_MAX_KEYS]
