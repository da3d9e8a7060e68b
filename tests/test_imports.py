"""What `import rnn_core` and its modules bring in."""

import pkgutil
import subprocess
import sys

import pytest

import rnn_core

ALLOWED = {"numpy", "rnn_core"}
EXTRAS = ("rnn_core.plots", "rnn_core.drawing", "rnn_core.widgets", "rnn_core.pretrained.")
MODULES = [
    found.name
    for found in pkgutil.walk_packages(rnn_core.__path__, "rnn_core.")
    if not found.name.startswith(EXTRAS)
]
LIST_LOADED = """
import sys
before = set(sys.modules)  # what the interpreter's own start-up brings is not ours
import {module}
names = set(sys.modules) - before
tops = {{name.partition(".")[0] for name in names}}
files = [t for t in tops - sys.stdlib_module_names if getattr(sys.modules.get(t), "__file__", None)]
print(*sorted(files))
"""


@pytest.mark.parametrize("module", ["rnn_core", *MODULES])
def test_importing_a_module_loads_numpy_and_no_other_package(module):
    command = [sys.executable, "-W", "error", "-c", LIST_LOADED.format(module=module)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.split()) <= ALLOWED


def test_public_names():
    for name in ("RNN", "LSTM", "GRU", "gradcheck", "Trace", "Grads", "H", "HC", "__version__"):
        assert hasattr(rnn_core, name)
