"""Every error a caller can act on.

VexaError                      code, http_status 500, retryable False
├─ RequestRefused              the caller must change something
│  ├─ BadRequest 400           UnsafeUrl 400, NotAuthenticated 401, NotAllowed 403, NotFound 404
│  ├─ Conflict 409             MeetingAlreadyHasBot, MeetingNotActive, IllegalTransition
│  ├─ InvalidInput 422         names the field and what is allowed
│  └─ LimitReached 403         the user's quota (403 in the default dialect)
├─ NotBuiltHere 501            a feature of another generation that this server does not have
├─ Unavailable 503             retryable: BusUnavailable, StorageUnavailable, ServiceUnreachable,
│                              SpeechUnavailable, HostFull
├─ OrchestratorError 502       BotStartFailed
├─ JoinError                   in a bot; carries the Outcome that ends the meeting
├─ SpeechError                 EngineUnavailable (retryable), BadAudio
└─ ConfigurationError          at start only; process exit code 78
"""

from __future__ import annotations

from typing import Any, ClassVar

from vexa.contracts.meeting import Outcome


class VexaError(Exception):
    """Something went wrong in the server."""

    code: ClassVar[str] = "internal_error"
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str | None = None, **fields: Any) -> None:
        """Take the sentence for a person, and JSON values that the error body has besides it."""
        self.detail = detail or (type(self).__doc__ or self.code).splitlines()[0]
        self.fields = fields
        super().__init__(self.detail)


class RequestRefused(VexaError):
    """The request cannot be carried out as it is."""

    code = "request_refused"
    http_status = 400


class BadRequest(RequestRefused):
    """The request cannot be understood."""

    code = "bad_request"
    http_status = 400


class UnsafeUrl(RequestRefused):
    """The URL leads to an address that this server does not connect to."""

    code = "unsafe_url"
    http_status = 400


class NotAuthenticated(RequestRefused):
    """Missing API key."""

    code = "not_authenticated"
    http_status = 401


class NotAllowed(RequestRefused):
    """Invalid API token"""

    code = "not_allowed"
    http_status = 403


class NotFound(RequestRefused):
    """Not found."""

    code = "not_found"
    http_status = 404


class Conflict(RequestRefused):
    """The request does not fit the present state."""

    code = "conflict"
    http_status = 409


class MeetingAlreadyHasBot(Conflict):
    """A bot of this user is already in, or on its way to, this meeting."""

    code = "meeting_already_has_bot"


class MeetingNotActive(Conflict):
    """The meeting's bot is not in the meeting."""

    code = "meeting_not_active"


class IllegalTransition(Conflict):
    """The meeting cannot go from its present status to the one asked for."""

    code = "illegal_transition"


class InvalidInput(RequestRefused):
    """A field has a value that is not allowed."""

    code = "invalid_input"
    http_status = 422

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail, **({} if field is None else {"field": field}))
        self.field = field


class LimitReached(RequestRefused):
    """User has reached the maximum concurrent bot limit."""

    code = "limit_reached"
    http_status = 403


class NotBuiltHere(VexaError):
    """This server does not have this feature."""

    code = "not_implemented"
    http_status = 501


class Unavailable(VexaError):
    """A part of the server is not available now; try again."""

    code = "unavailable"
    http_status = 503
    retryable = True


class BusUnavailable(Unavailable):
    """Redis cannot be reached."""

    code = "bus_unavailable"


class StorageUnavailable(Unavailable):
    """The database cannot be reached."""

    code = "storage_unavailable"


class ServiceUnreachable(Unavailable):
    """A service behind this one cannot be reached."""

    code = "service_unreachable"


class SpeechUnavailable(Unavailable):
    """No speech model is loaded, so nothing could be transcribed."""

    code = "speech_unavailable"


class HostFull(Unavailable):
    """This host runs as many bots as it may; try again when one has ended."""

    code = "host_full"


class OrchestratorError(VexaError):
    """A bot process could not be handled."""

    code = "orchestrator_error"
    http_status = 502


class BotStartFailed(OrchestratorError):
    """The bot process could not be started."""

    code = "bot_start_failed"


class JoinError(VexaError):
    """The bot could not get into, or stay in, the meeting."""

    code = "join_error"

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome


class SpeechError(VexaError):
    """Speech could not be turned into text."""

    code = "speech_error"


class EngineUnavailable(SpeechError):
    """The speech engine has no model loaded."""

    code = "engine_unavailable"
    http_status = 503
    retryable = True


class BadAudio(SpeechError):
    """The audio is not in the agreed format."""

    code = "bad_audio"


class ConfigurationError(VexaError):
    """A setting has a value that is not allowed."""

    code = "configuration_error"


#: `EX_CONFIG` of sysexits.h: the process cannot start with these settings.
EXIT_CONFIGURATION = 78
