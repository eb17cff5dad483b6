"""Draws marks with matplotlib, which no other file touches, and measures texts as they will be drawn.

What one of the faces lacks is named by its code point: emoji, and scripts from the right, which would come out in disorder.
"""

import ctypes
import gc
import io
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from bot.picture_marks import BLUE, PAPER, WIDTH, Arrow, Box, Dot, Face, Mark, Rule, Sheet, Words
from vectorstore.invisible import code_points, is_invisible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 100
_POINTS = 72 / _DPI
_COLOURS = 48  # of paper, letters and their edges: a third of the bytes, and no eye sees it
_SOFT_HYPHEN = "\u00ad"
_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_LIBRARY = "MPLCONFIGDIR"
_lock = Lock()


@contextmanager
def drawing(folder: Path | None = None) -> Iterator[None]:
    """A turn to measure and to draw: one thread at a time.

    In `folder` the library keeps what it knows of the fonts here, for the next time; without one, or where it cannot be
    written, it keeps nothing. Nothing else is written anywhere.
    """
    with _lock:
        if "matplotlib.figure" not in sys.modules:
            with _library_folder(folder):
                _load()
        yield


def let_go() -> None:
    """Give back the memory that drawing took, some 40 MB: figures are cycles, and the C library keeps what is freed."""
    gc.collect()
    with suppress(OSError, AttributeError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)


def measure(text: str, face: Face, size: float) -> float:
    """How wide a text is drawn, in pixels; to be called inside `drawing`."""
    return _width(text, face, round(size, 2))


def drawable(text: str) -> str:
    """The text as the letters can draw it, the rest named: "⟨U+1F642⟩"; what nobody sees is left out."""
    parts: list[str] = []
    unknown = ""
    for char in text:
        if is_invisible(char) or char == _SOFT_HYPHEN:
            continue
        if _is_known(char):
            parts += [f"⟨{code_points(unknown)}⟩", char] if unknown else [char]
            unknown = ""
        else:
            unknown += char
    return "".join([*parts, f"⟨{code_points(unknown)}⟩"] if unknown else parts)


def as_png(sheet: Sheet, about: Mapping[str, str]) -> bytes:
    """The sheet as a PNG with what is said about it; the same bytes for the same sheet. To be called inside `drawing`."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    figure = as_figure(sheet)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[:, :, :3].copy()
    vars(canvas.get_renderer()).clear()  # every text holds on to it, and they and the figure hold each other: 10 MB of pixels
    figure.clear()
    said = PngInfo()
    for name, text in about.items():
        said.add_itxt(name, text)
    image = Image.fromarray(pixels).quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    image.save(out, "PNG", pnginfo=said, optimize=True)
    return out.getvalue()


def as_vectors(sheet: Sheet, form: str, title: str) -> bytes:
    """The sheet as "svg" or "pdf"; the same bytes for the same sheet. To be called inside `drawing`."""
    import matplotlib as mpl

    out = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "kanttekening", "pdf.fonttype": 42}):
        figure = as_figure(sheet)
        figure.savefig(out, format=form, metadata={**_FORMATS[form], "Title": title}, facecolor=PAPER)
        figure.clear()
    return out.getvalue()


def as_figure(sheet: Sheet) -> "Figure":
    """The sheet as a figure of matplotlib, each text an artist of its own."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / _DPI, sheet.height / _DPI), dpi=_DPI, facecolor=PAPER)
    for order, mark in enumerate(sheet.marks):
        artist = _artist(mark, sheet.height, figure)
        artist.set_zorder(order)
        figure.add_artist(artist)
    return figure


def _artist(mark: Mark, height: float, figure: "Figure") -> Any:  # noqa: ANN401  # the library's classes have little in common
    from matplotlib.lines import Line2D
    from matplotlib.patches import Circle, FancyBboxPatch, Polygon
    from matplotlib.text import Text

    def inch(x: float) -> float:
        return x / _DPI

    def up(y: float) -> float:
        return (height - y) / _DPI

    place = figure.dpi_scale_trans
    match mark:
        case Words():
            letters = _font(mark.face, mark.size)
            text = Text(inch(mark.x), up(mark.y), drawable(mark.text), color=mark.colour, parse_math=False, fontproperties=letters)
            text.set(horizontalalignment=mark.anchor, verticalalignment="baseline", transform=place)
            return text
        case Box():
            corner, size = (inch(mark.x), up(mark.y + mark.height)), (inch(mark.width), inch(mark.height))
            style = f"round,pad=0,rounding_size={inch(mark.radius)}" if mark.radius else "square,pad=0"
            edge = mark.edge or "none"
            return FancyBboxPatch(
                corner, *size, boxstyle=style, facecolor=mark.fill, edgecolor=edge, linewidth=1.5 * _POINTS, transform=place
            )
        case Rule():
            ends = [inch(mark.x1), inch(mark.x2)], [up(mark.y1), up(mark.y2)]
            line = Line2D(*ends, color=mark.colour, linewidth=mark.width * _POINTS, transform=place)
            line.set_linestyle((0, (1.5, 1.5)) if mark.is_dashed else "-")
            line.set_solid_capstyle("butt")
            return line
        case Arrow():
            back = mark.x - mark.size * (1.5 if mark.is_to_right else -1.5)
            corners = [(mark.x, mark.y), (back, mark.y - mark.size), (back, mark.y + mark.size)]
            return Polygon([(inch(x), up(y)) for x, y in corners], facecolor=mark.colour, edgecolor="none", transform=place)
        case Dot():
            fill = BLUE if mark.is_filled else PAPER
            centre = (inch(mark.x), up(mark.y))
            return Circle(centre, inch(mark.radius), facecolor=fill, edgecolor=BLUE, linewidth=4 * _POINTS, transform=place)


def _load() -> None:
    """Import the library, which reads where its folder is when it is imported."""
    import matplotlib.backends.backend_pdf
    import matplotlib.backends.backend_svg
    import matplotlib.figure

    logging.getLogger(matplotlib.__name__).setLevel(logging.ERROR)


@contextmanager
def _library_folder(folder: Path | None) -> Iterator[None]:
    """The folder that is named, or a temporary one; the library hears of it through the environment, and only meanwhile."""
    with tempfile.TemporaryDirectory(prefix="kanttekening-") as temporary:
        place = Path(temporary)
        with suppress(OSError):
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                place = folder if os.access(folder, os.W_OK) else place
        before = os.environ.get(_LIBRARY)
        os.environ[_LIBRARY] = str(place)
        try:
            yield
        finally:
            os.environ.pop(_LIBRARY)
            if before is not None:
                os.environ[_LIBRARY] = before


@cache
def _letters(face: Face) -> Path:
    """The file of a face, which comes with the library."""
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / face.value


@lru_cache(256)
def _font(face: Face, size: float) -> Any:  # noqa: ANN401  # of the library
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=_letters(face), size=size * _POINTS)


@cache
def _known(face: Face) -> frozenset[int]:
    """The code points that a face has letters for."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(_letters(face))).get_charmap())


@lru_cache(10_000)
def _is_known(char: str) -> bool:
    return all(ord(char) in _known(face) for face in Face)


@cache
def _renderer() -> Any:  # noqa: ANN401  # of the library
    from matplotlib.backends import backend_agg

    agg: Any = backend_agg
    return agg.RendererAgg(1, 1, _DPI)


@lru_cache(20_000)
def _width(text: str, face: Face, size: float) -> float:
    width, _, _ = _renderer().get_text_width_height_descent(drawable(text), _font(face, size), ismath=False)
    return float(width)
