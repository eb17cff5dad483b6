"""Addresses that open an original at the place that is quoted."""

from dataclasses import replace

import pytest

from bot.deep_links import deep_link, web_address
from tests.test_rendering import COLUMN, DOSSIER, quote
from vectorstore.passages import Locator

PAGE = "https://krant.example/1"
LONG = "Een, twee drie-vier & vijf zes. Zeven acht negen tien elf twaalf dertien!"


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("Szabó wil  toezicht.", "#:~:text=Szab%C3%B3%20wil%20toezicht."),
        ("een-twee, drie & vier", "#:~:text=een%2Dtwee%2C%20drie%20%26%20vier"),
        (LONG, "#:~:text=Een%2C%20twee%20drie%2Dvier%20%26%20vijf,negen%20tien%20elf%20twaalf%20dertien%21"),
        ("een\ntwee", "#:~:text=een%20twee"),
        ("没" * 301, ""),
        ("~ _ . 1", "#:~:text=~%20_%20.%201"),
    ],
)
def test_web_page_opens_at_the_words(text: str, fragment: str) -> None:
    """A short quotation is looked for whole, a long one by its first and last words, and no sign in it has another meaning."""
    assert deep_link(quote(text, replace(COLUMN, url=PAGE))) == PAGE + fragment


@pytest.mark.parametrize(
    ("url", "page", "expected"),
    [
        ("https://bcg.example/r.pdf", 12, "https://bcg.example/r.pdf#page=12"),
        ("https://bcg.example/R.PDF?v=2", None, "https://bcg.example/R.PDF?v=2"),
        ("https://bcg.example/report", 3, "https://bcg.example/report#page=3"),
        ("https://bcg.example/r.docx", None, "https://bcg.example/r.docx"),
        ("https://bcg.example/#/app", None, "https://bcg.example/#/app"),
        ("https://bcg.example/p#top", 4, "https://bcg.example/p#top"),
        ("https://bcg.example/" + "a" * 2_000, None, "https://bcg.example/" + "a" * 2_000),
        ("ftp://bcg.example/r", None, None),
        ("javascript:alert(1)", None, None),
        ("https://bcg.example/a b", None, None),
        (None, 3, None),
    ],
)
def test_address_is_left_whole(url: str | None, page: int | None, expected: str | None) -> None:
    """A PDF opens at its page; a file, or an address that points somewhere already, opens as it is; no browser, no link."""
    assert deep_link(quote("x" * 200, replace(COLUMN, url=url), locator=Locator(page=page))) == expected


def test_our_own_words_are_not_looked_for_in_the_original() -> None:
    """The dossier says it in our words, which no page of the original holds."""
    assert deep_link(quote("BCG schat dit.", replace(DOSSIER, url=PAGE))) == PAGE


def test_only_a_browser_address_is_one() -> None:
    """What a browser does not open is no address of the web."""
    assert [web_address(each) for each in ("HTTPS://a.example", "a.example", "mailto:a@b.example", None)] == [
        "HTTPS://a.example", None, None, None,
    ]  # fmt: skip
