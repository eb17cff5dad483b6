"""The student: a few layers of the teacher, behind the vocabulary of two languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch.nn import functional
from transformers import BertModel

from vectorstore.training.teacher import DIMENSIONS, FEED_FORWARD, TeacherWeights, padded
from vectorstore.training.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Shape:
    """Which layers of the teacher the student begins as, and how wide each feeds forward."""

    layers: tuple[int, ...]
    feed_forward: int = FEED_FORWARD


def first_student(teacher: TeacherWeights, vocabulary: Vocabulary, shape: Shape) -> BertModel:
    """The student before training."""
    network = teacher.network(shape.layers, vocabulary.first_vectors(teacher))
    network.config._attn_implementation = "eager"  # noqa: SLF001  # on a processor a third faster to train than torch's fused one
    table = torch.nn.Embedding(len(vocabulary.pieces), DIMENSIONS, sparse=True)
    table.weight.data.copy_(network.embeddings.word_embeddings.weight.data)
    network.embeddings.word_embeddings = table
    if shape.feed_forward < FEED_FORWARD:
        for layer in network.encoder.layer:
            inner, outer = cast("Any", layer.intermediate), cast("Any", layer.output)
            inner.dense, outer.dense = _narrowed(inner.dense, outer.dense, shape.feed_forward)
        network.config.intermediate_size = shape.feed_forward
    return network


def _narrowed(first: torch.nn.Linear, second: torch.nn.Linear, width: int) -> tuple[torch.nn.Linear, torch.nn.Linear]:
    """Two matrices with only those units between them whose weights are largest."""
    kept = (first.weight.norm(dim=1) * second.weight.norm(dim=0)).topk(width).indices.sort().values
    inward, outward = torch.nn.Linear(DIMENSIONS, width), torch.nn.Linear(width, DIMENSIONS)
    inward.weight.data, inward.bias.data = first.weight.data[kept], first.bias.data[kept]
    outward.weight.data, outward.bias.data = second.weight.data[:, kept], second.bias.data
    return inward, outward


def mean_vectors(network: BertModel, batch: Sequence[Sequence[int]]) -> torch.Tensor:
    """The unit vectors of tokenized texts, shape (texts, dimensions)."""
    ids, mask = (torch.tensor(array) for array in padded(batch))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = network(input_ids=ids, attention_mask=mask).last_hidden_state
    weight = mask.unsqueeze(-1).float()
    return functional.normalize((hidden.float() * weight).sum(dim=1) / weight.sum(dim=1), dim=-1)
