"""What people can ask for: to have everything that is kept about them, and to have it erased."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, select, update

from bot.inbox_rows import drop
from bot.memory_tables import answers, conversations, explaining, feedback, inbox, is_about, people
from bot.remembered import Erased
from bot.remembered_json import answer_from, turns_from_json


def export(connection: Connection, person: int) -> dict[str, object]:
    """Everything about somebody, as it can be written to JSON."""
    known = connection.execute(select(people).where(people.c.person == person)).first()
    told = select(conversations).where(is_about(person, conversations)).order_by(conversations.c.touched_at)
    given = select(answers).where(is_about(person, answers)).order_by(answers.c.asked_at)
    came = select(inbox).where(is_about(person, inbox)).order_by(inbox.c.received_at)
    return {
        "person": person,
        "language": known.language if known else None,
        "keeps_questions": bool(known and known.keeps),
        "explains": connection.scalar(select(explaining.c.wish).where(explaining.c.person == person)),
        "last_seen": _time(known.last_seen) if known else None,
        "conversations": [_conversation(row) for row in connection.execute(told)],
        "answers": [_answer(row, connection) for row in connection.execute(given)],
        "waiting_messages": [
            {"received_at": _time(row.received_at), "message": row.payload, "reply": row.prepared}
            for row in connection.execute(came)
        ],
    }


def erase_person(connection: Connection, person: int, now: float, replying_to: int | None) -> Erased:
    """Delete everything about somebody, in all chats; the update that is being replied to goes on waiting, and is nobody's."""
    if replying_to is not None:
        connection.execute(update(inbox).where(inbox.c.update_id == replying_to).values(chat=None, person=None, lane=None))
    waiting = drop(connection, is_about(person, inbox), now)
    known = _forget_choices(connection, person)
    return _erase(connection, {table: is_about(person, table) for table in (conversations, answers)}, waiting, known)


def erase_chat(connection: Connection, chat: int, now: float) -> Erased:
    """Delete everything about a chat; of a private one also what was known of the person in it."""
    waiting = drop(connection, inbox.c.chat == chat, now)
    known = _forget_choices(connection, chat)
    return _erase(connection, {table: table.c.chat == chat for table in (conversations, answers)}, waiting, known)


def erase_front(connection: Connection, front: str) -> Erased:
    """Delete every conversation of a front end."""
    return _erase(connection, {table: table.c.front == front for table in (conversations, answers)}, 0, 0)


def move_chat(connection: Connection, old: int, new: int) -> None:
    """Give what is of a chat another id; where both have a running conversation of a person, that of the new one goes on."""
    other = conversations.alias()
    same = (other.c.chat == new, other.c.front == conversations.c.front, other.c.topic == conversations.c.topic)
    both = select(other.c.id).where(*same, other.c.person == conversations.c.person, other.c.is_over.is_(False)).exists()
    connection.execute(delete(conversations).where(conversations.c.chat == old, conversations.c.is_over.is_(False), both))
    for table in (conversations, answers, inbox):
        connection.execute(update(table).where(table.c.chat == old).values(chat=new))
    connection.execute(update(inbox).where(inbox.c.lane == old).values(lane=new))


def _forget_choices(connection: Connection, person: int) -> int:
    """Delete what somebody chose; returns how many people that were."""
    connection.execute(delete(explaining).where(explaining.c.person == person))
    return connection.execute(delete(people).where(people.c.person == person)).rowcount


def _erase(connection: Connection, conditions: Mapping[Table, ColumnElement[bool]], waiting: int, known: int) -> Erased:
    told, given = (connection.execute(delete(table).where(condition)).rowcount for table, condition in conditions.items())
    return Erased(told, given, waiting, is_known=known > 0)


def _conversation(row: "Row[tuple[object, ...]]") -> dict[str, object]:
    turns = turns_from_json(row.turns) if row.turns is not None else ()
    return {
        **_place(row),
        "last_question": _time(row.touched_at),
        "is_over": row.is_over,
        "questions": row.turns if turns is None else [asdict(turn) for turn in turns],
    }


def _answer(row: "Row[tuple[object, ...]]", connection: Connection) -> dict[str, object]:
    answer = answer_from(row._mapping)  # noqa: SLF001  # public, in spite of its name
    reason = connection.scalar(select(feedback.c.reason).where(feedback.c.id == row.feedback_id))
    return {
        **_place(row),
        "id": row.id,
        "asked_at": _time(row.asked_at),
        "question": row.question,
        "language": row.language,
        "edition": row.edition,
        "status": row.status,
        "quotes": [asdict(quote) for quote in answer.quotes] if answer else row.places,
        "sources": list(answer.sources) if answer else [],
        "suggestions": list(answer.suggestions) if answer else [],
        "voices": list(answer.voices) if answer else [],
        "rating": row.rating,
        "reason": reason,
    }


def _message(row: "Row[tuple[object, ...]]") -> dict[str, object]:
    return {"received_at": _time(row.received_at), "message": row.payload, "reply": row.prepared}


def _place(row: "Row[tuple[object, ...]]") -> dict[str, object]:
    return {"front": row.front, "chat": row.chat, "topic": row.topic, "person": row.person}


def _time(moment: float | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
