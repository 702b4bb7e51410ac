"""The guard of our own packages, on installations made of files."""

from __future__ import annotations

import base64
import hashlib
from importlib import metadata
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

import pytest

from terminal_agent import installation
from terminal_agent.errors import InstallationError

if TYPE_CHECKING:
    from pathlib import Path


def install(
    site: Path, name: str, files: dict[str, str], *, hashed: bool = True, record: bool = True
) -> None:
    """A distribution with these files, as an installer leaves it."""
    lines = []
    for path, content in files.items():
        place = site / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, encoding="utf-8")
        digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest())
        told = f"sha256={digest.rstrip(b'=').decode()}" if hashed else ""
        lines.append(f"{path},{told},")
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    if record:
        (info / "RECORD").write_text("\n".join(lines) + "\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages; only what lies there counts."""

    def distributions(**_: object) -> list[metadata.Distribution]:
        return [metadata.PathDistribution(info) for info in sorted(tmp_path.glob("*.dist-info"))]

    def files(name: str) -> list[metadata.PackagePath] | None:
        found = [one for one in distributions() if one.metadata["Name"] == name]
        if not found:
            raise metadata.PackageNotFoundError(name)
        return found[0].files

    def find(name: str) -> ModuleSpec | None:
        place = tmp_path / name
        if not place.is_dir():
            return None
        initial = place / "__init__.py"
        return ModuleSpec(name, None, origin=str(initial) if initial.exists() else None)

    monkeypatch.setattr(metadata, "distributions", distributions)
    monkeypatch.setattr(metadata, "files", files)
    monkeypatch.setattr(installation, "find_spec", find)
    return tmp_path


OURS = {f"{name}/__init__.py": f"# {name}\n" for name in installation.PACKAGES}


def test_a_whole_installation_is_in_order(site: Path) -> None:
    install(site, installation.DISTRIBUTION, OURS)
    install(site, "pydantic", {"pydantic/__init__.py": ""})
    assert installation.damage() == []
    installation.check()


def test_a_file_that_was_overwritten_or_lost_is_named(site: Path) -> None:
    install(site, installation.DISTRIBUTION, {**OURS, "drivers/clock.py": "# ours\n"})
    (site / "drivers" / "clock.py").write_text("# theirs\n")
    (site / "protocols" / "__init__.py").unlink()
    found = installation.damage()
    assert "drivers/clock.py is not the file that was installed" in found
    assert "protocols/__init__.py is not the file that was installed" in found
    assert "package 'protocols' has lost its __init__.py" in found
    with pytest.raises(InstallationError) as damaged:
        installation.check()
    assert "drivers/clock.py" in damaged.value.what_happened
    assert damaged.value.what_to_do


def test_another_owner_of_one_of_our_names_is_named(site: Path) -> None:
    install(site, installation.DISTRIBUTION, OURS)
    install(site, "bus-drivers", {"drivers/bus.py": "", "simulators/x.py": ""})
    install(site, "no-record", {"drivers_of_buses/x.py": ""}, record=False)
    assert installation.damage() == [
        "package 'drivers' is also installed by bus-drivers",
        "package 'simulators' is also installed by bus-drivers",
    ]


def test_files_without_a_hash_and_foreign_files_are_not_judged(site: Path) -> None:
    install(site, installation.DISTRIBUTION, OURS, hashed=False)
    (site / "drivers" / "__init__.py").write_text("# anything\n")
    assert installation.damage() == []


def test_an_installation_without_a_list_of_files_is_not_judged(site: Path) -> None:
    install(site, installation.DISTRIBUTION, OURS, record=False)
    assert installation.damage() == []


def test_a_checkout_without_an_installation_is_in_order(site: Path) -> None:
    for path, content in OURS.items():
        (site / path).parent.mkdir()
        (site / path).write_text(content)
    assert installation.damage() == []


def test_a_package_that_lies_elsewhere_than_the_others_is_told(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, installation.DISTRIBUTION, OURS)

    def find(name: str) -> ModuleSpec:
        if name == "drivers":
            return ModuleSpec(name, None, origin="/elsewhere/drivers/__init__.py")
        return ModuleSpec(name, None, origin=str(site / name / "__init__.py"))

    monkeypatch.setattr(installation, "find_spec", find)
    (told,) = installation.damage()
    assert told.startswith("our packages lie in different folders: ")
    assert "/elsewhere" in told
