"""Formulas become MathML with the gates' classes, and wrong ones say what is wrong."""

from __future__ import annotations

import re

import mathml
import pytest
from math_font import characters, slanted

WHOLE_STEP = r"c_t = f_t \odot c_{t-1} + i_t \odot g_t"


@pytest.mark.parametrize("letter", sorted("ifgochrznx"))
@pytest.mark.parametrize("step", ["t", "{t-1}", "{t+1}", "k", "T", "0", "{12}"])
def test_a_letter_with_a_time_step_has_the_class_of_its_gate(letter, step):
    assert f'<msub class="gate-{letter}"><mi>{letter}</mi>' in mathml.temml(
        f"{letter}_{step}", False
    )


@pytest.mark.parametrize("tex", ["W_{ix}", "b_i", "x", "h_n", "y_t", r"\sigma_t", "h^2", "n_{1/2}"])
def test_other_letters_have_no_class(tex):
    assert "gate-" not in mathml.temml(tex, False)


def test_a_letter_with_step_and_superscript_has_its_class():
    assert '<msubsup class="gate-h">' in mathml.temml("h_t^{(1)}", False)


def test_every_letter_of_an_equation_has_its_class():
    found = re.findall(r'class="gate-(\w)"', mathml.temml(WHOLE_STEP, True))
    assert found == ["c", "f", "c", "i", "g"]


@pytest.mark.parametrize("tex", [r"\frac{1}", r"\nosuchcommand", r"\left( x", "{x"])
def test_a_formula_that_is_none_is_refused(tex):
    with pytest.raises(mathml.FormulaError):
        mathml.temml(tex, False)


def test_the_typesetter_survives_a_wrong_formula():
    with pytest.raises(mathml.FormulaError):
        mathml.temml(r"\frac{2}", False)
    assert "<math" in mathml.temml("x + 1", False)


def test_the_width_is_that_of_the_longest_row():
    short, long = "a = b", "a = b + c + d + e + f"
    both = rf"\begin{{aligned}} {short} \\ {long} \end{{aligned}}"
    assert mathml.width(mathml.temml(both, True)) == mathml.width(mathml.temml(long, True))


def test_matrices_side_by_side_add_up_and_a_fraction_does_not():
    matrix = r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}"
    one, three = (mathml.width(mathml.temml(matrix * n, True)) for n in (1, 3))
    assert three == 3 * one > 3 * 2
    fraction = mathml.width(mathml.temml(r"\frac{abc}{de}", True))
    assert fraction == mathml.width(mathml.temml("abc", True))
    apart = mathml.width(mathml.temml(r"a \quad b", True))
    assert apart > mathml.width(mathml.temml("a b", True))


@pytest.mark.parametrize(
    ("letter", "italic"),
    [
        ("x", "\N{MATHEMATICAL ITALIC SMALL X}"),
        ("W", "\N{MATHEMATICAL ITALIC CAPITAL W}"),
        ("h", "\N{PLANCK CONSTANT}"),
        ("σ", "\N{MATHEMATICAL ITALIC SMALL SIGMA}"),
        ("Γ", "\N{MATHEMATICAL ITALIC CAPITAL GAMMA}"),
        ("√", "√"),
    ],
)
def test_the_font_keeps_the_italic_of_a_letter(letter, italic):
    assert slanted(letter) == italic


@pytest.mark.parametrize("tex", [r"\sqrt{H}", r"\sqrt[3]{H}"])
def test_the_font_has_the_radical_that_no_text_names(tmp_path, tex):
    page = tmp_path / "page.html"
    page.write_text(mathml.temml(tex, False), "utf8")
    assert "√" in characters([page])
