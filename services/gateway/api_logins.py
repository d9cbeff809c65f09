"""Logins: a phone is proven, a token is had."""

import structlog
from aiohttp import web

from services.gateway import callers, clock, logins, people, tickets
from services.gateway.bodies import FieldFault, LoginBegun, LoginState
from services.gateway.callers import Access
from services.gateway.context import Ask, Gateway, address_of
from services.gateway.endpoint import Endpoint, answer
from services.gateway.fair.use import Bucket
from services.gateway.problems import ProblemError, invalid, not_found, rate_limited
from services.gateway.wishes import LoginCode, LoginWish, WaitQuery
from shared.broker import COMMANDS, Published
from shared.messages import Refusal

log = structlog.get_logger(__name__)

NOTIFIER_TEXT = "notifier.text"


async def post_login(ask: Ask) -> web.Response:
    """Begin to prove a phone. The answer is the same for every phone."""
    wish: LoginWish = ask.body
    gateway = ask.gateway
    phone = people.read_phone(wish.phone)
    if phone is None:
        raise invalid([FieldFault(loc=["phone"], msg="no phone number that can be reached")])
    if wish.by == "sms" and not people.takes_sms(phone):
        raise invalid([FieldFault(loc=["phone"], msg="codes go to Indonesian mobile numbers only")])
    address = address_of(ask.request, gateway.config.trusted_proxies)
    wanted = {Bucket.LOGINS_OF_ADDRESS: address}
    if wish.by == "sms":
        wanted[Bucket.SMS_OF_ADDRESS] = address
    if wait_s := await gateway.fair_use.take(wanted):
        raise rate_limited(wait_s)
    begun = await (_by_sms if wish.by == "sms" else _by_whatsapp)(ask, phone)
    number = gateway.config.whatsapp_number
    text = {} if wish.by == "sms" else {
        "text": logins.whatsapp_text(begun.code),
        "whatsapp_url": logins.whatsapp_url(begun.code, number),
    }  # fmt: skip
    body = LoginBegun(login_id=begun.id, by=wish.by, expires_at=begun.expires_at, **text)
    return answer(body, 201, {"Location": f"/v1/logins/{begun.id}"})


async def get_login(ask: Ask) -> web.Response:
    """Say how far a login is; a proven one yields a fresh token."""
    login = await _find(ask)
    if login is None:
        raise not_found()
    left = min(ask.query.wait, (login.expires_at - ask.now).total_seconds())
    if login.owner is None and left > 0:
        await ask.gateway.watch.wait(logins.key_of(ask.gateway.keys, ask.part("login")), left)
        login = await _find(ask) or login
    return _state(ask, login)


async def get_login_qr(ask: Ask) -> web.Response:
    """Draw the link to the chat, for a phone that reads it off another screen."""
    login = await _find(ask)
    code = login.code_to_send(ask.now) if login else None
    if code is None:
        raise not_found()
    url = logins.whatsapp_url(code, ask.gateway.config.whatsapp_number)
    return web.Response(body=tickets.draw(url), content_type="image/svg+xml")


async def post_code(ask: Ask) -> web.Response:
    """Prove a phone by the code that came by SMS."""
    wish: LoginCode = ask.body
    gateway = ask.gateway
    async with gateway.db() as db, db.transaction():
        tried = await logins.try_sms_code(db, gateway.keys, ask.part("login"), wish.code, ask.now)
    if tried is None:
        raise not_found()
    is_right, tries_left = tried
    if not is_right:
        raise ProblemError(409, Refusal.WRONG_CODE.value, tries_left=tries_left)
    login = await _find(ask)
    if login is None:
        raise not_found()
    return _state(ask, login)


async def delete_login(ask: Ask) -> web.Response:
    """Log out by a login's id."""
    return await _end(ask, ask.part("login"))


async def delete_own_login(ask: Ask) -> web.Response:
    """Log out by a token of the login, as a page does that cannot read its own."""
    return await _end(ask, ask.by.login)


async def _end(ask: Ask, login_id: str) -> web.Response:
    """End a login: its tokens are refused here at once, elsewhere within a second or two."""
    gateway = ask.gateway
    async with gateway.db() as db:
        gateway.ended.note(await logins.end(db, gateway.keys, login_id))
    response = web.Response(status=204)
    response.del_cookie(callers.COOKIE, path="/v1")
    return response


async def _by_whatsapp(ask: Ask, phone: str) -> logins.Begun:
    async with ask.gateway.db() as db:
        return await logins.begin(db, ask.gateway.keys, phone, "whatsapp", ask.now)


async def _by_sms(ask: Ask, phone: str) -> logins.Begun:
    """Count, store, send: a code is sent only after it was counted."""
    gateway = ask.gateway
    async with gateway.db() as db, db.transaction():
        begun = await logins.begin(db, gateway.keys, phone, "sms", ask.now)
        cap = gateway.config.sms_daily_cap
        wait = await logins.count_sms(db, gateway.keys, begun, cap, ask.now)
        if wait is not None:
            raise rate_limited(wait.total_seconds())
    await _send(gateway, begun)
    return begun


async def _send(gateway: Gateway, begun: logins.Begun) -> None:
    body = logins.sms_text(begun).model_dump_json().encode()
    result = await gateway.broker.publisher.publish_confirmed(COMMANDS, NOTIFIER_TEXT, body)
    if result == Published.ACCEPTED:
        return
    if result == Published.REFUSED:
        async with gateway.db() as db:
            await logins.uncount_sms(db, gateway.keys, begun)
    log.warning("login_code_not_sent", result=result.value)
    raise ProblemError(503, "sms_unavailable")


async def _find(ask: Ask) -> logins.Login | None:
    async with ask.gateway.db() as db:
        return await logins.find(db, ask.gateway.keys, ask.part("login"), ask.now)


def _state(ask: Ask, login: logins.Login) -> web.Response:
    if login.owner is None:
        state = "expired" if login.expires_at <= clock.now() else "pending"
        return answer(LoginState(state=state, expires_at=login.expires_at))
    token, ends = callers.issue(ask.gateway.keys, ask.part("login"), login, ask.now)
    body = LoginState(
        state="proven", access_token=token, token_expires_at=ends, expires_at=login.lives_until
    )
    response = answer(body)
    if callers.is_our_page(ask.request, ask.gateway):
        callers.set_cookie(response, ask.gateway, token)
    return response


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/logins",
        post_login,
        "Begin to prove a phone, by WhatsApp or by SMS",
        {201: LoginBegun},
        body=LoginWish,
        refusals=(422, 429, 503),
        told={201: ("Location",)},
    ),
    Endpoint(
        "GET",
        "/v1/logins/{login}",
        get_login,
        "Wait for the proof; a proven login yields a fresh token",
        {200: LoginState},
        query=WaitQuery,
        refusals=(404, 422),
        told={200: ("Set-Cookie",)},
    ),
    Endpoint(
        "GET",
        "/v1/logins/{login}/qr.svg",
        get_login_qr,
        "The link to the chat as a QR code, while the proof by WhatsApp is awaited",
        {200: "image/svg+xml"},
        refusals=(404, 422),
    ),
    Endpoint(
        "POST",
        "/v1/logins/{login}/code",
        post_code,
        "Prove a phone by the code that came by SMS",
        {200: LoginState},
        body=LoginCode,
        refusals=(404, 409, 422),
    ),
    Endpoint(
        "DELETE",
        "/v1/logins/current",
        delete_own_login,
        "Log out: the login that the token is of, here and everywhere",
        {204: ""},
        access=Access.CITIZEN,
        refusals=(401, 403, 422),
    ),
    Endpoint("DELETE", "/v1/logins/{login}", delete_login, "Log out", {204: ""}, refusals=(422,)),
]
