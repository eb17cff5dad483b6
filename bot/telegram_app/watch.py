"""Whether Telegram is still there for us: a poll that stalls, and another instance that takes our messages."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from telegram.error import Conflict, TelegramError
from telegram.request import HTTPXRequest

from bot.telegram_app.logs import LOG

POLL_SECONDS = 25
"""How long Telegram holds a poll open when there is nothing new."""
STALLED_SECONDS = 180.0
"""A poll that brought neither updates nor an error for so long has stalled: the program ends, and is started anew."""
_CONFLICTS, _WITHIN_SECONDS = 10, 300.0


class PollRequest(HTTPXRequest):
    """The connection for polls; knows when the last one came back, whatever it brought."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  # those of HTTPXRequest
        super().__init__(**options)
        self.last_came_back = time.monotonic()

    async def do_request(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:  # noqa: ANN401  # those of HTTPXRequest
        """A request; also one that fails shows that time goes on."""
        try:
            return await super().do_request(*arguments, **options)
        finally:
            self.last_came_back = time.monotonic()

    @property
    def is_stalled(self) -> bool:
        """Whether nothing has come back for too long."""
        return time.monotonic() - self.last_came_back > STALLED_SECONDS


class Conflicts:
    """Counts how often another instance got our messages. Both stop if both stop at the first time, so neither does."""

    def __init__(self, give_up: Callable[[str], None]) -> None:
        self._give_up = give_up
        self._times: deque[float] = deque(maxlen=_CONFLICTS)
        self._was_unreachable = False

    def __call__(self, error: TelegramError) -> None:
        """Hear of an error while polling; the poll is tried again in any case."""
        if not isinstance(error, Conflict):
            LOG.warning("Polling failed (%s); trying again.", type(error).__name__)
            return
        now = time.monotonic()
        if not self._times or now - self._times[-1] > _WITHIN_SECONDS:
            LOG.warning("Another instance uses the same token. Stop one of the two.")
        self._times.append(now)
        if len(self._times) == _CONFLICTS and now - self._times[0] < _WITHIN_SECONDS:
            self._give_up(
                "Another instance goes on using the same token; this one stops. Stop the other, and start this one again."
            )
