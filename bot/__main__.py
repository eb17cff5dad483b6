"""The `kanttekening` command, and `python -m bot`."""

import gc
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn

from bot.blocks import printable
from bot.failures import Failure, attempt
from bot.terminal import app

_INTERRUPTED = 130
_COLLECT_AFTER = 100_000  # Python's 700 would go through all modules over and over while they are imported: 0.2 s a question


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command line, by default this process's own; exits with the code that docs/contract.md gives."""
    gc.set_threshold(_COLLECT_AFTER)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        outcome = attempt(lambda: app(arguments, prog_name="kanttekening"))
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    if isinstance(outcome, Failure):
        sys.stderr.write(f"Error: {printable(outcome.sentence)}\n")
        sys.exit(outcome.exit_code)
    sys.exit(0)


if __name__ == "__main__":
    main()
