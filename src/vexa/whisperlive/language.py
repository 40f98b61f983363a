"""Pure: which language a session is decoded in."""

from __future__ import annotations

#: A detection this sure is taken at once; otherwise two turns in a row must agree.
SURE = 0.8
#: A held language is given up when so many turns in a row are surely in one other.
TURNS_TO_REVISE = 3


class LanguageHold:
    """Forced by the client, or detected until sure, then held; revised on lasting evidence."""

    def __init__(self, forced: str | None, held: str | None = None) -> None:
        """Begin with what the client forces, or with what the session held before."""
        self.code = forced or held
        self.probability = 1.0
        self.is_forced = forced is not None
        self._candidate: str | None = None
        self._seen = 0

    def learn(self, code: str | None, probability: float) -> bool:
        """Take what the engine detected in a whole turn; return whether the language changed."""
        if self.is_forced or code is None:
            return False
        if code == self.code:
            self._candidate, self._seen = None, 0
            return False
        self._seen = self._seen + 1 if code == self._candidate else 1
        self._candidate = code
        if self.code is None:
            is_settled = probability >= SURE or self._seen > 1
        else:
            # one doubtful turn begins the count anew
            self._seen = self._seen if probability >= SURE else 0
            is_settled = self._seen >= TURNS_TO_REVISE
        if is_settled:
            self.code, self.probability = code, probability
            self._candidate, self._seen = None, 0
        return is_settled
