"""The numbers that the monitor works by."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What the settings say of the monitor's work."""

    max_attempts: int
    attempts_by_kind: Mapping[str, int] = field(default_factory=dict)  #: instead of that
    wait_ms: int = 600_000  #: a task may wait for a worker
    wait_ms_by_kind: Mapping[str, int] = field(default_factory=dict)  #: instead of that
    at_once: Mapping[str, int] = field(default_factory=dict)  #: by kind, how many may be processing
    lease_ms: int = 10_000
    log_max_bytes: int
    report_retention_days: int
    content_retention_days: int
    task_retention_days: int
