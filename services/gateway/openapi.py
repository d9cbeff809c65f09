"""The OpenAPI 3.1 document, made from the endpoints' own declarations.

`python -m services.gateway.openapi` prints it; docs/openapi.json is its copy.
"""

import json
import re
import sys
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from services.gateway import bodies
from services.gateway.bodies import Problem
from services.gateway.callers import Access
from services.gateway.endpoint import Answer, Endpoint
from services.gateway.problems import PROBLEM_TYPE, TITLES
from services.gateway.wishes import Asked

VERSION = "1.0.0"
PARTS: dict[str, dict[str, Any]] = {
    "office": {"type": "string", "examples": ["jakarta-pusat"]},
    "login": {"type": "string", "examples": ["kR0x3jJ5mJ8yqS2vWl0aQ4bT7uEcD9fH"]},
    "hold": {"type": "string", "format": "uuid"},
    "request": {"type": "string", "format": "uuid"},
    "code": {"type": "string", "examples": ["7K4M-2Q8R-TX3C"]},
}
# What it makes is new, so that only the caller can say what is a repeat.
NEEDS_KEY = "/v1/holds"
HEADERS: dict[str, dict[str, Any]] = {
    "Idempotency-Key": {
        "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
        "description": "Made by the caller; repeating a call with it has no second effect.",
    },
    "Prefer": {
        "schema": {"type": "string", "examples": ["wait=2"]},
        "description": "`wait=N`: how many seconds to wait for the outcome (2; at most 10).",
    },
    "If-None-Match": {"schema": {"type": "string"}, "description": "The ETag of what is known."},
    "Last-Event-ID": {
        "schema": {"type": "string"},
        "description": "The id of what a page shows already; what is the same is not sent again.",
    },
}
ANSWER_HEADERS: dict[str, dict[str, Any]] = {
    "Location": {"schema": {"type": "string"}, "description": "Where to ask for it."},
    "Set-Cookie": {
        "schema": {"type": "string"},
        "description": "The access token for a page of ours, out of reach of its scripts.",
    },
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."},
    "ETag": {"schema": {"type": "string"}, "description": "Marks what is shown."},
}
MEANINGS = {
    200: "Done.",
    201: "Granted.",
    202: "Accepted and safe; the outcome is to be asked for.",
    204: "Done; there is nothing to say.",
    304: "Nothing changed.",
    400: "The request cannot be read.",
    401: "Who asks is not known.",
    403: "A browser sent this from another site.",
    404: "Not there, or not theirs.",
    405: "Not a method of this address.",
    408: "The body did not come in time.",
    409: "Refused; `code` says why.",
    413: "Too large.",
    415: "Not JSON.",
    422: "Fields are wrong, or the key came with another body.",
    429: "Too many attempts.",
    500: "Something is wrong on our side; what was booked is safe.",
    503: "Not accepted, or not to be had at this moment; the same call may be repeated.",
}
DESCRIPTION = (
    "Appointments at public service counters from a limited quota. Errors are RFC 9457 problems "
    "whose `code` is stable. Calls with an Idempotency-Key may be repeated without harm."
)


def document(endpoints: Iterable[Endpoint], server: str) -> dict[str, Any]:
    """Write the document of these endpoints."""
    endpoints = list(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Antrean", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": _schemas(endpoints),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "ticket": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The ticket_token of a booking that was found by its code.",
                },
                "cookie": {"type": "apiKey", "in": "cookie", "name": "antrean_session"},
            },
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.handler.__name__,
        "summary": endpoint.summary,
        "tags": [endpoint.path.removeprefix("/v1").split("/")[1].removesuffix(".json")],
        "responses": _responses(endpoint),
    }
    if parameters := [*_path(endpoint), *_query(endpoint), *_headers(endpoint)]:
        operation["parameters"] = parameters
    if endpoint.body:
        content = {"application/json": {"schema": _ref(endpoint.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    if endpoint.access != Access.EVERYBODY:
        operation["security"] = [{"bearer": []}, {"cookie": []}]
    if endpoint.access == Access.TICKET:
        operation["security"].append({"ticket": []})
    return operation


def _path(endpoint: Endpoint) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", endpoint.path)
    return [{"name": n, "in": "path", "required": True, "schema": PARTS[n]} for n in names]


def _query(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint.query is Asked:
        return []
    schema = endpoint.query.model_json_schema(by_alias=True)
    defs = schema.get("$defs", {})
    return [
        {"name": name, "in": "query", "required": False, "schema": _bare(part, defs)}
        for name, part in schema["properties"].items()
    ]


def _bare(part: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """Write a parameter's schema: one that is left out is absent, never null."""
    choices = [c for c in part.get("anyOf", [part]) if c.get("type") != "null"]
    found = dict(choices[0])
    if "$ref" in found:
        found = defs[found["$ref"].rsplit("/", 1)[-1]]
    return {name: value for name, value in found.items() if name not in {"title", "default"}}


def _headers(endpoint: Endpoint) -> list[dict[str, Any]]:
    required = endpoint.path == NEEDS_KEY
    return [
        {
            "name": name,
            "in": "header",
            "required": required and name == "Idempotency-Key",
            **HEADERS[name],
        }
        for name in endpoint.headers
    ]


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    found = {str(status): _answer(status, a, endpoint) for status, a in endpoint.answers.items()}
    usual = {400, 500, 503, *((408, 413, 415) if endpoint.body else ())}
    problem = {PROBLEM_TYPE: {"schema": _ref(Problem)}}
    for status in sorted({*usual, *endpoint.refusals}):
        found[str(status)] = {"description": MEANINGS[status], "content": problem}
        if status in {429, 503}:
            found[str(status)]["headers"] = {"Retry-After": ANSWER_HEADERS["Retry-After"]}
    return found


def _answer(status: int, kind: Answer, endpoint: Endpoint) -> dict[str, Any]:
    response: dict[str, Any] = {"description": MEANINGS[status]}
    if isinstance(kind, str):
        content = {kind: {"schema": {"type": "string"}}} if kind else {}
    else:
        content = {"application/json": {"schema": _ref(kind)}}
    if kind is bodies.Request and status == 200:  # noqa: PLR2004 an HTTP status
        content["text/event-stream"] = {"schema": {"type": "string"}}
    if content:
        response["content"] = content
    names = {202: ("Location", "Retry-After"), 304: ("ETag",)}.get(status, ())
    names = names or endpoint.told.get(status, ())
    if names:
        response["headers"] = {name: ANSWER_HEADERS[name] for name in names}
    return response


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _schemas(endpoints: list[Endpoint]) -> dict[str, Any]:
    given: set[type[BaseModel]] = {e.body for e in endpoints if e.body}
    answered: set[type[BaseModel]] = {Problem}
    for endpoint in endpoints:
        answered |= {kind for kind in endpoint.answers.values() if not isinstance(kind, str)}
    models: list[tuple[type[BaseModel], str]] = [(model, "validation") for model in given]
    models += [(model, "serialization") for model in answered]
    models.sort(key=lambda entry: entry[0].__name__)
    _, schema = models_json_schema(
        models,  # type: ignore[arg-type]  # pairs of a list are no literals to mypy
        ref_template="#/components/schemas/{model}",
    )
    found: dict[str, Any] = schema["$defs"]
    found["Problem"]["properties"]["code"]["examples"] = sorted(TITLES)
    return found


def text(endpoints: Iterable[Endpoint], server: str) -> str:
    """Write the document as it is committed and served."""
    return json.dumps(document(endpoints, server), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    from services.gateway.app import ENDPOINTS

    sys.stdout.write(text(ENDPOINTS, "/"))
