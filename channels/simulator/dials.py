"""The control API, what a test turns and reads: clock, faults, hostile mode, log, state."""

from aiohttp import web

from channels.simulator import asking
from channels.simulator.bodies import AskedFault, Clock, Fault, HostileMode
from channels.simulator.courier import Letter
from channels.simulator.graph import WORLD
from channels.simulator.journal import KEPT
from channels.simulator.phones import e164
from channels.simulator.world import World

KINDS = ("", "webhook", "receipt", "api")

routes = web.RouteTableDef()


@routes.post("/api/clock")
async def post_clock(request: web.Request) -> web.Response:
    """Put the simulator's clock forward: `{"advance_s": 86400}`."""
    world, asked = request.app[WORLD], await asking.read(request, Clock)
    world.skew_s += asked.advance_s
    world.tell("")
    return web.json_response({"now": world.stamp(), "skew_s": world.skew_s})


@routes.post("/api/faults")
async def post_faults(request: web.Request) -> web.Response:
    """Ask for faults: the next sends fail or hang, or the next webhooks come twice.

    `{"kind": "error", "status": 429, "code": 130429, "times": 2, "channel": "whatsapp"}`,
    `{"kind": "timeout"}` (taken, then no answer), `{"kind": "twice", "times": 3}`, or
    `{"kind": "none"}` to forget what was asked.
    """
    world, asked = request.app[WORLD], (await asking.read(request, AskedFault)).root
    if isinstance(asked, Fault):
        world.faults.append(asked)
    elif asked.kind == "twice":
        world.courier.twice = asked.times
    else:
        world.faults.clear()
        world.courier.twice = 0
    world.tell("")
    return _faults(world)


@routes.get("/api/faults")
async def get_faults(request: web.Request) -> web.Response:
    """Tell which faults still wait for their sends and webhooks."""
    return _faults(request.app[WORLD])


@routes.put("/api/hostile")
async def put_hostile(request: web.Request) -> web.Response:
    """Be hostile from now on: `{"seed": 7}` with the usual doses, or with the named ones alone."""
    world = request.app[WORLD]
    world.hostile.turn_on(await asking.read(request, HostileMode))
    world.tell("")
    return web.json_response(world.hostile.shown())


@routes.get("/api/hostile")
async def get_hostile(request: web.Request) -> web.Response:
    """Tell whether the hostile mode is on, its doses, and how often each was done."""
    return web.json_response(request.app[WORLD].hostile.shown())


@routes.delete("/api/hostile")
async def delete_hostile(request: web.Request) -> web.Response:
    """Be kind again; what was done stays to be read."""
    world = request.app[WORLD]
    world.hostile.turn_off()
    world.tell("")
    return web.json_response(world.hostile.shown())


@routes.get("/api/log")
async def get_log(request: web.Request) -> web.Response:
    """List the last webhooks, SMS receipts and API calls, oldest first.

    `?phone=`, `?kind=webhook|receipt|api` and `?failed=1` choose among them, `?limit=` the last.
    """
    phone, kind = request.query.get("phone", ""), request.query.get("kind", "")
    if kind not in KINDS:
        raise asking.wrong("kind is webhook, receipt or api")
    try:
        number = e164(phone) if phone else ""
    except ValueError as error:
        raise asking.wrong(str(error)) from error
    is_failed = request.query.get("failed", "0") not in {"0", ""}
    limit = asking.limit(request, KEPT)
    journal = request.app[WORLD].journal
    found = journal.shown(phone=number, kind=kind, failed=is_failed, limit=limit)
    return web.json_response(found)


@routes.delete("/api/log")
async def delete_log(request: web.Request) -> web.Response:
    """Forget the calls so far."""
    world = request.app[WORLD]
    world.journal.clear()
    world.tell("")
    return web.json_response([])


@routes.post(r"/api/log/{id:\d{1,15}}/repeat")
async def post_repeat(request: web.Request) -> web.Response:
    """Deliver a webhook or an SMS receipt once more, byte for byte."""
    world = request.app[WORLD]
    call = world.journal.find(int(request.match_info["id"]))
    if call is None:
        raise asking.missing("that call is no longer known")
    if call.kind == "api":
        raise asking.wrong("a call of the system is the system's to repeat")
    if not call.is_whole:
        raise asking.wrong("it was too long to be kept as a whole")
    whose, others = (call.phones or ("",))[0], call.phones[1:]
    letter = Letter(call.url, call.body, dict(call.headers), whose, kind=call.kind, others=others)
    return web.json_response({"delivered": await world.courier.deliver(letter)})


@routes.get("/api/state")
async def get_state(request: web.Request) -> web.Response:
    """Tell the clock, the numbers and whether the gateway answered the handshake."""
    world = request.app[WORLD]
    state = {"now": world.stamp(), "skew_s": world.skew_s, "verified": world.is_verified}
    where = {"numbers": world.config.numbers, "gateway": world.config.gateway_url}
    return web.json_response(state | where | {"phones": len(world.phones.all())})


@routes.post("/api/reset")
async def post_reset(request: web.Request) -> web.Response:
    """Forget phones, log, faults, hostile mode and skew; the sample people are there again."""
    request.app[WORLD].start_afresh()
    return web.json_response({"reset": True})


def _faults(world: World) -> web.Response:
    waiting = [fault.model_dump(exclude_none=True) for fault in world.faults]
    return web.json_response({"waiting": waiting, "twice": world.courier.twice})
