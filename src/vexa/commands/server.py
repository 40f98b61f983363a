"""The running server, as a command reaches it: address, secrets, and errors as one line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from vexa.commands.settings import CommandSettings
from vexa.contracts.errors import ConfigurationError, VexaError
from vexa.kit.settings import load_settings

if TYPE_CHECKING:
    import httpx2

#: The kept key of a user, beside the secrets that `vexa up` makes.
KEY_FILE = "api_key"
ADMIN_TOKEN_FILE = "admin_api_token"
_TIMEOUT_S = 60.0
#: Only to this machine is a secret sent that was found in a file of this machine.
_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class CommandFailed(VexaError):
    """The server refused what a command asked for, or cannot be reached."""

    code = "command_failed"


class Server:
    """One server.

    Args:
        url: its address; VEXA_URL or this machine's gateway when None.

    Raises:
        ConfigurationError: the address is none.
    """

    def __init__(self, url: str | None) -> None:
        self._settings = load_settings(CommandSettings)
        self.url = (url or self._settings.vexa_url or self._settings.local_url).rstrip("/")
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigurationError("VEXA_URL: must be an http:// or https:// address")
        self._is_local = parts.hostname in _LOCAL_HOSTS

    @property
    def user_headers(self) -> dict[str, str]:
        """Header with the API key. Raises ConfigurationError when there is none."""
        given = self._settings.vexa_api_key
        return {"X-API-Key": given.get_secret_value() if given else self._kept(KEY_FILE, "a key")}

    @property
    def admin_headers(self) -> dict[str, str]:
        """Header with the admin token. Raises ConfigurationError when there is none."""
        given = self._settings.admin_api_token
        token = given.get_secret_value() if given else self._kept(ADMIN_TOKEN_FILE, "the token")
        return {"X-Admin-API-Key": token}

    def _kept(self, name: str, what: str) -> str:
        variable = "VEXA_API_KEY" if name == KEY_FILE else "ADMIN_API_TOKEN"
        if self._is_local:
            try:
                return (self._secrets / name).read_text().strip()
            except OSError:
                pass
        where = f"; none is kept in {self._secrets / name}" if self._is_local else ""
        raise ConfigurationError(f"{variable}: set it to {what} of {self.url}{where}")

    @property
    def _secrets(self) -> Path:
        return self._settings.vexa_home.resolve() / "secrets"

    def keep_key(self, api_key: str) -> Path:
        """Keep a user's key for later commands on this machine (0600); return its file."""
        self._secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._secrets / KEY_FILE
        draft = path.with_name(f".{KEY_FILE}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(api_key)
        draft.replace(path)
        return path

    def as_user(self, method: str, path: str, **options: Any) -> Any:
        """Call a route with the API key; return its JSON, or None for an empty answer.

        Raises:
            CommandFailed: the server refuses, or cannot be reached.
            ConfigurationError: there is no key.
        """
        return self._call(method, path, self.user_headers, options)

    def as_admin(self, method: str, path: str, **options: Any) -> Any:
        """Call a route with the admin token. See `as_user`."""
        return self._call(method, path, self.admin_headers, options)

    def _call(
        self, method: str, path: str, headers: dict[str, str], options: dict[str, Any]
    ) -> Any:
        # imported here, since every program passes through the module that lists the commands
        import httpx2

        try:
            answer = httpx2.request(
                method,
                self.url + path,
                headers=headers,
                timeout=_TIMEOUT_S,
                trust_env=False,
                **options,
            )
        except httpx2.HTTPError as exc:
            raise CommandFailed(
                f"{self.url} cannot be reached ({type(exc).__name__}); is the server running?"
            ) from exc
        if answer.is_error:
            raise CommandFailed(_refusal(answer))
        return answer.json() if answer.content else None


def quoted(value: object) -> str:
    """Make a value fit for one part of a path."""
    return quote(str(value), safe="")


def _refusal(answer: httpx2.Response) -> str:
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        return f"the server answered {answer.status_code}"
    if isinstance(detail, list):
        detail = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in detail)
    return f"{detail} ({answer.status_code})"
