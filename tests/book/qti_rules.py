"""What QTI 2.1 allows of the elements that the question bank uses, and what an item's rules do.

The schema itself is not ours to hand on. `faults` knows the part of it that is needed here: for
each element its attributes, the order of its children and whether it holds text; and what a schema
cannot say, that every variable is declared and has the type of what is put into it. `answered`
carries out the rules of an item for a response.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

FLOW = "(p|div|code|em|strong|math)*"
INLINE = "(code|em|strong|math|textEntryInteraction)*"
VALUE = "(baseValue|variable|correct|multiple)"
TEST = "(match|member|equal)"
RULE = "(setOutcomeValue|responseCondition)"
# Element: attributes it must have, others it may have, its children in order, text or none.
RULES = {
    "assessmentItem": (
        "identifier title adaptive timeDependent",
        "schemaLocation",
        "(responseDeclaration)*(outcomeDeclaration)*(itemBody)?(responseProcessing)?(modalFeedback)*",
        False,
    ),
    "responseDeclaration": ("identifier cardinality baseType", "", "(correctResponse)?", False),
    "outcomeDeclaration": ("identifier cardinality baseType", "", "(defaultValue)?", False),
    "correctResponse": ("", "", "(value)+", False),
    "defaultValue": ("", "", "(value)+", False),
    "value": ("", "", "", True),
    "itemBody": ("", "", "(div|p|choiceInteraction)*", False),
    "div": ("", "", FLOW, True),
    "p": ("", "", INLINE, True),
    "code": ("", "", INLINE, True),
    "em": ("", "", INLINE, True),
    "strong": ("", "", INLINE, True),
    "choiceInteraction": ("responseIdentifier shuffle maxChoices", "", "(simpleChoice)+", False),
    "simpleChoice": ("identifier", "", FLOW, True),
    "textEntryInteraction": ("responseIdentifier", "expectedLength", "", False),
    "responseProcessing": ("", "", RULE + "*", False),
    "responseCondition": ("", "", "(responseIf)(responseElseIf)*(responseElse)?", False),
    "responseIf": ("", "", TEST + RULE + "*", False),
    "responseElseIf": ("", "", TEST + RULE + "*", False),
    "responseElse": ("", "", RULE + "*", False),
    "match": ("", "", VALUE + "{2}", False),
    "member": ("", "", VALUE + "{2}", False),
    "equal": ("toleranceMode tolerance", "", VALUE + "{2}", False),
    "multiple": ("", "", VALUE + "*", False),
    "variable": ("identifier", "", "", False),
    "correct": ("identifier", "", "", False),
    "baseValue": ("baseType", "", "", True),
    "setOutcomeValue": ("identifier", "", VALUE, False),
    "modalFeedback": ("outcomeIdentifier identifier showHide", "", FLOW, True),
}
IDENTIFIER = re.compile(r"[A-Za-z_][\w.-]{0,31}")  # no colon, and 32 characters are portable
NAMES = ("identifier", "outcomeIdentifier", "responseIdentifier")
USES = {"variable", "correct", "setOutcomeValue"}
ALLOWED = {
    "adaptive": r"true|false",
    "timeDependent": r"true|false",
    "shuffle": r"true|false",
    "cardinality": r"single|multiple",
    "baseType": r"identifier|float",
    "maxChoices": r"\d+",
    "expectedLength": r"\d+",
    "toleranceMode": r"absolute",
    "tolerance": r"\d\S* \d\S*",
    "showHide": r"show|hide",
}
# How many children an element of MathML takes; all others take any number.
MATHML = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "mover": 2, "munder": 2, "mroot": 2}
LEAVES = {"mi", "mn", "mo", "mtext", "mspace"}


def faults(root: ET.Element, mathml: str) -> Iterator[str]:
    """Yield what of an item QTI does not allow; `mathml` is the namespace of formulas."""
    declared = {d.get("identifier") for d in root if _name(d).endswith("Declaration")}
    for element in root.iter():
        name = _name(element)
        if element.tag.startswith(f"{{{mathml}}}"):
            yield from _formula(name, len(element))
        elif name not in RULES:
            yield f"{name}: not an element that is used here"
        else:
            yield from _element(name, element)
            used = element.get("outcomeIdentifier") or element.get("responseIdentifier")
            used = used or (element.get("identifier") if name in USES else None)
            if used and used not in declared:
                yield f"{name}: {used} is not declared"
    for place in ("modalFeedback", "simpleChoice"):
        for static in (e for e in root.iter() if _name(e) == place):
            if any(_name(e).endswith("Interaction") for e in static.iter()):
                yield f"{place}: an interaction in it"


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _formula(name: str, children: int) -> Iterator[str]:
    if children != MATHML.get(name, 0 if name in LEAVES else children):
        yield f"{name}: has {children} children"


def _element(name: str, element: ET.Element) -> Iterator[str]:
    needed, other, order, mixed = RULES[name]
    given = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    if missing := set(needed.split()) - set(given):
        yield f"{name}: without {missing}"
    if unknown := set(given) - {*needed.split(), *other.split()}:
        yield f"{name}: with {unknown}"
    children = [_name(child) for child in element]
    found = re.compile("".join(order.replace("(", "(?:").replace("|", ";|").replace(")", ";)")))
    if not found.fullmatch("".join(f"{child};" for child in children)):
        yield f"{name}: the children {children}"
    texts = [element.text, *(child.tail for child in element)]
    if not mixed and any(text and text.strip() for text in texts):
        yield f"{name}: text in it"
    for key, value in given.items():
        if key in NAMES and not IDENTIFIER.fullmatch(value):
            yield f"{name}: {value!r} is no identifier"
        if key in ALLOWED and not re.fullmatch(ALLOWED[key], value):
            yield f"{name}: {key}={value!r}"


# ---------- The rules of an item ----------


class Answered:
    """The outcomes of an item, whose namespaces were taken off, after a response."""

    def __init__(self, item: ET.Element, response: Iterable[str]) -> None:
        """Carry out the rules; a response is the set of its values."""
        declared = [e for e in item if e.tag.endswith("Declaration")]
        self.types = {e.get("identifier"): e.get("baseType") for e in declared}
        self.single = {e.get("identifier") for e in declared if e.get("cardinality") == "single"}
        self.values = {
            e.get("identifier"): frozenset(v.text for v in e.iterfind("defaultValue/value"))
            for e in declared
        }
        self.right = frozenset(v.text for v in item.iterfind(".//correctResponse/value"))
        self.values["RESPONSE"] = frozenset(response)
        for rule in item.find("responseProcessing"):
            self._do(rule)

    def _do(self, rule: ET.Element) -> None:
        if rule.tag == "setOutcomeValue":
            name, (kind, value) = rule.get("identifier"), self._value(rule[0])
            assert kind == self.types[name]
            assert len(value) == 1 or name not in self.single
            self.values[name] = value
            return
        for branch in rule:
            rules = list(branch)
            if branch.tag == "responseElse" or self._holds(rules.pop(0)):
                for each in rules:
                    self._do(each)
                return

    def _value(self, of: ET.Element) -> tuple[str | None, frozenset[str | None]]:
        if of.tag == "baseValue":
            return of.get("baseType"), frozenset({of.text})
        if of.tag == "multiple":
            kinds, values = zip(*map(self._value, of), strict=True)
            assert len(set(kinds)) == 1
            return kinds[0], frozenset().union(*values)
        name = of.get("identifier")
        return self.types[name], self.right if of.tag == "correct" else self.values[name]

    def _holds(self, test: ET.Element) -> bool:
        (kind, one), (other, two) = map(self._value, test)
        assert kind == other
        if not one or not two:
            return False
        if test.tag == "member":
            assert len(one) == 1
            return one <= two
        if test.tag == "match":
            return one == two
        below, above = map(float, test.get("tolerance").split())
        (first,), (second,) = one, two
        return float(first) - below <= float(second) <= float(first) + above
