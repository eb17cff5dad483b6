"""How long things are kept: the questions as long as the conversation runs, unless wanted otherwise, and nothing for ever."""

from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, select, update

from bot.conversation_rows import is_kept
from bot.inbox_rows import day
from bot.memory_tables import answers, conversations, explaining, feedback, handled, inbox, model_days, model_sentences, people
from bot.remembered import Counts

_UPDATES_SECONDS = 7 * 24 * 3600  # Telegram sends an update again for a day at most
_SPENT_SECONDS = 31 * 24 * 3600


def keep_what_may_be_kept(connection: Connection, now: float, silence_seconds: float, retention_seconds: float) -> Counts:
    """Delete what is older than it may become."""
    long_ago = now - retention_seconds
    gone = Counts(
        conversations=_delete(connection, conversations, conversations.c.touched_at < long_ago),
        answers=_delete(connection, answers, answers.c.asked_at < long_ago),
        people=_delete(connection, people, people.c.last_seen < long_ago),
        feedback=_delete(connection, feedback, feedback.c.day < day(long_ago)),
        waiting=_delete(connection, inbox, inbox.c.received_at < long_ago),
        updates=_delete(connection, handled, handled.c.day < day(now - _UPDATES_SECONDS)),
        explanations=forget_sentences(connection, long_ago),
    )
    forget_days(connection, now)
    _delete(connection, explaining, explaining.c.person.not_in(select(people.c.person)))
    told, questions = forget_silent(connection, now - silence_seconds)
    return replace(gone, conversations=gone.conversations + told, questions=questions)


def forget_silent(connection: Connection, silent_since: float) -> tuple[int, int]:
    """Forget the questions of conversations that are over and not kept: how many conversations, and questions of answers."""
    mine = (~is_kept(conversations), conversations.c.turns.is_not(None))
    gone = _delete(connection, conversations, and_(*mine, conversations.c.is_over))
    silent = update(conversations).where(*mine, conversations.c.touched_at < silent_since)
    gone += connection.execute(silent.values(turns=None)).rowcount
    asked = (answers.c.question.is_not(None), answers.c.asked_at < silent_since, ~is_kept(answers), ~_is_going_on(silent_since))
    return gone, connection.execute(update(answers).where(*asked).values(question=None)).rowcount


def forget_sentences(connection: Connection, long_ago: float) -> int:
    """Forget the sentences of a language model that were kept before; of how many answers."""
    return _delete(connection, model_sentences, model_sentences.c.kept_at < long_ago)


def forget_days(connection: Connection, now: float) -> None:
    """Forget what language models took on days that nobody asks for any more."""
    _delete(connection, model_days, model_days.c.day < day(now - _SPENT_SECONDS))


def stop_keeping(connection: Connection, person: int, silent_since: float) -> None:
    """Forget what somebody asked; a conversation that runs goes on."""
    over = (conversations.c.person == person) & (conversations.c.is_over | (conversations.c.touched_at < silent_since))
    _delete(connection, conversations, over)
    connection.execute(update(answers).where(answers.c.person == person).values(question=None))


def _is_going_on(silent_since: float) -> ColumnElement[bool]:
    """Answers of a conversation that still runs."""
    columns = conversations.c
    same = (getattr(columns, name) == getattr(answers.c, name) for name in ("person", "chat", "topic", "front"))
    return select(columns.id).where(*same, columns.is_over.is_(False), columns.touched_at >= silent_since).exists()


def _delete(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(condition)).rowcount
