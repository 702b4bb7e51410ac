"""Amounts, message numbers and times as nexo writes them.

A ServiceID tells a request and its answer apart from all others for at least a day. Those of money
are made by the agent from a number that never comes twice and have ten letters; those of harmless
requests are made of the time at which the line was opened and have nine, so the two never meet.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from protocols.kit.errors import BadField
from protocols.kit.money import Currency

if TYPE_CHECKING:
    from protocols.kit.money import Amount

SERVICE_ID_SIZE: Final = 10
_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HARMLESS_SIZE: Final = 9
# Harmless requests of one line before their numbers could meet those of the next one, which was
# opened a millisecond later at the least.
_PER_MILLISECOND: Final = 32
_DAY_S: Final = 86_400
_DAYS_TO_1970: Final = 719_468  # from 1 March of the year 0, Gregorian
_ERA_DAYS: Final = 146_097  # 400 years


def base36(number: int, size: int) -> str:
    """A number in the digits 0-9 A-Z, `size` of them; what is greater begins again at 0."""
    digits: list[str] = []
    for _ in range(size):
        number, digit = divmod(number, len(_LETTERS))
        digits.append(_LETTERS[digit])
    return "".join(reversed(digits))


def reference(number: int) -> str:
    """The ServiceID of a money request, made of a number that is never given twice."""
    return base36(number, SERVICE_ID_SIZE)


def harmless_id(opened_ms: int, count: int) -> str:
    """The ServiceID of the nth harmless request of a line that was opened at that time."""
    return base36(opened_ms * _PER_MILLISECOND + count, _HARMLESS_SIZE)


def amount_text(amount: Amount) -> str:
    """An amount with the decimals of its currency, never with a sign."""
    return amount.number()


def minor_units(text: str, currency: str) -> int | None:
    """An amount in minor units; None where it has more decimals than its currency.

    `currency` is a code of letters or a number. Raises BadField for one that is not known.
    """
    value = Decimal(text).scaleb(Currency.of(currency).exponent)
    return int(value) if value == value.to_integral_value() else None


def currency_number(letters: str | None) -> str | None:
    """The ISO number of a currency; what is not known stays as it was written."""
    if letters is None:
        return None
    try:
        return Currency.of(letters).numeric
    except BadField:
        return letters


def timestamp(milliseconds: int) -> str:
    """ISO 8601 in UTC, from milliseconds since 1970."""
    seconds, rest = divmod(milliseconds, 1_000)
    days, second = divmod(seconds, _DAY_S)
    year, month, day = civil(days)
    hour, minute, second = second // 3_600, second // 60 % 60, second % 60
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}.{rest:03d}Z"


def civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of a day counted from 1970 (the calendar repeats every 400 years)."""
    era, day = divmod(days + _DAYS_TO_1970, _ERA_DAYS)
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    year += 400 * era + (month >= 10)  # noqa: PLR2004 - the year begins in March here
    return year, (month + 2) % 12 + 1, day - (153 * month + 2) // 5 + 1


def day_of(date: str | None, milliseconds: int) -> str:
    """Midnight of the newest day with this date (MMDD) that is not in the future of that time.

    Without a date, or with one that is none, the day of that time itself.
    """
    year, month, day = civil(milliseconds // 1_000 // _DAY_S)
    if date is not None and len(date) == 4 and date.isascii() and date.isdigit():  # noqa: PLR2004
        wanted = int(date[:2]), int(date[2:])
        year -= wanted > (month, day)
        month, day = wanted
    return f"{year:04d}-{month:02d}-{day:02d}T00:00:00.000Z"
