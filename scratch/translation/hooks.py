"""The MkDocs hook of the editions: writes each page in the other languages when the English one is complete."""

import logging
import re
from pathlib import Path

from mkdocs.plugins import event_priority
from mkdocs.structure.files import File
from mkdocs.utils import write_file

log = logging.getLogger("mkdocs.hooks.scratch")
state = {"editions": [], "contents": {}}


def languages(config):
    """The languages in which the site has an edition beside the English one."""
    return config.extra.get("languages") or []


def _press(config):
    """The module of the press's hook, which has the state of the build."""
    return next(module for name, module in config.hooks.items() if name.endswith("show/hooks.py"))


def _english(config):
    """Where the finished English pages are kept for those who translate."""
    return Path(config.config_file_path).parent / ".cache" / "english"


def on_config(config):
    state.update(editions=[], contents={})


def on_serve(server, config, builder):
    for language in languages(config):
        server.watch(str(Path(config.config_file_path).parent / "translations" / language))


def on_files(files, config):
    for language in languages(config):
        style = Path(__file__).with_name(f"{language}.css").read_text(encoding="utf-8")
        files.append(File.generated(config, f"assets/{language}.css", content=style))


def on_nav(nav, config, files):
    state["nav"] = nav


def on_page_content(content, page, config, files):
    from scratch.translation.marks import unmarked

    state["contents"][page.file.src_uri] = content
    return unmarked(content)


def on_env(env, config, files):
    if languages(config):
        from scratch.translation.edition import Edition

        press = _press(config)
        more = config, state["nav"], files, press.state["serving"], press._kept
        state.update(env=env, editions=[Edition(language, *more) for language in languages(config)])


def on_template_context(context, template_name, config):
    if template_name == "sitemap.xml":
        context["pages"] = [*context["pages"], *(file for edition in state["editions"] for file in edition.files)]
    return context


def on_post_template(output, template_name, config):
    if template_name != "404.html" or not state["editions"]:
        return output
    from scratch.translation.missing import linked, shared_words

    shared = shared_words(config, state["nav"], output)
    if all(page.title for page in state["nav"].pages):  # of a dirty build some have none
        write_file(shared.encode(), str(_english(config) / "common.html"))
    return linked(output, state["editions"], state["env"], shared)


def on_post_page(output, page, config):
    if not state["editions"]:
        return output
    from scratch.translation.edition import kept, linked

    press, content = _press(config), state["contents"][page.file.src_uri]
    kept(_english(config), page, content)
    others = [("en", page), *((edition.language, edition.twins[page.url]) for edition in state["editions"])]
    for edition in state["editions"]:
        twin = edition.twins[page.url]
        made = press.on_post_page(edition.page(page, content, state["env"]), twin, config)
        _, written = press.state["drawn"].pop(twin.file.src_uri)
        made = edition.finished(re.sub(r"(?<=/)text(?=\.woff2\")", edition.language, made), twin, written)
        write_file(linked(made, twin, others, config.site_url).encode(), twin.file.abs_dest_path)
    return linked(output, page, others, config.site_url)


@event_priority(50)  # before the press writes its pictures, and sums up the problems
def on_post_build(config):
    for edition in state["editions"]:
        edition.complete(config, _press(config).state)
        for problem in edition.problems() if not edition.marking else ():
            log.warning("%s", problem)
