"""`python -m vexa bot`: reads its launch from standard input, runs one stay, reports the end."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from playwright.async_api import BrowserContext
from playwright.async_api import Error as PlaywrightError
from pydantic import ValidationError

from vexa.bot.account import keep_account, sign_in
from vexa.bot.browser import open_browser
from vexa.bot.capture import Capture
from vexa.bot.hand import Hand
from vexa.bot.hearing import Hearing
from vexa.bot.heart import Heart, Signs
from vexa.bot.lifecycle import BotState, Lifecycle
from vexa.bot.navigation import NavigationGuard
from vexa.bot.own_display import OwnDisplay, open_own_display
from vexa.bot.page import BrowserPage
from vexa.bot.pointer import Pointer
from vexa.bot.reporter import ManagerClient, Reporter
from vexa.bot.roster import Roster
from vexa.bot.sound_sink import open_sink
from vexa.bot.speech_streams import SpeechStreams
from vexa.bot.stay import Stay
from vexa.contracts.bot import (
    ACCOUNT_FILE,
    EXIT_BAD_LAUNCH,
    EXIT_REPORTED,
    EXIT_UNREPORTED,
    BotLaunch,
)
from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import MeetingStatus, Outcome
from vexa.kit.logs import configure_logs
from vexa.kit.tasks import BackgroundTasks
from vexa.platforms.base import Platform, SoundBy
from vexa.platforms.registry import PLATFORMS

_log = structlog.get_logger(__name__)

#: From a user's stop until the bot is out of the room pass 10 s at most. How long what it was doing
#: may take to break off, and the goodbye on the page, seconds; then comes an empty page, and then
#: the end of the browser (`BrowserPage.vacate`, `open_browser`).
_BREAK_OFF_S = 1.0
_GOODBYE_S = 3.0
#: How long the last words may take to the speech server after that, seconds.
_LAST_WORDS_S = 12.0
#: The last screenshot of a bot that was not stopped by its user, in its folder; how long it may
#: take, seconds.
_LAST_PICTURE = "at-the-end.png"
_PICTURE_S = 5.0
#: After SIGTERM a SIGKILL follows: less time for everything.
_LAST_WORDS_IN_HASTE_S = 3.0
_PICTURE_IN_HASTE_S = 1.0


class Bot:
    """One launch."""

    def __init__(self, launch: BotLaunch) -> None:
        self._launch = launch
        self._life = Lifecycle()
        self._client = ManagerClient(launch)
        self._reporter = Reporter(self._client, launch.connection_id)
        self._roster = Roster()
        self._stay: Stay | None = None
        self._streams = SpeechStreams(launch, self._roster)
        self._platform: Platform = PLATFORMS.load(launch.platform).adapter()
        self._hosts = self._platform.hosts | frozenset(launch.hosts)
        self._hearing = Hearing(
            self._platform, self._roster, self._streams, lambda: self._capture.unread_ms
        )
        taps_page = self._platform.taps_page or self._heeds_page_mix()
        self._capture = Capture(
            self._platform.roster_channels,
            self._hearing.take_audio,
            self._streams.take_quiet,
            self._hearing.take_channel,
            self._hearing.take_news,
            page_script=self._platform.page_script,
            heeds_page_mix=self._heeds_page_mix if taps_page else None,
            is_mix=self._platform.sound_by is SoundBy.MIX,
        )
        self._hand: Hand | None = None
        self._tasks = BackgroundTasks()
        self._stop: asyncio.Future[JoinError] = asyncio.get_running_loop().create_future()
        self._in_haste = False

    def _heeds_page_mix(self) -> bool:
        return self._platform.sound_by is SoundBy.PLAYED

    async def run(self) -> int:
        """Run from start to reported end; return the exit code of the process."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._on_signal)
        heart = Heart(self._client, self._signs, self._on_leave_order, self._streams.listen_anew)
        self._tasks.spawn("heartbeat", heart.run())
        try:
            self._check_address()
            await self._stay_in_browser()
        except JoinError as over:
            self._finish(over)
        except PlaywrightError as exc:
            self._finish(JoinError(Outcome.BROWSER_FAILED, f"browser: {type(exc).__name__}"))
        except Exception as exc:  # noqa: BLE001
            # boundary: whatever went wrong, the meeting gets a true end
            _log.error("bot_failed", exc_info=exc)
            self._finish(JoinError(Outcome.BOT_CRASHED, f"bot: {type(exc).__name__}"))
        end = self._life.finish(Outcome.BOT_CRASHED, "bot: ended without a reason")
        _log.info("stay_ended", outcome=str(end.outcome), reason=end.reason)
        names = self._names() if self._life.was_active else None
        posted = self._stay.notice_posted if self._stay else None
        self._reporter.tell(self._life.final_status, end=end, names=names, notice_posted=posted)
        is_told = await self._reporter.flush()
        await self._tasks.aclose()
        await self._client.aclose()
        return EXIT_REPORTED if is_told else EXIT_UNREPORTED

    def _check_address(self) -> None:
        if urlsplit(self._launch.meeting_url).hostname not in self._hosts:
            raise JoinError(Outcome.START_FAILED, "launch: not an address of this platform")

    async def _stay_in_browser(self) -> None:
        async with self._own_display() as display, self._sound_server() as sound_server:
            async with open_browser(
                self._launch, sound_server=sound_server, display=display
            ) as context:
                await self._visit(context, display)
            # the bot is out of the room, whatever the page did: its last words keep nobody waiting
            await self._hearing.aclose()
            await self._streams.finish(_LAST_WORDS_IN_HASTE_S if self._in_haste else _LAST_WORDS_S)

    async def _visit(self, context: BrowserContext, display: OwnDisplay | None) -> None:
        context.on("close", lambda _: self._ask(Outcome.BROWSER_FAILED, "browser: closed"))
        if self._launch.account is not None:
            await sign_in(context, self._launch.account)
        browser_page = context.pages[0] if context.pages else await context.new_page()
        browser_page.on("crash", lambda _: self._ask(Outcome.PAGE_DEAD, "page: crashed"))
        navigation = NavigationGuard(self._hosts, self._on_led_away)
        await navigation.watch(context, browser_page)
        await self._capture.install(context, browser_page)
        self._hearing.listen(browser_page)
        if display is not None:
            self._hand = Hand(browser_page, Pointer(display, random.Random()))
        page = BrowserPage(
            browser_page,
            self._platform.probes,
            self._platform.state_script,
            self._platform.client_frame,
            self._platform.client_part,
            self._hand,
        )
        await self._stay_until_over(page)
        self._put_down_hand()
        await asyncio.gather(self._say_goodbye(page), self._keep_account(context))
        await page.vacate()
        await navigation.aclose()

    def _own_display(self) -> AbstractAsyncContextManager[OwnDisplay | None]:
        if not (self._launch.own_display and self._platform.wants_pointer):
            return contextlib.nullcontext()
        return open_own_display(Path(self._launch.work_dir))

    def _sound_server(self) -> AbstractAsyncContextManager[str | None]:
        if not self._launch.sound_sink:
            return contextlib.nullcontext()
        return open_sink(
            Path(self._launch.work_dir),
            self._hearing.take_sink,
            lambda: self._ask(Outcome.BROWSER_FAILED, "sound server: ended"),
        )

    def _finish(self, over: JoinError) -> None:
        """Note the end. What was asked of the bot before is the truer reason."""
        if self._stop.done():
            over = self._stop.result()
        self._life.finish(over.outcome, over.detail)

    async def _stay_until_over(self, page: BrowserPage) -> None:
        self._stay = Stay(
            self._launch,
            self._platform,
            page,
            self._hearing,
            self._roster,
            self._reached,
            lambda: self._capture.is_cut_off,
        )
        running = self._tasks.spawn("stay", self._stay.run())
        await asyncio.wait({running, self._stop}, return_when=asyncio.FIRST_COMPLETED)
        if not self._stop.done():
            error = running.exception()
            crashed = JoinError(Outcome.BOT_CRASHED, f"bot: {type(error).__name__}")
            self._finish(error if isinstance(error, JoinError) else crashed)
            return
        self._finish(self._stop.result())
        running.cancel()
        await asyncio.wait({running}, timeout=_BREAK_OFF_S)

    async def _say_goodbye(self, page: BrowserPage) -> None:
        end = self._life.end
        if end is not None and end.outcome is not Outcome.STOPPED_BY_USER:
            # before the page is left: it shows why
            within_s = _PICTURE_IN_HASTE_S if self._in_haste else _PICTURE_S
            await page.take_picture(Path(self._launch.work_dir) / _LAST_PICTURE, within_s)
        with contextlib.suppress(JoinError, TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                await self._platform.leave(page)

    async def _keep_account(self, context: BrowserContext) -> None:
        account, end = self._launch.account, self._life.end
        if account is None or end is None or end.outcome is Outcome.ACCOUNT_SIGNED_OUT:
            return
        await keep_account(context, account, Path(self._launch.work_dir) / ACCOUNT_FILE)

    def _reached(self, state: BotState) -> None:
        status = self._life.reach(state)
        if state is BotState.ACTIVE:
            self._put_down_hand()
        if status is not None:
            _log.info("state_reached", state=str(state))
            at_door = self._stay.help_needed if self._stay else None
            needed = at_door if status is MeetingStatus.NEEDS_HELP else None
            self._reporter.tell(status, help_needed=needed)

    def _put_down_hand(self) -> None:
        if self._hand is not None:
            self._hand.put_down()

    def _ask(self, outcome: Outcome, reason: str) -> None:
        if not self._stop.done():
            self._stop.set_result(JoinError(outcome, reason))

    def _on_led_away(self) -> None:
        self._ask(Outcome.PAGE_CHANGED, "page: sent to a host that is not the platform's")

    def _on_signal(self) -> None:
        self._in_haste = True
        self._ask(Outcome.SERVER_STOPPED, "bot: told to end by a signal")

    def _on_leave_order(self) -> None:
        self._ask(Outcome.STOPPED_BY_USER, "order: leave")

    def _names(self) -> tuple[str, ...]:
        if not self._life.was_active:
            return ()
        return self._roster.names(self._launch.bot_name, signed_in=self._launch.account is not None)

    def _signs(self) -> Signs:
        return Signs(
            str(self._life.state),
            tracks=self._capture.tracks,
            people=self._roster.others_present(),
            names=self._names(),
            audio_s=self._streams.sound_s,
            notice_posted=self._stay.notice_posted if self._stay else None,
            hears=self._hearing.hears,
        )


async def _run(launch: BotLaunch) -> int:
    with structlog.contextvars.bound_contextvars(
        meeting_id=launch.meeting_id, correlation_id=launch.correlation_id
    ):
        return await Bot(launch).run()


def run() -> None:
    """Run one bot and exit: `EXIT_BAD_LAUNCH` when the launch cannot be read, else as reported."""
    try:
        launch = BotLaunch.model_validate_json(sys.stdin.buffer.read())
    except ValidationError as exc:
        fields = {".".join(map(str, error["loc"])) for error in exc.errors()}
        sys.stderr.write(f"vexa bot: bad launch: {', '.join(sorted(fields)) or 'not JSON'}\n")
        sys.exit(EXIT_BAD_LAUNCH)
    configure_logs("bot", launch.log_level)
    sys.exit(asyncio.run(_run(launch)))
