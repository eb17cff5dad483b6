"""Settings of the language model that may explain; none is asked where none is set."""

import re
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from vectorstore.errors import UsageError
from vectorstore.settings import PREFIX, read_settings

_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104  # an address to go to, not to listen on
_CLOUD, _CLOUD_SERVER = re.compile(r"[:-]cloud(?!\w)"), "ollama.com"  # Ollama passes such models on to servers of its makers
_ADDRESSES = {
    "ollama": "http://localhost:11434",
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "mistralai": "https://api.mistral.ai/v1",
}
"""Where the providers that are installed as extras are."""


class UsedModel(Protocol):
    """A language model as people are told of it."""

    @property
    def label(self) -> str:
        """What it is called."""

    @property
    def server(self) -> str:
        """Where what it is asked goes."""

    @property
    def is_local(self) -> bool:
        """Whether that is this machine."""


class ModelSettings(BaseSettings):
    """What a user can set of the language model; `.env.example` lists each with its default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    chat_model: str | None = Field(
        None, description="The language model that may explain, as provider:name, such as ollama:llama3.2; empty asks none."
    )
    chat_url: str | None = Field(
        None, description="Where the model is, for a server of your own; with openai:NAME any that speaks OpenAI's language."
    )
    chat_key: SecretStr | None = Field(None, description="The key of that server; empty takes the provider's own variable.")
    chat_temperature: float = Field(0.0, ge=0, le=2, description="How freely the model words things.")
    chat_seconds: float = Field(30.0, gt=0, description="After how many seconds a model that is not ready is left alone.")
    chat_tokens: int = Field(1_500, ge=50, description="The most tokens that a model may write for an answer.")
    chat_retries: int = Field(1, ge=0, description="How often a model that is busy or fails is asked again, within those seconds.")
    chat_daily_tokens: int = Field(
        200_000,
        ge=0,
        description="How many tokens a day all answers together may take; after that answers quote only. 0 is no limit.",
    )

    @field_validator("chat_model")
    @classmethod
    def _has_provider(cls, value: str | None) -> str | None:
        if value and not all(part.strip() for part in value.partition(":")[::2]):
            raise ValueError("it is not PROVIDER:NAME")
        return value

    @property
    def label(self) -> str:
        """What the model is called."""
        return self.chat_model or ""

    @property
    def provider(self) -> str:
        """The part of the model's name before the colon."""
        return (self.chat_model or "").partition(":")[0]

    @property
    def address(self) -> str | None:
        """Where the model is; None where only LangChain knows it.

        LangChain is to be told it: by itself it goes where variables for other programs say (OLLAMA_HOST, OPENAI_BASE_URL), and
        people were told of this one.
        """
        return self.chat_url or _ADDRESSES.get(self.provider)

    @property
    def server(self) -> str:
        """Where questions go, for people to read: a host, or the name of the provider where that is all that is known."""
        if self._is_passed_on:
            return _CLOUD_SERVER
        address = self.address or self.provider
        return urlsplit(address).netloc.rpartition("@")[2] or address

    @property
    def is_local(self) -> bool:
        """Whether the model runs on this machine, as far as its name and address tell."""
        return (urlsplit(f"//{self.server}").hostname or "") in _LOCAL_HOSTS

    @property
    def _is_passed_on(self) -> bool:
        """Whether an Ollama on this machine would send what it gets elsewhere."""
        return urlsplit(self.address or "").hostname in _LOCAL_HOSTS and _CLOUD.search(self.chat_model or "") is not None


def used_model(settings: ModelSettings) -> UsedModel | None:
    """The model of the settings; None where none is set."""
    return settings if settings.chat_model else None


def no_model() -> UsageError:
    """What whoever wants a model hears where none is set."""
    return UsageError(f"There is no language model. Set {PREFIX}CHAT_MODEL, such as ollama:llama3.2; see docs/llm.md.")


def load_model_settings(**flags: object) -> ModelSettings:
    """Settings from flags, then environment, then `.env`; raises as `load_settings` does."""
    return read_settings(ModelSettings, flags)
