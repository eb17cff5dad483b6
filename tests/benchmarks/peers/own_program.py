"""Kanttekening itself, asked as its peers are: what it finds is timed with the whole answer made and written out as text."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.peers.protocol import BEST, Found, main

if TYPE_CHECKING:
    from bot.workspace import Workspace


class Kanttekening:
    """The program as the terminal has it, without the dossier: only the documents that all have.

    Nothing of it is imported before it is timed, as with the peers.
    """

    def ingest(self, folder: Path, store: Path) -> tuple[int, int]:
        """An edition of the folder."""
        from bot.workspace import IngestOptions

        workspace = _workspace(store)
        workspace.ingest([str(folder)], {}, IngestOptions())
        with workspace.catalog() as (info, _):
            return info.documents, info.passages

    def open(self, store: Path) -> Callable[[str], Found]:
        """The explainer: passages in the order of the best sentence that was weighed for the answer."""
        workspace = _workspace(store)
        explainer = workspace.explainer
        from bot.rendering import as_plain_text

        def answer(question: str) -> Found:
            explained = explainer.answer(question)
            as_plain_text(explained.answer, workspace.debate)
            weighed = [choice.scored.passage for choice in explained.choices] or explained.evidence.passages
            best = list({each.passage.id: each for each in weighed}.values())[:BEST]
            return [{"file": Path(each.source.place).name, "text": each.passage.text} for each in best]

        return answer


def _workspace(home: Path) -> "Workspace":
    from bot.screen import Screen
    from bot.workspace import Workspace

    return Workspace(Screen(sys.stderr, is_quiet=True), home=home, dossier="off")


if __name__ == "__main__":
    os.environ["KANTTEKENING_DOSSIER"] = "off"
    main(Kanttekening())
