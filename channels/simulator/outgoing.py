"""What may be sent to a phone: the limits of a message, refused in the real API's words and codes.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

INVALID, MISSING, WRONG_VALUE = 100, 131008, 131009
NO_TEMPLATE, WRONG_COUNT = 132001, 132000
MOST_ROWS = 10
TOO_MUCH = {"string_too_long", "too_long", "too_short", "literal_error", "value_error"}
NOTHING = {"missing", "string_too_short"}
CATALOGUE = json.loads((Path(__file__).parent / "templates.json").read_text(encoding="utf-8"))
TEMPLATES = {(one["name"], one["language"]): one for one in CATALOGUE}


class RefusedError(Exception):
    """The API would say no, with this code."""

    def __init__(self, code: int, details: str) -> None:
        super().__init__(details)
        self.code, self.details = code, details


def up_to(most: int, **more: Any) -> Any:
    """Describe a text that is not empty and has at most so many letters."""
    return Field(min_length=1, max_length=most, **more)


class Part(BaseModel):
    """A part of a message; the API takes no key that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Text(Part):
    """A plain text."""

    body: str = up_to(4096)
    preview_url: bool = False


class Words(Part):
    """The words of an interactive message."""

    text: str = up_to(1024)


class Footer(Part):
    """The small print."""

    text: str = up_to(60)


class Reply(Part):
    """What a button says and sends."""

    id: str = up_to(256)
    title: str = up_to(20)


class Button(Part):
    """A reply button."""

    type: Literal["reply"]
    reply: Reply


class Buttons(Part):
    """One to three buttons."""

    buttons: list[Button] = Field(min_length=1, max_length=3)


class Row(Part):
    """One choice of a list."""

    id: str = up_to(200)
    title: str = up_to(24)
    description: str | None = up_to(72, default=None)


class Section(Part):
    """Choices under one heading."""

    title: str | None = up_to(24, default=None)
    rows: list[Row] = Field(min_length=1, max_length=MOST_ROWS)


class Sections(Part):
    """A list, and the button that opens it."""

    button: str = up_to(20)
    sections: list[Section] = Field(min_length=1, max_length=10)


class AskContact(Part):
    """Asks for the phone number of somebody who hides it."""

    name: Literal["request_contact_info"]


class Interactive(Part):
    """A message with something to tap."""

    body: Words
    footer: Footer | None = None
    header: dict[str, Any] | None = None


class ButtonMessage(Interactive):
    """A message with buttons."""

    type: Literal["button"]
    action: Buttons


class ListMessage(Interactive):
    """A message with a list."""

    type: Literal["list"]
    action: Sections


class ContactMessage(Interactive):
    """A message that asks for a phone number."""

    type: Literal["request_contact_info"]
    action: AskContact


class Parameter(Part):
    """What stands for a number in a template; no line breaks."""

    type: Literal["text"]
    text: str = Field(pattern=r"^[^\n\t]*\S[^\n\t]*$")


class Component(Part):
    """The parameters of a template's body."""

    type: Literal["body"]
    parameters: list[Parameter] = []


class Code(Part):
    """A language."""

    code: str = up_to(10)
    policy: str | None = None


class Template(Part):
    """A text that was approved before, for outside the 24-hour window."""

    name: str = up_to(512)
    language: Code
    components: list[Component] = []


class Context(Part):
    """Which message is answered."""

    message_id: str


class Outgoing(Part):
    """One message to one person."""

    messaging_product: Literal["whatsapp"]
    recipient_type: Literal["individual"] = "individual"
    to: str | None = None
    recipient: str | None = None
    context: Context | None = None
    biz_opaque_callback_data: str | None = Field(default=None, max_length=512)
    type: Literal["text", "interactive", "template", "image", "document"] = "text"
    text: Text | None = None
    interactive: ButtonMessage | ListMessage | ContactMessage | None = Field(
        default=None, discriminator="type"
    )
    template: Template | None = None
    image: dict[str, Any] | None = None
    document: dict[str, Any] | None = None


def read(message: Any) -> Outgoing:
    """Read a message as the API does; raises RefusedError."""
    try:
        found = Outgoing.model_validate(message)
    except ValidationError as error:
        raise _refusal(error) from error
    if not (found.to or found.recipient):
        raise RefusedError(MISSING, "to or recipient is missing")
    if getattr(found, found.type) is None:
        raise RefusedError(MISSING, f"{found.type} is missing")
    _check_choices(found)
    if found.template:
        words_of(found.template)
    return found


def words_of(template: Template) -> str:
    """Put a template's parameters into its text; raises RefusedError where they do not fit."""
    known = TEMPLATES.get((template.name, template.language.code))
    if known is None:
        raise RefusedError(NO_TEMPLATE, "template name does not exist in the translation")
    words: str = known["components"][0]["text"]
    wanted = len(known["components"][0]["example"]["body_text"][0])
    given = [one.text for component in template.components for one in component.parameters]
    if len(given) != wanted:
        raise RefusedError(WRONG_COUNT, f"{len(given)} parameters where there are {wanted}")
    for place, value in enumerate(given, 1):
        words = words.replace(f"{{{{{place}}}}}", value)
    return words


def category_of(template: str) -> str:
    """Say what a template is billed as."""
    return next((c["category"].lower() for c in CATALOGUE if c["name"] == template), "utility")


def _check_choices(message: Outgoing) -> None:
    match message.interactive:
        case ButtonMessage(action=action):
            ids = [button.reply.id for button in action.buttons]
        case ListMessage(action=action):
            ids = [row.id for section in action.sections for row in section.rows]
        case _:
            return
    if len(set(ids)) < len(ids):
        raise RefusedError(WRONG_VALUE, "the ids of choices are not unique")
    if len(ids) > MOST_ROWS:
        raise RefusedError(WRONG_VALUE, "a list has at most 10 rows in all")


def _refusal(error: ValidationError) -> RefusedError:
    fault = error.errors(include_url=False)[0]
    kind, where = fault["type"], ".".join(map(str, fault["loc"])) or "the body"
    if where == "messaging_product":
        code = INVALID
    else:
        code = MISSING if kind in NOTHING else WRONG_VALUE if kind in TOO_MUCH else INVALID
    return RefusedError(code, f"{where}: {fault['msg']}")
