"""Alembic runs this for every command; the transaction is the one that `gateway.ledger.migrations` has opened."""

from alembic import context

from gateway.ledger.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
)
with context.begin_transaction():
    context.run_migrations()
