"""One Pascal VOC XML file: what it says, as it stands there."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from core.document.annotation import AttributeValue
from core.document.geometry import Size
from core.errors import FormatError, MaskwrightError
from core.formats.text_encoding import decode_text, encoding_of, read_bytes

FLAGS = ("truncated", "difficult", "occluded")
EDGES = ("xmin", "ymin", "xmax", "ymax")
MAX_COORDINATE_PX = 1e7
_LARGEST_NUMBER = 1e15
"""Whole numbers beyond it do not fit a float exactly, nor into a project file."""
_DECLARATION = re.compile(r"""(<\?xml[^>]*?\bencoding\s*=\s*)["']([A-Za-z0-9._:-]+)["']""")
_TRUE = frozenset({"1", "true", "yes", "y"})


@dataclass(frozen=True, slots=True)
class VocObject:
    """One ``<object>``.

    ``edges`` are xmin, ymin, xmax, ymax as written; None, with a ``problem``,
    when they cannot be used. ``raw`` is the element as XML text.
    """

    place: str
    name: str
    edges: tuple[float, float, float, float] | None
    attributes: Mapping[str, AttributeValue]
    raw: str
    problem: str = ""
    parts: int = 0


@dataclass(frozen=True, slots=True)
class VocDocument:
    """One XML file; ``size`` is None when it is missing or no size. ``text`` is all of it."""

    path: Path
    text: str
    filename: str
    original_path: str
    size: Size | None
    objects: tuple[VocObject, ...]


def read_voc_document(path: Path) -> VocDocument:
    """Read one file; raises ReadError, and FormatError with the line for what is no VOC XML."""
    text = _xml_text(path)
    root = parse_xml(path, text)
    if root.tag != "annotation":
        raise FormatError(path, "", f"the XML has the root <{root.tag}> instead of <annotation>.")
    try:
        objects = tuple(
            _object(element, f"object {number}")
            for number, element in enumerate(root.findall("object"), start=1)
        )
    except RecursionError as error:
        raise FormatError(path, "", "the elements are nested too deeply.") from error
    return VocDocument(
        path,
        text,
        _text(root, "filename"),
        _text(root, "path"),
        _size(root),
        objects,
    )


def parse_xml(path: Path, text: str) -> Element:
    """The root element; document types, and with them entities, are refused."""
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise FormatError(
            path, "", "the XML has a document type or entities, which are refused for safety."
        ) from error
    except ParseError as error:
        line, column = error.position
        raise FormatError(
            path, f"line {line}, column {column + 1}", f"this is no valid XML ({error.msg})."
        ) from error
    except (ValueError, UnicodeError, RecursionError) as error:
        raise FormatError(path, "", f"this is no valid XML ({error}).") from error
    return root


def is_voc_xml(path: Path) -> bool:
    """Whether a file is XML with the root that VOC has, and not one of LabelMe."""
    try:
        root = parse_xml(path, _xml_text(path))
    except MaskwrightError:
        return False
    boxes = root.find("object/bndbox") is not None
    return root.tag == "annotation" and (boxes or root.find("object") is None)


def flag(text: str) -> bool:
    """Whether a flag is set: 1, true or yes, in any spelling."""
    return text.strip().lower() in _TRUE


def _xml_text(path: Path) -> str:
    """The text of a file by its byte order mark or the encoding that it declares."""
    data = read_bytes(path)
    name = encoding_of(data)
    declared = _DECLARATION.search(data[:400].decode("latin-1"))
    if name == "utf-8" and declared is not None:
        name = declared[2]
    try:
        codecs.lookup(name)
        text = data.decode(name)
    except (LookupError, UnicodeError, ValueError):
        text, _ = decode_text(path, data)
    return _DECLARATION.sub(_as_utf8, text.removeprefix("\ufeff"), count=1)


def _as_utf8(match: re.Match[str]) -> str:
    return match[0] if match[2].lower().replace("-", "") == "utf8" else f'{match[1]}"UTF-8"'


def _text(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def _size(root: Element) -> Size | None:
    width, height = _number(root.findtext("size/width")), _number(root.findtext("size/height"))
    if width is None or height is None or not (1 <= width <= 1e6 and 1 <= height <= 1e6):
        return None
    return Size(int(width), int(height))


def _number(text: str | None) -> float | None:
    try:
        value = float((text or "").strip())
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _object(element: Element, place: str) -> VocObject:
    edges, problem = edges_of_element(element)
    return VocObject(
        place=place,
        name=_text(element, "name"),
        edges=edges,
        attributes=attributes_of(element),
        raw=element_text(element),
        problem=problem,
        parts=len(element.findall("part")),
    )


def element_text(element: Element) -> str:
    """The element as XML text, without what follows it."""
    tail, element.tail = element.tail, None
    text = tostring(element, encoding="unicode")
    element.tail = tail
    return text


def edges_of_element(element: Element) -> tuple[tuple[float, float, float, float] | None, str]:
    """xmin, ymin, xmax, ymax of an object; else None and what is wrong."""
    box = element.find("bndbox")
    if box is None:
        return None, "the object has no box"
    numbers = [_number(box.findtext(edge)) for edge in EDGES]
    for edge, number in zip(EDGES, numbers, strict=True):
        if number is None:
            return None, f"<{edge}> is no number"
        if abs(number) > MAX_COORDINATE_PX:
            return None, f"<{edge}> is too large"
    x0, y0, x1, y1 = (number for number in numbers if number is not None)
    return (x0, y0, x1, y1), ""


def attributes_of(element: Element) -> Mapping[str, AttributeValue]:
    """Flags, pose and CVAT's attributes of an object, as far as they are there."""
    found: dict[str, AttributeValue] = {}
    for name in FLAGS:
        text = _text(element, name)
        if text:
            found[name] = flag(text)
    pose = _text(element, "pose")
    if pose and pose.lower() != "unspecified":
        found["pose"] = pose
    for attribute in element.findall("attributes/attribute"):
        name = _text(attribute, "name")
        if name and name not in found:
            found[name] = _value(_text(attribute, "value"))
    return MappingProxyType(found)


def attribute_text(value: AttributeValue) -> str:
    """A value of an attribute as XML has it; ``attributes_of`` reads the same value again."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(text: str) -> AttributeValue:
    """Numbers and yes or no in the one spelling that they are written in, else the text."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if str(number) == text and abs(number) < _LARGEST_NUMBER:
            return number
    return text
