"""`vexa bot`: send bots into meetings, watch them, take them out."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from vexa.commands import feed
from vexa.commands.addresses import Meeting, NativeId, address_of, path_of
from vexa.commands.output import AsJson, Url, print_json, print_table, printable
from vexa.commands.server import Server
from vexa.contracts.meeting import TERMINAL, MeetingStatus

app = typer.Typer()

Allowed = Annotated[
    list[str] | None,
    typer.Option("--allow", help="Language that a detection may find; may come several times."),
]
Hotwords = Annotated[str | None, typer.Option(help="Names and terms to expect, in one line.")]


@app.command()
def start(
    meeting: Meeting,
    native_id: NativeId = None,
    name: Annotated[str | None, typer.Option(help="Name that the bot shows.")] = None,
    language: Annotated[str | None, typer.Option(help="Language code; else detected.")] = None,
    task: Annotated[str | None, typer.Option(help="transcribe or translate.")] = None,
    allow: Allowed = None,
    hotwords: Hotwords = None,
    passcode: Annotated[
        str | None, typer.Option(envvar="VEXA_PASSCODE", help="The meeting's passcode.")
    ] = None,
    authenticated: Annotated[
        bool, typer.Option("--authenticated", help="Join with the server's account, or not at all.")
    ] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Go on as `vexa bot follow`.")] = False,
    as_json: AsJson = False,
    url: Url = None,
) -> None:
    """Send a bot into a meeting."""
    server = Server(url)
    platform, known_id = address_of(meeting, native_id)
    if native_id is None:
        place = {"meeting_url": meeting}
    else:
        place = {"platform": platform, "native_meeting_id": known_id}
    speech = _speech(language, task, allow, hotwords)
    wanted = {**place, **speech, "bot_name": name, "passcode": passcode}
    wanted["authenticated"] = authenticated or None
    sent = server.as_user("POST", "/bots", json=_given(wanted))
    if as_json:
        print_json(sent)
    else:
        typer.echo(f"meeting {sent['id']} ({platform} {known_id}): {sent['status']}")
    if follow:
        asyncio.run(_follow(server, (platform, known_id), as_json=as_json))


@app.command("list")
def list_bots(as_json: AsJson = False, url: Url = None) -> None:
    """List the bots that run now."""
    bots = Server(url).as_user("GET", "/bots/status")["running_bots"]
    if as_json:
        print_json(bots)
        return
    keys = ("meeting_id_from_name", "platform", "native_meeting_id", "meeting_status", "created_at")
    print_table(
        ("MEETING", "PLATFORM", "ID", "STATUS", "CREATED"),
        ([bot[key] for key in keys] for bot in bots),
    )


@app.command()
def config(
    meeting: Meeting,
    native_id: NativeId = None,
    language: Annotated[str | None, typer.Option(help="Language code; else detected.")] = None,
    task: Annotated[str | None, typer.Option(help="transcribe (default) or translate.")] = None,
    allow: Allowed = None,
    hotwords: Hotwords = None,
    as_json: AsJson = False,
    url: Url = None,
) -> None:
    """Change how a bot in a meeting listens. What is left out goes back, but hotwords stay."""
    body = _given(_speech(language, task, allow, hotwords))
    path = path_of("/bots", meeting, native_id) + "/config"
    answer = Server(url).as_user("PUT", path, json=body)
    if as_json:
        print_json(answer)
    else:
        typer.echo(answer["message"])


def _speech(
    language: str | None, task: str | None, allow: list[str] | None, hotwords: str | None
) -> dict[str, Any]:
    """Return how speech shall become text, in REST's names."""
    return {
        **{"language": language, "task": task, "allowed_languages": allow or None},
        "hotwords": hotwords,
    }


def _given(wanted: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in wanted.items() if value is not None}


@app.command()
def stop(
    meeting: Meeting, native_id: NativeId = None, as_json: AsJson = False, url: Url = None
) -> None:
    """Take the bot out of a meeting."""
    answer = Server(url).as_user("DELETE", path_of("/bots", meeting, native_id))
    if as_json:
        print_json(answer)
    else:
        typer.echo(answer["message"])


@app.command()
def follow(
    meeting: Meeting, native_id: NativeId = None, as_json: AsJson = False, url: Url = None
) -> None:
    """Print each status of a bot until its meeting ends; a failed one exits with 1."""
    asyncio.run(_follow(Server(url), address_of(meeting, native_id), as_json=as_json))


async def _follow(server: Server, address: tuple[str, str], *, as_json: bool) -> None:
    row: dict[str, Any] | None = None
    async for frame in feed.frames(server, address):
        if frame["type"] == "subscribed":
            row = _newest(server, address)
            _print_status(row["status"], row["data"], as_json=as_json)
            if MeetingStatus(row["status"]) in TERMINAL:
                break
        elif frame["type"] == "meeting.status":
            row = {"status": frame["payload"]["status"], "data": frame["payload"]}
            _print_status(row["status"], row["data"], as_json=as_json)
    if row is not None and row["status"] == MeetingStatus.FAILED:
        raise typer.Exit(1)


def _newest(server: Server, address: tuple[str, str]) -> dict[str, Any]:
    transcript: dict[str, Any] = server.as_user("GET", path_of("/transcripts", *address))
    return transcript


def _print_status(status: str, told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        keys = ("completion_reason", "failure_stage", "outcome", "outcome_message")
        print_json({"status": status, **{key: told[key] for key in keys if key in told}})
        return
    sentence = told.get("outcome_message")
    typer.echo(f"{status}: {printable(sentence)}" if sentence else status)
