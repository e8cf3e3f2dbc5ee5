"""The MkDocs hook: runs the pages' machinery in a build, and lets no build pass in which anything went wrong.

MkDocs turns many problems into warnings, and `--quiet` drops those. Here every warning of a build is collected, with
the file and line that was at work, and the build fails at its end with all of them; while serving, they are shown and
the server lives on.
"""

import html
import logging
import os
import re
import sys
from pathlib import Path

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File
from mkdocs.utils import CountHandler, get_relative_url

# One thread: the matrices are small, and the order of a sum does not depend on the number of cores.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
if sys.flags.optimize:
    raise PluginError("the site is not built under python -O or PYTHONOPTIMIZE: its claims would vanish")

log = logging.getLogger("mkdocs.hooks.scratch")
package = Path(__file__).parent.parent
FENCE_LANGUAGES = {"python", "text", "bash", "console", "toml", "yaml"}
FENCED = re.compile(r"^(```+|~~~+).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
NO_FINDING = re.compile(r"^### (?![A-Z][\w ]*: (?:[^\s{]|{{)).*", re.MULTILINE)
FENCE_OPTIONS = {"exec", "html", "source", "result", "session", "title", "id"}


class Collector(logging.Handler):
    """Keeps the warnings of one build, each with the place that was at work."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.place, self.problems = "", []

    def emit(self, record):
        message = record.getMessage()
        self.problems.append(": ".join(filter(None, [_place(self.place, message), message])))


def _place(place, message):
    """The place at work; of a page's problem the line of the file that holds what the message quotes."""
    page = re.search("^Doc file '(.+?)'", message)
    place = page[1] if page else place
    quoted = re.search(r"(?<=link ')[^']+|\{\{ \w+ \}\}|(?<=a valid formula: ).+?(?= \()", message)
    for piece in state["pieces"].get(place, ()):
        if quoted and quoted[0] in piece.text:
            return f"{piece.file}, line {piece.line + piece.text[: piece.text.index(quoted[0])].count(chr(10))}"
    return place


collector = Collector()
state = dict(
    serving=False, dirty=False, blocks=[], executed=0, at=0, drawn=set(), written=set(), texts={}, docs="", pieces={}
)


def on_startup(*, command, dirty):
    state.update(serving=command == "serve", dirty=dirty)
    sys.dont_write_bytecode |= state["serving"]  # a new file in a watched folder would build once more
    mkdocs = logging.getLogger("mkdocs")
    for handler in mkdocs.handlers:
        handler.setLevel(max(handler.level, mkdocs.level))
    mkdocs.setLevel(min(mkdocs.level or logging.INFO, logging.INFO))
    mkdocs.addHandler(collector)


def on_config(config):
    _import_afresh()
    from scratch.evidence import TOPICS
    from scratch.show.section import Sections

    collector.problems.clear()
    collector.place = ""
    state.update(docs=config.docs_dir, pieces={})
    if not state["dirty"]:  # else only the edited pages are made again, and the faces are for all
        state.update(drawn=set(), written=set())
    execute = not state["serving"] or "SCRATCH_NOTEBOOKS" in os.environ
    config.plugins["mkdocs-jupyter"].config["execute"] = execute
    if state["serving"]:
        _take_back_strict_mode()
    config.extra_css.append("assets/scratch.css")
    config.extra_javascript += ["assets/scratch.js", "assets/moving.js"]
    config.markdown_extensions.append(Sections())
    notebooks = {"Experiments": [f"experiments/{topic}.ipynb" for topic in TOPICS]}
    more = {
        "More": [
            {"Claims": "claims.md"},
            {"Is mine right?": "examine.md"},
            {"Reference": [f"reference/{topic}.md" for topic in TOPICS]},
        ]
    }
    config.nav = ["index.md", *(f"{topic}.md" for topic in TOPICS), notebooks, more]
    for fence in config.mdx_configs["pymdownx.superfences"]["custom_fences"]:
        if fence["name"] == "python":
            fence["format"] = _shown(fence["format"])
    return config


def _import_afresh():
    """Let this build run the package of this checkout as it is now, also after an edit while serving."""
    for name in list(sys.modules):
        if name == "scratch" or name.startswith("scratch."):
            del sys.modules[name]
    sys.path[:] = [str(package.parent), *(entry for entry in sys.path if entry != str(package.parent))]
    os.environ["PYTHONPATH"] = os.pathsep.join(  # the notebooks' kernels run it too
        dict.fromkeys([str(package.parent), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])
    )


def _take_back_strict_mode():
    """Remove strict mode's counter: a page that fails shows its error, the server lives on."""
    mkdocs = logging.getLogger("mkdocs")
    for handler in list(mkdocs.handlers):
        if isinstance(handler, CountHandler):
            mkdocs.removeHandler(handler)


def _shown(run):
    """Wrap markdown-exec's formatter: name the block at work, and show what it computed before its text."""

    def run_and_show(source, language, css_class, options, md, **more):
        from scratch.show.source import ran

        first = source.strip("\n").partition("\n")[0].strip()
        found = [n for n, (_, line) in enumerate(state["blocks"]) if line == first and n >= state["at"]]
        state.update(executed=state["executed"] + 1, at=found[0] + 1 if found else state["at"])
        page, collector.place = collector.place, state["blocks"][found[0]][0] if found else "?"
        before = len(collector.problems)
        visible, result = options["source"], options["result"]
        options = {**options, "source": "", "result": "", "html": options["html"] or bool(visible)}
        try:
            output = run(source, language, css_class, options, md, **more)
        finally:
            collector.place = page
        if not visible or len(collector.problems) > before:
            return output
        return ran(str(output), source, result or None)

    return run_and_show


def on_serve(server, config, builder):
    server.watch(str(package))
    return server


def on_files(files, config):
    from scratch.evidence import TOPICS
    from scratch.show.reference import module_page

    for file in list(files):
        if file.src_uri.partition("/")[0] in TOPICS and file.src_uri.endswith(".md") and "/" in file.src_uri:
            files.remove(file)  # a part of its topic's page
    mark = (package / "show/theme/.icons/mark.svg").read_text(encoding="utf-8")
    colours = '<g fill="none" stroke="#1b1c1f" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
    mark = (
        mark.replace("<path", f"{colours}<path", 1)
        .replace('class="ok"', 'stroke="#22763a"')
        .replace("</svg>", "</g></svg>")
    )
    files.append(File.generated(config, "assets/mark.svg", content=mark))
    for name, asset in (("style.css", "scratch.css"), ("script.js", "scratch.js"), ("moving.js", "moving.js")):
        text = (package / "show" / name).read_text(encoding="utf-8")
        files.append(File.generated(config, f"assets/{asset}", content=text))
    for topic in TOPICS:
        reference = module_page(topic, config.docs_dir)
        files.append(File.generated(config, f"reference/{topic}.md", content=reference))
    last = files.get_file_from_path("claims.md")  # it shows what the other pages computed
    if last:
        files.remove(last)
        files.append(last)
    for module in sorted([*package.glob("*.py"), *package.glob("formulas/*.py"), *package.glob("evidence/*.py")]):
        path = module.relative_to(package.parent)
        name = path.with_suffix("") if path.stem != "__init__" else path.parent
        text = module.read_text(encoding="utf-8")
        page = f"---\nsearch:\n  exclude: true\nhide: [navigation, toc]\n---\n\n# {path}\n\n```python\n{text}```\n"
        if text.strip():
            files.append(File.generated(config, f"source/{name}.md", content=page))
    return files


def on_pre_page(page, config, files):
    if page.file.src_uri.endswith(".ipynb"):
        page.render = _rendered(page, page.render)
    return page


def _rendered(page, render):
    """Wrap mkdocs-jupyter's rendering: collect errors, clean the result, check its links."""

    def run(config, files):
        from scratch.show.notebook import anchors, clean, failed_cell, links

        collector.place = page.file.src_uri
        try:
            render(config, files)
            page.content, page.links_to_anchors = links(clean(page.content), page.file, files, log)
        except Exception as error:  # any failure of a cell, of the kernel or of the output
            cell = failed_cell(page.file.abs_src_path, error)
            log.warning("cell %s: %s", cell, error)
            page.content = f'<pre class="problem">{html.escape(str(error))}</pre>'
        page.present_anchor_ids = anchors(page.content)
        collector.place = ""

    return run


def on_page_markdown(markdown, page, config, files):
    from scratch.evidence import TOPICS
    from scratch.show.page import begin, compose

    collector.place = page.file.src_uri
    state.update(blocks=[], executed=0, at=0)
    if page.file.src_uri.removesuffix(".md") in ("index", *TOPICS):
        page.meta.setdefault("hide", ["navigation"])
    if page.file.generated_by or page.file.src_uri.endswith(".ipynb"):
        return markdown
    begin(page.file.src_uri, repository=config.extra["repository"])
    pieces = compose(page.file.src_uri, config.docs_dir, markdown, 1 + _front_matter_lines(page))
    state["pieces"][page.file.src_uri] = pieces
    for piece in pieces:
        _examine(piece)
    return "\n".join(piece.text for piece in pieces)


def _examine(piece):
    """Note where the blocks of a piece stand; warn of fences that are not executed, of findings without a sentence."""
    from scratch.show.page import fences

    hidden = piece.text.find("markdown-exec: hide")
    if hidden >= 0:
        line = piece.line + piece.text[:hidden].count("\n")
        log.warning("%s, line %d: a visible block with hidden lines: readers copy what they see", piece.file, line)
    for line, info in fences(piece.text):
        place = f"{piece.file}, line {piece.line + line - 1}"
        language, _, options = info.partition(" ")
        unknown = set(re.findall(r"([\w-]+)=", options)) - FENCE_OPTIONS
        if language not in FENCE_LANGUAGES or unknown:
            log.warning("%s: a fence with an unknown language or option: %s", place, info)
        if language == "python" and 'exec="on"' in options:
            state["blocks"].append((place, piece.text.split("\n")[line].strip()))
        elif language == "python":
            log.warning("%s: a Python block that is not executed: %s", place, info)
    prose = FENCED.sub(lambda fence: "\n" * fence[0].count("\n"), piece.text)
    for heading in NO_FINDING.finditer(prose) if "/" in piece.file else ():
        line = piece.line + prose[: heading.start()].count("\n")
        log.warning("%s, line %d: a finding without its sentence: %s", piece.file, line, heading[0])


def _front_matter_lines(page):
    text = page.file.content_string
    match = re.match(r"---\n.*?\n---\n\s*", text, re.DOTALL)
    return match[0].count("\n") if match else 0


def on_page_content(content, page, config, files):
    from scratch.show.moving import linked
    from scratch.show.notebook import anchors
    from scratch.show.page import fill
    from scratch.show.search import texts

    if page.file.src_uri.endswith(".ipynb"):
        executed = config.plugins["mkdocs-jupyter"].config["execute"]
        note = "" if executed else f'<p class="cap">{NOT_RUN}</p>'
        name = Path(page.file.src_uri).name
        return f'{note}{content}<p><a href="{name}" download="{name}">Download this notebook</a></p>'
    if page.file.generated_by:
        return content
    if state["executed"] != len(state["blocks"]):
        log.warning(
            "%d Python blocks stand on the page, %d were executed: a fence lacks exec or has a mistyped option",
            len(state["blocks"]),
            state["executed"],
        )
    content = _attempt(linked, _attempt(fill, content))
    page.present_anchor_ids = anchors(content)
    state["texts"][page.url] = texts(content)
    collector.place = ""
    return content


NOT_RUN = (
    "This notebook was not executed: while serving, that is done only where the environment variable "
    "SCRATCH_NOTEBOOKS is set."
)


def on_post_page(output, page, config):
    from scratch.show import mathml
    from scratch.show.figure import ASSETS
    from scratch.show.page import accessible

    collector.place = page.file.src_uri
    output = _attempt(mathml.convert, accessible(output))
    assets = get_relative_url("assets/", page.url)
    preload = "".join(
        f'<link rel="preload" href="{assets}{name}.woff2" as="font" type="font/woff2" crossorigin>'
        for name in ("text", "sans", "code", "math")
    )
    output = output.replace(ASSETS, assets).replace("</head>", f"{preload}</head>", 1)
    state["drawn"] |= mathml.characters(output)
    state["written"] |= set(re.sub(r"<math.*?</math>", "", output, flags=re.DOTALL))
    collector.place = ""
    return output


def _attempt(function, text):
    """Call function; where it raises ValueError, record the problem and go on with the page as it was."""
    try:
        return function(text)
    except ValueError as error:
        log.warning("%s", error)
        problem = f'<pre class="problem">{html.escape(str(error))}</pre>'
        return text.replace("<h1", f"{problem}<h1", 1)


def on_post_build(config):
    from scratch.show import figure, fonts, moving
    from scratch.show.page import named
    from scratch.show.search import rewrite

    collector.place = ""
    files = {**fonts.faces(state["drawn"], state["written"]), **figure.pictures}
    files |= {name: text.encode() for name, text in moving.modules.items()}
    for name, content in files.items():
        file = Path(config.site_dir, "assets", name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    titles = named(state["docs"], {page.strip("/") for page in state["texts"]})
    rewrite(Path(config.site_dir, "search", "search_index.json"), state["texts"], titles)
    if collector.problems and not state["serving"]:
        raise PluginError("The build found problems:\n\n" + "\n\n".join(collector.problems))
