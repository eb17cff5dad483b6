"""Settings: environment variables `KANTTEKENING_…` and a `.env` in the working directory."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeVar

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from vectorstore.debate import documents_folder, home_name
from vectorstore.errors import UsageError

PREFIX = "KANTTEKENING_"
Some = TypeVar("Some", bound=BaseSettings)
_MAX_SLUG = 40


class Settings(BaseSettings):
    """What a user can set; `.env.example` lists each with its default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("kanttekening", appauthor=False)),
        description="Where editions and what is remembered live.",
    )
    dossier: Literal["on", "off"] = Field("on", description="Whether the bundled dossier is part of what is quoted.")
    embedding_model: str = Field(
        "bundled",
        description="bundled, a folder that `python -m vectorstore.training` made, or a sentence-transformers model by path or by "
        "name on the hub.",
    )
    debate: Path | None = Field(
        None, description="Another debate: a folder with debate.toml and documents, as `kanttekening init` makes, or a debate.toml."
    )
    keep_editions: int = Field(5, ge=1, description="How many editions are kept to go back to.")
    language: Literal["auto", "nl", "en"] = Field("auto", description="The language of answers; auto follows the question.")
    chroma_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#@\s]+/?$",
        description="A Chroma server that has the editions in place of the home folder, for several machines; https for TLS.",
    )
    chroma_token: SecretStr | None = Field(None, description="What that server, or what stands before it, knows us by.")
    chroma_tenant: str = Field("default_tenant", description="The tenant on that server.")
    chroma_database: str = Field("default_database", description="The database on that server; one for each debate is clearest.")

    @property
    def home_dir(self) -> Path:
        """`home` with `~` expanded, absolute; a debate with documents of its own has a folder of its own in it."""
        home = self.home.expanduser().absolute()
        documents = documents_folder(self.debate)
        return home / "debates" / home_name(documents) if documents else home

    @property
    def chroma_prefix(self) -> str:
        """What collections on a Chroma server begin with: the name of the folder of a debate with documents of its own."""
        documents = documents_folder(self.debate)
        slug = re.sub(r"[^a-z0-9]+", "-", documents.parent.resolve().name.lower()).strip("-") if documents else ""
        return f"kanttekening-{slug[:_MAX_SLUG]}".strip("-")


def load_settings(**flags: object) -> Settings:
    """Settings from flags, then environment, then `.env`.

    Raises:
        UsageError: a value is not allowed; the message names the variable.
    """
    return read_settings(Settings, flags)


def read_settings(kind: type[Some], flags: Mapping[str, object]) -> Some:
    """Settings of one kind, as `load_settings` gives those of every command; a flag that is None is none."""
    try:
        return kind(**{name: value for name, value in flags.items() if value is not None})  # type: ignore[arg-type]  # validated by pydantic
    except ValidationError as error:
        problem = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in problem["loc"][:1]).upper()
        raise UsageError(f"{name} is {problem['input']!r}: {problem['msg']}. See .env.example.") from error
