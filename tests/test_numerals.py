"""A sentence's numbers and dates are those of the passage that it cites, in Dutch and English, or they are unsupported."""

import os
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.checking.numerals import Amount, Moment, Name, amounts_in, unsupported
from tests.numeral_cases import CASES, Case
from vectorstore.languages import Language
from vectorstore.settings import PREFIX

_IS_SOAK = bool(os.environ.get(f"{PREFIX}SOAK"))

generated = settings(max_examples=5_000 if _IS_SOAK else 200, deadline=None, database=None, derandomize=not _IS_SOAK)

_NUMBERS = st.one_of(st.integers(3, 99), st.integers(100, 999_999), st.integers(10**6, 10**12 - 1))
_LANGUAGES: tuple[Language, Language] = ("nl", "en")
_ONES = {
    "nl": """nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien
        negentien""",
    "en": """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen""",
}
_TENS = {
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
}
_MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
}
_THING = {"nl": "banen", "en": "jobs"}
_PIECES = st.one_of(
    st.sampled_from(
        """1 12 465.000 1,5 € % - – tot to en and van of de the een één one twee derde half miljard billion mei may april 2025
        2033 '90 jaar years meer dan more than ongeveer about ( ) [3] GPT-4 24/7 10² ½ artikel 14 eerste first van 5 naar 10 procent
        percent banen jobs . dubbel twice honderd and-a-half geen no vorig last per uur x k m""".split()
    ),
    st.text(max_size=6),
)
_TEXTS = st.lists(_PIECES, max_size=14).map(" ".join)


def in_words(value: int, language: Language) -> str:
    """A number below a thousand milliard in words, as a careful writer spells it."""
    scales = {"nl": ((10**9, " miljard "), (10**6, " miljoen ")), "en": ((10**9, " billion "), (10**6, " million "))}[language]
    text = ""
    for scale, name in scales:
        if value >= scale:
            text += f"{_below_million(value // scale, language)}{name}"
            value %= scale
    return (text + (_below_million(value, language) if value else "")).strip()


def _below_million(value: int, language: Language) -> str:
    thousands, rest = divmod(value, 1000)
    if language == "nl":
        before = ("" if thousands == 1 else _below_thousand(thousands, "nl")) + "duizend" if thousands else ""
        return " ".join(filter(None, [before, _below_thousand(rest, "nl") if rest else ""]))
    return " ".join(
        filter(
            None, [_below_thousand(thousands, "en") + " thousand" if thousands else "", _below_thousand(rest, "en") if rest else ""]
        )
    )


def _below_thousand(value: int, language: Language) -> str:
    ones, tens = _ONES[language].split(), _TENS[language].split()
    hundreds, rest = divmod(value, 100)
    if rest < 20:
        small = ones[rest] if rest else ""
    elif language == "nl":
        small = (f"{ones[rest % 10]}{'ën' if rest % 10 in {2, 3} else 'en'}" if rest % 10 else "") + tens[rest // 10 - 2]
    else:
        small = tens[rest // 10 - 2] + (f"-{ones[rest % 10]}" if rest % 10 else "")
    if not hundreds:
        return small
    if language == "nl":
        return ("" if hundreds == 1 else ones[hundreds]) + "honderd" + small
    return f"{ones[hundreds]} hundred" + (f" and {small}" if small else "")


def forms_of(value: int, language: Language) -> list[str]:
    """The ways in which a number is written."""
    mark = "." if language == "nl" else ","
    grouped = f"{value:,}"
    wide = "".join(chr(ord("\uff10") + int(char)) if char.isdigit() else char for char in f"{value:,}".replace(",", mark))
    forms = [
        grouped.replace(",", mark),
        grouped.replace(",", "\u00a0"),
        grouped.replace(",", "\u202f"),
        grouped.replace(",", " "),
        wide,
    ]
    forms += [in_words(value, language), grouped.replace(",", f"\u200b{mark}")]
    if value < 1500 or value > 2200:
        forms.append(str(value))
    if value % 1000 == 0 and value < 10**6:
        forms.append(f"{value // 1000} {'duizend' if language == 'nl' else 'thousand'}")
    if value % 10**5 == 0 and value >= 10**6:
        short = f"{value / 10**6:.1f}".replace(".", "," if language == "nl" else ".")
        forms += [f"{short} {'miljoen' if language == 'nl' else 'million'}", f"{short} {'mln' if language == 'nl' else 'mn'}"]
    return forms


def dates_of(date: date, language: Language) -> list[str]:
    """The ways in which a date is written."""
    month = _MONTHS[language].split()[date.month - 1]
    forms = [date.isoformat(), f"{date.day} {month} {date.year}"]
    if language == "nl":
        return [*forms, f"{date.day}-{date.month}-{date.year}", f"{date:%d-%m-%Y}", f"{date.day}e {month} {date.year}"]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(0 if 10 < date.day < 14 else date.day % 10, "th")
    return [
        *forms,
        f"{month} {date.day}, {date.year}",
        f"{date.day}{ending} of {month} {date.year}",
        f"{month} {date.day}{ending}, {date.year}",
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]} | {case[2]}")
def test_numbers_are_those_of_the_passage(case: Case) -> None:
    """Each sentence of the table is supported by its passage, or not."""
    sentence, language, passage, its_language, is_supported = case
    assert (not unsupported(sentence, language, [(passage, its_language)])) is is_supported


def test_every_text_supports_itself() -> None:
    """No sentence or passage of the table is unsupported by its own words."""
    texts = {(text, language) for case in CASES for text, language in (case[:2], case[2:4])}
    assert {text: left for text, language in texts if (left := unsupported(text, language, [(text, language)]))} == {}


@generated
@given(text=_TEXTS, language=st.sampled_from(_LANGUAGES))
def test_any_text_supports_itself(text: str, language: Language) -> None:
    """What is read in a sentence is read in the same words of a passage."""
    assert unsupported(text, language, [(text, language)]) == ()


@generated
@given(text=_TEXTS, language=st.sampled_from(_LANGUAGES))
def test_no_digit_is_overlooked(text: str, language: Language) -> None:
    """Each digit of a text, of any script, is part of a claim."""
    claimed = {place for claim in amounts_in(text, language) for place in range(claim.start, claim.end)}
    assert [char for place, char in enumerate(text) if char.isnumeric() and place not in claimed] == []


@generated
@given(
    value=st.one_of(_NUMBERS, _NUMBERS.map(lambda value: value - value % 10**5 or 3)),
    language=st.sampled_from(_LANGUAGES),
    data=st.data(),
)
def test_a_number_is_the_same_in_every_form(value: int, language: Language, data: st.DataObject) -> None:
    """Any two forms of a number support each other, in one language and across both; with another digit they do not."""
    its_language = data.draw(st.sampled_from(_LANGUAGES))
    said = data.draw(st.sampled_from(forms_of(value, language)))
    found = data.draw(st.sampled_from(forms_of(value, its_language)))
    passages = [(f"Er zijn {found} {_THING[its_language]}.", its_language)]
    assert unsupported(f"Het gaat om {said} {_THING[language]}.", language, passages) == ()
    digits = list(str(value))
    place = data.draw(st.integers(0, len(digits) - 1))
    digits[place] = data.draw(st.sampled_from([digit for digit in "123456789" if digit != digits[place]]))
    assume(int("".join(digits)) > 1)  # "een" is an article
    other = data.draw(st.sampled_from(forms_of(int("".join(digits)), language)))
    assert unsupported(f"Het gaat om {other} {_THING[language]}.", language, passages) == (other.removeprefix("een "),)


@generated
@given(date=st.dates(date(1950, 1, 1), date(2090, 1, 1)), language=st.sampled_from(_LANGUAGES), data=st.data())
def test_a_date_is_the_same_in_every_form(date: date, language: Language, data: st.DataObject) -> None:
    """Any two forms of a date support each other, and none supports another day."""
    its_language = data.draw(st.sampled_from(_LANGUAGES))
    found = data.draw(st.sampled_from(dates_of(date, its_language)))
    said = data.draw(st.sampled_from(dates_of(date, language)))
    assert unsupported(f"Datum: {said}", language, [(f"Datum: {found}", its_language)]) == ()
    other = data.draw(st.sampled_from(dates_of(date + timedelta(days=data.draw(st.integers(1, 700))), language)))
    assert unsupported(f"Datum: {other}", language, [(f"Datum: {found}", its_language)]) == (other,)


def test_claims_carry_their_place_and_value() -> None:
    """Values, units and dates are read with the words that say them."""
    text = "In 2025 gaat GPT-4 over € 18 mld, ofwel een kwart."
    assert [(claim.said, text[claim.start : claim.end]) for claim in amounts_in(text, "nl")] == [
        (Moment(year=2025), "2025"),
        (Name("gpt 4"), "GPT-4"),
        (Amount(Fraction(18 * 10**9), "euro"), "€ 18 mld"),
        (Amount(Fraction(25), "percent"), "een kwart"),
    ]


def test_what_is_unsupported_is_named_as_written() -> None:
    """The answer holds the words of the sentence, in order."""
    passages: list[tuple[str, Language]] = [("In 2033 verdwijnen 10 banen.", "nl"), ("Het kost 5 euro.", "nl")]
    assert unsupported("In 2034 kost het vijf euro, of ruim 10 banen.", "nl", passages) == ("2034", "ruim 10")


def test_a_claim_needs_one_passage_that_says_all_of_it() -> None:
    """A range is not put together from two passages."""
    passages: list[tuple[str, Language]] = [("Minstens 5 banen.", "nl"), ("Hooguit 10 banen.", "nl")]
    assert unsupported("5 tot 10 banen.", "nl", passages) == ("5 tot 10",)


def test_without_passages_nothing_is_supported() -> None:
    """No passage, no number."""
    assert unsupported("Drie banen.", "nl", []) == ("Drie",)
    assert unsupported("Een baan.", "nl", []) == ()


def test_long_hostile_text_is_read_in_time_that_grows_with_it() -> None:
    """Neither digits nor words for numbers without end hang the reading."""
    for piece in (
        "1.000",
        "1 000 ",
        "honderd",
        "een derde van ",
        "twintig en ",
        "1-2-",
        "1 tot ",
        "1 april tot ",
        "miljoenen ",
        "((((1",
        "van 1 tot ",
        "½",
        "enkele ",
    ):
        text = piece * (6000 // len(piece))
        assert unsupported(text, "nl", [(text, "nl")]) == ()
