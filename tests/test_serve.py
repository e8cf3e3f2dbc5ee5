"""`mkdocs serve`: a page that fails shows its error, the server lives on, and edits of pages and package are picked up."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import pytest
from conftest import ROOT
from test_show import small_site

pytestmark = pytest.mark.site

PAGE = '```python exec="on" source="above" result="text"\nfrom scratch.activations import relu\nprint("relu", relu(2.0))\n```\n'


@pytest.fixture
def served(tmp_path):
    """A copy of the package with a site of one page, being served: (folder, function that reads the page)."""
    shutil.copytree(ROOT / "scratch", tmp_path / "scratch", ignore=shutil.ignore_patterns("__pycache__"))
    config = small_site(tmp_path, {"index.md": PAGE})
    text = config.read_text(encoding="utf-8").replace(str(ROOT), str(tmp_path))
    config.write_text(f"{text}\nstrict: true\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "NO_MKDOCS_2_WARNING": "1"}
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)

    def read(pattern, seconds=60):
        """Wait until the page has a text; returns whether it came."""
        for _ in range(2 * seconds):
            try:
                with urlopen(f"http://127.0.0.1:{port}/scratch/") as answer:
                    if re.search(pattern, answer.read().decode()):
                        return True
            except OSError:
                pass
            time.sleep(0.5)
        return False

    yield tmp_path, read
    server.send_signal(signal.SIGINT)
    server.wait(20)


def test_edits_are_picked_up_and_errors_are_shown(served):
    folder, read = served
    assert read(r"relu 2\.0")
    source = folder / "scratch" / "activations.py"
    source.write_text(
        source.read_text(encoding="utf-8").replace("np.maximum(0, x), dtype", "7 + np.maximum(0, x), dtype")
    )
    assert read(r"relu 9\.0")
    page = folder / "docs" / "index.md"
    page.write_text(
        f'# Page\n\n{PAGE}\n\n```python exec="on"\nprint(1 / 0)\n```\n\n$\\nosuchmacro$\n', encoding="utf-8"
    )
    assert read("ZeroDivisionError")
    assert read("not a valid formula")
    page.write_text(f"# Page\n\n{PAGE}\n\nMended.\n", encoding="utf-8")
    assert read("Mended")
