"""`vexa transcript`: what was said, now or while it is said."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from vexa.commands import feed
from vexa.commands.addresses import Meeting, NativeId, address_of, path_of
from vexa.commands.output import AsJson, Url, printable
from vexa.commands.server import CommandFailed, Server
from vexa.commands.transcript_formats import FORMATS, line_of, to_json
from vexa.contracts.errors import ConfigurationError
from vexa.contracts.meeting import TERMINAL, MeetingStatus

app = typer.Typer(no_args_is_help=True, help="Transcripts of meetings. Needs an API key.")


@app.command()
def show(
    meeting: Meeting, native_id: NativeId = None, as_json: AsJson = False, url: Url = None
) -> None:
    """Print what has been said so far, what is still changing marked with dots."""
    transcript = Server(url).as_user("GET", path_of("/transcripts", meeting, native_id))
    if as_json:
        typer.echo(to_json(transcript), nl=False)
        return
    for segment in transcript["segments"]:
        _print_segment(segment)


@app.command()
def follow(
    meeting: Meeting, native_id: NativeId = None, as_json: AsJson = False, url: Url = None
) -> None:
    """Print what has been said, and go on until the meeting ends; --json gives a line a segment."""
    asyncio.run(_follow(Server(url), address_of(meeting, native_id), as_json=as_json))


async def _follow(server: Server, address: tuple[str, str], *, as_json: bool) -> None:
    path = path_of("/transcripts", *address)
    printed: set[str] = set()
    async for frame in feed.frames(server, address):
        if frame["type"] == "subscribed":
            transcript = server.as_user("GET", path)
            _print_new(transcript["segments"], printed, as_json=as_json)
            if MeetingStatus(transcript["status"]) in TERMINAL:
                return
        elif frame["type"] == "transcript.mutable":
            _print_new(frame["payload"]["segments"], printed, as_json=as_json)
    # finals that were stored while the meeting ended
    _print_new(server.as_user("GET", path)["segments"], printed, as_json=as_json)


def _print_new(segments: list[dict[str, Any]], printed: set[str], *, as_json: bool) -> None:
    for segment in segments:
        if not segment["completed"] or segment["segment_id"] in printed:
            continue
        printed.add(segment["segment_id"])
        if as_json:
            typer.echo(json.dumps(segment, ensure_ascii=False))
        else:
            _print_segment(segment)


def _print_segment(segment: dict[str, Any]) -> None:
    typer.echo(printable(line_of(segment)) + ("" if segment["completed"] else " ..."))


@app.command()
def export(
    meeting: Meeting,
    native_id: NativeId = None,
    form: Annotated[str, typer.Option("--format", help="txt, json, srt or vtt.")] = "txt",
    out: Annotated[Path | None, typer.Option(help="File to write; else standard output.")] = None,
    url: Url = None,
) -> None:
    """Write a transcript as text, JSON or subtitles."""
    write = FORMATS.get(form)
    if write is None:
        raise ConfigurationError(f"--format: must be one of {', '.join(FORMATS)}")
    text = write(Server(url).as_user("GET", path_of("/transcripts", meeting, native_id)))
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise CommandFailed(f"{out} cannot be written: {exc.strerror}") from exc
