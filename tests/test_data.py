"""Labels on tricky Python source, the splits, and characters as numbers."""

import ast
import itertools
import keyword
import sys
import tokenize

import numpy as np
import pytest

from rnn_core import data

MARKED = [  # source, and under each character whether it is inside a string
    ("x = 'hi'", "00001111"),
    ('"a" + "b"', "111000111"),
    ("rb'x' Rb\"y\" u'z' f''", "00111000111001110011"),
    (r"'\'' '\\' r'\'' x", "111101111001111" + "00"),
    ("# it's 'not'\n'a'", "0000000000000" + "111"),
    ("x = 1 # don't\ny = 'don#t'", "000000000000000000" + "1111111"),
    ("'''a'b\"c''d'''", "1" * 14),
    ('"""a\n\n# \'b\'\n""" \'c\'', "1" * 15 + "0111"),
    ("''''''", "111111"),
    ('""', "11"),
    ("'a' 'b'\"c\"", "1110111111"),
    ("('a'\n 'b')", "0111001110"),
    ("x = \\\n'a'", "000000111"),
    ("'a\\\nb' + c", "111111" + "0000"),
    ("x = 'a'\r\ny = 'b'\r\n", "0000111" + "000000" + "111" + "00"),
    ("'''a\r\nb'''\r\n'c'", "1" * 10 + "00111"),
    ("\f\nx = 'a'\n\f\n'b'", "00" + "0000111" + "000" + "111"),
    ("if x:\n\t'a'\n", "0000000" + "111" + "0"),
    ("f'{x}' y", "01111100"),
    ("f'{x!r:>{w}}' 'b'", "0" + "1" * 12 + "0111"),
    ("f'{{}}' 'b'", "0111111" + "0111"),
    ("f\"{d['k']}\" + f'{\"q\"}'", "0" + "1" * 10 + "0000" + "1" * 7),
    ("f'''{\n'a'\n}''' 'b'", "0" + "1" * 13 + "0111"),
    ("f'{f\"{x}\"}' y", "0" + "1" * 10 + "00"),
    ("rF'{x:%Y-%m}' y", "00" + "1" * 11 + "00"),
    ("é = 'ü'; ñ = f'é{x}é' 'z'", "0000111" + "0000000" + "1" * 7 + "0111"),
    ("'😀' + f'😀{x}' 'b'", "111" + "0000" + "1" * 6 + "0111"),
    ("x", "0"),
    ("\n", "0"),
]
NESTED = [  # quotes of the same kind inside an f-string are syntax from Python 3.12 on
    ("f'{d['k']}' + x", "0" + "1" * 10 + "0000"),
    ("f'{f'{'a'}'}' 'b'", "0" + "1" * 12 + "0111"),
    ("f'{x # it is\n}' 'b'", "0" + "1" * 14 + "0111"),
]
SOURCES = MARKED + (NESTED if sys.version_info >= (3, 12) else [])


def marks(source):
    return "".join(str(int(inside)) for inside in data.inside_string(source))


@pytest.mark.parametrize(("source", "inside"), SOURCES)
def test_labels(source, inside):
    assert marks(source) == inside


@pytest.mark.parametrize(
    "source",
    ["x = 'a", "x = 'a\n", "x = b'a\ny", '"""a', "'''a''", "(", "f'{x", "if x:\n    a\n  b\n"],
)
def test_what_is_no_python_is_refused(source):
    with pytest.raises(ValueError, match="source must be Python that tokenize accepts; got"):
        data.inside_string(source)


LETTERS = dict(zip(data.TOKEN_CLASSES, " scknd+", strict=True))  # d for digits
LABELLED = [  # source, and under each character its class
    ("if x1 >= .5e-3:  # no", "kk nn ++ ddddd+  cccc"),
    ("a = rb'x' + f\"{y}1\"", "n + sssss + sssssss"),
    ("match = lambda *_: None", "nnnnn + kkkkkk +n+ kkkk"),
    ("x = \\\n0x_ff", "n +   ddddd"),
    ("if x:\n\t'''a\n b'''\n", "kk n+  ssssssssss "),
    ("@f\nasync def g(): ...", "+n kkkkk kkk n+++ +++"),
    ("x = 'a'\r\ny = 1j", "n + sss  n + dd"),
    ("é = 'ü' # ñ", "n + sss ccc"),
    ("f'{x!r:>{w}}{{}}'\"z\"", "s" * 20),
    ("\f\nprint(1_0)", "  nnnnn+ddd+"),
    ("1if True else-1", "dkk kkkk kkkk+d"),
]


@pytest.mark.parametrize(("source", "classes"), LABELLED)
def test_token_labels(source, classes):
    letters = [LETTERS[data.TOKEN_CLASSES[k]] for k in data.token_labels(source)]
    assert "".join(letters) == classes


# As Python 3.12 and later tell of f'a{x!r}b' + 1: a kind, the token, and where it starts and ends.
SINCE_3_12 = [
    ("FSTRING_START", "f'", 0, 2),
    ("FSTRING_MIDDLE", "a", 2, 3),
    ("OP", "{", 3, 4),
    ("NAME", "x", 4, 5),
    ("OP", "!", 5, 6),
    ("NAME", "r", 6, 7),
    ("OP", "}", 7, 8),
    ("FSTRING_MIDDLE", "b", 8, 9),
    ("FSTRING_END", "'", 9, 10),
    ("OP", "+", 11, 12),
    ("NUMBER", "1", 13, 14),
]


def tell(monkeypatch, source, told):
    """Let `tokenize` tell of `source` what a later Python would."""
    numbers = {kind: 500 + at for at, kind in enumerate({kind for kind, *_ in told})}
    for kind, number in numbers.items():
        monkeypatch.setitem(tokenize.tok_name, number, kind)
    tokens = [
        tokenize.TokenInfo(numbers[kind], text, (1, first), (1, last), source)
        for kind, text, first, last in told
    ]
    monkeypatch.setattr(tokenize, "generate_tokens", lambda readline: iter(tokens))


def test_both_tokenisations_of_an_f_string_give_the_same_labels(monkeypatch):
    source = "f'a{x!r}b' + 1"
    labels, inside = data.token_labels(source), data.inside_string(source)
    tell(monkeypatch, source, SINCE_3_12)
    np.testing.assert_array_equal(data.token_labels(source), labels)
    np.testing.assert_array_equal(data.inside_string(source), inside)
    assert marks(source) == "0" + "1" * 9 + "0" * 4


def test_a_stray_sign_is_refused_where_tokenize_calls_it_an_operator(monkeypatch):
    tell(monkeypatch, "!x", [("OP", "!", 0, 1), ("NAME", "x", 1, 2)])
    with pytest.raises(ValueError, match=r"got '!' at \(1, 0\)"):
        data.token_labels("!x")


@pytest.mark.parametrize("source", ["x = $", "x ? y", "!x", "`x`", "'a", "x\xa0= 1"])
def test_stray_signs_are_no_python(source):
    for function in (data.token_labels, data.inside_string):
        with pytest.raises(ValueError, match="source must be Python that tokenize accepts; got"):
            function(source)


@pytest.fixture(scope="module")
def library():
    return {split: data.python_source(split) for split in data.SPLITS}


def test_splits_share_no_module_and_no_text(library):
    names = [source.name for sources in library.values() for source in sources]
    assert len(names) == len(set(names))
    lines = {
        split: {line for s in sources for line in s.text.splitlines() if len(line) > 60}
        for split, sources in library.items()
    }
    for split in ("validation", "test"):
        shared = lines[split] & lines["train"]
        assert len(shared) < 0.01 * len(lines[split]), sorted(shared)[:5]


def test_every_module_can_be_read_and_is_of_the_size_that_was_said(library):
    characters = {}
    for split, sources in library.items():
        assert [source.name for source in sources] == list(data.SPLITS[split])
        for source in sources:
            assert 3_000 < len(source.text) < 130_000, source.name
            assert source.inside.shape == (len(source.text),)
            assert data.encode(source.text).max() < len(data.PYTHON_ALPHABET)
        characters[split] = sum(len(source.text) for source in sources)
    assert 2_000_000 < characters["train"] < 2_600_000
    assert 200_000 < characters["validation"] < 400_000
    assert 200_000 < characters["test"] < 400_000


def test_about_a_third_is_inside_and_every_quote_opens_or_closes(library):
    for sources in library.values():
        inside = np.concatenate([source.inside for source in sources])
        assert 0.2 < inside.mean() < 0.45
        for source in sources:
            text, inside = source.text, source.inside
            edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(int)))
            opening, closing = edges[::2], edges[1::2] - 1
            assert {text[at] for at in [*opening, *closing]} <= {"'", '"'}, source.name


def runs(text, labels):
    """Return the text of each run of equal labels, by class."""
    found = {name: [] for name in data.TOKEN_CLASSES}
    for label, pairs in itertools.groupby(zip(labels, text, strict=True), lambda pair: pair[0]):
        found[data.TOKEN_CLASSES[label]].append("".join(letter for _, letter in pairs))
    return found


def test_what_carries_a_label_looks_like_it(library):
    for source in library["test"]:
        labels = data.token_labels(source.text)
        found = runs(source.text, labels)
        assert all(keyword.iskeyword(text) for text in found["keyword"])
        assert all(text.isidentifier() for text in found["name"])
        assert not any(keyword.iskeyword(text) for text in found["name"])
        assert all(isinstance(ast.literal_eval(text), int | float) for text in found["number"])
        assert all(text[0] == "#" and "\n" not in text for text in found["comment"])
        assert not set("".join(found["space"])) - set(" \t\n\f\\")
        assert not set("".join(found["operator"])) & set(" \t\n\f\\'\"#abcdefghijklmnopqrstuvwxyz_")
        string = labels == data.TOKEN_CLASSES.index("string")
        prefixes = {source.text[at] for at in np.flatnonzero(string & ~source.inside)}
        assert prefixes <= set("rRbBuUfF")
        assert (string | ~source.inside).all()


def test_one_hot_is_the_alphabet():
    alphabet = data.PYTHON_ALPHABET
    rows = data.one_hot(alphabet)
    np.testing.assert_array_equal(rows[:, 0], np.eye(len(alphabet)))
    assert len(set(alphabet)) == len(alphabet) == 98
    windows = data.one_hot(data.encode("ab\tc").reshape(2, 2), dtype=np.float32)
    assert windows.shape == (2, 2, 98)
    assert windows.dtype == np.float32
    assert [alphabet[k] for k in windows.argmax(-1).ravel()] == list("ab\tc")
