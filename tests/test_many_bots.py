"""Three bots with homes of their own behind one webhook: one is killed, both servers are started anew, and nobody notices."""

import os
import random
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from threading import Lock, Thread

import pytest

from ingest.pipeline import Pipeline
from ingest.receipt import Wish
from tests.bot_api import BotApi
from tests.bot_api.program import Bot, start_bot
from tests.chroma_server import Machine, RealChroma
from tests.counts import count
from tests.meeting import Guest, Meeting
from tests.postgres import Server
from tests.test_telegram_starts import free_port
from vectorstore.debate import Debate
from vectorstore.embeddings import PassageEmbeddings
from vectorstore.settings import PREFIX

IS_SOAK = f"{PREFIX}SOAK" in os.environ
PEOPLE = 200 if IS_SOAK else 20
BOTS = 3
MOST_TWICE = 0.005
AT_A_KILL = 3
"""What one bot can have on its way when it is killed, which is more than that share where few people ask."""
ASKED = (
    "Wat vindt BCG van AI in de publieke sector?", "/over", "Wat is GenAI?", "/bronnen",
    "Hoeveel geld levert AI op volgens Implement?",
)  # fmt: skip
PATIENCE = '{"dead_seconds": 5, "claim_seconds": 0.5}'


class Balancer(ThreadingHTTPServer):
    """What stands before the bots: each call goes to the next of them, and to the one after that where one is gone."""

    def __init__(self, ports: Sequence[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self._next, self._count, self._lock = cycle(ports), len(ports), Lock()
        self.passed: Counter[int] = Counter()

    def turns(self) -> list[int]:
        """The ports to try, in order."""
        with self._lock:
            first = [next(self._next) for _ in range(self._count + 1)]
        return first[: self._count]


class _Passing(BaseHTTPRequestHandler):
    server: Balancer

    def do_POST(self) -> None:
        """Pass a call on."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        names = ("Content-Type", "X-Telegram-Bot-Api-Secret-Token")
        headers = {name: self.headers[name] for name in names if name in self.headers}
        for port in self.server.turns():
            request = urllib.request.Request(f"http://127.0.0.1:{port}{self.path}", body, headers)  # our own
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  # our own
                    self.send_response(answer.status)
                self.server.passed[port] += 1
                break
            except urllib.error.HTTPError as error:
                self.send_response(error.code)
                break
            except OSError:
                continue
        else:
            self.send_response(502)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as the base class has it
        """Nothing."""


@contextmanager
def balanced(api: BotApi, ports: Sequence[int]) -> Iterator[Balancer]:
    """Telegram's calls go through it."""
    with Balancer(ports) as balancer:
        thread = Thread(target=balancer.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        api.proxies["https://bot.example"] = f"http://127.0.0.1:{balancer.server_address[1]}"
        try:
            yield balancer
        finally:
            balancer.shutdown()
            thread.join()


@contextmanager
def crew(api: BotApi, machines: Sequence[Machine], postgres: Server) -> Iterator[tuple[list[Bot], Balancer]]:
    """A bot on each machine, which are called in turn; one Chroma and one database for all."""
    ports = [free_port() for _ in machines]
    database = postgres.new_database().render_as_string(hide_password=False)
    settings = {"telegram_webhook_url": "https://bot.example/hook", "database_url": database, "patience": PATIENCE}
    with balanced(api, ports) as balancer, ExitStack() as started:
        bots = []
        for machine, port in zip(machines, ports, strict=True):
            vectors = {"chroma_url": machine.address.url, "chroma_database": machine.address.database}
            bot = start_bot(api, machine.home, telegram_webhook_port=str(port), **vectors, **settings)
            bots.append(started.enter_context(bot))
        yield bots, balancer


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[RealChroma]:
    """A Chroma server."""
    with RealChroma(tmp_path / "chroma") as server:
        yield server


@pytest.fixture
def machines(chroma: RealChroma, tmp_path: Path, embeddings: PassageEmbeddings, debate: Debate) -> Sequence[Machine]:
    """Machines with a home of their own each, and the edition of the dossier on the Chroma server, which the first published."""
    (tmp_path / "docs").mkdir()
    first = Machine(tmp_path / "0", tmp_path / "docs", embeddings, debate, chroma.address())
    Pipeline(first.shelf, embeddings, debate, dossier=True, keep=5).run(Wish())
    return [first, *(first.other(str(number)) for number in range(1, BOTS))]


def twice(said: Sequence[str], expected: Sequence[str]) -> int:
    """How much somebody read twice, who has to read this in this order, and nothing else."""
    position = again = 0
    for text in said:
        if position < len(expected) and text == expected[position]:
            position += 1
        else:
            assert text == expected[position - 1], f"{text!r} was said after {expected[position - 1]!r}"
            again += 1
    assert position == len(expected), f"{expected[position]!r} was lost"
    return again


@pytest.mark.timeout(1200)
def test_a_bot_is_killed_and_both_servers_are_started_anew(
    machines: Sequence[Machine], chroma: RealChroma, postgres: Server, debate: Debate
) -> None:
    """Everybody reads every answer in the order of their questions with its caveat, and next to nothing twice."""
    luck = random.Random(8)  # noqa: S311  # it has to be the same each time
    with BotApi() as api, crew(api, machines, postgres) as (bots, balancer):
        guests = [Guest(person := api.person(f"Mens {number}"), api.private(person)) for number in range(PEOPLE + 1)]
        scout, *crowd = guests
        expected = scout.answers_to(ASKED)

        def say(*rounds: int) -> None:
            for number in rounds:
                for guest in luck.sample(crowd, len(crowd)):
                    guest.chat.say(guest.person, ASKED[number])

        def until(share: float) -> None:
            most = share * len(expected) * PEOPLE
            api.wait(lambda: sum(len(guest.chat.sent) for guest in crowd) >= most, 300)

        say(0, 1)
        until(0.2)
        bots[0].kill()
        say(2)
        until(0.45)
        postgres.restart()
        say(3)
        until(0.6)
        chroma.stop()
        say(4)
        chroma.start()
        api.wait(lambda: all(expected[-1] == guest.chat.sent[-1].text for guest in crowd), 300)
        ended = [bot.stop().exit_code for bot in bots[1:]]
        assert ended == [0] * (BOTS - 1)
        again = sum(twice([message.text for message in guest.chat.sent], expected) for guest in crowd)
        Meeting(api, bots[1], machines[1].home, debate, machines[1].shelf).check()
    assert len(balancer.passed) == BOTS
    count(
        "people and questions with three bots, one killed, and the Chroma server and the database started anew",
        f"{PEOPLE} and {PEOPLE * len(ASKED)}, {len(expected) * PEOPLE} messages; read twice: {again}; lost or out of order: 0",
    )
    assert again <= max(AT_A_KILL, MOST_TWICE * len(expected) * PEOPLE)
