"""The rows of conversations and people: what was said in a running conversation, and what somebody chose."""

import secrets

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, exists, insert, or_, select, update

from bot.conversation import Turn
from bot.memory_tables import answers, conversations, explaining, insert_new, is_of, people
from bot.remembered import TERMINAL, ConversationKey, Remembered
from bot.remembered_json import language_from, turns_as_json, turns_from_json
from vectorstore.languages import Language


def is_kept(table: Table) -> ColumnElement[bool]:
    """Rows of which the questions stay after the conversation: of the terminal, and of people who want it."""
    chosen = exists().where(people.c.person == table.c.person, people.c.keeps)
    return or_(table.c.front == TERMINAL, chosen)


def conversation(connection: Connection, key: ConversationKey, silent_since: float) -> Remembered:
    """The running conversation; one that has been silent since then ends here."""
    row = _running(connection, key)
    if row is None:
        return Remembered()
    if key.front != TERMINAL and row.touched_at < silent_since:
        end(connection, key)
        return Remembered(has_ended=True)
    turns = turns_from_json(row.turns) if row.turns is not None else ()
    if turns is None:
        connection.execute(delete(conversations).where(conversations.c.id == row.id))
    return Remembered(turns or ())


def remember(connection: Connection, key: ConversationKey, turns: tuple[Turn, ...], now: float) -> None:
    """Make these the turns of the running conversation, which begins where there is none; without any, nothing is kept."""
    if not turns:
        return
    values = {"turns": turns_as_json(turns), "touched_at": now}
    changed = connection.execute(update(conversations).where(is_of(key, conversations), _is_running()).values(values))
    if not changed.rowcount:
        fixed = {"front": key.front, "chat": key.chat, "topic": key.topic, "person": key.person, "is_over": False}
        connection.execute(insert(conversations).values(id=secrets.token_urlsafe(12), **fixed, **values))


def end(connection: Connection, key: ConversationKey) -> bool:
    """End the running conversation, and forget what was asked in it unless that is kept; False where there was none."""
    row = _running(connection, key)
    mine = is_of(key, conversations)
    kept = update(conversations).where(mine, is_kept(conversations), conversations.c.turns.is_not(None))
    connection.execute(kept.values(is_over=True))
    connection.execute(delete(conversations).where(mine, _is_running()))
    asked = is_of(key, answers) & answers.c.question.is_not(None) & ~is_kept(answers)
    connection.execute(update(answers).where(asked).values(question=None))
    return row is not None and row.turns is not None


def language(connection: Connection, person: int) -> Language | None:
    """The language that somebody chose."""
    return language_from(connection.scalar(select(people.c.language).where(people.c.person == person)))


def keeps(connection: Connection, person: int) -> bool:
    """Whether somebody wants their questions kept."""
    return bool(connection.scalar(select(people.c.keeps).where(people.c.person == person)))


def wish(connection: Connection, person: int) -> str | None:
    """When somebody wants a language model to explain."""
    return connection.scalar(select(explaining.c.wish).where(explaining.c.person == person))


def note_person(connection: Connection, person: int, now: float, **values: object) -> None:
    """Change what is known of somebody, who was heard of now."""
    values = {**values, "last_seen": now}
    if not insert_new(connection, people, **{"person": person, "keeps": False, **values}):
        connection.execute(update(people).where(people.c.person == person).values(values))


def note_wish(connection: Connection, person: int, chosen: str) -> None:
    """Note when somebody, who is among the people, wants a language model to explain."""
    if not insert_new(connection, explaining, person=person, wish=chosen):
        connection.execute(update(explaining).where(explaining.c.person == person).values(wish=chosen))


def hear_of(connection: Connection, person: int, now: float) -> None:
    """Note that somebody was heard of, where anything is known of them: what they chose is kept as long as they come back."""
    connection.execute(update(people).where(people.c.person == person).values(last_seen=now))


def _running(connection: Connection, key: ConversationKey) -> "Row[str, str | None, float] | None":
    columns = (conversations.c.id, conversations.c.turns, conversations.c.touched_at)
    return connection.execute(select(*columns).where(is_of(key, conversations), _is_running())).first()


def _is_running() -> ColumnElement[bool]:
    return conversations.c.is_over.is_(False)
