"""Self-checks in a browser: by keyboard, without a script, to a screen reader, on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import bank
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from tests.browser.page_object import opened
from tests.conftest import build_book
from tests.book.scratch import make_book

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("small books")]

# A page whose questions are of all four kinds, with formulas in stems, options and reasons.
PAGE = "formulas/lstm"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
KINDS = {"one": "lstm-stream", "several": "lstm-hold", "number": "lstm-share", "truth": "rnn-names"}
