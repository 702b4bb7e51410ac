"""`python -m tests.durability`: power cuts and errors of the disk, with figures.

Power may go at every moment of recorded lives, and every call of a refund's life may fail.

Exit code 0 when no promise was broken and every control behaved as it must.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.durability import controls
from tests.durability.campaign import Campaign, Figures
from tests.durability.lives import failed_sync_lives, killed_lives, lives_after, main_lives
from tests.durability.trouble import Errors, sweep

# How the images are shared out: lives at the counter, starts that are killed, syncs that fail;
# what is left goes to cuts after cuts.
SHARES: Final = (0.5, 0.2, 0.15)
_IN_MEMORY: Final = Path("/dev/shm")
_SHOWN: Final = 5  # broken promises shown in full


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder in memory where there is such a thing."""
    where = _IN_MEMORY if _IN_MEMORY.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="durability-", dir=where)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def campaign(work: Path, *, images: int, seed: int, kills_every: int) -> Figures:
    """All lives, so many images in all."""
    run = Campaign(work, seed=seed)
    main, killed, failed = (round(images * share) for share in SHARES)
    run.run(main_lives(work), main)
    run.run(killed_lives(work, every=kills_every), killed)
    run.run(failed_sync_lives(work, every=max(1, kills_every // 4)), failed)
    run.run(lives_after(run.some, work), images - run.figures.images)
    return run.figures


def show(figures: Figures) -> None:
    """The figures as a table, and the first broken promises."""
    print(f"moments at which the power may go: {figures.moments}")
    print(f"{'what is on the disk then':<46}{'tried':>8}{'different':>11}")
    for way, tried in figures.tried.most_common():
        print(f"  {way:<44}{tried:>8}{figures.distinct[way]:>11}")
    print(f"  {'in all':<44}{figures.tried.total():>8}{figures.images:>11}")
    print(f"begun but empty where another journal is missed, refused: {figures.rightly_refused}")
    print(f"images in which something acknowledged is lost: {figures.broken['lost']}")
    print(f"images with another broken promise: {figures.broken.total() - figures.broken['lost']}")
    for breach in figures.breaches[:_SHOWN]:
        sizes = {name: len(data) for name, data in breach.image.items()}
        print(f"  {breach}\n    {sizes}")


def show_errors(errors: Errors) -> None:
    """How lives on a failing disk went."""
    print(f"refunds on a disk that fails at one call, each at another one: {errors.lives.total()}")
    for name, lives in errors.lives.items():
        print(f"  {name:<44}{lives:>8}")
    print("  what was told then:")
    for told, lives in errors.told.most_common():
        print(f"    {told:<42}{lives:>8}")
    print(
        f"  with a new start of the agent {errors.new_starts}; broken promises {len(errors.failed)}"
    )
    for failed in errors.failed[:_SHOWN]:
        print(f"  {failed}")


def show_controls(work: Path, seed: int) -> int:
    """The machinery with one thing done wrong; gives how many did not behave as they must."""
    print("controls: the same machinery with one thing done wrong")
    wrong = 0
    for number, control in enumerate(controls.CONTROLS):
        got = controls.run(control, work / f"control-{number}", images=300, seed=seed)
        lost = got.broken["lost"]
        as_it_must = control.loses == bool(lost)
        print(f"  {control.name:<46}{got.images:>6} images{lost:>6} lost", end="")
        print("" if as_it_must else "   <- not as it must be")
        wrong += not as_it_must
    return wrong


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.durability", description=__doc__)
    parser.add_argument("--images", type=int, default=10_000, help="different images to open")
    parser.add_argument("--seed", type=int, default=1, help="chooses among the cuts")
    parser.add_argument("--kills-every", type=int, default=2, help="operations between two kills")
    parser.add_argument("--errors-every", type=int, default=1, help="calls between two errors")
    wanted = parser.parse_args()
    begun = time.process_time()
    with work_folder() as work:
        figures = campaign(
            work, images=wanted.images, seed=wanted.seed, kills_every=wanted.kills_every
        )
        show(figures)
        wrong = len(figures.breaches) + (figures.images < wanted.images)
        wrong += show_controls(work, wanted.seed)
        errors = sweep(work / "errors", every=wanted.errors_every)
        show_errors(errors)
        wrong += len(errors.failed)
    print(f"seed {wanted.seed}, {time.process_time() - begun:.0f} s of processor time")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
