"""Keeps the port that a host hands out in `PORT` free for the public interface. Pure."""

from __future__ import annotations

from vexa.contracts.errors import ConfigurationError
from vexa.supervision.preflight import port_variables
from vexa.supervision.settings import ContainerSettings

#: How far an internal program moves when the host wants its port.
_AWAY = 10_000
#: Ports that people call by number, so they cannot move.
_PUBLIC = {"API_GATEWAY_PORT", "ADMIN_API_PORT"}


def settle_ports(settings: ContainerSettings) -> tuple[ContainerSettings, list[str]]:
    """Return the settings with internal ports moved off `PORT`, and a line for each move.

    Raises:
        ConfigurationError: `PORT` is the admin surface's port.
    """
    if settings.port in {None, settings.api_gateway_port}:
        return settings, []
    if settings.port == settings.admin_api_port:
        raise ConfigurationError(
            f"PORT: {settings.port} is the port of the admin surface; choose another"
        )
    moved = {}
    for variable, port in port_variables(settings).items():
        if port == settings.port and variable not in _PUBLIC:
            moved[variable.lower()] = port + _AWAY if port + _AWAY < 65536 else port - _AWAY
    lines = [
        f"{name.upper()} is {port}, since PORT is {settings.port}" for name, port in moved.items()
    ]
    return settings.model_copy(update=moved), lines
