"""Reads what the control API is asked for, and says in words what is wrong with it."""

import json
import math
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from channels.simulator.phones import Phone
from channels.simulator.world import World

Model = TypeVar("Model", bound=BaseModel)


async def read(request: web.Request, model: type[Model]) -> Model:
    """Read a body; raises what is answered where it is odd."""
    try:
        return model.model_validate(await request.json())
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, fault["loc"])) or "the body"
        raise wrong(f"{where}: {fault['msg']}") from None
    except (ValueError, RecursionError):
        raise wrong("the body is no JSON") from None


def phone(world: World, number: str, name: str = "") -> Phone:
    """Find a phone by its number, or take it up."""
    try:
        return world.phones.get(number, name)
    except ValueError as error:
        raise wrong(str(error)) from error


def known_phone(world: World, number: str) -> Phone:
    """Find a phone that is there; it is neither taken up nor counted as used."""
    try:
        found = world.phones.find(number)
    except ValueError as error:
        raise wrong(str(error)) from error
    if found is None:
        raise missing("no such phone")
    return found


def seconds(text: str) -> float:
    """Read how long to wait."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 <= found < math.inf:
        raise wrong("wait is a number of seconds")
    return found


def limit(request: web.Request, most: int) -> int:
    """Read `?limit=`: how many at most, `most` where none is named."""
    text = request.query.get("limit", str(most))
    if not (text.isdecimal() and 1 <= int(text) <= most):
        raise wrong(f"limit is a number from 1 to {most}")
    return int(text)


def wrong(text: str) -> web.HTTPBadRequest:
    """Say what is wrong with a call."""
    return web.HTTPBadRequest(text=json.dumps({"error": text}), content_type="application/json")


def missing(text: str) -> web.HTTPNotFound:
    """Say that there is no such thing."""
    return web.HTTPNotFound(text=json.dumps({"error": text}), content_type="application/json")
