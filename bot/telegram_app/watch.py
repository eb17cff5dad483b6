"""Whether Telegram is still there for us: a poll that stalls, and another instance that takes our messages."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from telegram.error import Conflict, TelegramError
from telegram.request import HTTPXRequest

from bot.telegram_app.logs import LOG

_WITHIN_SECONDS = 300.0


class PollRequest(HTTPXRequest):
    """The connection for polls; knows when the last one came back, and what it brought."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  # those of HTTPXRequest
        super().__init__(**options)
        self.last_came_back = time.monotonic()
        self.last_payload = b""

    async def do_request(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:  # noqa: ANN401  # those of HTTPXRequest
        """A request; also one that fails shows that time goes on."""
        try:
            code, self.last_payload = await super().do_request(*arguments, **options)
        finally:
            self.last_came_back = time.monotonic()
        return code, self.last_payload

    def is_stalled(self, seconds: float) -> bool:
        """Whether nothing has come back for so long."""
        return time.monotonic() - self.last_came_back > seconds


class Conflicts:
    """Counts how often another instance got our messages. Both stop if both stop at the first time, so neither does."""

    def __init__(self, give_up: Callable[[str], None], most: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`give_up` is told why, when there have been `most` within a few minutes."""
        self._give_up, self._clock = give_up, clock
        self._times: deque[float] = deque(maxlen=most)

    def __call__(self, error: TelegramError) -> None:
        """Hear of an error while polling; the poll is tried again in any case."""
        if not isinstance(error, Conflict):
            LOG.warning("Polling failed (%s); trying again.", type(error).__name__)
            return
        now = self._clock()
        if not self._times or now - self._times[-1] > _WITHIN_SECONDS:
            LOG.warning("Another instance uses the same token. Stop one of the two.")
        self._times.append(now)
        if len(self._times) == self._times.maxlen and now - self._times[0] < _WITHIN_SECONDS:
            self._give_up(
                "Another instance goes on using the same token; this one stops. Stop the other, and start this one again."
            )
