"""How long the bot waits for what, and how often it tries."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds and times. The defaults are for Telegram and a service manager; who tests the bot has less of it."""

    start_tries: int = 5
    """How often Telegram is looked for at the start."""
    read_seconds: float = 15.0
    """How long Telegram may take over a call."""
    poll_seconds: int = 25
    """How long Telegram holds a poll open when there is nothing new."""
    stalled_seconds: float = 180.0
    """A poll that brought neither updates nor an error for so long has stalled: the program ends, and is started anew."""
    watch_seconds: float = 15.0
    """How often that is looked at."""
    conflicts: int = 10
    """After how many conflicts with another instance, within a few minutes, this one gives way."""
    grace_seconds: float = 14.0
    """For what is waiting when the program is asked to stop: with a call that still runs it is less than the 30 that it gets."""
    tidy_seconds: float = 600.0
    """How often what is remembered is tidied."""
    claim_seconds: float = 1.0
    """How often it is looked at whether there is something to answer that other bots left."""
    dead_seconds: float = 10.0
    """A bot of which was not heard for so long is dead, and the others answer what it had begun."""
    explaining_seconds: float = 10.0
    """How long an explanation waits for its turn, before the answer goes without one."""
    preview_after_seconds: float = 2.0
    """An explanation that is there by then is not shown while it comes."""
    preview_seconds: float = 1.0
    """Between what is shown of one in a private chat."""
    group_preview_seconds: float = 3.0
    """The same in a group, where a bot may send twenty messages a minute, and the answers are among them."""
    preview_patience_seconds: float = 5.0
    """How long Telegram may take over a preview; the answer waits for that."""
