"""Makes `model/lexicon.tsv`: English stem to the Dutch stems that translate it, from sentence pairs.

    python -m vectorstore.training.lexicon PAIRS.tsv.xz … > vectorstore/model/lexicon.tsv

Two passes. The first counts which stems occur in the same pair of sentences. The second links each English stem of a
pair to the one Dutch stem it is most associated with there (competitive linking, Melamed 2000, "Models of translational
equivalence among words"), which keeps words that merely go together from passing for translations.
"""

import lzma
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from vectorstore.words import content_words, stem

_MAX_WORDS = 30  # longer sentences link by chance
_MIN_COUNT, _MIN_SHARE, _MAX_TRANSLATIONS = 5, 0.12, 3

Pair = tuple[list[str], list[str]]


def read_pairs(paths: list[Path]) -> Iterator[Pair]:
    """The content stems of Dutch and English sentences that translate each other."""
    for path in paths:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                dutch, _, english = line.rstrip("\n").partition("\t")
                nl = sorted({stem(word, "nl") for word in content_words(dutch, "nl") if word.isalpha()})
                en = sorted({stem(word, "en") for word in content_words(english, "en") if word.isalpha()})
                if nl and en and max(len(nl), len(en)) <= _MAX_WORDS:
                    yield nl, en


def association(pairs: list[Pair]) -> dict[tuple[str, str], float]:
    """How strongly an English and a Dutch stem go together: the product of the two conditional shares."""
    both: Counter[tuple[str, str]] = Counter()
    of_nl: Counter[str] = Counter()
    of_en: Counter[str] = Counter()
    for nl, en in pairs:
        of_nl.update(nl)
        of_en.update(en)
        both.update((e, n) for e in en for n in nl)
    return {(e, n): count * count / (of_en[e] * of_nl[n]) for (e, n), count in both.items() if count >= _MIN_COUNT}


def link(pairs: list[Pair], strength: dict[tuple[str, str], float]) -> dict[str, Counter[str]]:
    """How often each English stem is linked to each Dutch one, every stem of a pair at most once."""
    links: dict[str, Counter[str]] = {}
    for nl, en in pairs:
        ranked = sorted(((strength[e, n], e, n) for e in en for n in nl if (e, n) in strength), reverse=True)
        free_en, free_nl = set(en), set(nl)
        for _, e, n in ranked:
            if e in free_en and n in free_nl:
                links.setdefault(e, Counter())[n] += 1
                free_en.discard(e)
                free_nl.discard(n)
    return links


def main() -> None:
    """Print the lexicon, most frequent links first in each line."""
    pairs = list(read_pairs([Path(name) for name in sys.argv[1:]]))
    print(f"{len(pairs):,} pairs", file=sys.stderr)
    links = link(pairs, association(pairs))
    for english in sorted(links):
        total = links[english].total()
        best = [(n, count / total) for n, count in links[english].most_common(_MAX_TRANSLATIONS)]
        kept = [f"{n}:{share:.2f}" for n, share in best if share >= _MIN_SHARE and links[english][n] >= _MIN_COUNT and n != english]
        if kept and len(english) > 1:
            print(english, *kept, sep="\t")


if __name__ == "__main__":
    main()
