"""`python -m services.notifier.templates`: the message templates, as they are registered.

Outside the 24-hour window WhatsApp takes only texts that were approved before. Each is the text
that goes out inside the window, with numbers for what it names
(https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates).
"""

import json
from typing import Any

from services.notifier.texts import fields_of, template_name
from services.notifier.words import SMS, WORDS
from shared.messages import Language

# Sample values, for whoever approves the template.
EXAMPLES = {
    "name": "CONTOH ANI",
    "booking_code": "7K4M-2Q8R-TX3C",
    "queue_number": "A-017",
    "date_long": "Rabu, 22 September 2027",
    "service_hour": "09.00-09.30",
    "zone": "WIB",
    "session": "pagi",
    "service": "Paspor",
    "office": "Kanim Contoh",
    "address": "Jalan Contoh 1",
    "early": "30",
}


def templates() -> list[dict[str, Any]]:
    """Describe every template in every language."""
    return [_template(key, language) for key in SMS for language in Language]


def _template(key: str, language: Language) -> dict[str, Any]:
    names = fields_of(key, language)
    numbered = {name: f"{{{{{place}}}}}" for place, name in enumerate(names, 1)}
    body = {
        "type": "BODY",
        "text": WORDS[key][language].format(**numbered),
        "example": {"body_text": [[EXAMPLES[name] for name in names]]},
    }
    return {
        "name": template_name(key),
        "language": language.value,
        "category": "UTILITY",
        "components": [body],
    }


if __name__ == "__main__":
    print(json.dumps(templates(), indent=1, ensure_ascii=False))
