"""Names that an operator may choose, each loaded only when chosen."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Generic, TypeVar, cast

from vexa.contracts.errors import ConfigurationError

T = TypeVar("T")


class Registry(Generic[T]):
    """Maps a name to `"module:attribute"`.

    A member is added by one new file and one line in the mapping.
    """

    def __init__(self, kind: str, members: Mapping[str, str]) -> None:
        self._kind = kind
        self._members = dict(members)

    @property
    def names(self) -> tuple[str, ...]:
        """All known names, sorted."""
        return tuple(sorted(self._members))

    def load(self, name: str) -> T:
        """Import and return the member called `name`.

        Raises:
            ConfigurationError: the name is not known; the message lists those that are.
        """
        try:
            target = self._members[name]
        except KeyError:
            known = ", ".join(self.names)
            raise ConfigurationError(f"unknown {self._kind} {name!r}; known: {known}") from None
        module_name, _, attribute = target.partition(":")
        return cast(T, getattr(import_module(module_name), attribute))
