"""From a trained network to the files that ship: 8-bit ONNX in the layout of sentence-transformers."""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import BertModel

from vectorstore.embeddings import digest_of_model
from vectorstore.training.teacher import DIMENSIONS, HEADS

_OPSET = 17


class Student(torch.nn.Module):
    """The trained network as it ships: for one text at a time, so without a mask, and with fewer and larger matrices.

    Its table of word vectors is in 8 bits, with one scale for each word piece: onnxruntime's own quantisation gives a table one
    scale for all its rows, in which the short vectors of common pieces drown.
    """

    def __init__(self, network: BertModel) -> None:
        """Take over a network."""
        super().__init__()
        table = network.embeddings.word_embeddings.weight.detach()
        scale = table.abs().amax(dim=1, keepdim=True).clamp(min=1e-9) / 127
        self.network = network
        self.table = torch.nn.Parameter((table / scale).round().to(torch.int8), requires_grad=False)
        self.scale = torch.nn.Parameter(scale, requires_grad=False)
        # Query, key and value in one matrix; the scale of the scores is in the query.
        self.weights, self.biases = torch.nn.ParameterList(), torch.nn.ParameterList()
        for layer in self._layers():
            parts = layer.attention.self
            factor = (DIMENSIONS // HEADS) ** -0.5
            weight = torch.cat([parts.query.weight * factor, parts.key.weight, parts.value.weight])
            self.weights.append(torch.nn.Parameter(weight.detach().T.contiguous()))
            self.biases.append(
                torch.nn.Parameter(torch.cat([parts.query.bias * factor, parts.key.bias, parts.value.bias]).detach())
            )

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """The vectors of the tokens of one text, shape (1, tokens, dimensions); `input_ids` has shape (1, tokens)."""
        around: Any = self.network.embeddings
        words = self.table[input_ids].float() * self.scale[input_ids]
        places = around.position_embeddings.weight[: input_ids.shape[1]] + around.token_type_embeddings.weight[0]
        hidden: torch.Tensor = around.LayerNorm(words + places)
        for layer, weight, bias in zip(self._layers(), self.weights, self.biases, strict=True):
            parts = (hidden @ weight + bias).view(1, -1, 3, HEADS, DIMENSIONS // HEADS).permute(2, 0, 3, 1, 4)
            attention = functional.softmax(parts[0] @ parts[1].transpose(-1, -2), dim=-1)
            read = (attention @ parts[2]).transpose(1, 2).reshape(1, -1, DIMENSIONS)
            hidden = layer.attention.output.LayerNorm(layer.attention.output.dense(read) + hidden)
            wide = functional.gelu(layer.intermediate.dense(hidden))
            hidden = layer.output.LayerNorm(layer.output.dense(wide) + hidden)
        return hidden

    def _layers(self) -> list[Any]:
        return list(self.network.encoder.layer)


def export_network(network: torch.nn.Module, inputs: Sequence[str], path: Path) -> None:
    """Write a network as ONNX, its inputs in the order that it takes them, its matrices in 8 bits with a scale for each column."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    examples = {
        "input_ids": torch.ones(1, 9, dtype=torch.long),
        "vectors": torch.zeros(2, 9, DIMENSIONS),
        "attention_mask": torch.ones(2, 9, dtype=torch.long),
    }
    whole = path.with_suffix(".float.onnx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's older exporter says that there is a newer one, which needs two more packages
        torch.onnx.export(
            network.eval(),
            tuple(examples[name] for name in inputs),
            str(whole),
            input_names=list(inputs),
            output_names=["last_hidden_state"],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in (*inputs, "last_hidden_state")},
            opset_version=_OPSET,
            dynamo=False,
        )
    quantize_dynamic(whole, path, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul"])
    whole.unlink()


def export_student(network: BertModel, tokenizer: Tokenizer, folder: Path) -> None:
    """Fill a folder with the model as sentence-transformers lays it out, and with the digest that an edition records."""
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    modules = {
        "": "vectorstore.sentence_module.OnnxTransformer",
        "1_Pooling": "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
        "2_Normalize": "sentence_transformers.base.modules.normalize.Normalize",
    }
    files: dict[str, object] = {
        "modules.json": [
            {"idx": index, "name": str(index), "path": path, "type": kind} for index, (path, kind) in enumerate(modules.items())
        ],
        "1_Pooling/config.json": {"embedding_dimension": DIMENSIONS, "pooling_mode": "mean", "include_prompt": True},
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {"prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    export_network(Student(network), ["input_ids"], folder / "onnx" / "model_qint8.onnx")
    (folder / "SHA256").write_text(digest_of_model(folder) + "\n", "ascii")
