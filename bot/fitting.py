"""Texts that may not be longer than somebody else allows: cut between words, and said to be cut."""

from collections.abc import Callable


def cut(text: str, most: int) -> str:
    """A text of so many characters at most, one or more; one that is cut says so by "…"."""
    if len(text) <= most:
        return text
    start = text[: max(most - 1, 0)]
    return f"{start.rpartition(' ')[0].rstrip(' ,…') or start}…"


def fitted(say: Callable[..., str], title: str, most: int) -> str:
    """What `say(title=…)` says, in so many characters at most; the title is what gives way first."""
    whole = say(title=title)
    if len(whole) > most:
        whole = say(title=cut(title, max(len(title) - (len(whole) - most), 1)))
    return cut(whole, most)
