"""Booking codes: drawn at random, checked by their last symbol, read aloud in groups of four."""

import secrets

from shared.keys import BOOKING_CODE_LENGTH, CROCKFORD, check_symbol


def new_booking_code() -> str:
    """Draw a booking code: 11 random Crockford characters and their check symbol.

    A draw whose check symbol is not one of the 32 letters and digits is drawn again, because
    `*`, `~`, `$`, `=` and `U` cannot be told on the phone. That leaves 55 bits less
    log2(37/32) = 0.21, so 54.8 random bits.
    """
    while True:
        code = "".join(secrets.choice(CROCKFORD) for _ in range(BOOKING_CODE_LENGTH - 1))
        symbol = check_symbol(code)
        if symbol in CROCKFORD:
            return code + symbol
