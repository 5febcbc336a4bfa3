"""Tasks with their events, alerts, leaders, and the keys of `gateway.access`."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first tables."""
    _create_tasks()
    _create_task_events()
    _create_alerts()
    op.create_table(
        "leaders",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
    )


def downgrade() -> None:
    """Drop everything."""
    for table in ("api_keys", "leaders", "alerts", "task_events", "tasks"):
        op.drop_table(table)


def _create_tasks() -> None:
    live = sa.text("due_at IS NOT NULL")
    op.create_table(
        "tasks",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("pool", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("launches", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("not_before", sa.BigInteger),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("progress", sa.Float),
        sa.Column("result", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("updated_at", sa.BigInteger),
        sa.Column("finished_at", sa.BigInteger),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'completed', 'failed', 'canceled')", name="tasks_status"
        ),
        sa.CheckConstraint("(status IN ('pending', 'processing')) = (due_at IS NOT NULL)", name="tasks_live_is_due"),
    )
    op.create_index(
        "tasks_due",
        "tasks",
        ["due_at", "pool", "status", "created_at"],
        sqlite_where=live,
        postgresql_where=live,
    )
    op.create_index("tasks_by_caller", "tasks", ["caller", "id"])
    op.create_index("tasks_by_status", "tasks", ["status", "id"])
    holds = sa.text("finished_at IS NOT NULL AND payload <> '{}'")
    op.create_index("tasks_to_wipe", "tasks", ["finished_at"], sqlite_where=holds, postgresql_where=holds)


def _create_task_events() -> None:
    op.create_table(
        "task_events",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True),
        sa.Column(
            "task_id",
            sa.Text,
            sa.ForeignKey("tasks.id", name="task_events_task", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("from_status", sa.Text),
        sa.Column("to_status", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("remark", sa.Text),
    )
    op.create_index("task_events_by_task", "task_events", ["task_id", "seq"])


def _create_alerts() -> None:
    unreported = sa.text("reported < times")
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text),
        sa.Column("found", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("reported", sa.Integer, nullable=False),
    )
    op.create_index("alerts_by_fingerprint", "alerts", ["fingerprint", "at"])
    op.create_index(
        "alerts_unreported",
        "alerts",
        ["last_at"],
        sqlite_where=unreported,
        postgresql_where=unreported,
    )
