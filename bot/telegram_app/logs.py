"""The log of the bot: on stderr, a line for each event. No question is ever in it, and the token never."""

import logging
import sys
from logging import Formatter, LogRecord, StreamHandler

LOG = logging.getLogger("kanttekening.telegram")
_HIDDEN = "[token]"
_NEVER = logging.CRITICAL + 1


class _WithoutToken(Formatter):
    """Takes the token out of whatever is logged; libraries put it into addresses."""

    def __init__(self, token: str) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._token = token

    def format(self, record: LogRecord) -> str:
        """The line. What an exception says, and where it came from, stays out: it may hold what was asked.

        Of other programmers' lines it is one line: asyncio, for one, writes out on the next what a lost exception says.
        """
        record.exc_info, record.exc_text, record.stack_info = None, None, None
        if record.name != LOG.name:
            record.msg, record.args = f"{record.name}: {record.getMessage().partition(chr(10))[0]}", ()
        return super().format(record).replace(self._token, _HIDDEN)


def start_log(token: str) -> None:
    """Send our own lines, and warnings of libraries, to stderr."""
    handler = StreamHandler(sys.stderr)
    handler.setFormatter(_WithoutToken(token))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    LOG.setLevel(logging.INFO)
    # They log addresses, which hold the token, and the texts of exceptions and whole updates; their errors reach us another way.
    for chatty in ("httpx", "httpcore", "telegram", "tornado.access"):
        logging.getLogger(chatty).setLevel(_NEVER)
