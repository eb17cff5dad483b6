"""What Alembic runs to run the steps: over the connection that it is given, in the transaction that runs there."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
