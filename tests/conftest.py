"""What several test files share: the site, built once, and small sites of a few pages."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

if sys.flags.optimize:
    raise pytest.UsageError("the tests do not run under python -O or PYTHONOPTIMIZE: their assertions would vanish")

# a slow machine is no failure, and every run tries the same examples
settings.register_profile("calm", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")

ROOT = Path(__file__).parent.parent
EDITIONS = re.findall(r"\w+", re.search(r"^  languages: \[(.*?)\]", (ROOT / "mkdocs.yml").read_text("utf-8"), re.M)[1])


def build(target, *options, config=ROOT / "mkdocs.yml", **environment):
    """Build a site as a reader would; returns the finished process, with its output as text."""
    command = [sys.executable, "-m", "mkdocs", "build", "-f", str(config), "--site-dir", str(target), *options]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "NO_MKDOCS_2_WARNING": "1", **environment}
    return subprocess.run(
        command, env=environment, cwd=Path(config).parent, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the whole site, all notebooks executed: the one in SCRATCH_SITE, else built here, strictly."""
    if "SCRATCH_SITE" in os.environ:
        return Path(os.environ["SCRATCH_SITE"])
    target = tmp_path_factory.mktemp("site")
    finished = build(target, "--strict")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return target


def small_site(folder, pages, root=ROOT):
    """A site of a few pages with the configuration of the real one; its pages are its navigation.

    pages: the text of each, by its name in docs. root: the checkout whose press builds it.
    """
    (folder / "docs").mkdir()
    for name, text in pages.items():
        (folder / "docs" / name).parent.mkdir(exist_ok=True)
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    hooks = [f"{root}/scratch/{room}/hooks.py" for room in ("show", "translation")]
    (folder / "nav.py").write_text("def on_config(config):\n    config.nav = None\n", encoding="utf-8")
    hooks = "".join(f"  - {hook}\n" for hook in (*hooks, "nav.py"))
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").replace("strict: true", "")
    config = config.replace("languages: [ko]", "languages: []")
    config = config.replace("  - scratch/show/hooks.py\n  - scratch/translation/hooks.py\n", hooks)
    config = config.replace("scratch/show/theme", f"{root}/scratch/show/theme")
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    return folder / "mkdocs.yml"
