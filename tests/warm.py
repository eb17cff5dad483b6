"""A process that has imported what the commands import, and becomes a command as often as it is asked to.

Importing is most of what a command costs, and the tests run hundreds. Each is a process of its own all the same, with an
environment, a folder and streams that are given to it: a copy of this one, which has done nothing but import.
"""

import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper
from typing import NoReturn

_IMPORTED = (
    "bot.conversation bot.explainer bot.memory bot.model_settings bot.receipts bot.rehearsal bot.rehearsal_account "
    "bot.remembered_json bot.screen bot.telegram_app.answering bot.telegram_app.application bot.terminal bot.weighing "
    "bot.workspace chromadb.api.fastapi chromadb.api.rust chromadb.telemetry.product.posthog ingest.fetching ingest.keeping "
    "ingest.pipeline ingest.purging ingest.report ingest.rewriting ingest.uploads rich.console sqlalchemy.dialects.sqlite "
    "telegram.ext tokenizers typer._adapters vectorstore.debate_file vectorstore.retrieval vectorstore.server_site"
)
LENGTH = 4
"""Bytes that say how long the request after them is."""


@dataclass(frozen=True)
class Request:
    """The module that is run, and what it is given besides its streams."""

    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: str
    session: bool


def serve(asking: socket.socket) -> None:
    """Become what is asked for, each time in a copy; ends when nobody can ask any more."""
    for name in _IMPORTED.split():
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is never looked at by the collector stays shared between the copies
    while True:
        head, given, _, _ = socket.recv_fds(asking, LENGTH, 4)
        _let_go(os.WNOHANG if head else 0)
        if not head:
            return
        request = Request(**json.loads(asking.recv(int.from_bytes(head), socket.MSG_WAITALL)))
        if not os.fork():
            asking.close()
            if child := os.fork():
                _keep(child, given)
            _become(request, given)
            runpy.run_module(request.module, run_name="__main__", alter_sys=True)
            return
        for number in given:
            os.close(number)


def _let_go(options: int) -> None:
    """Let go of those who keep what has ended, so that the time it took is counted as this process's."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass


def _keep(child: int, given: list[int]) -> NoReturn:
    """Tell who it is and how it ends; it goes once that has been heard, as until then its number is nobody else's."""
    with suppress(OSError), socket.socket(fileno=given.pop()) as hearing:
        os.closerange(0, hearing.fileno())
        hearing.sendall(b"%d\n" % child)
        ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert ended is not None
        hearing.sendall(b"%d\n" % (ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status))
        hearing.recv(1)
        os.waitpid(child, 0)
    os._exit(0)


def _become(request: Request, given: list[int]) -> None:
    """Have what a process that is started as the request says would have."""
    if request.session:
        os.setsid()
    for place, number in enumerate(given[:3]):
        os.dup2(number, place)
    os.closerange(3, max(given) + 1)
    sys.stdin, sys.stdout, sys.stderr = _streams()
    os.environ.clear()
    os.environ.update(request.environment)
    time.tzset()
    tempfile.tempdir = None
    os.chdir(request.folder)
    sys.path[0] = request.folder
    sys.argv[1:] = request.arguments
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _streams() -> tuple[TextIOWrapper, TextIOWrapper, TextIOWrapper]:
    """The streams as Python makes them when it starts."""
    before = sys.stdin, sys.stdout, sys.stderr
    assert all(isinstance(each, TextIOWrapper) for each in before)
    (into, inward), (out, outward), (err, errward) = [(each.encoding, each.errors) for each in before]
    is_screen = os.isatty(1)
    return (
        TextIOWrapper(BufferedReader(FileIO(0, closefd=False)), into, inward),
        TextIOWrapper(BufferedWriter(FileIO(1, "w", closefd=False)), out, outward, line_buffering=is_screen),
        TextIOWrapper(BufferedWriter(FileIO(2, "w", closefd=False)), err, errward, line_buffering=True),
    )


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
