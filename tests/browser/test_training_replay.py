"""The training replay in a real browser: every control, and every number it shows."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from rnn_core.pretrained import temporal_order
from rnn_core.widgets.training_replay_parts.data import share
from tests.browser.probes import ask, root_of
from tests.figures.training_replay import make
from tests.widgets.test_training_replay import small

pytestmark = pytest.mark.browser
RECORDINGS = temporal_order.load()
FIRST, START, LAST = min(temporal_order.marks()), 14, 39
OpenFigure = Callable[..., Page]


@pytest.fixture(params=["http", "live"])
def figure(request: pytest.FixtureRequest, open_figure: OpenFigure) -> Locator:
    """Return the figure on a static page, and as Jupyter runs it."""
    return root_of(open_figure("training_replay", host=request.param))


def slider(figure: Locator) -> Locator:
    return figure.get_by_role("slider", name="Step of training")


def radio(figure: Locator, name: str) -> Locator:
    return figure.get_by_role("radio", name=name)


def points(figure: Locator, hook: str) -> list[tuple[float, float]]:
    """Return the points of a line on the screen."""
    path = figure.locator(f'[data-past="{hook}"]').get_attribute("d") or ""
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", path)]


def shows(figure: Locator, at: int) -> None:
    """Assert that the figure stands at a kept step, in all it says."""
    expect(figure.locator("[data-t]")).to_have_text(str(8 * at))
    said = figure.locator(".rnnw-saying").inner_text()
    strips = figure.locator(".rnnw-strip-name").all_inner_texts()
    assert said.startswith(f"After {8 * at} steps of training")
    for (name, one), strip in zip(RECORDINGS.items(), strips, strict=True):
        assert re.search(rf"{name} (gets )?{100 * one.accuracy[at]:.1f} %", said)
        assert f"{share(one.norms[at, FIRST] - one.norms[at, -1])} in the {name}" in said
        assert strip.startswith(name)
        assert strip.endswith(f"the true answer gets {100 * one.sure[at]:.1f} %")
    assert slider(figure).input_value() == str(at)
    assert slider(figure).get_attribute("aria-valuetext") == f"step {8 * at}"


def drawn(figure: Locator, at: int) -> None:
    """Assert that the lines on the screen are the recorded ones."""
    for name, one in RECORDINGS.items():
        got = points(figure, f"accuracy {name}")
        assert len(got) == at + 1
        np.testing.assert_allclose([1 - y / 100 for _, y in got], one.accuracy[: at + 1], atol=2e-3)
        got = points(figure, f"loss {name}")
        np.testing.assert_allclose([1.5 - y * 0.015 for _, y in got], one.loss[: at + 1], atol=3e-3)
        got = points(figure, f"left {name}")
        times = [round(x / 6 - 0.5) for x, _ in got]
        left = one.norms[at, times] - one.norms[at, -1]
        floor = 2 * np.floor(
            min((r.norms - r.norms[:, -1:]).min() for r in RECORDINGS.values()) / 2
        )
        np.testing.assert_allclose([floor * y / 100 for _, y in got], left, atol=0.02)


def test_every_checkpoint_says_and_draws_what_was_recorded(figure: Locator) -> None:
    slider(figure).press("Home")
    for at in range(LAST + 1):
        shows(figure, at)
        if at % 13 == 0:
            drawn(figure, at)
        figure.get_by_role("button", name="Step forward").click()
    shows(figure, LAST)


def test_buttons_and_keys(figure: Locator) -> None:
    shows(figure, START)
    figure.get_by_role("button", name="Step back").click()
    shows(figure, START - 1)
    figure.get_by_role("button", name="Step forward").press("ArrowRight")
    shows(figure, START)
    slider(figure).press("End")
    shows(figure, LAST)
    slider(figure).press("ArrowLeft")
    shows(figure, LAST - 1)


def test_slider_drag(figure: Locator) -> None:
    box, mouse = slider(figure).bounding_box(), figure.page.mouse
    assert box
    middle = box["y"] + box["height"] / 2
    mouse.move(box["x"] + 8 + (box["width"] - 16) * START / LAST, middle)
    mouse.down()
    mouse.move(box["x"] + 8 + (box["width"] - 16) * 30 / LAST, middle, steps=4)
    mouse.up()
    shows(figure, 30)


def test_the_rows_show_what_is_chosen_by_mouse_and_by_keyboard(figure: Locator) -> None:
    names = figure.locator(".rnnw-strip-name")
    expect(names).to_contain_text(["RNN effect of Y;", "LSTM effect of Y;"])
    radio(figure, "i input gate").click()
    expect(names).to_contain_text(["RNN h, hidden state;", "LSTM i, input gate;"])
    radio(figure, "i input gate").press("ArrowRight")
    expect(names).to_contain_text(["RNN h, hidden state;", "LSTM f, forget gate;"])
    expected = make(shown="f", checkpoint=START)
    assert ask(figure.page, "differences", expected.drawing()) == []
    shows(figure, START)


def test_the_effect_of_the_symbol_lasts_in_the_lstm_alone(figure: Locator) -> None:
    slider(figure).press("End")
    ends = {}
    for name in RECORDINGS:
        paths = figure.locator(f'[data-film="states {name}"] path').all()
        drawn = "".join(path.get_attribute("d") or "" for path in paths)
        ends[name] = max(int(x) + int(w) for x, w in re.findall(r"M(\d+) [\d.]+h(\d+)v", drawn))
    assert ends["LSTM"] == temporal_order.T
    assert ends["RNN"] < 40


def test_play_goes_to_the_end_and_is_quiet_on_the_way(figure: Locator) -> None:
    page = figure.page
    page.clock.install(time=0)
    page.clock.pause_at(3_600_000)
    figure.get_by_role("button", name="Play").click()
    page.clock.run_for(250 * 3 + 50)
    shows(figure, START + 3)
    assert figure.locator(".rnnw-saying").get_attribute("aria-live") == "off"
    figure.get_by_role("button", name="Pause").click()
    page.clock.run_for(1000)
    shows(figure, START + 3)
    figure.get_by_role("button", name="Play").click()
    page.clock.run_for(250 * 40)
    shows(figure, LAST)
    assert figure.locator(".rnnw-saying").get_attribute("aria-live") == "polite"


def test_the_cursor_stands_at_the_dot(figure: Locator) -> None:
    field = figure.locator(".rnnw-plot .rnnw-field").first.bounding_box()
    at = figure.locator(".rnnw-curves").evaluate(
        "e => parseFloat(e.style.getPropertyValue('--at'))"
    )
    dot = figure.locator('[data-dot="accuracy LSTM"]').bounding_box()
    assert field
    assert dot
    middle = dot["x"] + dot["width"] / 2
    assert field["x"] + field["width"] * at / 100 == pytest.approx(middle, abs=1)


def test_a_kernel_that_trains_anew_sends_a_new_drawing(open_figure: OpenFigure) -> None:
    page = open_figure("training_replay", host="live", changes={"checkpoint": 2})
    figure, anew = root_of(page), make(checkpoint=2)
    anew._retrain = lambda seed: {"RNN": small(seed=seed, at=range(5))}
    anew._options = ({3: "X"}, 0.25, "Trained anew.")
    anew.seed = 8
    listeners = page.evaluate("heard()")
    for name in ("data", "markup"):
        page.evaluate("([name, value]) => model.set(name, value)", [name, getattr(anew, name)])
    assert ask(page, "differences", anew.drawing()) == []
    assert page.evaluate("heard()") == listeners
    expect(figure).to_contain_text("Trained anew. Shown here: seed 8.")
    figure.get_by_role("button", name="Step forward").click()
    anew.checkpoint = 3
    assert ask(page, "differences", anew.drawing()) == []
