"""How fast the bot answers in Telegram, how much it can take, and how much memory it needs: the real program, over the loopback.

python -m tests.benchmarks.telegram --rate 30 --seconds 60 --many 10000
"""

import argparse
import time
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bot.evaluation import load_question_set
from tests.benchmarks.figures import Bound, Figure, Section, percentile
from tests.benchmarks.tables import markdown_of
from tests.bot_api import BotApi, Person
from tests.bot_api.program import Bot, start_bot

_QUESTIONS = Path(__file__).parents[1] / "evaluation" / "development.jsonl"
_UNLOADED, _AT_ONCE, _EARLY = 60, 200, 2_000
RATE, SECONDS, MANY = 30, 60, 10_000


class Load:
    """People who ask a running bot, each question another."""

    def __init__(self, api: BotApi, bot: Bot) -> None:
        self._api, self._process = api, psutil.Process(bot.process.pid)
        cases = load_question_set(_QUESTIONS).cases
        self._texts = cycle([case.turns[0] for case in cases if case.documents == "dossier"])

    def people(self, count: int) -> list[Person]:
        """So many new people."""
        return [self._api.person(f"Mens {number}") for number in range(count)]

    def ask(self, person: Person) -> float:
        """Ask a question; returns when that was."""
        at = time.time()
        self._api.private(person).say(person, next(self._texts))
        return at

    def answered(self, people: list[Person]) -> int:
        """How many have an answer."""
        return sum(bool(self._api.private(person).sent) for person in people)

    def until_answered(self, people: list[Person]) -> None:
        """Wait until all have an answer."""
        self._api.wait(lambda: all(self._api.chats[person.id].sent for person in people), 600)

    def seconds(self, asked: dict[int, float]) -> list[float]:
        """How long each waited for the first message of the answer, by when they asked."""
        first: dict[int, float] = {}
        for call in self._api.calls_of("sendMessage", "sendDocument"):
            first.setdefault(call.parameters["chat_id"], call.at)
        return [first[person] - at for person, at in asked.items()]

    def processor_seconds(self) -> float:
        """What the bot's threads had of the processors until now."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def megabytes(self) -> float:
        """What the bot has of the memory."""
        return float(self._process.memory_info().rss) / 1024**2


def bench_unloaded(load: Load) -> list[Figure]:
    """One question after another."""
    people = load.people(_UNLOADED)
    asked = {}
    for person in people:
        asked[person.id] = load.ask(person)
        load.until_answered([person])
    waits = [1_000 * each for each in load.seconds(asked)[10:]]
    return [Figure("from message to answer, unloaded", waits, "ms", Bound(60))]


def bench_rate(load: Load, rate: int, seconds: int) -> list[Figure]:
    """So many questions a second, evenly, each from another person."""
    people = load.people(rate * seconds)
    started, before = time.time(), load.processor_seconds()
    asked = {}
    for number, person in enumerate(people):
        time.sleep(max(0.0, started + number / rate - time.time()))
        asked[person.id] = load.ask(person)
    backlog = len(people) - load.answered(people)
    load.until_answered(people)
    pace, used = len(people) / (time.time() - started), load.processor_seconds() - before
    waits = load.seconds(asked)
    name = f"{rate} questions a second for {seconds} s"
    return [
        Figure(f"{name}: waiting for the answer", [1_000 * each for each in waits], "ms"),
        Figure(f"{name}: 95th percentile", [percentile(waits, 95)], "s", Bound(2)),
        Figure(f"{name}: answered", [pace], "/s", note=f"{backlog} were waiting at the end"),
        Figure(f"{name}: processors, a question", [1_000 * used / len(people)], "ms"),
    ]


def bench_memory(load: Load, many: int) -> list[Figure]:
    """Memory after some questions, and after many."""
    crowd = load.people(many)
    sizes = {}
    for start in range(0, many, _AT_ONCE):
        some = list(islice(crowd, start, start + _AT_ONCE))
        for person in some:
            load.ask(person)
        load.until_answered(some)
        sizes[start + len(some)] = load.megabytes()
    early = sizes.get(_EARLY, next(iter(sizes.values())))
    return [
        Figure(f"memory after {min(_EARLY, many):,} questions", [early], "MB"),
        Figure(f"memory after {many:,} questions", [sizes[many]], "MB", Bound(400)),
    ]


def bench_telegram(rate: int = RATE, seconds: int = SECONDS, many: int = MANY) -> Section:
    """Every figure of the bot; without seconds or without many, that part is left out."""
    figures = []
    with TemporaryDirectory() as folder, BotApi() as api:
        started = time.time()
        with start_bot(api, Path(folder) / "home", overall_rate="100000") as bot:
            figures.append(Figure("start, with the first edition", [time.time() - started], "s"))
            load = Load(api, bot)
            figures.append(Figure("memory at the start", [load.megabytes()], "MB"))
            figures += bench_unloaded(load)
            figures += bench_rate(load, rate, seconds) if seconds else []
            figures += bench_memory(load, many) if many else []
            bot.stop()
    return Section(
        "In Telegram",
        "The real program and a Bot API server on the loopback address; that server and those who ask run on the same processors.",
        figures,
    )


def main() -> None:
    """Print the section for as much as is asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rate", type=int, default=RATE)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--many", type=int, default=MANY)
    chosen = parser.parse_args()
    print(markdown_of(bench_telegram(chosen.rate, chosen.seconds, chosen.many)))


if __name__ == "__main__":
    main()
