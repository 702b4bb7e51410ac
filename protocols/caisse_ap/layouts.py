"""The tags of Concert V3 (Caisse-AP) and the two messages that are made of them.

Sources: public documents of PayXpert, and the open clients akretion/caisse-ap-ip and OCA; the full
specification is not public. A tag that stands in no row is kept as it came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from protocols.kit.asciifields import OpenDigits
from protocols.kit.fields import Hidden, OpenText, Text
from protocols.kit.messages import Part
from protocols.kit.tagged import Items, TaggedLayout

if TYPE_CHECKING:
    from protocols.kit.fields import Field
    from protocols.kit.messages import MessageLayout

ITEMS: Final = Items(tag_size=2, length_size=3, text=True)
FIRST: Final = "CZ"
CHARSET: Final = "latin-1"
_TEXT: Final = OpenText(CHARSET)
_HIDDEN: Final = Hidden(_TEXT)
_CHAR: Final = Text(1, charset=CHARSET)

# Tag, our name of it, what may stand in it.
_ROWS: Final[tuple[tuple[str, str, Field], ...]] = (
    ("CZ", "version", OpenDigits(4, 4)),
    ("CJ", "integrator", OpenDigits(12, 12)),
    ("CA", "till", OpenDigits(1, 2)),
    ("CE", "currency", OpenDigits(3, 3)),
    ("BA", "answer_when", _CHAR),  # 0 at the end, 1 at once
    ("CD", "action", _CHAR),  # 0 debit, 1 credit, 2 cancellation, 3 duplicate
    ("CB", "amount", OpenDigits(2, 12)),  # minor units, zeros in front as the peer likes
    ("CC", "application", Text(3, charset=CHARSET)),
    ("CF", "private", _TEXT),  # given back: our reference
    ("CG", "contract_number", _TEXT),
    ("CH", "till_reference", _TEXT),
    ("CI", "reading", _CHAR),
    ("CK", "slip_control", _TEXT),
    ("ZT", "slip_control_text", _TEXT),
    ("AK", "slip", _TEXT),  # base64
    ("AA", "pan", Hidden(_TEXT, card_number=True)),
    ("AB", "expiry", _HIDDEN),
    ("AC", "auth_code", _TEXT),
    ("AE", "result", OpenDigits(2, 2)),
    ("AF", "reason", OpenDigits(2, 2)),
    ("AI", "aid", _TEXT),
    ("AL", "pan_kind", _TEXT),
    ("AP", "date", _TEXT),
    ("AQ", "serial_number", _TEXT),
    ("BH", "phone", _HIDDEN),
    ("BI", "mail", _HIDDEN),
    ("ID", "link", _TEXT),
    ("IM", "link_method", _TEXT),
)
_PARTS: Final = {ITEMS.tag(word): Part(name, field) for word, name, field in _ROWS}
RESULT_TAG: Final = ITEMS.tag("AE")
_ASKED: Final = {tag: part for tag, part in _PARTS.items() if ITEMS.word(tag) not in {"AE", "AF"}}

REQUEST: Final = TaggedLayout(
    b"CD", "request", "to_terminal", tagged=_ASKED, items=ITEMS, must=("version", "action")
)
ANSWER: Final = TaggedLayout(
    b"AE", "answer", "to_ecr", tagged=_PARTS, items=ITEMS, must=("version", "result")
)
MESSAGES: Final[tuple[MessageLayout, ...]] = (REQUEST, ANSWER)
