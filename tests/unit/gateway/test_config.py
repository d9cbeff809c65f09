from typing import Any

import pytest
from pydantic import ValidationError

from services.gateway.api_config import describe
from services.gateway.settings import GatewaySettings

NEEDED = {
    "database_url": "postgresql://somebody@nowhere/antrean",
    "amqp_url": "amqp://somebody@nowhere/antrean",
    "secret": "x" * 32,
}


def told(**changed: Any) -> Any:
    return describe(GatewaySettings(**NEEDED, **changed)).model_dump(mode="json")


def test_without_settings_the_pages_are_told_what_is_usual() -> None:
    assert told() == {
        "name": "Antrean",
        "languages": ["id", "en"],
        "channels": ["whatsapp", "sms"],
        "whatsapp_number": "+6281100000000",
        "phone": None,
        "code_of_hold": "shown",
        "banner": None,
    }


def test_what_an_operator_sets_is_told() -> None:
    found = told(
        site_name="Antrean Imigrasi",
        login_by=["sms"],
        help_phone="+62215551234",
        banner_id="Buka lagi Senin.",
        banner_en="Open again on Monday.",
    )

    assert (found["name"], found["channels"], found["phone"]) == (
        *("Antrean Imigrasi", ["sms"], "+62215551234"),
    )
    assert found["whatsapp_number"] is None  # nobody is to write there
    assert found["banner"] == {"id": "Buka lagi Senin.", "en": "Open again on Monday."}


def test_a_banner_in_one_language_is_shown_in_both() -> None:
    assert told(banner_id="Tutup.")["banner"] == {"id": "Tutup.", "en": "Tutup."}
    assert told(banner_en="Closed.")["banner"] is None


@pytest.mark.parametrize(
    "wrong", [{"login_by": []}, {"login_by": ["fax"]}, {"help_phone": "1500"}, {"site_name": ""}]
)
def test_a_setting_that_no_page_could_show_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        told(**wrong)
