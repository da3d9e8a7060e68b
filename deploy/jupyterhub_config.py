"""JupyterHub on one machine: to try a course out, or for a few people who trust one another.

`make hub` starts it, with the folder, the ports and the passwords in the environment. All servers
run as the person who starts the hub, so students are kept apart by nothing but their manners: for
a class, use `tljh.md` or `zero-to-jupyterhub.yml`, in which each student is a user or a container.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

from jupyterhub.spawner import SimpleLocalProcessSpawner

c = get_config()  # noqa: F821
folder = Path(os.environ["HUB_FOLDER"])
students = folder / "students.txt"
idle = int(os.environ.get("HUB_IDLE_SECONDS", 3600))
GIB = 2**30


class ClassSpawner(SimpleLocalProcessSpawner):
    """A local process for each student, in a folder of its own, with bounded memory."""

    def make_preexec_fn(self, name):
        """Bound the address space of the server and of each of its kernels."""
        enter_home = super().make_preexec_fn(name)

        def preexec():
            enter_home()
            if sys.platform == "linux":  # macOS takes the limit and does not keep it
                resource.setrlimit(resource.RLIMIT_AS, (self.mem_limit, self.mem_limit))

        return preexec


# Loopback only, and free ports for what the hub and the proxy tell each other: two hubs may run.
c.JupyterHub.bind_url = f"http://127.0.0.1:{os.environ['HUB_PORT']}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{os.environ['HUB_INNER_PORT']}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{os.environ['HUB_PROXY_PORT']}"
# Node comes from the book's environment, the proxy from `deploy/proxy/package-lock.json`.
c.ConfigurableHTTPProxy.command = [os.environ["HUB_NODE"], os.environ["HUB_PROXY"]]

# What the hub remembers lies in its folder and nowhere else.
c.JupyterHub.db_url = f"sqlite:///{folder / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(folder / "proxy.pid")

# One password for the students, one for the instructor: no accounts to keep. Whoever knows the
# students' password may take any student's name. A file `students.txt`, a name a line, says who
# may come; without it, everybody who has the password.
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["HUB_STUDENT_PASSWORD"]
c.SharedPasswordAuthenticator.admin_password = os.environ["HUB_INSTRUCTOR_PASSWORD"]
c.Authenticator.admin_users = {"instructor"}  # starts, stops and enters the servers of others
if students.is_file():
    c.Authenticator.allowed_users = set(students.read_text("utf8").split())
else:
    c.Authenticator.allow_all = True

# A server is a process of the hub's own environment, in the student's folder, opened in JupyterLab.
c.JupyterHub.spawner_class = ClassSpawner
c.SimpleLocalProcessSpawner.home_dir_template = str(folder / "users" / "{username}")
c.Spawner.cmd = [str(Path(sys.executable).parent / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
# One thread for each kernel: ten kernels that each take all cores would only stand in line.
c.Spawner.environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# Address space, for each process; NumPy and Numba reserve far more of it than they use.
c.Spawner.mem_limit = int(os.environ.get("HUB_MEMORY_BYTES", 4 * GIB))
# A class comes in at once, and Python starts slowly on a busy machine.
c.Spawner.start_timeout = 180
c.Spawner.http_timeout = 180

# Idle servers go after an hour, idle kernels after half of it; the files stay.
c.Spawner.args = [
    f"--MappingKernelManager.cull_idle_timeout={idle // 2}",
    f"--MappingKernelManager.cull_interval={max(1, idle // 12)}",
]
if os.geteuid() == 0:  # in a container; Jupyter asks root to say so
    c.Spawner.args.append("--allow-root")
culler = "idle-culler"
c.JupyterHub.services = [
    {
        "name": culler,
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={idle}"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": culler,
        "services": [culler],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]
