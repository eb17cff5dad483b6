"""The texts that the bundled model learns from, and those that are held back to measure it on.

A file is split by document and not by sentence: its lines are in the order of the documents that they come from, so the
last lines of each file are whole documents that training never sees.
"""

import json
import lzma
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vectorstore.languages import Language

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PairFile:
    """A file of Dutch and English sentences that translate each other: the share held back, and how many are trained on."""

    name: str
    held_back: float
    most: int


@dataclass(frozen=True, slots=True)
class HeadingFile:
    """A file of headings with their Dutch sections; `language` is that of the headings."""

    name: str
    language: Language
    held_back: float
    most: int


PAIR_FILES = (
    PairFile("msdocs_dynamics.tsv", 0.03, 34_000),
    PairFile("msdocs_m365.tsv", 0.03, 34_000),
    PairFile("laws_treaty.tsv", 0.06, 22_000),
)
HEADING_FILES = (
    HeadingFile("laws_heading_article_clean.nl.tsv", "nl", 0.03, 22_000),
    HeadingFile("msdocs_dynamics_heading_section.nl.tsv", "nl", 0.06, 7_000),
    HeadingFile("msdocs_m365_heading_section.nl.tsv", "nl", 0.06, 6_000),
    HeadingFile("msdocs_dynamics_heading_section.en2nl.tsv", "en", 0.06, 9_000),
    HeadingFile("msdocs_m365_heading_section.en2nl.tsv", "en", 0.06, 7_000),
)
LAWS = "laws_sample.nl.txt"
_LAWS_SHARE, _PAIRS_SHARE = 0.25, 0.5  # of the lines that words are counted in

_MIN_SENTENCE, _MAX_SENTENCE = 12, 420  # characters
_MIN_HEADING, _MIN_SECTION, _MAX_SECTION = 8, 60, 700
_MOSTLY = 0.7  # the share of made-up texts of the more likely kind
_MAX_REPEATS = 6  # a heading that stands above more sections than this says nothing about any of them
_GENERIC = frozenset(
    "example,examples,see also,next steps,voorbeeld,voorbeelden,zie ook,volgende stappen,overview,overzicht,note,"
    "opmerking,more information,meer informatie,related articles,related topics,prerequisites,vereisten,introduction,"
    "inleiding".split(",")
)
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|\d+|[^\w\s]")

# What people ask begins with words that headings and laws do not have. The sentences are filled at random, true or not: the
# teacher says what such a question is near to, and the student learns that.
_QUESTIONS: dict[Language, Sequence[str]] = {
    "nl": (
        "Wat is {}?|Hoe {}?|Wat betekent {}?|Hoeveel {}?|Wanneer {}?|Mag ik {}?|Moet ik {}?|Kan ik {}?|Waar vind ik {}?|"
        "Wie {}?|Welke {}?|Hoe zit het met {}?|Wat zijn de regels voor {}?|Heb ik recht op {}?|Wat kost {}?|"
        "Hoe vraag ik {} aan?|Hoe lang duurt {}?|Waarom {}?|Geldt {} ook voor mij?|Wat moet ik doen bij {}?|"
        "Is {} verplicht?|wat vindt {} van {}"
    ).split("|"),
    "en": (
        "What is {}?|How do I {}?|When {}?|How much {}?|Do I have to {}?|Can I {}?|Where do I find {}?|Who {}?|"
        "What are the rules for {}?|Am I entitled to {}?|How long does {} take?|Why {}?|Is {} mandatory?"
    ).split("|"),
}


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is trained on: translated (Dutch, English) sentences, (heading, section, language of the heading), made-up texts."""

    pairs: Sequence[Pair]
    headings: Sequence[tuple[str, str, Language]]
    made_up: Sequence[tuple[str, Language]]


class TrainingData:
    """The folder `data/` with training files and development sets."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; a file is read when it is asked for."""
        self.folder = folder

    def rows(self, name: str) -> list[Pair]:
        """The lines of a training file that have two cells."""
        with lzma.open(self.folder / "training" / f"{name}.xz", "rt", encoding="utf-8") as lines:
            return [(cells[0], cells[1]) for line in lines if len(cells := line.rstrip("\n").split("\t")) == 2]

    def split(self, file: PairFile | HeadingFile) -> tuple[list[Pair], list[Pair]]:
        """What may be trained on, and what is held back."""
        rows = self.rows(file.name)
        cut = int(len(rows) * (1 - file.held_back))
        return rows[:cut], rows[cut:]

    def held_back(self) -> frozenset[str]:
        """Every text that is held back, and each of its sentences, so that none is trained on where it occurs elsewhere too.

        The same pages are cut up into sentence pairs in one file and into sections in another.
        """
        texts = {text for file in (*PAIR_FILES, *HEADING_FILES) for pair in self.split(file)[1] for text in pair}
        return frozenset(texts.union(*(_SENTENCE_END.split(text) for text in texts)))

    def development(self, name: str) -> list[dict[str, Any]]:
        """The records of a development file."""
        return [json.loads(line) for line in (self.folder / "development" / name).read_text("utf-8").splitlines()]

    def word_counts(self, rng: random.Random) -> Counter[str]:
        """How often each word and sign occurs in a sample of the laws and the translated sentences, in lower case."""
        counts: Counter[str] = Counter()
        with lzma.open(self.folder / "training" / f"{LAWS}.xz", "rt", encoding="utf-8") as lines:
            for line in lines:
                if rng.random() < _LAWS_SHARE:
                    counts.update(_WORD.findall(line.lower()))
        for file in PAIR_FILES:
            for pair in self.split(file)[0]:
                if rng.random() < _PAIRS_SHARE:
                    for text in pair:
                        counts.update(_WORD.findall(text.lower()))
        return counts


def read_corpus(data: TrainingData, known_words: Sequence[str], everyday_words: Sequence[str], rng: random.Random) -> Corpus:
    """The corpus, the same for the same seed.

    `known_words` occur in the training files; `everyday_words` are words that the teacher knows and the files may not have:
    the made-up texts show them to the student.
    """
    held_back = data.held_back()
    pairs = [pair for file in PAIR_FILES for pair in _sentence_pairs(data.split(file)[0], held_back, file.most, rng)]
    headings = [
        (heading, section, file.language)
        for file in HEADING_FILES
        for heading, section in _heading_pairs(data.split(file)[0], held_back, file.most, rng)
    ]
    return Corpus(pairs, headings, _made_up(pairs, headings, known_words, everyday_words, rng))


def _sentence_pairs(rows: Sequence[Pair], held_back: frozenset[str], most: int, rng: random.Random) -> list[Pair]:
    """Pairs of sentences of ordinary length, one for each English sentence."""
    found: dict[str, str] = {}
    for dutch, english in rows:
        fits = all(_MIN_SENTENCE < len(text) < _MAX_SENTENCE and text not in held_back for text in (dutch, english))
        if fits and dutch != english:
            found.setdefault(english, dutch)
    pairs = [(dutch, english) for english, dutch in found.items()]
    rng.shuffle(pairs)
    return pairs[:most]


def _heading_pairs(rows: Sequence[Pair], held_back: frozenset[str], most: int, rng: random.Random) -> list[Pair]:
    """Headings that say something, with the beginning of their section."""
    repeats = Counter(heading for heading, _ in rows)
    found: dict[Pair, Pair] = {}
    for heading, section in rows:
        long_enough = len(heading) >= _MIN_HEADING and len(section) >= _MIN_SECTION
        tells = repeats[heading] <= _MAX_REPEATS and own_heading(heading).lower().strip() not in _GENERIC
        if long_enough and tells and heading not in held_back and section not in held_back:
            found.setdefault((heading, section[:200]), (heading, section[:_MAX_SECTION]))
    pairs = list(found.values())
    rng.shuffle(pairs)
    return pairs[:most]


def own_heading(heading: str) -> str:
    """A heading without the title of the law or page that some have behind a dash."""
    return heading.partition(" – ")[0]


def _made_up(
    pairs: Sequence[Pair],
    headings: Sequence[tuple[str, str, Language]],
    known_words: Sequence[str],
    everyday_words: Sequence[str],
    rng: random.Random,
) -> list[tuple[str, Language]]:
    """Sentences with other words in them, questions, and words by themselves."""
    short = [pair for pair in pairs if 25 < len(pair[0]) < 160]

    def word() -> str:
        return rng.choice(everyday_words if rng.random() < _MOSTLY else known_words)

    def some_words(counts: Sequence[int]) -> str:
        return " ".join(word() for _ in range(rng.choice(counts)))

    def subject(own: Sequence[str]) -> str:
        return _in_sentence(rng.choice(own), rng) if rng.random() < _MOSTLY else some_words((1, 2, 3))

    made: list[tuple[str, Language]] = []
    languages: tuple[tuple[Language, int, int], ...] = (("nl", 26_000, 16_000), ("en", 10_000, 6_000))
    for side, (language, sentences, questions) in enumerate(languages):
        own = [heading for heading, _, of in headings if of == language]
        made += [(_swap(rng.choice(short)[side], rng.choice((0.3, 0.5, 0.8)), word, rng), language) for _ in range(sentences)]
        made += [(_fill(rng.choice(_QUESTIONS[language]), lambda: subject(own)), language) for _ in range(questions)]  # noqa: B023  # called at once
    # Words by themselves belong to either language; most of what is asked is Dutch.
    made += [(some_words((1, 2, 2, 3, 4, 6)), "nl") for _ in range(10_000)]
    return made


def _swap(sentence: str, rate: float, word: Callable[[], str], rng: random.Random) -> str:
    """A sentence in which a share of the longer words are others."""

    def parts() -> Iterator[str]:
        for part in sentence.split(" "):
            yield word() if len(part) > 3 and part.isalpha() and rng.random() < rate else part

    return " ".join(parts())


def _fill(template: str, subject: Callable[[], str]) -> str:
    while "{}" in template:
        template = template.replace("{}", subject(), 1)
    return template


def _in_sentence(heading: str, rng: random.Random) -> str:
    own = own_heading(heading).strip(" .:")
    return own[:1].lower() + own[1:] if rng.random() < _MOSTLY else own
