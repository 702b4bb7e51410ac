"""What is sent to a printer for one sheet: its own letters, or a picture where it lacks one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from printing.errors import Unprintable
from printing.escpos.compose import compose
from printing.escpos.raster import raster

if TYPE_CHECKING:
    from collections.abc import Callable

    from printing.picture import Fonts
    from printing.profile import PrinterProfile
    from printing.sheet import Sheet


def job(sheet: Sheet, profile: PrinterProfile, fonts: Callable[[], Fonts]) -> bytes:
    """All bytes but the process id. `fonts` is called only when a picture has to be drawn.

    Raises Unprintable when the printer has neither the letters nor pictures, NoFont when a picture
    is needed and no font is found, BadSheet for another width of paper.
    """
    try:
        return compose(sheet, profile)
    except Unprintable:
        if not profile.picture:
            raise
    return raster(sheet, profile, fonts())
