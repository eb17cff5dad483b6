"""What a debate can say for the Algoritmeregister: the fields of its publication standard 1.0, with the limits that it sets."""

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo, field_validator

STATUSES = ("In ontwikkeling", "In gebruik", "Buiten gebruik")
PUBLICATION_CATEGORIES = ("Hoog-risico AI-systeem", "Impactvolle algoritmes", "Overige algoritmes")
THEMES = (
    "Organisatie en bedrijfsvoering",
    "Cultuur en recreatie",
    "Economie",
    "Overheidsfinanciën",
    "Wonen",
    "Internationaal",
    "Migratie en integratie",
    "Natuur en milieu",
    "Onderwijs en wetenschap",
    "Openbare orde en veiligheid",
    "Recht",
    "Ruimte en infrastructuur",
    "Sociale zekerheid",
    "Verkeer",
    "Werk",
    "Zorg en gezondheid",
)
LIMITS = {"name": 100, "description_short": 350}
"""How many characters the shortest texts may have."""
_MAX_THEMES = 3
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_WEB = re.compile(r"https://[^\s/.]+\.\S+")
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


def _as_line(text: str) -> str:
    """A text on one line: the register keeps no line ends."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if not line:
        raise ValueError("it is empty; fill it in, or take the line out")
    return line


def _up_to(most: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        line = _as_line(text)
        if len(line) > most:
            raise ValueError(f"it has {len(line):,} characters, and the register takes {most:,}; shorten it")
        return line

    return check


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"the register does not know it; write one of {', '.join(allowed)}")
        return text

    return check


def _as_web_address(text: str) -> str:
    if not _WEB.fullmatch(text):
        raise ValueError('it is no address of a page; write it with https://, as in "https://example.org/debat"')
    return text


def _as_contact(text: str) -> str:
    if not _MAIL.fullmatch(text) and not _WEB.fullmatch(text):
        raise ValueError('it is neither an e-mail address nor a page; write "naam@example.org" or "https://example.org/contact"')
    return text


def _as_month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise ValueError('it is no month; write it as "2026-11"')
    return text


_Short = Annotated[str, AfterValidator(_up_to(100))]
_Long = Annotated[str, AfterValidator(_up_to(2_500))]
_Page = Annotated[str, AfterValidator(_up_to(500)), AfterValidator(_as_web_address)]
_Month = Annotated[str, AfterValidator(_as_month)]
_Theme = Annotated[str, AfterValidator(_one_of(THEMES))]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _LawTable(_Table):
    title: _Short
    link: _Page


class _TestTable(_Table):
    """An impact assessment; its results need not be public."""

    title: Annotated[str, AfterValidator(_up_to(500))]
    link: _Page | None = None


class _DataTable(_Table):
    title: Annotated[str, AfterValidator(_up_to(500))]
    link: _Page


class RegisterTable(_Table):
    """The [register]: every field of the standard that the program cannot know, or that a debate can say better."""

    name: Annotated[str, AfterValidator(_up_to(LIMITS["name"]))] | None = None
    description_short: Annotated[str, AfterValidator(_up_to(LIMITS["description_short"]))] | None = None
    organization: _Short | None = None
    category: list[_Theme] | None = None
    status: Annotated[str, AfterValidator(_one_of(STATUSES))] | None = None
    begin_date: _Month | None = None
    end_date: _Month | None = None
    contact_email: Annotated[str, AfterValidator(_up_to(500)), AfterValidator(_as_contact)] | None = None
    website: _Page | None = None
    publication_category: Annotated[str, AfterValidator(_one_of(PUBLICATION_CATEGORIES))] | None = None
    url: _Page | None = None
    goal: _Long | None = None
    proportionality: _Long | None = None
    human_intervention: _Long | None = None
    risks: _Long | None = None
    lawful_basis: _Long | None = None
    lawful_basis_grouping: list[_LawTable] | None = None
    process_index_url: _Page | None = None
    impacttoetsen_grouping: list[_TestTable] | None = None
    impacttoetsen: _Long | None = None
    source_data: _Long | None = None
    source_data_grouping: list[_DataTable] | None = None
    methods_and_models: Annotated[str, AfterValidator(_up_to(5_000))] | None = None
    provider: Annotated[str, AfterValidator(_up_to(200))] | None = None
    publiccode: _Page | None = None
    source_id: _Short | None = None
    tags: _Long | None = None

    @field_validator("category")
    @classmethod
    def _has_few(cls, themes: list[str] | None) -> list[str] | None:
        if themes and len(themes) > _MAX_THEMES:
            raise ValueError(f"it has {len(themes)} themes, and the register takes {_MAX_THEMES}; choose the most important ones")
        return themes

    @field_validator("end_date")
    @classmethod
    def _is_not_before(cls, end: str | None, info: ValidationInfo) -> str | None:
        begin = info.data.get("begin_date")
        if begin and end and end < begin:
            raise ValueError(f"it is before 'begin_date', which is {begin!r}; correct one of the two")
        return end
