"""The server: a thread with a loop of its own, on the loopback address."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from typing import TYPE_CHECKING, Self

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from tests.bot_api.chats import Chat
from tests.bot_api.handling import DownloadHandler, MethodHandler
from tests.bot_api.people import Person
from tests.bot_api.polling import Polling
from tests.bot_api.state import State
from tests.bot_api.webhook import Pusher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import TypeVar

    from tests.bot_api.faults import Fault
    from tests.bot_api.records import Call

    T = TypeVar("T")

TOKEN = "7000000001:AAloopback-only_abcdefghijklmnopqrs"  # noqa: S105  # opens nothing
USERNAME = "kanttekening_bot"
_LARGEST_BODY = 64 * 1024 * 1024


class BotApi(State):
    """Telegram for one bot, with the people who write to it; a context manager that leaves no thread behind."""

    def __init__(self, *, token: str = TOKEN, username: str = USERNAME, privacy: bool = True, sees_mentions: bool = True) -> None:
        super().__init__(token=token, username=username, privacy=privacy, sees_mentions=sees_mentions)
        self.policy: Callable[[Call], Fault | None] | None = None
        self.proxies: dict[str, str] = {}
        self._faults: deque[tuple[frozenset[str], Fault]] = deque()
        self._sockets = bind_sockets(0, "127.0.0.1")
        self.port = int(self._sockets[0].getsockname()[1])
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="Bot API")
        self._is_up = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self.polling = Polling(self)
        self._numbers = iter(range(1, 1_000_000_000))

    @property
    def base_url(self) -> str:
        """What a bot puts before its token."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def base_file_url(self) -> str:
        """The same, for downloads."""
        return f"http://127.0.0.1:{self.port}/file/bot"

    # People

    def person(self, name: str, *, language: str | None = "nl", username: str | None = None) -> Person:
        """Somebody new."""
        with self.changed:
            made = Person(self, 100_000 + next(self._numbers), name, language=language, username=username)
            self.people[made.id] = made
            return made

    def private(self, person: Person) -> Chat:
        """The chat of somebody with the bot, which the bot can write to once they have said something."""
        with self.changed:
            if person.id not in self.chats:
                self._chat(person.id, "private", person.name, [person])
            return self.chats[person.id]

    def group(self, title: str, members: Iterable[Person] = ()) -> Chat:
        """A small group, with the bot in it."""
        return self._chat(-4_000_000_000 - next(self._numbers), "group", title, members)

    def supergroup(self, title: str, members: Iterable[Person] = (), *, is_forum: bool = False) -> Chat:
        """A large group, with the bot in it; a forum has topics."""
        return self._chat(-1_002_000_000_000 - next(self._numbers), "supergroup", title, members, is_forum=is_forum)

    def channel(self, title: str) -> Chat:
        """A channel, with the bot in it."""
        return self._chat(-1_003_000_000_000 - next(self._numbers), "channel", title, ())

    def migrate(self, group: Chat) -> Chat:
        """Make a group a supergroup, which gets another id; returns that one."""
        with self.changed:
            new = self.supergroup(group.title, group.members.values())
            for chat, said in ((group, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": group.id})):
                message = chat.add(None)
                message.extra = dict(said)
                self.updates.add("message", message.payload())
            group.became = new
            return new

    def _chat(self, number: int, kind: str, title: str, members: Iterable[Person], *, is_forum: bool = False) -> Chat:
        with self.changed:
            made = Chat(self, number, kind, title, is_forum=is_forum)
            made.members = {person.id: person for person in members}
            self.chats[number] = made
            return made

    # The record

    def wait(self, condition: Callable[[], T], seconds: float = 10) -> T:
        """Wait until something is so, and return it; asked again whenever anything happened, under the lock."""
        with self.changed:
            found = self.changed.wait_for(condition, seconds)
            assert found, f"it did not come true in {seconds} seconds:\n{self.record()}"
            return found

    def calls_of(self, *methods: str) -> list[Call]:
        """The calls of some methods, in order."""
        with self.changed:
            return [call for call in self.calls if call.method in methods]

    def refused(self) -> list[Call]:
        """The calls that Telegram refused, of itself and not by a fault that a test asked for; a poll that was left is none."""
        with self.changed:
            refused = [call for call in self.calls if call.status >= 400 and call.fault is None]
            return [call for call in refused if (call.method, call.status) != ("getUpdates", 502)]

    def record(self, last: int = 30) -> str:
        """The last calls in words, for a message to a developer."""
        with self.changed:
            lines = [*map(str, self.calls[-last:]), *(f"VIOLATION {each}" for each in self.violations)]
            return "\n".join([*lines, f"{len(self.updates)} updates wait for the bot"])

    # Faults

    def fail(self, fault: Fault, *methods: str, times: int = 1) -> None:
        """Let the next calls go wrong: of some methods, or of any but getUpdates. `policy` decides for each call instead."""
        with self.changed:
            self._faults.extend([(frozenset(methods), fault)] * times)

    def fault_for(self, call: Call) -> Fault | None:
        """What goes wrong with a call."""
        for index, (methods, fault) in enumerate(self._faults):
            if call.method in methods or (not methods and call.method != "getUpdates"):
                del self._faults[index]
                return fault
        if self.policy is not None and (chosen := self.policy(call)) is not None:
            return chosen
        chat_id = call.parameters.get("chat_id")
        if self.flood is not None and isinstance(chat_id, int) and call.method.startswith(("send", "edit")):
            return self.flood.judge(chat_id, self.clock())
        return None

    # The thread

    def __enter__(self) -> Self:
        self._thread.start()
        self._is_up.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._loop is not None
        assert self._over is not None
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    async def _serve(self) -> None:
        logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        pusher = Pusher(self, self.proxies)
        loop = self._loop

        def wake() -> None:
            loop.call_soon_threadsafe(self.polling.wake)
            loop.call_soon_threadsafe(pusher.wake)

        self.updates.wake = wake
        known = {"server": self}
        server = HTTPServer(
            Application([(r"/bot([^/]*)/(\w+)", MethodHandler, known), (r"/file/bot([^/]*)/(.+)", DownloadHandler, known)]),
            max_body_size=_LARGEST_BODY,
            max_buffer_size=2 * _LARGEST_BODY,
        )
        server.add_sockets(self._sockets)
        pushing = asyncio.create_task(pusher.run())
        self._is_up.set()
        await self._over.wait()
        self.updates.wake = lambda: None
        server.stop()
        pushing.cancel()
        self.polling.close()
        await server.close_all_connections()
        await asyncio.gather(pushing, return_exceptions=True)
