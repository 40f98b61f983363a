"""Alembic's entry point: runs on the connection that `vexa.storage.migrate` hands over."""

from __future__ import annotations

from alembic import context

from vexa.storage.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite can roll DDL back too; the caller holds the one transaction
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
