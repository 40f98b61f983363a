"""What an outsider has to know of a running simulator, for a program and in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vexa.simulator.app import Simulator
from vexa.simulator.doubles import DOUBLES


def facts(simulator: Simulator, meeting: dict[str, Any] | None) -> dict[str, Any]:
    """Return addresses, command line and meeting, as `--json` prints them."""
    return {
        "simulated": True,
        **simulator.addresses(),
        "docs_url": f"{simulator.control_url}/docs",
        "chromium_arguments": [
            f"--host-resolver-rules={simulator.host_rules}",
            "--allow-loopback-in-peer-connection",
            "--use-fake-ui-for-media-stream",
        ],
        "meeting": meeting,
    }


def meeting_facts(
    simulator: Simulator, platform: str, native_id: str, people: list[str], *, has_lobby: bool
) -> dict[str, Any]:
    """Return a meeting and its addresses: a bot's, a person's, the host's, the truth's."""
    double = DOUBLES.load(platform)
    return {
        "platform": platform,
        "native_id": native_id,
        "url": f"https://{double.hosts[0]}{double.page_path(native_id)}",
        "person_url": simulator.person_url(native_id, platform),
        "host_url": simulator.host_url(native_id),
        "truth_url": f"{simulator.control_url}/control/meetings/{native_id}/truth",
        "people": people,
        "lobby": has_lobby,
    }


def in_words(known: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that a person reads."""
    yield "The simulator is ready. What it shows is simulated: see docs/simulator.md."
    yield ""
    yield f"Control API    {known['control_url']}/control"
    yield f"  its routes   {known['docs_url']}"
    yield f"  events       {known['events_file']}"
    yield f"  truth        {known['truth_file']}"
    yield ""
    yield "Start your bot's Chromium with"
    for argument in known["chromium_arguments"]:
        name, equals, value = argument.partition("=")
        yield f'  {name}="{value}"' if equals else f"  {name}"
    yield ""
    yield from _trust(Path(known["ca_file"]))
    yield ""
    yield from _meeting(known)
    yield "Ctrl-C ends the simulator."


def _trust(ca_file: Path) -> Iterator[str]:
    yield f"and let it trust {ca_file}, which is new at each start. HOME is your bot's;"
    yield "Chromium on Linux keeps whom it trusts below it:"
    yield '  mkdir -p "$HOME/.pki/nssdb"'
    yield '  certutil -d "sql:$HOME/.pki/nssdb" -N --empty-password   # for a new HOME only'
    yield f'  certutil -d "sql:$HOME/.pki/nssdb" -A -n simulator -t C,, -i "{ca_file}"'


def _meeting(known: dict[str, Any]) -> Iterator[str]:
    meeting = known["meeting"]
    if meeting is None:
        yield "There is no meeting yet: add --platform or --people, or ask the control API:"
        yield f"  curl {known['control_url']}/control/meetings --json \\"
        yield """    '{"platform": "google_meet", "native_id": "abc-defg-hij"}'"""
        return
    yield f"Meeting        {meeting['native_id']} ({meeting['platform']})"
    yield f"  for a bot    {meeting['url']}"
    yield f"  for you      {meeting['person_url']}"
    yield f"  for its host {meeting['host_url']}"
    yield f"  what is said {meeting['truth_url']}"
    if meeting["people"]:
        yield f"{', '.join(meeting['people'])} will talk from the moment at which somebody is in."
    if meeting["lobby"]:
        yield "Whoever comes waits until you let them in on the host's page."
