"""Sections of the report as Markdown."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from statistics import median
from textwrap import fill

from tests.benchmarks.figures import Bound, Compared, Figure, Section

_WIDE = 130
_MET = {True: "yes", False: "no", None: ""}


def markdown_of(section: Section) -> str:
    """A section: what it is about, its tables, what was skipped."""
    about = fill(" ".join(section.about.split()), _WIDE, break_long_words=False, break_on_hyphens=False)
    return "\n".join([f"## {section.title}", "", about, *_tables(section)])


def _tables(section: Section) -> Iterator[str]:
    if section.figures:
        has_aims = any(figure.bound for figure in section.figures)
        yield from ["", f"| | Median | Smallest to largest |{' Aim | Met |' if has_aims else ''}"]
        yield f"|---|--:|---|{'---|---|' if has_aims else ''}"
        yield from (_figure(figure, has_aims=has_aims) for figure in section.figures)
    if section.compared:
        yield from _compared(section.compared)
    if section.skipped:
        yield from ["", "Skipped:", "", *(f"- {each}" for each in section.skipped)]


def _figure(figure: Figure, *, has_aims: bool) -> str:
    count, least, most = len(figure.values), min(figure.values), max(figure.values)
    spread = f"{number(least)} to {number(most)}, {count} times" if count > 1 else ""
    name = f"{figure.name} ({figure.note})" if figure.note else figure.name
    cells = [name, f"{number(figure.median)} {figure.unit}", spread]
    if has_aims:
        cells += [_aim(figure.bound, figure.unit) if figure.bound else "", _MET[figure.is_met]]
    return f"| {' | '.join(cells)} |"


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
