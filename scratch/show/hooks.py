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
from contextlib import suppress
from functools import partial
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, InclusionLevel
from mkdocs.utils import CountHandler, get_relative_url, meta, write_file

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
state = {"serving": False, "dirty": False, "workers": None, "store": None, "imported": None, "drawn": {}, "texts": {}}


def on_startup(*, command, dirty):
    state.update(serving=command == "serve", dirty=dirty)
    if state["serving"]:  # a new file in a watched folder would build once more
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    mkdocs = logging.getLogger("mkdocs")
    for handler in mkdocs.handlers:
        handler.setLevel(max(handler.level, mkdocs.level))
    mkdocs.setLevel(min(mkdocs.level or logging.INFO, logging.INFO))
    mkdocs.addHandler(collector)


def on_config(config):
    _begin(config)
    from scratch.evidence import TOPICS
    from scratch.show.figure import pictures
    from scratch.show.section import Sections

    pictures.clear()

    collector.problems.clear()
    collector.place = ""
    state.update(
        docs=config.docs_dir,
        pieces={},
        described={},
        build=None,
        configuration=Path(config.config_file_path).read_bytes(),
    )
    if not state["dirty"]:  # else only the edited pages are made again, and the faces are for all
        state.update(drawn={}, texts={})
    state["notebooks"] = {} if not state["serving"] or "SCRATCH_NOTEBOOKS" in os.environ else None
    config.plugins["mkdocs-jupyter"].config["execute"] = False  # what it shows was executed before, by run.py
    if state["serving"]:
        from scratch.execution.serving import keep_entries

        _take_back_strict_mode()
        keep_entries(state, collector.problems, config.plugins["material/search"].search_index)
    config.extra_css.append("assets/scratch.css")
    config.extra_javascript += ["assets/scratch.js", "assets/moving.js"]
    config.markdown_extensions.append(Sections())
    notebooks = {"Experiments": [f"experiments/{topic}.ipynb" for topic in TOPICS]}
    checks = {
        "Checks": [
            {"Claims": "claims.md"},
            {"How it is checked": "checked.md"},
            {"Is mine right?": "examine.md"},
            {"Speed": "speed.md"},
            {"Reference": [f"reference/{topic}.md" for topic in TOPICS]},
        ]
    }
    config.nav = ["index.md", *(f"{topic}.md" for topic in TOPICS), notebooks, checks]
    for fence in config.mdx_configs["pymdownx.superfences"]["custom_fences"]:
        if fence["name"] == "python":
            fence["format"] = _shown
    return config


def _begin(config):
    """Let this build run the package of this checkout as it is now, also after an edit while serving.

    While serving, the store has the outcomes of earlier builds. Where nothing has changed, the package stays imported;
    else the workers that have imported it are sent home as well.
    """
    if state["store"]:
        imported = state["store"].begin()
        if imported == state["imported"]:
            return
    on_shutdown()
    for name in list(sys.modules):
        if name == "scratch" or name.startswith("scratch."):
            del sys.modules[name]
    sys.path[:] = [str(package.parent), *(entry for entry in sys.path if entry != str(package.parent))]
    os.environ["PYTHONPATH"] = os.pathsep.join(  # the notebooks' kernels run it too
        dict.fromkeys([str(package.parent), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])
    )
    if state["serving"]:
        from scratch.execution.serving import open_store

        open_store(state, Path(config.config_file_path).parent / ".cache" / "blocks.sqlite")


def _take_back_strict_mode():
    """Remove strict mode's counter: a page that fails shows its error, the server lives on."""
    mkdocs = logging.getLogger("mkdocs")
    for handler in list(mkdocs.handlers):
        if isinstance(handler, CountHandler):
            mkdocs.removeHandler(handler)


def _shown(source, language, css_class, options, md, **more):
    """Format a Python block for markdown-exec: what it computed, then its text."""
    from scratch.execution.making import formatted

    state["executed"] += 1
    found = [n for n, block in enumerate(state["blocks"]) if block.source == source and n >= state["at"]]
    if not found:
        log.warning("a Python block that was not found before: %s", source.partition("\n")[0])
        return ""
    block, state["at"] = state["blocks"][found[0]], found[0] + 1
    page, collector.place = collector.place, block.place
    try:
        return formatted(_outcome(block), source, options, md)
    finally:
        collector.place = page


def _outcome(block):
    """What a block left; its named values and its pictures are taken over."""
    from scratch.execution.making import taken_over

    return taken_over(state["build"].outcome(block, partial(_say_progress, block.page)))


def _say_progress(page):
    build = state["build"]
    log.info("%s: %d of %d blocks of the site are done", page, build.done, build.total)


def on_serve(server, config, builder):
    server.watch(str(package))
    return server


def on_files(files, config):
    from scratch.evidence import TOPICS
    from scratch.execution.serving import is_modified
    from scratch.site.reference import module_page

    for file in list(files):
        if file.src_uri.partition("/")[0] in TOPICS and file.src_uri.endswith(".md") and "/" in file.src_uri:
            files.remove(file)  # a part of its topic's page
        elif state["dirty"] and file.src_uri.endswith(".md"):
            file.is_modified = partial(is_modified, file, config.docs_dir)
    for name, asset in (("style.css", "scratch.css"), ("script.js", "scratch.js"), ("moving.js", "moving.js")):
        text = (package / "show" / name).read_text(encoding="utf-8")
        files.append(File.generated(config, f"assets/{asset}", content=text))
    for topic in TOPICS:
        reference = module_page(topic, config.docs_dir)
        files.append(File.generated(config, f"reference/{topic}.md", content=reference))
    for last in filter(None, map(files.get_file_from_path, ("index.md", "checked.md", "claims.md"))):
        files.remove(last)
        files.append(last)  # it shows what the other pages computed
    for module in sorted([*package.glob("*.py"), *package.glob("formulas/*.py"), *package.glob("evidence/*.py")]):
        path = module.relative_to(package.parent)
        name = path.with_suffix("") if path.stem != "__init__" else path.parent
        text = module.read_text(encoding="utf-8")
        page = f"---\nsearch:\n  exclude: true\nhide: [navigation, toc]\n---\n\n# {path}\n\n```python\n{text}```\n"
        if text.strip():
            files.append(File.generated(config, f"source/{name}.md", content=page))
    return files


def on_nav(nav, config, files):
    """Begin to execute the blocks of all pages, and the notebooks, before the first page is made."""
    from scratch.execution import run
    from scratch.execution.serving import workers

    level = InclusionLevel.is_in_serve if state["serving"] else InclusionLevel.is_included
    pages = [file for file in files.documentation_pages(inclusion=level) if not file.generated_by]
    for file in pages:
        if file.src_uri.endswith(".md") and file.src_uri != "claims.md":  # which shows what the others computed
            with suppress(OSError, ValueError):  # the page says so when it is made
                state["pieces"][file.src_uri] = _pieces(file, config)
    blocks = [block for uri, pieces in state["pieces"].items() for block in run.python_blocks(uri, pieces)]
    state["build"] = run.Build(blocks, workers(state), state["store"])
    if state["notebooks"] is not None:
        for file in pages:
            if file.src_uri.endswith(".ipynb"):
                state["notebooks"][file.src_uri] = state["build"].submit(run.execute_notebook, file.abs_src_path)


def on_shutdown(error=None):
    """End the workers; also where a build has failed."""
    if state["workers"]:
        state["workers"].close()
    state["workers"] = None


on_build_error = on_shutdown


def _pieces(file, config):
    from scratch.show.page import compose

    text, _ = meta.get_data(file.content_string)
    return compose(file.src_uri, config.docs_dir, text, 1 + _front_matter_lines(file))


def on_env(env, config, files):
    collector.place = ""
    if state["serving"]:
        env.bytecode_cache = FileSystemBytecodeCache(state["store"].folder)
    return env


def on_pre_page(page, config, files):
    page.render = partial(_rendered, page, page.render)
    return page


def _kept(make, name, *inputs):
    from scratch.execution.serving import kept

    return kept(state, collector.problems, make, name, *inputs)


def _rendered(page, render, config, files):
    from scratch.execution.making import notebook, rendered

    collector.place, source = page.file.src_uri, partial(_source, page)
    render = partial(render, config, files)
    if page.file.src_uri.endswith(".ipynb"):
        render = partial(notebook, page, render, source, files, log)
    outcomes = [(block, _outcome(block)) for block in state["blocks"]]
    rendered(state, collector.problems, page, render, outcomes, files, source)


def _source(page):
    """The path of what a notebook's page shows: its executed copy, where it was executed."""
    from scratch.execution.run import waited

    uri = page.file.src_uri
    if state["notebooks"] is None:
        return page.file.abs_src_path
    return waited(state["notebooks"][uri], partial(_say_progress, uri))


def on_page_markdown(markdown, page, config, files):
    from scratch.evidence import TOPICS
    from scratch.execution.run import python_blocks
    from scratch.show.page import begin

    uri = collector.place = page.file.src_uri
    state.update(blocks=[], executed=0, at=0)
    if uri.removesuffix(".md") in ("index", *TOPICS):
        page.meta.setdefault("hide", ["navigation"])
    if page.file.generated_by or uri.endswith(".ipynb"):
        return markdown
    begin(uri, repository=config.extra["repository"])
    if uri not in state["pieces"]:
        state["pieces"][uri] = _pieces(page.file, config)
    for piece in state["pieces"][uri]:
        _examine(piece)
    state["blocks"] = python_blocks(uri, state["pieces"][uri])
    if state["blocks"]:
        _say_progress(f"{uri} has {len(state['blocks'])} blocks")
    return "\n".join(piece.text for piece in state["pieces"][uri])


def _examine(piece):
    """Note where the blocks of a piece stand; warn of fences that are not executed, of findings without a sentence."""
    from scratch.execution.run import is_executed
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
        if language == "python" and not is_executed(info):
            log.warning("%s: a Python block that is not executed: %s", place, info)
    prose = FENCED.sub(lambda fence: "\n" * fence[0].count("\n"), piece.text)
    for heading in NO_FINDING.finditer(prose) if "/" in piece.file else ():
        line = piece.line + prose[: heading.start()].count("\n")
        log.warning("%s, line %d: a finding without its sentence: %s", piece.file, line, heading[0])


def _front_matter_lines(file):
    match = re.match(r"---\n.*?\n---\n\s*", file.content_string, re.DOTALL)
    return match[0].count("\n") if match else 0


def on_page_content(content, page, config, files):
    from scratch.show.moving import linked
    from scratch.show.notebook import anchors
    from scratch.show.page import fill
    from scratch.site.search import texts
    from scratch.translation.marks import unmarked

    if page.file.src_uri.endswith(".ipynb"):
        note = "" if state["notebooks"] is not None else f'<p class="cap">{NOT_RUN}</p>'
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
    state["texts"][page.url] = _kept(lambda: texts(unmarked(content)), f"texts {page.file.src_uri}", content)
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
    if not page.file.generated_by:
        state["described"][page.file.src_uri] = page.title, page.meta.get("description", config.site_description)
    output = _kept(lambda: _attempt(mathml.convert, accessible(output)), f"math {page.file.src_uri}", output)
    assets = get_relative_url("assets/", page.url)
    preload = "".join(
        f'<link rel="preload" href="{assets}{name}.woff2" as="font" type="font/woff2" crossorigin>'
        for name in ("text", "sans", "code", "math")
    )
    output = output.replace(ASSETS, assets).replace("</head>", f"{preload}</head>", 1)
    written = frozenset(re.sub(r"<math.*?</math>", "", output, flags=re.DOTALL))
    state["drawn"][page.file.src_uri] = frozenset(mathml.characters(output)), written
    collector.place = ""
    return output


def on_post_template(output, template_name, config):
    from scratch.show.page import accessible

    return accessible(output) if template_name == "404.html" else output


def _attempt(function, text):
    """Call function; where it raises ValueError, record the problem and go on with the page as it was."""
    try:
        return function(text)
    except ValueError as error:
        log.warning("%s", error)
        problem = f'<pre class="problem">{html.escape(str(error))}</pre>'
        return text.replace("<h1", f"{problem}<h1", 1)


def on_post_build(config):
    from scratch.show import figure
    from scratch.show.page import named
    from scratch.site import cards, fonts
    from scratch.site.search import rewrite

    collector.place = ""
    drawn, written = (frozenset().union(*characters) for characters in zip(*state["drawn"].values()))
    files = _kept(lambda: fonts.faces(drawn, written), "faces", sorted(drawn), sorted(written)) | figure.pictures
    files |= _kept(lambda: cards.pictures(state["described"]), "cards", sorted(state["described"].items()))
    for name, content in files.items():
        write_file(content, str(Path(config.site_dir, "assets", name)))
    titles = named(state["docs"], {page.strip("/") for page in state["texts"]})
    rewrite(Path(config.site_dir, "search", "search_index.json"), state["texts"], titles)
    build = state["build"]
    log.info("ran %d blocks, kept %d", build.ran, build.total - build.ran)
    if not state["serving"]:
        on_shutdown()
        from scratch.site import picture

        for name in picture.outdated():
            log.warning("docs/pictures/%s is not what this build draws: python -m scratch.site.picture", name)
    if collector.problems and not state["serving"]:
        raise PluginError("The build found problems:\n\n" + "\n\n".join(collector.problems))
