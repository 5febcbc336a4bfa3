"""
Contract suites for code of your own: subclass one, name the class `Test…`, and let pytest collect it.

The suites are plain asserts and need nothing but the gateway itself; docs/plug-ins.md shows each at work.
"""

from gateway.testing.detectors import DetectorContract
from gateway.testing.processors import ProcessorContract, a_job

__all__ = ["DetectorContract", "ProcessorContract", "a_job"]
