"""Orders about visitors: let in, refuse, remove, and what their pages should suffer.

Each order is one line of a table: its path, its body, for whom it makes sense, what it does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Body

from vexa.contracts.errors import Conflict, InvalidInput
from vexa.simulator import control_bodies as bodies
from vexa.simulator.doubles import DOUBLES, Double
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.meetings import VisitorState
from vexa.simulator.meetings_index import MeetingsIndex

KNOCKING = (VisitorState.KNOCKING,)
IN_CALL = (VisitorState.IN_CALL,)
ANYWHERE = (VisitorState.PREJOIN, VisitorState.KNOCKING, VisitorState.IN_CALL)

C = TypeVar("C", bound=bodies.VisitorChoice)
Act = Callable[[LiveMeeting, str, Any], None]


@dataclass(frozen=True)
class _Order:
    path: str
    summary: str
    body: type[bodies.VisitorChoice]
    states: tuple[VisitorState, ...]
    act: Act
    #: Raises where the meeting's platform has nothing of the kind.
    check: Callable[[LiveMeeting], None] = lambda _meeting: None


def _put_out(state: VisitorState) -> Act:
    return lambda meeting, visitor, _body: meeting.put_out(visitor, state)


def _effect(name: str) -> Act:
    return lambda meeting, visitor, body: meeting.effect(
        visitor, name, **body.model_dump(exclude={"visitor"})
    )


def _admit(meeting: LiveMeeting, visitor: str, _body: Any) -> None:
    meeting.admit(visitor)


def _toast(meeting: LiveMeeting, visitor: str, body: bodies.ToastBody) -> None:
    what = {"text": body.text} if body.text else {"text_key": "reconnecting"}
    meeting.effect(visitor, "toast", duration_s=body.duration_s, **what)


def _double(meeting: LiveMeeting) -> Double:
    return DOUBLES.load(meeting.state.options.platform)


def _dialog(meeting: LiveMeeting, visitor: str, body: bodies.DialogBody) -> None:
    known = _double(meeting).dialogs
    if body.dialog not in known:
        raise InvalidInput(f"dialogs here: {', '.join(sorted(known))}", field="dialog")
    meeting.effect(visitor, "dialog", dialog=body.dialog)


def _check_captcha(meeting: LiveMeeting) -> None:
    if not _double(meeting).has_captcha:
        known = [name for name in DOUBLES.names if DOUBLES.load(name).has_captcha]
        raise InvalidInput(f"platforms with a captcha: {', '.join(known)}", field="platform")


def _layout(meeting: LiveMeeting, visitor: str, body: bodies.LayoutBody) -> None:
    known = _double(meeting).layouts
    if body.layout not in known:
        raise InvalidInput(f"layouts here: {', '.join(sorted(known))}", field="layout")
    meeting.effect(visitor, "layout", layout=body.layout)


def _own_effect(meeting: LiveMeeting, visitor: str, body: bodies.EffectBody) -> None:
    known = _double(meeting).effects
    if body.effect not in known:
        raise InvalidInput(f"effects here: {', '.join(sorted(known))}", field="effect")
    meeting.effect(visitor, body.effect, **body.details)


def _navigate(meeting: LiveMeeting, visitor: str, body: bodies.NavigateBody) -> None:
    url = _double(meeting).sign_in_url if body.to == "sign_in" else "/"
    meeting.effect(visitor, "navigate", url=url)


def _drop_network(meeting: LiveMeeting, visitor: str, body: bodies.NetworkBody) -> None:
    meeting.drop_network(visitor, body.duration_s)


_ORDERS = (
    _Order("admit", "Let in from the lobby", bodies.VisitorChoice, KNOCKING, _admit),
    _Order("deny", "Refuse", bodies.VisitorChoice, KNOCKING, _put_out(VisitorState.DENIED)),
    _Order(
        "expire",
        "Let the knock time out",
        bodies.VisitorChoice,
        KNOCKING,
        _put_out(VisitorState.TIMEOUT),
    ),
    _Order(
        "block",
        "Answer the knock with the platform's own refusal",
        bodies.VisitorChoice,
        KNOCKING,
        _put_out(VisitorState.BLOCKED),
    ),
    _Order(
        "remove",
        "Remove from the call",
        bodies.VisitorChoice,
        IN_CALL,
        _put_out(VisitorState.REMOVED),
    ),
    _Order("mute", "Switch the microphone off", bodies.VisitorChoice, IN_CALL, _effect("mute")),
    _Order("kill_page", "Make the page go black", bodies.VisitorChoice, ANYWHERE, _effect("kill")),
    _Order(
        "captcha",
        "Show a visible challenge",
        bodies.VisitorChoice,
        ANYWHERE,
        _effect("captcha"),
        _check_captcha,
    ),
    _Order("dialog", "Show a dialog", bodies.DialogBody, ANYWHERE, _dialog),
    _Order("effect", "What only this platform has", bodies.EffectBody, ANYWHERE, _own_effect),
    _Order("stall", "Stall the main thread", bodies.StallBody, ANYWHERE, _effect("stall")),
    _Order("relayout", "Arrange the tiles anew", bodies.RelayoutBody, IN_CALL, _effect("relayout")),
    _Order("layout", "Switch the layout", bodies.LayoutBody, IN_CALL, _layout),
    _Order(
        "hide_toolbar",
        "Hide the toolbar until the mouse moves",
        bodies.VisitorChoice,
        IN_CALL,
        _effect("hide_toolbar"),
    ),
    _Order("toast", "Show a toast with role=alert", bodies.ToastBody, ANYWHERE, _toast),
    _Order("navigate", "Send the page elsewhere", bodies.NavigateBody, ANYWHERE, _navigate),
    _Order("drop_network", "Let nothing pass", bodies.NetworkBody, IN_CALL, _drop_network),
)


def _chosen(
    meeting: LiveMeeting, choice: bodies.VisitorChoice, states: tuple[VisitorState, ...]
) -> list[str]:
    if choice.visitor is not None:
        return [meeting.state.visitor(choice.visitor).visitor_id]
    found = [visitor.visitor_id for visitor in meeting.state.in_state(*states)]
    if not found:
        raise Conflict(f"no visitor is {' or '.join(states)}")
    return found


def add_orders(router: APIRouter, index: MeetingsIndex) -> None:
    """Add one POST route for each order; 409 when no visitor is in a fitting state."""
    for order in _ORDERS:
        _add(router, index, order, order.body)


def _add(router: APIRouter, index: MeetingsIndex, order: _Order, kind: type[C]) -> None:
    async def carry_out(code: str, body: C) -> None:
        meeting = index.get(code)
        order.check(meeting)
        for visitor in _chosen(meeting, body, order.states):
            order.act(meeting, visitor, body)

    given = Annotated[kind, Body(default_factory=kind)] if _may_be_empty(kind) else kind
    carry_out.__annotations__ = {"code": str, "body": given, "return": None}
    router.post(
        f"/meetings/{{code}}/{order.path}",
        status_code=204,
        summary=order.summary,
        name=order.path,
        operation_id=f"order_{order.path}",
    )(carry_out)


def _may_be_empty(kind: type[bodies.VisitorChoice]) -> bool:
    return not any(field.is_required() for field in kind.model_fields.values())
