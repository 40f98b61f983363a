"""Pure: which language a session is decoded in."""

from __future__ import annotations

#: A detection this sure is taken at once; otherwise two turns in a row must agree.
SURE = 0.8


class LanguageHold:
    """Forced by the client, or detected until sure, then held for the session."""

    def __init__(self, forced: str | None) -> None:
        self.code = forced
        self.probability = 1.0
        self._candidate: str | None = None

    def learn(self, code: str | None, probability: float) -> bool:
        """Take what the engine detected in a whole turn; return whether this settled it."""
        if self.code is not None or code is None:
            return False
        if probability < SURE and code != self._candidate:
            self._candidate = code
            return False
        self.code, self.probability = code, probability
        return True
