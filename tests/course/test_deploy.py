"""The files for a class's servers: locked to the book's versions, and with keys that are known."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from build_book import ROOT
from packaging.requirements import Requirement

BINDER = ROOT / ".binder"
VALUES = yaml.safe_load((ROOT / "deploy" / "zero-to-jupyterhub.yml").read_text("utf8"))
SWITCH = {"enabled": bool}
# What `values.schema.yaml` of the Helm chart knows, as far as it is used here (its commit 02dd73d).
# A dict: the keys that there are; a type: what a value must be; ...: not checked by the chart.
CHART = {
    "hub": {"config": ..., "concurrentSpawnLimit": int, "activeServerLimit": int},
    "proxy": {"https": {**SWITCH, "hosts": list, "letsencrypt": {"contactEmail": str}}},
    "singleuser": {
        "image": {"name": str, "tag": str},
        "defaultUrl": str,
        "extraEnv": ...,
        "lifecycleHooks": {"postStart": ...},
        "memory": {"guarantee": (int, float, str), "limit": (int, float, str)},
        "cpu": {"guarantee": (int, float), "limit": (int, float)},
        "storage": {"type": str, "capacity": str},
        "cloudMetadata": {"blockWithIptables": bool},
        "networkPolicy": SWITCH,
    },
    "cull": {**SWITCH, "timeout": int, "every": int},
    "prePuller": {"hook": SWITCH, "continuous": SWITCH},
    "scheduling": {
        "userScheduler": SWITCH,
        "podPriority": SWITCH,
        "userPlaceholder": {**SWITCH, "replicas": int},
    },
}


def unknown(values: dict, chart: dict, path: str = "") -> list[str]:
    """Return the keys that the chart does not know, and those whose value is of another type."""
    found = []
    for key, value in values.items():
        wanted = chart.get(key)
        if wanted is None:
            found.append(f"{path}{key}")
        elif isinstance(wanted, dict) and isinstance(value, dict):
            found += unknown(value, wanted, f"{path}{key}.")
        elif wanted is not ... and (isinstance(wanted, dict) or not isinstance(value, wanted)):
            found.append(f"{path}{key}: {value!r}")
    return found


def pinned(name: str) -> dict[str, str]:
    """Return the versions of a lock file, by package."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf8")
    return dict(re.findall(r"^([\w.-]+)==([\w.+-]+)", text, re.MULTILINE))


def test_the_chart_knows_every_value():
    assert unknown(VALUES, CHART) == []


def test_a_wrong_key_and_a_wrong_type_are_seen():
    wrong = {"cull": {"timeuot": 1, "every": "often"}, "singleuser": {"memory": "2G"}}
    assert unknown(wrong, CHART) == [
        "cull.timeuot",
        "cull.every: 'often'",
        "singleuser.memory: '2G'",
    ]


def test_the_values_hold_no_secret_and_what_to_replace_is_in_capitals():
    text = (ROOT / "deploy" / "zero-to-jupyterhub.yml").read_text("utf8")
    assert not re.search(r"(?i)^\s*(?:\w*secret\w*|\w*password|\w*token):", text, re.MULTILINE)
    assert VALUES["singleuser"]["image"] == {"name": "REGISTRY/gate-by-gate", "tag": "TERM"}


def test_a_failed_pull_keeps_no_student_out():
    command = VALUES["singleuser"]["lifecycleHooks"]["postStart"]["exec"]["command"]
    assert command[:2] == ["sh", "-c"]
    assert command[2].endswith("|| true")


def test_the_hub_has_the_versions_of_the_book():
    book, hub = pinned("environment"), pinned("hub")
    assert len(book.keys() & hub.keys()) > 80
    assert {name for name in book.keys() & hub.keys() if book[name] != hub[name]} == set()


def test_the_hub_has_everything_that_rnn_core_needs_for_the_pages():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["dask"]]
    wanted += [each for name in ("plots", "widgets", "store", "train", "data", "sweep")
               for each in extras[name]]  # fmt: skip
    hub = pinned("hub")
    for each in map(Requirement, wanted):
        if each.name != project["name"]:
            assert each.specifier.contains(hub[each.name]), each


@pytest.mark.parametrize("lock", ["requirements/hub.txt", "deploy/proxy/package-lock.json"])
def test_a_lock_names_no_address(lock):
    assert "://" not in (ROOT / lock).read_text("utf8")


def test_the_proxy_is_locked_at_the_version_that_is_asked_for():
    folder = ROOT / "deploy" / "proxy"
    asked = json.loads((folder / "package.json").read_text("utf8"))["dependencies"]
    locked = json.loads((folder / "package-lock.json").read_text("utf8"))["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in asked} == asked
    assert all("integrity" in package for name, package in locked.items() if name)


def test_binder_installs_the_lock_of_the_hub():
    (line,) = re.findall(
        r"^[^#\n].*$", (BINDER / "requirements.txt").read_text("utf8"), re.MULTILINE
    )
    flag, path = line.split()
    assert flag == "-r"
    assert (BINDER / path).resolve() == ROOT / "requirements" / "hub.txt"


def test_binder_has_a_python_that_the_lock_is_for():
    name, version = (BINDER / "runtime.txt").read_text("utf8").strip().split("-")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    assert name == "python"
    assert f"Programming Language :: Python :: {version}" in project["classifiers"]


@pytest.mark.skipif(os.name == "nt", reason="Binder builds on Linux; Windows has no executable bit")
def test_binder_can_run_what_comes_after_the_packages():
    script = BINDER / "postBuild"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
    listed = subprocess.run(
        ["git", "ls-files", "--stage", str(script)], cwd=ROOT, capture_output=True, text=True
    )
    assert listed.stdout[:6] in ("100755", "")  # nothing in a copy that is no repository


def test_the_recipe_names_files_that_there_are():
    recipe = (ROOT / "deploy" / "tljh.md").read_text("utf8")
    named = re.findall(r"`((?:requirements|tools|deploy)/[\w./-]+)`", recipe)
    assert named
    assert [path for path in named if not Path(ROOT, path).exists()] == []
