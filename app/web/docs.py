"""The page at `/docs`: the API's OpenAPI description, readable without a foreign script"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.web.site import Site


def operations(description: dict[str, Any]) -> list[dict[str, Any]]:
    """Every operation of an OpenAPI description with what it takes and gives."""
    found = []
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            bodies = operation.get("requestBody", {}).get("content", {})
            found.append({
                "method": method.upper(), "path": path, "summary": operation.get("summary", ""),
                "parameters": operation.get("parameters", []),
                "body": {kind: _fields(description, content["schema"]) for kind, content in bodies.items()},
                "answers": [f"{code} {a['description']}" for code, a in operation["responses"].items()],
            })  # fmt: skip
    return found


def _fields(description: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    options = [schema, *schema.get("anyOf", ())]
    named = next((o["$ref"].rsplit("/", 1)[-1] for o in options if "$ref" in o), None)
    inner = description["components"]["schemas"][named] if named else schema
    needed = inner.get("required", ())
    return [
        f"{k}: {v.get('type', 'value')}{'' if k in needed else ' (optional)'}"
        for k, v in inner.get("properties", {}).items()
    ]


def router(site: Site) -> APIRouter:
    """The documentation's route."""
    routes = APIRouter()

    @routes.get("/docs")
    def docs(request: Request) -> Response:
        return site.page("docs.html.j2", here="docs", operations=operations(request.app.openapi()))

    return routes
