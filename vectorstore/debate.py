"""The debate: its title, its voices, what counts as its caveat, and the words of its field.

Nothing else in the program knows what the debate is about; `vectorstore.debate_file` reads it from a file.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEBATE_FILE, DOCUMENTS = "debate.toml", "documents"
_BUNDLED = Path(__file__).with_name(DEBATE_FILE)
_MAX_SLUG = 40


@dataclass(frozen=True, slots=True)
class Voice:
    """An actor in the debate whose position is reported; `debate.toml` says what each field means."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    asked_as: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    person: bool = False
    article: str | None = None
    english: str | None = None

    def __hash__(self) -> int:
        """That of the id alone: caches ask for it all the time, and no two voices of a debate have the same."""
        return hash(self.id)

    def called(self, language: str) -> str:
        """The name as a sentence in a language has it: "de Algemene Rekenkamer", "the author of the column"."""
        if language == "en":
            return self.english or self.name
        return f"{self.article} {self.name}" if self.article else self.name

    def was_in_office(self, date: str) -> bool:
        """Whether an ISO date, possibly partial, falls within the term of office."""
        return bool(self.titles) and (self.since or "") <= date and (self.until is None or date < self.until)


@dataclass(frozen=True, slots=True)
class Caveat:
    """Which sentences state the caveat, in regular expressions that are compared without regard to case.

    A sentence states it where it has every part of one of the `statements`; one that has any of `preferred` is the better
    caveat. `called` holds what people call it who want it left out.
    """

    statements: tuple[tuple[str, ...], ...] = ()
    preferred: tuple[str, ...] = ()
    called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """How this debate is asked about.

    `common` holds words that everything in it is about, beside those of its title; `subjects` what a question can be for or
    against ("moet ik voor X zijn?"); `works` names after "volgens" that are a document's or a rule's, and nobody's.
    """

    common: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    works: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Debate:
    """What the two sides of the program know of the debate. Its repr holds all that an ingest depends on.

    `texts` holds (language, name, text) for what the bot says otherwise in this debate; `register` what an entry in the
    Algoritmeregister says otherwise, by its fields; `documents` is the folder of the debate's own documents, None where the
    bundled dossier goes with it; `file` is where all this was read.
    """

    title: str
    voices: tuple[Voice, ...]
    caveat_document: str
    word_groups: tuple[tuple[str, ...], ...] = ()
    caveat: Caveat = Caveat()
    asking: Asking = Asking()
    english: str | None = field(default=None, repr=False)
    texts: tuple[tuple[str, str, str], ...] = field(default=(), repr=False)
    register: Mapping[str, object] = field(default_factory=dict, repr=False, hash=False)
    documents: Path | None = field(default=None, repr=False)
    file: Path = field(default=_BUNDLED, repr=False)

    def __hash__(self) -> int:
        """That of the title and the file, for the same reason."""
        return hash((self.title, self.file))

    def titled(self, language: str) -> str:
        """The title as a sentence in a language has it."""
        return (self.english if language == "en" else None) or self.title

    def voice(self, voice_id: str) -> Voice | None:
        """The voice with an id, or None."""
        return next((voice for voice in self.voices if voice.id == voice_id), None)

    def voice_named(self, name: str) -> Voice | None:
        """The voice that a name, such as a document's author, stands for, or None."""
        wanted = name.strip().casefold()
        for voice in self.voices:
            if wanted in {voice.id, voice.name.casefold(), *(alias.casefold() for alias in voice.aliases)}:
                return voice
        return None


def load_debate(path: Path | None = None) -> Debate:
    """The debate in a folder or a TOML file, or the bundled one.

    Raises:
        UsageError: it is missing or does not describe a debate; the message names the file, the field and its value.
    """
    from vectorstore.debate_file import read_debate  # it makes what is defined here

    bundled = read_debate(_BUNDLED)
    return read_debate(path, bundled) if path else bundled


def documents_folder(path: Path | None) -> Path | None:
    """The folder of a debate's own documents; None where it has none, and the bundled dossier goes with it."""
    if path is None:
        return None
    place = path.expanduser().absolute()
    folder = (place if place.is_dir() else place.parent) / DOCUMENTS
    return folder if folder.is_dir() else None


def home_name(documents: Path) -> str:
    """A name for what is kept of the debate with these documents, which no other debate has."""
    place = documents.parent.resolve()
    digest = hashlib.sha256(str(place).encode("utf-8", "surrogateescape")).hexdigest()[:10]
    slug = re.sub(r"[^a-z0-9]+", "-", place.name.lower()).strip("-")[:_MAX_SLUG]
    return f"{slug or 'debate'}-{digest}"


def names_pattern(names: Iterable[str], *, ignore_case: bool = False) -> re.Pattern[str]:
    """A pattern that finds any of the names as whole words, the longest first.

    "BCG" is found in "BCG-rapport" and "BCG's" but not in "ABCGD"; without names it finds nothing.
    """
    ordered = sorted(set(names), key=lambda name: (-len(name), name))
    if not ordered:
        return re.compile(r"(?!)")
    choices = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in ordered)
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)", re.IGNORECASE if ignore_case else 0)
