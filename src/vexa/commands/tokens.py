"""`vexa token`: the keys of a user."""

from __future__ import annotations

from typing import Annotated

import typer

from vexa.commands.output import AsJson, Url, print_json, print_table
from vexa.commands.server import Server
from vexa.commands.users import KeepKey, Who, find_user, print_key

app = typer.Typer(no_args_is_help=True, help="Keys of users. Needs the admin token.")

_HEADS = ("ID", "NAME", "SCOPES", "CREATED", "LAST USED", "EXPIRES")


@app.command()
def create(
    user: Who,
    name: Annotated[str | None, typer.Option(help="What the key is for.")] = None,
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do; may be given several times.")
    ] = None,
    expires_in: Annotated[int | None, typer.Option(help="Seconds until it ends.")] = None,
    keep_key: KeepKey = False,
    as_json: AsJson = False,
    url: Url = None,
) -> None:
    """Mint one more key for a user."""
    server = Server(url)
    wanted = {"name": name, "scopes": ",".join(scope or []) or None, "expires_in": expires_in}
    params = {key: value for key, value in wanted.items() if value is not None}
    path = f"/admin/users/{find_user(server, user)['id']}/tokens"
    token = server.as_admin("POST", path, params=params)
    if as_json:
        if keep_key:
            server.keep_key(token.pop("token"))
        print_json(token)
    else:
        print_key(server, token["token"], keep=keep_key)


@app.command("list")
def list_tokens(user: Who, as_json: AsJson = False, url: Url = None) -> None:
    """List a user's keys: when made, when used, never the key itself."""
    tokens = find_user(Server(url), user)["api_tokens"]
    if as_json:
        print_json(tokens)
        return
    rows = (
        [
            token["id"],
            token.get("name"),
            ",".join(token.get("scopes") or []) or "all",
            token["created_at"],
            token["last_used_at"],
            token["expires_at"],
        ]
        for token in tokens
    )
    print_table(_HEADS, rows)


@app.command()
def revoke(
    token: Annotated[int, typer.Argument(help="Number of the key.")], url: Url = None
) -> None:
    """End a key; requests with it are refused from then on."""
    Server(url).as_admin("DELETE", f"/admin/tokens/{token}")
    typer.echo(f"key {token} is revoked")
