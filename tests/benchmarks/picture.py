"""Draws how long a warm answer takes as an edition grows, in the project's colours."""

from collections.abc import Sequence
from pathlib import Path

from bot.picture_marks import BLUE, BROWN, GREY, HAIRLINE, INK, PAPER

Point = tuple[int, float, float]
"""How many passages, and the median and the 95th percentile in milliseconds."""

_PROMISED = 100  # milliseconds, at the 95th percentile


def draw_growth(points: Sequence[Point], path: Path) -> None:
    """Save the picture; the same points always give the same file."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4), dpi=150, facecolor=PAPER, layout="constrained")
    axes = figure.add_subplot(facecolor=PAPER)
    passages, middle, late = (list(each) for each in zip(*points, strict=True))
    axes.plot(passages, late, color=BROWN, marker="s", linestyle="--", label="95th percentile")
    axes.plot(passages, middle, color=BLUE, marker="o", label="median")
    axes.axhline(_PROMISED, color=GREY, linewidth=0.8, linestyle=":")
    axes.annotate(
        "the aim for the 95th percentile", (passages[0], _PROMISED), (0, 4), textcoords="offset points", color=GREY, size=8
    )
    for values, place in ((late, 8), (middle, -14)):
        for at, value in zip(passages, values, strict=True):
            axes.annotate(f"{value:.0f}", (at, value), (0, place), textcoords="offset points", ha="center", color=INK, size=8)
    axes.set_xscale("log")
    axes.set_xticks(passages, [f"{each:,}" for each in passages])
    axes.minorticks_off()
    axes.set_ylim(0, 1.15 * max(_PROMISED, *late))
    axes.set_xlabel("passages in the edition", color=INK)
    axes.set_title("Milliseconds for a warm answer", color=INK, loc="left", fontweight="bold")
    axes.tick_params(colors=INK, length=0)
    axes.grid(axis="y", color=HAIRLINE, linewidth=0.6)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(HAIRLINE)
    axes.legend(frameon=False, labelcolor=INK, loc="upper left", bbox_to_anchor=(0, 0.88))
    figure.savefig(path, metadata={"Software": None})
