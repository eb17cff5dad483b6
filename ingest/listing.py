"""How several things are named in one sentence: "pages 2, 5 and 7", "begroting.xlsx, brief.pdf and 3 more"."""

from collections.abc import Sequence

_MOST = 8


def numbers(noun: str, found: Sequence[int]) -> str:
    """Ascending numbers after their noun, those that follow each other as a range: "page 3", "pages 2-4 and 9"."""
    runs: list[list[int]] = []
    for number in found:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [part for run in runs for part in ([f"{run[0]}-{run[-1]}"] if len(run) > 2 else map(str, run))]  # two are no range
    return f"{counted_noun(noun, len(found))} {listed(parts)}"


def counted(noun: str, count: int) -> str:
    """ "1 chapter", "2 chapters"."""
    return f"{count} {counted_noun(noun, count)}"


def counted_noun(noun: str, count: int) -> str:
    """The noun as it stands after a number."""
    return noun if count == 1 else f"{noun}s"


def listed(parts: Sequence[str]) -> str:
    """Parts with commas and "and"; of many the first few and how many more there are."""
    if len(parts) > _MOST:
        parts = [*parts[:_MOST], f"{len(parts) - _MOST} more"]
    return " and ".join(each for each in (", ".join(parts[:-1]), *parts[-1:]) if each)
