"""From an origin to a Document: the stored text, and what is known of its source."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, fields
from pathlib import Path

from ingest.extraction import Extracted, RefusedError
from ingest.formats import extract
from ingest.metadata import Metadata, merge, metadata_from, one_line
from ingest.origins import DOSSIER_PLACE, Origin
from vectorstore.dates import is_date
from vectorstore.debate import Debate
from vectorstore.languages import detect_language
from vectorstore.passages import Document, Reference, Source, Wording


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document, and what of its file is not in the text, each in one line of printable words."""

    document: Document
    not_read: tuple[str, ...] = ()


def load(origin: Origin, given: Metadata, debate: Debate, data: bytes | None = None, source_id: str | None = None) -> Loaded:
    """The document at an origin, or in `data` where that has been read; what is given wins over what the file says.

    It gets the id of its place, unless it has one already.

    Raises:
        RefusedError: it cannot be read or holds no text.
    """
    extracted = extract(origin.path.suffix.lower(), origin.read() if data is None else data)
    said = merge(given, merge(origin.said, metadata_from(extracted.metadata)))
    own = origin.place.removeprefix(DOSSIER_PLACE) if origin.is_dossier else id_of(origin)
    document = Document(
        source=_source(source_id or own, origin, said, extracted, debate),
        text=extracted.text,
        paragraphs=extracted.paragraphs,
        sections=extracted.sections,
    )
    return Loaded(document, tuple(line for each in extracted.not_read if (line := one_line(each))))


def id_of(origin: Origin, number: int = 0) -> str:
    """The id of the document at an origin: readable, and never that of another place; `number` asks for another one."""
    digest = hashlib.sha256((origin.place + "\0" * number).encode("utf-8", "surrogateescape")).hexdigest()[:10]
    plain = unicodedata.normalize("NFKD", origin.path.stem.lower()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "document"
    return f"{slug}-{digest}"


def _source(source_id: str, origin: Origin, said: Metadata, extracted: Extracted, debate: Debate) -> Source:
    is_dossier = origin.is_dossier
    return Source(
        id=source_id,
        title=said.title or _title_from_name(origin.path),
        place=origin.place,
        language=said.language or detect_language(extracted.text),
        kind=said.kind or "document",
        wording=_wording(said.wording),
        publisher=said.publisher,
        author=said.author,
        published=said.published if said.published and is_date(said.published) else None,
        url=said.url,
        voice=_voice(said, debate),
        after=_reference(extracted.metadata.get("after")) if is_dossier else None,
        basis=one_line(extracted.metadata.get("basis")) if is_dossier else None,
        basis_note=one_line(extracted.metadata.get("basis_note")) if is_dossier else None,
        page_labels=extracted.page_labels,
    )


def _voice(said: Metadata, debate: Debate) -> str | None:
    """The voice that is said, or else the one whose own words a document holds."""
    voice = said.voice or _own_voice(said, debate)
    if voice is None or debate.voice(voice) is not None:
        return voice
    known = debate.voice_named(voice)
    if known is None:
        raise RefusedError(f"its voice {voice!r} is not one of {', '.join(each.id for each in debate.voices)}")
    return known.id


def _own_voice(said: Metadata, debate: Debate) -> str | None:
    """The voice whose own words a document holds: its author, or the organisation that published it.

    A name may go with a function or with others ("Selma Haddad, Joris Wiebenga"); the first that is a voice counts.
    """
    for names, may_be_person in ((said.author, True), (said.publisher, False)):
        for name in (names or "").split(","):
            if (found := debate.voice_named(name)) and (may_be_person or not found.person):
                return found.id
    return None


def _title_from_name(path: Path) -> str:
    words = re.sub(r"[-_]+", " ", path.stem).strip() or path.name
    return one_line(words[:1].upper() + words[1:]) or "Document"


def _reference(raw: object) -> Reference | None:
    if not isinstance(raw, dict):
        return None
    return Reference(**{field.name: one_line(raw.get(field.name)) for field in fields(Reference)})


def _wording(said: str | None) -> Wording:
    try:
        return Wording(said or Wording.VERBATIM)
    except ValueError as error:
        raise RefusedError(f"its wording {said!r} is not verbatim or paraphrase") from error
