"""How alembic finds the database: the same way as the shop does."""

from alembic import context

from shop.database import engine

with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
