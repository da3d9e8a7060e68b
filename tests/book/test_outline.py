"""The outline that the book was commissioned from: each heading has its page, each formula stands.

The outline is Chinese; its headings are kept here beside the pages that answer them.
"""

from __future__ import annotations

import re

import pytest

from tests.book import lessons

HEADINGS = {
    "1.背景介绍": ["background/memory", "background/history"],
    "2.核心概念与联系": ["concepts/relations", "concepts/gradients"],
    "2.1 RNN": ["concepts/rnn"],
    "2.2 LSTM": ["concepts/lstm"],
    "2.3 GRU": ["concepts/gru"],
    "3.核心算法原理具体操作步骤": ["formulas/conventions"],
    "3.1 RNN": ["formulas/rnn"],
    "3.2 LSTM": ["formulas/lstm"],
    "3.3 GRU": ["formulas/gru"],
    "4.数学模型和公式详细讲解举例说明": [
        "math/derivatives",
        "math/bptt_rnn",
        "math/bptt_lstm",
        "math/bptt_gru",
        "math/reach",
        "math/initialisation",
        "math/truncation",
    ],
    "4.项目实践\uff1a代码实例和详细解释说明": [
        "code/rnn_scratch",
        "code/lstm_scratch",
        "code/gru_scratch",
        "code/training",
        "code/ladder",
        "code/characters",
        "code/deeper",
        "code/seq2seq",
        "code/ctc",
        "code/frameworks",
        "code/sweeps",
    ],
    "5.实际应用场景": [
        "applications/language",
        "applications/speech",
        "applications/series",
        "applications/choosing",
    ],
    "6.工具和资源推荐": ["tools/resources", "tools/tour"],
    "7.总结\uff1a未来发展趋势与挑战": [
        "trends/scans",
        "trends/xlstm",
        "trends/tracking",
        "trends/open_problems",
    ],
    "8.附录\uff1a常见问题与解答": ["faq"],
}
# As the outline prints them, with the page that repeats them letter by letter.
FORMULAS = {
    "formulas/rnn": [
        r"h_t = \sigma(W_{hh}h_{t-1} + W_{hx}x_t + b_h)",
        r"o_t = \sigma(W_{ho}h_t + b_o)",
    ],
    "formulas/lstm": [
        r"i_t = \sigma(W_{ii}x_t + W_{ih}h_{t-1} + b_i)",
        r"f_t = \sigma(W_{fi}x_t + W_{fh}h_{t-1} + b_f)",
        r"c_t = f_t \cdot c_{t-1} + i_t \cdot \tanh(W_{ci}x_t + W_{ch}h_{t-1} + b_c)",
        r"o_t = \sigma(W_{co}c_t + b_o)",
    ],
    "formulas/gru": [
        r"z_t = \sigma(W_{zz}x_t + W_{zh}h_{t-1} + b_z)",
        r"r_t = \sigma(W_{rr}x_t + W_{rh}h_{t-1} + b_r)",
        r"h_t = (1 - z_t) \cdot h_{t-1}"
        r" + z_t \cdot \tanh(W_{hh}x_t + W_{hr}r_t \cdot h_{t-1} + b_h)",
    ],
}
WHEN_NOT = r"(?m)^## When not to use (an RNN|a recurrent network)$"
# What the outline says in words, and a word by which the page that takes it up can be known.
CLAIMS = {
    "hidden state, from one time step to the next": ("concepts/rnn", r"hidden state"),
    "input, hidden and output layer": ("concepts/rnn", r"output layer"),
    "used for language, speech, time series": ("background/memory", r"(?s)speech.*time series"),
    "vanishing gradients and long dependencies": ("background/memory", r"[Vv]anishing gradient"),
    "three gates": ("concepts/lstm", r"three\W+(\{term\}`)?gates"),
    "the GRU merges forget and input gate": ("concepts/gru", r"merg"),
    "fewer parameters": ("concepts/gru", r"parameters"),
    "advantages and limits in language": ("applications/language", WHEN_NOT),
    "advantages and limits in speech": ("applications/speech", WHEN_NOT),
    "advantages and limits in time series": ("applications/series", WHEN_NOT),
    "which of the three, and when none": ("applications/choosing", WHEN_NOT),
}


def squeezed(text: str) -> str:
    """Return a text without blanks and alignment marks."""
    return re.sub(r"[\s&]", "", text)


@pytest.mark.parametrize("heading", HEADINGS)
def test_every_heading_has_its_pages(heading, built_book):
    for page in HEADINGS[heading]:
        assert f"book/{page}" in lessons.toc_pages(lessons.ROOT)
        assert (built_book / "book" / f"{page}.html").is_file()


def test_no_lesson_but_the_errata_is_outside_the_outline():
    placed = {f"book/{page}" for pages in HEADINGS.values() for page in pages}
    assert set(lessons.LESSONS) - placed == {"book/errata"}


@pytest.mark.parametrize(
    ("page", "formula"), [(page, formula) for page, all_ in FORMULAS.items() for formula in all_]
)
def test_every_formula_stands_as_the_outline_prints_it(page, formula):
    assert squeezed(formula) in squeezed(lessons.prose(f"book/{page}"))


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_is_taken_up(claim):
    page, pattern = CLAIMS[claim]
    assert re.search(pattern, lessons.prose(f"book/{page}"))
