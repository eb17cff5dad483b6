"""What it costs to remember a message: `python -m tests.benchmarks.remembering [MESSAGES]`."""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from bot.remembered import QuotePlace, StoredAnswer, new_answer_id
from tests.remembering import Lab, private, turn

_PEOPLE = 300
_QUOTES = tuple(QuotePlace("a" * 16, start, start + 80, "b" * 64, "bcg") for start in range(6))


def main() -> None:
    """Print milliseconds a message, kilobytes, and seconds to clean up."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder) / "memory")
        memory = lab.open()
        spent: dict[str, list[float]] = {"take_in + prepared + handled": [], "with what is read for an answer": []}
        for number in range(messages):
            key = private(number % _PEOPLE + 1)
            began = time.perf_counter()
            memory.take_in(number, "x" * 1_500, chat=key.chat, person=key.person)
            taken = time.perf_counter()
            turns = memory.conversation(key).turns
            memory.language(key.person)
            read = time.perf_counter()
            asked = f"Hoeveel banen kan AI volgens BCG opleveren? {number}"
            given = StoredAnswer(new_answer_id(), key, asked, "nl", 1, "answered", _QUOTES, ("a" * 16,) * 5, asked_at=lab.clock())
            memory.prepared(number, "y" * 6_000, given)
            memory.handled(number, turns=(key, (*turns, turn(asked))[-10:]))
            done = time.perf_counter()
            spent["with what is read for an answer"].append(done - began)
            spent["take_in + prepared + handled"].append(done - read + taken - began)
            if (number + 1) % (messages // 5 or 1) == 0:
                print(f"{number + 1} messages: {_kilobytes(lab)} kB")
        for what, seconds in spent.items():
            print(f"{what}: median {median(seconds) * 1e3:.2f} ms, 95th percentile {quantiles(seconds, n=20)[-1] * 1e3:.2f} ms")
        for what, later in (("nothing to forget", 0.0), ("all questions", 3_601.0), ("all answers", 31 * 86_400.0)):
            lab.clock.now += later
            began = time.perf_counter()
            counts = memory.tidy()
            print(f"tidy, {what}: {time.perf_counter() - began:.2f} s, {_kilobytes(lab)} kB; {counts}")
        lab.close()


def _kilobytes(lab: Lab) -> int:
    return sum(path.stat().st_size for path in lab.folder.iterdir()) // 1_000


if __name__ == "__main__":
    main()
