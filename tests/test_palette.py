"""The palette can be read on its pages and told apart, also by colour-blind eyes."""

import itertools
import re

import numpy as np
import pytest

from rnn_core import palette

# Machado, Oliveira and Fernandes 2009, severity 1.0, applied to linear sRGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
# Sharma, Wu and Dalal 2005, Table 1: L a b, L a b, difference. They were made to catch the
# mistakes an implementation of CIEDE2000 can make.
SHARMA = np.array(
    [
        [50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425],
        [50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615],
        [50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000],
        [50, 0, 0, 50, -1, 2, 2.3669],
        [50, 2.4900, -0.0010, 50, -2.4900, 0.0009, 7.1792],
        [50, 2.4900, -0.0010, 50, -2.4900, 0.0011, 7.2195],
        [50, -0.0010, 2.4900, 50, 0.0009, -2.4900, 4.8045],
        [50, -0.0010, 2.4900, 50, 0.0011, -2.4900, 4.7461],
        [50, 2.5, 0, 50, 0, -2.5, 4.3065],
        [50, 2.5, 0, 73, 25, -18, 27.1492],
        [50, 2.5, 0, 61, -5, 29, 22.8977],
        [50, 2.5, 0, 56, -27, -3, 31.9030],
        [50, 2.5, 0, 58, 24, 15, 19.4535],
        [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
        [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
        [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
        [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
        [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
    ]
)
PAGES = {"light": palette.LIGHT, "dark": palette.DARK}


def linear(colour):
    """Return the linear sRGB of ``#rrggbb``."""
    s = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    """Return the contrast ratio of WCAG 2."""
    dark, light = sorted(TO_XYZ[1] @ linear(c) for c in (a, b))
    return (light + 0.05) / (dark + 0.05)


def lab(colour, vision):
    """Return CIELAB (D65) of a colour as `vision` sees it."""
    xyz = TO_XYZ @ np.clip(VISION[vision] @ linear(colour), 0, 1) / TO_XYZ.sum(1)
    root = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = root
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def ciede2000(one, two):
    """Return the CIEDE2000 difference of two CIELAB colours, in the steps of Sharma 2005."""
    (l1, a1, b1), (l2, a2, b2) = one, two
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25.0**7))
    c1, c2 = np.hypot(a1 * stretch, b1), np.hypot(a2 * stretch, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    dl, dc = l2 - l1, c2 - c1
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    level, chroma = (l1 + l2) / 2 - 50, (c1 + c2) / 2
    waves = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    t = 1 + sum(k * np.cos(np.radians(n * hue + p)) for k, n, p in waves)
    sl = 1 + 0.015 * level**2 / np.sqrt(20 + level**2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    angle = np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))
    twist = -np.sin(angle) * 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    dl, dc, dh = dl / sl, dc / sc, dh / sh
    return np.sqrt(dl**2 + dc**2 + dh**2 + twist * dc * dh)


@pytest.mark.parametrize("row", SHARMA)
def test_ciede2000_agrees_with_the_published_pairs(row):
    assert ciede2000(row[:3], row[3:6]) == pytest.approx(row[6], abs=1e-4)
    assert ciede2000(row[3:6], row[:3]) == pytest.approx(row[6], abs=1e-4)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("ground", ["paper", "panel"])
def test_text_can_be_read(page, ground):
    colours = PAGES[page]
    texts = [getattr(look, page) for look in palette.LOOKS.values()]
    texts += [colours[name] for name in ("ink", "muted", "accent")]
    assert min(contrast(text, colours[ground]) for text in texts) >= 4.5


@pytest.mark.parametrize("page", PAGES)
def test_heat_map_ends_stand_out_and_differ(page):
    colours = PAGES[page]
    assert min(contrast(colours[end], colours["paper"]) for end in ("pos", "neg")) >= 3
    assert min(_least([colours["pos"], colours["neg"]], vision) for vision in VISION) >= 20


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("letters", "threshold"),
    [("ifgoch", 12.6), ("rznh", 13.3), ("ifgochrz", 9.7), ("xifgochrz", 9.7)],
)
def test_letters_differ(letters, threshold, page, vision):
    colours = [getattr(palette.LOOKS[letter], page) for letter in letters]
    assert _least(colours, vision) >= threshold


def test_colour_is_never_the_only_sign():
    looks = [look for letter, look in palette.LOOKS.items() if letter != "n"]
    assert len({look.dash for look in looks}) == len(looks)
    assert len({look.marker for look in looks}) == len(looks)


def test_the_candidate_has_one_look():
    assert palette.LOOKS["n"][2:] == palette.LOOKS["g"][2:]
    assert "".join(palette.LOOKS) == "xifgochrzn"


def test_css_names_every_variable_for_both_pages():
    light, dark = palette.css().split("@media screen")
    for page, text in (("light", light), ("dark", dark)):
        found = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", text))
        wanted = {f"--rnn-{name}": colour for name, colour in PAGES[page].items()}
        wanted |= {f"--gate-{k}": getattr(look, page) for k, look in palette.LOOKS.items()}
        assert found == wanted
    assert 'html[data-theme="dark"]' in dark
    assert 'body[data-jp-theme-light="false"]' in dark
    for letter in palette.LOOKS:
        assert f".gate-{letter} {{ color: var(--gate-{letter}); }}" in dark
        assert f"--dash-{letter}: " in light


def _least(colours, vision):
    """Return the least difference between two of `colours`."""
    seen = [lab(colour, vision) for colour in colours]
    return min(ciede2000(a, b) for a, b in itertools.combinations(seen, 2))
