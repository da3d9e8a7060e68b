"""The code in the README runs and does what the README says."""

import re
from pathlib import Path

README = (Path(__file__).resolve().parent.parent / "README.md").read_text("utf8")
FIRST, TRAINING = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_first_block_gives_a_forget_gate() -> None:
    seen: dict = {}
    exec(FIRST, seen)
    assert seen["gates"]["f"].shape == (1, 8)


def test_fifteen_lines_train_a_gru_on_the_adding_problem(capsys) -> None:
    assert len(TRAINING.strip().splitlines()) < 15
    exec(TRAINING, {})
    error = float(capsys.readouterr().out.partition(",")[0])
    assert error < 0.01  # always answering 1 has 1/6
