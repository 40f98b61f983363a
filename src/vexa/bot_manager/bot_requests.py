"""Reads a body of `POST /bots`: which meeting, how to behave there, and what is not offered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from vexa.bot_manager.speech_wishes import read_speech, to_data
from vexa.bot_manager.user_defaults import merged_leave
from vexa.contracts.bot import AutomaticLeave, SpeechWishes
from vexa.contracts.errors import InvalidInput, NotBuiltHere
from vexa.contracts.http.bots import MeetingCreate
from vexa.contracts.meeting import PlatformName
from vexa.platforms.base import AddressOptions, MeetingAddress
from vexa.platforms.links import parse_link
from vexa.platforms.registry import PLATFORMS, platform_address

#: Field → the value that a bot of this version honours. None always counts as not asked for.
_HONOURED: dict[str, object] = {
    "mode": "meeting",
    "transcription_tier": "realtime",
    "transcribe_enabled": True,
    "recording_enabled": False,
    "voice_agent_enabled": False,
    "agent_enabled": False,
    "video": False,
    "dry_run": False,
    "default_avatar_url": "",
    "zoom_obf_token": "",
}


@dataclass(frozen=True, slots=True)
class WantedBot:
    """What a user asked for, checked, with the server's defaults filled in.

    Attributes:
        address: the meeting.
        bot_name: shown to the people in the meeting.
        speech: how what is said becomes text.
        leave: when the bot leaves by itself.
        authenticated: the bot joins with this server's account, or not at all.
        retention_days: days after the end at which it is erased; None is the server's number.
    """

    address: MeetingAddress
    bot_name: str
    speech: SpeechWishes
    leave: AutomaticLeave
    authenticated: bool
    retention_days: int | None

    @property
    def data(self) -> dict[str, Any]:
        """The meeting's `data`, as the wire shows it."""
        passcode = self.address.passcode
        return {
            "bot_name": self.bot_name,
            "resolved_timeouts": self.leave.model_dump(),
            **({"passcode": passcode} if passcode else {}),
            **({"authenticated": True} if self.authenticated else {}),
            **to_data(self.speech),
        }


def read_request(
    request: MeetingCreate,
    defaults: AutomaticLeave,
    jitsi_hosts: frozenset[str],
    accounts: frozenset[str] = frozenset(),
) -> WantedBot:
    """Check a request as a whole.

    Args:
        request: the body.
        defaults: when the user's bots leave by themselves, unless the request says otherwise.
        jitsi_hosts: deployments of Jitsi that the operator named.
        accounts: platforms that this server has an account for.

    Raises:
        NotBuiltHere: something is asked for that this version cannot do.
        InvalidInput: the link, the id, the passcode or the language is refused.
    """
    _check_features(request)
    address = _address(request, jitsi_hosts)
    if request.authenticated and address.platform not in accounts:
        raise NotBuiltHere(_no_account(address.platform), field="authenticated")
    return WantedBot(
        address=address,
        bot_name=request.bot_name or f"VexaBot-{secrets.token_hex(3)}",
        speech=read_speech(request),
        leave=merged_leave(defaults, request.automatic_leave),
        authenticated=bool(request.authenticated),
        retention_days=request.retention_days,
    )


def _no_account(platform: PlatformName) -> str:
    if not PLATFORMS.load(platform).takes_accounts:
        return f"Bots have no accounts in {platform} meetings: send them as guests."
    return f"This server has no account for bots in {platform} meetings."


def _check_features(request: MeetingCreate) -> None:
    for field, honoured in _HONOURED.items():
        if getattr(request, field) not in {None, honoured}:
            raise NotBuiltHere(f"This server does not offer this {field}.", field=field)


def _address(request: MeetingCreate, jitsi_hosts: frozenset[str]) -> MeetingAddress:
    """Find the meeting. A link decides; an id beside it must agree with it."""
    front_door = request.teams_base_host.strip().lower() if request.teams_base_host else None
    options = AddressOptions(jitsi_hosts=jitsi_hosts, teams_host=front_door)
    native_id, passcode = request.native_meeting_id, request.passcode or None
    if request.meeting_url is None:
        assert request.platform is not None
        assert native_id is not None
        return platform_address(request.platform, native_id, passcode, options)
    address = parse_link(
        request.meeting_url, platform=request.platform, passcode=passcode, options=options
    )
    if native_id is None or native_id == address.native_id:
        return address
    if platform_address(address.platform, native_id, None, options).native_id != address.native_id:
        raise InvalidInput(
            f"native_meeting_id must be the meeting of meeting_url, which is {address.native_id}",
            field="native_meeting_id",
        )
    return address
