"""Makes text of any origin harmless on paper and screen; it never trusts a terminal or a person.

Control bytes and ESC cannot start a printer command, newlines cannot break the grid, direction
marks cannot turn an amount round.
"""

from __future__ import annotations

import unicodedata

# What stands in for a character that cannot be shown: visible, so that a tampered text looks odd.
REPLACEMENT = "?"

_BLANK_CONTROLS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85")
_BLANK_CATEGORIES = frozenset({"Zs", "Zl", "Zp"})
# Lone halves, private glyphs and code points nobody has defined: no printer agrees on them.
_UNSHOWABLE = frozenset({"Cc", "Cs", "Co", "Cn"})


def clean(text: str) -> str:
    """`text` in composed form with one visible cell or two for every character left.

    Line ends and odd blanks become a blank, other controls a "?", and what has no width (direction
    marks, joiners, loose accents) disappears. Cleaning twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text  # most lines of a slip, and there are many
    from wcwidth import wcwidth

    kept: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        if char in _BLANK_CONTROLS or category in _BLANK_CATEGORIES:
            kept.append("　" if char == "　" else " ")
        elif category in _UNSHOWABLE:
            kept.append(REPLACEMENT)
        elif wcwidth(char) > 0 and category != "Cf":
            kept.append(char)
    return "".join(kept)
