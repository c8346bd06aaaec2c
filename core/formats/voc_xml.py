"""Images as VOC XML: untouched files as they were, others patched or made."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from core.document.annotation import Annotation
from core.document.geometry import Box
from core.errors import FormatError
from core.formats.voc_boxes import CONVENTION, Convention, box_of_edges, edges_of_box
from core.formats.voc_document import (
    EDGES,
    FLAGS,
    attribute_text,
    attributes_of,
    edges_of_element,
    element_text,
    flag,
    parse_xml,
)
from core.formats.voc_layout import PlacedObject, PlannedImage

_NOWHERE = Path("record")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_of_image(plan: PlannedImage, raw: str | None, convention: Convention) -> str:
    """The XML text of an image; exactly ``raw`` when nothing in it has changed."""
    root = _parsed(raw)
    before = [] if root is None else [element_text(item) for item in root.findall("object")]
    elements = [_object(item, convention) for item in plan.objects]
    after = [element_text(element) for element in elements]
    if raw is not None and root is not None and before == after and _segmented_fits(root, plan):
        return raw
    if root is None:
        root = _new_root(plan)
    for element in root.findall("object"):
        root.remove(element)
    segmented = root.find("segmented")
    if segmented is None:
        segmented = SubElement(root, "segmented")
    if flag(segmented.text or "") != plan.has_masks:
        segmented.text = str(int(plan.has_masks))
    root.extend(elements)
    indent(root, "\t")
    return tostring(root, encoding="unicode") + "\n"


def _parsed(raw: str | None) -> Element | None:
    """The root of a kept record; None when it is none of VOC."""
    if raw is None or not raw.lstrip("\ufeff \t\r\n").startswith("<"):
        return None
    try:
        return parse_xml(_NOWHERE, raw)
    except FormatError:
        return None


def _segmented_fits(root: Element, plan: PlannedImage) -> bool:
    return not plan.has_masks or flag(root.findtext("segmented") or "")


def _new_root(plan: PlannedImage) -> Element:
    root = Element("annotation")
    folder = plan.record.path.rpartition("/")[0]
    SubElement(root, "folder").text = folder or "JPEGImages"
    SubElement(root, "filename").text = xml_safe(plan.record.path)
    SubElement(SubElement(root, "source"), "database").text = "Unknown"
    size = SubElement(root, "size")
    SubElement(size, "width").text = str(plan.size.width)
    SubElement(size, "height").text = str(plan.size.height)
    SubElement(size, "depth").text = "3"
    SubElement(root, "segmented").text = str(int(plan.has_masks))
    return root


def _object(item: PlacedObject, convention: Convention) -> Element:
    annotation = item.annotation
    element = _parsed(annotation.raw)
    if element is None or element.tag != "object":
        return _new_object(item, convention)
    fits = annotation.provenance.parameters.get(CONVENTION) == convention
    if annotation.edited or not fits:
        if not fits or not _same_box(element, item.box, convention):
            _set_box(element, item.box, convention)
        _set_attributes(element, annotation)
    if (element.findtext("name") or "").strip() != xml_safe(item.label):
        _child(element, "name").text = xml_safe(item.label)
    return element


def _new_object(item: PlacedObject, convention: Convention) -> Element:
    element = Element("object")
    SubElement(element, "name").text = xml_safe(item.label)
    SubElement(element, "pose").text = "Unspecified"
    for name in ("truncated", "difficult"):
        SubElement(element, name).text = "0"
    _set_attributes(element, item.annotation)
    if item.annotation.is_crowd:
        _child(element, "difficult").text = "1"
    _set_box(element, item.box, convention)
    return element


def _same_box(element: Element, box: Box, convention: Convention) -> bool:
    edges, _ = edges_of_element(element)
    return edges is not None and box_of_edges(edges, convention) == box


def _set_box(element: Element, box: Box, convention: Convention) -> None:
    parent = _child(element, "bndbox")
    for name, value in zip(EDGES, edges_of_box(box, convention), strict=True):
        _child(parent, name).text = _number_text(float(value))


def _set_attributes(element: Element, annotation: Annotation) -> None:
    """Flags, pose and other attributes that differ from those of the element."""
    present = attributes_of(element)
    for name, value in annotation.attributes.items():
        if present.get(name) == value:
            continue
        if name in FLAGS:
            _child(element, name).text = str(int(bool(value)))
        elif name == "pose":
            _child(element, name).text = xml_safe(str(value))
        else:
            _attribute(element, name).text = xml_safe(attribute_text(value))
    for name in FLAGS:
        if present.get(name) and name not in annotation.attributes:
            _child(element, name).text = "0"


def _attribute(element: Element, name: str) -> Element:
    parent = _child(element, "attributes")
    for attribute in parent.findall("attribute"):
        if (attribute.findtext("name") or "").strip() == name:
            return _child(attribute, "value")
    attribute = SubElement(parent, "attribute")
    SubElement(attribute, "name").text = xml_safe(name)
    return SubElement(attribute, "value")


def _number_text(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def xml_safe(text: str) -> str:
    """The text without the control characters that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text).strip()


def _child(element: Element, tag: str) -> Element:
    found = element.find(tag)
    return SubElement(element, tag) if found is None else found
