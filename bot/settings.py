"""Settings of the front ends that meet people: the Telegram bot, and what is remembered of whom."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from vectorstore.errors import UsageError
from vectorstore.settings import PREFIX, read_settings


def _ids(value: object) -> object:
    return [each for each in value.replace(",", " ").split() if each] if isinstance(value, str) else value


Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)]
"""Telegram ids of people or chats, with commas or spaces between; that of a group is negative."""


class FrontSettings(BaseSettings):
    """What an operator can set of the bot; `.env.example` lists each with its default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    telegram_token: SecretStr | None = Field(None, description="The token that BotFather gave.")
    telegram_token_file: Path | None = Field(
        None, description="A file that holds the token and nothing else, in place of the token."
    )
    operators: Ids = Field(
        frozenset(), description="Telegram ids of those who may upload documents, go back an edition and see /status."
    )
    allowed: Ids = Field(frozenset(), description="Ids of people and groups that the bot answers; empty answers everybody.")
    blocked: Ids = Field(frozenset(), description="Ids of people and groups that get no answer.")
    person_rate: int = Field(60, ge=1, description="How many messages a person can send in a row; one a second comes back.")
    overall_rate: int = Field(1_800, ge=1, description="How many messages all people together can send in a minute.")
    silence_minutes: int = Field(
        60, ge=1, description="After how many minutes without a question a conversation is over, and forgotten."
    )
    retention_days: int = Field(30, ge=1, description="How many days anything of a person is kept after they were last heard of.")
    database_url: SecretStr | None = Field(
        None,
        description="Where conversations are remembered, for several bots that share them: "
        "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE. Empty: in a file in the home.",
    )
    organisation: str | None = Field(None, description="Who runs this bot, as /privacy and the Algoritmeregister say it.")
    contact: str | None = Field(None, description="An e-mail address for questions about it and about personal data.")
    telegram_webhook_url: str | None = Field(
        None, description="The public https address that Telegram calls; empty asks Telegram for messages instead (long polling)."
    )
    telegram_webhook_listen: str = Field("127.0.0.1", description="The address on this machine that the webhook listens on.")
    telegram_webhook_port: int = Field(8443, ge=0, le=65_535, description="The port that the webhook listens on.")
    telegram_webhook_secret: SecretStr | None = Field(
        None,
        description="What Telegram says with each call; empty takes a new one at each start, or, where bots share a database, one "
        "that follows from the token.",
    )
    telegram_streaming: Literal["auto", "draft", "edit", "off"] = Field(
        "auto",
        description="How an explanation that is being written is shown: draft (private chats), edit (of one message), auto or off.",
    )
    telegram_base_url: str = Field("https://api.telegram.org/bot", description="Where the Bot API is, for a server of your own.")
    telegram_base_file_url: str | None = Field(None, description="Where its files are; empty takes the same server.")

    def token(self) -> str:
        """The token.

        Raises:
            UsageError: there is none, or it cannot be read.
        """
        if self.telegram_token:
            return self.telegram_token.get_secret_value().strip()
        if self.telegram_token_file is None:
            raise UsageError(
                f"There is no token. Get one from @BotFather in Telegram, and set {PREFIX}TELEGRAM_TOKEN "
                f"or {PREFIX}TELEGRAM_TOKEN_FILE."
            )
        try:
            token = self.telegram_token_file.expanduser().read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            raise UsageError(
                f"The token file {str(self.telegram_token_file)!r} cannot be read ({why}). Check its path and rights."
            ) from error
        if not token:
            raise UsageError(f"The token file {str(self.telegram_token_file)!r} is empty. Put the token in it that BotFather gave.")
        return token


def load_front_settings(**flags: object) -> FrontSettings:
    """Settings from flags, then environment, then `.env`; raises as `load_settings` does."""
    return read_settings(FrontSettings, flags)
