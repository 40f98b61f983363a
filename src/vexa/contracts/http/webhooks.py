"""Bodies of `/user/webhook`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from vexa.contracts.webhooks import DeliveryOutcome, DeliveryStatus

#: Shown instead of a secret, as generation 0.12 does.
MASK = "********"

_EventName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]


class WebhookUpdate(BaseModel):
    """PUT /user/webhook. What is left out stays as it is."""

    model_config = ConfigDict(extra="ignore")

    webhook_url: str | None = Field(
        None, max_length=2048, description="http(s) URL; null or empty turns webhooks off"
    )
    webhook_secret: str | None = Field(
        None,
        max_length=512,
        description=(
            "signs deliveries; a replaced one also signs for 24 h more, null or empty removes all; "
            "printable ASCII"
        ),
    )
    webhook_events: dict[_EventName, bool] | None = Field(
        None,
        max_length=50,
        description=(
            "event type → whether to send it; with a map `meeting.completed` is on and all others "
            "are off unless named; null: every status change and the end, as in generation 0.6"
        ),
    )


class WebhookSettings(BaseModel):
    """GET /user/webhook. `disabled_reason` says why nothing is sent; setting the URL ends that."""

    webhook_url: str | None
    webhook_secret: str | None = Field(description=f"`{MASK}` when there is one")
    webhook_events: dict[str, bool] | None
    disabled_reason: str | None


class WebhookSecret(BaseModel):
    """POST /user/webhook/rotate: the new secret, shown this once."""

    webhook_secret: str


class DeliveryTry(BaseModel):
    """One try. Without `finished_at` it goes on now, or the sender died."""

    number: int
    started_at: str
    finished_at: str | None
    status_code: int | None
    error: str | None = Field(
        description=(
            "null for a success, else timeout, no_connection, connection_broken, refused, "
            "redirect, gone, address_not_allowed or interrupted"
        )
    )


class Delivery(BaseModel):
    """One event for the endpoint, and every try to deliver it. Times are ISO UTC."""

    id: int
    event_id: str
    event_type: str
    meeting_id: int | None
    target_host: str | None = Field(description="where the webhook points now; never the whole URL")
    status: DeliveryStatus
    outcome: DeliveryOutcome
    status_code: int | None = Field(description="of the latest answer")
    attempt: int = Field(description="tries since the event, or since it was replayed")
    next_try_at: str | None
    created_at: str
    finished_at: str | None
    tries: list[DeliveryTry]


class DeliveryList(BaseModel):
    """GET /user/webhook/deliveries: newest first."""

    deliveries: list[Delivery]
