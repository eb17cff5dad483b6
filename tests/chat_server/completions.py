"""The JSON of a chat completion, whole and in chunks, as OpenAI's API has it."""

import json
from collections.abc import Sequence

from tests.chat_server.asked import Asked, Json
from tests.chat_server.behaviour import Call, Step, Text

_NUMBER = "chatcmpl-1"
_CALL = "call_1"


def opening(asked: Asked) -> bytes:
    """The chunk that a stream begins with."""
    return _chunk(asked, {"role": "assistant", "content": ""})


def piece(asked: Asked, step: Text | Call) -> bytes:
    """The chunk of a piece."""
    if isinstance(step, Text):
        return _chunk(asked, {"content": step.text})
    call: Json = {"index": 0, "function": {"arguments": step.arguments}}
    if step.name is not None:
        call = {"index": 0, "id": _CALL, "type": "function", "function": {"name": step.name, "arguments": step.arguments}}
    return _chunk(asked, {"tool_calls": [call]})


def ending(asked: Asked, finish: str, characters: int) -> bytes:
    """The chunks that a stream ends with; `characters` is how much was said."""
    last = _chunk(asked, {}, finish)
    if asked.wants_usage:
        last += _event({**_frame(asked, "chat.completion.chunk"), "choices": [], "usage": usage(asked, characters)})
    return last + b"data: [DONE]\n\n"


def whole(asked: Asked, steps: Sequence[Step], finish: str) -> bytes:
    """A completion in one piece."""
    text = "".join(step.text for step in steps if isinstance(step, Text))
    made = [step for step in steps if isinstance(step, Call)]
    message: Json = {"role": "assistant", "content": text or None, "refusal": None}
    if made:
        function = {"name": made[0].name, "arguments": "".join(step.arguments for step in made)}
        message["tool_calls"] = [{"id": _CALL, "type": "function", "function": function}]
    said = len(text) + sum(len(step.arguments) for step in made)
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    return json.dumps({**_frame(asked, "chat.completion"), "choices": [choice], "usage": usage(asked, said)}).encode()


def usage(asked: Asked, characters: int) -> Json:
    """What was used, at four characters a token."""
    prompt = sum(len(json.dumps(each)) for each in asked.messages) // 4
    said = -(-characters // 4)
    return {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said}


def models() -> bytes:
    """The list of models."""
    listed = [{"id": "scripted", "object": "model", "created": 1_700_000_000, "owned_by": "tests"}]
    return json.dumps({"object": "list", "data": listed}).encode()


def _chunk(asked: Asked, delta: Json, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    frame = {**_frame(asked, "chat.completion.chunk"), "choices": [choice]}
    return _event({**frame, "usage": None} if asked.wants_usage else frame)


def _event(content: Json) -> bytes:
    return b"data: " + json.dumps(content).encode() + b"\n\n"


def _frame(asked: Asked, kind: str) -> Json:
    return {"id": _NUMBER, "object": kind, "created": 1_700_000_000, "model": asked.body.get("model", "scripted")}
