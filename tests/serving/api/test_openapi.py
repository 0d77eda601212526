"""The service does what its own description says (schemathesis, bounded)."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

ROUNDS = 20
HOST = {"Host": "127.0.0.1"}
CALLS = [
    ("POST", "/v1/score"), ("POST", "/v1/score/batch"), ("GET", "/v1/leads"), ("GET", "/v1/leads/{lead_id}"),
    ("POST", "/v1/leads/{lead_id}/feedback"), ("GET", "/v1/leads/{lead_id}/handoff"), ("GET", "/healthz"),
    ("GET", "/readyz"), ("GET", "/metrics"),
]  # fmt: skip


@pytest.fixture(scope="session")
def described(client):
    return schemathesis.openapi.from_asgi("/openapi.json", Running(client.app), headers=HOST)


class Running:
    """The application of `client`, which started it, and will stop it."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})


def test_no_call_is_left_out(described):
    found = [result.ok() for result in described.get_all_operations()]
    assert {(each.method.upper(), each.path) for each in found} == set(CALLS)


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_call(described, method, path):
    @settings(max_examples=ROUNDS, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=described[path][method].as_strategy())
    def law(case):
        # A text of the right form can still be no time, and no cursor that was given out.
        case.call_and_validate(headers=HOST, excluded_checks=[positive_data_acceptance])

    law()
