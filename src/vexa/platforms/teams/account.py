"""Is the page before a meeting signed in? Only what an account alone is shown says yes.

Pure: looks in, a proof or an end out. A name field in place of the account's own control, or a
sign-in page that asks for something, is an account that is signed out: the bot then joins nothing.
A page that shows neither proves nothing, and is not joined either.
"""

from __future__ import annotations

from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.platforms.base import PageView
from vexa.platforms.teams import selectors

#: A signed-in page may ask for a name for so long while it loads: our own choice, as on Meet.
_ASKED_S = 5.0
#: A sign-in host may stand for so long, asking for nothing, while it hands the session on: our own
#: choice, several loads of a page.
_PASSING_S = 20.0
#: What is seen counts when so many looks in a row show it.
_SURE = 2


def signed_out(reason: str) -> JoinError:
    """Return the end of a way in whose account is signed out."""
    return JoinError(Outcome.ACCOUNT_SIGNED_OUT, f"join: {reason}")


def asks_guests(view: PageView) -> bool:
    """Tell whether the page offers what it offers to nobody who is signed in."""
    return view.has("name_input") or view.has("sign_in_button")


class Proof:
    """Takes every look on the way to the knock. `every_s`: time between two of them."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._asked_s = self._passing_s = 0.0
        self._forms = self._proved = 0

    def is_passing(self, view: PageView) -> bool:
        """Take a look; tell whether a sign-in host is still handing the session on.

        Raises:
            JoinError: it asks who the bot is, or stands too long.
        """
        is_there = view.host in selectors.SIGN_IN_HOSTS
        is_form = is_there and (view.has("sign_in_form") or view.has("password_form"))
        self._forms = self._forms + 1 if is_form else 0
        self._passing_s = self._passing_s + self._every_s if is_there else 0.0
        if self._forms >= _SURE or self._passing_s >= _PASSING_S:
            raise signed_out(f"{view.host} asks to sign in")
        return is_there

    def is_proved(self, view: PageView) -> bool:
        """Take a look at a page of Teams; tell whether it surely is the account's.

        Raises:
            JoinError: it surely is a guest's.
        """
        self._asked_s = self._asked_s + self._every_s if asks_guests(view) else 0.0
        if self._asked_s >= _ASKED_S:
            raise signed_out("the page asks for a name")
        can_join = view.has("join_button") or view.has("join_text_button")
        is_own = can_join and view.has("account") and not asks_guests(view)
        self._proved = self._proved + 1 if is_own else 0
        return self._proved >= _SURE
