"""What the pages are told at run time, so that one build serves every installation."""

from aiohttp import web

from services.gateway.bodies import Banner, Config
from services.gateway.context import Ask
from services.gateway.endpoint import Endpoint, answer
from services.gateway.settings import GatewaySettings
from shared.messages import Language

MINUTE = {"Cache-Control": "public, max-age=60"}


async def get_config(ask: Ask) -> web.Response:
    """Tell the pages what the operator set."""
    return answer(describe(ask.gateway.config), headers=MINUTE)


def describe(config: GatewaySettings) -> Config:
    """Write the settings that are the public's."""
    said = config.banner_id
    return Config(
        name=config.site_name,
        languages=list(Language),
        channels=config.login_by,
        whatsapp_number=config.whatsapp_number if "whatsapp" in config.login_by else None,
        phone=config.help_phone or None,
        code_of_hold="shown",
        banner=Banner(id=said, en=config.banner_en or said) if said else None,
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "/config.json",
        get_config,
        "What the operator set for the pages",
        {200: Config},
        refusals=(422,),
    )
]
