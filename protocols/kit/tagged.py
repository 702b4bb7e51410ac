"""Messages that are nothing but items, each a tag, the length of its value and the value.

The sizes of tag and length, and whether they are digits and letters or binary, are parameters.
Items come in any order, nothing is found by scanning, and an item whose tag is in no table is
kept under its tag ("tag_9F77"), so that a message goes out again byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit.errors import BadField
from protocols.kit.fields import OpenBytes
from protocols.kit.messages import Message, MessageLayout, Part, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from protocols.kit.fields import Value

_UNLISTED: Final = "tag_"
_AGAIN: Final = "_again_"  # before the number of an unlisted item that repeats


@dataclass(frozen=True, slots=True)
class Items:
    """How an item begins: `tag_size` bytes of tag, then `length_size` bytes of length.

    Binary is most significant byte first. With `text` a tag is ASCII letters and digits, and a
    length is ASCII decimal digits.
    """

    tag_size: int
    length_size: int
    text: bool = False

    @property
    def longest(self) -> int:
        """The greatest length that can be written."""
        return int((10 if self.text else 256) ** self.length_size) - 1

    def tag(self, word: str) -> int:
        """A tag as a number, from what documents print: tag("9F01"), or tag("CB") of letters."""
        data = word.encode("ascii") if self.text else bytes.fromhex(word)
        assert len(data) == self.tag_size, f"{word} is no tag"
        return int.from_bytes(data, "big")

    def word(self, tag: int) -> str:
        """The reverse of `tag`."""
        data = tag.to_bytes(self.tag_size, "big")
        return data.decode("ascii") if self.text else data.hex().upper()

    def is_word(self, word: str) -> bool:
        """Whether this is a tag as documents print it."""
        if self.text:
            return len(word) == self.tag_size and word.isascii() and word.isalnum()
        return len(word) == 2 * self.tag_size and not word.strip("0123456789ABCDEF")

    def head(self, tag: int, length: int) -> bytes:
        """Tag and length. Raises BadField for a length that has no place."""
        if length > self.longest:
            raise BadField(f"a value of {length} bytes is longer than {self.longest}")
        size = self.length_size
        told = b"%0*d" % (size, length) if self.text else length.to_bytes(size, "big")
        return tag.to_bytes(self.tag_size, "big") + told

    def walk(self, data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Tag, start and end of each value in data[at:end]. Raises BadField with an offset."""
        while at < end:
            start = at + self.tag_size + self.length_size
            if start > end:
                raise BadField(f"an item ends after {end - at} bytes", offset=at)
            length = self._length(data, start - self.length_size, start)
            tag = data[at : at + self.tag_size]
            if self.text and not tag.isalnum():
                raise BadField("a tag holds something else than letters and digits", offset=at)
            if start + length > end:
                there = end - start
                raise BadField(f"an item of {length} bytes ends after {there}", offset=at)
            yield int.from_bytes(tag, "big"), start, start + length
            at = start + length

    def _length(self, data: bytes, at: int, end: int) -> int:
        if not self.text:
            return int.from_bytes(data[at:end], "big")
        if not data[at:end].isdigit():
            raise BadField("a length holds something else than digits", offset=at)
        return int(data[at:end])


@dataclass(frozen=True, slots=True, eq=False)
class TaggedLayout(MessageLayout):
    """A message of items. `tagged` has all of them; those named in `must` may not be missing.

    The parts of such a layout are the items that must be there; they may stand anywhere, too.
    With `code_goes_on` the value of the first one tells the kind of message.
    """

    items: Items = Items(2, 2)
    must: tuple[str, ...] = ()
    _every: Mapping[int, Part] = field(init=False, repr=False)
    _tag_of: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        tag_of = {part.name: tag for tag, part in self.tagged.items()}
        object.__setattr__(self, "_every", dict(self.tagged))
        object.__setattr__(self, "_tag_of", tag_of)
        object.__setattr__(self, "parts", tuple(self.tagged[tag_of[name]] for name in self.must))
        # Not super(): a dataclass with slots is a second class, which super() does not know.
        MessageLayout.__post_init__(self)

    def read(
        self, data: bytes, at: int = 0, *, letters: Callable[[str], str] | None = None
    ) -> Message:
        """The message in data[at:], every byte of it. Raises BadField with an offset."""
        values: dict[str, Value] = {}
        for tag, start, end in self.items.walk(data, at, len(data)):
            part = self._part(tag)
            name = part.name
            if name in values:
                name = self._again(tag, name, values, start)
            values[name], stop = part.field.decode(data, start, end)
            if stop != end:
                raise BadField(f"{end - stop} bytes are left over in {name}", offset=stop)
        if missing := self.needed - values.keys():
            raise BadField(f"{self.name} needs {', '.join(sorted(missing))}", offset=len(data))
        return Message(self, MappingProxyType(values), letters)

    def spans(self, data: bytes, at: int = 0) -> Iterator[Span]:
        """Where each value of a message stands that `read` accepts."""
        for tag, start, end in self.items.walk(data, at, len(data)):
            yield Span(self._part(tag), start, end)

    def write(self, values: Mapping[str, Value]) -> bytes:
        """The bytes of these values, in the order of `values`. Raises BadField."""
        if missing := self.needed - values.keys():
            raise BadField(f"{self.name} needs {', '.join(sorted(missing))}")
        out: list[bytes] = []
        for name, value in values.items():
            tag = self._tag_of.get(name)
            tag = self._unlisted(name) if tag is None else tag
            content = self._part(tag).field.encode(value)
            out += (self.items.head(tag, len(content)), content)
        return b"".join(out)

    def _part(self, tag: int) -> Part:
        """The row of a tag; one that is in no table holds bytes."""
        known = self._every.get(tag)
        return known or Part(_UNLISTED + self.items.word(tag), OpenBytes())

    def _again(self, tag: int, name: str, values: Mapping[str, Value], at: int) -> str:
        """A name of its own for one more item of an unlisted tag; of a listed one there is one."""
        if tag in self._every:
            raise BadField(f"{name} appears twice", offset=at)
        number = sum(other.startswith(name) for other in values)
        return f"{name}{_AGAIN}{number}"

    def _unlisted(self, name: str) -> int:
        word = name.removeprefix(_UNLISTED).partition(_AGAIN)[0]
        if not name.startswith(_UNLISTED) or not self.items.is_word(word):
            raise BadField(f"{self.name} has no {name}")
        tag = self.items.tag(word)
        if tag in self._every:
            raise BadField(f"{name} has a name of its own: {self._every[tag].name}")
        return tag
