"""How the bot starts and ends, with the real program: what keeps it from starting, what ends it, and what it leaves behind."""

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bot_api import TOKEN, BotApi, Error
from tests.bot_api.program import Bot, Ended, start_bot
from tests.meeting import Guest

QUESTION = "Wat vindt BCG van kwalsterbriepen?"
CONFLICT = Error(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
SECRET = "kwalster_geheim"  # noqa: S105  # opens nothing


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A Telegram, and afterwards a look at what it had to refuse."""
    with BotApi() as api:
        yield api
        assert (api.violations, list(map(str, api.refused()))) == ([], [])


def guest(api: BotApi) -> Guest:
    """Somebody new."""
    jan = api.person("Jan")
    return Guest(jan, api.private(jan))


def ended(api: BotApi, home: Path, **settings: str | Path) -> Ended:
    """How it ends where it cannot start."""
    with Bot(api, home, **settings) as bot:  # type: ignore[arg-type]  # none of ours has the name of another parameter
        return bot.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def test_wrong_token(api: BotApi, home: Path) -> None:
    """A setting that is wrong, and says so without the token."""
    end = ended(api, home, telegram_token="123:wrong")  # noqa: S106  # opens nothing
    assert (end.exit_code, end.stderr) == (2, "Error: Telegram does not know the token. Copy it from @BotFather again.\n")


def test_no_network_at_the_start(api: BotApi, home: Path) -> None:
    """Tried again, and then left to whoever starts it."""
    end = ended(api, home, telegram_base_url=f"http://127.0.0.1:{free_port()}/bot", patience='{"start_tries": 2}')
    lines = end.stderr.splitlines()
    assert (end.exit_code, len(lines), TOKEN in end.stderr) == (1, 2, False)
    assert lines[0].endswith("WARNING Telegram cannot be reached; trying again.")
    assert lines[1] == "Error: Telegram cannot be reached. Check the network, and start again."


def test_telegram_fails_between_the_first_call_and_the_first_poll(api: BotApi, home: Path) -> None:
    """The same sentence, and no defect."""
    api.fail(Error(500, "Internal Server Error"), "deleteWebhook", times=2)
    end = ended(api, home, patience='{"start_tries": 1}')
    assert (end.exit_code, end.stderr.splitlines()[-1]) == (
        1,
        "Error: Telegram cannot be reached. Check the network, and start again.",
    )


def test_a_second_bot_on_the_same_home(api: BotApi, home: Path) -> None:
    """It does not start, and the first goes on."""
    with start_bot(api, home) as bot:
        end = ended(api, home)
        assert (end.exit_code, end.stderr) == (
            1,
            f"Error: Another bot is running on {str(home)!r}. Stop it, or set another KANTTEKENING_HOME.\n",
        )
        guest(api).ask("/over")
        assert bot.is_running


def test_another_instance_elsewhere(api: BotApi, home: Path) -> None:
    """It is told of once, the bot polls on, and ends when it goes on and on."""
    with start_bot(api, home, patience='{"conflicts": 3}') as bot:
        jan = guest(api)
        api.fail(CONFLICT, "getUpdates")
        jan.ask("/over")
        jan.ask("/over")
        api.fail(CONFLICT, "getUpdates", times=2)
        jan.chat.say(jan.person, "/over")
        end = bot.wait()
    assert end.exit_code == 1
    told = [line.split(" ", 3)[3] for line in end.stderr.splitlines() if "instance" in line]
    assert told == [
        "Another instance uses the same token. Stop one of the two.",
        "Another instance goes on using the same token; this one stops. Stop the other, and start this one again.",
    ]


def test_a_poll_that_stalls(api: BotApi, home: Path) -> None:
    """A connection that brings nothing any more ends the program, for a service manager to start it again."""
    with start_bot(api, home, patience='{"stalled_seconds": 1, "watch_seconds": 0.2}') as bot:
        end = bot.wait()
    assert (end.exit_code, "No poll has come back for minutes." in end.stderr) == (1, True)


def test_what_is_left_behind(api: BotApi, home: Path, tmp_path: Path) -> None:
    """The token is in no file of the home; a question is in none once its conversation is over; neither is in the log."""
    token = tmp_path / "token"
    token.write_text(f"{TOKEN}\n")
    settings: dict[str, str | Path] = {"telegram_token": "", "telegram_token_file": token}
    jan = guest(api)
    with start_bot(api, home, **settings) as bot:  # type: ignore[arg-type]  # none of ours has the name of another parameter
        jan.ask(QUESTION)
        api.fail(Error(500, "Internal Server Error"), "sendMessage")
        jan.ask("Wat zegt de kwalsterbriep over AI?")
        jan.ask("/nieuw")
        end = bot.stop()
    with start_bot(api, home, **settings) as bot:  # type: ignore[arg-type]  # likewise; the first tidying may have been before
        later = bot.stop()
    assert (end.exit_code, later.exit_code) == (0, 0)
    kept = {path.name: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    kept |= {"stderr": (end.stderr + later.stderr).encode(), "stdout": (end.stdout + later.stdout).encode()}
    assert [name for name, data in kept.items() if TOKEN.encode() in data or b"kwalsterbriep" in data.lower()] == []


@contextmanager
def hooked(api: BotApi, home: Path) -> Iterator[tuple[Bot, str]]:
    """A bot that Telegram calls, and where it is to be called."""
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    api.proxies["https://bot.example"] = here
    settings = {"telegram_webhook_url": "https://bot.example/hook", "telegram_webhook_port": str(port)}
    with start_bot(api, home, telegram_webhook_secret=SECRET, **settings) as bot:
        yield bot, f"{here}/hook"


def test_webhook(api: BotApi, home: Path) -> None:
    """Who does not know the secret is refused, Telegram is answered, and what was said while the bot was down is answered later."""
    jan = guest(api)
    with hooked(api, home) as (bot, address):
        jan.ask("/over")
        forged = urllib.request.Request(  # noqa: S310  # our own address
            address, b"{}", {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": "guess"}
        )
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(forged)  # noqa: S310  # our own address
        assert bot.stop().exit_code == 0
        jan.chat.say(jan.person, "/over")
    with hooked(api, home) as (bot, _):
        assert jan.chat.next(20).text.startswith("Ik ben Kanttekening")
        assert bot.stop().exit_code == 0
    assert len(jan.chat.sent) == 2
