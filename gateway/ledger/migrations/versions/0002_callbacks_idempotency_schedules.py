"""Callbacks and silence of tasks, idempotency keys, schedules."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns and the tables."""
    op.add_column("tasks", sa.Column("callback_url", sa.Text))
    op.add_column("tasks", sa.Column("silent_at", sa.BigInteger))
    waits = sa.text("status = 'pending'")
    urgency = sa.text("priority DESC")
    op.create_index("tasks_waiting", "tasks", ["kind", urgency, "id"], sqlite_where=waits, postgresql_where=waits)
    op.create_index("tasks_by_caller_and_status", "tasks", ["caller", "status", "id"])
    op.create_index("tasks_by_kind", "tasks", ["kind", "id"])
    op.create_table(
        "idempotency",
        sa.Column("key_hash", sa.Text, primary_key=True),
        sa.Column("body_hash", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("task_id", sa.Text),
        sa.Column("answer", sa.Text),
    )
    op.create_index("idempotency_until", "idempotency", ["until"])
    of_task = sa.text("task_id IS NOT NULL")
    op.create_index("idempotency_by_task", "idempotency", ["task_id"], sqlite_where=of_task, postgresql_where=of_task)
    op.create_table(
        "schedules",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("due_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("schedules")
    op.drop_table("idempotency")
    op.drop_index("tasks_waiting", "tasks")
    op.drop_index("tasks_by_kind", "tasks")
    op.drop_index("tasks_by_caller_and_status", "tasks")
    op.drop_column("tasks", "silent_at")
    op.drop_column("tasks", "callback_url")
