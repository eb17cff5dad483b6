"""Which addresses may be visited, and how they are shown."""

import pytest

from ingest.addresses import is_public, is_web_address, shown, visitable
from ingest.extraction import RefusedError

BY_HAND = "save the page by hand and ingest the file"


def refusal(url: str, *, may_visit_private: bool = False) -> str:
    """Why an address is refused."""
    with pytest.raises(RefusedError) as refused:
        visitable(url, may_visit_private=may_visit_private)
    return str(refused.value)


@pytest.mark.parametrize(
    ("written", "visited"),
    [
        ("HTTPS://Documenten.EXAMPLE/a?b=c#d", "https://documenten.example/a?b=c"),
        ("http://documenten.example:80", "http://documenten.example"),
        ("https://documenten.example.:443/", "https://documenten.example/"),
        ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
        ("http://documenten.example:8080/", "http://documenten.example:8080/"),
        ("  http://93.184.215.14/\n", "http://93.184.215.14/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
    ],
)
def test_an_address_has_one_form(written: str, visited: str) -> None:
    """Capitals, the usual port, a dot at the end and a fragment make no difference; other letters are coded."""
    assert str(visitable(written)) == visited


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104  # an address to refuse, not to bind to
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "198.18.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fec0::1",
        "fd00:ec2::254",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::1",
        "2002:a00:1::1",
        "2002:a9fe:a9fe::1",
        "2001:0:1::1",
        "2001:db8::1",
        "3fff::1",
        "100::1",
        "5f00::1",
        "4000::1",
        "2606:4700::5efe:a00:1",
        "2606:4700::200:5efe:7f00:1",
    ],
)
def test_no_address_of_a_machine_or_a_private_network_is_public(host: str) -> None:
    """Loopback, private, link-local, shared, reserved, multicast and metadata addresses are refused, also packed in another."""
    assert not is_public(host)
    literal = f"[{host}]" if ":" in host else host
    assert "which is on this machine or a private network, and is not visited" in refusal(f"http://{literal}/")
    assert visitable(f"http://{literal}/", may_visit_private=True).host


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    """What everyone can reach may be visited, also packed in another address."""
    assert is_public(address)


@pytest.mark.parametrize("answer", ["", "fe80::1%eth0", "8.8.8.8%1", "nonsense", "8.8.8", "0x8.8.8.8"])
def test_what_is_no_address_is_not_public(answer: str) -> None:
    """An answer of a name server that cannot be read is not trusted."""
    assert not is_public(answer)


@pytest.mark.parametrize(
    ("host", "shown_host"),
    [
        ("localhost", "localhost"),
        ("LOCALHOST.", "localhost"),
        ("a.localhost", "a.localhost"),
        ("metadata.google.internal", "metadata.google.internal"),
        ("printer.local", "printer.local"),
        ("router.home.arpa", "router.home.arpa"),
    ],
)
def test_names_of_this_machine_and_its_network_are_refused(host: str, shown_host: str) -> None:
    """Names that are never of the internet are refused before anything is looked up."""
    reason = f"its host is {shown_host!r}, which is on this machine or a private network, and is not visited; {BY_HAND}"
    assert refusal(f"http://{host}/x") == reason


ODD = "is an odd way to write an IP address; write four numbers, or a name"
AS_SHOWN = "write it as a browser shows it"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://2130706433/", f"its host '2130706433' {ODD}"),
        ("http://0x7f.1/", f"its host '0x7f.1' {ODD}"),
        ("http://0x7f000001", f"its host '0x7f000001' {ODD}"),
        ("http://127.1/", f"its host '127.1' {ODD}"),
        ("http://0177.0.0.1/", f"it is not a valid web address; {AS_SHOWN}"),
        ("http://127.0.0.1.example.0x1/", f"its host '127.0.0.1.example.0x1' {ODD}"),
        ("http://[::1%25eth0]/", f"it names no valid host; {AS_SHOWN}"),
        ("http://exa%6dple.nl/", f"it names no valid host; {AS_SHOWN}"),
        ("http://-x.nl/", f"it names no valid host; {AS_SHOWN}"),
        ("http://a..nl/", f"it names no valid host; {AS_SHOWN}"),
        ("http:///path", f"it names no valid host; {AS_SHOWN}"),
        ("http:documenten.example", f"it names no valid host; {AS_SHOWN}"),
        ("http://\uff11\uff12\uff17.0.0.1/", f"it is not a valid web address; {AS_SHOWN}"),
        ("http://[::1/", f"it is not a valid web address; {AS_SHOWN}"),
        ("http://a.nl:99999/", "its port 99999 does not exist; write the address as a browser shows it"),
        ("http://a.nl:0/", "its port 0 does not exist; write the address as a browser shows it"),
        ("ftp://a.nl/", f"its scheme 'ftp' is not http or https; {BY_HAND}"),
        ("file:///etc/passwd", f"its scheme 'file' is not http or https; {BY_HAND}"),
        ("gopher://a.nl/", f"its scheme 'gopher' is not http or https; {BY_HAND}"),
        ("//a.nl/", f"its scheme '' is not http or https; {BY_HAND}"),
        ("http://a.nl\\@127.0.0.1/", f"it holds a space, a backslash or a control character; {AS_SHOWN}"),
        ("http://a.nl/\r\nX: y", f"it holds a space, a backslash or a control character; {AS_SHOWN}"),
        ("http://a.nl /", f"it holds a space, a backslash or a control character; {AS_SHOWN}"),
        ("https://jan:geheim@a.nl/", f"it holds a user name or password; take them out, or {BY_HAND}"),
        ("https://jan@a.nl/", f"it holds a user name or password; take them out, or {BY_HAND}"),
        ("https://a.nl:80@127.0.0.1/", f"it holds a user name or password; take them out, or {BY_HAND}"),
    ],
)
def test_odd_addresses_are_refused_also_where_private_ones_are_allowed(url: str, reason: str) -> None:
    """An address that programs read in different ways is refused with what is wrong with it."""
    assert refusal(url) == refusal(url, may_visit_private=True) == reason


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("https://jan:geheim@a.nl/b?c=d#e", "https://a.nl/b?c=d"),
        ("https://geheim@a.nl/", "https://a.nl/"),
        ("https://jan:ge/heim@a.nl/", "https://…@a.nl/"),
        ("https://jan:ge#heim@a.nl/", "https://…@a.nl/"),
        ("http://a.nl/?did=1&token=geheim&X-Amz-Signature=geheim&id=2", "http://a.nl/?did=1&token=…&X-Amz-Signature=…&id=2"),
        ("http://a.nl/?api%5Fkey=geheim&code=geheim&barcode=1", "http://a.nl/?api%5Fkey=…&code=…&barcode=1"),
        ("http://a.nl/\x1b[2J", "http://a.nl/[2J"),
        ("http://a.nl/" + "x" * 400, "http://a.nl/" + "x" * 287 + "…"),
        ("https://a.nl/@jan", "https://a.nl/@jan"),
    ],
)
def test_what_is_shown_holds_no_secret(url: str, printed: str) -> None:
    """User names, passwords, fragments, the values of secret parameters and control characters are not printed."""
    assert shown(url) == printed


def test_a_web_address_is_told_from_a_file() -> None:
    """What begins with http: or https: is meant as a web address, whatever may be wrong with it."""
    named = ["https://a.nl", "HTTP://a.nl", " http:a", "a.html", "/https:/a", "ftp://a", "httpsfile.md"]
    assert [is_web_address(each) for each in named] == [True, True, True, False, False, False, False]
