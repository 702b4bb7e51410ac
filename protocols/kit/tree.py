"""Messages that are trees (XML, JSON), declared once as tables and used as flat named values.

A table is a `Branch` of branches and leaves; each leaf has a name of its own in the message. The
reader takes members in any order and any case, passes over what no table names and takes a value
where it finds it, as attribute or as element. The writer keeps the order and the form of the table.
`check` says whether a message may be sent: everything needed is there, enumerations are obeyed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from protocols.kit import jsontext, xmltext
from protocols.kit.branches import Branch, Constant, Form, Leaf, Syntax
from protocols.kit.errors import BadField
from protocols.kit.fields import Value
from protocols.kit.messages import Message, MessageLayout, Part
from protocols.kit.scalars import Flag, Number, Whole, fits
from protocols.kit.xmltext import DECLARATION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Set

    from protocols.kit.fields import Field
    from protocols.kit.messages import Span
    from protocols.kit.node import Node

_BARE: Final = (Number, Whole, Flag)  # what stands in JSON without quotation marks


_EMPTY: Final = Branch("", ())


@dataclass(frozen=True, slots=True, eq=False)
class TreeLayout(MessageLayout):
    """A message that is a tree. `tree` is the document: a branch whose children are its parts.

    The parts of such a layout are the values that must be there, in any order on the wire;
    `tagged` has all others under numbers that mean nothing.
    """

    tree: Branch = _EMPTY
    syntax: Syntax = Syntax.XML
    always: tuple[str, ...] = ()  # names of values without which it is not read
    _fields: Mapping[str, Field] = field(init=False, repr=False)
    _moved: frozenset[str] = field(init=False, repr=False)  # may read otherwise than written

    def __post_init__(self) -> None:
        parts = [Part(leaf.name, leaf.field, optional=True) for leaf in self.tree.leaves()]
        named = {part.name: part for part in parts}
        assert len(named) == len(parts), f"{self.name}: a name appears twice"
        fixed = tuple(Part(name, named[name].field) for name in self.always)
        others = [part for part in parts if part.name not in self.always]
        object.__setattr__(self, "parts", fixed)
        object.__setattr__(self, "tagged", MappingProxyType(dict(enumerate(others))))
        object.__setattr__(self, "_readers", {})
        object.__setattr__(self, "_writers", {})
        object.__setattr__(self, "_fields", {name: part.field for name, part in named.items()})
        object.__setattr__(self, "_moved", frozenset(_moved(self.tree)))
        object.__setattr__(self, "names", frozenset(named))
        object.__setattr__(self, "needed", frozenset(self.always))

    def read(
        self, data: bytes, at: int = 0, *, letters: Callable[[str], str] | None = None
    ) -> Message:
        """The message in data[at:]. Raises BadField with an offset."""
        return self.read_node(document(data[at:], self.syntax), letters=letters)

    def read_node(self, node: Node, *, letters: Callable[[str], str] | None = None) -> Message:
        """The message of a document that was read already. Raises BadField with an offset."""
        values: dict[str, Value] = {}
        _read(self.tree, node, values, self.syntax)
        if missing := self.needed - values.keys():
            raise BadField(f"{self.name} needs {', '.join(sorted(missing))}", offset=node.at)
        return Message(self, MappingProxyType(values), letters)

    def spans(self, data: bytes, at: int = 0) -> Iterator[Span]:
        """Values of a tree do not stand in a row: there are no spans."""
        return iter(())

    def write(self, values: Mapping[str, Value]) -> bytes:
        """The bytes of these values. Raises BadField."""
        if strange := values.keys() - self.names:
            raise BadField(f"{self.name} has no {', '.join(sorted(strange))}")
        if missing := self.needed - values.keys():
            raise BadField(f"{self.name} needs {', '.join(sorted(missing))}")
        texts = {name: self._fields[name].encode(v).decode("utf-8") for name, v in values.items()}
        writer = _xml if self.syntax is Syntax.XML else _json
        return writer(self.tree, texts).encode("utf-8")

    def message(self, **values: Value | None) -> Message:
        """A message of these values (None is left out), as it would be read. Raises BadField."""
        given = {name: value for name, value in values.items() if value is not None}
        wire = self.write(given)
        if any(name in given for name in self._moved):
            return self.read(wire)
        return Message(self, MappingProxyType({n: self._read_back(n, v) for n, v in given.items()}))

    def _read_back(self, name: str, value: Value) -> Value:
        field = self._fields[name]
        data = field.encode(value)
        return field.decode(data, 0, len(data))[0]

    def check(self, values: Mapping[str, Value]) -> None:
        """Raise BadField for a message that we must not send."""
        for name, value in values.items():
            if not fits(self._fields[name], value):
                raise BadField(f"{name} of {self.name} must not be {value!r}")
        missing = list(_missing(self.tree, values.keys()))
        if missing:
            raise BadField(f"{self.name} needs {', '.join(missing)}")


def document(data: bytes, syntax: Syntax) -> Node:
    """The tree in these bytes. Raises BadField with an offset."""
    return xmltext.read(data) if syntax is Syntax.XML else jsontext.read(data)


def _moved(branch: Branch) -> Iterator[str]:
    """Values that may read otherwise: words lose blanks, and a list has no gaps."""
    for child in branch.children:
        if isinstance(child, Leaf) and child.form is Form.WORDS:
            yield child.name
        elif isinstance(child, Branch) and child.many and child.place:
            yield from (leaf.name for leaf in child.leaves())
        elif isinstance(child, Branch):
            yield from _moved(child)


# --- reading -----------------------------------------------------------------------------------


def _read(branch: Branch, node: Node, values: dict[str, Value], syntax: Syntax) -> None:
    for child in branch.children:
        if isinstance(child, Leaf):
            text = _text(child, child.tag_in(syntax), node)
            if text is not None:
                values[child.name] = _value(child, text.encode("utf-8"), node)
        elif isinstance(child, Branch):
            inner = _inner(child, node)
            if inner is not None:
                _read(child, inner, values, syntax)


def _inner(branch: Branch, node: Node) -> Node | None:
    """The structure of a branch; None where there is none."""
    if branch.many:
        found = node.all(branch.tag.lower())
        return found[branch.place] if branch.place < len(found) else None
    inner = node.one(branch.tag.lower())
    return node if inner is None and branch.only_json else inner


def _value(leaf: Leaf, data: bytes, node: Node) -> Value:
    try:
        return leaf.field.decode(data, 0, len(data))[0]
    except BadField as error:
        raise BadField(f"{leaf.tag}: {error.what_happened}", offset=node.at) from None


def _text(leaf: Leaf, tag: str, node: Node) -> str | None:
    """What stands there for a leaf; None when nothing does."""
    if leaf.form in {Form.ATTRIBUTE, Form.ELEMENT}:
        found = node.one(tag.lower())
        return None if found is None else found.value(tag)
    several = node.all(tag.lower())
    if not several:
        return None
    if leaf.form is Form.WORDS:
        return " ".join(" ".join(each.value(tag).split()) for each in several)
    return "\n".join(_line(leaf, tag, each) for each in several)


def _line(leaf: Leaf, tag: str, node: Node) -> str:
    """One line: a text, or an object with the text in it."""
    inner = node.one(leaf.inside.lower()) if leaf.inside else None
    if inner is None:
        return node.text or ""
    return inner.value(tag)


# --- writing -----------------------------------------------------------------------------------


def _present(branch: Branch, texts: Mapping[str, str]) -> bool:
    """Whether a structure is written: there is a value in it, or it always stands there."""
    return branch.needed or any(leaf.name in texts for leaf in branch.leaves())


def _xml(tree: Branch, texts: Mapping[str, str]) -> str:
    attributes: list[str] = []
    elements: list[str] = []
    _content(tree, texts, attributes, elements)
    return DECLARATION + "".join(elements)


def _element(branch: Branch, texts: Mapping[str, str]) -> str:
    attributes: list[str] = []
    elements: list[str] = []
    _content(branch, texts, attributes, elements)
    start = f"<{branch.tag}{''.join(attributes)}"
    return f"{start}>{''.join(elements)}</{branch.tag}>" if elements else f"{start}/>"


def _content(
    branch: Branch, texts: Mapping[str, str], attributes: list[str], elements: list[str]
) -> None:
    """Put what a structure holds to the attributes and elements of its element."""
    for child in branch.children:
        match child:
            case Constant(tag=tag, text=text):
                attributes.append(f' {tag}="{xmltext.escaped(text)}"')
            case Leaf(name=name) if name in texts:
                attribute, inner = _written(child, texts[name])
                attributes.append(attribute)
                elements += inner
            case Branch(only_json=True):
                _content(child, texts, attributes, elements)
            case Branch() if _present(child, texts):
                elements.append(_element(child, texts))
            case _:
                continue


def _written(leaf: Leaf, text: str) -> tuple[str, list[str]]:
    """A value as an attribute or as elements."""
    if leaf.form is Form.ATTRIBUTE or (leaf.form is Form.WORDS and not leaf.element):
        return f' {leaf.tag}="{xmltext.escaped(text)}"', []
    lines = text.split("\n") if leaf.form is Form.ELEMENTS else [text]
    return "", [f"<{leaf.tag}>{xmltext.escaped(line)}</{leaf.tag}>" for line in lines]


def _json(branch: Branch, texts: Mapping[str, str]) -> str:
    members: dict[str, str | list[str]] = {}
    for child in branch.children:
        match child:
            case Constant(tag=tag, text=text):
                members[tag] = jsontext.escaped(text)
            case Leaf(name=name) if name in texts:
                members[child.tag_in(Syntax.JSON)] = _literal(child, texts[name])
            case Branch(many=True) if _present(child, texts):
                known = members.setdefault(child.tag, [])
                assert isinstance(known, list), "a list and a structure of one name"
                known.append(_json(child, texts))
            case Branch() if _present(child, texts):
                members[child.tag] = _json(child, texts)
            case _:
                continue
    told = (f'"{tag}":{_joined(value)}' for tag, value in members.items())
    return "{" + ",".join(told) + "}"


def _joined(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "[" + ",".join(value) + "]"


def _literal(leaf: Leaf, text: str) -> str:
    if leaf.form is Form.WORDS:
        return _joined([jsontext.escaped(word) for word in text.split()])
    if leaf.form is Form.ELEMENTS:
        lines = (jsontext.escaped(line) for line in text.split("\n"))
        return _joined([f'{{"{leaf.inside}":{x}}}' if leaf.inside else x for x in lines])
    return text if isinstance(leaf.field, _BARE) else jsontext.escaped(text)


# --- checking ----------------------------------------------------------------------------------


def _missing(branch: Branch, names: Set[str]) -> Iterator[str]:
    """What must be there and is not, in every structure that is there."""
    for child in branch.children:
        if isinstance(child, Leaf):
            if child.needed and child.name not in names:
                yield f"{branch.tag}/{child.tag}"
        elif isinstance(child, Branch):
            leaves = list(child.leaves())
            if any(leaf.name in names for leaf in leaves) or (child.needed and not leaves):
                yield from _missing(child, names)
            elif child.needed and any(leaf.needed for leaf in leaves):
                yield f"{branch.tag}/{child.tag}"
