"""The tables of what is remembered. Nothing in them is of one database: the same tables go into SQLite and into PostgreSQL.

Free text stands as JSON in ASCII, because neither database takes every text that people can send (lone surrogates, NUL).
Rows have the ids that they come with, or random ones, and no order of their own: that of feedback would lead to who gave it.
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, ColumnElement, Connection, Double, MetaData, String, Table, Text, and_

from bot.remembered import ConversationKey

VERSION = 2
"""Of the tables; a program does not touch those of a later one, and `migrations` has a step to each from the one before."""

metadata = MetaData()
_LEAN: dict[str, Any] = {"sqlite_with_rowid": False}  # rows stand in the tree of their key, which is no second one beside the table


def _own_key() -> list[Column[Any]]:
    """The columns of what belongs to a conversation, which tell whose it is; of each table its own."""
    return [
        Column("id", String, primary_key=True),
        Column("front", String, nullable=False),
        Column("chat", BigInteger, nullable=False, index=True),
        Column("topic", BigInteger, nullable=False),
        Column("person", BigInteger, nullable=False, index=True),
    ]


about = Table("about", metadata, Column("name", String, primary_key=True), Column("value", String, nullable=False))

inbox = Table(
    "inbox",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("payload", JSON, nullable=False),
    Column("received_at", Double, nullable=False),
    Column("chat", BigInteger, index=True),
    Column("person", BigInteger, index=True),
    Column("prepared", JSON(none_as_null=True)),
    Column("sent", BigInteger, nullable=False),
    Column("lane", BigInteger, index=True),
    Column("bot", String),
)
"""Updates that were received and not handled yet; a row goes when its update is handled.

Where several bots answer, `lane` is the chat in which an update waits for its turn, and `bot` the one that answers it.
"""

bots = Table("bots", metadata, Column("bot", String, primary_key=True), Column("seen_at", Double, nullable=False), **_LEAN)
"""The bots that answer from this database, and when each was last alive."""

handled = Table(
    "handled",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", String, nullable=False, index=True),
)
"""The ids of updates that were handled, and when: nothing about whose they were."""

conversations = Table(
    "conversations",
    metadata,
    *_own_key(),
    Column("turns", Text),
    Column("touched_at", Double, nullable=False, index=True),
    Column("is_over", Boolean, nullable=False),
)
"""Of each key at most one that is not over. `turns` is null once it is forgotten, so that its end can still be told."""

people = Table(
    "people",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String),
    Column("keeps", Boolean, nullable=False),
    Column("last_seen", Double, nullable=False, index=True),
)
"""Those who chose something; of whoever only asks there is no row."""

answers = Table(
    "answers",
    metadata,
    *_own_key(),
    Column("question", JSON(none_as_null=True)),
    Column("language", String, nullable=False),
    Column("edition", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("places", Text, nullable=False),
    Column("asked_at", Double, nullable=False, index=True),
    Column("rating", String),
    Column("feedback_id", String),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String, primary_key=True),
    Column("day", String, nullable=False, index=True),
    Column("rating", String, nullable=False),
    Column("reason", JSON(none_as_null=True)),
    Column("edition", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("sources", JSON, nullable=False),
)
"""An answer knows its feedback as long as it is there; feedback knows no answer."""

explaining = Table(
    "explaining",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("wish", String, nullable=False),
)
"""Who wants a language model to explain, and when; each is among the people too, and goes with them."""


model_days = Table(
    "model_days",
    metadata,
    Column("day", String, primary_key=True),
    Column("tokens", BigInteger, nullable=False),
    **_LEAN,
)
"""How many tokens language models took on a day, in UTC, with those that are reserved for answers that are being written."""

model_sentences = Table(
    "model_sentences",
    metadata,
    Column("id", String, primary_key=True),
    Column("sentences", JSON, nullable=False),
    Column("kept_at", Double, nullable=False, index=True),
    **_LEAN,
)
"""Sentences of a language model that passed; the id leads to a question only with the secret of this file."""

model_servers = Table("model_servers", metadata, Column("server", String, primary_key=True), **_LEAN)
"""The servers of which it was said here that questions go there."""


def insert_new(connection: Connection, table: Table, **values: object) -> bool:
    """Insert a row, unless one with its key is there, which another program may be inserting at this moment; whether it was not."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]  # what is used of them is the same
    inserted = insert(table).values(values).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return connection.execute(inserted).first() is not None


def is_of(key: ConversationKey, table: Table) -> ColumnElement[bool]:
    """Rows of the conversation with this key."""
    columns = table.c
    return and_(columns.person == key.person, columns.chat == key.chat, columns.topic == key.topic, columns.front == key.front)


def is_about(person: int, table: Table) -> ColumnElement[bool]:
    """Rows of a person, in any chat; a private chat has the id of the person in it."""
    return (table.c.person == person) | (table.c.chat == person)
