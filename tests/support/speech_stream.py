"""Reads what whisperlive wrote to Redis."""

from __future__ import annotations

import json
from typing import Any

import redis

from vexa.contracts.stream_names import TRANSCRIPTION_SEGMENTS


class SpeechStream:
    """The stream of one Redis, read anew at each question."""

    def __init__(self, url: str) -> None:
        self._url = url

    def entries(self, uid: str) -> list[dict[str, Any]]:
        """Every entry of a session, in order."""
        with redis.Redis.from_url(self._url, decode_responses=True) as client:
            rows: Any = client.xrange(TRANSCRIPTION_SEGMENTS)
        found = [json.loads(fields["payload"]) for _id, fields in rows]
        return [entry for entry in found if entry["uid"] == uid]

    def kinds(self, uid: str) -> list[str]:
        """The types of a session's entries, in order."""
        return [entry["type"] for entry in self.entries(uid)]

    def segments(self, uid: str) -> list[dict[str, Any]]:
        """Every segment of a session, drafts too."""
        return [
            segment
            for entry in self.entries(uid)
            if entry["type"] == "transcription"
            for segment in entry["segments"]
        ]

    def finals(self, uid: str) -> list[dict[str, Any]]:
        """The finals of a session, in the order of writing; doubles are not hidden."""
        return [segment for segment in self.segments(uid) if segment["completed"]]

    def words(self, uid: str) -> list[str]:
        """The words of a session's finals."""
        return [word.rstrip(".") for final in self.finals(uid) for word in final["text"].split()]
