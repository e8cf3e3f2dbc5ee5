"""What several test files share: the site, built once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# a slow machine is no failure, and every run tries the same examples
settings.register_profile("calm", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")

ROOT = Path(__file__).parent.parent


def build(target, *options, config=ROOT / "mkdocs.yml"):
    """Build a site as a reader would; returns the finished process, with its output as text."""
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--config-file",
        str(config),
        "--site-dir",
        str(target),
        *options,
    ]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(
        command, env=environment, cwd=Path(config).parent, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the whole site, built strictly, all notebooks executed."""
    target = tmp_path_factory.mktemp("site")
    finished = build(target, "--strict")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return target
