"""The page that is shown where there is none, in each edition; and the words that all pages share."""

import html
import re
from pathlib import Path
from urllib.parse import urlsplit

from mkdocs.commands.build import get_context
from mkdocs.structure.nav import Section
from mkdocs.utils import write_file

from scratch.translation.catalogue import COMMON
from scratch.translation.edition import CHROME, NAMES, texts_of, with_words
from scratch.translation.units import rewritten

_ARTICLE = re.compile(r"(?<=<article).*?(?=</article>)", re.DOTALL)


def shared_words(config, nav, output):
    """The words that all pages share, as HTML: of the theme, the navigation, the press, and the English page 404."""
    titles = [section.title for section in _sections(nav.items)]
    titles.append(config.mdx_configs["toc"]["title"])
    said = [scheme["toggle"]["name"] for scheme in config.theme["palette"]]
    said += [config.site_description, config.copyright]
    return with_words(f"<article{_ARTICLE.search(output)[0]}", [*titles, *said, *CHROME])


def _sections(items):
    for item in items:
        if isinstance(item, Section):
            yield item
            yield from _sections(item.children)


def linked(output, editions, env, shared):
    """The English page 404 with links to the others, which are written; an address of an edition leads to its own.

    shared: the words that all pages share.
    """
    for edition in editions:
        root = urlsplit(edition.config.site_url or "/").path
        own = f"{root}{edition.language}/"
        edition.missing[COMMON] = edition.catalogue.problems(COMMON, texts_of(shared))
        context = get_context(edition.nav, edition.files, edition.config, base_url=root)
        made = _ARTICLE.sub(
            lambda article, edition=edition: rewritten(article[0], edition.translation(COMMON)),
            env.get_template("404.html").render(context),
        )
        made = made.replace(f'"base": "{root}"', f'"base": "{own}"')
        write_file(_switched(made, f"{root}404.html", "en").encode(), _path(edition))
        script = f'<script>if (location.pathname.startsWith("{own}")) location.replace("{own}404.html")</script>'
        output = _switched(output, f"{own}404.html", edition.language).replace("</head>", f"{script}</head>", 1)
    return output


def _path(edition):
    return str(Path(edition.config.site_dir, edition.language, "404.html"))


def _switched(output, address, language):
    search = '<label class="md-header__button md-icon" for="__search">'
    attributes = f'class="edition" href="{html.escape(address)}" hreflang="{language}" lang="{language}"'
    return output.replace(search, f"<a {attributes}>{NAMES[language]}</a>{search}", 1)
