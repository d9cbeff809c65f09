from copy import deepcopy
from typing import Any

from channels.simulator import twists, webhooks
from channels.simulator.phones import Message, Phone

ANI = Phone("+6281200000001", "Contoh Ani")
SAID = webhooks.inbound(ANI, "wamid.A", 1_800_000_000, {"type": "text", "text": {"body": "Halo"}})
SENT = Message("wamid.B", "out", "whatsapp", "text", "Hai", "", "sent")
READ = webhooks.status(ANI, SENT, "read", 1_800_000_001)


def payload() -> dict[str, Any]:
    return webhooks.envelope("1", "+6281100000000", [SAID, READ, SAID])


def test_messages_stand_in_one_change_and_statuses_in_another() -> None:
    first, second = payload()["entry"][0]["changes"]

    assert (len(first["value"]["messages"]), len(first["value"]["contacts"])) == (2, 2)
    assert [one["status"] for one in second["value"]["statuses"]] == ["read"]


def test_every_timestamp_becomes_one_in_milliseconds() -> None:
    first, second = twists.in_milliseconds(payload())["entry"][0]["changes"]

    assert {one["timestamp"] for one in first["value"]["messages"]} == {"1800000000000"}
    assert second["value"]["statuses"][0]["timestamp"] == "1800000001000"


def test_what_is_unknown_stands_beside_what_is_known_and_replaces_nothing() -> None:
    odd, *changes = twists.with_unknown_fields(payload())["entry"][0]["changes"]

    assert odd["field"] == "hologram_update"
    assert [change["value"]["hologram"] for change in changes] == [{"version": 9}] * 2
    assert [one["text"]["body"] for one in changes[0]["value"]["messages"]] == ["Halo"] * 2


def test_unknown_types_follow_each_message_and_each_status() -> None:
    first, second = twists.with_unknown_types(payload())["entry"][0]["changes"]

    assert [one["type"] for one in first["value"]["messages"]] == ["text", "hologram"] * 2
    assert [one["status"] for one in second["value"]["statuses"]] == ["read", "hologram"]


def test_no_twist_changes_what_it_was_given() -> None:
    given = payload()
    before = deepcopy(given)

    twists.in_milliseconds(given)
    twists.with_unknown_fields(given)
    twists.with_unknown_types(given)

    assert given == before
