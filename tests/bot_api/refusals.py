"""What Telegram says no with, and the limits that it keeps."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

MEBIBYTE = 1024 * 1024


class Refused(Exception):  # noqa: N818  # it is an answer of Telegram's
    """A method that Telegram does not carry out: the status, and the words that go with it."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class Wrong(Refused):
    """What Telegram lets pass, or repairs in silence, and this product never does: also counted as a violation."""

    def __init__(self, what: str) -> None:
        super().__init__(400, f"Bad Request: {what}")


def bad(what: str) -> Refused:
    """A "Bad Request"."""
    return Refused(400, f"Bad Request: {what}")


@dataclass
class Limits:
    """Telegram's sizes; a test makes one smaller to meet it with little."""

    text: int = 4096
    caption: int = 1024
    entities: int = 100
    buttons: int = 100
    buttons_in_row: int = 8
    callback_bytes: int = 64
    toast: int = 200
    inline_results: int = 50
    photo_bytes: int = 10 * MEBIBYTE
    document_bytes: int = 50 * MEBIBYTE
    download_bytes: int = 20 * MEBIBYTE
    callback_seconds: float = 15.0
    own_message_seconds: float = 48 * 3600.0
