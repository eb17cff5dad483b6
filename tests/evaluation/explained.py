"""`python -m tests.evaluation.explained [OPTION…]`: both question sets with a scripted, honest language model.

The model is served in this process and the command runs in another, so that nothing is left running; options go on to the command.
"""

import subprocess
import sys
from pathlib import Path

from tests.chat_server import ChatServer, explain
from tests.command import command, environment

SETS = tuple(Path(__file__).with_name(f"{half}.jsonl") for half in ("development", "test"))


def evaluate(file: Path, *options: str) -> int:
    """Run `kanttekening evaluate --llm` on a set, and give its exit code."""
    with ChatServer(explain) as server:
        settings = environment(chat_model="openai:scripted", chat_url=server.url, chat_key="none", chat_daily_tokens="0")
        return subprocess.run([*command("evaluate", "--llm", *options, file)], env=settings, check=False).returncode


def main() -> None:
    """Both are measured before the failure of one is reported."""
    failed = False
    for file in SETS:
        print(file.name, flush=True)
        failed |= evaluate(file, *sys.argv[1:]) != 0
        print(flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
