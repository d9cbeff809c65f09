"""Who asks: an access token as Bearer or cookie, or a ticket's token for one booking."""

import base64
from datetime import datetime, timedelta
from enum import StrEnum

from aiohttp import web

from services.gateway import logins, tokens
from services.gateway.context import GATEWAY, Caller, Gateway
from services.gateway.problems import ProblemError
from services.gateway.tokens import BadTokenError, Kind, Token
from shared.keys import Keys, WrongKeyError, booking_code_of
from shared.messages import Channel, Contact

COOKIE = "antrean_session"
RENEW_BEFORE = timedelta(minutes=5)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
RENEWED = web.RequestKey("renewed", str)


class Access(StrEnum):
    """Whom an endpoint admits; that the thing asked for is theirs is checked at the thing."""

    EVERYBODY = "everybody"
    CITIZEN = "citizen"
    TICKET = "ticket"


def issue(keys: Keys, login_id: str, login: logins.Login, now: datetime) -> tuple[str, datetime]:
    """Make a fresh access token of a proven login; says when it ends."""
    contact = keys.seal(login.contact, f"token/{login_id}")
    text = base64.urlsafe_b64encode(contact).decode()
    token = Token(login_id, login.owner or "", text, login.lives_until)
    ends = min(login.lives_until, now + tokens.LIFE)
    return tokens.issue(keys.token, Kind.ACCESS, token, now), ends


def issue_ticket(keys: Keys, code: str, owner: str, now: datetime) -> str:
    """Make a token that opens one booking."""
    token = Token(code, owner, None, now + tokens.LIFE)
    return tokens.issue(keys.token, Kind.TICKET, token, now)


async def admit(
    request: web.Request, gateway: Gateway, access: Access, now: datetime
) -> Caller | None:
    """Tell who calls; raises ProblemError 401 or 403 where the endpoint does not admit them."""
    if access == Access.EVERYBODY:
        return None
    header = request.headers.get("Authorization")
    try:
        if header is not None:
            return _by_header(gateway, header, access, now)
        cookie = request.cookies.get(COOKIE)
        if cookie is not None:
            refuse_cross_site(request, gateway)
            return await _by_cookie(request, gateway, cookie, now)
    except BadTokenError:
        pass
    raise ProblemError(401, "login_required")


def refuse_cross_site(request: web.Request, gateway: Gateway) -> None:
    """Let a cookie act only where the browser says that the page is ours."""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    ours = _is_ours(request, gateway, origin)
    allowed = ours if origin is not None else site in {"same-origin", "none"}
    if not allowed or (site == "cross-site" and origin not in gateway.config.cors_origins):
        raise ProblemError(403, "cross_site")


def is_our_page(request: web.Request, gateway: Gateway) -> bool:
    """Whether a script of a page of ours calls: only it is given a cookie.

    A link on another site would log its reader in as whoever wrote it, who then reads what is
    typed there.
    """
    origin = request.headers.get("Origin")
    if origin is not None:
        return _is_ours(request, gateway, origin)
    is_script = request.headers.get("Sec-Fetch-Mode") in {"cors", "same-origin", "no-cors"}
    return request.headers.get("Sec-Fetch-Site") == "same-origin" and is_script


def _is_ours(request: web.Request, gateway: Gateway, origin: str | None) -> bool:
    """Whether an origin may act with our cookie: ours by its name, or the very host called."""
    named = {gateway.config.public_url, *gateway.config.cors_origins}
    return origin in named or (origin or "").partition("://")[2] == request.host


def renew_cookie(response: web.StreamResponse, request: web.Request) -> None:
    """Give the browser a fresh token in the place of one that is soon over."""
    if COOKIE not in response.cookies:
        set_cookie(response, request.app[GATEWAY], request[RENEWED])


def set_cookie(response: web.StreamResponse, gateway: Gateway, token: str) -> None:
    """Give the browser its token, out of reach of scripts and of other sites."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(logins.LIVES.total_seconds()),
        path="/v1",
        secure=gateway.config.public_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )


def _by_header(gateway: Gateway, header: str, access: Access, now: datetime) -> Caller:
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "bearer":
        raise BadTokenError
    try:
        token = tokens.read(gateway.keys.token, Kind.ACCESS, text.strip(), now)
    except BadTokenError:
        if access != Access.TICKET:
            raise
        token = tokens.read(gateway.keys.token, Kind.TICKET, text.strip(), now)
        code = booking_code_of(token.subject)
        alone = (token.owner,)
        return Caller(token.owner, Contact, lambda: alone, Channel.WEB, code or "-", token.subject)
    return _caller(gateway, token, Channel.MOBILE)


async def _by_cookie(request: web.Request, gateway: Gateway, text: str, now: datetime) -> Caller:
    """Read a cookie; one that is old is renewed as long as its login lives."""
    token = tokens.read(gateway.keys.token, Kind.ACCESS, text, now, grace=logins.LIVES)
    if token.expires_at - now < RENEW_BEFORE:
        async with gateway.db() as db:
            login = await logins.find(db, gateway.keys, token.subject, now)
        if login is None or login.owner is None:
            raise BadTokenError
        request[RENEWED] = issue(gateway.keys, token.subject, login, now)[0]
    return _caller(gateway, token, Channel.WEB)


def _caller(gateway: Gateway, token: Token, channel: Channel) -> Caller:
    if token.contact is None or gateway.ended.has(token.subject):
        raise BadTokenError
    keys = gateway.keys

    def contact() -> Contact:
        try:
            sealed = base64.urlsafe_b64decode(token.contact or "")
            return Contact.model_validate(keys.unseal(sealed, f"token/{token.subject}"))
        except (WrongKeyError, ValueError):
            raise ProblemError(401, "login_required") from None

    def owners() -> tuple[str, ...]:
        who = contact()
        return tuple({token.owner: None} | dict.fromkeys(keys.owners_of(who.phone, who.bsuid)))

    return Caller(token.owner, contact, owners, channel, login=token.subject)
