"""Takes a call in over HTTP, carries it out and answers it, or lets it go wrong."""

from __future__ import annotations

import asyncio
import json
import traceback
from typing import TYPE_CHECKING

from tornado.web import RequestHandler

from tests.bot_api import answering, changing, parameters, profile, sending
from tests.bot_api.faults import BadGateway, Drop, Error, Forbidden, Hang, Slow, TooMany
from tests.bot_api.methods import Method, check_names, method
from tests.bot_api.polling import PARAMETERS
from tests.bot_api.records import Call
from tests.bot_api.refusals import Json, Refused, Wrong

if TYPE_CHECKING:
    from tests.bot_api.faults import Fault
    from tests.bot_api.server import BotApi

METHODS: dict[str, Method] = {**profile.METHODS, **sending.METHODS, **changing.METHODS, **answering.METHODS}
_POLL = method(lambda _state, _call: None, "", " ".join(PARAMETERS))
_HTML = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<h1>502 Bad Gateway</h1>\r\n</body>\r\n</html>\r\n"


class MethodHandler(RequestHandler):
    """`/bot<token>/<method>`."""

    def initialize(self, server: BotApi) -> None:
        """Tornado's own way to hand something over."""
        self._server = server
        self._left: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._is_poll = False

    def on_connection_close(self) -> None:
        """The client went away."""
        if not self._left.done():
            self._left.set_result(None)
        if self._is_poll:
            self._server.polling.gone()

    def log_exception(self, typ: object, value: BaseException | None, tb: object) -> None:
        """A mistake of the server itself, which a test must hear of."""
        del typ, tb
        self._server.violations.append(f"the server failed: {''.join(traceback.format_exception(value))}")

    async def get(self, token: str, name: str) -> None:
        """With the parameters in the query."""
        await self.post(token, name)

    async def post(self, token: str, name: str) -> None:
        """With the parameters in any of Telegram's ways."""
        server = self._server
        if token != server.token:
            self._answer(401, _refusal(401, "Unauthorized"))
            return
        call = Call(name, {}, {}, server.clock())
        try:
            self._read(call)
        except Refused as refused:
            self._record(call)
            self._refuse(call, refused)
            return
        self._record(call)
        with server.changed:
            call.fault = server.fault_for(call)
        if call.fault is not None:
            await self._go_wrong(call, call.fault)
        elif name == "getUpdates":
            await self._poll(call)
        else:
            body = self._carry_out(call)
            self._answer(call.status, body)

    def _read(self, call: Call) -> None:
        request = self.request
        if request.headers.get("Content-Type", "").startswith("application/json"):
            call.parameters = parameters.from_json(request.body)
        else:
            call.parameters = parameters.from_form(request.arguments)
            call.files = parameters.uploads(request.files)

    def _record(self, call: Call) -> None:
        with self._server.changed:
            self._server.calls.append(call)

    def _carry_out(self, call: Call) -> str:
        server = self._server
        with server.changed:
            try:
                known = METHODS.get(call.method)
                if known is None:
                    server.violations.append(f"there is no method {call.method}")
                    raise Refused(404, "Not Found")  # noqa: TRY301  # one place answers refusals
                check_names(call, known)
                call.result = known.run(server, call)
                call.status = 200
                body = json.dumps({"ok": True, "result": call.result}, ensure_ascii=False)
            except Refused as refused:
                body = self._note(call, refused)
            server.changed.notify_all()
        return body

    def _note(self, call: Call, refused: Refused) -> str:
        if isinstance(refused, Wrong):
            self._server.violations.append(f"{call.method}: {refused.description.removeprefix('Bad Request: ')}")
        call.status, call.description = refused.code, refused.description
        return _refusal(refused.code, refused.description, refused.parameters)

    def _refuse(self, call: Call, refused: Refused) -> None:
        with self._server.changed:
            body = self._note(call, refused)
            self._server.changed.notify_all()
        self._answer(refused.code, body)

    async def _poll(self, call: Call) -> None:
        self._is_poll = True
        try:
            check_names(call, _POLL)
            found = await self._server.polling.updates(call)
        except Refused as refused:
            self._refuse(call, refused)
        else:
            call.status = 200
            self._answer(200, f'{{"ok":true,"result":{found}}}')
        finally:
            self._is_poll = False

    async def _go_wrong(self, call: Call, fault: Fault) -> None:
        if isinstance(fault, Slow):
            await asyncio.wait([self._left], timeout=fault.seconds)
            body = self._carry_out(call)
            self._answer(call.status, body)
            return
        if getattr(fault, "processed", False):
            self._carry_out(call)
        if isinstance(fault, Hang):
            await self._left
        if isinstance(fault, Hang | Drop):
            self.detach().close()
        elif isinstance(fault, BadGateway):
            self._fail(call, 502, _HTML, "text/html")
        else:
            code, body = _of(fault)
            self._fail(call, code, body, "application/json")

    def _fail(self, call: Call, code: int, body: str, content_type: str) -> None:
        with self._server.changed:
            call.status = code
            self._server.changed.notify_all()
        self._answer(code, body, content_type)

    def _answer(self, code: int, body: str, content_type: str = "application/json") -> None:
        if self._left.done():
            return
        self.set_status(code)
        self.set_header("Content-Type", content_type)
        self.finish(body)


class DownloadHandler(RequestHandler):
    """`/file/bot<token>/<path>`."""

    def initialize(self, server: BotApi) -> None:
        """Tornado's own way to hand something over."""
        self._server = server

    def get(self, token: str, path: str) -> None:
        """The bytes of a file."""
        found = self._server.files.get(path.removeprefix("files/"))
        if token != self._server.token or found is None:
            code = 404 if token == self._server.token else 401
            self.set_status(code)
            self.finish(_refusal(code, "Not Found" if code == 404 else "Unauthorized"))
            return
        self.set_header("Content-Type", "application/octet-stream")
        self.finish(found.content)


def _refusal(code: int, description: str, more: Json | None = None) -> str:
    told: Json = {"ok": False, "error_code": code, "description": description}
    return json.dumps({**told, **({"parameters": more} if more else {})})


def _of(fault: Error | TooMany | Forbidden | BadGateway | Hang | Drop | Slow) -> tuple[int, str]:
    if isinstance(fault, TooMany):
        words = f"Too Many Requests: retry after {fault.retry_after}"
        return 429, _refusal(429, words, {"retry_after": fault.retry_after})
    if isinstance(fault, Forbidden):
        return 403, _refusal(403, fault.description)
    assert isinstance(fault, Error)
    named = {"retry_after": fault.retry_after, "migrate_to_chat_id": fault.migrate_to_chat_id}
    return fault.code, _refusal(fault.code, fault.description, {name: value for name, value in named.items() if value is not None})
