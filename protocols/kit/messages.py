"""Messages declared as tables: a layout reads bytes into an immutable message and writes it back.

A layout has parts in a fixed order (`parts`), then any number of fields that each announce
themselves with one tag byte (`tagged`). Every byte must belong to one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from protocols.kit.errors import BadField
from protocols.kit.masking import Secret
from protocols.kit.tlv import Tlv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from protocols.kit.fields import Field, Value
    from protocols.kit.tlv import TlvNode

    _Decode = Callable[[bytes, int, int], tuple[Value, int]]
    _Encode = Callable[[Value], bytes]
    _Reader = tuple[str, _Decode]
    _Writer = tuple[bytes, _Encode]

Direction = Literal["to_terminal", "to_ecr", "both"]


@dataclass(frozen=True, slots=True)
class Part:
    """A named field of a message. Optional parts may be absent when nothing follows them."""

    name: str
    field: Field
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Where one part stood in the bytes that were read."""

    part: Part
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class MessageLayout:
    """The shape of one kind of message.

    `code` is what identifies it on the wire, `name` the specification's name in our words.
    `variant` tells layouts with the same code apart. `tagged` maps a tag byte to its part; parts
    whose name a fixed part already has are left out, so that a name means one thing. With
    `code_goes_on` the bytes of the first part are the rest of the code (a class of messages).
    `names` are all names that a message may have a value for, `needed` those that it must have.
    """

    code: bytes
    name: str
    direction: Direction
    parts: tuple[Part, ...] = ()
    tagged: Mapping[int, Part] = field(default_factory=dict)
    variant: str = ""
    code_goes_on: bool = False
    _fixed: tuple[tuple[str, _Decode, _Encode, bool], ...] = field(init=False, repr=False)
    _readers: dict[int, _Reader] = field(init=False, repr=False)
    _writers: dict[str, _Writer] = field(init=False, repr=False)
    names: frozenset[str] = field(init=False, repr=False)
    needed: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        fixed = {part.name for part in self.parts}
        assert len(fixed) == len(self.parts), f"{self.name}: a part appears twice"
        optional = [part.optional for part in self.parts]
        assert optional == sorted(optional), f"{self.name}: an optional part before a needed one"
        tagged = {tag: part for tag, part in self.tagged.items() if part.name not in fixed}
        assert len({part.name for part in tagged.values()}) == len(tagged), f"{self.name}: names"
        object.__setattr__(self, "tagged", MappingProxyType(tagged))
        readers = {tag: (part.name, part.field.decode) for tag, part in tagged.items()}
        writers = {
            part.name: (tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big"), part.field.encode)
            for tag, part in tagged.items()
        }
        table = tuple((p.name, p.field.decode, p.field.encode, p.optional) for p in self.parts)
        object.__setattr__(self, "_fixed", table)
        object.__setattr__(self, "_readers", readers)
        object.__setattr__(self, "_writers", writers)
        object.__setattr__(self, "names", frozenset(fixed | writers.keys()))
        needed = frozenset(part.name for part in self.parts if not part.optional)
        object.__setattr__(self, "needed", needed)

    def read(
        self, data: bytes, at: int = 0, *, letters: Callable[[str], str] | None = None
    ) -> Message:
        """The message in data[at:], every byte of it. Raises BadField with an offset."""
        stop = len(data)
        values: dict[str, Value] = {}
        for name, decode, _, optional in self._fixed:
            if at == stop and optional:
                break
            values[name], at = decode(data, at, stop)
        readers = self._readers
        while at < stop:
            entry = readers.get(data[at])
            if entry is None:
                raise BadField(f"byte {data[at]:02X} announces no field here", offset=at)
            name, decode = entry
            if name in values:
                raise BadField(f"{name} appears twice", offset=at)
            values[name], at = decode(data, at + 1, stop)
        return Message(self, MappingProxyType(values), letters)

    def spans(self, data: bytes, at: int = 0) -> Iterator[Span]:
        """Where each part of a message stands that `read` accepts; tag bytes belong to none."""
        end = len(data)
        for part in self.parts:
            if at == end and part.optional:
                break
            start = at
            _, at = part.field.decode(data, at, end)
            yield Span(part, start, at)
        while at < end:
            part = self.tagged[data[at]]
            start = at + 1
            _, at = part.field.decode(data, start, end)
            yield Span(part, start, at)

    def write(self, values: Mapping[str, Value]) -> bytes:
        """The bytes of these values; tagged fields in the order of `values`. Raises BadField."""
        out: list[bytes] = []
        for name, _, encode, _ in self._fixed:
            value = values.get(name)
            if value is None:
                break
            out.append(encode(value))
        fixed = len(out)
        if fixed < len(self.parts) and (fixed < len(values) or not self.parts[fixed].optional):
            raise BadField(f"{self.name} needs {self.parts[fixed].name}")
        if fixed == len(values):
            return b"".join(out)
        writers = self._writers
        for name, value in values.items():
            entry = writers.get(name)
            if entry is not None:
                tag, encode = entry
                out.append(tag)
                out.append(encode(value))
            else:
                fixed -= 1
        if fixed:
            raise BadField(f"{self.name} has no {', '.join(sorted(values.keys() - self.names))}")
        return b"".join(out)

    def message(self, **values: Value | None) -> Message:
        """A checked message of these values (None is left out). Raises BadField."""
        return self.checked({k: v for k, v in values.items() if v is not None})

    def checked(self, values: Mapping[str, Value]) -> Message:
        """A message of these values, after it was written and read again. Raises BadField."""
        return self.read(self.write(values))


@dataclass(frozen=True, slots=True)
class Message:
    """One message that was read or checked; `values` is in the order of the wire.

    `letters` reads text again where the peer uses another character set than the layout names;
    `values` stay as they are on the wire. The accessors give None for a value that is not there,
    and fail for one of another kind, which is a bug of ours. The repr names the fields and shows
    no value.
    """

    layout: MessageLayout
    values: Mapping[str, Value]
    letters: Callable[[str], str] | None = field(default=None, compare=False)

    @property
    def code(self) -> bytes:
        """What identifies this message on the wire."""
        if not self.layout.code_goes_on:
            return self.layout.code
        first = self.layout.parts[0]
        return self.layout.code + first.field.encode(self.values[first.name])

    def text(self, name: str) -> str | None:
        """A text or a string of digits, without the pad on its right; a secret only masked."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, Secret):
            return value.masked
        assert isinstance(value, str), f"{name} is no text"
        return (self.letters(value) if self.letters else value).rstrip(" \0")

    def number(self, name: str) -> int | None:
        """A number (an amount in minor units)."""
        value = self.values.get(name)
        assert value is None or isinstance(value, int), f"{name} is no number"
        return value

    def raw(self, name: str) -> bytes | None:
        """Bytes as they are."""
        value = self.values.get(name)
        assert value is None or isinstance(value, bytes), f"{name} is no bytes"
        return value

    def secret(self, name: str) -> Secret | None:
        """Card data or a password; its digits are in `.clear`."""
        value = self.values.get(name)
        assert value is None or isinstance(value, Secret), f"{name} is no secret"
        return value

    def container(self, name: str = "tlv") -> Tlv | None:
        """A container, None when the message has none."""
        value = self.values.get(name)
        assert value is None or isinstance(value, Tlv), f"{name} is no container"
        return value

    def tlv(self) -> tuple[TlvNode, ...]:
        """The nodes of the container, empty when the message has none."""
        found = self.container()
        return found.nodes if found else ()

    def __repr__(self) -> str:
        fields = ", ".join(self.values)
        return f"Message({self.code.hex().upper()} {self.layout.name}: {fields})"
