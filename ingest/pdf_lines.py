"""The words of a PDF page as pieces of text: what stands together on one row, in one look."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pypdfium2

from ingest.pdf_glyphs import HYPHEN, PRIVATE, Box, PageWords, Style, Word

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_BULLETS = "•●▪■□◦○‣▸►➢➤✓✔❖◆◇∙·–-\uf0b7\uf0a7\uf0d8\uf076\uf0fc\uf0a8\uf06e"
_MAY_BEGIN_A_WORD = "–-·"
_NUMBER = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-zA-Z]|[ivx]{1,4})[.)]?|[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_APART = 0.9  # of the size: a wider gap may part columns or cells
_BACK = 0.6  # of the size: what begins further back begins anew
_TOUCHING = 0.35  # of the size: what is nearer is one text, in whatever order it was drawn
_WORD_GAP = 0.15  # of the size: what is further apart are two words
_SAME_ROW = 0.45  # of the lower one's height
_RAISED_SIZE, _RAISED_BY = 0.85, 0.08  # of the size of the text beside it
_MOSTLY = 0.85


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of text on one row; the page's upper left corner is (0, 0) and y grows downwards.

    It ends with `HYPHEN` where its row ends in a word. `is_row`: it is a row of a table or of a table of contents.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    style: Style
    bullet: bool = False
    is_row: bool = False

    @property
    def size(self) -> float:
        """The size of most of its text."""
        return self.style.size

    def beside(self, other: "Line") -> bool:
        """Whether the two stand on one row."""
        return _share_row(self.top, self.bottom, other.top, other.bottom)

    def above(self, other: "Line") -> bool:
        """Whether the two share a part of their width, and this one begins higher."""
        return self.left < other.right and other.left < self.right and self.top < other.top

    @property
    def is_bullet_sign(self) -> bool:
        """Whether it is the sign before an item of a list, and nothing else."""
        return len(self.text) == 1 and self.text in _BULLETS + "o"

    @property
    def is_marker(self) -> bool:
        """Whether it is a number, as before an item of a list or a heading, and nothing else."""
        return _NUMBER.fullmatch(self.text) is not None

    def joined(self, other: "Line", *, space: str = " ") -> "Line":
        """This piece and the one to the right of it as one, in the look of the longer."""
        return replace(
            self,
            text=self.text + space + other.text,
            left=min(self.left, other.left),
            top=min(self.top, other.top),
            right=max(self.right, other.right),
            bottom=max(self.bottom, other.bottom),
            style=self.style if len(self.text) >= len(other.text) else other.style,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """The pieces of text on a page in the order in which they were drawn, and how many glyphs have no known letter.

    `pictures` counts the pictures where there is little text, and `pictured` is the share of the page that they take.
    """

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    glyphs: int = 0
    unknown: int = 0
    pictures: int = 0
    pictured: float = 0.0


@dataclass(slots=True)
class _Run:
    """A piece that is still being read; `top`, `bottom` and `size` are those of its largest letters."""

    left: float
    top: float
    right: float
    bottom: float
    size: float
    last_left: float
    words: list[tuple[str, Style, float]] = field(default_factory=list)

    def takes(self, box: Box, size: float) -> bool:
        """Whether a word goes on where this piece ends; the letters of one ligature have one place."""
        size = max(size, self.size)
        is_further = box[0] > self.last_left - _BACK * size and box[0] - self.right < _APART * size
        return is_further and _share_row(self.top, self.bottom, box[1], box[3])

    def add(self, word: Word, box: Box) -> None:
        """Puts a word behind the others."""
        gap = box[0] - self.right
        if self.words and (word.space or (word.new_line and gap > _WORD_GAP * self.size)):
            self.words.append((" ", word.style, box[3]))
        self.words.append((word.letters, word.style, box[3]))
        self.right, self.last_left = max(self.right, box[2]), box[0]
        if word.style.size > self.size:
            self.size, self.top, self.bottom = word.style.size, box[1], box[3]

    def line(self) -> Line | None:
        """The piece, or nothing where there is nothing to read."""
        style = _common_style([(letters, style) for letters, style, _ in self.words if letters != " "])
        text = unicodedata.normalize("NFC", "".join(self._letters(*word, style.size) for word in self.words)).strip()
        text = text[:-1].replace(HYPHEN, "") + text[-1:]
        rest = text[1:].strip()
        bullet = bool(rest) and (_is_bullet(text) or (text[:2] == "o " and self.words[0][1] != self.words[-1][1]))
        text = rest if bullet else text
        if len(text) > 1:
            text = " ".join("".join(char for char in text if ord(char) not in PRIVATE).split())
        if text in {"", HYPHEN}:
            return None
        return Line(text, self.left, self.top, self.right, self.bottom, style, bullet)

    def _letters(self, letters: str, style: Style, bottom: float, size: float) -> str:
        is_raised = style.size < _RAISED_SIZE * size and bottom < self.bottom - _RAISED_BY * size
        return letters.translate(_RAISED) if is_raised else letters


def read_page(page: pypdfium2.PdfPage, number: int) -> Page:
    """The text of a page; what lies outside the page, where no reader finds it, is left out."""
    words = PageWords(page)
    try:
        left, top, right, bottom = words.frame
        runs, count, unknown = _runs(words, words.frame)
    finally:
        words.close()
    lines = [line for run in runs if (line := run.line())]
    return Page(number, right - left, bottom - top, tuple(_touching_joined(lines)), count, unknown)


def _runs(words: Iterable[Word], frame: Box) -> tuple[list[_Run], int, int]:
    runs: list[_Run] = []
    count = unknown = 0
    for word in words:
        count += word.glyphs
        unknown += word.glyphs - word.known
        left, top, right, bottom = word.box
        if not word.letters or not (frame[0] <= (left + right) / 2 <= frame[2] and frame[1] <= (top + bottom) / 2 <= frame[3]):
            continue
        box = (left - frame[0], top - frame[1], right - frame[0], bottom - frame[1])
        if not runs or not runs[-1].takes(box, word.style.size):
            runs.append(_Run(*box, word.style.size, box[0]))
        runs[-1].add(word, box)
    return runs, count, unknown


def _touching_joined(lines: list[Line]) -> list[Line]:
    """Pieces of one row that were drawn apart, joined: some programs draw the bold words of a line after the others."""
    joined: list[Line] = []
    for line in lines:
        for place, other in enumerate(joined):
            left, right = (other, line) if other.left <= line.left else (line, other)
            gap = right.left - left.right
            if abs(gap) < _TOUCHING * max(line.size, other.size) and other.beside(line) and not right.bullet:
                joined[place] = left.joined(right, space=" " if gap > _WORD_GAP * line.size else "")
                break
        else:
            joined.append(line)
    return joined


def _share_row(top: float, bottom: float, other_top: float, other_bottom: float) -> bool:
    shared = min(bottom, other_bottom) - max(top, other_top)
    return shared > _SAME_ROW * min(bottom - top, other_bottom - other_top)


def _is_bullet(text: str) -> bool:
    return text[0] in _BULLETS and (text[1] == " " or text[0] not in _MAY_BEGIN_A_WORD)


def _common_style(words: list[tuple[str, Style]]) -> Style:
    """The look of most of a text; it is bold or italic, or has a colour, where nearly all of it has."""
    styles: Counter[Style] = Counter()
    for letters, style in words:
        styles[style] += len(letters)
    colours: Counter[int] = Counter()
    for style, count in styles.items():
        colours[style.colour] += count
    enough = _MOSTLY * styles.total()
    colour, count = colours.most_common(1)[0]
    return Style(
        size=styles.most_common(1)[0][0].size,
        bold=sum(count for style, count in styles.items() if style.bold) >= enough,
        italic=sum(count for style, count in styles.items() if style.italic) >= enough,
        colour=colour if count >= enough else -1,
    )
