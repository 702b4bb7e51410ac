"""A QR code as modules, and where it stands on the paper."""

from __future__ import annotations

from functools import lru_cache

# Half a millimetre at 203 dots per inch, twice what scanners need; larger ones would keep a serial
# line busy for more than a second where the printer does not draw codes itself.
MODULE_DOTS = 4

Modules = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=16)
def modules(data: str) -> Modules:
    """The square without its quiet zone; True is black. Error correction M, as on the printers."""
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode

    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(data)
    code.make()
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def left_dots(modules_wide: int, dots: int) -> int:
    """Dots left of a code in the middle of a line; even, since printers draw it in doubled dots."""
    return (dots - modules_wide * MODULE_DOTS) // 4 * 2
