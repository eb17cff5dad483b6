"""A draft entry for the Dutch Algoritmeregister, publication standard 1.0: from the settings, the debate and what the program is.

`bot/register.toml` has its texts; `vectorstore.register_table` what the standard allows.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from bot.fitting import cut, fitted
from bot.model_settings import UsedModel
from bot.settings import FrontSettings
from bot.texts import texts
from vectorstore.debate import Debate
from vectorstore.embeddings import BUNDLED
from vectorstore.errors import UsageError
from vectorstore.languages import Language
from vectorstore.register_table import LIMITS, PUBLICATION_CATEGORIES, STATUSES, RegisterTable
from vectorstore.settings import PREFIX, Settings
from vectorstore.version import VERSION

STANDARD_VERSION = "1.0"
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "general": (
        "name", "description_short", "organization", "category", "status", "begin_date", "end_date", "contact_email", "website",
        "publication_category", "url",
    ),
    "use": (
        "goal", "proportionality", "human_intervention", "risks", "lawful_basis", "lawful_basis_grouping", "process_index_url",
        "impacttoetsen_grouping", "impacttoetsen",
    ),
    "working": ("source_data", "source_data_grouping", "methods_and_models", "provider", "publiccode"),
    "metadata": ("lang", "standard_version", "source_id", "tags"),
}  # fmt: skip
"""The fields of the standard, in its sections and its order."""

_LANGUAGE_CODES = {"nl": "nld", "en": "eng"}
_FROM_SETTINGS = {"organization": "ORGANISATION", "contact_email": "CONTACT"}
_MOST_OF_NAME, _MOST_OF_MODEL, _MOST_OF_TITLE, _MOST_OF_VOICES = 100, 50, 300, 900  # what leaves room for the rest of a text


@dataclass(frozen=True, slots=True)
class Entry:
    """A draft.

    `fields` has every field of the standard by its name there, in its order: text, a list, or None where it is empty.
    `missing` names the required ones that nothing fills, each with the setting that does; a placeholder stands in them.
    """

    language: Language
    fields: Mapping[str, object]
    missing: Mapping[str, str]


def draft_entry(
    settings: Settings, front: FrontSettings, debate: Debate, language: Language = "nl", model: UsedModel | None = None
) -> Entry:
    """What there is to say; a debate's own [register] goes before the settings, and these before the program's texts.

    `model` is the language model that may explain.

    Raises:
        UsageError: the register does not take the value of a setting; the message names it.
    """
    given = {**_written(settings, front, debate, language, model), **_set(front), **debate.register}
    given.setdefault("status", _status(given))  # what the dates tell, unless the debate says it
    words = _words(language)
    missing = {field: PREFIX + name for field, name in _FROM_SETTINGS.items() if field not in given}
    gaps = {field: words["page"]["fill_in"].format(what=words["needed"][field]) for field in missing}
    known = {**given, **gaps, "lang": _LANGUAGE_CODES[language], "standard_version": STANDARD_VERSION}
    return Entry(language, {field: known.get(field) for fields in SECTIONS.values() for field in fields}, missing)


def entry_as_text(entry: Entry) -> str:
    """The draft as Markdown to read and to copy from, a heading for each field."""
    words = _words(entry.language)
    lines = [f"# {words['page']['title']}", "", words["page"]["intro"]]
    for section, fields in SECTIONS.items():
        lines += ["", f"## {words['sections'][section]}"]
        for field in fields:
            shown = "\n".join(_shown(entry.fields[field])) or words["page"]["empty"]
            lines += ["", f"### {words['titles'][field]} (`{field}`)", "", shown]
    return "\n".join(lines)


def title_of(field: str, language: Language) -> str:
    """What the standard calls a field."""
    return str(_words(language)["titles"][field])


def _written(
    settings: Settings, front: FrontSettings, debate: Debate, language: Language, model: UsedModel | None
) -> dict[str, object]:
    """What the program says of itself, its blanks filled in, and no longer than the register takes."""
    words = _words(language)
    search = settings.embedding_model
    blanks = {
        "title": cut(debate.titled(language), _MOST_OF_TITLE),
        "voices": cut(", ".join(voice.called(language) for voice in debate.voices) or "–", _MOST_OF_VOICES),
        "caveat": cut(texts(language, debate).say("caveat_heading"), _MOST_OF_NAME),
        "documents": words["documents"]["bundled" if settings.dossier == "on" and debate.documents is None else "own"],
        "model": words["models"]["bundled" if search == BUNDLED else "other"].format(name=cut(Path(search).name, _MOST_OF_NAME)),
        "silence": str(front.silence_minutes),
        "days": str(front.retention_days),
        "version": VERSION,
    }
    of_model = _of_model(words, model, blanks["days"])
    said = {field: " ".join(text.format(**blanks, llm=of_model.get(field, "")).split()) for field, text in words["texts"].items()}
    for field, most in LIMITS.items():
        said[field] = fitted(words["texts"][field].format, debate.titled(language), most)
    return {**said, "publication_category": PUBLICATION_CATEGORIES[-1]}


def _of_model(words: Mapping[str, Mapping[str, str]], model: UsedModel | None, days: str) -> Mapping[str, str]:
    """What there is to say of the language model, by field; of one that is elsewhere, the organisation has to say the rest."""
    if model is None:
        return words["without_model"]
    server = cut(model.server, _MOST_OF_MODEL)
    used = words["with_model"]
    there = "" if model.is_local else f" {words['page']['fill_in'].format(what=used['there'].format(server=server))}"
    at = used["here" if model.is_local else "elsewhere"].format(server=server)
    blanks = {"name": cut(model.label, _MOST_OF_MODEL), "at": at, "there": there, "days": days, "server": server}
    return {field: text.format(**blanks) for field, text in used.items()}


def _set(front: FrontSettings) -> dict[str, object]:
    """What the settings say, as the register takes it."""
    said = {field: value for field, name in _FROM_SETTINGS.items() if (value := getattr(front, name.lower())) is not None}
    try:
        return RegisterTable.model_validate(said).model_dump(exclude_none=True)
    except ValidationError as error:
        problem = error.errors()[0]
        name, reason = _FROM_SETTINGS[str(problem["loc"][0])], problem["msg"].removeprefix("Value error, ")
        raise UsageError(f"{PREFIX}{name} is {problem['input']!r}: {reason}.") from error


def _status(given: Mapping[str, object]) -> str:
    """The status that the dates tell: nobody has said that it is in use before they said since when."""
    developing, used, over = STATUSES
    return over if "end_date" in given else used if "begin_date" in given else developing


def _shown(value: object) -> Iterator[str]:
    """The lines of a value; none where there is none."""
    match value:
        case None:
            return
        case list():
            for each in value:
                yield f"- {each}" if isinstance(each, str) else f"- {each['title']}{': ' + each['link'] if each['link'] else ''}"
        case _:
            yield str(value)


@cache
def _words(language: Language) -> Mapping[str, Mapping[str, str]]:
    data: Mapping[str, Mapping[str, Mapping[str, str]]] = tomllib.loads((files("bot") / "register.toml").read_text("utf-8"))
    return data[language]
