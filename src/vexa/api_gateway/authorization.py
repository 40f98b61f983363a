"""Asks the collector which meetings a key may follow."""

from __future__ import annotations

import httpx2
from pydantic import ValidationError

from vexa.api_gateway.subscriptions import Key
from vexa.contracts.errors import ServiceUnreachable
from vexa.contracts.http.subscriptions import SubscribeAnswer


class NotAuthorized(Exception):
    """The collector refused the whole question.

    Attributes:
        status: its HTTP status.
        detail: its body, as text.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(status)
        self.status = status
        self.detail = detail


class Authorizer:
    """One collector, over the gateway's pool."""

    def __init__(self, client: httpx2.AsyncClient, collector_url: str) -> None:
        self._client = client
        self._url = collector_url.rstrip("/") + "/ws/authorize-subscribe"

    async def ask(self, api_key: str, meetings: list[Key]) -> SubscribeAnswer:
        """Return which of `meetings` the key may follow.

        Raises:
            NotAuthorized: the key is not valid.
            ServiceUnreachable: the collector cannot be asked.
        """
        body = {
            "meetings": [
                {"platform": platform, "native_meeting_id": native_id}
                for platform, native_id in meetings
            ]
        }
        try:
            answer = await self._client.post(
                self._url, json=body, headers=[(b"X-API-Key", api_key.encode())]
            )
        except httpx2.HTTPError as exc:
            raise ServiceUnreachable("transcription-collector cannot be reached") from exc
        if answer.status_code != 200:
            raise NotAuthorized(answer.status_code, answer.text)
        try:
            return SubscribeAnswer.model_validate_json(answer.content)
        except ValidationError as exc:
            raise ServiceUnreachable("transcription-collector gave an unknown answer") from exc
