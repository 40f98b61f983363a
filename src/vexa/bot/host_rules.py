"""Where a bot's browser goes instead of, or besides, the public internet. Pure.

The form is that of Chromium's `--host-resolver-rules`, as far as a bot needs it: `MAP host address`
sends a host to another address, `MAP host ~NOTFOUND` closes it, `EXCLUDE host` opens a host that is
not public. A `*` in the host stands for anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from vexa.contracts.errors import ConfigurationError, UnsafeUrl

_CLOSED = "~notfound"
_TARGET = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a connection goes. `is_open` tells that an operator named it: no check is made."""

    host: str
    port: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: str
    host: str | None
    port: int | None


class HostRules:
    """What an operator says about hosts."""

    def __init__(self, text: str | None) -> None:
        """Read the rules.

        Raises:
            ConfigurationError: names the rule that cannot be read.
        """
        self._excluded: list[str] = []
        self._maps: list[_Rule] = []
        for item in (text or "").lower().split(","):
            match item.split():
                case []:
                    continue
                case ["exclude", pattern]:
                    self._excluded.append(pattern)
                case ["map", pattern, target] if target == _CLOSED:
                    self._maps.append(_Rule(pattern, None, None))
                case ["map", pattern, target] if found := _TARGET.fullmatch(target):
                    port = int(found["port"]) if found["port"] else None
                    self._maps.append(_Rule(pattern, found["host"].strip("[]"), port))
                case _:
                    raise ConfigurationError(
                        f"host rule {item.strip()!r} must be 'MAP host address[:port]', "
                        "'MAP host ~NOTFOUND' or 'EXCLUDE host'"
                    )

    def target(self, host: str, port: int) -> Target:
        """Say where a connection to `host` goes. An excluded host counts before any map.

        Raises:
            UnsafeUrl: a rule closes the host.
        """
        if any(fnmatchcase(host, pattern) for pattern in self._excluded):
            return Target(host, port, is_open=True)
        for rule in self._maps:
            if fnmatchcase(host, rule.pattern):
                if rule.host is None:
                    raise UnsafeUrl("A host rule closes this host.")
                return Target(rule.host, rule.port or port, is_open=True)
        return Target(host, port, is_open=False)
