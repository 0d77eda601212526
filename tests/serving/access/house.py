"""A small service behind the real door, with a real ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request
from starlette.testclient import TestClient

from qualify.config import Config, Data, Service, Target
from qualify.ledger import Ledger
from serving.access import Actor, csrf_token, install, require
from serving.access.middleware import Door
from serving.access.tokens import digest_of, new_token
from serving.api.problems import install_problems

HERE = "http://127.0.0.1:8000"
PAGE = {"accept": "text/html,application/xhtml+xml"}


def config(**service: Any) -> Config:
    """The smallest configuration with a section `service`."""
    target = Target(name="sql", stage="SQL", within_days=60)
    data = Data(leads="leads.csv", stages="stages.csv", created_at="created_at")
    return Config(data=data, targets=(target,), service=Service.model_validate(service))


@dataclass
class House:
    """A service: what `install` needs of a runtime, and the application."""

    folder: Path
    config: Config | None = None
    loopback: bool = True
    app: FastAPI = field(init=False)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger.open(f"sqlite:///{self.folder / 'ledger.db'}")
        self.app = application()
        try:
            install(self.app, self, loopback=self.loopback)  # type: ignore[arg-type]
        except BaseException:
            self.ledger.close()
            raise

    def close(self) -> None:
        """Let go of the trail, which may still write, and then of the ledger."""
        for part in self.app.user_middleware:
            if part.cls is Door:
                part.kwargs["rules"].trail.close()
        self.ledger.close()

    def client(self, base: str = HERE, address: str = "127.0.0.1", **options: Any) -> TestClient:
        return TestClient(
            self.app, base, client=(address, 50_000), follow_redirects=False, raise_server_exceptions=False,
            **options,
        )  # fmt: skip

    def token(self, *scopes: str, name: str = "crm") -> dict[str, str]:
        """Make a token; return the header that shows it."""
        secret = new_token()
        self.ledger.add_token(name, digest_of(secret), scopes, "test")
        return bearer(secret)


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def application() -> FastAPI:
    """Calls and pages of the kinds that the service has."""
    app = FastAPI()
    install_problems(app)
    read, feedback = Depends(require("read")), Depends(require("feedback"))
    score, admin = Depends(require("score")), Depends(require("admin"))

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.get("/who")
    def who(actor: Actor = read) -> dict[str, Any]:
        return {"name": actor.name, "role": actor.role, "kind": actor.kind, "scopes": sorted(actor.scopes)}

    @app.get("/form")
    def form(request: Request, actor: Actor = read) -> str:
        return csrf_token(request)

    @app.get("/v1/leads/{lead_id}")
    def lead(lead_id: str, actor: Actor = read) -> str:
        return lead_id

    @app.post("/leads/{lead_id}/answer")
    async def answer(lead_id: str, request: Request, actor: Actor = feedback) -> dict[str, Any]:
        return {name: str(value) for name, value in (await request.form()).items()}

    @app.post("/v1/score")
    def scored(document: dict[str, Any], actor: Actor = score) -> int:
        return len(document)

    @app.get("/v1/settings")
    def settings(actor: Actor = admin) -> str:
        return "settings"

    return app
