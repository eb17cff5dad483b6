"""Pushes updates to a webhook: one after the other, and each until the bot says that it has it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

if TYPE_CHECKING:
    from tests.bot_api.refusals import Json
    from tests.bot_api.state import State

_FIRST_PAUSE, _LONGEST_PAUSE, _PATIENCE = 0.05, 1.0, 30.0


class Pusher:
    """`proxies` says which address on this machine is behind a public one, by the beginning of the address."""

    def __init__(self, state: State, proxies: dict[str, str]) -> None:
        self._state, self._proxies = state, proxies
        self._something = asyncio.Event()

    def wake(self) -> None:
        """There is something new to look at; called on the loop of the server."""
        self._something.set()

    async def run(self) -> None:
        """Push until cancelled."""
        client = AsyncHTTPClient(force_instance=True)
        pause = _FIRST_PAUSE
        try:
            while True:
                self._something.clear()
                with self._state.changed:
                    webhook, head = self._state.webhook, self._state.updates.head()
                if webhook is None or head is None:
                    await self._something.wait()
                elif await self._push(client, webhook, head[1]):
                    pause = _FIRST_PAUSE
                    with self._state.changed:
                        self._state.updates.acknowledge(head[0] + 1)
                        self._state.changed.notify_all()
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE)
        finally:
            client.close()

    async def _push(self, client: AsyncHTTPClient, webhook: Json, body: str) -> bool:
        url = str(webhook["url"])
        here = next((url.replace(far, near, 1) for far, near in self._proxies.items() if url.startswith(far)), None)
        if here is None:
            webhook.update(last_error_date=int(time.time()), last_error_message="Failed to resolve host: Name or service not known")
            return False
        headers = {"Content-Type": "application/json"}
        if "secret_token" in webhook:
            headers["X-Telegram-Bot-Api-Secret-Token"] = str(webhook["secret_token"])
        request = HTTPRequest(here, method="POST", headers=headers, body=body, request_timeout=_PATIENCE)
        fetching = client.fetch(request, raise_error=False)
        fetching.add_done_callback(asyncio.Future.exception)  # also when nobody waits for it any more
        try:
            answer = await asyncio.shield(fetching)
        except OSError as error:
            webhook.update(last_error_date=int(time.time()), last_error_message=type(error).__name__)
            return False
        if answer.code == 200:
            return True
        webhook.update(last_error_date=int(time.time()), last_error_message=f"Wrong response from the webhook: {answer.code}")
        return False
