"""`docker` for a machine without an engine: podman, in a network namespace of the tests' own.

The tests' process lives in that network namespace too, so what listens on loopback here listens on
loopback in the container: the simulated meeting, Postgres and Redis. Nothing of them is in the
image. Capabilities, seccomp, process namespace, `/dev/shm` and PID 1 are a real container's. Only
the build has a way out: `VEXA_IMAGE_OUTSIDE` is a process in the machine's own network.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
IMAGE = "vexa-monolithic"
NETWORK = "vexa-image"
#: As `docker run` gives.
SHM_MB = 64

_SHIM = """\
#!/bin/bash
# What a reader types as `docker`, run by podman.
verb=$1; shift
case $verb in
    build)
        set -- --layers --format docker --isolation chroot --network host {build} "$@"
        exec nsenter --net=/proc/$VEXA_IMAGE_OUTSIDE/ns/net podman build {limits} "$@" ;;
    run)
        exec podman run --network ns:/run/netns/{network} --shm-size {shm}m \\
            {limits} $VEXA_IMAGE_RUN_FLAGS "$@" ;;
    *) exec podman "$verb" "$@" ;;
esac
"""


def write_shim(folder: Path) -> Path:
    """Write a `docker` command into `folder`; return the folder, for PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate = os.environ.get("PIP_CERT")
    build = (
        f"--pull=never -v {certificate}:/etc/host-ca.crt:ro --build-arg PIP_CERT=/etc/host-ca.crt"
        if certificate
        else "--pull=never"
    )
    # the defaults of podman are more than a process without CAP_SYS_RESOURCE may ask for
    limits = "--ulimit nofile=16384:16384 --ulimit nproc=16384:16384"
    shim = folder / "docker"
    shim.write_text(_SHIM.format(build=build, network=NETWORK, shm=SHM_MB, limits=limits))
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    return folder


class Docker:
    """Calls the shim, as a person would type it."""

    def __init__(self, folder: Path) -> None:
        self._path = f"{write_shim(folder)}:{os.environ['PATH']}"

    def shell(
        self, command: str, *, timeout_s: float = 120, flags: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command line as written, by bash."""
        return subprocess.run(
            ["bash", "-c", command],
            cwd=ROOT,
            env={**os.environ, "PATH": self._path, "VEXA_IMAGE_RUN_FLAGS": flags},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
        )

    def __call__(self, *arguments: str, timeout_s: float = 120) -> str:
        """Run `docker ARGUMENTS`; return its output. Fails the test with what it said."""
        result = subprocess.run(
            ["docker", *arguments],
            cwd=ROOT,
            env={**os.environ, "PATH": self._path, "VEXA_IMAGE_RUN_FLAGS": ""},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
        )
        assert result.returncode == 0, f"docker {arguments[0]}: {result.stderr[-2000:]}"
        return result.stdout


class Container:
    """One running container."""

    def __init__(self, docker: Docker, name: str) -> None:
        self._docker = docker
        self.name = name

    @classmethod
    def start(
        cls, docker: Docker, name: str, environment: Mapping[str, str], *flags: str
    ) -> Container:
        """`docker run -d`; an earlier one of this name is removed."""
        docker.shell(f"docker rm -f -t 0 {name}")
        variables = [part for pair in environment.items() for part in ("-e", "=".join(pair))]
        docker("run", "-d", "--name", name, *variables, *flags, IMAGE)
        return cls(docker, name)

    def run(self, *command: str, user: str = "root") -> subprocess.CompletedProcess[str]:
        """`docker exec`, whatever its exit status."""
        words = " ".join(f"'{word}'" for word in command)
        return self._docker.shell(f"docker exec -u {user} {self.name} {words}")

    def logs(self) -> str:
        """All that the container has printed."""
        result = self._docker.shell(f"docker logs {self.name} 2>&1")
        return result.stdout

    def state(self) -> dict[str, Any]:
        """`docker inspect`'s State."""
        found: dict[str, Any] = json.loads(self._docker("inspect", self.name))[0]["State"]
        return found

    def stop(self) -> float:
        """`docker stop` with its own 10 seconds; return how long it took."""
        started_s = time.monotonic()
        self._docker("stop", "-t", "10", self.name)
        return time.monotonic() - started_s

    def remove(self) -> None:
        """End it at once, if it runs, and forget it."""
        self._docker.shell(f"docker rm -f -t 0 {self.name}")

    def pids(self) -> list[int]:
        """Every process of the container, as this machine numbers them."""
        first = int(self.state()["Pid"])
        wanted = os.stat(f"/proc/{first}/ns/pid").st_ino
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and os.stat(entry / "ns" / "pid").st_ino == wanted:
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def pss_mb(self) -> dict[str, float]:
        """Proportional memory of each program, MiB, by its command's last words."""
        sizes: dict[str, float] = {}
        for pid in self.pids():
            try:
                rollup = (Path("/proc") / str(pid) / "smaps_rollup").read_text()
                words = (Path("/proc") / str(pid) / "cmdline").read_text().split("\0")
            except OSError:
                continue
            kib = next(int(line.split()[1]) for line in rollup.splitlines() if line[:4] == "Pss:")
            name = " ".join(word for word in words if word)[-40:]
            sizes[name] = sizes.get(name, 0) + kib / 1024
        return sizes


def wait_for(condition: Callable[[], bool], within_s: float, what: str) -> float:
    """Return how long it took until `condition` held. Fails after `within_s`."""
    started_s = time.monotonic()
    while not condition():
        assert time.monotonic() - started_s < within_s, f"{what}: not within {within_s} s"
        time.sleep(0.1)
    return time.monotonic() - started_s
