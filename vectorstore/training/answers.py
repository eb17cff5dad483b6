"""The last lesson: a question near the sentence that answers it, and away from the other sentences of its document.

What the teacher knows of sentences it learned from whole texts. What Kanttekening does is choose one sentence of a passage that
was read as a whole, so that is what is practised here, on questions that were written for it (questions.jsonl): in
other words than the answer, by people's habits of asking. The texts are not in the project; a question names its document, and
of the sentences that answer it a digest of their letters.
"""

import copy
import hashlib
import json
import random
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sentencex import segment
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import BertModel

from vectorstore.training.student import mean_vectors
from vectorstore.training.teacher import padded

QUESTIONS = Path(__file__).with_name("questions.jsonl")
_TARGET_WORDS = 70  # of a passage, as an edition has them
_MAX_TOKENS = 256
_BATCH, _STEPS, _RATE, _WARM_UP = 16, 220, 1e-4, 50
_OTHERS = 2  # passages of the same document that take part besides those that answer
_TEMPERATURE = 20.0
_STAY = 4.0  # what moving a question away from where the model had it costs
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_MARKUP = re.compile(r"!\[[^\]]*\]\([^)]*\)|\[([^\]]*)\]\([^)]*\)|<[^>]+>|[*_`|]{1,3}|^\s*(?:[-+>]|\d+\.)\s+", re.MULTILINE)
_MAX_HEADING_WORDS = 12


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as word pieces, and for each of its sentences the share of each piece, shape (sentences, pieces)."""

    tokens: list[int]
    shares: torch.Tensor
    digests: list[str]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its document, and the digests of the sentences that answer it."""

    text: str
    document: str
    answers: frozenset[str]


def learn_answers(network: BertModel, tokenizer: Tokenizer, data: Path, seed: int, steps: int = _STEPS) -> None:
    """Train a network on the questions whose documents are in the folder DATA; its table of word vectors stays as it is."""
    documents, questions = read_lesson(tokenizer, data)
    before = copy.deepcopy(network).eval()  # type: ignore[no-untyped-call]  # torch's own
    rng = random.Random(seed)  # noqa: S311  # chance, not a secret
    torch.manual_seed(seed)
    network.train().embeddings.word_embeddings.weight.requires_grad_(requires_grad=False)
    body = [value for value in network.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(body, lr=_RATE, weight_decay=0.01)
    waiting: list[Question] = []
    begun, losses = time.monotonic(), []
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = _RATE * min(1.0, (step + 1) / _WARM_UP) * (1 - 0.95 * step / steps)
        if len(waiting) < _BATCH:
            waiting = rng.sample(questions, len(questions))
        batch, waiting = waiting[:_BATCH], waiting[_BATCH:]
        loss = _loss(network, before, tokenizer, batch, documents, rng)
        network.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's own
        torch.nn.utils.clip_grad_norm_(body, 1.0)
        optimizer.step()
        losses.append(float(loss.detach()))
        if (step + 1) % 30 == 0:
            speed = (step + 1) / (time.monotonic() - begun)
            print(f"answers: step {step + 1} of {steps}, {speed:.2f} a second, loss {np.mean(losses[-30:]):.3f}", flush=True)


def digest_of(sentence: str) -> str:
    """What a question names a sentence by: its letters and digits in lower case, without how it is marked up."""
    letters = "".join(char for char in sentence.casefold() if char.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()[:12]


def _loss(
    network: BertModel,
    before: BertModel,
    tokenizer: Tokenizer,
    batch: Sequence[Question],
    documents: Mapping[str, Sequence[Passage]],
    rng: random.Random,
) -> torch.Tensor:
    """How far each question is from telling its answers from every other sentence in the batch."""
    passages = [passage for question in batch for passage in _taking_part(question, documents[question.document], rng)]
    passages = list({id(passage): passage for passage in passages}.values())
    ids, mask = (torch.tensor(array) for array in padded([passage.tokens for passage in passages]))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = network(input_ids=ids, attention_mask=mask).last_hidden_state.float()
    parts = [each.shares @ hidden[row, : len(each.tokens)] for row, each in enumerate(passages)]
    sentences = functional.normalize(torch.cat(parts), dim=-1)
    digests = [digest for passage in passages for digest in passage.digests]
    tokens = [tokenizer.encode(question.text).ids for question in batch]
    vectors = mean_vectors(network, tokens)
    with torch.no_grad():
        stayed = mean_vectors(before, tokens)
    near = vectors @ sentences.T * _TEMPERATURE
    right = torch.tensor([[digest in question.answers for digest in digests] for question in batch])
    told = torch.logsumexp(near, 1) - torch.logsumexp(near.masked_fill(~right, -1e4), 1)
    moved = 1 - (vectors * stayed).sum(dim=-1)
    return told.mean() + _STAY * moved.mean()


def _taking_part(question: Question, passages: Sequence[Passage], rng: random.Random) -> Iterator[Passage]:
    answering = [passage for passage in passages if not question.answers.isdisjoint(passage.digests)]
    others = [passage for passage in passages if question.answers.isdisjoint(passage.digests)]
    yield from answering
    yield from rng.sample(others, min(_OTHERS, len(others)))


def read_lesson(tokenizer: Tokenizer, data: Path) -> tuple[dict[str, list[Passage]], list[Question]]:
    """The documents by name, and the questions whose answers are in them."""
    lines = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    wanted = {line["document"] for line in lines}
    documents = {name: list(_passages(title, text, tokenizer)) for name, title, text in _texts(data) if name in wanted}
    known = {name: {digest for each in passages for digest in each.digests} for name, passages in documents.items()}
    questions = [
        Question(line["question"], line["document"], answers)
        for line in lines
        if (answers := frozenset(line["answers"]) & known.get(line["document"], set()))
    ]
    print(f"answers: {len(questions):,} questions on {len(documents)} documents", flush=True)
    return documents, questions


def _texts(data: Path) -> Iterator[tuple[str, str, str]]:
    """(name, title, text) of every document that questions may be about."""
    pages = data / "documents" / "algoritmekader"
    for path in sorted(pages.rglob("*.md")):
        text = _FRONT_MATTER.sub("", path.read_text("utf-8"))
        title = next((line.lstrip("# ") for line in text.splitlines() if line.startswith("# ")), path.stem)
        yield f"algoritmekader/{path.relative_to(pages)}", title, text
    for line in (data / "development" / "policyqa" / "corpus.jsonl").read_text("utf-8").splitlines():
        each = json.loads(line)
        yield each["id"], "", each["text"]


def _passages(title: str, text: str, tokenizer: Tokenizer) -> Iterator[Passage]:
    """Runs of sentences of about as many words as an edition's passages have, under their title and heading."""
    heading, run = "", list[str]()
    for line in text.splitlines():
        plain = " ".join(_MARKUP.sub(lambda match: match.group(1) or " ", line).split())
        is_heading = line.startswith("#") or (0 < len(plain.split()) <= _MAX_HEADING_WORDS and plain[-1].isalnum())
        if is_heading:
            if run:
                yield _passage(f"{title}. {heading}", run, tokenizer)
            heading, run = plain.lstrip("# "), []
            continue
        for sentence in filter(None, map(str.strip, segment("nl", plain))):
            if run and len(f"{' '.join(run)} {sentence}".split()) > _TARGET_WORDS:
                yield _passage(f"{title}. {heading}", run, tokenizer)
                run = []
            run.append(sentence)
    if run:
        yield _passage(f"{title}. {heading}", run, tokenizer)


def _passage(context: str, sentences: Sequence[str], tokenizer: Tokenizer) -> Passage:
    text, ends = f"{context}\n", []
    for sentence in sentences:
        text += sentence
        ends.append((len(text) - len(sentence), len(text)))
        text += " "
    encoding = tokenizer.encode(text)
    places = np.array([end for _, end in encoding.offsets[:_MAX_TOKENS]])
    shares = np.zeros((len(sentences), len(places)), dtype=np.float32)
    for row, (start, end) in enumerate(ends):
        within = (places > start) & (places <= end)
        shares[row] = within / within.sum() if within.any() else 1 / len(places)
    return Passage(encoding.ids[:_MAX_TOKENS], torch.tensor(shares), [digest_of(sentence) for sentence in sentences])
