"""Write links that open a chapter: on a JupyterHub through nbgitpuller, on Binder, on Colab.

    python tools/links.py --hub URL --repo URL --branch TERM concepts/lstm [concepts/gru …]

The repository is the instructor's own, made of the `release` folder that `tools/assign.py` writes
(the notebook of concepts/lstm is then `concepts-lstm/concepts-lstm.ipynb`; `--folder` says what
stands before it), or with `--book` a clone of the book. Binder and Colab read public repositories,
Binder from GitHub and GitLab, Colab from GitHub; `--binder URL` names the repository that has the
book's `.binder` folder. What cannot be linked is said on the error stream.
"""

from __future__ import annotations

import argparse
import posixpath
import re
import sys
from collections.abc import Sequence
from urllib.parse import quote, urlencode, urlsplit

import assign

BINDER = "https://mybinder.org"
COLAB = "https://colab.research.google.com"
PROVIDERS = {"github.com": "gh", "gitlab.com": "gl"}
# What git itself refuses in the name of a branch or tag, and what it would take for an option.
NOT_A_BRANCH = re.compile(r"[\s~^:?*\[\\]|\.\.|@\{|//|^[-/]|[/.]$|\.lock$|^$")


def pull_link(
    hub: str, repo: str, branch: str, path: str, target: str = "", depth: int | None = None
) -> str:
    """Return the link with which a hub pulls a branch of a repository and opens a file of it.

    nbgitpuller clones into `target`, by default the repository's name; it is always named, since
    nbgitpuller would keep the `.git` of an address and the file would then lie elsewhere.
    """
    parts = _checked_address("hub", hub, ("http", "https"))
    address = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
    return f"{address}/hub/user-redirect/git-pull?{_pull(repo, branch, path, target, depth)}"


def binder_link(environment: str, repo: str, branch: str, path: str, version: str = "HEAD") -> str:
    """Return the link with which Binder starts an environment and opens a file of a repository.

    Where the two are the same repository nothing is pulled, since Binder has it already; else
    `version` is the branch or tag of the environment.
    """
    owner, provider = _place("binder", environment)
    if _plain(environment) == _plain(repo):
        then, at = f"lab/tree/{quote(_inside('path', path))}", _checked_branch(branch)
    else:
        then, at = f"git-pull?{_pull(repo, branch, path, '', None)}", _checked_branch(version)
    return f"{BINDER}/v2/{provider}/{owner}/{quote(at, safe='')}?{_query({'urlpath': then})}"


def colab_link(repo: str, branch: str, path: str) -> str:
    """Return the link with which Colab opens a file of a repository on GitHub."""
    owner, provider = _place("repo", repo)
    if provider != "gh":
        raise ValueError(f"repo: {repo!r} is not on GitHub; Colab opens no other")
    return f"{COLAB}/github/{owner}/blob/{_checked_branch(branch)}/{quote(_inside('path', path))}"


def path_of(page: str, book: bool = False, folder: str = "") -> str:
    """Return where a page's notebook lies in the repository."""
    name = assign.name_of(page)
    inside = f"book/{page}.ipynb" if book else f"{name}/{name}.ipynb"
    return posixpath.join(_inside("folder", folder), inside) if folder else inside


def _pull(repo: str, branch: str, path: str, target: str, depth: int | None) -> str:
    """Return nbgitpuller's parameters."""
    _checked_address("repo", repo, ("http", "https", "git", "file"))
    target = _inside("target", target or _plain(repo).rsplit("/", 1)[-1])
    if depth is not None and depth < 0:
        raise ValueError(f"depth: {depth}; expected the number of commits, or 0 for all")
    # The path stands in an address that stands in an address: it is quoted once here, once below.
    opened = f"lab/tree/{quote(posixpath.join(target, _inside('path', path)))}"
    wanted = {"repo": repo, "branch": _checked_branch(branch), "urlpath": opened}
    wanted["targetPath"] = target
    return _query(wanted if depth is None else {**wanted, "depth": str(depth)})


def _query(wanted: dict[str, str]) -> str:
    return urlencode(wanted, quote_via=quote, safe="")


def _plain(repo: str) -> str:
    """Return an address without what does not tell repositories apart."""
    return repo.rstrip("/").removesuffix(".git")


def _place(name: str, repo: str) -> tuple[str, str]:
    """Return owner/name of a repository on GitHub or GitLab, and what Binder calls the place."""
    parts = _checked_address(name, _plain(repo), ("http", "https"))
    owner = parts.path.strip("/")
    provider = PROVIDERS.get(parts.hostname or "")
    if provider is None or owner.count("/") < 1:
        raise ValueError(f"{name}: {repo!r} is no repository on {' or '.join(PROVIDERS)}")
    return (owner if provider == "gh" else quote(owner, safe="")), provider


def _checked_address(name: str, address: str, schemes: Sequence[str]):
    """Return the parts of an address that everybody may see."""
    parts = urlsplit(address)
    if parts.scheme not in schemes or not (parts.netloc or parts.scheme == "file"):
        raise ValueError(
            f"{name}: {address!r}; expected an address that begins with "
            + ", ".join(f"{scheme}://" for scheme in schemes)
        )
    if parts.username or parts.password:
        raise ValueError(f"{name}: the address has a user name in it; every student would see it")
    if parts.query or parts.fragment:
        raise ValueError(f"{name}: {address!r}; expected an address without ? and #")
    return parts


def _checked_branch(branch: str) -> str:
    if NOT_A_BRANCH.search(branch):
        raise ValueError(f"branch: {branch!r} cannot be the name of a branch or tag")
    return branch


def _inside(name: str, path: str) -> str:
    """Return a path that stays inside the repository or the student's folder."""
    plain = posixpath.normpath(path)
    if plain.startswith(("/", "..")) or plain == "." or "\\" in path:
        raise ValueError(f"{name}: {path!r}; expected a relative path that stays inside")
    return plain


def links(given: argparse.Namespace, page: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the links to a page by where they lead, and why one cannot be made."""
    path = path_of(page, given.book, given.folder)
    repo, branch = given.repo, given.branch
    makers = {
        "binder": lambda: binder_link(
            given.binder or repo, repo, branch, path, given.binder_branch
        ),
        "colab": lambda: colab_link(repo, branch, path),
    }
    made, refused = {}, {}
    if given.hub:
        made["hub"] = pull_link(given.hub, repo, branch, path, given.target, given.depth)
    for name, maker in makers.items():
        try:
            made[name] = maker()
        except ValueError as error:
            refused[name] = str(error)
    return made, refused


def main() -> None:
    """Read the command line and print the links."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="+", metavar="page", help="a page such as concepts/lstm")
    parser.add_argument("--hub", help="address of the JupyterHub")
    parser.add_argument("--repo", required=True, help="address of the repository to pull")
    parser.add_argument("--branch", required=True, help="branch or tag of the term")
    parser.add_argument("--book", action="store_true", help="the repository is a clone of the book")
    parser.add_argument("--folder", default="", help="folder of the repository with the releases")
    parser.add_argument("--target", default="", help="the student's folder to pull into")
    parser.add_argument("--depth", type=int, help="how many commits to pull; 0 for all")
    parser.add_argument("--binder", help="address of the repository that has the .binder folder")
    parser.add_argument("--binder-branch", default="HEAD", help="its branch or tag")
    given = parser.parse_args()
    known = assign.pages()
    if unknown := [page for page in given.pages if page not in known]:
        parser.error(f"no page with exercises is called {unknown[0]!r}; assign.py --list names all")
    reasons: dict[str, str] = {}
    for page in given.pages:
        try:
            made, refused = links(given, page)
        except ValueError as error:
            parser.error(str(error))
        print(page, *(f"  {name}: {link}" for name, link in made.items()), sep="\n")
        reasons |= refused
    for name, reason in reasons.items():
        print(f"links: no link to {name}: {reason}", file=sys.stderr)


if __name__ == "__main__":
    main()
