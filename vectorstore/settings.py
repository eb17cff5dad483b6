"""Settings: environment variables `KANTTEKENING_…` and a `.env` in the working directory."""

from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from vectorstore.debate import documents_folder, home_name
from vectorstore.errors import UsageError

PREFIX = "KANTTEKENING_"


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

    @property
    def home_dir(self) -> Path:
        """`home` with `~` expanded, absolute; a debate with documents of its own has a folder of its own in it."""
        home = self.home.expanduser().absolute()
        documents = documents_folder(self.debate)
        return home / "debates" / home_name(documents) if documents else home


def load_settings(**flags: object) -> Settings:
    """Settings from flags, then environment, then `.env`.

    Raises:
        UsageError: a value is not allowed; the message names the variable.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})  # type: ignore[arg-type]  # validated by pydantic
    except ValidationError as error:
        problem = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in problem["loc"]).upper()
        raise UsageError(f"{name} is {problem['input']!r}: {problem['msg']}. See .env.example.") from error
