"""URLs that users give reach nothing but public and allow-listed addresses: real listeners."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.address_forms import closed_hosts, loopback_hosts
from tests.support.listener import OK, listening
from vexa.contracts.errors import UnsafeUrl
from vexa.kit.public_addresses import AllowList, is_public
from vexa.kit.safe_http import SafeHttp, read_url
from vexa.simulator.certificates import write_certificates


class Names:
    """A resolver: each name's answers, one set after the other, the last one for ever."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): sets for name, sets in answers.items()}
        self.asked = 0

    async def __call__(self, host: str, _port: int) -> list[str]:
        self.asked += 1
        sets = self.answers.get(host)
        if sets is None:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return sets.pop(0) if len(sets) > 1 else sets[0]


@asynccontextmanager
async def safe(
    allow: str = "", names: Names | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[SafeHttp]:
    client = SafeHttp(AllowList.parse(allow), timeout_s=5, resolve=names, tls=tls)
    try:
        yield client
    finally:
        await client.aclose()


async def _refused(client: SafeHttp, urls: Iterable[str]) -> int:
    count = 0
    for url in urls:
        for attempt in (client.check(url), client.request("POST", url, headers={}, content=b"{}")):
            with pytest.raises(UnsafeUrl):
                await attempt
        count += 1
    return count


def _reached_without_guard(host: str, port: int) -> bool:
    try:
        socket.create_connection((unquote(host).strip("[]"), port), timeout=1).close()
    except (OSError, UnicodeError, ValueError):
        return False
    return True


async def test_no_form_of_a_closed_address_reaches_a_listener() -> None:
    forms = list(dict.fromkeys(closed_hosts()))
    async with listening("127.0.0.1", "::1") as target, safe() as client:
        assert await _refused(client, [f"http://{host}:{target.port}/" for host in forms]) >= 200
        assert await _refused(client, [f"https://{host}/" for host in forms]) >= 200
        await asyncio.sleep(0)
        assert target.connections == 0
        naive = [host for host in loopback_hosts() if _reached_without_guard(host, target.port)]
        assert len(naive) >= 40, "the listener is not where these forms lead"


TRICKS = (
    *("file:///etc/passwd", "ftp://a.example/", "gopher://127.0.0.1:{port}/_x", "//a.example/"),
    *("javascript:alert(1)", "data:text/plain,x", "unix:///run/redis.sock", "", " ", "http://"),
    *("http:127.0.0.1:{port}", "http:/127.0.0.1:{port}/", "http:///127.0.0.1:{port}/", "a.example"),
    *("http://user@127.0.0.1:{port}/", "http://user:pw@a.example/", "http://@127.0.0.1:{port}/"),
    *("http://a.example@127.0.0.1:{port}/", "http://127.0.0.1:{port}@a.example/", "http://:@/"),
    *(
        "http://a.example\\@127.0.0.1:{port}/",
        "http:\\\\127.0.0.1:{port}\\",
        "http://a.example\\.b/",
    ),
    *("http://a.example#@127.0.0.1:{port}/@", "http://127.0.0.1:{port}#.a.example/"),
    *("http://127.0.0.1:{port}?.a.example/", "http://127.0.0.1:{port}/.a.example"),
    *("http://a.example /", "http://a.example\t@127.0.0.1:{port}/", "http://127.0.0.1\n:{port}/"),
    *("http://127.0.0.1:{port}:80/", "http://127.0.0.1:80:{port}/", "http://a.example:0/"),
    *(
        "http://a.example:65536/",
        "http://a.example:22/",
        "http://a.example:25/",
        "http://a.example:-1/",
    ),
    *("http://[::1/", "http://::1]/", "http://[127.0.0.1]:{port}/", "http://[::1].a.example/"),
    *("http://[a.example]/", "http://[v1.x]/", "http://a..example/", "http://.a.example/"),
    *(
        "http://a.example../",
        "http://-a.example/",
        "http://1.2.3/",
        "http://1.2.3.4.5/",
        "http://08/",
    ),
    *(
        "http://1.2.3.256/",
        "http://a.0x7f/",
        "http://a.1/",
        "http://0x/",
        "http://*/",
        "http://a,b/",
    ),
    "http://" + "a" * 64 + ".example/",
    "http://a.example/" + "x" * 2100,
)


async def test_no_trick_in_the_url_reaches_a_listener() -> None:
    names = Names(a_example=[["127.0.0.1"]])
    async with listening("127.0.0.1", "::1") as target, safe(names=names) as client:
        urls = [trick.format(port=target.port) for trick in TRICKS]
        assert await _refused(client, urls) == len(TRICKS)
        assert target.connections == 0


@pytest.mark.parametrize(
    "answers",
    [
        *(["127.0.0.1"], ["::1"], ["10.0.0.1"], ["169.254.169.254"], ["fe80::1%lo"]),
        *(["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"], ["2002:7f00:1::"]),
        ["93.184.216.34", "127.0.0.1"],
        ["2606:4700::1111", "::1"],
        ["93.184.216.34"] * 1 + [f"8.8.{n // 250}.{n % 250}" for n in range(100)],
    ],
)
async def test_one_closed_answer_closes_the_name(answers: list[str]) -> None:
    async with (
        listening("127.0.0.1", "::1") as target,
        safe(names=Names(rebind_example=[answers])) as client,
    ):
        assert await _refused(client, [f"http://rebind.example:{target.port}/"]) == 1
        assert target.connections == 0


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    names = Names(rebind_example=[["127.0.0.2"], ["127.0.0.1"]])
    async with (
        listening("127.0.0.2") as first,
        listening(port=first.port) as second,
        safe("127.0.0.2", names) as client,
    ):
        url = f"http://rebind.example:{first.port}/hook?a=1"
        answer = await client.request("POST", url, headers={"X-A": "b"}, content=b"exact")
        assert (answer.status, answer.body, answer.is_cut) == (200, b"ok", False)
        assert names.asked == 1
        with pytest.raises(UnsafeUrl):
            await client.request("POST", url, headers={})
    assert (first.connections, second.connections) == (1, 0)
    assert first.requests[0].startswith(b"POST /hook?a=1 HTTP/1.1\r\n")
    assert f"host: rebind.example:{first.port}".encode() in first.requests[0].lower()
    assert first.requests[0].endswith(b"\r\n\r\nexact")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "http://localhost:{port}",
        "http://[::1]:{port}",
    ],
)
async def test_no_redirect_is_followed(status: int, location: str) -> None:
    async with listening("127.0.0.1", "::1") as inner, listening() as hook:
        where = location.format(port=inner.port)
        head = f"HTTP/1.1 {status} X\r\nLocation: {where}\r\nRefresh: 0; url={where}\r\n"
        hook.answer = f"{head}Content-Length: 0\r\n\r\n".encode()
        async with safe(f"127.0.0.1:{hook.port}") as client:
            url = f"http://127.0.0.1:{hook.port}/"
            assert (await client.request("POST", url, headers={})).status == status
        assert (hook.connections, inner.connections) == (1, 0)


@pytest.mark.parametrize(
    ("allow", "host"),
    [
        *(("127.0.0.1", "127.0.0.1"), ("127.0.0.0/8", "127.0.0.1"), ("localhost", "LOCALHOST.")),
        *(("hooks.corp", "hooks.corp"), ("*.corp", "Hooks.Corp"), ("127.0.0.1", "hooks.corp")),
        *(("[::1]", "[::1]"), ("::1/128", "[0::1]"), ("x.example, 127.0.0.1:{port}", "127.0.0.1")),
    ],
)
async def test_what_an_operator_opens_is_reached(allow: str, host: str) -> None:
    names = Names(hooks_corp=[["127.0.0.1"]], localhost=[["127.0.0.1"]])
    async with listening("127.0.0.1", "::1") as target:
        async with safe(allow.format(port=target.port), names) as client:
            url = f"http://{host}:{target.port}/"
            await client.check(url)
            assert (await client.request("GET", url, headers={"host": "other"})).status == 200
        assert target.connections == 1
        assert b"other" not in target.requests[0]


@pytest.mark.parametrize(
    "allow", ["127.0.0.1:1", "127.0.0.2", "corp", "*.hooks.corp", "hooks.corp.evil", "10.0.0.0/8"]
)
async def test_what_an_operator_opens_opens_nothing_else(allow: str) -> None:
    names = Names(hooks_corp=[["127.0.0.1"]])
    async with listening() as target, safe(allow, names) as client:
        for host in ("127.0.0.1", "hooks.corp"):
            assert await _refused(client, [f"http://{host}:{target.port}/"]) == 1
        assert target.connections == 0


@pytest.mark.parametrize(
    "entry", ["a b.c:0", "10.0.0.1/8", "a:99999", "http://a", "*", "a..b", "[::1"]
)
def test_a_wrong_entry_of_the_allow_list_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        AllowList.parse(entry)


@pytest.mark.parametrize("name", ["hooks.example", "other.example"])
async def test_tls_is_checked_for_the_name_not_for_the_address(name: str, tmp_path: Path) -> None:
    files = write_certificates(tmp_path, ("hooks.example",))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.chain, files.key)
    asked: list[str | None] = []
    server.sni_callback = lambda _socket, asked_name, _context: asked.append(asked_name)
    names = Names(hooks_example=[["127.0.0.1"]], other_example=[["127.0.0.1"]])
    trusted = ssl.create_default_context(cafile=str(files.ca))
    async with listening(tls=server) as target, safe("127.0.0.1", names, trusted) as client:
        url = f"https://{name}:{target.port}/"
        if name == "hooks.example":
            assert (await client.request("POST", url, headers={})).status == 200
        else:
            with pytest.raises(httpx2.ConnectError):
                await client.request("POST", url, headers={})
        assert asked == [name]


async def test_an_answer_is_read_up_to_its_bound_and_no_longer() -> None:
    async with listening() as target:
        target.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 200_000
        async with safe("127.0.0.1") as client:
            answer = await client.request("GET", f"http://127.0.0.1:{target.port}/", headers={})
        assert (len(answer.body), answer.is_cut) == (65_536, True)


async def test_no_cookie_goes_to_another_host_of_the_same_address() -> None:
    names = Names(one_example=[["127.0.0.1"]], two_example=[["127.0.0.1"]])
    async with listening() as target, safe("127.0.0.1", names) as client:
        target.answer = OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: mine=1; Path=/\r\n\r\n")
        for host in ("one.example", "two.example", "one.example"):
            await client.request("GET", f"http://{host}:{target.port}/", headers={})
    assert len(target.requests) == 3
    assert not any(b"cookie" in request.lower() for request in target.requests)


async def test_a_receiver_that_never_ends_its_answer_is_given_up() -> None:
    async with listening() as target:
        target.answer, target.hangs = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", True
        client = SafeHttp(AllowList.parse("127.0.0.1"), timeout_s=0.2)
        with pytest.raises(httpx2.TimeoutException):
            await client.request("GET", f"http://127.0.0.1:{target.port}/", headers={})
        await client.aclose()


async def test_a_dead_address_is_passed_over() -> None:
    names = Names(two_example=[["127.0.0.3", "127.0.0.1"]])
    async with listening() as target, safe("127.0.0.0/8", names) as client:
        url = f"http://two.example:{target.port}/"
        assert (await client.request("GET", url, headers={})).status == 200


async def test_a_name_without_address_is_no_defect() -> None:
    async with safe(names=Names()) as client:
        await client.check("https://nowhere.example/hook")
        with pytest.raises(httpx2.ConnectError):
            await client.request("GET", "https://nowhere.example/", headers={})


@pytest.mark.parametrize(
    "text",
    [
        *("8.8.8.8", "93.184.216.34", "172.15.0.1", "172.32.0.1", "100.128.0.1", "192.0.1.1"),
        *("2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2003::1"),
    ],
)
def test_public_addresses_are_open(text: str) -> None:
    assert is_public(ip_address(text))


@example("http://[")
@example("http://\ud800/")
@example("http://xn--a/")
@given(
    st.one_of(st.text(), st.text().map("http://{}".format), st.text().map("https://a.{}/".format))
)
def test_reading_raises_nothing_but_a_clear_refusal(url: str) -> None:
    try:
        read = read_url(url)
    except UnsafeUrl:
        return
    assert read.host.isascii()
    assert read.scheme in {"http", "https"}
