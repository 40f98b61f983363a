"""Parameters that several routes share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from vexa.contracts.http.users import MAX_INTEGER

#: Ids and offsets; a larger one is refused here, not by the database.
Id = Annotated[int, Path(ge=0, le=MAX_INTEGER)]
Skip = Annotated[int, Query(ge=0, le=MAX_INTEGER, description="leave out so many")]
Limit = Annotated[int, Query(ge=1, le=1000, description="at most so many")]
