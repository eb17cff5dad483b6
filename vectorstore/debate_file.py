"""Reads a debate from its `debate.toml`, and says of a mistake in it which field it is in and what to do."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from vectorstore.debate import DEBATE_FILE, DOCUMENTS, Asking, Caveat, Debate, Voice, documents_folder
from vectorstore.debate_tables import AskingTable, CaveatTable, DebateTable, VoiceTable
from vectorstore.errors import UsageError
from vectorstore.register_table import RegisterTable

_ARTICLE = re.compile(r"^(?:de|het|the) ")
_ADVICE = {
    "missing": "it is missing; add it",
    "extra_forbidden": "there is no such field; check the spelling, or take it out",
    "string_type": "it is not a text; put it between double quotes",
    "list_type": 'it is not a list; write it as ["…", "…"]',
    "bool_type": "it is neither true nor false; write it without quotes",
    "dict_type": "it is not a table",
    "model_type": "it is not a table",
}


def read_debate(path: Path, bundled: Debate | None = None) -> Debate:
    """The debate in a folder or a TOML file.

    A file that has no documents beside it goes with the bundled documents: what it leaves out of the caveat, the questions,
    the texts and the register is then as in `bundled`. Any other debate starts with none.

    Raises:
        UsageError: it is missing or does not describe a debate.
    """
    file, documents = _places(path)
    data = _read(file)
    base = bundled if bundled and not documents else None
    return Debate(
        title=data.title,
        english=data.english,
        voices=tuple(_voices(data.voice)),
        caveat_document=_caveat_document(data.caveat_document, file, documents),
        word_groups=tuple(map(tuple, data.words.groups)),
        caveat=_caveat(data.caveat) if data.caveat else base.caveat if base else Caveat(),
        asking=_asking(data.questions) if data.questions else base.asking if base else Asking(),
        texts=(*(base.texts if base else ()), *_texts(data)),
        register={**(base.register if base else {}), **_register(data.entry)},
        documents=documents,
        file=file,
    )


def _places(path: Path) -> tuple[Path, Path | None]:
    """The debate file, and the folder of the documents that go with it."""
    place = path.expanduser().absolute()
    if not place.is_dir():
        return place, documents_folder(place)
    documents = documents_folder(place)
    if documents is None:
        raise UsageError(
            f"The debate {str(place)!r} has no folder {DOCUMENTS!r}. Make it, with the documents of the debate; "
            "`kanttekening init` in an empty folder shows how."
        )
    return place / DEBATE_FILE, documents


def _caveat_document(name: str, file: Path, documents: Path | None) -> str:
    """The name of the caveat document, which may be given with its suffix; the bundled dossier is not looked into here."""
    if documents is None:
        return name
    named = (each.stem for each in sorted(documents.rglob("*")) if name in {each.stem, each.name} and each.is_file())
    if found := next(named, None):
        return found
    raise _mistake(file, "caveat_document", name, f"there is no such document in {str(documents)!r}; add it, or name another")


def _read(file: Path) -> DebateTable:
    try:
        return DebateTable.model_validate(tomllib.loads(file.read_text("utf-8-sig")))
    except FileNotFoundError as error:
        raise UsageError(f"There is no debate file {str(file)!r}. `kanttekening init` in an empty folder makes one.") from error
    except OSError as error:
        raise UsageError(
            f"The debate file {str(file)!r} cannot be read ({error.strerror}). Check the path and the rights."
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The debate file {str(file)!r} is not UTF-8. Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The debate file {str(file)!r} is not TOML: {error}. Correct that line.") from error
    except ValidationError as error:
        raise _first_mistake(file, error) from error


def _first_mistake(file: Path, error: ValidationError) -> UsageError:
    problem = error.errors()[0]
    place = [each for each in problem["loc"] if each != "[key]"]
    value = problem["input"]
    if problem["type"] == "literal_error":
        return _mistake(file, _field(place[:-1]), value, "it is not a language of the bot; write nl or en")
    advice = _ADVICE.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
    return _mistake(file, _field(place), value, advice)


def _field(place: Sequence[object]) -> str:
    """A place as people read it: "voice 2, until"; TOML counts nothing, people count from one."""
    parts: list[str] = []
    for each in place:
        if isinstance(each, int) and parts:
            parts[-1] += f" {each + 1}"
        else:
            parts.append(str(each))
    return ", ".join(parts)


def _mistake(file: Path, field: str, value: object, advice: str) -> UsageError:
    shown = f" is {value!r}" if isinstance(value, str | int | float) else ""
    named = f", field {field!r}{shown}" if field else ""
    return UsageError(f"The debate file {str(file)!r}{named}: {advice}. docs/debate.md explains each field.")


def _voices(tables: Sequence[VoiceTable]) -> Iterator[Voice]:
    """The voices. In a question "de wethouder" is the one who holds that office now, unless the file gives it to another."""
    given = {_ARTICLE.sub("", name.casefold()) for each in tables for name in each.asked_as}
    holders = Counter(title for each in tables if each.until is None for title in each.titles)
    for each in tables:
        now = [] if each.until else [title for title in each.titles if holders[title] == 1 and title.casefold() not in given]
        yield Voice(
            id=each.id,
            name=each.name,
            aliases=tuple(each.aliases) or (each.name,),
            asked_as=(*each.asked_as, *now),
            titles=tuple(each.titles),
            reports=tuple(each.reports),
            since=each.since,
            until=each.until,
            person=each.person,
            article=each.article,
            english=each.english,
        )


def _caveat(data: CaveatTable) -> Caveat:
    statements = tuple(map(tuple, [*data.patterns, *data.words]))
    return Caveat(statements=statements, preferred=tuple(data.preferred), called=tuple(data.called))


def _asking(data: AskingTable) -> Asking:
    return Asking(common=tuple(data.common), subjects=tuple(data.subjects), works=tuple(data.works))


def _register(data: RegisterTable) -> dict[str, object]:
    """What the file says for the Algoritmeregister, by field."""
    return {field: value for field, value in data.model_dump().items() if value is not None}


def _texts(data: DebateTable) -> Iterator[tuple[str, str, str]]:
    """What the bot says otherwise; the heading of the caveat stands with the caveat."""
    for language, texts in (data.texts or {}).items():
        yield from ((language, name, text) for name, text in texts.items())
    headings = data.caveat.heading.model_dump(exclude_none=True) if data.caveat else {}
    yield from ((language, "caveat_heading", heading) for language, heading in headings.items())
