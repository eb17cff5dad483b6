"""Characters that nobody sees and that readers of another kind do: where they stand, and how they are shown."""

import re
import unicodedata
from collections.abc import Iterator

_CONTROLS = "\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f"
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
_ZERO_WIDTH = "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e007f"
_RUN = re.compile(f"[{_CONTROLS}{_FILLERS}{_ZERO_WIDTH}{_SELECTORS}{_TAGS}]+")
_FLAG = re.compile("[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")  # of England, Scotland, Wales
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_JOINING = re.compile("[\u0600-\u08ff\u0900-\u0dff\u1800-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1980-\u19df]")
_SELECTOR = re.compile(f"[{_SELECTORS}\u180b-\u180f]")
_SELECTED = re.compile("[\u1820-\u18aa\u2200-\u22ff\u2a00-\u2aff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_DEBRIS = {"\u200b", "\u2060", "\ufeff"}  # what web editors leave behind
_BLACK_FLAG = "\U0001f3f4"
_NEARBY = 12  # characters within which a direction mark has text to set the direction of
_INFORMATION = "\u2139"  # a letter that has a picture


def hidden_spans(text: str) -> Iterator[tuple[int, int]]:
    """The runs of invisible characters that the text can do without.

    Not among them: soft hyphens, what joins or colours emoji, what Arabic, Hebrew, Indic, Thai and ideographic writing needs, and
    a single character without width at the edge of a word, where it parts and hides nothing.
    """
    for run in _RUN.finditer(text):
        if not _belongs(text, *run.span()):
            yield run.span()


def is_invisible(char: str) -> bool:
    """Whether a character is one that nobody sees, wherever it stands."""
    return _RUN.match(char) is not None


def visible(text: str) -> str:
    """The text with its hidden characters named ("⟨U+200B⟩"), so that they neither hide nor steer a terminal; the rest as it is."""
    parts, done = [], 0
    for start, end in hidden_spans(text):
        parts += [text[done:start], f"⟨{code_points(text[start:end])}⟩"]
        done = end
    return "".join([*parts, text[done:]])


def code_points(run: str) -> str:
    """The name of a run of characters: "U+200B", or "U+E0041 … U+E007F" for the first and the last of several."""
    first, last = f"U+{ord(run[0]):04X}", f"U+{ord(run[-1]):04X}"
    return first if len(run) == 1 else f"{first} … {last}"


def _belongs(text: str, start: int, end: int) -> bool:
    """Whether a run does what it was made for."""
    run, before, after = text[start:end], text[start - 1 : start], text[end : end + 1]
    if run in _DEBRIS and (_is_no_letter(before) or _is_no_letter(after)):
        return True
    match run:
        case "\u200d" | "\ufe0f\u200d" if _is_picture(before) and _is_picture(after):
            return True
        case "\u200c" | "\u200d":
            needs = _JOINING.match(before)
        case "\u200e" | "\u200f" | "\u061c":
            needs = _RIGHT_TO_LEFT.search(text, max(0, start - _NEARBY), end + _NEARBY)
        case "\u200b":
            needs = _UNSPACED.match(before)
        case "\ufe0e" | "\ufe0f":
            return _is_picture(before) or unicodedata.category(before or " ")[0] in "PN"
        case _ if _SELECTOR.fullmatch(run):
            needs = _SELECTED.match(before)
        case _:
            needs = _FLAG.fullmatch(run) if before == _BLACK_FLAG else None
    return needs is not None


def _is_no_letter(char: str) -> bool:
    """Whether a word ends here: at white space, at punctuation, or where there is no more text."""
    return not char or char.isspace() or unicodedata.category(char)[0] == "P"


def _is_picture(char: str) -> bool:
    return char != "" and (unicodedata.category(char)[0] == "S" or char == _INFORMATION)
