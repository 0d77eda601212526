"""The short way to an endpoint: every dependency is asked on it, and a body is read whole or not at all."""

from __future__ import annotations

import asyncio

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.testclient import TestClient
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from serving.api.direct import DirectRoute, whole_body


def asks(name: str):
    """Return a dependency that notes its name, and refuses a request that names it in `x-refused-by`."""

    async def asked(request: Request) -> None:
        request.state.asked = [*getattr(request.state, "asked", []), name]
        if request.headers.get("x-refused-by") == name:
            raise HTTPException(403, name)

    return Depends(asked)


async def endpoint(request: Request, often: int = 1) -> Response:
    """Answer with the names of who was asked."""
    return Response(",".join(request.state.asked * often))


def own_route() -> tuple[FastAPI, list[str]]:
    """The application's own router."""
    app = FastAPI(dependencies=[asks("application")])
    app.router.add_api_route(
        "/x", endpoint, methods=["POST"], dependencies=[asks("route")], route_class_override=DirectRoute
    )
    return app, ["application", "route"]


def included_route() -> tuple[FastAPI, list[str]]:
    """A router that is included, with dependencies at every place that can have some."""
    router = APIRouter(dependencies=[asks("router")], route_class=DirectRoute)
    router.add_api_route("/x", endpoint, methods=["POST"], dependencies=[asks("route")])
    app = FastAPI(dependencies=[asks("application")])
    app.include_router(router, dependencies=[asks("inclusion")])
    return app, ["application", "inclusion", "router", "route"]


@pytest.mark.parametrize("made", [own_route, included_route])
@pytest.mark.parametrize(("query", "often"), [("", 1), ("?often=2", 2)])
def test_every_dependency_is_asked_in_order(made, query, often):
    app, names = made()
    answer = TestClient(app).post(f"/x{query}")
    assert answer.status_code == 200
    assert answer.text == ",".join(names * often)


@pytest.mark.parametrize("made", [own_route, included_route])
@pytest.mark.parametrize("query", ["", "?often=2"])
def test_each_dependency_can_refuse(made, query):
    app, names = made()
    for name in names:
        answer = TestClient(app).post(f"/x{query}", headers={"x-refused-by": name})
        assert (answer.status_code, answer.json()) == (403, {"detail": name})


def test_another_method_is_refused_as_by_any_route():
    app, _ = own_route()
    answer = TestClient(app).get("/x")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def request_of(*messages: dict) -> Request:
    given = iter(messages)

    async def receive() -> dict:
        return next(given)

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


def test_a_body_in_parts_is_put_together():
    first = {"type": "http.request", "body": b"ab", "more_body": True}
    empty, last = {"type": "http.request", "more_body": True}, {"type": "http.request", "body": b"c"}
    assert asyncio.run(whole_body(request_of(first, empty, last))) == b"abc"


def test_a_body_that_ends_before_its_time_is_none():
    parts = [{"type": "http.request", "body": b"ab", "more_body": True}, {"type": "http.disconnect"}]
    with pytest.raises(ClientDisconnect, match=r"^$"):
        asyncio.run(whole_body(request_of(*parts)))
