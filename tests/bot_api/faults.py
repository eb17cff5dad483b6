"""What can go wrong between a bot and Telegram, for a test to choose from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Error:
    """A refusal in Telegram's own form; `retry_after` and `migrate_to_chat_id` are its `parameters`."""

    code: int
    description: str
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None


@dataclass(frozen=True)
class TooMany:
    """429: the bot sends too fast, and may again after some seconds."""

    retry_after: int = 1


@dataclass(frozen=True)
class Forbidden:
    """403, in the words for somebody who blocked the bot."""

    description: str = "Forbidden: bot was blocked by the user"


@dataclass(frozen=True)
class BadGateway:
    """502 with a page of HTML, as the proxy before Telegram gives it; the method may have been carried out all the same."""

    processed: bool = False


@dataclass(frozen=True)
class Hang:
    """No answer until the client leaves; the method may have been carried out all the same."""

    processed: bool = False


@dataclass(frozen=True)
class Drop:
    """The connection breaks; the method may have been carried out all the same."""

    processed: bool = False


@dataclass(frozen=True)
class Slow:
    """The answer comes, after some seconds."""

    seconds: float = 1.0


Fault = Error | TooMany | Forbidden | BadGateway | Hang | Drop | Slow
