"""Refuses to run when another distribution has overwritten one of our four packages.

Our import names are plain words that other distributions use too; installing one of them over ours
replaces files in silence. Nothing is imported to find out. Not run for `--help` and `--version`.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from terminal_agent.errors import InstallationError

DISTRIBUTION = "pos-refund-agent"
PACKAGES = ("terminal_agent", "drivers", "printing", "protocols", "simulators")


def version() -> str:
    """The installed version; "0" from a checkout that is not installed."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "0"


def damage() -> list[str]:
    """What is wrong with the installed files, a line each; empty when all is well."""
    found, homes = [], set()
    for name in PACKAGES:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            found.append(f"package {name!r} has lost its __init__.py")
        else:
            homes.add(Path(spec.origin).resolve().parent.parent)
    if len(homes) > 1:
        where = ", ".join(sorted(str(home) for home in homes))
        found.append(f"our packages lie in different folders: {where}")
    try:
        files = metadata.files(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        # Run from a checkout without an installation: nothing can have been written over.
        return found
    found += _changed(files)
    return found + _second_owners()


def _changed(files: list[metadata.PackagePath]) -> list[str]:
    found = []
    for file in files:
        if file.hash is None or file.parts[0] not in PACKAGES:
            continue
        path = Path(str(file.locate()))
        digest = hashlib.new(file.hash.mode, path.read_bytes()).digest() if path.exists() else b""
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            found.append(f"{file} is not the file that was installed")
    return found


def _second_owners() -> list[str]:
    owned: dict[str, set[str]] = {}
    for distribution in metadata.distributions():
        # The plain text, since parsing every list of files takes longer than the refund's start.
        files = "\n" + (distribution.read_text("RECORD") or "")
        names = [name for name in PACKAGES if f"\n{name}/" in files]
        owner = distribution.metadata["Name"] if names else DISTRIBUTION
        if owner != DISTRIBUTION:
            for name in names:
                owned.setdefault(name, set()).add(str(owner))
    return [
        f"package {name!r} is also installed by {', '.join(sorted(owners))}"
        for name, owners in sorted(owned.items())
    ]


def check() -> None:
    """Raise InstallationError when `damage` finds any."""
    if found := damage():
        raise InstallationError(
            "installation.damaged",
            "the installation is damaged: " + "; ".join(found),
            what_to_do="Install pos-refund-agent again, in an environment of its own.",
            details={"problem": "; ".join(found)},
        )
