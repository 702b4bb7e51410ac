"""Sheets as slips make them, and any sheet at all."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from printing.grid import centre, pair, width
from printing.sanitise import clean
from printing.sheet import DOTS, Block, Cut, Qr, Row, Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

CASE: Final = "RF-20261124-000042-K7"

_ZH: Final = (
    ("商户编号", "104310158120042"),
    ("终端编号", "10012345"),
    ("卡号", "银联 622588******1234"),
    ("读卡方式", "插卡"),
    ("应用标识", "A000000333010101"),
    ("日期时间", "2026-11-24 10:31:07"),
    ("批次号", "000123"),
    ("凭证号", "000042"),
    ("参考号", "632811000042"),
    ("授权码", "815632"),
    ("应答码", "00"),
)
_ZH_SALE: Final = (
    ("原交易日期", "2026-11-23"),
    ("原凭证号", "000017"),
    ("原参考号", "632710000017"),
    ("原交易金额", "CNY 12.50"),
    ("退款原因", "重复扣款：同一笔交易刷卡两次"),
    ("操作员", "07"),
    ("主管", "SV02"),
    ("单据号", CASE),
)
_EN: Final = (
    ("Merchant ID", "104310158120042"),
    ("Terminal ID", "10012345"),
    ("Card", "VISA ************1234"),
    ("Entry", "Contactless"),
    ("AID", "A0000000031010"),
    ("Date", "2026-11-24 10:31:07"),
    ("Batch", "000123"),
    ("Trace", "000042"),
    ("Ref no", "632811000042"),
    ("Auth code", "815632"),
    ("Response", "00"),
)
_EN_SALE: Final = (
    ("Date", "2026-11-23"),
    ("Trace", "000017"),
    ("Ref no", "632710000017"),
    ("Amount", "EUR 12.50"),
    ("Reason", "Duplicate charge, same basket paid twice by mistake"),
    ("Operator", "07"),
    ("Slip", CASE),
)


def chinese(columns: int) -> Sheet:
    """A refund slip for the merchant."""
    return _slip(
        columns,
        shop="上海市徐汇区好味道小吃店（漕溪北路分店）",
        titles=("退货", "商户存根", "原交易", "退款金额", "交易成功", "持卡人签名"),
        amount="CNY 12.50",
        rows=(_ZH, _ZH_SALE),
    )


def latin(columns: int) -> Sheet:
    """The same in the letters of western Europe."""
    return _slip(
        columns,
        shop="Café Müller & Söhne",
        titles=("REFUND", "MERCHANT COPY", "Original sale", "AMOUNT", "APPROVED", "Signature"),
        amount="€12.50",
        rows=(_EN, _EN_SALE),
    )


def _slip(
    columns: int,
    *,
    shop: str,
    titles: tuple[str, str, str, str, str, str],
    amount: str,
    rows: tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]],
) -> Sheet:
    title, copy, original, asked, outcome, signature = titles
    rule = Row("-" * columns)
    half = columns // 2
    blocks: list[Block] = [
        *(Row(line, bold=True) for line in centre(shop, columns)),
        *(Row(line, bold=True, wide=2, tall=2) for line in centre(title, half)),
        *(Row(line) for line in centre(copy, columns)),
        rule,
        *(Row(line) for one in rows[0] for line in pair(*one, columns)),
        rule,
        Row(asked, bold=True),
        Row(amount, bold=True, wide=2, tall=2),
        *(Row(line, bold=True) for line in centre(outcome, columns)),
        rule,
        Row(original),
        *(Row(line) for one in rows[1] for line in pair(*one, columns)),
        Row(""),
        Row(signature),
        Row("_" * columns),
        Qr(CASE),
        Cut(),
    ]
    return Sheet(columns, tuple(blocks))


@cache
def letters(charset: str) -> str:
    """Every character that stands on the grid as it is printed in that charset."""
    if charset == "gb18030":
        wide = (chr(code) for code in range(0x80, 0x10000))
        found = "".join(char for char in wide if _is_gb_letter(char))
        return "".join(map(chr, range(0x20, 0x7F))) + found
    high = bytes(range(0x80, 0x100)).decode(charset, "ignore")
    return "".join(char for char in map(chr, range(0x20, 0x7F)) if char) + "".join(
        char for char in high if clean(char) == char and width(char) == 1 and char not in "‘’“”–"
    )


def _is_gb_letter(char: str) -> bool:
    try:
        code = char.encode("gb18030")
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and clean(char) == char and width(char) == 2


@st.composite
def rows(draw: st.DrawFn, columns: int, alphabet: str) -> Row:
    """Any row that fits."""
    wide, tall = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    text = clean(draw(st.text(st.sampled_from(alphabet), max_size=columns)))
    while width(text) * wide > columns:
        text = text[:-1]
    return Row(text, bold=draw(st.booleans()), wide=wide, tall=tall)


@st.composite
def sheets(draw: st.DrawFn, alphabet: str, *, most: int = 8) -> Sheet:
    """Any sheet in these letters."""
    columns = draw(st.sampled_from(sorted(DOTS)))
    codes = st.text(st.sampled_from("RF-0123456789abc "), min_size=1, max_size=40).map(Qr)
    block = st.one_of(rows(columns, alphabet), codes, st.just(Cut()))
    return Sheet(columns, tuple(draw(st.lists(block, max_size=most))))
