"""What a robots.txt allows."""

import pytest

from ingest.robots import Rules, parse_robots


def allowed(robots: str, path: str) -> bool:
    """Whether a robots.txt allows this program a path."""
    return parse_robots(robots, "Kanttekening").allow(path)


@pytest.mark.parametrize(
    ("rules", "path", "may"),
    [
        ("", "/a", True),
        ("Disallow:", "/a", True),
        ("Disallow: /", "/a", False),
        ("Disallow: /a", "/ab", False),
        ("Disallow: /a", "/A", True),
        ("Disallow: /a/\nAllow: /a/b", "/a/b", True),
        ("Allow: /a\nDisallow: /a", "/a", True),
        ("Allow: /a\nDisallow: /a/b", "/a/b", False),
        ("Disallow: /*.pdf$", "/x/y.pdf", False),
        ("Disallow: /*.pdf$", "/x/y.pdf?z", True),
        ("Disallow: /*.pdf", "/x/y.pdf?z", False),
        ("Disallow: /a*b*c", "/a-b-c-d", False),
        ("Disallow: /a*b*c", "/a-c-b", True),
        ("Disallow: /ab*b$", "/ab", True),
        ("Disallow: /a$", "/a", False),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /*?sort=", "/x?sort=1", False),
        ("Disallow: /caf%C3%A9", "/café", False),
        ("Disallow: /café", "/caf%c3%a9", False),
        ("Disallow: /a%2fb", "/a/b", True),
        ("Disallow: /%7Ejan", "/~jan", False),
        ("Disallow: /a # not this", "/a", False),
        ("disallow : /a", "/a", False),
        ("Unknown: x\nDisallow: /a", "/a", False),
    ],
)
def test_the_longest_rule_that_matches_decides(rules: str, path: str, may: bool) -> None:  # noqa: FBT001  # a column of the table
    """Wildcards, ends, codes and ties are read as RFC 9309 has them."""
    assert allowed(f"User-agent: *\n{rules}", path) is may


@pytest.mark.parametrize(
    ("robots", "may"),
    [
        ("User-agent: Kanttekening\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: KANTTEKENING/9.9\nAllow: /", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: kanttekening\nDisallow:", True),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: kantteken\nDisallow: /", True),
        ("User-agent: other\nUser-agent: kanttekening\nDisallow: /", False),
        ("User-agent: kanttekening\nCrawl-delay: 2\nUser-agent: other\nDisallow: /", False),
        ("User-agent: kanttekening\nAllow: /b\nUser-agent: x\nAllow: /\nUser-agent: kanttekening\nDisallow: /", False),
        ("\ufeffUser-agent: *\r\nDisallow: /", False),
        ("Disallow: /", True),
        ("<html>not found</html>", True),
    ],
)
def test_the_groups_that_name_the_program_go_before_those_for_everyone(robots: str, may: bool) -> None:  # noqa: FBT001
    """A group counts for the programs named above it; groups for the same program are one."""
    assert allowed(robots, "/a") is may


@pytest.mark.parametrize(("said", "seconds"), [("2.5", 2.5), ("3600", 10.0), ("-1", 0.0), ("1e9", 0.0), ("nan", 0.0), ("", 0.0)])
def test_a_pause_that_is_asked_for_is_kept_up_to_ten_seconds(said: str, seconds: float) -> None:
    """Crawl-delay counts where it is a number, and never for longer than ten seconds."""
    assert parse_robots(f"User-agent: *\nCrawl-delay: {said}", "Kanttekening") == Rules((), seconds)


def test_a_hostile_pattern_is_decided_at_once() -> None:
    """A thousand wildcards against a long path take no more steps than both are long."""
    assert allowed("User-agent: *\nDisallow: /" + "a*" * 1000 + "b", "/" + "a" * 5000)
