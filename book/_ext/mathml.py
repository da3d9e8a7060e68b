"""Typeset formulas while the book is built: TeX to MathML, nothing left to do at run time.

Letters of the book (`i_t`, `c_{t-1}`, …) get the class of their gate, which the style sheet
colours. A formula that cannot be typeset is a warning with page and line, and so fails the build.
"""

from __future__ import annotations

import atexit
import functools
import json
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from node import program
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

HERE = Path(__file__).resolve().parent
NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
GATES = frozenset("ifgochrznx")
STEP = re.compile(r"[tkT0-9]")
NUMBERED = re.compile(r"\\(begin|end)\{(equation|align|gather|alignat|multline)\}")
# A number of the author's own, which code may quote: it is written where Sphinx writes its numbers.
TAG = re.compile(r"\s*\\tag\{([^{}]*)\}\s*")
# A formula wider than this does not fit a phone, so its box can be scrolled by keyboard too.
WIDE = 26
# A space of 1 em is about as wide as two characters.
EM = 2
STACKED = {"mtable", "mfrac", "munder", "mover", "munderover", "msubsup"}
logger = logging.getLogger(__name__)


class FormulaError(ValueError):
    """A formula that Temml refuses."""


@functools.cache
def node() -> subprocess.Popen[str]:
    """Start the one Node process that typesets every formula of a build."""
    process = subprocess.Popen(
        [program(), HERE / "render_math.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf8",
    )
    atexit.register(process.communicate)  # closes its input, upon which it ends
    return process


@functools.cache
def temml(tex: str, display: bool) -> str:
    """Return the MathML of one formula."""
    process = node()
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise FormulaError("the typesetter stopped; run `make setup` and build again")
    answer = json.loads(line)
    if "error" in answer:
        raise FormulaError(answer["error"])
    return colour_gates(answer["mathml"])


def colour_gates(mathml: str) -> str:
    """Give every letter of the book that carries a time step the class of its gate."""
    root = ElementTree.fromstring(mathml)
    for element in root.iter():
        element.tag = element.tag.removeprefix(NAMESPACE)
    for element in root.iter():
        if element.tag in ("msub", "msubsup") and len(element) > 1:
            base, script = element[0], "".join(element[1].itertext())
            # One half is no time step: n_{1/2} is a half-life.
            is_step = STEP.match(script) and "/" not in script
            if base.tag == "mi" and base.text in GATES and is_step:
                classes = [element.get("class"), f"gate-{base.text}"]
                element.set("class", " ".join(filter(None, classes)))
    return ElementTree.tostring(root, encoding="unicode")


def width(mathml: str) -> float:
    """Return about how many characters a formula is wide."""
    return characters(ElementTree.fromstring(mathml))


def characters(element: ElementTree.Element) -> float:
    """Return the width of a part: what is stacked counts once, what stands side by side adds up."""
    tag = element.tag.rpartition("}")[2]
    if tag in {"annotation", "annotation-xml"}:
        return 0
    parts = [characters(part) for part in element]
    if tag == "mspace":
        return EM * float(re.match(r"[\d.]*", element.get("width", "")).group() or 0)
    if tag in STACKED:
        return max(parts, default=0)
    own = len("".join((element.text or "").split()))
    # The columns of a matrix stand apart; those of aligned equations do not.
    apart = tag == "mtd" and "padding-right:0em" not in element.get("style", "")
    return own + sum(parts) + apart


def typeset(translator: HTML5Translator, formula: nodes.Element, display: bool) -> str:
    """Return the MathML of a formula on a page, or its TeX beside a warning."""
    tex = formula.astext().strip()
    if display:
        tex = TAG.sub("", tex)
        tex = NUMBERED.sub(r"\\\1{\2*}", tex)
        if r"\\" in tex and r"\begin" not in tex:
            tex = r"\begin{aligned}" + tex + r"\end{aligned}"
    try:
        return temml(tex, display)
    except FormulaError as error:
        page = translator.builder.current_docname
        logger.warning("formula %r on page %s: %s", tex, page, error, location=formula)
        return translator.encode(tex)


def inline(translator: HTML5Translator, formula: nodes.Element) -> None:
    """Write a formula that stands in a line of text."""
    translator.body.append(typeset(translator, formula, display=False))
    raise nodes.SkipNode


def block(translator: HTML5Translator, formula: nodes.Element) -> None:
    """Write a displayed formula in a box of its own that scrolls when it must."""
    body = translator.body
    body.append(translator.starttag(formula, "div", CLASS="math notranslate nohighlight"))
    mathml = typeset(translator, formula, display=True)
    focus = ' tabindex="0" role="group" aria-label="Formula"' if width(mathml) > WIDE else ""
    body.append(f'<div class="math-scroll"{focus}>{mathml}</div>')
    if formula.get("number"):
        body.append(f'<span class="eqno">({get_node_equation_number(translator, formula)})')
        translator.add_permalink_ref(formula, "Link to this equation")
        body.append("</span>")
    body.extend(f'<span class="eqno">({tag})</span>' for tag in TAG.findall(formula.astext()))
    body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer and the parts that go with it."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    app.setup_extension("math_font")
    return {"parallel_read_safe": True, "parallel_write_safe": False}
