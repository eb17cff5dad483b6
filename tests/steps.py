"""A command that waits before each thing that it does to its home; run as `python -m tests.steps HOME COMMAND …`."""

import signal
import sys

from bot.__main__ import main

_EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "sqlite3.connect", "shutil.copytree"}


def wait_before_each(home: str) -> None:
    """From here on this process names each thing that it is about to do to a folder on stderr, and waits for leave on stdin."""

    def step(event: str, arguments: tuple[object, ...]) -> None:
        if event in _EVENTS and (home in str(arguments[0]) or event in {"os.remove", "os.rmdir"}):
            sys.stderr.write(f"{event} {' '.join(str(each) for each in arguments[:2])}\n")
            sys.stderr.flush()
            sys.stdin.read(1)

    sys.addaudithook(step)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts the tests in the background turns it off
    wait_before_each(sys.argv[1])
    main(sys.argv[2:])
