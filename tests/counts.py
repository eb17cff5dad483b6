"""Counts that tests made: how many kills, storms and spoilt files; printed at the end of the run, whatever else is shown."""

COUNTS: list[str] = []


def count(what: str, how_many: object) -> None:
    """Have a count printed."""
    COUNTS.append(f"{what}: {how_many}")
