"""Ports for a server that must not clash with one that already runs on this machine."""

from __future__ import annotations

import socket
from typing import Any

from vexa.contracts.errors import ConfigurationError
from vexa.kit.settings import load_settings
from vexa.supervision import preflight
from vexa.supervision.settings import UpSettings


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in sockets]
    finally:
        for probe in sockets:
            probe.close()


def settings_with_free_ports(**overrides: Any) -> UpSettings:
    """Read the settings; if one of the ports is in use, take six that are free.

    Args:
        **overrides: fields that win over the environment.
    """
    settings = load_settings(UpSettings, **overrides)
    try:
        preflight.check_ports(settings)
    except ConfigurationError:
        names = [name.lower() for name in preflight.port_variables(settings)]
        ports = dict(zip(names, _free_ports(len(names)), strict=True))
        settings = load_settings(UpSettings, **{**ports, **overrides})
    return settings
