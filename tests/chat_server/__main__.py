"""`python -m tests.chat_server`: prints the base URL of an honest model, and serves it until the process is ended."""

import signal
import threading

from tests.chat_server.honest import explain
from tests.chat_server.server import ChatServer


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    over = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: over.set())
    with ChatServer(explain) as server:
        print(server.url, flush=True)  # noqa: T201  # what starts it reads this
        over.wait()


if __name__ == "__main__":
    main()
