"""The built site as a reader meets it: links, weight, search, notebooks, and every page in Chromium.

Run with pytest -m site. SCRATCH_SITE names a folder where the site has been built, strictly; without it, it is built.
"""

import gzip
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from conftest import EDITIONS, ROOT, build

from scratch.evidence import TOPICS, blocks

pytestmark = pytest.mark.site

NOTEBOOKS = sorted((ROOT / "docs" / "experiments").glob("*.ipynb"))
VISITED = ["", *(f"{topic}/" for topic in TOPICS), *(f"experiments/{path.stem}/" for path in NOTEBOOKS)]
VISITED += [f"{path.stem}/" for path in sorted((ROOT / "docs").glob("*.md")) if path.stem not in ("index", *TOPICS)]
VISITED += [f"reference/{topic}/" for topic in TOPICS]
VISITED += [f"{language}/{path}" for language in EDITIONS for path in VISITED]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BLOCKS = [(topic, block) for topic in TOPICS for block in blocks(topic)]
every_topic = pytest.mark.parametrize("topic", TOPICS)


class Page(HTMLParser):
    """What the tests need to know of a built page."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.resources, self.open, self.problems = ([], [], [], [], [])
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag in ("script", "img", "source", "iframe") and found.get("src"):
            self.resources.append(found["src"])
        if tag == "link" and found.get("rel", "").strip() not in ("canonical", "prev", "next", "alternate"):
            self.resources.append(found["href"])
        if len(found) != len(attributes):
            self.problems.append(f"an attribute twice in <{tag}>")
        if tag == "img" and not found.get("alt") and "alt" not in found:
            self.problems.append("an image without alternative text")
        if tag == "a" and "summary" in self.open:
            self.problems.append("a link inside of a summary")
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


# Files


def test_every_page_was_built(pages):
    assert {f"{path}index.html" for path in VISITED} <= set(pages)


def test_ids_are_unique_and_tags_are_closed(pages):
    assert {name: page.problems for name, page in pages.items() if page.problems} == {}
    twice = {name: {i for i in page.ids if page.ids.count(i) > 1} for name, page in pages.items()}
    assert {name: ids for name, ids in twice.items() if ids} == {}


def test_every_internal_link_and_anchor_exists(site, pages):
    missing = []
    for name, page in pages.items():
        if name.endswith("404.html"):
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


# The anchors that others may have linked to, from before a block was a card: each block's, and a page's own.
OF_BLOCKS = ["formula", "code", "figure", "derivation", "by-hand", "the-paper-s-claim", "where-it-fails"]
OF_BLOCKS += ["beside-pytorch", "bugs-people-write", "exercise"]
OF_PAGES = {
    "": "scratch the-blocks activations losses optimizers schedulers augmentation experiments how-to-read-a-page get-the-package",
    "activations/": "activations accuracy",
    "losses/": "losses reductions accuracy",
    "optimizers/": "optimizers forms memory which promises",
    "schedulers/": "schedulers order noise range-test",
    "augmentation/": "augmentation guide randomerasing-the-papers-claim",
    "experiments/activations/": "signal-and-gradient-through-depth twenty-layers-before-training dead-and-stuck-units-after-training",
    "experiments/losses/": "robust-losses-under-contamination regression-with-gross-errors classification-with-wrong-labels",
    "experiments/optimizers/": "optimizers-on-handwritten-digits all-methods-at-all-rates the-same-rate-for-all-and-each-its-own",
    "experiments/schedulers/": "what-a-schedule-is-worth the-runs",
    "experiments/augmentation/": "what-each-augmentation-buys six-test-sets wrong-labels",
}


@pytest.mark.parametrize("path", OF_PAGES)
def test_anchors_that_once_stood_on_a_page_still_do(pages, path):
    wanted = OF_PAGES[path].split()
    if path.strip("/") in TOPICS:
        wanted += [f"{block}-{part}" for block in blocks(path.strip("/")) for part in OF_BLOCKS]
        wanted += blocks(path.strip("/"))
        wanted = [anchor for anchor in wanted if anchor != "randomerasing-the-paper-s-claim"]  # its apostrophe was lost
    if path.startswith("experiments"):
        wanted += ["what-the-papers-lead-us-to-expect", "what-the-numbers-say"]
    assert [anchor for anchor in wanted if anchor not in pages[f"{path}index.html"].ids] == []


def test_nothing_is_loaded_from_another_host(site, pages):
    assert [(n, r) for n, page in pages.items() for r in page.resources if urlsplit(r).netloc] == []
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?https?:", sheet.read_text(encoding="utf-8")), sheet


def test_a_result_of_the_search_names_its_block_and_reads_as_text(site):
    found = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    assert [entry["location"] for entry in found if re.search(r"\\[(\[]|\{\{ ", entry["title"] + entry["text"])] == []
    titles = {entry["location"]: entry["title"] for entry in found}
    for topic in TOPICS:
        for block in blocks(topic):
            own = {titles[place] for place in titles if place.startswith(f"{topic}/#{block}-")}
            assert own, block
            assert {title.partition(" · ")[0] for title in own} == {titles[f"{topic}/#{block}"]}, block


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


@pytest.mark.parametrize("path", VISITED)
def test_a_first_visit_is_light(site, path):
    limit = 400_000 if path.endswith("augmentation/") else 290_000
    limit += 130_000 * path.startswith(tuple(EDITIONS))  # a face with some hundred letters more
    assert weight(site, f"{path}index.html") < limit


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebooks_page_offers_the_notebook(site, notebook):
    copy = site / "experiments" / notebook.stem / notebook.name
    assert copy.read_bytes() == notebook.read_bytes()
    page = (site / "experiments" / notebook.stem / "index.html").read_text(encoding="utf-8")
    assert f'href="{notebook.name}"' in page


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
    again = Path(os.environ.get("SCRATCH_SITE_AGAIN", tmp_path / "again"))
    if not again.exists():
        finished = build(again)
        assert finished.returncode == 0, finished.stdout + finished.stderr
    names = {path.relative_to(site) for path in site.rglob("*") if path.is_file()}
    assert names == {path.relative_to(again) for path in again.rglob("*") if path.is_file()}
    assert [name for name in names if (site / name).read_bytes() != (again / name).read_bytes()] == []


# A reader's own shell

VISIBLE = re.compile(r'^( *)```python exec="on"[^\n]* source="\w+"[^\n]*\n(.*?)^\1```', re.DOTALL | re.MULTILINE)
MULTIPLIES = re.compile(r"MLP|[\w)\]] @ |\.dot\(|einsum|matmul|linalg|sklearn\.(?!datasets)")  # matrices: BLAS adds up
PASTED = """import json, sys, warnings
warnings.simplefilter("error")
for block in json.load(sys.stdin):
    exec(compile(block, block, "exec"), {"__name__": "__main__"})
"""


def visible(page):
    """The Python blocks that a page shows: those of a topic's sections, too."""
    parts = [ROOT / "docs" / f"{page}.md", *sorted((ROOT / "docs" / page).glob("*.md"))]
    found = [m for part in parts for m in VISIBLE.finditer(part.read_text(encoding="utf-8"))]
    return [re.sub(f"^{m[1]}", "", m[2], flags=re.MULTILINE) for m in found]


def paste(scripts, folder, code=PASTED, **environment):
    """Run texts one after another, each in a namespace of its own, warnings as errors, far from the repository."""
    return subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(scripts), cwd=folder, capture_output=True, text=True,
        check=False, env={**os.environ, **environment},
    )  # fmt: skip


PAGES = {path.stem: visible(path.stem) for path in sorted((ROOT / "docs").glob("*.md"))}


@pytest.mark.parametrize("page", [page for page, scripts in PAGES.items() if scripts])
def test_every_visible_block_runs_as_pasted(page, tmp_path):
    assert {"index", *TOPICS} <= {page for page, scripts in PAGES.items() if scripts}
    finished = paste([script for script in PAGES[page] if not MULTIPLIES.search(script)], tmp_path)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("kernel", ["Haswell", "Nehalem"])
@pytest.mark.parametrize("page", [page for page, scripts in PAGES.items() if any(map(MULTIPLIES.search, scripts))])
def test_claims_hold_whichever_way_matrices_are_multiplied(page, kernel, tmp_path):
    """OpenBLAS picks its kernel by the processor; each adds in another order."""
    scripts = [script for script in PAGES[page] if MULTIPLIES.search(script)]
    finished = paste(scripts, tmp_path, OPENBLAS_CORETYPE=kernel)
    assert finished.returncode == 0, finished.stderr


def test_the_kernel_is_the_one_that_is_asked_for(tmp_path):
    if os.uname().machine != "x86_64":
        pytest.skip("OpenBLAS has these kernels for x86-64")
    show = "import threadpoolctl, numpy; print([i['architecture'] for i in threadpoolctl.threadpool_info()])"
    found = {paste([show], tmp_path, OPENBLAS_CORETYPE=kernel).stdout for kernel in ("Haswell", "Nehalem")}
    assert len(found) == 2


LISTED = re.compile(r'id="([\w-]+)-listing"><pre><span></span><code>(.*?)</code></pre>', re.DOTALL)


def listings(page):
    """The text of each block's listing, as a reader copies it."""
    from html import unescape

    return {anchor: unescape(re.sub(r"<[^>]+>", "", text)) for anchor, text in LISTED.findall(page.text)}


@every_topic
def test_every_listing_runs_alone(pages, topic, tmp_path):
    found = listings(pages[f"{topic}/index.html"])
    assert list(found) == blocks(topic)
    finished = paste(list(found.values()), tmp_path, "import sys\nsys.modules['scratch'] = None\n" + PASTED)
    assert finished.returncode == 0, finished.stderr


# Chromium

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


@pytest.fixture
def visit(browser, address):
    """A function that opens a page of the site; what went wrong there is kept in the page's `wrong`."""
    contexts = []

    def opened(path, width=1440, height=900, scheme="light", **options):
        contexts.append(
            browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **options)
        )
        view = contexts[-1].new_page()
        view.wrong = wrong = []
        view.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        view.on("pageerror", lambda error: wrong.append(str(error)))
        view.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else wrong.append(r.url))
        view.goto(address + path)
        view.wait_for_function("document.fonts.status === 'loaded'") if options.get(
            "java_script_enabled", True
        ) else None
        return view

    yield opened
    for context in contexts:
        context.close()


OPEN = "document.querySelectorAll('details').forEach(e => e.open = true)"
STRAY = """() => [...document.querySelectorAll('article *')].filter(e => {
  const box = e.getBoundingClientRect()
  return box.width && box.right > innerWidth + 1 && !e.ownerSVGElement && !e.closest('.scroll, .math, pre, .md-typeset__scrollwrap, math')
}).map(e => e.outerHTML.slice(0, 120))"""
UNDRAWN = """() => [...document.querySelectorAll('math')].filter(e => {
  const box = e.getBoundingClientRect()
  return e.checkVisibility({contentVisibilityAuto: true}) && (box.width < 2 || box.height < 4)
}).map(e => e.outerHTML.slice(0, 120))"""
RAW_MATH = r"""() => [...document.querySelectorAll('article p, article li, article td, article h3, article figcaption')]
  .filter(e => /\\\(|\\\[|\{\{|\$[^ ]/.test(e.innerText)).map(e => e.innerText.slice(0, 120))"""
SIZES = [("light", 1440), ("dark", 1440), ("light", 375), ("dark", 375)]


def is_edition(path):
    """Whether a page is that of an edition, which shares places and colours with the English one."""
    return path.startswith(tuple(EDITIONS))


@pytest.mark.parametrize(
    ("path", "scheme", "width"),
    [(path, *size) for path in VISITED for size in (SIZES[::3] if is_edition(path) else SIZES)],
)
def test_a_page_in_the_browser(visit, path, scheme, width):
    view = visit(path, width, scheme=scheme)
    for size in (width, 320) if width == 375 else (width,):
        view.set_viewport_size({"width": size, "height": 812})
        for fold in ("", OPEN):
            view.evaluate(fold or "0")
            assert view.evaluate("document.documentElement.scrollWidth") <= size
            assert view.evaluate(STRAY) == []
    assert view.wrong == []
    assert view.evaluate(UNDRAWN) == []
    assert view.evaluate(RAW_MATH) == []
    assert view.evaluate("!document.querySelector('math') || document.fonts.check('16px ScMath')")


STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = """async tags => (await axe.run(document, {runOnly: tags, resultTypes: ['violations']})).violations.flatMap(
  v => v.nodes.slice(0, 3).map(n => `${v.id}: ${n.html.slice(0, 150)} ${n.failureSummary.slice(0, 200)}`))"""


@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        (path, scheme)
        for n, path in enumerate(VISITED)
        for scheme in (("light", "dark")[n % 2 :: 2] if is_edition(path) else ("light", "dark"))
    ],
)
def test_axe_finds_no_barrier(visit, path, scheme):
    """Folded at first, then all open."""
    axe = importlib.util.find_spec("axe_playwright_python")
    if axe is None:
        pytest.skip("axe-playwright-python is not installed")
    view = visit(path, scheme=scheme)
    view.evaluate((Path(axe.origin).parent / "axe.min.js").read_text(encoding="utf-8"))
    assert view.evaluate(AXE, STANDARDS) == []
    if view.evaluate("document.querySelectorAll('details').length"):
        view.evaluate(OPEN)
        assert view.evaluate(AXE, STANDARDS) == []


MEASURES = """() => [...document.querySelectorAll('section.block')].map(section => {
  const top = section.querySelector('h2').getBoundingClientRect().top
  return {
    block: section.querySelector('h2').id,
    height: section.querySelector('.checked > summary').getBoundingClientRect().bottom - top,
    lines: section.querySelectorAll('.eq .step .ln').length,
    steps: section.querySelectorAll('.eq .step').length,
    maths: section.querySelectorAll('.eq .step .f math').length,
    pictures: section.querySelectorAll('.main svg, .main img').length,
    short: section.querySelectorAll('.short dt').length,
    closed: section.querySelectorAll('.finding:not([open]) > summary > h3[id] > .says').length,
    findings: section.querySelectorAll('.finding').length,
    silent: [...section.querySelectorAll('.finding .says')].filter(e => e.textContent.trim().length < 15).length,
  }
})"""
LONG = {"reducelronplateau", "onecyclelr", "randomresizedcrop", "cross-entropy"}


@every_topic
@pytest.mark.parametrize(("width", "height", "limit"), [(1440, 900, 850), (375, 812, 2030)])
def test_a_block_stands_in_one_screen(visit, topic, width, height, limit):
    view = visit(f"{topic}/", width, height)
    view.reload()  # a face that came too late for the first view is there for the second
    measures = view.evaluate(MEASURES)
    assert [card["block"] for card in measures] == blocks(topic)
    assert {card["block"]: card["height"] for card in measures if card["height"] > limit} == {}
    for card in measures:
        assert card["steps"] >= 1, card
        assert card["maths"] >= 1, card
        assert card["pictures"] >= 1, card
        assert card["short"] >= 3, card
        assert 1 <= card["lines"] <= (30 if card["block"] in LONG else 20), card
        assert card["closed"] == card["findings"] >= 4, card
        assert card["silent"] == 0, card


CONTENTS = """async () => {
  const found = []
  for (let y = 0; y < document.body.scrollHeight; y += 800) {
    scrollTo(0, y)
    await new Promise(done => setTimeout(done, 50))
    found.push([...document.querySelectorAll('.md-sidebar--secondary a')].filter(a => a.checkVisibility()).length)
  }
  return found
}"""


@every_topic
def test_a_folded_page_is_short_and_its_contents_too(visit, topic):
    view = visit(f"{topic}/")
    assert view.evaluate("document.documentElement.scrollHeight") <= 1300 * len(blocks(topic)) + 3500
    assert not view.locator(".md-sidebar--primary").is_visible()
    assert view.locator(".md-tabs__link").count() >= len(TOPICS)
    counts = view.evaluate(CONTENTS)
    assert len(blocks(topic)) <= min(counts)
    assert max(counts) <= 20
    view.evaluate(OPEN)
    assert max(view.evaluate(CONTENTS)) <= 20


INSIDE = """() => [...document.querySelectorAll('.finding [id]')].filter(
  e => e.parentElement.closest('details') && !/^f[0-9a-f]{9}-|^__/.test(e.id) && !e.closest('svg')).map(e => e.id)"""
ARRIVED = """async id => {
  location.hash = id
  await new Promise(done => setTimeout(done, 20))
  const target = document.getElementById(id), folds = []
  for (let e = target.closest('details'); e; e = e.parentElement.closest('details')) folds.push(e.open)
  const top = target.getBoundingClientRect().top
  return folds.every(open => open) && top > -5 && top < innerHeight
}"""


@every_topic
def test_a_link_to_what_is_folded_opens_it(visit, topic):
    view = visit(f"{topic}/")
    inside = view.evaluate(INSIDE)
    assert len(inside) >= 4 * len(blocks(topic))
    assert [anchor for anchor in inside if not view.evaluate(ARRIVED, anchor)] == []


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
@every_topic
def test_arriving_at_a_finding_shows_it(visit, topic, script):
    anchor = f"{blocks(topic)[-1]}-derivation"
    view = visit(f"{topic}/#{anchor}", java_script_enabled=script)
    finding, other = view.locator(f"#{anchor}"), view.locator(f"#{blocks(topic)[0]}-derivation")
    deep = "xpath=ancestor::details[1]/div"
    finding.locator(deep).locator("p").first.wait_for(state="visible")
    assert finding.locator(deep).bounding_box()["height"] > 20
    assert not other.locator(deep).locator("p").first.is_visible()


LIGHT = "() => getComputedStyle(document.body).getPropertyValue('--paper').trim()"
FOLDED = "[...document.querySelectorAll('.finding .deep')].filter(e => !e.checkVisibility()).length"


@every_topic
def test_print_shows_all_in_the_light_scheme(visit, topic):
    view = visit(f"{topic}/", scheme="dark")
    light = visit(f"{topic}/", scheme="light").evaluate(LIGHT)
    before = view.evaluate(FOLDED), view.evaluate(LIGHT)
    assert before[0] == view.locator(".finding").count()
    view.emulate_media(media="print")
    view.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert (view.evaluate(FOLDED), view.evaluate(LIGHT)) == (0, light)
    view.emulate_media(media="screen")
    view.evaluate("dispatchEvent(new Event('afterprint'))")
    assert (view.evaluate(FOLDED), view.evaluate(LIGHT)) == before
    silent = visit(f"{topic}/", java_script_enabled=False)
    silent.emulate_media(media="print")
    assert silent.locator(".finding .deep").last.is_visible()


def test_open_all_is_remembered(visit):
    view = visit(f"{TOPICS[0]}/")
    count = view.locator(".finding").count()
    for expected in (count, 0):
        view.locator("button.all").first.click()
        assert view.locator(".finding[open]").count() == expected
        view.reload()
        view.wait_for_function("document.readyState === 'complete'")
        assert view.locator(".finding[open]").count() == expected


@every_topic
def test_the_copy_button_copies_the_whole_listing(visit, pages, topic):
    view = visit(f"{topic}/", permissions=["clipboard-read", "clipboard-write"])
    for anchor, text in listings(pages[f"{topic}/index.html"]).items():
        view.locator(f"[data-listing={anchor}-listing]").click()
        assert view.evaluate("navigator.clipboard.readText()").strip() == text.strip()
        latex = view.locator(f"#{anchor}-formula [data-clipboard-text]")
        latex.click()
        assert view.evaluate("navigator.clipboard.readText()") == latex.get_attribute("data-clipboard-text")
    assert view.wrong == []


def test_copying_works_where_the_browser_has_no_clipboard(visit):
    """Pages over plain http have no navigator.clipboard."""
    view = visit(f"{TOPICS[0]}/")
    view.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    button = view.locator("#sigmoid-formula [data-clipboard-text]")
    button.click()
    view.evaluate("document.body.append(document.createElement('textarea'))")
    view.locator("body > textarea").last.focus()
    view.keyboard.press("Control+V")
    pasted, latex = view.locator("body > textarea").last.input_value(), button.get_attribute("data-clipboard-text")
    assert pasted == latex
    assert view.wrong == []


@pytest.mark.parametrize(("query", "topic", "block"), [("CutMix", *BLOCKS[-1]), ("AdamW", "optimizers", "adamw")])
def test_the_search_leads_to_a_block(visit, query, topic, block):
    view = visit("")
    view.locator(".md-search__input").click()
    view.keyboard.type(query)
    view.locator(f".md-search-result__link[href*='h={query.lower()}']").first.wait_for(state="attached")
    first = view.locator(".md-search-result__item").first.locator(".md-search-result__link").all()
    places = [link.get_attribute("href") for link in first]
    assert all(f"/{topic}/?h=" in place for place in places)
    assert any(place.endswith(f"#{block}") for place in places)


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("loss is nan", "losses/#cross-entropy-where-it-fails"),
        ("dead relu", "activations/#relu-the-paper-s-claim"),
        ("lambda wrong after clipping", "augmentation/#cutmix-bugs-people-write"),
        ("softmax twice", "losses/#cross-entropy-bugs-people-write"),
        ("learning rate too high", "optimizers/#sgd-where-it-fails"),
        ("plateau fires late", "schedulers/#reducelronplateau-derivation"),
        ("vanishing gradient", "activations/#sigmoid-where-it-fails"),
        ("Kingma", "optimizers/#adam"),
        ("torch.nn.GELU", "activations/#gelu"),
    ],
)
def test_the_search_leads_from_a_symptom_or_a_name_to_its_finding(visit, query, place):
    """The index is fetched only when someone is about to search."""
    view, asked = visit(""), []
    view.on("request", lambda request: asked.append(request.url))
    view.wait_for_timeout(500)
    assert [url for url in asked if "search_index" in url] == []
    view.locator(".md-search__input").click()
    view.keyboard.insert_text(query)
    view.keyboard.press("End")  # the theme looks at what is asked for when a key comes up
    view.locator(".md-search-result__link").first.wait_for(state="attached")
    view.wait_for_timeout(300)  # the results of the whole query
    links = view.locator(".md-search-result__item").first.locator(".md-search-result__link").all()[:2]
    page, _, anchor = place.partition("#")
    assert all(f"/{page}?h=" in link.get_attribute("href") for link in links)
    assert links[1].get_attribute("href").endswith(f"#{anchor}")
    assert view.wrong == []


# In the edition of a language: what is asked for, and what is found first or among the results.
ASKED = {
    "ko": [
        ("학습률", "schedulers/"), ("경사하강법", "optimizers/"), ("경사 하강법", "optimizers/"), ("하강법", "optimizers/"),
        ("교차엔트로피", "losses/#cross-entropy"), ("활성화 함수", "activations/"), ("데이터증강", "augmentation/"),
        ("옵티마이저", "optimizers/"), ("기울기 소실", "activations/"), ("과적합", "augmentation/"),
        ("AdamW", "optimizers/#adamw"), ("CrossEntropyLoss", "losses/#cross-entropy"),
    ]
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "query", "place"), [(language, *asked) for language in EDITIONS for asked in ASKED[language]]
)
def test_the_search_of_an_edition_knows_its_terms(visit, language, query, place):
    view = visit(f"{language}/")
    view.locator(".md-search__input").click()
    view.keyboard.insert_text(query)
    view.keyboard.press("End")  # the theme looks at what is asked for when a key comes up
    view.locator(".md-search-result__link").first.wait_for(state="attached")
    view.wait_for_timeout(300)  # the results of the whole query
    places = [link.get_attribute("href") for link in view.locator(".md-search-result__link").all()]
    assert all(f"/{language}/" in found for found in places)
    page, _, anchor = place.partition("#")
    assert any(f"/{language}/{page}?" in found and found.endswith(anchor) for found in places), places[:9]
    assert view.wrong == []


@pytest.mark.parametrize("language", EDITIONS)
def test_the_switch_leads_to_the_section_that_is_read(visit, language):
    view = visit("optimizers/#adam")
    link = view.locator(f".edition[hreflang={language}]")
    assert link.evaluate("e => e.lang") == language
    link.focus()
    view.keyboard.press("Enter")
    view.wait_for_url(f"**/{language}/optimizers/#adam")
    view.locator(".edition[hreflang=en]").click()
    view.wait_for_url(lambda url: url.endswith("/optimizers/#adam") and f"/{language}/" not in url)
    assert view.wrong == []


@pytest.mark.parametrize("topic", TOPICS)
def test_every_figure_moves_with_the_keyboard_and_comes_back(visit, topic):
    view = visit(f"{topic}/")
    for block in blocks(topic):
        section = view.locator(f"section.block:has(#{block})")
        section.scroll_into_view_if_needed()
        figure = section.locator("[data-moving]")
        figure.locator(".spoken").wait_for(state="attached")  # the module has come
        caption, slider = figure.locator("figcaption"), section.locator("input[type=range]").first
        first = caption.inner_text()
        slider.focus()
        moved = next(
            (key for key in ("ArrowRight", "ArrowLeft", "End", "Home") if _text_after(view, key, caption) != first),
            None,
        )
        assert moved, block
        assert slider.get_attribute("aria-valuetext"), block
        section.locator(".reset").click()
        view.wait_for_timeout(60)
        assert caption.inner_text() == first, block
    assert view.wrong == []


def _text_after(view, key, caption):
    view.keyboard.press(key)
    view.wait_for_timeout(60)
    return caption.inner_text()


def test_a_moved_figure_agrees_with_numpy_and_a_link_sets_it(visit):
    from scratch.activations import elu
    from scratch.show.moving import live

    view = visit("activations/#elu-figure?alpha=1.5")
    view.wait_for_function("document.querySelector('section:has(#elu) .live').textContent.includes('1.5')")
    assert f"ELU(−2) = {live(elu(-2.0, alpha=1.5))}" in view.locator("section:has(#elu) .live").inner_text()


def test_without_script_figures_stand_and_no_slider_is_shown(visit):
    view = visit("optimizers/", java_script_enabled=False)
    assert view.locator("section.block .plot").count() >= 7
    assert view.locator("input[type=range]:visible").count() == 0
