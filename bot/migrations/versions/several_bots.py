"""Version 2: whose turn an update takes and which bot answers it, and which bots are alive."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "2", "1"


def upgrade() -> None:
    """Add them; what is waiting is nobody's yet."""
    op.add_column("inbox", sa.Column("lane", sa.BigInteger))
    op.add_column("inbox", sa.Column("bot", sa.String))
    op.create_index("ix_inbox_lane", "inbox", ["lane"])
    seen_at = sa.Column("seen_at", sa.Double, nullable=False)
    op.create_table("bots", sa.Column("bot", sa.String, primary_key=True), seen_at, sqlite_with_rowid=False)
