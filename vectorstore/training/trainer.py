"""The training run: kinds of batches in turn, each with its loss, and checkpoints."""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from transformers import BertModel

from vectorstore.training.lesson import Lesson
from vectorstore.training.student import mean_vectors

Kind = Literal["pairs", "made_up", "related", "headings"]

_PLAN: Sequence[Kind] = ("pairs", "made_up", "related", "pairs", "related", "headings")
_BATCH: dict[Kind, int] = {"pairs": 64, "made_up": 128, "related": 40, "headings": 128}
_SORTED = 32  # batches whose texts are sorted by length together, so that little is padding
_POOL = 1_500  # heading and section pairs among which neighbours are looked for
_SAME = 0.95  # sections closer than this are one: neither is wrong for the other's heading
_TEMPERATURE = 20.0
_BODY_RATE, _WORD_RATE, _WARM_UP, _LAST_RATE = 5e-4, 1e-3, 200, 0.03
_CHECKPOINT_SECONDS, _REPORT_STEPS = 300, 120


class Trainer:
    """One training run, which a checkpoint lets go on where it was stopped."""

    def __init__(self, network: BertModel, lesson: Lesson, checkpoint: Path, seed: int) -> None:
        """Prepare a run, or take up the one that the checkpoint holds."""
        self._network, self._lesson, self._checkpoint = network.train(), lesson, checkpoint
        torch.manual_seed(seed)
        self._body = [value for name, value in network.named_parameters() if "word_embeddings" not in name]
        self._optimizers = (
            torch.optim.AdamW(self._body, lr=_BODY_RATE, weight_decay=0.01, betas=(0.9, 0.98)),
            torch.optim.SparseAdam([network.embeddings.word_embeddings.weight], lr=_WORD_RATE),
        )
        self._step = 0
        if checkpoint.is_file():
            self._resume()
        self._random = np.random.default_rng((seed, self._step))
        lengths = {
            "pairs": [len(tokens) for tokens in lesson.dutch],
            "made_up": [len(tokens) for tokens in lesson.made_up],
            "headings": [len(tokens) for tokens in lesson.heading_tokens],
        }
        kinds: Sequence[Kind] = ("pairs", "made_up", "headings")
        self._batches = {kind: self._sorted_batches(lengths[kind], _BATCH[kind]) for kind in kinds}

    def run(self, steps: int) -> None:
        """Train until so many steps are done, those before a stop included; the rate of learning falls towards the last one."""
        begun = saved = time.monotonic()
        warm_up = min(_WARM_UP, steps // 20 + 1)
        first, losses = self._step, defaultdict[Kind, list[float]](list)
        while self._step < steps:
            kind = _PLAN[self._step % len(_PLAN)]
            self._set_rates(min(1.0, (self._step + 1) / warm_up) * (1 - (1 - _LAST_RATE) * self._step / steps))
            losses[kind].append(self._learn(self._loss(kind)))
            self._step += 1
            if self._step % _REPORT_STEPS == 0:
                recent = {each: round(float(np.mean(values[-_REPORT_STEPS // 3 :])), 3) for each, values in losses.items()}
                speed = (self._step - first) / (time.monotonic() - begun)
                print(f"training: step {self._step:,} of {steps:,}, {speed:.2f} a second, losses {recent}", flush=True)
            if time.monotonic() - saved > _CHECKPOINT_SECONDS:
                self._save()
                saved = time.monotonic()
        self._save()

    def _learn(self, loss: torch.Tensor) -> float:
        for optimizer in self._optimizers:
            optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's own
        torch.nn.utils.clip_grad_norm_(self._body, 1.0)
        for optimizer in self._optimizers:
            optimizer.step()
        return float(loss.detach())

    def _set_rates(self, factor: float) -> None:
        for optimizer, rate in zip(self._optimizers, (_BODY_RATE, _WORD_RATE), strict=True):
            optimizer.param_groups[0]["lr"] = rate * factor

    def _loss(self, kind: Kind) -> torch.Tensor:
        lesson, targets = self._lesson, self._lesson.targets
        if kind == "related":
            return self._related_loss()
        rows = next(self._batches[kind])
        if kind == "pairs":
            vectors = self._vectors([lesson.dutch[row] for row in rows] + [lesson.english[row] for row in rows])
            dutch, english = vectors[: len(rows)], vectors[len(rows) :]
            away = (_distance(dutch, targets.pairs[rows]) + _distance(english, targets.pairs[rows])) / 2
            return away + 0.2 * _contrast(dutch @ english.T * _TEMPERATURE)
        texts = lesson.made_up if kind == "made_up" else lesson.heading_tokens
        return _distance(
            self._vectors([texts[row] for row in rows]), (targets.made_up if kind == "made_up" else targets.headings)[rows]
        )

    def _related_loss(self) -> torch.Tensor:
        """Each heading near to its own section among others, half of the time among its neighbours."""
        lesson, targets = self._lesson, self._lesson.targets
        chosen = self._neighbours() if self._step % (2 * len(_PLAN)) < len(_PLAN) else self._some_related(_BATCH["related"])
        heading_rows, section_rows = lesson.related[chosen].T
        headings = self._vectors([lesson.heading_tokens[row] for row in heading_rows])
        sections = self._vectors([lesson.section_tokens[row] for row in section_rows])
        taught_headings, taught_sections = targets.headings[heading_rows], targets.sections[section_rows]
        same = (taught_sections @ taught_sections.T > _SAME) & ~torch.eye(len(chosen), dtype=torch.bool)
        similarity = (headings @ sections.T * _TEMPERATURE).masked_fill(same, -30.0)
        taught = functional.softmax(taught_headings @ taught_sections.T * _TEMPERATURE, dim=1)
        return (
            _distance(sections, taught_sections)
            + 0.5 * _distance(headings, taught_headings)
            + 0.5 * _contrast(similarity)
            + 0.3 * functional.kl_div(functional.log_softmax(similarity, dim=1), taught, reduction="batchmean")
        )

    def _some_related(self, count: int) -> NDArray[np.int64]:
        related = len(self._lesson.related)
        return self._random.choice(related, min(count, related), replace=False)

    def _neighbours(self) -> NDArray[np.int64]:
        """Pairs whose sections lie close together, no heading and no section twice."""
        pool = self._some_related(_POOL)
        sections = self._lesson.targets.sections[self._lesson.related[pool, 1]]
        chosen: list[int] = []
        seen: set[tuple[str, int]] = set()
        for index in pool[np.argsort(-(sections @ sections[0]).numpy())]:
            heading, section = self._lesson.related[index]
            if seen.isdisjoint(keys := {("heading", heading), ("section", section)}):
                seen |= keys
                chosen.append(index)
            if len(chosen) == _BATCH["related"]:
                break
        return np.array(chosen)

    def _sorted_batches(self, lengths: Sequence[int], size: int) -> Iterator[NDArray[np.int64]]:
        """Batches of rows without end, texts of like length together, in another order each time."""
        size = min(size, len(lengths))
        block = min(size * _SORTED, len(lengths) // size * size)
        while True:
            order = self._random.permutation(len(lengths))
            for start in range(0, len(order) - block + 1, block):
                by_length = sorted(order[start : start + block], key=lambda row: lengths[row])
                for batch in self._random.permutation(block // size):
                    yield np.array(by_length[batch * size : (batch + 1) * size])

    def _vectors(self, batch: Sequence[Sequence[int]]) -> torch.Tensor:
        return mean_vectors(self._network, batch)

    def _save(self) -> None:
        unfinished = self._checkpoint.with_suffix(".part")
        states = [optimizer.state_dict() for optimizer in self._optimizers]
        torch.save({"network": self._network.state_dict(), "optimizers": states, "step": self._step}, unfinished)
        unfinished.replace(self._checkpoint)

    def _resume(self) -> None:
        saved = torch.load(self._checkpoint)
        self._network.load_state_dict(saved["network"])
        for optimizer, state in zip(self._optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        self._step = saved["step"]
        print(f"training: goes on at step {self._step:,}", flush=True)


def _distance(vectors: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """How far vectors are from what they reach for, and how far from telling it from the others in the batch."""
    ours = torch.arange(len(vectors))
    away = 4 * (1 - (vectors * targets).sum(dim=-1)).mean()
    return away + 0.2 * functional.cross_entropy(vectors @ targets.T * _TEMPERATURE, ours)


def _contrast(similarity: torch.Tensor) -> torch.Tensor:
    ours = torch.arange(len(similarity))
    return (functional.cross_entropy(similarity, ours) + functional.cross_entropy(similarity.T, ours)) / 2
