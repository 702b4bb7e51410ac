"""The short code on each copy of a slip: people read it to each other and to the screen.

It says which piece of paper is meant: another slip, copy or reprint number has another code. It
proves nothing about the money.
"""

from __future__ import annotations

import hashlib
import unicodedata

# No sign that looks or sounds like another one on a worn roll or over the phone.
SIGNS = "ACDEFHJKMNPRTWXY3479"
LENGTH = 4  # 20 ** 4 codes: two slips of one evening hardly ever share one


def slip_code(slip_id: str, copy: str, reprint: int) -> str:
    """The code of one copy, such as "K7MR"."""
    digest = hashlib.sha256(f"{slip_id}/{copy}/{reprint}".encode()).digest()
    number = int.from_bytes(digest[:8])
    signs = []
    for _ in range(LENGTH):
        number, sign = divmod(number, len(SIGNS))
        signs.append(SIGNS[sign])
    return "".join(signs)


def typed_code(text: str) -> str:
    """A code as a person types it, made comparable: blanks, dashes, case and width do not count."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in plain if sign.isalnum())
