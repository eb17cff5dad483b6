"""Failures as people meet them: one calm sentence and an exit code. The traceback goes to a log, without what was asked."""

import secrets
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from vectorstore.errors import KanttekeningError

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, in one sentence, and the exit code of docs/contract.md that goes with it."""

    sentence: str
    exit_code: int = 1


def attempt(action: Callable[[], _Result]) -> _Result | Failure:
    """What an action returns, or how it failed; only a closed pipe and Ctrl-C pass."""
    try:
        return action()
    except KanttekeningError as error:
        return Failure(str(error), error.exit_code)
    except BrokenPipeError:
        raise
    except OSError as error:
        _log(error)
        return Failure(f"{error.filename!r}: {error.strerror}." if error.filename else f"{error.strerror or error}.")
    except Exception as error:  # noqa: BLE001  # the one place where a defect becomes a sentence
        log = _log(error)
        details = f"Details are in {str(log)!r}." if log else "No log could be written."
        return Failure(f"Something went wrong that should not have ({type(error).__name__}). {details}")


def log_failure(error: Exception) -> str:
    """Write down where it went wrong; returns a number to find it by."""
    number = secrets.token_hex(4)
    _log(error, f" number {number}")
    return number


def _log(error: Exception, mark: str = "") -> Path | None:
    """Write down where it went wrong. Messages stay out: they may hold what was asked."""
    from vectorstore.settings import load_settings

    try:
        log = load_settings().home_dir / "log" / "kanttekening.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(
                f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} Python {sys.version.split()[0]}{mark}\n{''.join(_trace(error))}\n"
            )
    except (KanttekeningError, OSError, ValueError):
        return None
    return log


def _trace(error: BaseException) -> Iterator[str]:
    """The frames of an error below those of what caused it."""
    if cause := error.__cause__ or error.__context__:
        yield from _trace(cause)
    yield f"{type(error).__name__}\n"
    yield from traceback.format_tb(error.__traceback__)
