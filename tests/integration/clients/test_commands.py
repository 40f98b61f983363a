"""`vexa user | token | bot | transcript | doctor` against the running server."""

from __future__ import annotations

import asyncio
import json
import stat
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from typer.testing import CliRunner, Result

from tests.support import speech_entries as say
from tests.support.programs import ADMIN_TOKEN
from tests.support.whole_server import User, WholeServer
from vexa.bus.connection import Bus
from vexa.cli import app
from vexa.contracts.errors import ConfigurationError

Run = Callable[..., Result]
NATIVE_ID = "abc-defg-hij"
LINK = f"https://meet.google.com/{NATIVE_ID}"


@pytest.fixture
def run(server: WholeServer, tmp_path: Path) -> Run:
    """Run a command as somebody on the server's machine whose home is `tmp_path`."""
    port = server.url.rpartition(":")[2]
    own = {"VEXA_HOME": str(tmp_path), "API_GATEWAY_PORT": port, "ADMIN_API_TOKEN": ADMIN_TOKEN}

    def run(*arguments: str, code: int = 0, **env: str) -> Result:
        result = CliRunner().invoke(app, arguments, env={**own, **env})
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return run


@pytest.fixture
def as_user(run: Run, user: User) -> Run:
    def as_user(*arguments: str, code: int = 0) -> Result:
        return run(*arguments, code=code, VEXA_API_KEY=user.api_key)

    return as_user


def printed_json(result: Result) -> Any:
    return json.loads(result.stdout)


def test_users_and_their_limits(run: Run, tmp_path: Path) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    made = run("user", "create", email, "--name", "Ada\a", "--keep-key").stdout
    key_file = tmp_path / "secrets" / "api_key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert key_file.read_text() not in made
    assert "Ada" in made
    assert "\a" not in made
    # the kept key is found by the commands that need one
    assert run("bot", "list").stdout.split() == ["MEETING", "PLATFORM", "ID", "STATUS", "CREATED"]
    assert email in run("user", "list", "--limit", "1000").stdout
    run("user", "limit", email, "7")
    shown = printed_json(run("user", "show", email, "--json"))
    assert (shown["max_concurrent_bots"], len(shown["api_tokens"])) == (7, 1)
    assert run("user", "show", str(shown["id"])).stdout.count(email) == 1
    again = run("user", "create", email).stdout
    assert "API key, shown only now: vx_" in again


def test_keys_are_minted_listed_and_revoked(run: Run, user: User) -> None:
    minted = printed_json(
        run("token", "create", str(user.id), "--name", "robot", "--scope", "tx", "--json")
    )
    listed = run("token", "list", str(user.id)).stdout
    assert "robot" in listed
    assert minted["token"] not in listed
    own = {"VEXA_API_KEY": minted["token"]}
    refused = run("bot", "list", code=1, **own)
    assert "Insufficient scope" in str(refused.exception)
    run("token", "revoke", str(minted["id"]))
    assert "robot" not in run("token", "list", str(user.id)).stdout


def test_a_bot_from_start_to_end(server: WholeServer, as_user: Run, user: User) -> None:
    sent = as_user("bot", "start", LINK).stdout
    assert "(google_meet abc-defg-hij): requested" in sent
    again = as_user("bot", "start", "google_meet", NATIVE_ID, code=1)
    assert "(409)" in str(again.exception)
    meeting_id = user.json("GET", "/meetings")["meetings"][0]["id"]
    asyncio.run(user.has_status(meeting_id, "active"))
    assert NATIVE_ID in as_user("bot", "list").stdout
    asyncio.run(speak(server, meeting_id))
    asyncio.run(user.has_said(NATIVE_ID, "Good morning."))
    assert "] Ada: Good morning." in as_user("transcript", "show", LINK).stdout
    wanted = ("--allow", "en", "--allow", "de", "--hotwords", "Ada Lovelace")
    assert as_user("bot", "config", LINK, *wanted).stdout.startswith("Reconfiguration request")
    (row,) = user.json("GET", "/meetings")["meetings"]
    assert (row["data"]["allowed_languages"], row["data"]["hotwords"]) == (
        ["en", "de"],
        "Ada Lovelace",
    )
    as_user("bot", "stop", LINK)
    states = as_user("bot", "follow", LINK).stdout
    assert states.splitlines()[-1].startswith("completed: ")
    assert as_user("transcript", "follow", LINK).stdout.endswith("] Ada: Good morning.\n")


def test_a_bot_with_an_account_is_asked_of_a_server_that_has_one(as_user: Run) -> None:
    refused = as_user("bot", "start", LINK, "--authenticated", code=1)
    assert "no account for bots in google_meet" in str(refused.exception)


async def speak(server: WholeServer, meeting_id: int) -> None:
    bus = Bus(server.redis_url)
    await say.write(
        bus,
        say.started(meeting_id, "s1", "Ada"),
        say.spoken(meeting_id, "s1", 0, "Good morning.", speaker="Ada"),
    )
    await bus.aclose()


def test_a_failed_bot_fails_the_command_that_follows_it(as_user: Run) -> None:
    ended = as_user(
        "bot", "start", "google_meet", NATIVE_ID, "--name", "denied", "--follow", code=1
    )
    assert ended.stdout.splitlines()[-1].startswith("failed: ")


def test_a_transcript_is_followed_and_exported(
    server: WholeServer, as_user: Run, user: User, tmp_path: Path
) -> None:
    meeting_id = asyncio.run(user.send_bot(NATIVE_ID))["id"]
    followed: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-m", "vexa", "transcript", "follow", LINK],
        stdout=subprocess.PIPE,
        text=True,
        env={"VEXA_URL": server.url, "VEXA_API_KEY": user.api_key, "PYTHONUNBUFFERED": "1"},
    ) as process:
        reader = threading.Thread(target=lambda: followed.extend(process.stdout or ()))
        reader.start()
        asyncio.run(speak(server, meeting_id))
        asyncio.run(user.has_said(NATIVE_ID, "Good morning."))
        as_user("bot", "stop", "google_meet", NATIVE_ID)
        assert process.wait(60) == 0
        reader.join()
    assert [line.partition("] ")[2] for line in followed] == ["Ada: Good morning.\n"]
    for form, start in (("txt", "["), ("json", "{"), ("srt", "1\n00:00"), ("vtt", "WEBVTT\n")):
        text = as_user("transcript", "export", LINK, "--format", form).stdout
        assert text.startswith(start)
        assert "Good morning." in text
    out = tmp_path / "meeting.srt"
    as_user("transcript", "export", LINK, "--format", "srt", "--out", str(out))
    assert "Ada: Good morning." in out.read_text()
    bad = as_user("transcript", "export", LINK, "--format", "pdf", code=1)
    assert str(bad.exception) == "--format: must be one of txt, json, srt, vtt"


def test_what_is_missing_is_said_in_one_line(run: Run, tmp_path: Path) -> None:
    nobody = run("bot", "list", code=1)
    assert isinstance(nobody.exception, ConfigurationError)
    assert str(nobody.exception).startswith("VEXA_API_KEY: set it to a key of http://127.0.0.1:")
    # what is kept here is for this machine alone
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "api_key").write_text("vx_kept")
    foreign = run("bot", "list", "--url", "http://server.invalid", code=1)
    assert str(foreign.exception) == "VEXA_API_KEY: set it to a key of http://server.invalid"
    away = run("bot", "list", "--url", "http://127.0.0.1:1", code=1)
    assert "is the server running?" in str(away.exception)
    command = [sys.executable, "-m", "vexa", "bot", "list", "--url", "nowhere"]
    ended = subprocess.run(command, env={"VEXA_API_KEY": "k"}, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (
        78,
        "vexa: VEXA_URL: must be an http:// or https:// address\n",
    )


def test_doctor_says_what_is_wrong_and_what_to_do(
    server: WholeServer, run: Run, tmp_path: Path
) -> None:
    programs = server.programs
    env = {
        "DATABASE_URL": server.database_url,
        "REDIS_URL": server.redis_url,
        "WHISPER_MODEL_SIZE": "tiny.en",
        "ADMIN_API_PORT": str(programs.ports["admin-api"]),
        "BOT_MANAGER_PORT": str(programs.ports["bot-manager"]),
        "TRANSCRIPTION_COLLECTOR_PORT": str(programs.ports["transcription-collector"]),
        "WHISPER_LIVE_PORT": "1",
        "BOT_USER": "nobody",
        "BOT_SOUND_SINK": "true",
    }

    def found(**changed: str) -> dict[str, dict[str, str]]:
        result = run("doctor", "--json", code=1, **{**env, **changed})
        return {finding["name"]: finding for finding in printed_json(result)}

    secret = tmp_path / "secrets" / "internal_api_secret"
    secret.parent.mkdir(mode=0o700)
    secret.touch(0o600)
    well = found()
    names = ("database", "redis", "model", "chromium", "xvfb", "sound sink", "pointer", "secrets")
    assert {name: well[name]["level"] for name in names} == dict.fromkeys(names, "ok")
    assert "for root" not in well["sandbox"]["text"]
    assert well[f"port {programs.ports['bot-manager']}"]["level"] == "ok"
    assert "nothing answers here (WHISPER_LIVE_PORT)" in well["port 1"]["text"]

    secret.chmod(0o644)
    with redis.Redis.from_url(server.redis_url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            ill = found(
                DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
                WHISPER_MODEL_SIZE="no-such-model",
                WHISPER_DOWNLOAD="0",
                CHROMIUM_PATH=str(tmp_path / "chromium"),
            )
        finally:
            client.config_set("maxmemory-policy", "noeviction")
    for name, remedy in (
        ("database", "DATABASE_URL"),
        ("redis", "set maxmemory-policy noeviction"),
        ("model", "WHISPER_MODEL_SIZE"),
        ("chromium", "CHROMIUM_PATH"),
        ("secrets", f"chmod go= {secret}"),
    ):
        assert ill[name]["level"] == "fail"
        assert remedy in ill[name]["remedy"]
    lines = run("doctor", code=1, **env).stdout
    assert "-> chmod go=" in lines
