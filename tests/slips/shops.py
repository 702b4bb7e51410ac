"""One shop for each language of the slips: what its people write, and its money."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The texts of a sample slip that nobody translates."""

    lines: tuple[str, ...]
    currency: str
    reason_text: str
    refusal: str
    contact: str
    cashier: str
    approver: str
    card_name: str = "VISA"
    masked_pan: str = "476173******0119"


SHOPS = {
    "en": Shop(
        lines=("Corner Coffee & Sons", "1 Main Street, Dublin 2"),
        currency="EUR",
        reason_text="same basket paid twice by mistake",
        refusal="Card not accepted",
        contact="told at the counter that it is being checked",
        cashier="07 Ann",
        approver="SV02 Bob",
    ),
    "zh": Shop(
        lines=("上海市徐汇区好味道小吃店（漕溪北路分店）",),
        currency="CNY",
        reason_text="同一笔交易刷卡两次",
        refusal="卡号无效或与原交易不符",
        contact="已当面告知客户正在核实",
        cashier="07 王敏",
        approver="SV02 李强",
        card_name="银联",
        masked_pan="622588******1234",
    ),
    "de": Shop(
        lines=("Café Müller & Söhne", "Hauptstraße 1, 10115 Berlin"),
        currency="EUR",
        reason_text="derselbe Warenkorb zweimal bezahlt",
        refusal="Karte ungültig",
        contact="Kundin am Tresen informiert",
        cashier="07 Jörg",
        approver="SV02 Käthe",
        card_name="girocard",
    ),
    "fr": Shop(
        lines=("Boulangerie de l'Église", "3 rue des Carmes, 44000 Nantes"),
        currency="EUR",
        reason_text="le même panier payé deux fois",
        refusal="Carte non acceptée",
        contact="cliente informée au comptoir",
        cashier="07 Zoé",
        approver="SV02 François",
        card_name="CB",
    ),
    "it": Shop(
        lines=("Caffè della Libertà", "Via Roma 1, 20121 Milano"),
        currency="EUR",
        reason_text="stesso carrello pagato due volte",
        refusal="Carta non accettata",
        contact="cliente avvisata al banco",
        cashier="07 Nicolò",
        approver="SV02 Lucia",
    ),
    "es": Shop(
        lines=("Panadería Ñandú", "Calle Mayor 1, 28013 Madrid"),
        currency="EUR",
        reason_text="la misma compra pagada dos veces",
        refusal="Tarjeta no admitida",
        contact="clienta avisada en el mostrador",
        cashier="07 Íñigo",
        approver="SV02 Begoña",
    ),
}
