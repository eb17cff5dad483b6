"""The official documents: what the list of them holds, and how each is had or reported."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.addresses import visitable
from ingest.formats import LOADERS
from ingest.metadata import Metadata
from ingest.official import Missing, Official, OfficialSource, gather, official_sources
from ingest.web import Fetcher
from tests.web_server import Internet, Page, Seen, WebServer
from vectorstore.debate import Debate

SITE = "http://documenten.example"
PAGE = Page(b"<p>Een ambtenaar leest elke brief na.</p>", "text/html; charset=utf-8")
SOURCE = OfficialSource(
    key="brief2025",
    title="Brief over AI",
    publisher="Ministerie",
    published="2025-04-22",
    kind="Kamerbrief",
    language="nl",
    voice="",
    url=f"{SITE}/brief",
    format="pdf",
    checked="yes",
    note="it is on ministerie.example",
)


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A web server without pages."""
    with WebServer() as server:
        yield server


@pytest.fixture
def fetcher(server: WebServer, tmp_path: Path) -> Iterator[Fetcher]:
    """A Fetcher for which documenten.example is that server."""
    with Fetcher(tmp_path / "cache", outside=Internet(server).outside()) as fetcher:
        yield fetcher


# --- The list


@pytest.fixture(scope="module")
def sources() -> tuple[OfficialSource, ...]:
    """The list that comes with the program."""
    return official_sources()


def test_every_address_can_be_visited_and_stands_once(sources: tuple[OfficialSource, ...]) -> None:
    """The addresses are plain https ones of the internet, written in the form in which they are visited."""
    urls = [source.url for source in sources if source.url]
    assert urls == [str(visitable(url)) for url in urls]
    assert {url.partition(":")[0] for url in urls} == {"https"}
    assert len(set(urls)) == len(urls)


def test_every_address_stands_in_the_manifest_or_is_marked(sources: tuple[OfficialSource, ...], shared: Path) -> None:
    """What was not found anywhere is marked as unchecked, and says how it was put together."""
    manifest = (shared / "facts" / "debate-facts.md").read_text("utf-8").partition("## 4. ")[2]
    listed = {url.rstrip(".,;") for url in re.findall(r"https://[^\s|)]+", manifest)}
    repository = "https://github.com/MinBZK/Algoritmekader"  # a page that lists files; the files are in the list
    assert listed - {source.url for source in sources} == {repository}
    elsewhere = [source for source in sources if source.url and source.url not in manifest]
    assert {(source.checked, source.note.partition(";")[0]) for source in elsewhere} == {
        ("no", "address made from the repository and the path")
    }
    assert all(
        source.url.removeprefix("https://raw.githubusercontent.com/MinBZK/Algoritmekader/main/") in manifest for source in elsewhere
    )


def test_every_line_says_what_it_can(sources: tuple[OfficialSource, ...], debate: Debate) -> None:
    """Keys make file names, voices are those of the debate, formats have a loader or a page of their own, marks are known."""
    assert {source.voice for source in sources} <= {"", *(voice.id for voice in debate.voices)}
    assert {source.checked for source in sources} == {"yes", "cited", "no"}
    assert {source.format for source in sources} == {"html", "pdf", "md"}
    assert {source.language for source in sources} == {"nl", "en"}
    assert all(source.key.isascii() and source.key.isalnum() and source.key.islower() for source in sources)
    assert all(source.publisher and source.kind for source in sources)
    assert all(source.note for source in sources if source.checked == "no" or not (source.title and source.published))


def test_what_has_no_known_address_is_listed(sources: tuple[OfficialSource, ...]) -> None:
    """Four documents are known to exist and were not found; each has one line, so that the report can name it."""
    unknown = {source.key for source in sources if not source.url}
    assert unknown == {"tno2025", "rekenkamer2024", "ser2025", "bcg2025"}
    assert all(sum(other.key == key for other in sources) == 1 for key in unknown)


def test_the_metadata_are_what_a_document_can_have(sources: tuple[OfficialSource, ...]) -> None:
    """Each line gives the names that an ingest knows, and only what is known."""
    assert Metadata(**sources[0].metadata()) == Metadata(
        title="Antwoord op vragen van de leden Erkens en Buijsse over de kansen van generatieve AI voor de productiviteit in de "
        "publieke sector",
        publisher="Ministerie van Binnenlandse Zaken en Koninkrijksrelaties",
        published="2025-04-18",
        url="https://www.tweedekamer.nl/kamerstukken/kamervragen/detail?did=2025D17975&id=2025Z04854",
        kind="antwoord op Kamervragen",
        language="nl",
    )
    assert all("" not in source.metadata().values() for source in sources)


# --- Getting them


def test_a_document_is_had_from_its_address(server: WebServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """With what the list knows of it, under a place that does not depend on where it was had."""
    server.pages["/brief"] = Page(b"%PDF-1.7", "application/pdf")
    [found] = gather(fetcher, tmp_path / "none", [SOURCE], print)
    assert found == Official("brief2025", b"%PDF-1.7", ".pdf", SOURCE.metadata())
    assert found.place == "official:brief2025"


def test_the_next_address_is_tried_where_one_fails(server: WebServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """In order of preference, each with what is known of what is there, and none after the one that succeeds."""
    first, second, third = [
        replace(SOURCE, url=f"{SITE}/{path}", format=format_, title=path)
        for path, format_ in (("weg", "pdf"), ("nieuws", "html"), ("meer", "html"))
    ]
    server.pages |= {"/nieuws": PAGE, "/meer": PAGE}
    [found] = gather(fetcher, tmp_path, [first, second, third], print)
    assert found == Official("brief2025", PAGE.body, ".html", second.metadata(), "utf-8")
    assert server.paths() == ["/weg", "/nieuws"]


def test_a_page_that_comes_in_place_of_a_file_is_not_taken_for_it(server: WebServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """A page that asks for consent, or one about the document, is not the document."""
    server.pages["/brief"] = PAGE
    [missing] = gather(fetcher, tmp_path, [SOURCE], print)
    assert isinstance(missing, Missing)
    assert missing.reason.startswith(f"{SITE}/brief: a web page came where a .pdf file was expected | ")


def test_a_file_comes_in_place_of_a_page(server: WebServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """Where a page is meant, another form of the same is as good."""
    server.pages["/brief"] = Page(b"%PDF-1.7", "application/pdf")
    [found] = gather(fetcher, tmp_path, [replace(SOURCE, format="html")], print)
    assert isinstance(found, Official)
    assert found.suffix == ".pdf"


def test_what_cannot_be_had_says_why_and_what_to_do(server: WebServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """Every address with its reason, and the name under which to save the file; the others are had all the same."""
    server.pages |= {"/robots.txt": Page(b"User-agent: *\nDisallow: /x", "text/plain"), "/z": PAGE}
    other = replace(SOURCE, key="z", url=f"{SITE}/z", format="html")
    folder = tmp_path / "saved"
    missing, found = gather(
        fetcher, folder, [SOURCE, other, replace(SOURCE, url=f"{SITE}/x?token=geheim", title="De brief")], print
    )
    assert missing == Missing(
        "brief2025",
        "Brief over AI",
        f"{SITE}/brief: 404: it is not there; check the address | "
        f"{SITE}/x?token=…: the robots.txt of 'documenten.example' does not allow programs to visit it | "
        f"Save {SITE}/brief by hand as '{folder}/brief2025.pdf' and run this again",
    )
    assert missing.place == "official:brief2025"
    assert isinstance(found, Official)


def test_a_document_without_an_address_is_reported(server: WebServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """It says what is known and under which name a file would be taken; nothing is asked for."""
    [missing] = gather(fetcher, tmp_path, [replace(SOURCE, url="")], print)
    assert missing == Missing(
        "brief2025",
        "Brief over AI",
        f"it is on ministerie.example. If you have it, save it as '{tmp_path}/brief2025.pdf' and run this again",
    )
    assert server.seen == []


@pytest.mark.parametrize("suffix", sorted({*LOADERS, ".HTML"}))
def test_a_file_saved_by_hand_wins(server: WebServer, fetcher: Fetcher, tmp_path: Path, suffix: str) -> None:
    """In any format that can be read, with what the list knows of the document; the web is not asked."""
    path = tmp_path / "saved" / f"brief2025{suffix}"
    path.parent.mkdir()
    path.write_bytes(b"by hand")
    (path.parent / "brief2025.exe").write_bytes(b"no document")
    (path.parent / "brief.html").write_bytes(b"another")
    server.pages["/brief"] = PAGE
    for source in (SOURCE, replace(SOURCE, url="")):
        [found] = gather(fetcher, path.parent, [source], print)
        assert found == Official("brief2025", b"by hand", suffix.lower(), source.metadata(), path=path)
    assert server.seen == []


def test_a_file_saved_by_hand_that_cannot_be_read_is_reported(fetcher: Fetcher, tmp_path: Path) -> None:
    """Who saved a file means that one; what is wrong with it is told, and the web does not take its place."""
    path = tmp_path / "brief2025.html"
    with path.open("wb") as target:
        target.truncate(64 * 1024 * 1024 + 1)
    [missing] = gather(fetcher, tmp_path, [SOURCE], print)
    reason = "it is 67,108,865 bytes; the limit is 67,108,864. Split it and try again"
    assert missing == Missing("brief2025", "Brief over AI", f"{str(path)!r}: {reason}")


def test_a_second_run_fetches_nothing_that_did_not_change(server: WebServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """What was kept is used, and said to be so."""

    def versioned(seen: Seen) -> Page:
        return Page(status=304) if seen.headers.get("If-None-Match") == "v1" else replace(PAGE, headers={"ETag": "v1"})

    server.pages["/brief"] = versioned
    source = replace(SOURCE, format="html")
    runs = [next(gather(fetcher, tmp_path, [source], print)) for _ in range(2)]
    assert runs == [
        Official("brief2025", PAGE.body, ".html", source.metadata(), "utf-8", is_from_cache=cached) for cached in (False, True)
    ]


def test_documents_come_one_at_a_time(server: WebServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """The next one is not asked for before the one before has been taken."""
    server.pages |= {"/a": PAGE, "/b": PAGE}
    sources = [replace(SOURCE, key=key, url=f"{SITE}/{key}", format="html") for key in "ab"]
    found = gather(fetcher, tmp_path, sources, print)
    asked = [(each.key, server.paths()) for each in found]
    assert asked == [("a", ["/a"]), ("b", ["/a", "/b"])]
