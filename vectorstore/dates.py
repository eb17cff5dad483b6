"""Dates as documents and debates have them: ISO, and perhaps without the day or the month."""

import re
from datetime import date

_PARTIAL_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


def is_date(text: str) -> bool:
    """Whether a text is an ISO date that may lack its day or month."""
    try:
        return _PARTIAL_DATE.fullmatch(text) is not None and bool(date.fromisoformat(f"{text}-01-01"[:10]))
    except ValueError:
        return False
