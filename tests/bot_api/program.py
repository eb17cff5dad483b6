"""The real program, as a process of its own that talks to the server of a test."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.command import environment
from tests.started import Streams, start

if TYPE_CHECKING:
    from types import TracebackType
    from typing import BinaryIO

    from tests.bot_api.server import BotApi


@dataclass(frozen=True)
class Ended:
    """How a process ended, and what it wrote."""

    exit_code: int
    stdout: str
    stderr: str


class Bot:
    """A running `kanttekening telegram`; a context manager that always ends its process."""

    def __init__(self, server: BotApi, home: Path, *, module: str | None = None, **settings: str | Path) -> None:
        """`patience` among the settings has fields of `Patience`, as JSON, where the program's own would take too long.

        `module` is run in its place, without arguments.
        """
        patience = settings.pop("patience", None)
        self._server = server
        self._stdout, self._stderr = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115  # closed when it ended
        given = {"telegram_token": server.token, "telegram_base_url": server.base_url, "home": home, **settings}
        program, arguments = module or "bot", [] if module else ["telegram"]
        if patience is not None:
            program, arguments = "tests.bot_api.impatient", [str(patience)]
        with Path(os.devnull).open("rb") as nothing:
            streams = Streams(nothing.fileno(), self._stdout.fileno(), self._stderr.fileno())
            self.process = start(arguments, environment(**given), streams, module=program)
        self._watch = threading.Thread(target=self._tell_when_over, name="end of the bot")
        self._watch.start()
        self._ended: Ended | None = None

    @property
    def is_running(self) -> bool:
        """Whether the process is still there."""
        return self.process.returncode is None

    def wait_until_up(self, seconds: float = 60) -> Self:
        """Wait until it polls, or has set its webhook; what it wrote is in the error when it ended before that."""
        server, polls, webhooks = self._server, self._server.polling.count, self._server.webhooks_set

        def is_up_or_over() -> bool:
            is_up = server.polling.count > polls or server.webhooks_set > webhooks
            return is_up or not self.is_running

        server.wait(is_up_or_over, seconds)
        assert self.is_running, f"the bot ended: {self.wait()}"
        return self

    def wait(self, seconds: float = 60) -> Ended:
        """Wait until it ends of its own accord."""
        self._watch.join(seconds)
        assert not self.is_running, f"the bot does not end:\n{self._server.record()}"
        if self._ended is None:
            self._ended = Ended(self.process.returncode, _all_of(self._stdout), _all_of(self._stderr))
        return self._ended

    def stderr(self) -> str:
        """What it wrote until now."""
        return _all_of(self._stderr)

    def stop(self, seconds: float = 60) -> Ended:
        """SIGTERM, as systemd ends it, and wait for the end."""
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def kill(self) -> Ended:
        """SIGKILL: it gets no chance to do anything."""
        if self.is_running:
            self.process.kill()
        return self.wait()

    def _tell_when_over(self) -> None:
        self.process.wait()
        with self._server.changed:
            self._server.changed.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()
        self._stdout.close()
        self._stderr.close()


def start_bot(server: BotApi, home: Path, *, module: str | None = None, **settings: str | Path) -> Bot:
    """Start it, or another program, and wait until it hears what people say; a name in lower case is a setting of ours."""
    bot = Bot(server, home, module=module, **settings)
    try:
        return bot.wait_until_up()
    except BaseException:
        bot.__exit__(None, None, None)
        raise


def _all_of(file: BinaryIO) -> str:
    descriptor = file.fileno()
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode()  # leaves the place where the process writes alone
