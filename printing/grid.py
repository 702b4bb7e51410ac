"""Lines on a grid of cells: a Latin letter takes one cell, a Chinese character two.

A receipt printer knows no clusters, so widths are summed one code point at a time over text that
`sanitise.clean` has made harmless.
"""

from __future__ import annotations

from printing.sanitise import clean

# Punctuation that closes something never begins a line, what opens something never ends one.
CLOSING = frozenset("，。：；！？、）》」』】〉〕｝］”’»›…·％．,.;:!?)]}%")
_OPENING = frozenset("（《「『【〈〔｛［“‘«‹([{")
_WIDE = 2


def width(text: str) -> int:
    """Cells that cleaned text takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    from wcwidth import wcwidth

    return sum(max(wcwidth(char), 0) for char in text)


def wrap(text: str, columns: int) -> list[str]:
    """The text in lines of at most `columns` (at least 4) cells; never an empty list.

    Breaks at blanks and beside wide characters, and inside a word only when it fills a line alone.
    """
    columns = max(columns, _WIDE)  # a wide character on one cell sticks out rather than hanging us
    rest = clean(text).strip()
    lines: list[str] = []
    while width(rest) > columns:
        cut = _cut(rest, columns)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, rest]


def _cut(text: str, columns: int) -> int:
    """Where to end a line of `text`, which is wider than `columns`; never 0."""
    most = _fitting(text, columns)
    for may_break in (_between_words, _before_no_closing):
        for cut in range(most, 0, -1):
            if may_break(text, cut):
                return cut
    return most


def _fitting(text: str, columns: int) -> int:
    """How many characters of `text`, which is wider than `columns`, fit."""
    used = 0
    for count, char in enumerate(text):
        used += width(char)
        if used > columns:
            return count
    raise AssertionError("the text fits")


def _between_words(text: str, cut: int) -> bool:
    before, after = text[cut - 1], text[cut]
    if not _before_no_closing(text, cut) or before in _OPENING:
        return False
    return after == " " or before == " " or _WIDE in (width(before), width(after))


def _before_no_closing(text: str, cut: int) -> bool:
    return text[cut:].lstrip()[:1] not in CLOSING


def pair(label: str, value: str, columns: int) -> list[str]:
    """A label at the left and its value at the right; a long value goes under the label."""
    label, value = clean(label).strip(), clean(value).strip()
    blanks = columns - width(label) - width(value)
    if blanks >= 1:
        return [label + " " * blanks + value]
    return wrap(label, columns) + [right(line, columns) for line in wrap(value, columns - 2)]


def right(text: str, columns: int) -> str:
    """Cleaned text that fits, moved to the right edge."""
    return " " * (columns - width(text)) + text


def centre(text: str, columns: int) -> list[str]:
    """The text in centred lines."""
    return [" " * ((columns - width(line)) // 2) + line for line in wrap(text, columns)]


def left(text: str, columns: int) -> str:
    """Cleaned text that fits, filled with blanks up to the right edge."""
    return text + " " * (columns - width(text))
