"""Everything the program is made of, put together once."""

from __future__ import annotations

from dataclasses import dataclass

import httpx2

from vexa.bot_manager.accounts import Accounts
from vexa.bot_manager.adoption import Adoption
from vexa.bot_manager.drain import Drain
from vexa.bot_manager.erased_files import ErasedFiles
from vexa.bot_manager.evidence import Evidence
from vexa.bot_manager.fleet import Fleet
from vexa.bot_manager.heartbeats import Heartbeats, hold_s
from vexa.bot_manager.host_lease import HostLease
from vexa.bot_manager.keeper import Keeper
from vexa.bot_manager.launch import Launcher
from vexa.bot_manager.moves import Moves
from vexa.bot_manager.orchestrators.base import Orchestrator
from vexa.bot_manager.outbox_publisher import OutboxPublisher
from vexa.bot_manager.reports import Reports
from vexa.bot_manager.service import BotService
from vexa.bot_manager.settings import BotManagerSettings
from vexa.bot_manager.speech_check import SpeechCheck
from vexa.bot_manager.watchdog import Watchdog
from vexa.bot_manager.webhooks.deliverer import MAX_ANSWER_BYTES, TIMEOUT_S, WebhookDeliverer
from vexa.bot_manager.work_dirs import WorkDirs
from vexa.bus.connection import Bus
from vexa.kit.clock import Clock
from vexa.kit.public_addresses import AllowList
from vexa.kit.safe_http import SafeHttp
from vexa.kit.tasks import BackgroundTasks
from vexa.storage.database import Database


@dataclass(frozen=True, slots=True)
class Parts:
    """The opened program. `aclose` ends its tasks; the bots go on."""

    settings: BotManagerSettings
    database: Database
    bus: Bus
    orchestrator: Orchestrator
    fleet: Fleet
    service: BotService
    reports: Reports
    heartbeats: Heartbeats
    drain: Drain
    publisher: OutboxPublisher
    deliverer: WebhookDeliverer
    watchdog: Watchdog
    adoption: Adoption
    lease: HostLease
    tasks: BackgroundTasks

    async def start(self) -> None:
        """Take the host's lease, adopt its bots, and begin to watch.

        Raises:
            ConfigurationError: another bot manager runs on this host.
            StorageUnavailable: the database cannot be reached.
        """
        await self.lease.take()
        await self.adoption.run()
        await self.watchdog.end_lost_meetings()
        self.tasks.spawn("host lease", self.lease.keep())
        self.tasks.spawn("outbox publisher", self.publisher.run())
        self.tasks.spawn("webhook deliverer", self.deliverer.run())
        files = ErasedFiles(self.database, self.bus, self.settings.logs_dir)
        self.tasks.spawn("erased files", files.run())
        self.tasks.spawn("watchdog", self.watchdog.run())

    async def aclose(self) -> None:
        """End every task, and stop watching the bots."""
        await self.tasks.aclose()
        await self.deliverer.aclose()
        await self.orchestrator.aclose()


def assemble(
    settings: BotManagerSettings,
    host: str,
    clock: Clock,
    database: Database,
    bus: Bus,
    http: httpx2.AsyncClient,
    orchestrator: Orchestrator,
) -> Parts:
    """Put the parts together; nothing runs yet."""
    tasks = BackgroundTasks()
    fleet = Fleet(clock)
    lease = HostLease(database, clock, host)
    holder = f"{host}:{lease.holder}"
    publisher = OutboxPublisher(database, bus, clock, holder)
    webhook_http = SafeHttp(
        AllowList.parse(settings.url_allowed_hosts),
        timeout_s=TIMEOUT_S,
        max_body_bytes=MAX_ANSWER_BYTES,
    )
    moves = Moves(database, fleet, publisher)
    work_dirs = WorkDirs(settings.work_root, settings.bot_user)
    evidence = Evidence(settings.logs_dir, settings.evidence_bytes)
    accounts = Accounts(settings.bot_accounts_dir)
    keeper = Keeper(database, fleet, orchestrator, moves, work_dirs, evidence, accounts, tasks)
    launcher = Launcher(
        settings, clock, database, fleet, orchestrator, work_dirs, moves, keeper, tasks
    )
    speech = SpeechCheck(settings.whisperlive_health_url, http, clock)
    service = BotService(settings, host, clock, database, fleet, launcher, moves, publisher, speech)
    return Parts(
        settings=settings,
        database=database,
        bus=bus,
        orchestrator=orchestrator,
        fleet=fleet,
        service=service,
        reports=Reports(database, clock, fleet, moves),
        heartbeats=Heartbeats(database, clock, fleet, hold_s(settings.bot_heartbeat_timeout_s)),
        drain=Drain(host, clock, database, fleet, service, keeper, moves),
        publisher=publisher,
        deliverer=WebhookDeliverer(database, webhook_http, clock, holder),
        watchdog=Watchdog(settings, host, clock, database, fleet, orchestrator, keeper, moves),
        adoption=Adoption(settings, host, clock, database, fleet, orchestrator, keeper, work_dirs),
        lease=lease,
        tasks=tasks,
    )
