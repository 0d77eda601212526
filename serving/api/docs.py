"""`/docs` and `/openapi.json`: the calls as a page made here, without a script from anywhere."""

from __future__ import annotations

from html import escape
from typing import Any

import orjson
from fastapi import Depends, FastAPI
from starlette.responses import HTMLResponse, Response

from serving.access import require

__all__ = ["install_docs"]


def install_docs(app: FastAPI) -> None:
    """Add the page and the document."""
    guard = [Depends(require("read"))]

    @app.get("/openapi.json", include_in_schema=False, dependencies=guard)
    def openapi() -> Response:
        return Response(orjson.dumps(app.openapi()), media_type="application/json")

    @app.get("/docs", include_in_schema=False, dependencies=guard)
    def docs() -> HTMLResponse:
        return HTMLResponse(render_docs(app.openapi()))

    @app.get("/docs/docs.css", include_in_schema=False)
    def style() -> Response:
        return Response(_STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def render_docs(document: dict[str, Any]) -> str:
    """Return the OpenAPI document as a page."""
    info = document["info"]
    calls = "".join(
        _call(path, method, call)
        for path, methods in document["paths"].items()
        for method, call in methods.items()
    )
    about = f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info['description'])}</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>qualify: HTTP calls</title>'
        '<meta name="viewport" content="width=device-width">'
        '<link rel="stylesheet" href="/docs/docs.css"></head><body><main>'
        f'{about}<p><a href="/openapi.json">openapi.json</a></p>{calls}</main></body></html>'
    )


def _call(path: str, method: str, call: dict[str, Any]) -> str:
    parts = [f"<section><h2><code>{method.upper()} {escape(path)}</code></h2>"]
    parts.append(f"<p>{escape(call.get('description') or call.get('summary', ''))}</p>")
    if parameters := call.get("parameters"):
        parts.append("<h3>Parameters</h3><dl>" + "".join(_parameter(each) for each in parameters) + "</dl>")
    if body := call.get("requestBody"):
        parts.append("<h3>Body</h3>" + _content(body["content"]))
    parts.append("<h3>Answers</h3><dl>")
    for status, answer in call["responses"].items():
        parts.append(f"<dt>{escape(str(status))}</dt><dd>{escape(answer.get('description', ''))}</dd>")
    return "".join(parts) + "</dl></section>"


def _parameter(each: dict[str, Any]) -> str:
    needed = ", needed" if each.get("required") else ""
    told = f"{each['in']}{needed}. {each.get('description', '')}"
    return f"<dt><code>{escape(each['name'])}</code></dt><dd>{escape(told)}</dd>"


def _content(content: dict[str, Any]) -> str:
    parts = []
    for media, told in content.items():
        for example in told.get("examples", {}).values():
            text = orjson.dumps(example["value"], option=orjson.OPT_INDENT_2).decode()
            parts.append(f"<p>{escape(media)}, for instance</p><pre>{escape(text)}</pre>")
        schema = orjson.dumps(told["schema"], option=orjson.OPT_INDENT_2).decode()
        parts.append(f"<details><summary>Form</summary><pre>{escape(schema)}</pre></details>")
    return "".join(parts)


_STYLE = """:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:auto;padding:1rem}
section{border-top:1px solid #8888;margin-top:2rem}
pre{overflow:auto;padding:.75rem;background:#8881;border-radius:.5rem;font-size:.875rem}
dt{font-weight:600}dd{margin:0 0 .5rem 1rem}h2 code{font-size:1.1rem}
"""
