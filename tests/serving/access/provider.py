"""An OpenID Connect provider: a real server that checks what a client sends, and can be told to cheat."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "qualify-client", "the-client-secret"


class Provider:
    """Signs everybody in as `user`; `claims` overrides what its id token says."""

    def __init__(self) -> None:
        self.issuer = ""
        self.user: dict[str, Any] = {"sub": "1", "email": "ada@example.com", "email_verified": True}
        self.claims: dict[str, Any] = {}
        self.key = self.shown = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.id_token = True
        self.asked: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self.metadata)
        self.app.get("/authorize")(self.authorize)
        self.app.post("/token")(self.token)
        self.app.get("/jwks")(self.jwks)

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
        }  # fmt: skip

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self.shown.as_dict(private=False)]}

    def authorize(self, request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    def token(
        self, request: Request, code: str = Form(), redirect_uri: str = Form(), code_verifier: str = Form()
    ) -> dict[str, Any]:
        asked = self._codes.pop(code, None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(code_verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        good = asked is not None and request.headers["authorization"] == f"Basic {basic}"
        if not good or asked["code_challenge"] != challenge or asked["redirect_uri"] != redirect_uri:
            raise HTTPException(400, "invalid_grant")
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 60}
        return answer | ({"id_token": self.signed(asked["nonce"])} if self.id_token else {})

    def signed(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce, **self.user}
        told = {name: value for name, value in (claims | self.claims).items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": "k1"}, told, self.key)


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port; give its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
