"""What every `Service` does: the fake one and the real ones pass this suite."""

from __future__ import annotations

import pytest


class ServiceContract:
    """A subclass gives a service that has access, one that lacks it, and what was asked of them."""

    @pytest.fixture
    def service(self):
        """Give a service whose model answers."""
        raise NotImplementedError

    @pytest.fixture
    def lacking(self):
        """Give a service whose model may not be used."""
        raise NotImplementedError

    def asked(self, service) -> int:
        """Return how many calls were made."""
        raise NotImplementedError

    def test_what_it_costs_is_said_before(self, service):
        """In one line, with calls, tokens and the model."""
        assert "1 call of about" in service.cost
        assert service.cost.isprintable()
        assert self.asked(service) == 0

    def test_access_is_found(self, service):
        """By one call; nothing failed."""
        found = list(service.checks(call=True))
        assert {check.state for check in found} == {"ok"}
        assert self.asked(service) == 1

    def test_without_a_call_the_model_is_skipped(self, service):
        """And said to be."""
        found = {check.name: check.state for check in service.checks(call=False)}
        assert found["model"] == "skipped"
        assert self.asked(service) == 0

    def test_what_is_missing_comes_with_advice(self, lacking):
        """One line each, with what to do."""
        failed = [check for check in lacking.checks(call=True) if check.state == "failed"]
        assert [check.name for check in failed] == ["model"]
        assert all(check.advice and check.found.isprintable() for check in failed)
