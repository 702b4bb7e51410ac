"""Money is a whole number of minor units and a currency; a float never appears."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from protocols.kit.errors import BadField

# What a 12-digit amount field of any terminal protocol can carry.
AMOUNT_MINOR_MAX = 999_999_999_999


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 currency: numeric code ("978"), letters ("EUR") and digits after the point."""

    numeric: str
    alpha: str
    exponent: int

    @classmethod
    def of(cls, code: str) -> Currency:
        """Find a currency by its letters or its number ("EUR", "978", or "0978" as BCD carries it).

        Raises BadField for a code that is not in the table: an amount whose number of decimals is
        not known must not be shown to anybody.
        """
        wanted = code.strip().upper()
        if wanted.isdecimal():
            wanted = wanted.lstrip("0").rjust(3, "0")
        found = _BY_CODE.get(wanted)
        if found is None:
            raise BadField(f"currency {code!r} is not known", code="unknown_currency")
        return found


# ISO 4217: the currencies of the places whose terminals we speak to, and their neighbours.
_TABLE = (
    "036 AUD 2, 040 ATS 2, 052 BBD 2, 068 BOB 2, 096 BND 2, 124 CAD 2, 144 LKR 2, 152 CLP 0, "
    "156 CNY 2, 170 COP 2, 188 CRC 2, 203 CZK 2, 208 DKK 2, 344 HKD 2, 348 HUF 2, 352 ISK 0, "
    "356 INR 2, 360 IDR 2, 376 ILS 2, 392 JPY 0, 400 JOD 3, 410 KRW 0, 414 KWD 3, 446 MOP 2, "
    "458 MYR 2, 484 MXN 2, 504 MAD 2, 512 OMR 3, 554 NZD 2, 578 NOK 2, 604 PEN 2, 608 PHP 2, "
    "634 QAR 2, 643 RUB 2, 682 SAR 2, 702 SGD 2, 704 VND 0, 710 ZAR 2, 752 SEK 2, 756 CHF 2, "
    "764 THB 2, 784 AED 2, 818 EGP 2, 826 GBP 2, 840 USD 2, 901 TWD 2, 941 RSD 2, 946 RON 2, "
    "949 TRY 2, 975 BGN 2, 978 EUR 2, 980 UAH 2, 985 PLN 2, 986 BRL 2, 048 BHD 3, 788 TND 3"
)
_CURRENCIES = tuple(
    Currency(numeric, alpha, int(exponent))
    for numeric, alpha, exponent in (row.split() for row in _TABLE.split(", "))
)
_BY_CODE = {c.numeric: c for c in _CURRENCIES} | {c.alpha: c for c in _CURRENCIES}


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money: `minor` units (cents) of `currency`, never negative."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if not 0 <= self.minor <= AMOUNT_MINOR_MAX:
            raise BadField(f"amount {self.minor} is outside 0..{AMOUNT_MINOR_MAX}")

    @classmethod
    def parse(cls, text: str, currency: Currency) -> Amount:
        """Read what a person types: "12.50", "12,50", "12". Raises BadField for anything else.

        Thousands separators are refused rather than guessed at ("1.250" could be either).
        """
        cleaned = text.strip().replace(",", ".")
        try:
            value = Decimal(cleaned)
        except InvalidOperation:
            raise BadField(f"{text!r} is not an amount", code="bad_amount") from None
        whole, _, decimals = cleaned.partition(".")
        if not whole.isdecimal() or (decimals and not decimals.isdecimal()):
            raise BadField(f"{text!r} is not an amount", code="bad_amount")
        if len(decimals) > currency.exponent:
            raise BadField(
                f"{currency.alpha} has {currency.exponent} decimals, not {len(decimals)}",
                code="bad_amount",
            )
        if value > AMOUNT_MINOR_MAX:  # a number of thousands of digits cannot even be told
            raise BadField(f"an amount of {len(whole)} digits is too much", code="bad_amount")
        return cls(int(value.scaleb(currency.exponent)), currency)

    def number(self) -> str:
        """The amount alone, with the currency's decimals: "12.50"."""
        digits = str(self.minor).rjust(self.currency.exponent + 1, "0")
        if not self.currency.exponent:
            return digits
        return f"{digits[: -self.currency.exponent]}.{digits[-self.currency.exponent :]}"

    def __str__(self) -> str:
        return f"{self.currency.alpha} {self.number()}"
