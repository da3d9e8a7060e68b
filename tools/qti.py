"""Items of the question bank as a package of IMS QTI 2.1, and back.

One file for each item and a manifest, which says page, objective and difficulty of each. Formulas
are MathML. After an answer the item shows the feedback of every option that was chosen.

How feedback is chosen could be said in one line, since its names are those of the options. It is
said option by option, in the words of files that were migrated from QTI 1.2: Canvas finds the
feedback of an answer only there. (Canvas takes a number for a text and drops its tolerance.)
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import bank
import bank_html

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
MATHML = "http://www.w3.org/1998/Math/MathML"
SCHEMA_OF_QTI = "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
METADATA = "http://www.imsglobal.org/xsd/imsmd_v1p2"
SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
XML = "http://www.w3.org/XML/1998/namespace"
MANIFEST = "imsmanifest.xml"
DIFFICULTY = {1: "easy", 2: "medium", 3: "difficult"}
OTHER = "OTHER"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # so that the same items give the same bytes


def write(items: Iterable[bank.Item], path: Path) -> None:
    """Write items to a zip file."""
    items = [bank_html.converted(item, bank_html.mathml) for item in items]
    files = {f"items/{item.id}.xml": _assessment_item(item) for item in items}
    with zipfile.ZipFile(path, "w") as archive:
        for name, root in {MANIFEST: _manifest(items), **files}.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _bytes(root))


def _bytes(root: ET.Element) -> bytes:
    """Return XML whose names have their namespaces in front, but for the first."""
    first = root.tag[1:].partition("}")[0]
    for prefix, namespace in (("m", MATHML), ("imsmd", METADATA), ("xsi", SCHEMA), ("", first)):
        ET.register_namespace(prefix, namespace)
    return ET.tostring(root, "utf-8", xml_declaration=True)


# ---------- An item ----------


def _names(item: bank.Item) -> list[str]:
    """Return the identifiers of the options."""
    if item.kind == "number":
        return [f"N{n}" for n in range(len(item.options))]
    return bank.letters(item)


def _assessment_item(item: bank.Item) -> ET.Element:
    root = _new("assessmentItem", identifier=item.id, title=item.objective)
    root.set(f"{{{SCHEMA}}}schemaLocation", f"{QTI} {SCHEMA_OF_QTI}")
    root.attrib |= {"adaptive": "false", "timeDependent": "false"}
    many = "multiple" if item.kind == "several" else "single"
    base = "float" if item.kind == "number" else "identifier"
    response = _sub(root, "responseDeclaration", identifier="RESPONSE", cardinality=many)
    response.set("baseType", base)
    correct = _sub(response, "correctResponse")
    pairs = list(zip(_names(item), item.options, strict=True))
    for name, option in pairs:
        if option.right:
            _sub(correct, "value").text = option.text if item.kind == "number" else name
    score = _sub(root, "outcomeDeclaration", identifier="SCORE", cardinality="single")
    score.set("baseType", "float")
    _sub(_sub(score, "defaultValue"), "value").text = "0"
    said = _sub(root, "outcomeDeclaration", identifier="FEEDBACK", cardinality="multiple")
    said.set("baseType", "identifier")
    _body(item, _sub(root, "itemBody"), pairs)
    _processing(item, _sub(root, "responseProcessing"), pairs)
    feedback = {name: option.feedback for name, option in pairs}
    for name, html in {**feedback, **({OTHER: item.hint} if item.hint else {})}.items():
        shown = _sub(root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=name)
        shown.set("showHide", "show")
        shown.append(_html(html, "p"))
    return root


def _body(item: bank.Item, body: ET.Element, pairs: Sequence[tuple[str, bank.Option]]) -> None:
    body.append(_html(item.stem, "div"))
    if item.kind == "number":
        field = _sub(_sub(body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE")
        field.set("expectedLength", "10")
        return
    choice = _sub(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="false")
    choice.set("maxChoices", "0" if item.kind == "several" else "1")
    for name, option in pairs:
        row = _html(option.text, "simpleChoice")
        row.set("identifier", name)
        choice.append(row)


def _processing(
    item: bank.Item, rules: ET.Element, pairs: Sequence[tuple[str, bank.Option]]
) -> None:
    condition = _sub(rules, "responseCondition")
    if item.kind == "number":
        _of_number(item, condition, pairs)
        return
    matches = _sub(condition, "responseIf")
    both = _sub(matches, "match")
    _sub(both, "variable", identifier="RESPONSE")
    _sub(both, "correct", identifier="RESPONSE")
    _set(matches, "SCORE", "float", "1")
    for name, _ in pairs:
        chosen = _sub(_sub(rules, "responseCondition"), "responseIf")
        test = _sub(chosen, "member" if item.kind == "several" else "match")
        _sub(test, "baseValue", baseType="identifier").text = name
        _sub(test, "variable", identifier="RESPONSE")
        _say(chosen, name)


def _of_number(
    item: bank.Item, condition: ET.Element, pairs: Sequence[tuple[str, bank.Option]]
) -> None:
    for n, (name, option) in enumerate(pairs):
        near = _sub(condition, "responseElseIf" if n else "responseIf")
        equal = _sub(near, "equal", toleranceMode="absolute")
        equal.set("tolerance", f"{item.tolerance:g} {item.tolerance:g}")
        _sub(equal, "variable", identifier="RESPONSE")
        _sub(equal, "baseValue", baseType="float").text = option.text
        if option.right:
            _set(near, "SCORE", "float", "1")
        _say(near, name)
    _say(_sub(condition, "responseElse"), OTHER)


def _say(parent: ET.Element, name: str) -> None:
    """Add a feedback to those that are shown."""
    shown = _sub(_sub(parent, "setOutcomeValue", identifier="FEEDBACK"), "multiple")
    _sub(shown, "variable", identifier="FEEDBACK")
    _sub(shown, "baseValue", baseType="identifier").text = name


def _set(parent: ET.Element, outcome: str, base: str, value: str) -> None:
    _sub(
        _sub(parent, "setOutcomeValue", identifier=outcome), "baseValue", baseType=base
    ).text = value


def _html(html: str, name: str) -> ET.Element:
    """Return XHTML as an element of QTI; formulas keep the namespace that they need."""
    root = bank_html.parsed(html, name)
    for element in root.iter():
        element.tag = f"{{{QTI}}}{element.tag}"
    for formula in root.iter(f"{{{QTI}}}math"):
        for element in formula.iter():
            element.tag = element.tag.replace(QTI, MATHML)
    return root


def _new(name: str, **attributes: str) -> ET.Element:
    return ET.Element(f"{{{QTI}}}{name}", attributes)


def _sub(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    """Add an element in the namespace of its parent."""
    namespace = parent.tag[: parent.tag.index("}") + 1]
    return ET.SubElement(parent, namespace + name, attributes)


# ---------- The manifest ----------


def _manifest(items: Sequence[bank.Item]) -> ET.Element:
    root = ET.Element(f"{{{PACKAGE}}}manifest", identifier="gate-by-gate-questions")
    about = _sub(root, "metadata")
    _sub(about, "schema").text = "QTIv2.1 Package"
    _sub(about, "schemaversion").text = "1.0.0"
    _sub(root, "organizations")
    resources = _sub(root, "resources")
    for item in items:
        file = f"items/{item.id}.xml"
        resource = _sub(resources, "resource", identifier=f"item-{item.id}", href=file)
        resource.set("type", "imsqti_item_xmlv2p1")
        lom = ET.SubElement(_sub(resource, "metadata"), f"{{{METADATA}}}lom")
        general = _sub(lom, "general")
        for name, text in (("title", item.id), ("description", item.objective)):
            _language(general, name, text)
        _language(general, "keyword", item.page)
        difficulty = _sub(_sub(lom, "educational"), "difficulty")
        _language(difficulty, "source", "LOMv1.0")
        _language(difficulty, "value", DIFFICULTY[item.difficulty])
        _sub(resource, "file", href=file)
    return root


def _language(parent: ET.Element, name: str, text: str) -> None:
    string = _sub(_sub(parent, name), "langstring")
    string.set(f"{{{XML}}}lang", "en")
    string.text = text


# ---------- Back ----------


def read(path: Path) -> list[bank.Item]:
    """Return the items of a package, their texts as XHTML."""
    with zipfile.ZipFile(path) as archive:
        manifest = _plain(ET.fromstring(archive.read(MANIFEST)))
        return [
            _item(_plain(ET.fromstring(archive.read(resource.attrib["href"]))), resource)
            for resource in manifest.iter("resource")
        ]


def _plain(root: ET.Element) -> ET.Element:
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _item(root: ET.Element, resource: ET.Element) -> bank.Item:
    body = root.find("itemBody")
    assert body is not None
    stem = body.find("div")
    assert stem is not None
    feedback = {shown.get("identifier"): shown for shown in root.iter("modalFeedback")}
    said = {name: bank_html.inner(shown[0]) for name, shown in feedback.items()}
    correct = {value.text for value in root.iterfind("responseDeclaration/correctResponse/value")}
    rows = list(root.iter("simpleChoice"))
    options = [
        (row.get("identifier"), bank_html.inner(row), row.get("identifier") in correct)
        for row in rows
    ]
    if not rows:
        options = [_number(rule, correct) for rule in root.iter() if rule.find("equal") is not None]
    kind = "number" if not rows else "one"
    if [name for name, *_ in options] == list(bank.TRUTH):
        kind = "truth"
    elif root.find("responseDeclaration").get("cardinality") == "multiple":
        kind = "several"
    equal = root.find(".//equal")
    level = resource.findtext(".//difficulty/value/langstring")
    return bank.Item(
        id=root.attrib["identifier"],
        page=resource.findtext(".//keyword/langstring", ""),
        objective=resource.findtext(".//description/langstring", ""),
        kind=kind,
        difficulty=next(number for number, word in DIFFICULTY.items() if word == level),
        stem=bank_html.inner(stem),
        options=tuple(bank.Option(text, said[name], right) for name, text, right in options),
        tolerance=0.0 if equal is None else float(equal.attrib["tolerance"].split()[0]),
        hint=said.get(OTHER, ""),
    )


def _number(rule: ET.Element, correct: set[str | None]) -> tuple[str | None, str, bool]:
    value = rule.findtext("equal/baseValue", "")
    name = rule.findtext("setOutcomeValue[@identifier='FEEDBACK']/multiple/baseValue")
    return name, value, value in correct
