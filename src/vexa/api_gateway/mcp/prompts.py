"""The four prompts that MCP clients know, in words of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Longest argument that is put into a prompt, characters.
_MAX_ARGUMENT = 4000


@dataclass(frozen=True, slots=True)
class Argument:
    """One blank of a prompt."""

    name: str
    description: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text with one line for each argument that was given."""

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    text: str

    def missing(self, given: Mapping[str, str]) -> list[str]:
        """Return the required arguments that are not there."""
        return [a.name for a in self.arguments if a.required and not given.get(a.name, "").strip()]

    def filled(self, given: Mapping[str, str]) -> str:
        """Return the text, followed by what was given."""
        lines = [
            f"- {argument.name}: {given[argument.name].strip()[:_MAX_ARGUMENT]}"
            for argument in self.arguments
            if given.get(argument.name, "").strip()
        ]
        return "\n".join([self.text, "", "What I know:", *(lines or ["- nothing yet"])])


_LINK = Argument("meeting_url", "The whole meeting link.")
_MEETING = (
    Argument("meeting_platform", "Platform of the meeting, such as google_meet.", required=True),
    Argument("meeting_id", "The platform's own id of the meeting.", required=True),
)

_PREPARE = """\
Help me get a meeting transcribed.
1. With a link, find out what it means with parse_meeting_link; say so if it cannot be joined.
2. Send a bot with request_meeting_bot: meeting_url if there is a link, else native_meeting_id and
   platform. The answer already_exists is fine: a bot is there.
3. With notes, write them on the meeting with update_meeting_data.
4. Tell me the meeting's platform and id, the bot's status, and that someone in the meeting may
   have to let the bot in."""

_DURING = """\
Follow a meeting that is going on.
1. Look with get_bot_status whether the bot is in it. If it waits in the lobby, tell me whom to ask.
2. Read get_meeting_transcript. Segments with completed false may still change.
3. If nothing was said yet, say which of these it is: not let in yet, or in and all silent.
4. Give me the main points, decisions and open tasks so far, with who said what."""

_AFTER = """\
Work up a meeting that has ended.
1. Read get_meeting_bundle with include_segments true.
2. Write: a summary in five sentences; decisions; tasks, each with a person and a date where they
   were said; questions that stayed open.
3. Give only what the transcript holds, and the share link last."""

_TEAMS = """\
Help me with a Microsoft Teams link.
1. Call parse_meeting_link with it, and show platform, id and whether there is a passcode.
2. If it is refused, tell me in plain words which form is needed: the link of the invitation, with
   the passcode that follows ?p= or stands below the link.
3. If it is understood, offer to send a bot with request_meeting_bot and the same meeting_url."""

PROMPTS = {
    prompt.name: prompt
    for prompt in (
        Prompt(
            "vexa.meeting_prep",
            "Prepare a meeting",
            "Understand a link, send a bot, keep notes on the meeting.",
            (
                _LINK,
                Argument("meeting_platform", "Platform, where there is no link."),
                Argument("meeting_id", "The platform's own id, where there is no link."),
                Argument("notes", "What to keep on the meeting: agenda, context."),
            ),
            _PREPARE,
        ),
        Prompt(
            "vexa.during_meeting",
            "Follow a meeting",
            "What is going on in a meeting now.",
            _MEETING,
            _DURING,
        ),
        Prompt(
            "vexa.post_meeting",
            "Work up a meeting",
            "Summary, decisions and tasks of a meeting that has ended.",
            _MEETING,
            _AFTER,
        ),
        Prompt(
            "vexa.teams_link_help",
            "Help with a Teams link",
            "What a Microsoft Teams link means, and what it lacks.",
            (_LINK,),
            _TEAMS,
        ),
    )
}
