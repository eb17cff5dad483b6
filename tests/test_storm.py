"""Readers that ask without pause while editions are published, restored and swept under them."""

import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import pytest

from bot.answers import AnswerStatus
from bot.explainer import Explainer
from ingest.pipeline import Pipeline
from ingest.purging import Purge
from ingest.receipt import Wish
from tests.counts import count
from tests.desk import Desk
from vectorstore.edition import EditionReader
from vectorstore.retrieval import Retriever
from vectorstore.settings import PREFIX

READERS, EDITIONS = (20, 20) if f"{PREFIX}SOAK" in os.environ else (6, 6)
PURGES = {EDITIONS // 2, EDITIONS // 2 + 1}  # the edition before such a one is gone back to
QUESTION = "Hoeveel wilgen en otters telt de dijkgraaf?"


@dataclass(frozen=True)
class Seen:
    """An answer: its edition, its quotations and their rounds, and how many publications were over before and after it."""

    edition: int
    said: str
    rounds: frozenset[int]
    before: int
    after: int


@dataclass
class Storm:
    """Publishes round after round while others ask; every text of a round names it."""

    desk: Desk
    current: list[int] = field(default_factory=list)
    rounds: dict[int, int] = field(default_factory=dict)
    purged: dict[str, int] = field(default_factory=dict)
    """Words that are in no edition any more, and how many publications were over then."""
    is_over: Event = field(default_factory=Event)

    def publish(self, number: int) -> None:
        """A round in place of the one before: two documents change, one comes and one goes."""
        shutil.rmtree(self.desk.docs)
        self.desk.docs.mkdir()
        self.desk.write("wilgen.txt", f"De dijkgraaf telt in ronde {number} langs de Vecht wel {number + 100} wilgen.")
        self.desk.write("otters.txt", f"De dijkgraaf telt in ronde {number} in de Weerribben wel {number + 200} otters.")
        self.desk.write(
            f"bevers-{number}.txt", f"De dijkgraaf telt in ronde {number} naast wilgen en otters ook {number + 300} bevers."
        )
        pipeline = Pipeline(self.desk.shelf, self.desk.embeddings, self.desk.debate, dossier=False, keep=3)
        edition = pipeline.run(Wish(sync=self.desk.docs)).edition
        assert edition is not None
        self.rounds[edition] = number
        self.current.append(edition)

    def go_back(self) -> None:
        """To the edition before this one."""
        self.current.append(self.desk.shelf.restore(self.current[-1] - 1).number)

    def purge(self) -> None:
        """Take a document of the current round out of every edition, while it is being quoted."""
        number = self.rounds[self.current[-1]]
        purge = Purge(self.desk.shelf, pinned=self.desk.debate.caveat_document, keep=3)
        receipt = purge.run([f"bevers-{number}-"])
        assert (len(receipt.purged), receipt.published) == (1, True)
        self.rounds[receipt.edition] = number
        self.current.append(receipt.edition)
        self.purged[f"{number + 300} bevers"] = len(self.current)

    def ask(self, explainer: Explainer) -> Iterator[Seen]:
        """Answers, until the storm is over."""
        while not self.is_over.is_set():
            before = len(self.current)
            answer = explainer.answer(QUESTION).answer
            assert answer.status is AnswerStatus.ANSWERED
            said = [quote.text for statement in answer.statements for quote in statement.quotes]
            assert said
            assert answer.caveat.text
            rounds = frozenset(int(number) for text in said for number in re.findall(r"ronde (\d+)", text))
            yield Seen(answer.edition.number, " ".join(said), rounds, before, len(self.current))


@pytest.fixture
def storm(desk: Desk) -> Storm:
    """A home with the first round published."""
    storm = Storm(desk)
    storm.publish(0)
    return storm


def test_readers_see_one_edition_at_a_time_and_nothing_removed(storm: Storm) -> None:
    """No error, no answer from two editions, from one that was replaced before it was asked, or with what was purged by then."""
    desk = storm.desk
    readers = [EditionReader(desk.shelf, desk.embeddings.model) for _ in range(2)]
    explainers = [Explainer(reader, Retriever(desk.embeddings, desk.debate), desk.debate) for reader in readers]
    with ThreadPoolExecutor(READERS) as pool:
        answers = [pool.submit(lambda explainer: list(storm.ask(explainer)), explainers[n % 2]) for n in range(READERS)]
        try:
            for number in range(1, EDITIONS + 1):
                storm.publish(number)
                if number in PURGES:
                    storm.purge()
                if number in PURGES or number % 4 == 0:
                    storm.go_back()
        finally:
            storm.is_over.set()
    seen = [each for asked in answers for each in asked.result()]
    for reader in readers:
        reader.close()
    editions = {each.edition for each in seen}
    count(
        "readers and editions",
        f"{READERS} readers, {len(storm.current)} publications, {len(storm.purged)} of them purges, {len(seen)} answers "
        f"from {len(editions)} editions",
    )
    assert len(editions) > 1
    for each in seen:
        assert each.rounds == {storm.rounds[each.edition]}
        assert each.edition in storm.current[each.before - 1 : each.after + 1]
        assert [words for words, publications in storm.purged.items() if words in each.said and each.before >= publications] == []
    assert any(words in each.said for each in seen for words in storm.purged)  # there was something to be purged
