"""The shipped detectors keep the contract that is asked of everybody's."""

import pytest

from gateway.screening.detectors import shipped
from gateway.testing import DetectorContract


class TestShippedDetectors(DetectorContract):
    @pytest.fixture(autouse=True, params=shipped().values(), ids=shipped().keys())
    def _each(self, request: pytest.FixtureRequest) -> None:
        self._detector = request.param

    def detector(self):
        return self._detector
