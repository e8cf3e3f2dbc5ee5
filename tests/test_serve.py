"""`mkdocs serve`: a page that fails shows its error, the server lives on, and edits of pages and package are picked up."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from io import BytesIO
from urllib.request import urlopen

import pytest
from conftest import ROOT, small_site

TTFont = pytest.importorskip("fontTools.ttLib", reason="the site's tools are not installed").TTFont
pytestmark = pytest.mark.site

PAGE = """# Page

```python exec="on" source="above" result="text"
from scratch.activations import relu
print("relu", relu(2.0))
```

$a$
"""


@pytest.fixture
def served(tmp_path, request):
    """A copy of the package with a site of two pages, being served: (folder, function that reads an address)."""
    shutil.copytree(ROOT / "scratch", tmp_path / "scratch", ignore=shutil.ignore_patterns("__pycache__"))
    config = small_site(tmp_path, {"index.md": PAGE, "other.md": "# Other\n\n$\\beta$\n"}, root=tmp_path)
    config.write_text(f"{config.read_text(encoding='utf-8')}\nstrict: true\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", *request.param, "--dev-addr", f"127.0.0.1:{port}"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "NO_MKDOCS_2_WARNING": "1"}
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)

    def read(pattern, address="", seconds=90):
        """Wait until what stands at an address matches; returns it, or None where it never does."""
        for _ in range(5 * seconds):
            try:
                with urlopen(f"http://127.0.0.1:{port}/scratch/{address}") as answer:
                    content = answer.read()
                    if re.search(pattern, content.decode(errors="replace")):
                        return content
            except OSError:
                pass
            time.sleep(0.2)
        return None

    yield tmp_path, read
    server.send_signal(signal.SIGINT)
    server.wait(20)


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("served", [[]], indirect=True)
def test_edits_are_picked_up_and_errors_are_shown(served):
    folder, read = served
    assert read(r"relu 2\.0")
    edit(folder / "scratch" / "activations.py", "return np.maximum(0, x)\n", "return 7 + np.maximum(0, x)\n")
    assert read(r"relu 9\.0")
    time.sleep(3)  # a second build would begin at once
    assert (folder / "log").read_text(encoding="utf-8").count("Building documentation") == 2
    page = folder / "docs" / "index.md"
    edit(page, "$a$", '$\\nosuchmacro$\n\n```python exec="on"\nprint(1 / 0)\n```\n')
    assert read("(?s)not a valid formula.*ZeroDivisionError")
    page.write_text(f"{PAGE}\n\nMended.\n", encoding="utf-8")
    assert read("Mended")


@pytest.mark.parametrize("served", [["--dirty"]], indirect=True)
def test_the_faces_keep_the_characters_of_pages_that_were_not_edited(served):
    folder, read = served
    assert read(r"relu 2\.0")
    edit(folder / "docs" / "index.md", "$a$", "$b$ Edited.")
    assert read("Edited")
    known = TTFont(BytesIO(read("", "assets/math.woff2"))).getBestCmap()
    assert {ord("β"), ord("b")} <= set(known)
    edit(folder / "scratch" / "activations.py", "return np.maximum(0, x)\n", "return 7 + np.maximum(0, x)\n")
    assert read(r"relu 9\.0")
