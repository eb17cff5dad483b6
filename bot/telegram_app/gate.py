"""Who is answered, and how fast: lists of people and groups, and limits for each person and for all together."""

import time
from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum

from bot.settings import FrontSettings

_PERSON_PER_SECOND = 1.0  # https://core.telegram.org/bots/faq: a bot can say about one thing a second in one chat
_KNOWN = 10_000  # people whose pace is kept


class Verdict(StrEnum):
    """What becomes of a message."""

    PASS = "pass"  # noqa: S105  # is no password
    SILENT = "silent"
    TOO_FAST = "too_fast"
    BUSY = "busy"


class Bucket:
    """Lets so many through in a row, and after that as many as flow in."""

    def __init__(self, size: float, per_second: float, now: float) -> None:
        self._size, self._per_second = size, per_second
        self._level, self._at = size, now
        self.has_told = False
        """Whether its person has been told to wait, and nothing of theirs has got through since."""

    def takes(self, now: float) -> bool:
        """Whether there was room for one more."""
        self._level = min(self._size, self._level + (now - self._at) * self._per_second)
        self._at = now
        if self._level < 1.0:
            return False
        self._level -= 1.0
        return True


class Gate:
    """Judges each update before anything is done for it."""

    def __init__(self, settings: FrontSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._people: OrderedDict[int, Bucket] = OrderedDict()
        self._everybody = Bucket(settings.overall_rate, settings.overall_rate / 60, clock())

    def judge(self, chat: int | None, person: int | None) -> Verdict:
        """Whether to answer; that it goes too fast is said once, until something gets through again."""
        verdict, bucket = self._judged(chat, person)
        if bucket is None:
            return verdict
        told, bucket.has_told = bucket.has_told, verdict is not Verdict.PASS
        return Verdict.SILENT if told and bucket.has_told else verdict

    def admits(self, chat: int | None, person: int | None) -> bool:
        """The same where nothing can be said to whoever goes too fast, and so nothing counts as said."""
        return self._judged(chat, person)[0] is Verdict.PASS

    def _judged(self, chat: int | None, person: int | None) -> tuple[Verdict, Bucket | None]:
        """The verdict, with the bucket that it came from where the pace had a say in it."""
        if not self._is_welcome(chat, person):
            return Verdict.SILENT, None
        if person in self._settings.operators:
            return Verdict.PASS, None
        now = self._clock()
        bucket = self._bucket(person or chat or 0, now)
        if not bucket.takes(now):
            return Verdict.TOO_FAST, bucket
        return (Verdict.PASS if self._everybody.takes(now) else Verdict.BUSY), bucket

    def _is_welcome(self, chat: int | None, person: int | None) -> bool:
        ids = {each for each in (chat, person) if each is not None}
        settings = self._settings
        if ids & settings.blocked:
            return False
        return not settings.allowed or bool(ids & (settings.allowed | settings.operators))

    def _bucket(self, person: int, now: float) -> Bucket:
        bucket = self._people.pop(person, None) or Bucket(self._settings.person_rate, _PERSON_PER_SECOND, now)
        self._people[person] = bucket
        if len(self._people) > _KNOWN:
            self._people.popitem(last=False)
        return bucket
