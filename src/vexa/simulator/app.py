"""The simulator as one thing that starts and stops: two web servers and the media behind them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import TracebackType

import uvicorn
from fastapi import FastAPI

from vexa.contracts.errors import ConfigurationError
from vexa.kit.serve import KEEP_ALIVE_S
from vexa.kit.service_app import create_service_app
from vexa.kit.tasks import BackgroundTasks
from vexa.simulator.by_host import ByHost
from vexa.simulator.certificates import CertificateFiles, write_certificates
from vexa.simulator.control import SpeechDesk, build_control_router
from vexa.simulator.doubles import DEFAULT_PLATFORM, DOUBLES, all_hosts, person_host, person_url
from vexa.simulator.event_log import EventLog, JsonLines
from vexa.simulator.host_page.routes import build_host_router
from vexa.simulator.live_meeting import Records
from vexa.simulator.meetings_index import MeetingsIndex, PlatformMeetings
from vexa.simulator.sfu.peers import prepare_media

LOOPBACK = "127.0.0.1"
#: Time that open connections get at the end.
GRACE_S = 2


@contextlib.asynccontextmanager
async def _no_lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as exc:
        listener.close()
        raise ConfigurationError(
            f"port {port} cannot be opened ({exc.strerror}); another: --https-port, "
            "--control-port, SIMULATOR_HTTPS_PORT, SIMULATOR_CONTROL_PORT; 0 takes a free one"
        ) from exc
    listener.listen(128)
    listener.setblocking(False)
    return listener


class _Server(uvicorn.Server):
    """A server that tells when it listens and leaves the process's signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none: whoever runs the simulator decides when it ends."""
        yield


class WebServers:
    """Servers that run in this event loop."""

    def __init__(self) -> None:
        self._tasks = BackgroundTasks()
        self._running: list[tuple[_Server, asyncio.Task[None]]] = []

    async def start(self, server: _Server, listener: socket.socket) -> None:
        """Serve on an open socket; return once it answers."""
        task = self._tasks.spawn("web_server", server.serve([listener]))
        self._running.append((server, task))
        await server.is_up.wait()

    async def aclose(self) -> None:
        """Let open requests finish within the grace time, then end. Safe to call twice."""
        for server, _ in self._running:
            server.should_exit = True
        await asyncio.gather(*(task for _, task in self._running))
        self._running.clear()


class Simulator:
    """Running doubles of every platform. Use as an async context manager.

    Args:
        home: folder for the authority, the event log and the truth; made when missing.
        https_port: port of the pages; 0 takes a free one.
        control_port: port of the control API and of the pages for a person; 0 takes a free one.
        seed: makes device spaces, stream ids and flickers repeatable.
    """

    def __init__(
        self, home: Path, *, https_port: int = 0, control_port: int = 0, seed: int | None = None
    ) -> None:
        self._home = home
        self._wanted_ports = (https_port, control_port)
        self._seed = seed
        self._servers = WebServers()
        self._ports = (0, 0)
        self._certificates: CertificateFiles | None = None

    @property
    def https_port(self) -> int:
        """Port of the pages under the platforms' own hosts."""
        return self._ports[0]

    @property
    def control_url(self) -> str:
        """Address of the control server, without a slash at the end."""
        return f"http://{LOOPBACK}:{self._ports[1]}"

    @property
    def ca_file(self) -> Path:
        """PEM file of the authority that a browser has to trust."""
        return self._home / "tls" / "ca.pem"

    @property
    def host_rules(self) -> str:
        """Value for Chromium's --host-resolver-rules."""
        return ", ".join(f"MAP {host} {LOOPBACK}:{self.https_port}" for host in all_hosts())

    def person_url(self, native_id: str, platform: str = DEFAULT_PLATFORM) -> str:
        """Address at which a person on this machine joins a meeting in their own browser."""
        return person_url(self.control_url, native_id, platform)

    def host_url(self, native_id: str) -> str:
        """Address of the host's page: who knocks, who is in, admit, deny, remove, end."""
        return f"http://localhost:{self._ports[1]}/host/{native_id}"

    def addresses(self) -> dict[str, str | int]:
        """Everything that another process needs to use this simulator."""
        return {
            "https_port": self.https_port,
            "control_url": self.control_url,
            "ca_file": str(self.ca_file),
            "host_rules": self.host_rules,
            "events_file": str(self.records.events.path),
            "truth_file": str(self.records.truth.path),
        }

    async def __aenter__(self) -> Simulator:
        prepare_media()
        certificates = await asyncio.to_thread(write_certificates, self._home / "tls", all_hosts())
        self.records = Records(
            EventLog(self._home / "events.jsonl"), JsonLines(self._home / "truth.jsonl")
        )
        self.meetings = MeetingsIndex(self.records, self._seed)
        listeners = [_listen(port) for port in self._wanted_ports]
        self._ports = (listeners[0].getsockname()[1], listeners[1].getsockname()[1])
        platforms = {name: self._platform_app(name) for name in DOUBLES.names}
        pages = {host: app for name, app in platforms.items() for host in DOUBLES.load(name).hosts}
        persons = {
            person_host(name): app for name, app in platforms.items() if name != DEFAULT_PLATFORM
        }
        await self._serve(
            ByHost(pages, other=platforms[DEFAULT_PLATFORM]), listeners[0], certificates
        )
        await self._serve(ByHost(persons, other=self._control_app()), listeners[1], None)
        return self

    def _platform_app(self, name: str) -> FastAPI:
        app = create_service_app(f"Double of {name}", lifespan=_no_lifespan)
        router = DOUBLES.load(name).page_router(PlatformMeetings(self.meetings, name))
        app.include_router(router)
        return app

    def _control_app(self) -> FastAPI:
        """The control API, the host's page, and the default platform's pages for a person."""
        app = create_service_app("Meeting simulator", lifespan=_no_lifespan)
        desk = SpeechDesk(self._home / "speech")
        app.include_router(build_control_router(self.meetings, desk))
        app.include_router(build_host_router(self.meetings))
        double = DOUBLES.load(DEFAULT_PLATFORM)
        meetings = PlatformMeetings(self.meetings, DEFAULT_PLATFORM)
        app.include_router(double.page_router(meetings))
        return app

    async def _serve(
        self, app: ByHost, listener: socket.socket, certificates: CertificateFiles | None
    ) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE_S,
            # a caller's next request may not meet the end of its idle connection
            timeout_keep_alive=KEEP_ALIVE_S,
            # a page whose network is cut answers no ping, and is not gone
            ws_ping_interval=None,
            ssl_certfile=certificates.chain if certificates else None,
            ssl_keyfile=certificates.key if certificates else None,
        )
        server = _Server(config)
        await self._servers.start(server, listener)

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.meetings.aclose()
        await self._servers.aclose()
        self.records.events.close()
        self.records.truth.close()
