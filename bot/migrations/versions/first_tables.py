"""Version 1: what one bot remembers. A table that is there already stays as it is."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision = "1", None

_JSON = sa.JSON(none_as_null=True)


def _own_key() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("front", sa.String, nullable=False),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("topic", sa.BigInteger, nullable=False),
        sa.Column("person", sa.BigInteger, nullable=False),
    ]


def _number_key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)


def upgrade() -> None:
    """Make the tables."""
    _make("about", [sa.Column("name", sa.String, primary_key=True), sa.Column("value", sa.String, nullable=False)])
    _make_inbox()
    _make("handled", [_number_key("update_id"), sa.Column("day", sa.String, nullable=False)], "day")
    _make_told()
    _make_people()
    _make_accounts()


def _make(table: str, columns: list[sa.Column[Any]], *indexed: str, **options: Any) -> None:  # noqa: ANN401  # of a dialect
    op.create_table(table, *columns, if_not_exists=True, **options)
    for column in indexed:
        op.create_index(f"ix_{table}_{column}", table, [column], if_not_exists=True)


def _make_inbox() -> None:
    columns = [
        _number_key("update_id"),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("received_at", sa.Double, nullable=False),
        sa.Column("chat", sa.BigInteger),
        sa.Column("person", sa.BigInteger),
        sa.Column("prepared", _JSON),
        sa.Column("sent", sa.BigInteger, nullable=False),
    ]
    _make("inbox", columns, "chat", "person")


def _make_told() -> None:
    told: list[sa.Column[Any]] = [
        sa.Column("turns", sa.Text),
        sa.Column("touched_at", sa.Double, nullable=False),
        sa.Column("is_over", sa.Boolean, nullable=False),
    ]
    given: list[sa.Column[Any]] = [
        sa.Column("question", _JSON),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("edition", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("places", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.Column("rating", sa.String),
        sa.Column("feedback_id", sa.String),
    ]
    _make("conversations", [*_own_key(), *told], "chat", "person", "touched_at")
    _make("answers", [*_own_key(), *given], "chat", "person", "asked_at")


def _make_people() -> None:
    chosen: list[sa.Column[Any]] = [
        _number_key("person"),
        sa.Column("language", sa.String),
        sa.Column("keeps", sa.Boolean, nullable=False),
        sa.Column("last_seen", sa.Double, nullable=False),
    ]
    thought: list[sa.Column[Any]] = [
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("day", sa.String, nullable=False),
        sa.Column("rating", sa.String, nullable=False),
        sa.Column("reason", _JSON),
        sa.Column("edition", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("sources", sa.JSON, nullable=False),
    ]
    _make("people", chosen, "last_seen")
    _make("feedback", thought, "day")
    _make("explaining", [_number_key("person"), sa.Column("wish", sa.String, nullable=False)])


def _make_accounts() -> None:
    kept: list[sa.Column[Any]] = [
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("sentences", sa.JSON, nullable=False),
        sa.Column("kept_at", sa.Double, nullable=False),
    ]
    days: list[sa.Column[Any]] = [sa.Column("day", sa.String, primary_key=True), sa.Column("tokens", sa.BigInteger, nullable=False)]
    _make("model_days", days, sqlite_with_rowid=False)
    _make("model_sentences", kept, "kept_at", sqlite_with_rowid=False)
    _make("model_servers", [sa.Column("server", sa.String, primary_key=True)], sqlite_with_rowid=False)
