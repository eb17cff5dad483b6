"""The rows of answers and of what people thought of them."""

import secrets

from sqlalchemy import Connection, RowMapping, insert, select, update

from bot.inbox_rows import day
from bot.memory_tables import answers, feedback, insert_new
from bot.remembered import Feedback, StoredAnswer
from bot.remembered_json import answer_from, places_as_json


def keep_answer(connection: Connection, answer: StoredAnswer) -> None:
    """Store an answer for the buttons under it."""
    insert_new(
        connection,
        answers,
        id=answer.id,
        front=answer.key.front,
        chat=answer.key.chat,
        topic=answer.key.topic,
        person=answer.key.person,
        question=answer.question,
        language=answer.language,
        edition=answer.edition,
        status=answer.status,
        places=places_as_json(answer),
        asked_at=answer.asked_at,
        rating=answer.rating,
    )


def find_answer(connection: Connection, answer_id: str) -> StoredAnswer | None:
    """The answer with this id; None where it is not kept any more."""
    row = _row(connection, answer_id)
    return answer_from(row) if row else None


def rate(connection: Connection, answer_id: str, rating: str, reason: str | None, now: float) -> bool:
    """Note what somebody thinks of an answer in place of what they thought before; False where that changes nothing."""
    row = _row(connection, answer_id)
    answer = answer_from(row) if row else None
    if row is None or answer is None:
        return False
    given = connection.execute(select(feedback.c.reason).where(feedback.c.id == row["feedback_id"])).first()
    if row["rating"] == rating and given and (reason is None or given.reason == reason):
        return False
    values = {"day": day(now), "rating": rating, "reason": reason}
    if given:
        connection.execute(update(feedback).where(feedback.c.id == row["feedback_id"]).values(values))
        feedback_id = row["feedback_id"]
    else:
        feedback_id = secrets.token_urlsafe(12)
        about = {"edition": answer.edition, "status": answer.status, "sources": list(answer.sources)}
        connection.execute(insert(feedback).values(id=feedback_id, **about, **values))
    connection.execute(update(answers).where(answers.c.id == answer_id).values(rating=rating, feedback_id=feedback_id))
    return True


def all_feedback(connection: Connection) -> tuple[Feedback, ...]:
    """All that people thought, by day; within a day in no order that tells when."""
    rows = connection.execute(select(feedback).order_by(feedback.c.day, feedback.c.id))
    return tuple(Feedback(row.day, row.rating, row.reason, row.edition, row.status, tuple(row.sources)) for row in rows)


def _row(connection: Connection, answer_id: str) -> RowMapping | None:
    return connection.execute(select(answers).where(answers.c.id == answer_id)).mappings().first()
