"""Static files, kept by browsers: their addresses change with their content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

__all__ = ["Assets"]


class Assets(StaticFiles):
    """Serves the folder of static files."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file; one that is asked for with the mark of its content may be kept for a year."""
        answer = await super().get_response(path, scope)
        marked = scope["query_string"].startswith(b"v=")
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if marked else "no-cache"
        return answer
