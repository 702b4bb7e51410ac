"""Writes docs/reference/configuration.md from the configuration's model and the words below."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from terminal_agent.config import Config
from tests.docs.template import filled, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

MEANINGS = {
    "language": "language on the screen; `--lang` goes before it",
    "terminal.NAME.protocol": "what the terminal speaks",
    "terminal.NAME.link": "where it is plugged in, see below",
    "terminal.NAME.profile": "kind of terminal; empty: as specified (ZVT: `generic`)",
    "terminal.NAME.exclusive": (
        "`true`: nobody but this agent books at the terminal, not at its keypad, not from another "
        "till"
    ),
    "terminal.NAME.capabilities_confirmed": "signs that a technician has checked on this device",
    "terminal.NAME.currency": "ISO 4217 code of the terminal's money",
    "terminal.NAME.password": "up to six digits; empty: what the profile's terminals come with",
    "terminal.NAME.printer": "who prints the terminal's own receipt: the till, or the terminal",
    "terminal.NAME.terminal_id": "if set, another terminal on the line is refused",
    "terminal.NAME.relay_hosts": (
        'hosts, as `"10.0.0.7:10004"`, that this terminal may have its messages carried to; empty: '
        "none (see the page on `aip`)"
    ),
    "terminal.NAME.options": "a table of texts that only one protocol has. nexo: `sale_id` and"
    " `poi_id` (who talks to whom) and, for `json-local-encrypted`, `passphrase`; caisse-ap:"
    " `integrator` and `till`; concert: `till`",
    "printer.NAME.link": "where the receipt printer is plugged in, see below",
    "printer.NAME.columns": "letters in a line",
    "printer.NAME.charset": "the letters it has of its own; empty: none, slips are printed as"
    " pictures",
    "printer.NAME.code_page": "the number that its `ESC t` gives to that charset",
    "printer.NAME.answers": "`false`: it is blind, and a person confirms every slip",
    "printer.NAME.process_id": "it says truly when a slip is on paper (`GS ( H`)",
    "printer.NAME.native_qr": "it draws QR codes by itself; otherwise they are sent as pictures",
    "printer.NAME.cutter": "it cuts the paper",
    "printer.NAME.picture": "it prints pictures (`GS v 0`)",
    "slip.printer": "which printer slips come out of, beside the file; empty: files alone",
    "journal.anchors": "a file, best on another disk, to which `journal anchor` and each end of day"
    " add how far the journal reached; `journal verify` reads it, and each start of a command that"
    " writes holds the journal against its newest line",
    "journal.anchor_key": "a secret that signs the anchors in that file",
    "journal.path": "the journal; a relative path starts at the configuration file's folder",
    "policy.single_limit": 'most for one refund, as a text such as "250.00"; none: no limit',
    "policy.second_approver_above": "above this amount two approvers are needed",
    "policy.refund_window_days": "older sales are not refunded (1 to 3650 days); none: no limit",
    "policy.prefer_void": "void rather than refund where both are possible",
    "slip.merchant": "lines on top of each slip: name, address",
    "slip.merchant_id": "merchant number, where the terminal does not tell it",
    "slip.columns": "width of a slip in characters",
    "slip.language": "language of the slips; none: as the screen",
    "slip.folder": "where slips are put, relative to the configuration file's folder",
    "time.scale": "for tests with the simulator only: every waiting time is divided by it",
}


def keys(model: type[BaseModel] = Config, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key with its field; a named table counts as NAME."""
    for name, field in model.model_fields.items():
        inner = [part for part in _parts(field.annotation) if _is_section(part)]
        if not inner:
            yield f"{prefix}{name}", field
        for section in inner:
            assert isinstance(section, type)
            assert issubclass(section, BaseModel)
            many = get_origin(field.annotation) is dict
            yield from keys(section, f"{prefix}{name}.{'NAME.' if many else ''}")


def render() -> str:
    """The whole page; a key without a meaning is a KeyError."""
    found = [
        (f"`{key}`", _kind(field.annotation), _default(field), MEANINGS[key])
        for key, field in keys()
    ]
    return filled("configuration.md", keys=rows(found))


def _parts(hint: object) -> tuple[object, ...]:
    return (hint, *get_args(hint))


def _is_section(part: object) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


def _kind(hint: object) -> str:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _kind(inner[0])
    if origin in {Union, UnionType}:
        return " or ".join(_kind(part) for part in inner if part is not NoneType)
    if origin is Literal:
        return " ".join(f"`{value}`" for value in inner)
    if origin is dict:
        return "table of texts"
    if origin is tuple:
        return f"list of {_kind(inner[0])}"
    return {str: "text", bool: "`true` `false`", int: "number", float: "number"}[_type(hint)]


def _type(hint: object) -> type:
    assert isinstance(hint, type), hint
    return hint


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "needed" if field.default_factory is None else "`{}`"
    if field.default is None:
        return "none"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    if isinstance(field.default, tuple):
        return "`[]`"
    return f'`"{field.default}"`' if isinstance(field.default, str) else f"`{field.default}`"
