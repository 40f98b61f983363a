"""Alembic migrations, one file per change. Run through `vexa.storage.migrate`."""
