"""The MkDocs hook: runs the pages' machinery in a build, and lets no build pass in which anything went wrong.

MkDocs turns many problems into warnings, and `--quiet` drops those. Here every warning of a build is collected, and
the build fails at its end with all of them; while serving, they are shown and the server lives on.
"""

import html
import logging
import os
import re
import sys
from pathlib import Path

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File
from mkdocs.utils import CountHandler

# One thread: the matrices are small, and sums come out the same on every machine.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

log = logging.getLogger("mkdocs.hooks.scratch")
package = Path(__file__).parent.parent
FENCE_LANGUAGES = {"python", "text", "bash", "console", "toml", "yaml"}
FENCE_OPTIONS = {"exec", "html", "source", "result", "session", "title", "id"}


class Collector(logging.Handler):
    """Keeps the warnings of one build, each with the page and block that was at work."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.place, self.problems = "", []

    def emit(self, record):
        message = record.getMessage()
        self.problems.append(f"{self.place}: {message}" if self.place else message)


collector = Collector()
state = {"serving": False, "blocks": [], "executed": 0, "drawn": set()}


def on_startup(*, command, dirty):
    state["serving"] = command == "serve"
    mkdocs = logging.getLogger("mkdocs")
    for handler in mkdocs.handlers:
        handler.setLevel(max(handler.level, mkdocs.level))
    mkdocs.setLevel(min(mkdocs.level or logging.INFO, logging.INFO))
    mkdocs.addHandler(collector)


def on_config(config):
    _import_afresh()
    collector.problems.clear()
    collector.place = ""
    state["drawn"] = set()
    execute = not state["serving"] or "SCRATCH_NOTEBOOKS" in os.environ
    config.plugins["mkdocs-jupyter"].config["execute"] = execute
    if state["serving"]:
        _take_back_strict_mode()
    config.extra_css.append("assets/scratch.css")
    config.extra_javascript.append("assets/scratch.js")
    for fence in config.mdx_configs["pymdownx.superfences"]["custom_fences"]:
        if fence["name"] == "python":
            fence["format"] = _counted(fence["format"])
    return config


def _import_afresh():
    """Let this build run the package as it is now, also after an edit while serving."""
    for name in list(sys.modules):
        if name == "scratch" or name.startswith("scratch."):
            del sys.modules[name]
    if str(package.parent) not in sys.path:
        sys.path.insert(0, str(package.parent))


def _take_back_strict_mode():
    """Remove strict mode's counter: a page that fails shows its error, the server lives on."""
    mkdocs = logging.getLogger("mkdocs")
    for handler in list(mkdocs.handlers):
        if isinstance(handler, CountHandler):
            mkdocs.removeHandler(handler)


def _counted(run):
    """Wrap markdown-exec's formatter: count the blocks that are executed, and name the one at work."""

    def run_and_count(source, language, css_class, options, md, **more):
        line = state["blocks"][state["executed"]] if state["executed"] < len(state["blocks"]) else "?"
        state["executed"] += 1
        page, collector.place = (collector.place, f"{collector.place}, Python block {state['executed']} (line {line})")
        try:
            return run(source, language, css_class, options, md, **more)
        finally:
            collector.place = page

    return run_and_count


def on_serve(server, config, builder):
    server.watch(str(package))
    return server


def on_files(files, config):
    for name in ("style.css", "script.js"):
        text = (package / "show" / name).read_text(encoding="utf-8")
        files.append(File.generated(config, f"assets/scratch{Path(name).suffix}", content=text))
    for module in sorted(package.glob("*.py")) + sorted(package.glob("formulas/*.py")):
        path = module.relative_to(package.parent)
        name = path.with_suffix("") if path.stem != "__init__" else path.parent
        text = module.read_text(encoding="utf-8")
        page = f"---\nsearch:\n  exclude: true\n---\n\n# {path}\n\n```python\n{text}```\n"
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
    from scratch.show.page import anchors, begin, fences

    collector.place = page.file.src_uri
    state["blocks"], state["executed"] = [], 0
    if page.file.generated_by or page.file.src_uri.endswith(".ipynb"):
        return markdown
    begin(repository=config.extra["repository"])
    if "markdown-exec: hide" in markdown:
        log.warning("a visible block with hidden lines: readers copy what they see")
    offset = _front_matter_lines(page)
    for line, info in fences(markdown):
        language, _, options = info.partition(" ")
        unknown = set(re.findall(r"([\w-]+)=", options)) - FENCE_OPTIONS
        if language not in FENCE_LANGUAGES or unknown:
            log.warning("line %d: a fence with an unknown language or option: %s", line + offset, info)
        if language == "python":
            state["blocks"].append(line + offset)
    return anchors(markdown)


def _front_matter_lines(page):
    text = page.file.content_string
    match = re.match(r"---\n.*?\n---\n\s*", text, re.DOTALL)
    return match[0].count("\n") if match else 0


def on_page_content(content, page, config, files):
    from scratch.show.page import fill
    from scratch.show.words import word

    if page.file.src_uri.endswith(".ipynb"):
        executed = config.plugins["mkdocs-jupyter"].config["execute"]
        note = "" if executed else f'<p class="checked">{word("not_run")}</p>'
        name = Path(page.file.src_uri).name
        return f'{note}{content}<p><a href="{name}" download="{name}">{word("download")}</a></p>'
    if page.file.generated_by:
        return content
    if state["executed"] != len(state["blocks"]):
        log.warning(
            "%d Python blocks stand on the page, %d were executed: a fence lacks exec or has a mistyped option",
            len(state["blocks"]),
            state["executed"],
        )
    content = _attempt(fill, content)
    collector.place = ""
    return content


def on_post_page(output, page, config):
    from scratch.show import mathml
    from scratch.show.page import accessible

    collector.place = page.file.src_uri
    output = _attempt(mathml.convert, accessible(output))
    state["drawn"] |= mathml.characters(output)
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
    from scratch.show import mathml

    collector.place = ""
    file = Path(config.site_dir, "assets", "math.woff2")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(mathml.font(state["drawn"]))
    if collector.problems and not state["serving"]:
        raise PluginError("The build found problems:\n\n" + "\n\n".join(collector.problems))
