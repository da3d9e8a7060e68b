"""Items of the question bank as Moodle XML, and back.

Every page is a category. The id is the question's name and its id number, the objective stands in
the general feedback, the difficulty is a tag. Formulas stay TeX between `\\(` and `\\)`, which
Moodle's MathJax filter sets.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as ET

import bank
import bank_html

TOP = "$course$/top/Gate by Gate"
KINDS = {
    "one": "multichoice",
    "several": "multichoice",
    "number": "numerical",
    "truth": "truefalse",
}
ANY = "*"
OBJECTIVE, DIFFICULTY = "Objective: ", "difficulty "


def write(items: Iterable[bank.Item], path: Path) -> None:
    """Write items to a file."""
    quiz, page = ET.Element("quiz"), None
    for item in (bank_html.converted(item, bank_html.tex) for item in items):
        if item.page != page:
            page = item.page
            category = ET.SubElement(quiz, "question", type="category")
            _text(category, "category", f"{TOP}/{page}")
        quiz.append(_question(item))
    ET.indent(quiz)
    ET.ElementTree(quiz).write(path, "utf-8", xml_declaration=True)


def _question(item: bank.Item) -> ET.Element:
    question = ET.Element("question", type=KINDS[item.kind])
    _text(question, "name", item.id)
    _text(question, "questiontext", item.stem, format="html")
    _text(question, "generalfeedback", f"{OBJECTIVE}{item.objective}", format="html")
    ET.SubElement(question, "defaultgrade").text = "1"
    ET.SubElement(question, "idnumber").text = item.id
    if item.kind in ("one", "several"):
        ET.SubElement(question, "single").text = str(item.kind == "one").lower()
        ET.SubElement(question, "shuffleanswers").text = "true"
        ET.SubElement(question, "answernumbering").text = "ABCD"
    for option in item.options:
        answer = _answer(question, _said(item, option), option.feedback, _fraction(item, option))
        if item.kind == "number":
            ET.SubElement(answer, "tolerance").text = f"{item.tolerance:g}"
    if item.kind == "number":
        ET.SubElement(_answer(question, ANY, item.hint, "0"), "tolerance").text = "0"
    _text(ET.SubElement(question, "tags"), "tag", f"{DIFFICULTY}{item.difficulty}")
    return question


def _said(item: bank.Item, option: bank.Option) -> str:
    return option.text.lower() if item.kind == "truth" else option.text


def _fraction(item: bank.Item, option: bank.Option) -> str:
    """Return what an answer is worth in per cent; of several, wrong ones take off as much."""
    if item.kind != "several":
        return "100" if option.right else "0"
    alike = sum(other.right == option.right for other in item.options)
    return f"{(1 if option.right else -1) * 100 / alike:.7g}"


def _answer(question: ET.Element, text: str, feedback: str, fraction: str) -> ET.Element:
    answer = ET.SubElement(question, "answer", fraction=fraction, format="html")
    ET.SubElement(answer, "text").text = text
    _text(answer, "feedback", feedback, format="html")
    return answer


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(ET.SubElement(parent, name, attributes), "text").text = text


def read(path: Path) -> list[bank.Item]:
    """Return the items of a file, their texts as XHTML."""
    items, page = [], ""
    for question in ET.parse(path).getroot():
        if question.get("type") == "category":
            name = question.findtext("category/text", "")
            page = name.removeprefix(f"{TOP}/")
        else:
            items.append(_item(question, page))
    return items


def _item(question: ET.Element, page: str) -> bank.Item:
    kind = {"numerical": "number", "truefalse": "truth"}.get(question.get("type", ""))
    kind = kind or ("one" if question.findtext("single") == "true" else "several")
    answers = question.findall("answer")
    hint = next((a for a in answers if a.findtext("text") == ANY), None)
    return bank.Item(
        id=question.findtext("idnumber", ""),
        page=page,
        objective=question.findtext("generalfeedback/text", "").removeprefix(OBJECTIVE),
        kind=kind,
        difficulty=int(question.findtext("tags/tag/text", "").removeprefix(DIFFICULTY)),
        stem=question.findtext("questiontext/text", ""),
        options=tuple(_option(answer, kind) for answer in answers if answer is not hint),
        tolerance=float(question.findtext("answer/tolerance", "0")),
        hint="" if hint is None else hint.findtext("feedback/text", ""),
    )


def _option(answer: ET.Element, kind: str) -> bank.Option:
    text = answer.findtext("text", "")
    return bank.Option(
        text=text.capitalize() if kind == "truth" else text,
        feedback=answer.findtext("feedback/text", ""),
        right=float(answer.get("fraction", 0)) > 0,
    )
