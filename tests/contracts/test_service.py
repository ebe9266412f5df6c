"""The fake is a `Service`."""

from __future__ import annotations

import pytest
from contracts.service import ServiceContract
from fakes import FakeService


class TestFakeService(ServiceContract):
    """FakeService."""

    @pytest.fixture
    def service(self):
        """Give one that answers."""
        return FakeService()

    @pytest.fixture
    def lacking(self):
        """Give one that has no access."""
        return FakeService("access is denied")

    def asked(self, service) -> int:
        """See `ServiceContract.asked`."""
        return service.asked
