"""Writes the curl line that repeats a call; secrets are named by their settings. Pure."""

from collections.abc import Mapping
from shlex import quote
from urllib.parse import parse_qsl

SECRET = "$ANTREAN_SIMULATOR_"  # noqa: S105 the beginning of names
TWILIO = f'-u "{SECRET}TWILIO_SID:{SECRET}TWILIO_TOKEN"'


def curl_of(method: str, url: str, headers: Mapping[str, str], body: str) -> str:
    """Write a line for a shell in which the simulator's settings are set.

    What is signed is signed anew, so that it may be changed before.
    """
    given = {name.lower(): value for name, value in headers.items()}
    words = ["curl -sS", f"-X {method}", quote(url)]
    if "content-type" in given:
        words.append(f"-H {quote('Content-Type: ' + given['content-type'])}")
    signature = _signature(url, given, body)
    if signature:
        words += [f'-H "{signature}"', '--data-raw "$body"']
        return f"body={quote(body)}; " + " ".join(words)
    if "authorization" in given:
        words.append(_authorization(url))
    if body:
        words.append(f"--data-raw {quote(body)}")
    return " ".join(words)


def _authorization(url: str) -> str:
    if "/sms/twilio/" in url:
        return TWILIO
    name = "SMS_TOKEN" if "/sms/" in url else "ACCESS_TOKEN"
    return f'-H "Authorization: Bearer {SECRET}{name}"'


def _signature(url: str, given: Mapping[str, str], body: str) -> str:
    if "x-hub-signature-256" in given:
        return f"X-Hub-Signature-256: sha256={_hmac('APP_SECRET')}"
    if "x-antrean-signature" in given:
        return f"X-Antrean-Signature: {_hmac('SMS_TOKEN')}"
    if "x-twilio-signature" in given:
        form = sorted(parse_qsl(body, keep_blank_values=True))
        text = quote(url + "".join(name + value for name, value in form))
        key = f'"{SECRET}TWILIO_TOKEN"'
        signed = f"printf %s {text} | openssl dgst -sha1 -hmac {key} -binary | base64"
        return f"X-Twilio-Signature: $({signed})"
    return ""


def _hmac(name: str) -> str:
    key = f'"{SECRET}{name}"'
    return f"$(printf %s \"$body\" | openssl dgst -sha256 -hmac {key} -r | cut -d' ' -f1)"
