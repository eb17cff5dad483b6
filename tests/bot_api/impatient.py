"""The program with the patience that a test gives it, as JSON: python -m tests.bot_api.impatient '{"read_seconds": 1}'."""

import json
import sys

from bot.failures import Failure, attempt
from bot.telegram_app.patience import Patience
from bot.telegram_command import run_bot

if __name__ == "__main__":
    outcome = attempt(lambda: run_bot(Patience(**json.loads(sys.argv[1]))))
    if isinstance(outcome, Failure):
        sys.stderr.write(f"Error: {outcome.sentence}\n")
        sys.exit(outcome.exit_code)
    sys.exit(outcome)
