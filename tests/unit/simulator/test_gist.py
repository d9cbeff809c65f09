import json
from typing import Any

import pytest

from channels.simulator.gist import gist_of


def webhook(**value: Any) -> str:
    return json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]})


TAP = {"type": "interactive", "interactive": {"type": "list_reply"}}
FAILED = {"status": "failed", "errors": [{"code": 131026}]}
SMS, GRAPH = "http://x/sms/generic/messages", "http://x/v23.0/1/messages"


@pytest.mark.parametrize(
    ("kind", "url", "body", "gist"),
    [
        ("webhook", GRAPH, webhook(messages=[{"type": "text"}, TAP]), "text, list_reply"),
        ("webhook", GRAPH, webhook(statuses=[{"status": "read"}] * 3 + [FAILED]),
         "read x3, failed 131026"),
        ("webhook", GRAPH, webhook(messages="none", statuses={}), ""),
        ("receipt", SMS, '{"status": "delivered"}', "delivered"),
        ("receipt", SMS, "MessageSid=SM1&MessageStatus=sent", "sent"),
        ("api", SMS, '{"text": "Halo"}', "SMS"),
        ("api", GRAPH, '{"text": {"body": "Halo"}}', "text"),
        ("api", GRAPH, '{"type": "interactive", "interactive": {"type": "list"}}', "list"),
        ("api", GRAPH, '{"type": "template", "template": {"name": "a"}}', "template a"),
        ("api", GRAPH, '{"status": "read", "typing_indicator": {}}', "mark as read, typing"),
        *((kind, GRAPH, body, "") for kind in ("api", "webhook", "receipt")
          for body in ("", "[]", "7", "{", '{"entry": 7}', "[" * 9999)),
    ],
)  # fmt: skip
def test_the_log_says_what_a_call_is_about_or_nothing(
    kind: str, url: str, body: str, gist: str
) -> None:
    assert gist_of(kind, url, body) == gist
