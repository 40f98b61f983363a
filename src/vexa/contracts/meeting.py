"""A meeting's identity, its states, and the true reason for every end.

One table says which status may follow which; one table says what each outcome means. Nothing
else in the project decides either.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Most names in a meeting's list of participants; and how long one may be, characters.
MOST_PARTICIPANTS = 1_000
LONGEST_NAME = 255


class PlatformName(StrEnum):
    """The meeting products, by their names on the wire: the one list of them.

    A bot can join each: `platforms/<name>/` is its folder (docs/adding/platform.md).
    """

    GOOGLE_MEET = "google_meet"
    ZOOM = "zoom"
    TEAMS = "teams"
    JITSI = "jitsi"


@dataclass(frozen=True, slots=True)
class MeetingKey:
    """One call at one address. `native_id` is the platform's own meeting code."""

    platform: PlatformName
    native_id: str


class MeetingStatus(StrEnum):
    """Where the bot of a meeting is."""

    REQUESTED = "requested"
    JOINING = "joining"
    AWAITING_ADMISSION = "awaiting_admission"
    NEEDS_HELP = "needs_help"
    ACTIVE = "active"
    STOPPING = "stopping"
    COMPLETED = "completed"
    FAILED = "failed"

    @classmethod
    def _missing_(cls, value: object) -> MeetingStatus | None:
        """Read the name that 0.10 has for NEEDS_HELP (wire.md §3.1)."""
        return cls.NEEDS_HELP if value == "needs_human_help" else None


_S = MeetingStatus

TRANSITIONS: dict[MeetingStatus, frozenset[MeetingStatus]] = {
    _S.REQUESTED: frozenset({_S.JOINING, _S.STOPPING, _S.COMPLETED, _S.FAILED}),
    _S.JOINING: frozenset(
        {_S.AWAITING_ADMISSION, _S.NEEDS_HELP, _S.ACTIVE, _S.STOPPING, _S.COMPLETED, _S.FAILED}
    ),
    _S.AWAITING_ADMISSION: frozenset(
        {_S.NEEDS_HELP, _S.ACTIVE, _S.STOPPING, _S.COMPLETED, _S.FAILED}
    ),
    _S.NEEDS_HELP: frozenset(
        {_S.AWAITING_ADMISSION, _S.ACTIVE, _S.STOPPING, _S.COMPLETED, _S.FAILED}
    ),
    _S.ACTIVE: frozenset({_S.STOPPING, _S.COMPLETED, _S.FAILED}),
    _S.STOPPING: frozenset({_S.COMPLETED, _S.FAILED}),
    _S.COMPLETED: frozenset(),
    _S.FAILED: frozenset(),
}

TERMINAL: frozenset[MeetingStatus] = frozenset({_S.COMPLETED, _S.FAILED})
OPEN: frozenset[MeetingStatus] = frozenset(MeetingStatus) - TERMINAL


def may_follow(before: MeetingStatus, after: MeetingStatus) -> bool:
    """Tell whether a meeting in `before` may move to `after`."""
    return after in TRANSITIONS[before]


class TransitionSource(StrEnum):
    """Who caused a move between two statuses."""

    USER = "user"
    BOT_CALLBACK = "bot_callback"
    WATCHDOG = "watchdog"
    SERVER = "server"


class CompletionReason(StrEnum):
    """The wire's reasons (seed, then later generations)."""

    STOPPED = "stopped"
    VALIDATION_ERROR = "validation_error"
    AWAITING_ADMISSION_TIMEOUT = "awaiting_admission_timeout"
    AWAITING_ADMISSION_REJECTED = "awaiting_admission_rejected"
    LEFT_ALONE = "left_alone"
    EVICTED = "evicted"
    MAX_BOT_TIME_EXCEEDED = "max_bot_time_exceeded"
    STARTUP_ALONE = "startup_alone"
    JOIN_FAILURE = "join_failure"
    AUTH_SESSION_MISSING = "auth_session_missing"
    MEETING_ENDED = "meeting_ended"
    BOT_LOST = "bot_lost"


class Outcome(StrEnum):
    """How a bot's time in a meeting really ended. One outcome, one meaning."""

    STOPPED_BY_USER = "stopped_by_user"
    MEETING_ENDED = "meeting_ended"
    REMOVED = "removed"
    LEFT_ALONE = "left_alone"
    NO_ONE_JOINED = "no_one_joined"
    SILENCE = "silence"
    MAX_TIME = "max_time"
    DENIED = "denied"
    KNOCK_TIMED_OUT = "knock_timed_out"
    BLOCKED = "blocked"
    BOTS_NOT_ALLOWED = "bots_not_allowed"
    SIGN_IN_REQUIRED = "sign_in_required"
    ACCOUNT_SIGNED_OUT = "account_signed_out"
    NOT_FOUND = "not_found"
    NOT_STARTED = "not_started"
    PASSCODE_WRONG = "passcode_wrong"
    CAPTCHA = "captcha"
    PAGE_CHANGED = "page_changed"
    PAGE_DEAD = "page_dead"
    NETWORK_LOST = "network_lost"
    BROWSER_FAILED = "browser_failed"
    BOT_CRASHED = "bot_crashed"
    BOT_HUNG = "bot_hung"
    START_FAILED = "start_failed"
    SERVER_STOPPED = "server_stopped"


@dataclass(frozen=True, slots=True)
class OutcomeMeaning:
    """What an outcome says to a client and to a person.

    `reason_inside` is the reason once the bot was in, where it is another one.
    """

    reason: CompletionReason
    sentence: str
    hint: str
    always_failed: bool = False
    reason_inside: CompletionReason | None = None

    def reason_for(self, *, was_active: bool) -> CompletionReason:
        """Return the wire's reason, which may depend on whether the bot was ever admitted."""
        return self.reason_inside if was_active and self.reason_inside else self.reason


_R = CompletionReason

OUTCOMES: dict[Outcome, OutcomeMeaning] = {
    Outcome.STOPPED_BY_USER: OutcomeMeaning(
        _R.STOPPED, "A user stopped the bot.", "Nothing to do."
    ),
    Outcome.MEETING_ENDED: OutcomeMeaning(_R.MEETING_ENDED, "The meeting ended.", "Nothing to do."),
    Outcome.REMOVED: OutcomeMeaning(
        _R.EVICTED,
        "Someone in the meeting removed the bot.",
        "Tell the host what the bot is for, then send it again.",
    ),
    Outcome.LEFT_ALONE: OutcomeMeaning(
        _R.LEFT_ALONE,
        "Everyone else left, so the bot left too.",
        "Raise automatic_leave.max_time_left_alone to wait longer.",
    ),
    Outcome.NO_ONE_JOINED: OutcomeMeaning(
        _R.STARTUP_ALONE,
        "Nobody else joined the meeting.",
        "Send the bot later, or raise automatic_leave.no_one_joined_timeout.",
    ),
    Outcome.SILENCE: OutcomeMeaning(
        _R.LEFT_ALONE,
        "Nobody was heard for so long that the bot left.",
        "Raise automatic_leave.silence_timeout, or set it to 0 to stay.",
    ),
    Outcome.MAX_TIME: OutcomeMeaning(
        _R.MAX_BOT_TIME_EXCEEDED,
        "The bot stayed as long as it was allowed to.",
        "Raise automatic_leave.max_bot_time.",
    ),
    Outcome.DENIED: OutcomeMeaning(
        _R.AWAITING_ADMISSION_REJECTED,
        "Someone in the meeting refused to let the bot in.",
        "Ask the host to admit the bot, then send it again.",
    ),
    Outcome.KNOCK_TIMED_OUT: OutcomeMeaning(
        _R.AWAITING_ADMISSION_TIMEOUT,
        "Nobody let the bot in before its time in the lobby was over.",
        "Have someone who may admit guests in the meeting when the bot knocks.",
    ),
    Outcome.BLOCKED: OutcomeMeaning(
        _R.JOIN_FAILURE,
        "The platform refused this guest before anyone could decide.",
        "The meeting may not take guests; otherwise try again later.",
        always_failed=True,
    ),
    Outcome.BOTS_NOT_ALLOWED: OutcomeMeaning(
        _R.JOIN_FAILURE,
        "The platform lets no bots into this meeting, and took this guest for one.",
        "Sending the bot again does not help: Zoom wants bots to use its own service, RTMS. "
        "Ask the host for Zoom's own transcript, or to meet where bots may come.",
        reason_inside=_R.EVICTED,
    ),
    Outcome.SIGN_IN_REQUIRED: OutcomeMeaning(
        _R.AUTH_SESSION_MISSING,
        "The meeting takes only signed-in people.",
        "Let the meeting admit guests.",
        always_failed=True,
    ),
    Outcome.ACCOUNT_SIGNED_OUT: OutcomeMeaning(
        _R.AUTH_SESSION_MISSING,
        "The account that the bot was to join with is not signed in.",
        "Have the operator sign that account in again, or send the bot as a guest.",
        always_failed=True,
    ),
    Outcome.NOT_FOUND: OutcomeMeaning(
        _R.JOIN_FAILURE,
        "The platform knows no meeting with this code.",
        "Check native_meeting_id.",
        always_failed=True,
    ),
    Outcome.NOT_STARTED: OutcomeMeaning(
        _R.AWAITING_ADMISSION_TIMEOUT,
        "The meeting had not begun before the bot's time to wait was over.",
        "Send the bot when the host is there, or raise automatic_leave.max_wait_for_admission.",
    ),
    Outcome.PASSCODE_WRONG: OutcomeMeaning(
        _R.JOIN_FAILURE,
        "The meeting asks for a passcode, and the bot has none or a wrong one.",
        "Send the meeting's passcode with the request.",
        always_failed=True,
    ),
    Outcome.CAPTCHA: OutcomeMeaning(
        _R.JOIN_FAILURE,
        "The platform asked for a captcha that the bot does not solve.",
        "Try again later, or from another address.",
        always_failed=True,
    ),
    Outcome.PAGE_CHANGED: OutcomeMeaning(
        _R.JOIN_FAILURE,
        "The meeting page did not look as the bot expects.",
        "See the bot's log and screenshot; a newer version may know the page.",
        always_failed=True,
    ),
    Outcome.PAGE_DEAD: OutcomeMeaning(
        _R.JOIN_FAILURE,
        "The meeting page died under the bot.",
        "Send the bot again; if it repeats, the platform may be refusing it.",
        always_failed=True,
    ),
    Outcome.NETWORK_LOST: OutcomeMeaning(
        _R.BOT_LOST,
        "The bot lost its connection to the meeting.",
        "Check the network of this host, then send the bot again.",
        always_failed=True,
    ),
    Outcome.BROWSER_FAILED: OutcomeMeaning(
        _R.BOT_LOST,
        "The bot's browser could not be started, or broke.",
        "Check memory, /dev/shm and the display; the bot's log says more.",
        always_failed=True,
    ),
    Outcome.BOT_CRASHED: OutcomeMeaning(
        _R.BOT_LOST,
        "The bot process ended without a report.",
        "See the bot's log; out of memory is the usual cause.",
        always_failed=True,
    ),
    Outcome.BOT_HUNG: OutcomeMeaning(
        _R.BOT_LOST,
        "The bot stopped answering and was ended.",
        "See the bot's log; an overloaded host is the usual cause.",
        always_failed=True,
    ),
    Outcome.START_FAILED: OutcomeMeaning(
        _R.VALIDATION_ERROR,
        "The bot process could not be started.",
        "See the log of bot-manager.",
        always_failed=True,
    ),
    Outcome.SERVER_STOPPED: OutcomeMeaning(
        _R.STOPPED,
        "The server was shut down and took its bots out of their meetings.",
        "Send the bot again when the server is back.",
    ),
}

#: What a person can fix at a bot's door: the outcome, if nobody does → what can be done meanwhile.
HELP_HINTS: dict[Outcome, str] = {
    Outcome.CAPTCHA: (
        "Solve the captcha on the bot's display, through a viewer that the operator attaches; "
        "or switch the check off for the meeting, and send the bot again."
    ),
    Outcome.ACCOUNT_SIGNED_OUT: (
        "Have the operator sign the account in on the bot's display, through a viewer; the bots "
        "after this one then have it too. Or send the bot as a guest."
    ),
}


def terminal_status(outcome: Outcome, *, was_active: bool) -> MeetingStatus:
    """Say how a meeting ends: failed if the bot never got in, unless a user or the host ended it.

    Args:
        outcome: how the bot's time ended.
        was_active: whether the bot was ever admitted.
    """
    if OUTCOMES[outcome].always_failed:
        return MeetingStatus.FAILED
    if was_active or outcome in {Outcome.STOPPED_BY_USER, Outcome.SERVER_STOPPED}:
        return MeetingStatus.COMPLETED
    return MeetingStatus.FAILED
