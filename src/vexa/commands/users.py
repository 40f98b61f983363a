"""`vexa user`: who may use this server, and how many bots they may run."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from vexa.commands.output import AsJson, Url, print_json, print_table
from vexa.commands.server import Server, quoted

app = typer.Typer(no_args_is_help=True, help="Users of this server. Needs the admin token.")

Who = Annotated[str, typer.Argument(metavar="USER", help="Number or e-mail of the user.")]
KeepKey = Annotated[
    bool,
    typer.Option("--keep-key", help="Keep the key in VEXA_HOME/secrets instead of printing it."),
]
_HEADS = ("ID", "E-MAIL", "NAME", "BOTS AT ONCE", "CREATED")


def find_user(server: Server, who: str) -> dict[str, Any]:
    """Return a user with their keys' facts. Raises CommandFailed."""
    if not who.isdigit():
        who = server.as_admin("GET", f"/admin/users/email/{quoted(who)}")["id"]
    user: dict[str, Any] = server.as_admin("GET", f"/admin/users/{quoted(who)}")
    return user


def print_key(server: Server, api_key: str, *, keep: bool) -> None:
    """Show a fresh key this once, or keep it for later commands."""
    if keep:
        typer.echo(f"The key is kept in {server.keep_key(api_key)}")
    else:
        typer.echo(f"API key, shown only now: {api_key}")


def _print_users(users: list[dict[str, Any]]) -> None:
    keys = ("id", "email", "name", "max_concurrent_bots", "created_at")
    print_table(_HEADS, ([user[key] for key in keys] for user in users))


@app.command()
def create(
    email: str,
    name: Annotated[str | None, typer.Option(help="Name of the user.")] = None,
    limit: Annotated[int | None, typer.Option(help="Bots that may run at once.")] = None,
    keep_key: KeepKey = False,
    as_json: AsJson = False,
    url: Url = None,
) -> None:
    """Make a user, or find the one with this e-mail, and mint a key."""
    server = Server(url)
    body = {"email": email, "name": name, "max_concurrent_bots": limit}
    given = {key: value for key, value in body.items() if value is not None}
    user = server.as_admin("POST", "/users", json=given)
    if as_json:
        if keep_key:
            server.keep_key(user.pop("api_key"))
        print_json(user)
        return
    _print_users([user])
    print_key(server, user["api_key"], keep=keep_key)


@app.command("list")
def list_users(
    skip: Annotated[int, typer.Option(help="How many to pass over.")] = 0,
    limit: Annotated[int, typer.Option(help="How many to list.")] = 100,
    as_json: AsJson = False,
    url: Url = None,
) -> None:
    """List users."""
    params = {"skip": skip, "limit": limit}
    users = Server(url).as_admin("GET", "/admin/users", params=params)
    if as_json:
        print_json(users)
    else:
        _print_users(users)


@app.command()
def show(user: Who, as_json: AsJson = False, url: Url = None) -> None:
    """Show a user and their keys, of which only the facts are known."""
    found = find_user(Server(url), user)
    if as_json:
        print_json(found)
        return
    _print_users([found])
    typer.echo(f"{len(found['api_tokens'])} keys; `vexa token list {found['id']}` lists them")


@app.command()
def limit(
    user: Who,
    bots: Annotated[int, typer.Argument(help="Bots that may run at once; 0 = any number.")],
    as_json: AsJson = False,
    url: Url = None,
) -> None:
    """Change how many bots a user may run at once."""
    server = Server(url)
    path = f"/admin/users/{find_user(server, user)['id']}"
    changed = server.as_admin("PATCH", path, json={"max_concurrent_bots": bots})
    if as_json:
        print_json(changed)
    else:
        _print_users([changed])
