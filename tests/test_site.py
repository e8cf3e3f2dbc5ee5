"""The built site as a reader meets it: links, weight, notebooks, and every page in Chromium. Run with: pytest -m site"""

import gzip
import json
import re
import shutil
import subprocess
import sys
import threading
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from conftest import ROOT, build

pytestmark = pytest.mark.site

TOPICS = ["activations", "losses", "optimizers", "schedulers", "augmentation"]
NOTEBOOKS = sorted((ROOT / "docs" / "experiments").glob("*.ipynb"))
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """What the tests need to know of a built page."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.resources, self.open, self.problems = ([], [], [], [], [])
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag in ("script", "img", "source", "iframe") and found.get("src"):
            self.resources.append(found["src"])
        if tag == "link" and found.get("rel") not in ("canonical", "prev", "next"):
            self.resources.append(found["href"])
        if len(found) != len(attributes):
            self.problems.append(f"an attribute twice in <{tag}>")
        if tag == "img" and not found.get("alt") and "alt" not in found:
            self.problems.append("an image without alternative text")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if tag in self.open[-1:]:
            self.open.pop()
        elif tag not in ("p", "path", "use", "circle", "rect", "line"):
            self.problems.append(f"</{tag}> closes <{self.open[-1] if self.open else ''}>")

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()


@pytest.fixture(scope="module")
def pages(site):
    return {path.relative_to(site).as_posix(): Page(path) for path in sorted(site.rglob("*.html"))}


def test_every_topic_has_its_page(pages):
    assert {f"{topic}/index.html" for topic in TOPICS} <= set(pages)


def test_ids_are_unique_and_tags_are_closed(pages):
    assert {name: page.problems for name, page in pages.items() if page.problems} == {}
    twice = {name: {i for i in page.ids if page.ids.count(i) > 1} for name, page in pages.items()}
    assert {name: ids for name, ids in twice.items() if ids} == {}


def test_every_internal_link_and_anchor_exists(site, pages):
    missing = []
    for name, page in pages.items():
        if name == "404.html":
            continue
        for link in page.links + page.resources:
            target = urlsplit(urljoin(f"http://site/{name}", link))
            if target.netloc != "site" or target.scheme != "http":
                continue
            path = unquote(target.path).lstrip("/")
            path = path + "index.html" if path == "" or path.endswith("/") else path
            if not (site / path).is_file() or (
                target.fragment and path in pages and unquote(target.fragment) not in pages[path].ids
            ):
                missing.append((name, link))
    assert missing == []


def test_nothing_is_loaded_from_another_host(site, pages):
    assert [(n, r) for n, page in pages.items() for r in page.resources if urlsplit(r).netloc] == []
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?https?:", sheet.read_text(encoding="utf-8")), sheet


def weight(site, name):
    """The bytes of a first visit, compressed as servers do: the page and all that it loads."""
    page = Page(site / name)
    files = [site / name, site / "assets" / "math.woff2"]
    files += [
        site / urlsplit(urljoin(f"http://site/{name}", r)).path.lstrip("/")
        for r in page.resources
        if not r.startswith("data:")
    ]
    packed = {".woff2", ".png", ".webp", ".jpg"}
    return sum(f.stat().st_size if f.suffix in packed else len(gzip.compress(f.read_bytes())) for f in set(files))


@pytest.mark.parametrize("topic", TOPICS)
def test_a_first_visit_is_light(site, topic):
    assert weight(site, f"{topic}/index.html") < (550_000 if topic == "augmentation" else 300_000)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebooks_page_is_light_and_offers_the_notebook(site, notebook):
    name = f"experiments/{notebook.stem}/index.html"
    assert weight(site, name) < 300_000
    copy = site / "experiments" / notebook.stem / notebook.name
    assert copy.read_bytes() == notebook.read_bytes()
    assert f'href="{notebook.name}"' in (site / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_clean_and_was_executed(site, notebook):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert all(re.fullmatch(r"[a-z0-9-]+", cell["id"]) for cell in content["cells"])
    built = (site / "experiments" / notebook.stem / "index.html").read_text(encoding="utf-8")
    assert built.count("<figure") >= 1
    assert "<svg" in built


def test_two_builds_are_equal(site, tmp_path):
    finished = build(tmp_path / "again")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    names = {path.relative_to(site) for path in site.rglob("*") if path.is_file()}
    assert names == {path.relative_to(tmp_path / "again") for path in (tmp_path / "again").rglob("*") if path.is_file()}
    assert [name for name in names if (site / name).read_bytes() != (tmp_path / "again" / name).read_bytes()] == []


# A reader's own shell

VISIBLE = re.compile(r'^( *)```python exec="on" source="above" result="text"\n(.*?)^\1```', re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.stem)
def test_every_visible_block_runs_as_pasted(page, tmp_path):
    """All blocks of a page, each in a namespace of its own, warnings as errors, far from the repository."""
    blocks = [
        re.sub(f"^{m[1]}", "", m[2], flags=re.MULTILINE) for m in VISIBLE.finditer(page.read_text(encoding="utf-8"))
    ]
    assert blocks
    script = "import json, sys, warnings\nwarnings.simplefilter('error')\nfor block in json.load(sys.stdin): exec(block, {})\n"
    finished = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(blocks),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


# Chromium

SIZES = [("light", 1440), ("dark", 1440), ("light", 375), ("dark", 375)]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no browser tests")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed: no browser tests")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def address(site):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


VISITED = ["", *(f"{topic}/" for topic in TOPICS), *(f"experiments/{path.stem}/" for path in NOTEBOOKS)]
STRAY = """() => [...document.querySelectorAll('article *')].filter(e => {
  const box = e.getBoundingClientRect()
  return box.width && box.right > innerWidth + 1 && !e.closest('.scroll, .formula-math, pre, .md-typeset__scrollwrap, math')
}).map(e => e.outerHTML.slice(0, 120))"""
UNDRAWN = """() => [...document.querySelectorAll('math')].filter(e => {
  const box = e.getBoundingClientRect()
  return e.checkVisibility() && (box.width < 2 || box.height < 4)
}).map(e => e.outerHTML.slice(0, 120))"""
RAW_MATH = r"""() => [...document.querySelectorAll('article p, article li, article td, article figcaption')]
  .filter(e => /\\\(|\\\[|\{\{|\$[^ ]/.test(e.innerText)).map(e => e.innerText.slice(0, 120))"""


@pytest.mark.parametrize(("scheme", "width"), SIZES)
@pytest.mark.parametrize("path", VISITED)
def test_a_page_in_the_browser(browser, address, path, scheme, width):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    view, wrong = context.new_page(), []
    view.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    view.on("pageerror", lambda error: wrong.append(str(error)))
    view.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else wrong.append(r.url))
    view.goto(address + path)
    view.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    view.wait_for_function("document.fonts.status === 'loaded'")
    assert wrong == []
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    assert view.evaluate(STRAY) == []
    assert view.evaluate(UNDRAWN) == []
    assert view.evaluate(RAW_MATH) == []
    assert view.evaluate("!document.querySelector('math') || document.fonts.check('16px \"Scratch Math\"')")
    context.close()


def test_the_copy_buttons_copy_exactly_what_is_shown(browser, address):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    view = context.new_page()
    view.goto(address + "activations/")
    view.locator(".formula-copy").first.click()
    latex = view.locator(".formula annotation").first.text_content()
    assert view.evaluate("navigator.clipboard.readText()") == latex
    block = view.locator(".language-python pre").first
    block.hover()
    view.locator(".md-clipboard, .md-code__button[data-md-type=copy]").first.click()
    from scratch import activations
    from scratch.show.source import listing

    copied = view.evaluate("navigator.clipboard.readText()")
    assert copied.rstrip("\n") == listing(activations.sigmoid, activations.sigmoid_grad).rstrip("\n")
    context.close()
