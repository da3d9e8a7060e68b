"""Grading, as an instructor does it: every kind of submission gets its marks and harms nobody."""

from __future__ import annotations

import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import assign
import collect
import grade
import psutil
import pytest
import sandbox
from course import open_course, write_settings

from benchmarks import grading
from tests.course import submissions
from tests.course.submissions import NAME, Kind

pytestmark = [
    pytest.mark.xdist_group("grading"),
    # nbgrader's own use of its database
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]
UNSEEN = (submissions.SECRET, "double(0.5)", "total([]) ", "HIDDEN TESTS")


@pytest.fixture(scope="module")
def sandboxed() -> None:
    """Do not go on where there is no sandbox; in CI that is a failure."""
    if why := sandbox.fault():
        pytest.fail(why) if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip(why)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a course with the small assignment, released."""
    folder = tmp_path_factory.mktemp("released") / "course"
    submissions.write(folder)
    assign.release(submissions.PAGE, folder)
    return folder


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Path:
    """Return a course of one's own, with the small assignment released."""
    return shutil.copytree(released, tmp_path / "course")


class Visits(http.server.BaseHTTPRequestHandler):
    """Remembers who came."""

    paths: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Remember a visit."""
        self.paths.append(self.path)
        self.send_response(204)
        self.end_headers()


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """Listen on this machine; return the port."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Visits) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening.server_port
        listening.shutdown()


@pytest.fixture(scope="module")
def shared(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the course in which everyone is graded."""
    return shutil.copytree(released, tmp_path_factory.mktemp("graded") / "course")


@pytest.fixture(scope="module")
def everyone(shared: Path, server: int) -> dict[str, Kind]:
    """Return every kind of submission by its student."""
    return submissions.kinds(shared, server) | submissions.cheats()


@pytest.fixture(scope="module")
def graded(shared: Path, everyone: dict[str, Kind], sandboxed: None) -> Path:
    """Grade all kinds of submissions in one go, from a zip; return the folder of the course."""
    submissions.decoy(shared).mkdir()
    archive = submissions.zip_up(shared, shared.with_name("all.zip"), everyone)
    collect.collect(shared, NAME, archive, "moodle")
    lines = grading.autograde(shared)
    assert len(lines) == len([kind for kind in everyone.values() if not kind.fault])
    subprocess.run(grading.command(shared, "feedback"), check=True, capture_output=True)
    return shared


@pytest.fixture(scope="module")
def table(graded: Path) -> dict[str, dict[str, str]]:
    """Return the exported table by student."""
    return grading.export(graded)


def test_every_kind_gets_its_points_or_its_fault_named(everyone, table):
    assert list(grading.mistakes(table, everyone)) == []
    assert len(everyone) >= 38


def test_nothing_is_left_and_nothing_was_touched(graded, everyone, table):
    assert submissions.decoy(graded).is_dir()
    assert (graded / "gradebook.db").is_file()
    assert len(list((graded / "submitted").iterdir())) == len(everyone)
    assert Visits.paths == []
    commands = [" ".join(each.info["cmdline"] or []) for each in psutil.process_iter(["cmdline"])]
    assert [each for each in commands if "sleep 98765" in each or str(graded) in each] == []


def test_what_changes_the_interpreter_is_not_prevented(table):
    """Not wished for, but so: `grade.py --help` says it, and what to look at."""
    for student in submissions.cheats():
        assert table[student]["points"] == "10.0"
    assert "is not stopped by any sandbox" in grade.parser().format_help()


def test_the_release_holds_no_solution_and_no_hidden_test(graded):
    texts = [path.read_text("utf8") for path in (graded / "release").rglob("*") if path.is_file()]
    assert "Your code here" in "".join(texts)
    for secret in ("2 * x", "Because.", "SOLUTION", *UNSEEN):
        assert not [text for text in texts if secret in text]


def test_the_feedback_says_what_failed_and_not_how_it_was_tested(graded, everyone):
    pages = {
        path: path.read_text("utf8") for path in (graded / "feedback").rglob("*") if path.is_file()
    }
    assert len(pages) == len([kind for kind in everyone.values() if not kind.fault])
    wrong = (graded / "feedback" / "visible-only" / NAME / f"{NAME}.html").read_text("utf8")
    assert "AssertionError (What it says is left out" in wrong
    late = (graded / "feedback" / "loop-in-function" / NAME / f"{NAME}.html").read_text("utf8")
    assert "took longer than it may" in late
    plots = (graded / "feedback" / "plots" / NAME / f"{NAME}.html").read_text("utf8")
    assert "data:image/svg+xml;base64," in plots
    scripts = (graded / "feedback" / "scripts" / NAME / f"{NAME}.html").read_text("utf8")
    assert not re.findall(r"""(?:href|src)=["']\s*(?:java|vb)script""", scripts, re.IGNORECASE)
    assert 'href="https://example.org"' in scripts
    # What the student of "peeks" wrote stands in their own answer, and is not told by us.
    del pages[graded / "feedback" / "peeks" / NAME / f"{NAME}.html"]
    for secret in UNSEEN:
        assert [path.parts[-3] for path, text in pages.items() if secret in text] == []


@pytest.fixture
def formgrader(graded: Path, tmp_path: Path) -> Iterator[str]:
    """Start JupyterLab in the folder of the course; return its address, which lets one in."""
    own = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    run = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    env = {**os.environ, **own, "JUPYTER_TOKEN": "secret"}
    with (tmp_path / "log").open("w") as log:
        child = subprocess.Popen(run, cwd=graded, stderr=log, stdout=log, env=env)
        try:
            for _ in range(600):
                text = (tmp_path / "log").read_text("utf8")
                if found := re.search(r"http://127\.0\.0\.1:\d+/lab", text):
                    break
                assert child.poll() is None, text
                time.sleep(0.5)
            yield found[0]
        finally:
            child.kill()
            child.wait()


@pytest.mark.browser
def test_written_answers_are_marked_in_the_formgrader_and_exported(
    graded, table, formgrader, browser
):
    assert (table["scripts"]["status"], table["scripts"]["to mark"]) == ("to mark by hand", "1")
    page = browser.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{formgrader}?token=secret", wait_until="commit")
    address = formgrader.removesuffix("/lab")
    page.goto(f"{address}/formgrader/gradebook/{NAME}/{NAME}")
    link = page.locator("td a", has_text="scripts").get_attribute("href")
    page.goto(f"{address}{link}")
    assert "it is so" in page.inner_text("body")
    assert page.title() == NAME  # and not what a script of the student's makes of it
    mark = page.locator("#ex-small-words.score")
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        mark.fill("1.5")
        mark.press("Tab")
    page.close()
    row = grading.export(graded)["scripts"]
    assert (row["status"], row["ex-small-words"], row["points"]) == ("graded", "1.5", "11.5")


def test_a_submission_is_graded_anew_when_it_is_handed_in_anew(course, sandboxed, capsys):
    def hand_in(kind: Kind, day: int) -> tuple[object, int]:
        handed = {"Ada": kind, "Bob": Kind()} if day == 2 else {"Ada": kind}
        archive = submissions.zip_up(course, course / f"{day}.zip", handed, (2026, 11, day))
        collect.collect(course, NAME, archive, "moodle")
        grade.autograde(course, NAME, is_sandboxed=True)
        ada = grade.points(course, NAME)[0]
        return ada.get("points"), capsys.readouterr().out.count("graded in")

    wrong = Kind(submissions.WRONG)
    assert hand_in(wrong, 2) == (5, 2)
    assert hand_in(wrong, 3) == (5, 0)
    assert hand_in(Kind(), 4) == (10, 1)
    assert hand_in(wrong, 1) == (10, 0)  # an older one
    assert hand_in(submissions.broken()["cell-deleted"], 5) == (None, 0)


def test_a_killed_run_is_taken_up_and_nobody_is_lost_or_graded_twice(tmp_path, sandboxed):
    kinds = ["right", "half", "wrong", "visible-only", "syntax", "cell-moved"]
    known = submissions.kinds(tmp_path)
    handed = {f"Jörg van der {kind}, {n}": known[kind] for n, kind in enumerate(kinds)}
    handed["Zoë O'Neill"] = known["right"]
    course = grading.new_course(tmp_path, handed)
    before = grading.autograde_until(course, 3)
    after = grading.autograde(course)
    assert list(grading.mistakes(grading.export(course), handed)) == []
    who = [line.split(": ")[1] for line in before + after]
    assert len(before) >= 3
    assert sorted(who) == sorted(name for name, kind in handed.items() if not kind.fault)
    orphans = [p for p in psutil.process_iter(["cmdline"]) if "sandbox.py" in str(p.info)]
    assert [p for p in orphans if p.is_running() and str(course) in p.cwd()] == []


@pytest.mark.parametrize(
    ("naming", "file", "student"),
    [
        ("moodle", f"Ada Lovelace_4711_assignsubmission_file_/{NAME}.ipynb", "Ada Lovelace"),
        ("moodle", f"Müller, Jörg_4711_assignsubmission_file/{NAME}.ipynb", "Müller, Jörg"),
        ("moodle", f"Ada_4711_assignsubmission_file_{NAME}.ipynb", "Ada"),
        ("canvas", f"lovelaceada_LATE_12_345_{NAME}-2.ipynb", "lovelaceada"),
        ("plain", f"ada/{NAME}.ipynb", "ada"),
        (r"(?P<file_id>[^/]+)/(?P<student_id>\w+)\.ipynb", f"{NAME}.ipynb/ada.ipynb", "ada"),
    ],
)
def test_a_zip_of_a_learning_platform_is_taken_apart(course, naming, file, student):
    with zipfile.ZipFile(course / "all.zip", "w") as archive:
        archive.write(course / "release" / NAME / f"{NAME}.ipynb", file)
    assert collect.collect(course, NAME, course / "all.zip", naming) == ([student], [])
    assert [who for who, _ in grade.submissions(course, NAME)] == [student]
    assert grade.faults(course, NAME) == {}


def test_of_a_zip_nobody_and_nothing_is_lost_without_a_word(course):
    right = submissions.content(course, Kind())
    part = "assignsubmission_file_"
    with zipfile.ZipFile(course / "all.zip", "w") as archive:
        archive.writestr(f"Ada Byron_1_{part}/{NAME}.ipynb", right)
        archive.writestr(f"Ada Byron_2_{part}/{NAME}.ipynb", right)
        archive.writestr(f"Bob_3_{part}/answers.docx", "")
        archive.writestr(f"Cem_4_{part}/more.zip", "")
        archive.writestr("readme.txt", "")
        archive.writestr(f".._5_{part}/{NAME}.ipynb", right)
    taken, left = collect.collect(course, NAME, course / "all.zip", "moodle")
    assert taken == ["Ada Byron 1", "Ada Byron 2"]
    assert left == [
        f"Bob_3_{part}/answers.docx: it is no notebook",
        f"Cem_4_{part}/more.zip: it is no notebook",
        "readme.txt: its name does not say whose it is",
        f".._5_{part}/{NAME}.ipynb: its name does not say whose it is",
    ]
    (course / "all.csv").write_text("email,student\na@b.c,Dee\n", "utf8")
    roster = grade.read_roster(course / "all.csv")
    rows = {row["student"]: row["status"] for row in grade.points(course, NAME, roster)}
    assert rows == {
        "Ada Byron 1": "not graded yet",
        "Ada Byron 2": "not graded yet",
        "Bob": f"there is no {NAME}.ipynb",
        "Cem": f"there is no {NAME}.ipynb",
        "Dee": "nothing handed in",
    }
    assert grade.export(course, NAME, course / "points.csv", roster) == 5


def test_a_zip_without_dates_is_taken(course):
    info = zipfile.ZipInfo(f"ada/{NAME}.ipynb")
    info.date_time = (1980, 0, 0, 0, 0, 0)
    with zipfile.ZipFile(course / "all.zip", "w") as archive:
        archive.writestr(info, submissions.content(course, Kind()))
    assert collect.collect(course, NAME, course / "all.zip", "plain") == (["ada"], [])
    (stamp,) = (course / "submitted").rglob("timestamp.txt")
    assert stamp.read_text("utf8") == "1980-01-01 00:00:00 UTC"


def test_what_fails_for_one_student_does_not_stop_the_others(course, monkeypatch):
    def fail(course, name, student, *_):
        if student == "Ada":
            raise RecursionError
        return {"success": False, "error": "ValueError: of Bob"}

    archive = submissions.zip_up(course, course / "all.zip", {"Ada": Kind(), "Bob": Kind()})
    collect.collect(course, NAME, archive, "moodle")
    monkeypatch.setattr(grade, "_autograde", fail)
    assert grade.autograde(course, NAME, is_sandboxed=False) == {
        "Ada": "it could not be graded: RecursionError: RecursionError",
        "Bob": "it could not be graded: ValueError: of Bob",
    }


def test_what_is_written_beside_the_sockets_is_counted_whatever_it_is(tmp_path):
    (tmp_path / "kernel.json").write_text("{}")
    assert not sandbox.has_written_too_much(tmp_path)
    (tmp_path / "big").write_bytes(bytes(sandbox.SOCKETS_SIZE))
    assert sandbox.has_written_too_much(tmp_path)
    many, long = tmp_path / "many", tmp_path / "long"
    for place in (many, long):
        place.mkdir()
    for number in range(sandbox.SOCKETS + 1):
        (many / str(number)).touch()
    assert sandbox.has_written_too_much(many)
    run = "import os\nfor _ in range(40): os.mkdir('d' * 200); os.chdir('d' * 200)"
    subprocess.run([sys.executable, "-c", run], cwd=long, check=True)
    assert sandbox.has_written_too_much(long)
    subprocess.run(["rm", "-rf", "--", str(long)], check=True)


def test_a_folder_of_any_depth_is_removed():
    with grade.new_folder() as folder:
        run = "import os\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')"
        subprocess.run([sys.executable, "-c", run], cwd=folder, check=True)
    assert not Path(folder).exists()


def test_a_naming_that_is_none_is_an_error(course):
    with zipfile.ZipFile(course / "all.zip", "w"):
        pass
    with pytest.raises(ValueError, match="naming: 'modle' is none of plain, moodle, canvas"):
        collect.collect(course, NAME, course / "all.zip", "modle")


def test_without_a_sandbox_the_error_names_what_is_missing_and_what_to_do(course, tmp_path):
    (tmp_path / "bin").mkdir()
    run = [sys.executable, *grading.command(course, "autograde")[1:]]
    done = subprocess.run(
        run, capture_output=True, text=True, env={**os.environ, "PATH": str(tmp_path / "bin")}
    )
    assert done.returncode == 1
    for words in ("bwrap (of bubblewrap)", "virtual machine that you can lose", "--sandbox none"):
        assert words in done.stderr
    assert "--sandbox none" in grade.parser().format_help()


def test_without_a_sandbox_code_runs_when_it_is_asked_for_by_name(course, monkeypatch):
    open_file = submissions.first(f"open({str(course / 'mine')!r}, 'w').close()")
    archive = submissions.zip_up(course, course / "all.zip", {"Ada": open_file})
    collect.collect(course, NAME, archive, "moodle")
    run = ["grade", *grading.command(course, "autograde", "--sandbox", "none")[4:]]
    monkeypatch.setattr(sys, "argv", run)
    with pytest.raises(SystemExit, match="0"):
        grade.main()
    (row,) = grade.points(course, NAME)
    assert row["points"] == 10
    assert (course / "mine").exists()  # as the code's author wished


@pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is of Linux")
def test_the_system_itself_limits_processes_and_writing(tmp_path, sandboxed):
    places = [tmp_path / name for name in ("sockets", "work")]
    for place in places:
        place.mkdir()
    sandbox.hand_over(places[0])
    code = (
        "import os, time\n"
        "def fork(n=0):\n"
        "    try:\n"
        "        while n < 2000 and (os.fork() or time.sleep(20)): n += 1\n"
        "    except OSError: pass\n"
        "    return n\n"
        "def fill(n=0):\n"
        "    try:\n"
        "        while n < 100: open(f'/tmp/{n}', 'wb').write(bytes(10**7)); n += 1\n"
        "    except OSError: pass\n"
        "    return n\n"
        "closed = not any(os.access(place, os.W_OK) for place in ('/', '/dev', '/usr', '/etc'))\n"
        "print(fill(), fork(), os.getuid() != 0, closed, os.path.exists(os.sys.argv[1]))"
    )
    run = [*sandbox.confined(*places), sys.executable, "-c", code, str(Path.home() / ".bashrc")]
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path)
    written, forked, *rest = done.stdout.split()
    assert int(written) * 10**7 <= sandbox.SCRATCH
    assert int(forked) < sandbox.THREADS
    assert rest == ["True", "True", "False"]


def hand_in(course: Path, kind: Kind) -> None:
    """Put what Ada hands in where nbgrader looks for it."""
    path = course / "submitted" / "ada" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(submissions.content(course, kind), "utf8")


def test_nbgraders_own_autograding_runs_nothing(course, tmp_path):
    """It has no sandbox: its button in the Formgrader must not run what students wrote."""
    ran = tmp_path / "ran"
    code = f"open({str(ran)!r}, 'w').close()\n{submissions.DOUBLE}"
    hand_in(course, Kind(code, (5, 5)))
    done = open_course(course).autograde(NAME, "ada", force=True, create=True)
    assert not done["success"]
    assert f"No such kernel named {sandbox.NAME}" in done["log"]
    assert not ran.exists()


def test_nbgraders_own_feedback_keeps_the_hidden_tests(course):
    hand_in(course, Kind("def double(x):\n    return 6", (0, 5)))
    assert grade.autograde(course, NAME, is_sandboxed=False) == {}
    assert open_course(course).generate_feedback(NAME, force=True)["success"]
    (page,) = (course / "feedback" / "ada").rglob("*.html")
    assert "AssertionError" in page.read_text("utf8")
    assert not [word for word in UNSEEN if word in page.read_text("utf8")]


def test_settings_are_renewed_and_settings_of_ones_own_are_kept(tmp_path):
    (tmp_path / "nbgrader_config_own.py").write_text("c.ClearSolutions.text_stub = 'Mine.'\n")
    path = write_settings(tmp_path)
    path.write_text(path.read_text().replace("Your answer here.", "Older."))
    assert open_course(tmp_path).config.ClearSolutions.text_stub == "Mine."
    assert "Your answer here." in path.read_text()
    path.write_text("c.ClearSolutions.text_stub = 'By hand.'\n")
    with pytest.raises(ValueError, match="keep settings of your own in nbgrader_config_own"):
        open_course(tmp_path)
    assert "By hand." in path.read_text()


@pytest.mark.parametrize(("content", "said"), [(None, "is not there"), ("text", "is no zip")])
def test_what_is_no_zip_is_named(course, tmp_path, monkeypatch, content, said):
    path = tmp_path / "all.zip"
    if content:
        path.write_text(content)
    command = ["grade.py", "--course", str(course), "small/page", "collect", "moodle", str(path)]
    monkeypatch.setattr(sys, "argv", command)
    monkeypatch.setattr(grade, "name_of", lambda page: NAME)
    with pytest.raises(SystemExit, match=f"{path.name} {said}"):
        grade.main()
