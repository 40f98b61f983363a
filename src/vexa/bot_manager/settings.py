"""Settings of the bot manager."""

from __future__ import annotations

import os
import shlex
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field, SecretStr, StringConstraints

from vexa.contracts.bot import AutomaticLeave, BrowserAccess
from vexa.kit.public_addresses import AllowListText
from vexa.kit.settings import DatabaseSettings, InternalSettings, RedisSettings

#: Variables of this process that a bot sees too. Everything else, secrets above all, it does not.
_BOT_VARIABLES = (
    "PATH LANG LC_ALL TZ TMPDIR DISPLAY XAUTHORITY XDG_RUNTIME_DIR PULSE_SERVER "
    "PLAYWRIGHT_BROWSERS_PATH FONTCONFIG_FILE "
)
_BOT_PREFIX = "VEXA_BOT_"

#: Host names, with commas or spaces between them.
HostNames = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.,\s-]*$")]

#: How long a MeetingToken outlives the longest stay: a bot may still be reporting its end.
TOKEN_MARGIN = timedelta(hours=1)


class BotManagerSettings(InternalSettings, DatabaseSettings, RedisSettings):
    """What `vexa bot-manager` reads."""

    bot_manager_host: str = Field("127.0.0.1", description="address to listen on")
    bot_manager_port: int = Field(8080, description="port to listen on")

    orchestrator: str = Field("process", description="how bots are run: process")
    bot_command: str | None = Field(
        None, description="command line that runs one bot, instead of this Python's `-m vexa bot`"
    )
    bot_user: str | None = Field(
        None, description="account that bots run as; empty: the one of bot-manager"
    )
    bot_logs_dir: Path | None = Field(
        None,
        validation_alias=AliasChoices("bot_logs_dir", "process_logs_dir"),
        description="folder of one log file a bot; default VEXA_HOME/logs/bots",
    )

    bot_evidence_mb: int = Field(
        500,
        ge=0,
        description=(
            "disk that screenshots and log excerpts of ended bots may take together, MB; beyond it "
            "the oldest go; 0: none are kept"
        ),
    )
    bot_work_dir: Path | None = Field(
        None, description="folder of the bots' profiles; default VEXA_HOME/bots"
    )

    max_bots: int = Field(5, ge=0, description="bots on this host, of all users together")
    skip_transcription_check: bool = Field(
        False, description="send bots although no speech model is loaded"
    )
    whisperlive_health_url: str = Field(
        "http://127.0.0.1:9091/readyz",
        description="answers 200 and names the languages when a speech model is loaded",
    )
    whisper_live_url: str = Field(
        "ws://127.0.0.1:9090",
        description="speech servers, as a bot reaches them; several, parted by commas",
    )
    bot_callback_base_url: str = Field(
        "http://127.0.0.1:8080", description="this program, as a bot reaches it"
    )

    bot_stop_delay_s: float = Field(
        30.0,
        ge=0,
        validation_alias=AliasChoices("bot_stop_delay", "bot_stop_delay_seconds"),
        description="seconds that a bot gets to leave by itself before its process is ended",
    )
    bot_kill_grace_s: float = Field(
        10.0, ge=0, description="seconds between SIGTERM and SIGKILL of a bot"
    )
    bot_heartbeat_timeout_s: float = Field(
        30.0, gt=0, description="seconds without a heartbeat after which a bot counts as hung"
    )
    bot_start_timeout_s: float = Field(
        90.0, gt=0, description="seconds that a new bot gets until its first heartbeat"
    )

    bot_max_time_ms: int = Field(14_400_000, gt=0, description="longest stay of a bot, ms")
    bot_max_wait_for_admission_ms: int = Field(
        900_000, gt=0, description="longest time of a bot in the lobby, ms"
    )
    bot_help_wait_s: float = Field(
        120.0,
        ge=0,
        le=3600,
        description=(
            "seconds that a bot waits for a person, its meeting in `needs_help`, at a captcha or "
            "where its account has to be signed in; 0: it fails at once"
        ),
    )
    bot_max_time_left_alone_ms: int = Field(
        60_000, gt=0, description="how long a bot stays after everyone left, ms"
    )
    bot_no_one_joined_timeout_ms: int = Field(
        600_000, gt=0, description="how long a bot waits for the first participant, ms"
    )
    bot_silence_timeout_ms: int = Field(
        1_200_000,
        ge=0,
        description="how long a bot that heard people before stays in silence, ms; 0: for ever",
    )

    url_allowed_hosts: AllowListText = Field(
        "",
        description=(
            "what URLs of users (webhooks) may lead to beyond the public internet: names, "
            "`*.domain`, addresses, networks, each with `:port` if need be"
        ),
    )

    jitsi_hosts: HostNames = Field(
        "", description="hosts of Jitsi deployments whose meetings bots may open, with commas"
    )

    bot_accounts_dir: Path | None = Field(
        None,
        description=(
            "folder of `<platform>.json`, such as `google_meet.json`: cookies of an account "
            "each that bots may join with (`authenticated`), as Playwright's storage state; "
            "renewed after each stay"
        ),
    )
    bot_notice: str | None = Field(
        None,
        description=(
            "text a bot posts in the meeting's chat after admission; unset: a sentence in the "
            "meeting's language; `off`: nothing"
        ),
    )
    bot_browser_host_rules: str | None = Field(
        None,
        description=(
            "hosts that bots open besides the public internet, as `MAP host address[:port]`, "
            "`MAP host ~NOTFOUND` and `EXCLUDE host` with commas; also for the platform double"
        ),
    )
    bot_browser_ca_file: str | None = Field(
        None, description="PEM of an extra authority that bots trust; for the platform double"
    )
    bot_browser_loopback_media: bool = Field(
        False, description="let bots use WebRTC over 127.0.0.1; for the platform double"
    )
    bot_sound_sink: bool = Field(
        False,
        description=(
            "each bot's browser plays into a PulseAudio server of its own, which is heard when the "
            "page's tracks bring no sound; needs the package pulseaudio"
        ),
    )
    bot_own_display: bool = Field(
        True,
        description=(
            "a bot on Google Meet has an X display of its own and knocks with that display's "
            "pointer, as Meet may refuse the browser's own clicks; about 12 MiB a bot, and needs "
            "xdotool; off: all bots share one display, and click by the browser"
        ),
    )
    chromium_path: str | None = Field(
        None, description="Chromium that bots start; empty: the bot looks for one"
    )

    @property
    def secret(self) -> str:
        """The internal secret itself."""
        value: SecretStr = self.internal_api_secret
        return value.get_secret_value()

    @property
    def logs_dir(self) -> Path:
        """Folder of the bots' logs."""
        return (self.bot_logs_dir or self.vexa_home / "logs" / "bots").resolve()

    @property
    def evidence_bytes(self) -> int:
        """What the evidence of all ended bots may take."""
        return self.bot_evidence_mb * 1_000_000

    @property
    def work_root(self) -> Path:
        """Folder of the bots' work folders."""
        return (self.bot_work_dir or self.vexa_home / "bots").resolve()

    @property
    def command(self) -> list[str]:
        """What runs one bot."""
        if self.bot_command is not None:
            return shlex.split(self.bot_command)
        return [sys.executable, "-m", "vexa", "bot"]

    @property
    def automatic_leave(self) -> AutomaticLeave:
        """When a bot leaves by itself, unless the request says otherwise."""
        return AutomaticLeave(
            max_bot_time=self.bot_max_time_ms,
            max_wait_for_admission=self.bot_max_wait_for_admission_ms,
            max_time_left_alone=self.bot_max_time_left_alone_ms,
            no_one_joined_timeout=self.bot_no_one_joined_timeout_ms,
            silence_timeout=self.bot_silence_timeout_ms,
        )

    @property
    def known_jitsi_hosts(self) -> frozenset[str]:
        """The deployments of Jitsi that the operator named."""
        return frozenset(self.jitsi_hosts.lower().replace(",", " ").split())

    @property
    def browser(self) -> BrowserAccess:
        """What the bots' Chromium may reach beyond production's defaults."""
        return BrowserAccess(
            host_rules=self.bot_browser_host_rules,
            ca_file=self.bot_browser_ca_file,
            loopback_media=self.bot_browser_loopback_media,
        )


def bot_environment() -> dict[str, str]:
    """Return the part of this process's environment that a bot may see."""
    names = set(_BOT_VARIABLES.split())
    return {
        name: value
        for name, value in os.environ.items()
        if name in names or name.startswith(_BOT_PREFIX)
    }
