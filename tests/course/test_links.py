"""Links to a hub, to Binder and to Colab: what they say once they are taken apart again."""

from __future__ import annotations

import sys
from urllib.parse import parse_qsl, unquote, urlsplit

import links
import pytest

REPO = "https://github.com/me/course.git"
PATH = "concepts-lstm/concepts-lstm.ipynb"


def taken_apart(link: str) -> tuple[str, dict[str, str]]:
    """Return the address of a link and its parameters, decoded once, as a server does."""
    parts = urlsplit(link)
    return f"{parts.scheme}://{parts.netloc}{parts.path}", dict(parse_qsl(parts.query))


def test_a_hub_is_told_nbgitpullers_parameters():
    link = links.pull_link("https://hub.example.org", REPO, "term", PATH, depth=1)
    address, told = taken_apart(link)
    assert address == "https://hub.example.org/hub/user-redirect/git-pull"
    assert told == {
        "repo": REPO,
        "branch": "term",
        "urlpath": f"lab/tree/course/{PATH}",
        "targetPath": "course",
        "depth": "1",
    }


@pytest.mark.parametrize("hub", ["https://x.org/jh", "https://x.org/jh/"])
def test_a_hub_may_lie_below_a_path(hub):
    address, _ = taken_apart(links.pull_link(hub, REPO, "term", PATH))
    assert address == "https://x.org/jh/hub/user-redirect/git-pull"


def test_what_has_a_meaning_in_an_address_arrives_as_it_is():
    """The path is part of an address twice; it is decoded once by the hub, once by JupyterLab."""
    target, branch = "R&D #1 50% ä", "term/2026+x"
    link = links.pull_link("https://x.org", REPO, branch, PATH, target)
    assert link.isascii()
    assert " " not in link
    _, told = taken_apart(link)
    assert told["branch"] == branch
    assert told["targetPath"] == target
    assert unquote(told["urlpath"]) == f"lab/tree/{target}/{PATH}"
    assert urlsplit(told["urlpath"]).query == urlsplit(told["urlpath"]).fragment == ""


def test_all_of_the_history_may_be_asked_for():
    _, told = taken_apart(links.pull_link("https://x.org", REPO, "term", PATH, depth=0))
    assert told["depth"] == "0"


def test_binder_opens_a_file_of_the_repository_it_was_built_from():
    link = links.binder_link("https://github.com/me/book", "https://github.com/me/book/", "v1", "a")
    assert taken_apart(link) == ("https://mybinder.org/v2/gh/me/book/v1", {"urlpath": "lab/tree/a"})


def test_binder_pulls_from_another_repository():
    link = links.binder_link("https://gitlab.com/a/book", REPO, "term", PATH, "v1/x")
    address, told = taken_apart(link)
    assert address == "https://mybinder.org/v2/gl/a%2Fbook/v1%2Fx"
    inner, pulled = taken_apart(f"https://server/{told['urlpath']}")
    assert inner == "https://server/git-pull"
    assert pulled["repo"] == REPO
    assert pulled["urlpath"] == f"lab/tree/course/{PATH}"


def test_colab_opens_a_file_on_github():
    colab = "https://colab.research.google.com/github/me/course/blob/term"
    assert links.colab_link(REPO, "term", PATH) == f"{colab}/{PATH}"


def test_a_page_lies_where_assign_put_it_or_where_the_book_has_it():
    assert links.path_of("concepts/lstm") == PATH
    assert links.path_of("concepts/lstm", folder="release") == f"release/{PATH}"
    assert links.path_of("concepts/lstm", book=True) == "book/concepts/lstm.ipynb"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hub": "hub.example.org"}, "hub: 'hub.example.org'; expected an address that begins"),
        ({"hub": "https://x.org/?a=b"}, "hub: .*expected an address without"),
        ({"repo": "git@github.com:me/course.git"}, "repo: .*expected an address that begins"),
        ({"repo": "https://me:secret@github.com/me/c"}, "repo: .*every student would see it"),
        ({"branch": ""}, "branch: ''"),
        ({"branch": "--upload-pack=x"}, "branch: '--upload-pack=x'"),
        ({"branch": "a..b"}, "branch: 'a..b'"),
        ({"branch": "a b"}, "branch: 'a b'"),
        ({"path": "../secret.ipynb"}, "path: .*stays inside"),
        ({"path": "/etc/passwd"}, "path: .*stays inside"),
        ({"target": "a/../../b"}, "target: .*stays inside"),
        ({"depth": -1}, "depth: -1"),
    ],
)
def test_what_cannot_work_is_refused_and_named(change, said):
    given = {"hub": "https://x.org", "repo": REPO, "branch": "term", "path": PATH, **change}
    with pytest.raises(ValueError, match=said) as refused:
        links.pull_link(**given)
    assert "secret@" not in str(refused.value)


@pytest.mark.parametrize("repo", ["https://git.example.org/me/course", "https://github.com/me"])
def test_binder_and_colab_say_where_they_can_read(repo):
    with pytest.raises(ValueError, match=r"no repository on github\.com or gitlab\.com"):
        links.binder_link(repo, repo, "term", PATH)
    with pytest.raises(ValueError, match=r"github\.com"):
        links.colab_link(repo, "term", PATH)


def run(monkeypatch, capsys, *command: str) -> tuple[list[str], str]:
    """Run the program; return its lines and what it says on the error stream."""
    monkeypatch.setattr(sys, "argv", ["links.py", *command])
    links.main()
    told = capsys.readouterr()
    return told.out.splitlines(), told.err


def test_the_program_prints_three_links_for_each_page(monkeypatch, capsys):
    given = ["--hub", "https://x.org", "--repo", REPO, "--branch", "term"]
    lines, said = run(monkeypatch, capsys, *given, "concepts/lstm", "concepts/gru")
    assert [line.split(":")[0].strip() for line in lines] == [
        *("concepts/lstm", "hub", "binder", "colab"),
        *("concepts/gru", "hub", "binder", "colab"),
    ]
    assert said == ""


def test_the_program_says_which_links_it_cannot_make(monkeypatch, capsys):
    given = ["--hub", "https://x.org", "--repo", "https://git.example.org/me/c", "--branch", "term"]
    lines, said = run(monkeypatch, capsys, *given, "concepts/lstm")
    assert len(lines) == 2
    assert "no link to binder" in said
    assert "no link to colab" in said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["concepts/lstn"], "no page with exercises is called 'concepts/lstn'"),
        (["concepts/lstm", "--hub", "x"], "hub: 'x'"),
    ],
)
def test_the_program_stops_at_what_it_does_not_know(monkeypatch, capsys, command, said):
    with pytest.raises(SystemExit) as stopped:
        run(monkeypatch, capsys, "--repo", REPO, "--branch", "term", *command)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err
