"""A meeting's page tries to reach this machine by every means that a page has: a real Chromium.

The page is served under the platform's own name, as a hostile or broken one would be.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as PlaywrightError

from tests.support.listener import Listener, listening
from tests.support.wait_until import wait_until
from vexa.bot.browser import open_browser
from vexa.bot.navigation import NavigationGuard, may_open
from vexa.contracts.bot import BotLaunch, BrowserAccess
from vexa.simulator.certificates import CertificateFiles, write_certificates

HOST = "meet.google.com"
#: A public site, as far as the bot's proxy goes, that is not the platform's.
ELSEWHERE = "elsewhere.example"
#: Names whose addresses an attacker's name server chose.
NAMES = {"loop.example": ["127.0.0.1"], "private.example": ["10.0.0.1"], "six.example": ["::1"]}
#: One try of each kind; `url` is https, `ws` the same by wss.
TRIES = """async ({urls, wait_ms}) => {
  const done = [];
  const add = (kind, url, promise) => done.push(Promise.race([
    promise, new Promise((_, no) => setTimeout(() => no(new Error("waited")), wait_ms))
  ]).then(() => [kind, url, true], () => [kind, url, false]));
  const element = (tag, attributes) => new Promise((yes, no) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.onload = () => tag === "iframe" ? no(new Error("unknown")) : yes();
    made.onerror = no;
    document.body.append(made);
  });
  const socket = (url) => new Promise((yes, no) => {
    const made = new WebSocket(url);
    made.onopen = yes;
    made.onerror = no;
  });
  const events = (url) => new Promise((yes, no) => {
    const made = new EventSource(url);
    made.onopen = yes;
    made.onerror = () => { made.close(); no(new Error("refused")); };
  });
  for (const url of urls) {
    const secure = url.replace(/^http:/, "https:"), ws = secure.replace(/^https/, "wss");
    add("fetch", url, fetch(url, {mode: "no-cors"}));
    add("redirect", url, fetch("/to?" + encodeURIComponent(url), {mode: "no-cors"}));
    add("worker", url, new Promise((yes, no) => {
      const code = `fetch(${JSON.stringify(url)}, {mode: "no-cors"}).then(() => postMessage(1),
        () => postMessage(0))`;
      const made = new Worker(URL.createObjectURL(new Blob([code])));
      made.onmessage = (event) => event.data ? yes() : no(new Error("refused"));
    }));
    add("image", url, element("img", {src: url}));
    add("script", url, element("script", {src: url}));
    add("style", url, element("link", {rel: "stylesheet", href: url}));
    add("iframe", url, element("iframe", {src: url}));
    add("iframe redirect", url, element("iframe", {src: "/to?" + encodeURIComponent(url)}));
    add("websocket", url, socket(ws));
    add("plain websocket", url, socket(ws.replace(/^wss/, "ws")));
    add("events", url, events(url));
    for (const rel of ["preconnect", "prefetch", "preload"])
      document.body.append(Object.assign(document.createElement("link"), {rel, href: url}));
    navigator.sendBeacon(url, "x");
    if (self.WebTransport) add("transport", url, (async () => new WebTransport(secure).ready)());
    const frame = Object.assign(document.createElement("iframe"), {name: `f${done.length}`});
    const form = Object.assign(document.createElement("form"), {method: "POST", action: url});
    form.target = frame.name;
    document.body.append(frame, form);
    form.submit();
  }
  return Promise.all(done);
}"""


@dataclass
class Datagrams(asyncio.DatagramProtocol):
    """Notes what comes by UDP."""

    seen: list[bytes] = field(default_factory=list)

    def datagram_received(self, data: bytes, _address: Any) -> None:
        self.seen.append(data)


@dataclass
class Scene:
    """A page of the platform, and a machine that it must not reach."""

    context: BrowserContext
    page: Page
    inner: Listener
    datagrams: Datagrams
    port: int

    def urls(self) -> list[str]:
        port = self.inner.port
        hosts = (
            *("127.0.0.1", "localhost", "[::1]", "127.1", "2130706433", "0.0.0.0", "0x7f000001"),
            *("[::ffff:127.0.0.1]", "x.localhost", *NAMES, socket.gethostname().lower()),
        )
        return [f"{scheme}://{host}:{port}/" for host in hosts for scheme in ("https", "http")]


async def _resolve(host: str, _port: int) -> list[str]:
    if host in NAMES:
        return NAMES[host]
    rows = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(row[4][0]) for row in rows]


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The platform's page, and `/to?url`, which redirects there."""
    try:
        line = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
    except (OSError, asyncio.IncompleteReadError):
        # a connection that Chromium opened in case it needs one
        writer.close()
        return
    _, _, where = line.partition("?")
    if line.startswith("/to?"):
        head = f"HTTP/1.1 302 Found\r\nLocation: {unquote(where)}\r\nContent-Length: 0"
        writer.write(f"{head}\r\nConnection: close\r\n\r\n".encode())
    else:
        page = b"<!doctype html><title>page</title><body>here</body>"
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(page), page)
        )
    await writer.drain()
    writer.close()


def _launch(folder: Path, files: CertificateFiles, port: int) -> BotLaunch:
    return BotLaunch.model_validate(
        {
            **{"meeting_id": 1, "connection_id": "c", "correlation_id": "x", "token": "t"},
            **{"platform": "google_meet", "native_meeting_id": "abc-defg-hij", "bot_name": "b"},
            **{"meeting_url": f"https://{HOST}/", "work_dir": str(folder)},
            **{"manager_url": "http://127.0.0.1:1", "whisperlive_url": "ws://127.0.0.1:1"},
            "browser": BrowserAccess(
                host_rules=f"MAP {HOST} 127.0.0.1:{port}, MAP {ELSEWHERE} 127.0.0.1:{port}",
                ca_file=str(files.ca),
            ),
        }
    )


@asynccontextmanager
async def _scene(folder: Path) -> AsyncIterator[Scene]:
    files = write_certificates(folder / "ca", (HOST, ELSEWHERE, "localhost", *NAMES))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(files.chain, files.key)
    loop = asyncio.get_running_loop()
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    async with listening("127.0.0.1", "::1") as inner:
        transport, datagrams = await loop.create_datagram_endpoint(
            Datagrams, local_addr=("127.0.0.1", inner.port)
        )
        async with open_browser(_launch(folder, files, port), _resolve) as context:
            page = context.pages[0]
            await page.goto(f"https://{HOST}/")
            yield Scene(context, page, inner, datagrams, port)
        transport.close()
    server.close()


@pytest.fixture
async def scene(
    tmp_path: Path, display: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Scene]:
    monkeypatch.setitem(os.environ, "DISPLAY", display)
    async with _scene(tmp_path) as made:
        yield made


async def test_a_page_reaches_its_platform_and_by_no_means_this_machine(scene: Scene) -> None:
    for url in (f"https://{HOST}/again", f"https://{HOST}/to?https://{HOST}/again"):
        assert (
            await scene.page.evaluate("(url) => fetch(url).then((got) => got.status)", url) == 200
        )
    results = await scene.page.evaluate(TRIES, {"urls": scene.urls(), "wait_ms": 15_000})
    reached = [f"{kind} {url}" for kind, url, is_through in results if is_through]
    assert (scene.inner.connections, reached, scene.datagrams.seen) == (0, [], [])
    assert len(results) >= 200, json.dumps(results)


async def test_the_page_itself_cannot_be_led_there(scene: Scene) -> None:
    for url in scene.urls():
        for where in (url, f"https://{HOST}/to?{url}"):
            with pytest.raises(PlaywrightError, match=r"net::ERR|interrupted"):
                await scene.page.goto(where, timeout=10_000)
    assert scene.inner.connections == 0


async def _home(page: Page) -> None:
    async def is_there() -> bool:
        # the error page of the way before may come in between
        with suppress(PlaywrightError):
            await page.goto(f"https://{HOST}/to?https://{HOST}/again")
        return page.url == f"https://{HOST}/again"

    await wait_until(is_there, what="the page")


async def test_the_main_frame_stays_on_the_platform(scene: Scene) -> None:
    hosts, refused = frozenset({HOST}), list[str]()
    guard = NavigationGuard(hosts, lambda: refused.append("away"))
    await guard.watch(scene.context, scene.page)
    away = f"https://{ELSEWHERE}/"
    ways = (away, f"https://{HOST}/to?{away}", f"https://{HOST}/to?http://{HOST}/")
    for where in ways:
        await _home(scene.page)
        await scene.page.evaluate("(url) => { setTimeout(() => { location.href = url; }) }", where)
        await wait_until(
            lambda: refused and scene.page.url.startswith("chrome-error:"), what="refusal"
        )
        refused.clear()
    await _home(scene.page)
    framed = """(url) => new Promise((done) => {
      const frame = Object.assign(document.createElement("iframe"), {src: url});
      frame.onload = done;
      document.body.append(frame);
    }).then(() => window.open(url) === undefined)"""
    await scene.page.evaluate(framed, away)
    await wait_until(lambda: len(scene.context.pages) == 1, what="end of the other window")
    assert scene.page.url == f"https://{HOST}/again"
    assert scene.page.frames[1].url == away
    await guard.aclose()


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://meet.google.com/",
            "https://meet.google.com.example/",
            "https://[",
            "about:blank",
        ),
        *("https://meet.google.com@example.org/", "file:///etc/passwd", "chrome://version", ""),
    ],
)
def test_what_the_main_frame_may_not_open(url: str) -> None:
    assert not may_open(url, frozenset({HOST}))
    assert may_open(f"https://{HOST}:443/x", frozenset({HOST}))
