"""Runs the command as a process that waits before each thing it does to its home, to be killed there; and a bot that stays open."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.place import Place
from tests.started import Streams, start
from vectorstore.settings import PREFIX

IsStep = Callable[[int, str], bool]


class SteppedCommand:
    """A real command in a process of its own that names each thing it is about to do to the home on stderr, and waits for leave."""

    def __init__(self, place: Place, *arguments: str | Path, keep: int = 1, watched: Path | None = None) -> None:
        """`watched` is a folder whose steps are waited for in place of the home's."""
        variables = {**place.variables(), f"{PREFIX}KEEP_EDITIONS": str(keep)}
        self.process = start(
            list(map(str, [watched or place.home, *arguments])), variables, Streams(text=True), module="tests.steps"
        )
        self.steps = 0

    def go_on(self) -> None:
        """Give leave for the step that was named last."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended
            self.process.stdin.write("\n")
            self.process.stdin.flush()

    def stop_before(self, is_it: IsStep) -> str | None:
        """Let it run up to the step that is looked for, by its number and its name; None when it ended without it."""
        assert self.process.stderr is not None
        line: str
        for line in self.process.stderr:
            self.steps += 1
            if is_it(self.steps, line):
                return line
            self.go_on()
        return None

    def let_go(self) -> None:
        """Let it run on, waiting for nobody any more."""
        assert self.process.stdin is not None
        self.process.stdin.close()  # what waits for leave reads the end of the file from here on
        self.process.stdin = None

    def end(self) -> int:
        """Let it run to its end; its exit code."""
        self.go_on()
        self.stop_before(never)
        return self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()


def at(*words: str) -> IsStep:
    """Whether a step is called so."""
    return lambda _number, name: all(word in name for word in words)


def after(number_before: int) -> IsStep:
    """Whether a step comes after this many."""
    return lambda number, _name: number > number_before


def never(_number: int, _name: str) -> bool:
    """No step."""
    return False


class Bot:
    """A bot in a process of its own that stays open and answers a question per line."""

    def __init__(self, place: Place) -> None:
        self.process = start(["ask", "--jsonl"], place.variables(), Streams(stderr=2, text=True))

    def ask(self, question: str) -> dict[str, Any]:
        """The answer, as the contract gives it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"id": 1, "turns": [question]}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())["answer"]
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()


def quoted(answer: object) -> str:
    """Every text that an answer shows or names."""
    return json.dumps(answer, ensure_ascii=False)
