"""The questions of policyqa on all its documents: `python -m tests.evaluation.policyqa DATA`.

Prints in how many answers the span that people marked stands inside the first quotation, for all questions and for those of its
test split, beside what the best single sentence by BM25 holds: the same sentences, Dutch stems, no parts of compounds.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.evaluate_command import workspace_of
from bot.evaluation import Case, Documents, evaluate, holds
from bot.quality import wilson
from bot.screen import Screen
from vectorstore.words import content_words, stem

if TYPE_CHECKING:
    from vectorstore.catalog import Catalog


@contextmanager
def policyqa(data: Path) -> Iterator[tuple[Documents, Mapping[str, Sequence[Case]]]]:
    """The documents, as files that are there for as long as the block runs, and the questions of each split."""
    folder = data / "development" / "policyqa"
    with TemporaryDirectory(prefix="policyqa-") as texts:
        for number, line in enumerate((folder / "corpus.jsonl").read_text("utf-8").splitlines()):
            (Path(texts) / f"p{number:03}.txt").write_text(json.loads(line)["text"], "utf-8")
        cases: dict[str, list[Case]] = {"train": [], "test": []}
        for number, line in enumerate((folder / "queries.nl.jsonl").read_text("utf-8").splitlines()):
            each = json.loads(line)
            expect = ((each["answer"],),)
            cases[each["split"]].append(Case(f"policyqa {number}", "nl", "policyqa", (each["query"],), expect, status="answered"))
        yield Documents(((Path(texts), {}),)), cases


def main(data: Path) -> None:
    """Ask, count, print."""
    if not (data / "development" / "policyqa").is_dir():
        print(f"policyqa is skipped: it is not in {str(data)!r}")
        return
    with policyqa(data) as (documents, by_split), workspace_of(documents, Screen(sys.stderr, is_quiet=True)) as workspace:
        explainer = workspace.explainer
        with workspace.catalog() as (_, catalog):
            print("policyqa, the marked span inside the first quotation (needs ../shared)")
            for name, cases in (("all", [*by_split["train"], *by_split["test"]]), ("test split", by_split["test"])):
                marks = [outcome.marks["first"] for outcome in evaluate(cases, explainer, catalog, workspace.debate)]
                _print(f"{name}, first quotation", sum(marks), len(cases))
                _print(f"{name}, best sentence by BM25", _best_by_bm25(cases, catalog), len(cases))


def _best_by_bm25(cases: Sequence[Case], catalog: "Catalog") -> float:
    import bm25s

    sentences = [stored.passage.text_of(sentence) for stored in catalog.all_passages() for sentence in stored.passage.sentences]
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index([_stems(sentence) for sentence in sentences], show_progress=False)
    best = [sentences[int(index.get_scores(_stems(case.turns[0])).argmax())] for case in cases]
    return float(sum(holds(case, [sentence]) for case, sentence in zip(cases, best, strict=True)))


def _stems(text: str) -> list[str]:
    return [stem(word, "nl") for word in content_words(text, "nl")] or [""]


def _print(name: str, hits: float, count: int) -> None:
    low, high = wilson(hits / count, count)
    print(f"{name}\t{count}\t{hits / count:.3f}\t{low:.2f}–{high:.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
