"""Sections of the report as Markdown."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from statistics import median

from tests.benchmarks.figures import Bound, Compared, Figure, Section

_MET = {True: "yes", False: "no", None: ""}


def markdown_of(section: Section) -> str:
    """A section: what it is about, its tables, what was skipped."""
    return "\n".join([f"## {section.title}", "", *section.about.split("\n"), *_tables(section)])


def _tables(section: Section) -> Iterator[str]:
    if section.figures:
        yield from ["", "| | Median | Smallest to largest | | Aim | Met |", "|---|--:|---|---|---|---|"]
        yield from map(_figure, section.figures)
    if section.compared:
        yield from _compared(section.compared)
    if section.skipped:
        yield from ["", "Skipped:", "", *(f"- {one_line(each)}" for each in section.skipped)]


def _figure(figure: Figure) -> str:
    spread = (
        f"{number(min(figure.values))} to {number(max(figure.values))}, {len(figure.values)} times"
        if len(figure.values) > 1
        else ""
    )
    aim = _aim(figure.bound, figure.unit) if figure.bound else ""
    name = f"{figure.name} ({figure.note})" if figure.note else figure.name
    return f"| {name} | {number(figure.median)} | {spread} | {figure.unit} | {aim} | {_MET[figure.is_met]} |"


def _aim(bound: Bound, unit: str) -> str:
    return f"{'≥' if bound.at_least else '≤'} {number(bound.limit)} {unit}".rstrip()


def _compared(compared: Sequence[Compared]) -> Iterator[str]:
    peers = list(compared[0].peers)
    yield from ["", f"| Median | Kanttekening | {' | '.join(peers)} |", f"|---|--:|{'--:|' * len(peers)}"]
    for each in compared:
        name = f"{each.name} ({each.unit})" if each.unit else each.name
        cells = [number(median(values)) for values in (each.ours, *(each.peers[peer] for peer in peers))]
        yield f"| {name} | {' | '.join(cells)} |"
    bounded = [each for each in compared if each.bound]
    if not peers or not bounded:
        return
    yield from ["", f"| Ours beside | Aim | {' | '.join(peers)} |", f"|---|---|{'--:|' * len(peers)}"]
    for each in bounded:
        cells = [f"{_beside(each, peer)}{'' if each.is_met(peer) else ', not met'}" for peer in peers]
        yield f"| {each.name} | {_share(each)} | {' | '.join(cells)} |"


def _beside(each: Compared, peer: str) -> str:
    ratio = each.ratio(peer)
    if each.is_share:
        return f"{ratio:+.2f}"
    return f"{ratio:.2f} (1/{1 / ratio:.1f})" if 0 < ratio < 1 else f"{ratio:.2f}"


def _share(each: Compared) -> str:
    if each.bound is None:
        return ""
    return "higher" if each.is_share else f"≤ {Fraction(each.bound.limit).limit_denominator(20)}"


def number(value: float) -> str:
    """A figure in as many digits as say something."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def one_line(text: str) -> str:
    """What can stand on a line, without the paths of the machine: the last line of an error says most."""
    return text.strip().splitlines()[-1] if text.strip() else "no reason given"
