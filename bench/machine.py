"""
On what the figures were measured: nothing that tells whose machine it is.
"""

import os
import re
import subprocess
import time

NGINX = os.environ.get("NGINX_BINARY", "/usr/sbin/nginx")

# whether shared memory can have any
HUGE_PAGES = "/sys/kernel/mm/transparent_hugepage/shmem_enabled"

# before anything is measured: others that are at work spoil all times
LOAD = os.getloadavg()[0]


def first_match(path, pattern, otherwise="unknown"):
    try:
        with open(path) as file:
            found = re.search(pattern, file.read(), re.M)
    except OSError:
        return otherwise

    return found.group(1).strip() if found else otherwise


def said(*command):
    """What a program says of itself, or "" where it is not there."""

    try:
        done = subprocess.run(command, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60)
    except OSError:
        return ""

    return done.stdout.decode(errors="replace").strip()


def module():
    """The module's commit, and whether its sources differ from it."""

    here = os.path.dirname(os.path.abspath(__file__)) + "/.."
    commit = said("git", "-C", here, "rev-parse", "--short", "HEAD")

    if not re.fullmatch("[0-9a-f]+", commit):
        return "unknown"

    changed = said("git", "-C", here, "status", "--porcelain",
                   "--untracked-files=no", "--", "src", "config", "*.c")

    return commit + (" and what is not committed yet" if changed else "")


def described():
    """Lines of a name and a value."""

    memory = int(first_match("/proc/meminfo", r"^MemTotal:\s+(\d+)", "0"))

    return [
        ("measured", time.strftime("%Y-%m-%d", time.gmtime())),
        ("module", module()),
        ("processor", first_match("/proc/cpuinfo", r"^model name\s*:(.*)")),
        ("cores", "%d, %.1f of them busy before" % (
            len(os.sched_getaffinity(0)), LOAD)),
        ("memory", "%.1f GiB" % (memory / 2 ** 20)),
        ("huge pages", first_match(HUGE_PAGES, r"\[(.*)\]")),
        ("kernel", os.uname().sysname + " " + os.uname().release),
        ("system", first_match("/etc/os-release", '^PRETTY_NAME="?([^"\n]*)')),
        ("nginx", said(NGINX, "-v").rpartition("/")[2]),
    ]
