"""`refund-agent decode`: bytes of a protocol in words, as docs/reference/decode.md describes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from protocols.kit.contract import DecodeOptions
from protocols.kit.errors import BadFrame, ProtocolError
from protocols.kit.registry import load, names
from terminal_agent.errors import UsageError
from terminal_agent.exit_codes import ExitCode

if TYPE_CHECKING:
    from protocols.kit.contract import Decoded, ProtocolSpec
    from terminal_agent.cli.context import Context
    from terminal_agent.console.outcome import JsonValue

# Bytes of one call; a longer recording belongs into a trace file.
INPUT_MAX = 1_000_000


def decode(context: Context) -> ExitCode:
    """Decode the arguments, standard input, or a trace."""
    if context.arguments.trace:
        return _decode_trace(context, Path(context.arguments.trace))
    name = context.arguments.protocol
    if not name:
        raise _usage(f"--protocol {'|'.join(names())}")
    spec = load(name)
    choices = _options(context, spec)
    if not context.arguments.hex:
        raise _usage("HEX")
    try:
        layer, found = _first_that_fits(spec, _bytes(context), choices)
    except ProtocolError as error:
        return _refused(context, error)
    for message in found:
        _tell(context, spec.name, layer, message)
    return ExitCode.APPROVED


def _options(context: Context, spec: ProtocolSpec) -> list[DecodeOptions]:
    """The layers to try, in order: the one that was asked for, or a frame and then the others."""
    arguments = context.arguments
    if arguments.layer and arguments.layer not in spec.layers:
        raise _usage(f"--layer {'|'.join(spec.layers)}")
    if arguments.profile and arguments.profile not in spec.profiles:
        raise _usage(f"--profile {'|'.join(spec.profiles)}")
    default = spec.default_layer
    others = [layer for layer in spec.layers if layer != default]
    layers = [arguments.layer] if arguments.layer else [default, *others]
    return [DecodeOptions(layer, arguments.profile, arguments.after) for layer in layers]


def _first_that_fits(
    spec: ProtocolSpec, data: bytes, choices: list[DecodeOptions]
) -> tuple[str, list[Decoded]]:
    """The layer that the bytes are of, and what they say.

    Where they are of none, the error is that of the reading that came furthest.
    """
    errors: list[ProtocolError] = []
    for options in choices:
        try:
            return options.layer, list(spec.decode(data, options))
        except ProtocolError as error:
            errors.append(error)
    raise max(errors, key=lambda error: error.offset or 0)


def _bytes(context: Context) -> bytes:
    given = context.arguments.hex
    text = context.stdin.read(2 * INPUT_MAX + 1) if given == ["-"] else " ".join(given)
    words = text.replace(":", " ").split()
    digits = "".join(word.removeprefix("0x") for word in words)
    if len(digits) > 2 * INPUT_MAX:
        raise BadFrame(f"more than {INPUT_MAX} bytes")
    for offset, char in enumerate(digits):
        if char not in "0123456789abcdefABCDEF":
            raise BadFrame("this is not hex", offset=offset // 2)
    if len(digits) % 2:
        raise BadFrame("half a byte at the end", offset=len(digits) // 2)
    return bytes.fromhex(digits)


def _tell(context: Context, protocol: str, layer: str, message: Decoded, **more: JsonValue) -> None:
    if context.as_json:
        found: dict[str, JsonValue] = {
            "ok": True,
            "protocol": protocol,
            "layer": layer,
            "command": message.command,
            "name": message.name,
        }
        if message.direction:
            found["direction"] = message.direction
        context.write_json(
            {**found, **more, "fields": _json(message.fields), "notes": list(message.notes)}
        )
        return
    when = f"{more['at_s']:>10.3f}  {more['way']} " if "at_s" in more else ""
    context.screen.headline(f"{when}{message.command}  {message.name}".rstrip())
    fields = message.fields.items()
    context.screen.pairs([row for name, value in fields for row in _rows(name, value)])
    for note in message.notes:
        context.screen.say(f"  ({note})")


def _json(fields: object) -> JsonValue:
    """The fields as they are; everything in them is JSON already."""
    if isinstance(fields, Mapping):
        return {str(name): _json(value) for name, value in fields.items()}
    if isinstance(fields, list | tuple):
        return [_json(value) for value in fields]
    assert fields is None or isinstance(fields, str | int), "a decoded value is plain"
    return fields


def _rows(label: str, value: object) -> list[tuple[str, str]]:
    """A value as labels and texts; a tree is told node by node, each under its tags."""
    if isinstance(value, Mapping) and "tag" in value:
        label = f"{label} {value['tag']}"
        own = " ".join(str(value[key]) for key in ("name", "value") if key in value)
        return [(label, own), *_rows(label, value.get("nodes", []))]
    if isinstance(value, Mapping):
        return [row for key, inner in value.items() for row in _rows(f"{label} {key}", inner)]
    if isinstance(value, list | tuple):
        return [row for item in value for row in _rows(label, item)]
    return [(label, str(value))]


def _refused(context: Context, error: ProtocolError) -> ExitCode:
    if context.as_json:
        context.write_json(
            {
                "ok": False,
                "error": {
                    "code": error.code,
                    "message": error.what_happened,
                    "offset": error.offset,
                },
            }
        )
    else:
        where = "" if error.offset is None else f" (byte {error.offset})"
        context.progress_screen.say(f"{error.code}: {error.what_happened}{where}")
    return ExitCode.BUG


def _decode_trace(context: Context, path: Path) -> ExitCode:
    """Every entry of a trace with its time; what cannot be decoded is told and skipped."""
    from drivers.trace_reader import read_trace

    header, entries = read_trace(path)
    spec = load(header.protocol)
    layer = "frame" if header.transport == "serial" else spec.layers[-1]
    code, profile = ExitCode.APPROVED, context.arguments.profile
    pending = context.arguments.after
    for entry in entries:
        arrow = {"to_terminal": ">", "to_ecr": "<"}.get(entry.direction, "")
        if entry.kind not in {"payload", "control"}:
            if not context.as_json:
                rest = entry.data.hex(" ").upper()
                context.screen.say(f"{entry.at_s:>10.3f}  {arrow} [{entry.kind}] {rest}".rstrip())
            continue
        try:
            found = spec.decode(entry.data, DecodeOptions(layer, profile, pending))
        except ProtocolError as error:
            code = _refused(context, error)
            continue
        for message in found:
            if arrow == ">" and len(message.command) == 4:  # noqa: PLR2004 - class and instruction
                pending = message.command if message.command[:2] not in {"80", "84"} else pending
            _tell(context, spec.name, layer, message, at_s=round(entry.at_s, 3), way=arrow)
    return code


def _usage(problem: str) -> UsageError:
    return UsageError(
        "usage.options",
        f"needed: {problem}",
        what_to_do="See: refund-agent decode --help",
        details={"problem": problem, "remedy": "refund-agent decode --help"},
    )
