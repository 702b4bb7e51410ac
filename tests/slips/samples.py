"""The slips that golden files and the reference page show; run as a module it writes them anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from protocols.kit.money import Amount, Currency
from protocols.kit.vocabulary import Operation, Outcome
from terminal_agent.slips import OriginalSale, SlipCopy, SlipData, render

GOLDEN = Path(__file__).parent / "golden"
EUR, CNY = Currency.of("EUR"), Currency.of("CNY")

EN = SlipData(
    slip_id="RF-20261124-000042-K7",
    case_number="R-000042",
    operation=Operation.REFUND,
    outcome=Outcome.APPROVED,
    copy=SlipCopy.MERCHANT,
    amount=Amount(1250, EUR),
    when=datetime(2026, 11, 24, 10, 31, 7, tzinfo=UTC),
    merchant_lines=("Café Müller & Söhne", "Hauptstraße 1, 10115 Berlin"),
    merchant_id="104310158120042",
    terminal_id="10012345",
    card_name="VISA",
    masked_pan="476173******0119",
    receipt_number="0042",
    trace_number="000042",
    rrn="632811000042",
    auth_code="815632",
    result_code="00",
    original=OriginalSale(
        amount=Amount(2000, EUR),
        when=datetime(2026, 11, 23, 18, 2, 44, tzinfo=UTC),
        receipt_number="0017",
        trace_number="000017",
        rrn="632710000017",
    ),
    remaining=Amount(750, EUR),
    reason="Duplicate charge, same basket paid twice by mistake",
    cashier="07 Ann",
    approver="SV02 Bob",
)
ZH = replace(
    EN,
    language="zh",
    amount=Amount(1250, CNY),
    merchant_lines=("上海市徐汇区好味道小吃店（漕溪北路分店）",),
    card_name="银联",
    masked_pan="622588******1234",
    original=OriginalSale(
        amount=Amount(2000, CNY),
        when=datetime(2026, 11, 23, 18, 2, 44, tzinfo=UTC),
        receipt_number="0017",
        trace_number="000017",
        rrn="632710000017",
    ),
    remaining=Amount(750, CNY),
    reason="重复扣款：同一笔交易刷卡两次",
    cashier="07",
    approver="SV02",
)


def _unknown(slip: SlipData) -> SlipData:
    """What is known when the answer was lost: nothing of the terminal's."""
    return replace(
        slip,
        outcome=Outcome.UNKNOWN,
        result_code="",
        receipt_number="",
        trace_number="",
        rrn="",
        auth_code="",
    )


def _declined(slip: SlipData, text: str) -> SlipData:
    code = "6F" if slip.language == "en" else "14"
    return replace(slip, outcome=Outcome.DECLINED, auth_code="", result_code=code, result_text=text)


def _customer(slip: SlipData) -> SlipData:
    return replace(slip, copy=SlipCopy.CUSTOMER)


def _wide(slip: SlipData) -> SlipData:
    return replace(slip, columns=48)


SAMPLES: dict[str, SlipData] = {
    "en32-refund-merchant": EN,
    "en32-refund-customer": _customer(EN),
    "en48-refund-merchant": _wide(EN),
    "en48-refund-customer": _wide(_customer(EN)),
    "zh32-refund-merchant": ZH,
    "zh32-refund-customer": _customer(ZH),
    "zh48-refund-merchant": _wide(ZH),
    "zh48-refund-customer": _wide(_customer(ZH)),
    "en32-void-merchant": replace(EN, operation=Operation.VOID, remaining=None),
    "zh48-void-customer": replace(_wide(_customer(ZH)), operation=Operation.VOID, remaining=None),
    "en32-declined-customer": _declined(_customer(EN), "Card not accepted"),
    "zh32-declined-merchant": _declined(ZH, "卡号无效或与原交易不符"),
    "en32-unknown-customer": _unknown(_customer(EN)),
    "en48-unknown-merchant": _unknown(_wide(EN)),
    "zh32-unknown-customer": _unknown(_customer(ZH)),
    "zh48-unknown-merchant": replace(_unknown(_wide(ZH)), operation=Operation.VOID),
    "en32-not-sent-customer": replace(_unknown(_customer(EN)), outcome=Outcome.NOT_SENT),
    "zh32-refund-merchant-reprint": replace(ZH, reprint=1),
    "en48-refund-customer-reprint": replace(_wide(_customer(EN)), reprint=2),
    "en32-terminal-text": replace(
        EN,
        terminal_lines=(
            "      ** Gutschrift **",
            "Terminal-ID :         10012345",
            "A line of the terminal that is far too long for this paper",
        ),
    ),
    "zh32-bare": SlipData(
        slip_id="RF-1",
        case_number="R-1",
        operation=Operation.REFUND,
        outcome=Outcome.APPROVED,
        copy=SlipCopy.CUSTOMER,
        amount=Amount(100, CNY),
        when=datetime(2026, 11, 24, 10, 31, 7, tzinfo=UTC),
        language="zh",
    ),
}


def main() -> None:
    """Write every golden file anew; the difference is for a person to read."""
    for name, slip in SAMPLES.items():
        (GOLDEN / f"{name}.txt").write_text(render(slip), encoding="utf-8")


if __name__ == "__main__":
    main()
