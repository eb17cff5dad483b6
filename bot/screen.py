"""Where the terminal's words go: styled and wrapped on a screen, bare in a pipe."""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from bot.blocks import HEADINGS, INDENTS, Block, BlockKind, blocks_as_text, printable

if TYPE_CHECKING:
    from rich.console import Console

_MAX_WIDTH = 100  # longer lines are hard to read
_PATIENCE_SECONDS = 1.0
_STYLES: Mapping[BlockKind, str] = {
    **dict.fromkeys(HEADINGS, "bold"),
    BlockKind.CAVEAT_HEADING: "bold yellow",
    BlockKind.READ_AS: "italic",
    BlockKind.SILENT: "italic",
    BlockKind.NOTE: "italic",
    BlockKind.SOURCE_NOTE: "italic",
    BlockKind.EDITION: "dim",
}


class Screen:
    """A stream that people or programs read; everything that is written to it has been flushed."""

    def __init__(self, stream: TextIO, *, is_quiet: bool = False) -> None:
        """Nothing is written to a quiet one."""
        self._stream, self._is_quiet = stream, is_quiet
        self.is_terminal = stream.isatty() and not is_quiet

    def show(self, blocks: Sequence[Block]) -> None:
        """An answer, or another run of blocks."""
        if self.is_terminal:
            self._show_styled(blocks)
        else:
            self.line(blocks_as_text(blocks))

    def json(self, data: object) -> None:
        """One JSON object: on one line in a pipe, spread out on a terminal."""
        self.line(json.dumps(data, ensure_ascii=False, indent=2 if self.is_terminal else None))

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Rows in columns on a terminal; in a pipe a line each, tabs between, the names of the columns first."""
        cells = [["" if cell is None else printable(str(cell)) for cell in row] for row in rows]
        if self.is_terminal:
            self._show_table(columns, cells)
        else:
            self.line("\n".join("\t".join(row) for row in [list(columns), *cells]))

    def line(self, text: str) -> None:
        """Text as it is, and the end of the line."""
        if not self._is_quiet:
            self._stream.write(f"{text}\n")
            self._stream.flush()

    @contextmanager
    def progress(self, doing: str) -> Iterator[Callable[[int, int], None]]:
        """A progress bar for work that turns out to take more than a second; hears how much is done, of how much."""
        if not self.is_terminal:
            yield lambda _done, _total: None
            return
        from rich.progress import Progress

        started = time.monotonic()
        with Progress(console=self._console(), transient=True, auto_refresh=False) as bar:
            task = bar.add_task(doing, visible=False)

            def on_progress(done: int, total: int) -> None:
                is_slow = time.monotonic() - started > _PATIENCE_SECONDS
                bar.update(task, completed=done, total=total, visible=is_slow, refresh=is_slow)

            yield on_progress

    @contextmanager
    def preview(self) -> Iterator[Callable[[Sequence[Block]], None]]:
        """Blocks that stand on a terminal until the block ends, each run in place of the one before; nothing in a pipe."""
        if not self.is_terminal:
            yield lambda _blocks: None
            return
        from rich.console import Group
        from rich.live import Live
        from rich.padding import Padding
        from rich.text import Text

        console = self._console()
        with Live(console=console, transient=True, auto_refresh=False) as live:

            def show(blocks: Sequence[Block]) -> None:
                rows = (Text(block.text, _STYLES.get(block.kind, "")) for block in blocks)
                indents = (INDENTS.get(block.kind, 0) for block in blocks)
                live.update(
                    Group(*(Padding(row, (0, 0, 0, indent)) for row, indent in zip(rows, indents, strict=True))), refresh=True
                )

            yield show

    def _show_styled(self, blocks: Sequence[Block]) -> None:
        from rich.text import Text

        console = self._console()
        for index, block in enumerate(blocks):
            if index and block.is_set_apart:
                console.print()
            indent = INDENTS.get(block.kind, 0)
            for line in _lines(block):
                for row in Text(line, _STYLES.get(block.kind, "")).wrap(console, console.width - indent) or [Text()]:
                    row.rstrip()
                    console.print(Text(" " * indent).append_text(row), soft_wrap=True)

    def _show_table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        from rich.table import Table
        from rich.text import Text

        table = Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console(full_width=True).print(table)

    def _console(self, *, full_width: bool = False) -> "Console":
        from rich.console import Console

        console = Console(file=self._stream, highlight=False, markup=False, emoji=False, color_system=None if _plain() else "auto")
        if not full_width:
            console.width = min(console.width, _MAX_WIDTH)
        return console


def _plain() -> bool:
    """Whether no styles are wanted: https://no-color.org says any value but an empty one."""
    return bool(os.environ.get("NO_COLOR"))


def _lines(block: Block) -> list[str]:
    """The lines that the bot itself breaks; the screen breaks the others where it must, so those of the document go."""
    return block.text.split("\n") if block.kind is BlockKind.MESSAGE else [block.with_link.replace("\n", " ")]
