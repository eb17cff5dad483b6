"""Documents from the web: what is fetched, what is refused and why, and what is kept. The server is a real one, on loopback."""

import gzip
import io
import json
import logging
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpcore
import pytest

from ingest.connections import Outside
from ingest.extraction import RefusedError
from ingest.fetching import WebPlaces, fetch, sweep_copies
from ingest.metadata import Metadata
from ingest.origins import Origin
from ingest.web import Fetched, Fetcher, Limits
from ingest.web_cache import Copy, WebCache
from tests.web_server import PUBLIC, Internet, Page, Seen, WebServer
from vectorstore.debate import Debate
from vectorstore.errors import UnavailableError
from vectorstore.passages import Source
from vectorstore.version import VERSION

HTML = b"<!doctype html><p>Een ambtenaar leest elke brief na.</p>"
SITE = "http://documenten.example"
BY_HAND = "save the page by hand and ingest the file"
SAVED_LATER = f"the answer broke off or is no valid HTTP; try again later, or {BY_HAND}"


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A web server with one page; what it does not have is 404, its robots.txt too."""
    with WebServer() as server:
        server.pages["/a"] = Page(HTML)
        yield server


@pytest.fixture
def internet(server: WebServer) -> Internet:
    """An internet in which documenten.example has a public address, and the server answers."""
    return Internet(server)


@pytest.fixture
def fetcher(tmp_path: Path, internet: Internet) -> Iterator[Fetcher]:
    """A Fetcher as users have it, on that internet."""
    with Fetcher(tmp_path / "cache", outside=internet.outside()) as fetcher:
        yield fetcher


def kept(folder: Path, url: str) -> Copy | None:
    """The copy of a page that is kept in a folder."""
    return WebCache(folder).read(url)


def refusal(fetcher: Fetcher, url: str) -> str:
    """Why an address could not be fetched."""
    with pytest.raises(RefusedError) as refused:
        fetcher.fetch(url)
    return str(refused.value)


def redirect(location: str, status: int = 302) -> Page:
    """A page that is elsewhere."""
    return Page(status=status, headers={"Location": location})


def test_a_page_is_fetched_from_this_machine_where_that_was_asked_for(server: WebServer, tmp_path: Path) -> None:
    """With private addresses allowed, and nothing else put in the place of the network, a page on loopback is fetched."""
    with Fetcher(tmp_path / "cache", may_visit_private=True, outside=Outside(wait=lambda _: None)) as fetcher:
        url = server.url("/a")
        assert fetcher.fetch(url + "#top") == Fetched(HTML, ".html", url, is_from_cache=False, charset=None)
        by_name = f"http://localhost:{server.port}/a"
        assert fetcher.fetch(by_name) == Fetched(HTML, ".html", by_name, is_from_cache=False, charset=None)


def test_an_address_that_is_named_twice_is_fetched_once(server: WebServer, tmp_path: Path, debate: Debate) -> None:
    """However it is written, it is one document; two of one place could not be put into an edition."""
    url, told = server.url("/a"), list[str]()
    addresses = [url, url + "#deel", url.replace("http", "HTTP")]
    found = fetch(addresses, WebPlaces.of(tmp_path), debate, told.append, official=False, may_visit_private=True)
    assert found == [Origin(Path("a.html"), url, HTML, Metadata(url=url))]
    assert (server.paths(), told) == (["/a"], [f"Fetching {url}"])


def test_a_page_on_this_machine_is_not_visited_otherwise(server: WebServer, tmp_path: Path) -> None:
    """Without that, the same page is refused, and the server hears nothing."""
    with Fetcher(tmp_path / "cache") as fetcher:
        reason = f"which is on this machine or a private network, and is not visited; {BY_HAND}"
        assert refusal(fetcher, server.url("/a")) == f"its host is '127.0.0.1', {reason}"
    assert server.seen == []


def test_the_program_says_who_it_is(server: WebServer, fetcher: Fetcher) -> None:
    """A request names the program, what it can read, and no more than that."""
    fetcher.fetch(f"{SITE}/a")
    assert server.seen[1].headers == {
        "Host": "documenten.example",
        "User-Agent": f"Kanttekening/{VERSION} (document ingest; respects robots.txt)",
        "Accept": "text/html, application/xhtml+xml, application/pdf, application/x-pdf, text/markdown, text/x-markdown, "
        "text/plain, application/vnd.openxmlformats-officedocument.wordprocessingml.document, "
        "application/vnd.oasis.opendocument.text, application/epub+zip, message/rfc822, */*;q=0.1",
        "Accept-Language": "nl, en;q=0.7, *;q=0.1",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }


def test_no_cookie_is_sent_back(server: WebServer, fetcher: Fetcher) -> None:
    """What a server wants to be remembered is not."""
    server.pages["/a"] = Page(HTML, headers={"Set-Cookie": "id=1"})
    fetcher.fetch(f"{SITE}/a")
    fetcher.fetch(f"{SITE}/a")
    assert ["Cookie" in seen.headers for seen in server.seen] == [False, False, False]


# --- Where it connects to


@pytest.mark.parametrize("private", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::ffff:192.168.0.1", "fd00:ec2::254", "0.0.0.0"])  # noqa: S104
@pytest.mark.parametrize("among", [[], [PUBLIC]])
def test_a_name_with_a_private_address_is_not_visited(
    server: WebServer, internet: Internet, fetcher: Fetcher, private: str, among: list[str]
) -> None:
    """Every answer of the name server counts: one private address among public ones is enough to refuse."""
    internet.names["intern.example"] = [*among, private]
    why = f"its host 'intern.example' is at {private}, which is on this machine or a private network, and is not visited; {BY_HAND}"
    robots = "the robots.txt of 'intern.example', which says what programs may visit, cannot be read: "
    assert refusal(fetcher, "http://intern.example/a") == robots + why
    assert (internet.dialled, server.seen) == ([], [])


def test_it_connects_to_the_address_that_was_checked(internet: Internet, fetcher: Fetcher) -> None:
    """A name is looked up once for each connection, and the very answer that was checked is dialled."""
    fetcher.fetch(f"{SITE}/a")
    assert internet.asked == ["documenten.example:80"] * 2
    assert internet.dialled == [f"{PUBLIC}:80"] * 2


def test_a_name_that_changes_its_address_in_between_is_refused(server: WebServer, internet: Internet, fetcher: Fetcher) -> None:
    """A name that was public a moment ago is checked again, and its new private address is not dialled."""

    def rebind(_: Seen) -> Page:
        internet.names["documenten.example"] = ["169.254.169.254"]
        return redirect("/b")

    server.pages["/a"] = rebind
    why = f"which is on this machine or a private network, and is not visited; {BY_HAND}"
    assert refusal(fetcher, f"{SITE}/a") == f"its host 'documenten.example' is at 169.254.169.254, {why}"
    assert internet.dialled == [f"{PUBLIC}:80"] * 2


def test_the_next_address_is_tried_where_one_does_not_answer(server: WebServer, tmp_path: Path) -> None:
    """Of several addresses, the first that answers is used."""

    class FirstFails(Internet):
        def connect_tcp(self, host: str, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            if host == "93.184.215.1":
                self.dialled.append(host)
                raise httpcore.ConnectError("refused")
            return super().connect_tcp(host, *arguments, **named)

    internet = FirstFails(server, {"documenten.example": ["93.184.215.1", PUBLIC]})
    with Fetcher(tmp_path / "cache", outside=internet.outside()) as fetcher:
        assert fetcher.fetch(f"{SITE}/a").data == HTML
    assert internet.dialled == ["93.184.215.1", f"{PUBLIC}:80"] * 2


@pytest.mark.parametrize(
    ("location", "why"),
    [
        (
            "http://127.0.0.1/",
            f"its host is '127.0.0.1', which is on this machine or a private network, and is not visited; {BY_HAND}",
        ),
        ("//[::1]/", f"its host is '::1', which is on this machine or a private network, and is not visited; {BY_HAND}"),
        ("http://2130706433/", "its host '2130706433' is an odd way to write an IP address; write four numbers, or a name"),
        ("http://jan:geheim@a.example/", f"it holds a user name or password; take them out, or {BY_HAND}"),
        ("file:///etc/passwd", f"its scheme 'file' is not http or https; {BY_HAND}"),
        ("http://a.example/ b", "it holds a space, a backslash or a control character; write it as a browser shows it"),
    ],
)
def test_a_redirect_is_checked_like_an_address(server: WebServer, fetcher: Fetcher, location: str, why: str) -> None:
    """What may not be visited may not be redirected to, and is not."""
    server.pages["/a"] = redirect(location)
    assert refusal(fetcher, f"{SITE}/a") == f"it redirects to an address that is not visited: {why}"
    assert server.paths() == ["/a"]


def test_a_redirect_to_a_name_with_a_private_address_is_refused(server: WebServer, internet: Internet, fetcher: Fetcher) -> None:
    """The name that a redirect leads to is looked up and checked too."""
    internet.names["intern.example"] = ["10.0.0.5"]
    server.pages["/a"] = redirect("http://intern.example/b")
    assert "its host 'intern.example' is at 10.0.0.5, which is on this machine" in refusal(fetcher, f"{SITE}/a")
    assert server.paths() == ["/a"]


def test_an_unknown_name_is_refused(fetcher: Fetcher) -> None:
    """A name that the name server does not know is named, with what to do."""
    why = f"its host 'weg.example' is not found; check the address and the network, or {BY_HAND}"
    assert refusal(fetcher, "http://weg.example/").endswith(f"cannot be read: {why}")


def test_a_proxy_from_the_environment_is_not_used(
    server: WebServer, internet: Internet, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would look names up by itself, where nothing can be checked."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, server.url("/"))
    assert fetcher.fetch(f"{SITE}/a").data == HTML
    assert internet.dialled == [f"{PUBLIC}:80"] * 2


# --- Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(server: WebServer, internet: Internet, fetcher: Fetcher, status: int) -> None:
    """The address of the document is where it was in the end."""
    internet.names["ander.example"] = ["93.184.215.20"]
    server.pages |= {"/1": redirect("2", status), "/2": redirect("//ander.example/b?c=d#e", status), "/b?c=d": Page(HTML)}
    assert fetcher.fetch(f"{SITE}/1") == Fetched(HTML, ".html", "http://ander.example/b?c=d", is_from_cache=False, charset=None)


def test_five_redirects_are_followed_and_no_more(server: WebServer, fetcher: Fetcher) -> None:
    """The sixth redirect in a row is refused."""
    server.pages |= {f"/{number}": redirect(f"/{number + 1}") for number in range(6)} | {"/6": Page(HTML)}
    assert fetcher.fetch(f"{SITE}/1").url == f"{SITE}/6"
    assert refusal(fetcher, f"{SITE}/0") == f"it redirects more than 5 times; {BY_HAND}"


def test_a_circle_of_redirects_is_seen(server: WebServer, fetcher: Fetcher) -> None:
    """A page that leads back to itself is not asked for twice."""
    server.pages |= {"/1": redirect("/2"), "/2": redirect("/1#x")}
    assert refusal(fetcher, f"{SITE}/1") == f"it redirects in a circle; {BY_HAND}"
    assert server.paths() == ["/1", "/2"]


# --- https


@pytest.fixture
def secure() -> Iterator[WebServer]:
    """A server with a certificate for documenten.example."""
    with WebServer(tls=True) as server:
        yield server


def test_a_certificate_is_checked_against_the_name(secure: WebServer, tmp_path: Path) -> None:
    """Though an IP address is dialled, the certificate has to be that of the name, and the name is asked for."""
    internet = Internet(secure, {"ander.example": [PUBLIC]})
    secure.pages["/a"] = Page(HTML)
    with Fetcher(tmp_path / "cache", outside=internet.outside()) as fetcher:
        assert fetcher.fetch("https://documenten.example/a").data == HTML
        assert refusal(fetcher, "https://ander.example/a").endswith(
            f"cannot be read: the certificate of 'ander.example' cannot be trusted; if you trust it, {BY_HAND}"
        )
    assert [seen.host for seen in secure.seen] == ["documenten.example"] * 2


def test_a_redirect_from_https_to_http_is_refused(secure: WebServer, tmp_path: Path) -> None:
    """What was asked for over https does not come over http."""
    secure.pages["/a"] = redirect("http://documenten.example/a")
    with Fetcher(tmp_path / "cache", outside=Internet(secure).outside()) as fetcher:
        why = f"it redirects from https to http, where anyone on the way can change it; {BY_HAND}"
        assert refusal(fetcher, "https://documenten.example/a") == why


# --- Limits


def limited(tmp_path: Path, internet: Internet, clock: Callable[[], float] = lambda: 0.0, **limits: Any) -> Fetcher:  # noqa: ANN401
    """A Fetcher with limits that a test can reach."""
    return Fetcher(tmp_path / "cache", outside=internet.outside(clock), limits=Limits(**limits))


TOO_LARGE = "it is larger than the limit of 1,000 bytes; split it and ingest the parts as files"


@pytest.mark.parametrize(
    "page",
    [
        Page(b"x" * 1001),
        Page(b"x", length=1001),
        Page(gzip.compress(b"x" * 1001), headers={"Content-Encoding": "gzip"}),
        Page(gzip.compress(b"x" * 600) + gzip.compress(b"x" * 600), headers={"Content-Encoding": "x-gzip"}),
        Page(zlib.compress(b"x" * 100_000_000), headers={"Content-Encoding": "deflate"}, drip=lambda *_: None),
        Page(gzip.compress(b"") * 60, headers={"Content-Encoding": "gzip"}, drip=lambda *_: None),
    ],
    ids=["large", "said to be large", "unpacked", "in two members", "bomb", "empty members"],
)
def test_a_page_larger_than_the_limit_is_refused(server: WebServer, internet: Internet, tmp_path: Path, page: Page) -> None:
    """The limit is on what is said, on what comes, and on what it unpacks to; no more than that is unpacked."""
    server.pages["/a"] = page
    with limited(tmp_path, internet, max_bytes=1000) as fetcher:
        assert refusal(fetcher, f"{SITE}/a") == TOO_LARGE


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate", "identity", ""])
def test_packed_pages_are_unpacked(server: WebServer, internet: Internet, tmp_path: Path, coding: str) -> None:
    """A page of exactly the limit is taken, packed or not."""
    whole = b"x" * 1000
    packed = {"gzip": gzip.compress(whole), "deflate": zlib.compress(whole)}
    server.pages["/a"] = Page(packed.get(coding.lower(), whole), headers={"Content-Encoding": coding})
    with limited(tmp_path, internet, max_bytes=1000) as fetcher:
        assert fetcher.fetch(f"{SITE}/a").data == whole


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (Page(HTML, length=len(HTML) + 1), SAVED_LATER),
        (Page(gzip.compress(HTML)[:-4], headers={"Content-Encoding": "gzip"}), SAVED_LATER),
        (Page(b"\x1f\x8b no gzip", headers={"Content-Encoding": "gzip"}), SAVED_LATER),
        (Page(HTML, headers={"Content-Encoding": "br"}), f"it comes packed as 'br', which was not asked for; {BY_HAND}"),
        (
            Page(HTML, headers={"Content-Encoding": "gzip, gzip"}),
            f"it comes packed as 'gzip, gzip', which was not asked for; {BY_HAND}",
        ),
    ],
    ids=["shorter than said", "packed and cut", "not packed", "another packing", "packed twice"],
)
def test_a_page_that_did_not_come_whole_is_refused(
    server: WebServer, fetcher: Fetcher, tmp_path: Path, page: Page, why: str
) -> None:
    """Half a document is not a document, and nothing of it is kept."""
    server.pages["/a"] = page
    assert refusal(fetcher, f"{SITE}/a") == why
    assert kept(tmp_path / "cache", f"{SITE}/a") is None


def drip(write: Callable[[bytes], Any], stopped: threading.Event) -> None:
    """A body that never ends, a byte at a time, and each in time."""
    while not stopped.wait(0.01):
        write(b"x")


@pytest.mark.parametrize("path", ["/a", "/robots.txt"])
def test_a_server_that_goes_on_for_ever_is_left(server: WebServer, internet: Internet, tmp_path: Path, path: str) -> None:
    """The time limit is on the whole, also where each byte comes soon after the one before."""
    server.pages[path] = Page(drip=drip)
    with limited(tmp_path, internet, time.monotonic, seconds=0.3, delay_seconds=0.0) as fetcher:
        assert refusal(fetcher, f"{SITE}/a").endswith(f"it did not answer in time; try again later, or {BY_HAND}")


def test_a_name_server_that_does_not_answer_is_left(server: WebServer, internet: Internet, tmp_path: Path) -> None:
    """Looking a name up is part of the time."""
    internet.resolve = lambda *_: [str(server.stopped.wait())]  # type: ignore[method-assign]  # a name server that waits for the end
    with limited(tmp_path, internet, time.monotonic, seconds=0.1) as fetcher:
        assert refusal(fetcher, f"{SITE}/a").endswith(f"it did not answer in time; try again later, or {BY_HAND}")


# --- What it is


def archive(**members: bytes) -> bytes:
    """A zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for name, content in members.items():
            target.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return packed.getvalue()


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("path", "content_type", "body", "expected"),
    [
        ("/a", "text/html; charset=ISO-8859-1", b"x", (".html", "iso8859-1")),
        ("/a.pdf", "TEXT/HTML;charset=nonsense", b"x", (".html", None)),
        ("/a", 'application/xhtml+xml; charset="utf-8"', b"x", (".html", "utf-8")),
        ("/a.php?b=c.html", "application/pdf", b"x", (".pdf", None)),
        ("/a.md", "text/plain", b"x", (".md", None)),
        ("/a.html", "text/plain; charset=utf-8", b"x", (".txt", "utf-8")),
        ("/a", "text/markdown", b"x", (".md", None)),
        ("/a", DOCX, b"x", (".docx", None)),
        ("/a", "application/vnd.oasis.opendocument.text", b"x", (".odt", None)),
        ("/a", "application/epub+zip", b"x", (".epub", None)),
        ("/a", "message/rfc822", b"x", (".eml", None)),
        ("/a.HTM", None, b"x", (".html", None)),
        ("/a%2Epdf", "application/octet-stream", b"x", (".pdf", None)),
        ("/a", "application/octet-stream", b"\n%PDF-1.7", (".pdf", None)),
        ("/a", None, b"\xef\xbb\xbf <!DOCTYPE html>", (".html", None)),
        ("/a", "application/zip", archive(word__document_xml=b"x"), (".docx", None)),
        ("/a", "application/octet-stream", archive(mimetype=b"application/epub+zip"), (".epub", None)),
        ("/a", "application/octet-stream", archive(mimetype=b"application/vnd.oasis.opendocument.text\n"), (".odt", None)),
    ],
)
def test_what_it_is_follows_from_type_then_name_then_bytes(
    server: WebServer, fetcher: Fetcher, path: str, content_type: str | None, body: bytes, expected: tuple[str, str | None]
) -> None:
    """A type that says what it is counts; where it says nothing, the name does, and then the first bytes."""
    server.pages[path] = Page(body, content_type)
    fetched = fetcher.fetch(SITE + path)
    assert (fetched.suffix, fetched.charset) == expected


def test_the_name_that_a_server_gives_a_file_counts(server: WebServer, fetcher: Fetcher) -> None:
    """A download without a type of its own has its name in another header."""
    disposition = {"Content-Disposition": 'attachment; filename="rapport.docx"'}
    server.pages["/download.html"] = Page(b"x", "application/octet-stream", headers=disposition)
    assert fetcher.fetch(f"{SITE}/download.html").suffix == ".docx"


NO_TYPE = "it does not say of what type it is; save it by hand under a name that does (.pdf, .html, …) and ingest that"


@pytest.mark.parametrize(
    ("content_type", "body", "why"),
    [
        ("image/png", b"x", "it is of the type 'image/png', which cannot be read; look for the same as a web page, PDF or text"),
        (
            "application/json",
            b"{}",
            "it is of the type 'application/json', which cannot be read; look for the same as a web page, PDF or text",
        ),
        (None, b"x", NO_TYPE),
        ("application/octet-stream", b"", NO_TYPE),
        ("application/zip", archive(a=b"x"), NO_TYPE),
        ("application/zip", archive(a=b"x")[:-9], NO_TYPE),
    ],
    ids=["picture", "json", "no type", "empty", "zip", "broken zip"],
)
def test_what_cannot_be_read_is_refused(
    server: WebServer, fetcher: Fetcher, content_type: str | None, body: bytes, why: str
) -> None:
    """A type without a loader is named; a page without a type asks for one."""
    server.pages["/a"] = Page(body, content_type)
    assert refusal(fetcher, f"{SITE}/a") == why


@pytest.mark.parametrize(
    ("status", "headers", "why"),
    [
        (401, {}, f"401: it wants a login; {BY_HAND}"),
        (403, {}, f"403: it wants a login or turns programs away; {BY_HAND}"),
        (404, {}, "404: it is not there; check the address"),
        (410, {}, "410: it has been taken away; look for another address"),
        (451, {}, f"451: it may not be shown for legal reasons; {BY_HAND}"),
        (429, {"Retry-After": "90"}, "429: the server is too busy; try again after 2 minute(s), as it asks"),
        (
            503,
            {"Retry-After": "Wed, 25 Nov 2026 20:00:00 GMT"},
            "503: the server is too busy; try again after 2026-11-25 20:00 UTC, as it asks",
        ),
        (503, {"Retry-After": "\u0007"}, "503: the server is too busy; try again later"),
        (500, {}, f"500: the server failed; try again later, or {BY_HAND}"),
        (206, {}, f"206: the server answered with something else than the page; {BY_HAND}"),
        (301, {}, f"301: the server answered with something else than the page; {BY_HAND}"),
        (304, {}, f"304: the server answered with something else than the page; {BY_HAND}"),
        (418, {}, f"418: the server answered with something else than the page; {BY_HAND}"),
    ],
)
def test_a_status_is_told_with_the_next_step(
    server: WebServer, fetcher: Fetcher, status: int, headers: dict[str, str], why: str
) -> None:
    """An answer that is not the page is refused with its status, what it means and what to do."""
    server.pages["/a"] = Page(status=status, headers=headers)
    assert refusal(fetcher, f"{SITE}/a") == why


# --- Being polite


def robots(text: str, status: int = 200) -> Page:
    """A robots.txt."""
    return Page(text.encode(), "text/plain", status)


def test_robots_txt_is_obeyed_and_asked_for_once(server: WebServer, fetcher: Fetcher) -> None:
    """What it does not allow is not asked for."""
    server.pages |= {"/robots.txt": robots("User-agent: *\nDisallow: /b?c"), "/b": Page(HTML)}
    assert fetcher.fetch(f"{SITE}/b").data == HTML
    why = f"the robots.txt of 'documenten.example' does not allow programs to visit it; {BY_HAND}"
    assert refusal(fetcher, f"{SITE}/b?c=d") == why
    assert server.paths(robots=True) == ["/robots.txt", "/b"]


def test_robots_txt_is_obeyed_where_a_redirect_leads(server: WebServer, internet: Internet, fetcher: Fetcher) -> None:
    """Each host on the way has rules of its own."""
    internet.names["ander.example"] = [PUBLIC]
    server.pages |= {"/a": redirect("http://ander.example/b"), "ander.example/robots.txt": robots("User-agent: *\nDisallow: /")}
    assert refusal(fetcher, f"{SITE}/a") == f"the robots.txt of 'ander.example' does not allow programs to visit it; {BY_HAND}"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_without_robots_txt_all_is_allowed(server: WebServer, fetcher: Fetcher, status: int) -> None:
    """A server that says it has none has none."""
    server.pages["/robots.txt"] = robots("User-agent: *\nDisallow: /", status)
    assert fetcher.fetch(f"{SITE}/a").data == HTML


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (robots("", 500), f"500: the server failed; try again later, or {BY_HAND}"),
        (robots("", 503), "503: the server is too busy; try again later"),
        (robots("", 429), "429: the server is too busy; try again later"),
        (Page(b"User", length=9), SAVED_LATER),
        (redirect("/robots.txt"), f"it redirects in a circle; {BY_HAND}"),
    ],
    ids=["500", "503", "429", "cut", "circle"],
)
def test_where_robots_txt_cannot_be_read_nothing_is_visited(server: WebServer, fetcher: Fetcher, page: Page, why: str) -> None:
    """A server that cannot tell what it allows is left alone, and is not asked again."""
    server.pages["/robots.txt"] = page
    told = f"the robots.txt of 'documenten.example', which says what programs may visit, cannot be read: {why}"
    assert [refusal(fetcher, f"{SITE}/{path}") for path in "ab"] == [told, told]
    assert server.paths(robots=True) == ["/robots.txt"]


def test_robots_txt_may_be_elsewhere_packed_and_long(server: WebServer, fetcher: Fetcher) -> None:
    """It is found through a redirect and unpacked; of a long one the first half megabyte counts."""
    text = b"User-agent: *\nDisallow: /a\n" + b"# x\n" * 1_000_000
    server.pages |= {"/robots.txt": redirect("/r"), "/r": Page(gzip.compress(text), headers={"Content-Encoding": "gzip"})}
    assert "does not allow programs" in refusal(fetcher, f"{SITE}/a")


def test_there_is_a_pause_between_requests_to_a_host(server: WebServer, internet: Internet, fetcher: Fetcher) -> None:
    """A second, also after a failure and before robots.txt is followed by the page; another host need not wait."""
    internet.names["ander.example"] = [PUBLIC]
    fetcher.fetch(f"{SITE}/a")
    assert internet.waits == [1.0]
    refusal(fetcher, f"{SITE}/b")
    fetcher.fetch(f"{SITE}/a")
    assert internet.waits == [1.0] * 3
    server.pages["ander.example/robots.txt"] = robots("User-agent: *\nCrawl-delay: 7")
    fetcher.fetch("http://ander.example/a")
    assert internet.waits == [1.0, 1.0, 1.0, 7.0]


# --- What is kept


def versioned(seen: Seen) -> Page:
    """A page that says which version it is, and is sent only to who does not have it."""
    if seen.headers.get("If-None-Match") == '"v1"':
        return Page(status=304)
    return Page(HTML, "text/html; charset=utf-8", headers={"ETag": '"v1"'})


def dated(seen: Seen) -> Page:
    """A page that says of when it is, and is sent only to who does not have it."""
    date = "Wed, 25 Nov 2026 20:00:00 GMT"
    if seen.headers.get("If-Modified-Since") == date:
        return Page(status=304)
    return Page(HTML, "text/html; charset=utf-8", headers={"Last-Modified": date})


@pytest.mark.parametrize("page", [versioned, dated])
def test_what_did_not_change_is_not_sent_again(
    server: WebServer, internet: Internet, tmp_path: Path, page: Callable[[Seen], Page]
) -> None:
    """By ETag or by date, also in a later run, through a redirect, and with all that was known of it."""
    server.pages |= {"/a": redirect("/b"), "/b": page}
    runs = []
    for _ in range(3):
        with Fetcher(tmp_path / "cache", outside=internet.outside()) as fetcher:
            runs.append(fetcher.fetch(f"{SITE}/a"))
    expected = [Fetched(HTML, ".html", f"{SITE}/b", is_from_cache=cached, charset="utf-8") for cached in (False, True, True)]
    assert runs == expected


def test_what_changed_is_sent_again(server: WebServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """A new version takes the place of the one that was kept."""
    server.pages["/a"] = versioned
    fetcher.fetch(f"{SITE}/a")
    server.pages["/a"] = Page(b"new", headers={"ETag": '"v2"'})
    assert fetcher.fetch(f"{SITE}/a") == Fetched(b"new", ".html", f"{SITE}/a", is_from_cache=False, charset=None)
    copy = kept(tmp_path / "cache", f"{SITE}/a")
    assert copy
    assert (copy.data, copy.suffix, copy.url, copy.charset, copy.etag) == (b"new", ".html", f"{SITE}/a", None, '"v2"')


def test_a_copy_counts_only_for_the_address_that_gave_it(server: WebServer, fetcher: Fetcher) -> None:
    """Where an address leads elsewhere than it did, it is not asked for the version of another page, and may not claim it."""
    server.pages |= {"/a": redirect("/b"), "/b": versioned}
    fetcher.fetch(f"{SITE}/a")
    server.pages["/a"] = Page(status=304)
    assert refusal(fetcher, f"{SITE}/a") == f"304: the server answered with something else than the page; {BY_HAND}"
    assert "If-None-Match" not in server.seen[-1].headers


@pytest.mark.parametrize("headers", [{}, {"ETag": '"v2"', "Cache-Control": "private, NO-STORE"}, {"ETag": ""}])
def test_what_cannot_be_asked_for_again_is_not_kept(
    server: WebServer, fetcher: Fetcher, tmp_path: Path, headers: dict[str, str]
) -> None:
    """Without a version, or where the server says not to, nothing is left on the disk, not of the time before either."""
    server.pages["/a"] = versioned
    fetcher.fetch(f"{SITE}/a")
    server.pages["/a"] = Page(b"new", headers=headers)
    fetcher.fetch(f"{SITE}/a")
    assert list((tmp_path / "cache").iterdir()) == []


def truncate(path: Path) -> None:
    """Cut a file in half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    "damage",
    [truncate, Path.unlink, lambda path: path.write_bytes(b"[]"), lambda path: path.write_bytes(b'{"sha256": 1, "x": 2}')],
    ids=["cut", "gone", "other", "odd"],
)
@pytest.mark.parametrize("suffix", [".json", ".body"])
def test_a_damaged_copy_is_as_good_as_none(
    server: WebServer, fetcher: Fetcher, tmp_path: Path, suffix: str, damage: Callable[[Path], object]
) -> None:
    """It is not asked whether it changed; the page is fetched whole and kept anew."""
    server.pages["/a"] = versioned
    fetcher.fetch(f"{SITE}/a")
    [path] = (tmp_path / "cache").glob(f"*{suffix}")
    damage(path)
    assert kept(tmp_path / "cache", f"{SITE}/a") is None
    assert [fetcher.fetch(f"{SITE}/a").is_from_cache for _ in range(2)] == [False, True]


@pytest.mark.parametrize(("name", "value"), [("etag", 1), ("suffix", []), ("more", "x")])
def test_a_copy_with_odd_facts_is_as_good_as_none(
    server: WebServer, fetcher: Fetcher, tmp_path: Path, name: str, value: object
) -> None:
    """Facts that this program would not have written are not used."""
    server.pages["/a"] = versioned
    fetcher.fetch(f"{SITE}/a")
    [path] = (tmp_path / "cache").glob("*.json")
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {name: value}), "utf-8")
    assert kept(tmp_path / "cache", f"{SITE}/a") is None


def test_only_copies_of_what_is_held_are_kept(server: WebServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """A page stays as long as a document came from its address, however that is written; half-written copies go at once."""
    server.pages["/a"] = server.pages["/b"] = versioned
    fetcher.fetch(f"{SITE}/a")
    held = {path.name for path in (tmp_path / "cache").iterdir()}
    fetcher.fetch(f"{SITE}/b")
    for name in held:
        (tmp_path / "cache" / f"{name}.new").write_bytes(HTML)
    places = WebPlaces(tmp_path / "cache", tmp_path / "saved")
    source = Source("a", "A", f"{SITE}:80/a#top", "nl", also=("/elders.txt", "official:a"), url="no address")
    assert sweep_copies([source], places) == 4
    assert {path.name for path in (tmp_path / "cache").iterdir()} == held
    assert sweep_copies([], places) == 2
    assert list((tmp_path / "cache").iterdir()) == []


def test_what_cannot_be_forgotten_is_told(server: WebServer, fetcher: Fetcher, tmp_path: Path) -> None:
    """A copy that is still there is never said to be gone, nor passed over when the page may not be kept any more."""
    server.pages["/a"] = versioned
    fetcher.fetch(f"{SITE}/a")
    [path] = (tmp_path / "cache").glob("*.body")
    path.unlink()
    path.mkdir()
    with pytest.raises(UnavailableError, match=r"^The copies of web pages in '.*cache' could not be removed"):
        sweep_copies([], WebPlaces(tmp_path / "cache", tmp_path / "saved"))
    server.pages["/a"] = Page(b"new")
    with pytest.raises(UnavailableError, match=r"^The copy of 'http://documenten\.example/a' could not be removed"):
        fetcher.fetch(f"{SITE}/a")


def test_where_nothing_can_be_kept_pages_are_fetched_all_the_same(server: WebServer, internet: Internet, tmp_path: Path) -> None:
    """A cache that cannot be written costs time and nothing else."""
    server.pages["/a"] = versioned
    (tmp_path / "cache").write_bytes(b"a file")
    with Fetcher(tmp_path / "cache", outside=internet.outside()) as fetcher:
        assert [fetcher.fetch(f"{SITE}/a").is_from_cache for _ in range(2)] == [False, False]


# --- Secrets


def test_no_secret_is_told_logged_or_kept(
    server: WebServer, fetcher: Fetcher, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A password in an address, and a signature in the address that a server sends one to, stay out of everything."""
    caplog.set_level(logging.DEBUG)
    server.pages |= {"/a": redirect("/b?signature=geheim#geheim"), "/b?signature=geheim": versioned}
    fetched = fetcher.fetch(f"{SITE}/a")
    server.pages["/c"] = redirect("http://jan:geheim@127.0.0.1/?token=geheim")
    told = [
        refusal(fetcher, f"{SITE}/c"),
        refusal(fetcher, "http://jan:geheim@documenten.example/"),
        refusal(fetcher, "http://weg.example/?token=geheim"),
        refusal(fetcher, "http://jan:ge/heim@documenten.example/"),
    ]
    kept = b"".join(path.name.encode() + path.read_bytes() for path in (tmp_path / "cache").iterdir())
    assert fetched.url == f"{SITE}/a"
    assert "geheim" not in "".join(told) + caplog.text + repr(fetched)
    assert b"geheim" not in kept
