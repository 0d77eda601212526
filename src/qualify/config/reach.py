"""Whether the MLflow store answers at all, before its client tries again and again in silence."""

from __future__ import annotations

import os

from qualify.errors import ModelError, without_secrets

__all__ = ["check_reach", "patient_client"]

SECONDS = 10.0


def patient_client() -> None:
    """Let MLflow's client give up in minutes, not in a quarter of an hour; the environment may say otherwise.

    Its own defaults are 7 retries of 120 seconds. It reads them at every request.
    """
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "60")


def check_reach(uri: str, seconds: float = SECONDS) -> None:
    """Ask a server for its health, or a database for a connection; what is neither is not asked.

    Any answer of a server will do but one of 500 and more: who may come in is for the client to find out.

    Raises
    ------
    ModelError
        There is no answer in time.
    """
    if uri.startswith(("http://", "https://")):
        _check_server(uri, seconds)
    elif uri.startswith(("postgresql", "mysql", "mssql")):
        _check_database(uri, seconds)


def _check_database(uri: str, seconds: float) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError

    try:
        wait = {"connect_timeout": max(2, round(seconds))} if uri.startswith("postgresql") else {}
        engine = create_engine(uri, connect_args=wait)
        engine.connect().close()
        engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        raise _away(uri, f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}") from None


def _check_server(uri: str, seconds: float) -> None:
    import httpx

    try:
        code = httpx.get(f"{uri.rstrip('/')}/health", timeout=seconds).status_code
    except httpx.TimeoutException:
        raise _away(uri, f"no answer in {seconds:g} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        if "SSL" in str(error):  # MLflow may have been told to trust this one
            return
        raise _away(uri, str(error) or type(error).__name__) from None
    if code >= 500:
        raise _away(uri, f"HTTP status {code}")


def _away(uri: str, got: str) -> ModelError:
    return ModelError(
        "the MLflow store does not answer", where=f"mlflow.tracking_uri {without_secrets(uri)}", got=got,
        mend="start it, or correct `mlflow.tracking_uri` in qualify.yaml",
    )  # fmt: skip
