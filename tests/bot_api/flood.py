"""How often a bot may send, where a test wants that kept: as Telegram says it to developers."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from math import ceil

from tests.bot_api.faults import TooMany


@dataclass
class _Window:
    """At most `most` in `seconds`."""

    most: int
    seconds: float
    times: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        while self.times and now - self.times[0] >= self.seconds:
            self.times.popleft()
        return self.seconds - (now - self.times[0]) if len(self.times) >= self.most else 0.0


class Flood:
    """One a second in a chat with some at once, thirty a second over all, and twenty a minute in a group."""

    def __init__(self, *, burst: int = 5, overall: int = 30, group: int = 20) -> None:
        self._overall = _Window(overall, 1.0)
        self._chats: defaultdict[int, _Window] = defaultdict(lambda: _Window(burst, float(burst)))
        self._groups: defaultdict[int, _Window] = defaultdict(lambda: _Window(group, 60.0))

    def judge(self, chat_id: int, now: float) -> TooMany | None:
        """Count something that is sent, or say how long to wait."""
        windows = [self._overall, self._chats[chat_id], *([self._groups[chat_id]] if chat_id < 0 else [])]
        wait = max(window.wait(now) for window in windows)
        if wait > 0:
            return TooMany(max(1, ceil(wait)))
        for window in windows:
            window.times.append(now)
        return None
