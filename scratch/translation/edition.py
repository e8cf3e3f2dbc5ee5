"""An edition: every page of the site once more, with the texts of a catalogue, in a folder named after its language.

What the blocks computed, the code, the formulas, the ids and the files of the assets are the English pages'. So the
edition is no second build: each page is rendered again, from its finished HTML, when the English one is written.
"""

import copy
import html
import posixpath
import re
from pathlib import Path

from mkdocs.commands.build import get_context
from mkdocs.structure.files import File
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents
from mkdocs.utils import get_relative_url, write_file

from scratch.show.figure import pictures
from scratch.show.page import named
from scratch.translation import choices, face, search
from scratch.translation.catalogue import COMMON, Catalogue, units
from scratch.translation.marks import unmarked
from scratch.translation.units import rewritten, text_rewritten

NAMES = {"en": "English", "ko": "한국어"}
CHROME = ["copy LaTeX", "Table", "Search"]  # words that are put in after a page's content is complete


class Twin(Page):
    """A page of the edition."""

    @property
    def is_homepage(self):
        return self.file.src_uri.partition("/")[2] == "index.md"


class Edition:
    """The site in another language. nav, files: of the English site, when all its pages' contents are complete.

    marking: whether English that has no translation is marked, as while serving, instead of being a problem.
    kept(make, name, *inputs): what make() makes of the inputs, which may have been kept from an earlier build.
    """

    def __init__(self, language, config, nav, files, marking, kept):
        self.language, self.marking, self.kept = language, marking, kept
        self.catalogue = Catalogue(Path(config.config_file_path).parent / "translations" / language)
        self.config = self._configured(config)
        pages = [file.page for file in files if file.page is not None]
        self.twins = {page.url: self._twin(page) for page in pages}
        self.nav = self._navigation(nav)
        self.missing, self.written = {}, set()

    @property
    def files(self):
        return [twin.file for twin in self.twins.values()]

    def word(self, text, page=COMMON):
        """A plain text in this language."""
        return text_rewritten(text, self.translation(page)) if text else text

    def translation(self, page):
        def translate(unit, anchor):
            entry = self.catalogue.entry(page, unit.text)
            if entry is None or not entry.translation or entry.fuzzy or self.catalogue.wrong(entry):
                return None
            return entry.translation

        return translate

    def _configured(self, config):
        """The site's configuration with the theme in this language; it shares all else."""
        changed = copy.copy(config)
        theme = dict(config.theme.items())
        theme.update(language=self.language, name=config.theme.name)
        theme["palette"] = [
            {**scheme, "toggle": {**scheme["toggle"], "name": self.word(scheme["toggle"]["name"])}}
            for scheme in theme["palette"]
        ]
        changed["theme"] = theme
        toc = config.mdx_configs["toc"]
        changed["mdx_configs"] = {**config.mdx_configs, "toc": {**toc, "title": self.word(toc["title"])}}
        for name in ("site_description", "copyright"):
            changed[name] = self.word(config[name])
        changed["extra_css"] = [*config.extra_css, f"assets/{self.language}.css"]
        return changed

    def _twin(self, page):
        uri = re.sub(r"\.ipynb$", ".md", page.file.src_uri)
        file = File.generated(self.config, f"{self.language}/{uri}", content="")
        title = page.title and html.unescape(page.title)
        twin = Twin(title and html.escape(self.word(title, name_of(page)), quote=False), file, self.config)
        twin.meta = dict(page.meta)
        if "description" in page.meta:
            twin.meta["description"] = self.word(page.meta["description"], name_of(page))
        return twin

    def _navigation(self, nav):
        pages = []

        def made(item):
            if isinstance(item, Section):
                section = Section(self.word(item.title), [made(child) for child in item.children])
                for child in section.children:
                    child.parent = section
                return section
            if isinstance(item, Page):
                pages.append(self.twins[item.url])
                return pages[-1]
            return item

        navigation = Navigation([made(item) for item in nav.items], pages)
        for before, page, after in zip([None, *pages], pages, [*pages[1:], None]):
            page.previous_page, page.next_page = before, after
        return navigation

    def page(self, page, content, env):
        """A page's HTML in this language. content: that of the English page, with the marks of its values."""
        name, twin = name_of(page), self.twins[page.url]
        if not page.file.src_uri.startswith("source/"):  # which is code
            inputs = content, words(page, content), self.catalogue.digest
            made = self.kept(lambda: self._translated(name, *inputs[:2]), f"{self.language} {name}", *inputs)
            content, self.missing[name], modules = made
            pictures.update(modules)
        content = unmarked(content)
        twin.toc = self._toc(page, content, name)
        twin.content = _with_files(content, page.url, twin.url)
        twin.active = True
        context = get_context(self.nav, self.files, self.config, twin)
        output = env.get_template(page.meta.get("template", "main.html")).render(context)
        twin.active = False
        return output

    def _translated(self, name, content, more):
        """A page's content in this language, what the catalogue lacks for it, and the modules of its figures."""
        seen, look, modules = {}, self.translation(name), dict(pictures)

        def translate(unit, anchor):
            seen[unit.text] = anchor
            return look(unit, anchor)

        content = rewritten(content, translate, mark=self.marking)
        content = choices.translated(content, modules, lambda text: self.word(text, name))
        for text in more:
            text_rewritten(text, translate)
        missing = self.catalogue.problems(name, seen)
        return content, missing, {key: text for key, text in modules.items() if key not in pictures}

    def _toc(self, page, content, name):
        """The table of contents: the headings' own words, where English says the same in both."""
        headings = {anchor: text for anchor, text in _headings(content)}

        def made(item):
            english = html.unescape(re.sub(r"<[^>]+>", "", item.title))
            title = headings.get(item.id) or html.escape(self.word(english, name), quote=False)
            link = AnchorLink(title, item.id, item.level)
            link.children = [made(child) for child in item.children]
            return link

        links = [made(item) for item in page.toc]
        if links:
            links[0].active = True
        return TableOfContents(links)

    def finished(self, output, twin, written):
        """A rendered page whose last English words are translated, and whose search is the edition's own.

        written: the characters that it shows.
        """
        self.written |= written
        for word in CHROME:
            other = html.escape(self.word(word))
            output = output.replace(f">{word}</button>", f">{other}</button>")
            output = output.replace(f'aria-label="{word}"', f'aria-label="{other}"')
        root = get_relative_url(f"{self.language}/", twin.url)
        output = re.sub(r'(?<=<script id="__config")([^{]*\{[^{]*?"base": ")[^"]*', rf"\g<1>{root}", output, count=1)
        return output

    def complete(self, config, press):
        """Write what all pages of the edition share: its face and its search. press: the state of its hook."""
        titles = named(press["docs"], {page.strip("/") for page in press["texts"]})
        written = face.letters(self.written | set(NAMES[self.language]))
        made = self.kept(lambda: face.face(written), f"{self.language} face", written)
        Path(config.site_dir, "assets", f"{self.language}.woff2").write_bytes(made)
        names = face.letters(set("".join(NAMES.values())))  # the switch names a language in its own letters
        made = self.kept(lambda: face.face(names), "names face", names)
        Path(config.site_dir, "assets", "names.woff2").write_bytes(made)
        search.write(config.site_dir, self, config, press["texts"], titles)

    def problems(self):
        """What the catalogue lacks, a text per page."""
        for name, lines in self.missing.items():
            if lines:
                yield f"translations/{self.language}, {name}: {len(lines)} problems\n" + "\n".join(lines)


def name_of(page):
    """A page's name in a catalogue, such as activations or experiments/activations."""
    return posixpath.splitext(page.file.src_uri)[0]


def words(page, content):
    """What of a page is text beside its content: its title, its description, what its moving figures can say."""
    found = [html.unescape(re.sub(r"<[^>]+>", "", text)) for text in (page.title, page.meta.get("description")) if text]
    return [*found, *choices.words(content, pictures)]


def kept(folder, page, content):
    """Keep an English page for `python -m scratch.translation`."""
    if not page.file.src_uri.startswith("source/"):
        write_file(with_words(content, words(page, content)).encode(), str(Path(folder, f"{name_of(page)}.html")))


def with_words(content, texts):
    """HTML that has the units of a page's content and of these texts."""
    return content + "".join(f"\n<button>{html.escape(text)}</button>" for text in texts)


def texts_of(content, texts=()):
    return list(dict.fromkeys(unit.text for unit, _ in units(with_words(content, texts))))


def _headings(content):
    """The words of each heading's kind, or its text, by its id."""
    for match in re.finditer(r'<h[1-6][^>]*\sid="([^"]+)"[^>]*>(.*?)</h[1-6]>', content, re.DOTALL):
        kind = re.match(r'<span class="kind">(.*?)<span', match[2])
        text = re.sub(r"<a\b[^>]*\bheaderlink\b.*?</a>", "", kind[1] if kind else match[2])
        yield match[1], " ".join(re.sub(r"<[^>]+>", "", text).split())


def _with_files(content, url, other):
    """A page's HTML at another place: what leads to a file that is no page leads to the same file from there."""

    def moved(match):
        path = html.unescape(match[3])
        if re.match(r"[a-z-]+:|#|/|$", path) or "." not in posixpath.basename(path.partition("#")[0]).strip("."):
            return match[0]
        target = posixpath.normpath(posixpath.join(url, path))
        return f'{match[1]}="{html.escape(get_relative_url(target, other))}"'

    return re.sub(r"""(?<=\s)(href|src)=(["'])(.*?)\2""", moved, content)


def linked(output, page, others, site_url):
    """A page with links to its editions: others are pairs (language, page), itself among them."""
    alternates = "".join(
        # the space keeps the theme's script, which would ask each of these for a sitemap, from finding them
        f'<link rel="alternate " hreflang="{language}" href="{html.escape(other.canonical_url)}">'
        for language, other in [*others, ("x-default", others[0][1])]
        if site_url
    )
    switches = "".join(
        f'<a class="edition" href="{html.escape(get_relative_url(other.url or ".", page.url))}" hreflang="{language}" '
        f'lang="{language}">{NAMES.get(language, language)}</a>'
        for language, other in others
        if other is not page
    )
    search = '<label class="md-header__button md-icon" for="__search">'
    return output.replace("</head>", f"{alternates}</head>", 1).replace(search, f"{switches}{search}", 1)
