"""The other editions: units and what becomes of them, the catalogues, and what is wrong with a translation."""

import html
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urljoin

import pytest
from conftest import EDITIONS, ROOT, build, small_site

pytest.importorskip("babel")
pytest.importorskip("mkdocs")

from scratch.translation import choices, search
from scratch.translation.catalogue import Catalogue, Entry, units
from scratch.translation.units import differences, rewritten, text_rewritten

LANGUAGES = [folder.name for folder in sorted((ROOT / "translations").iterdir()) if folder.is_dir()]


def written(content):
    """The units of a page, in their short form."""
    return [unit.text for unit, _ in units(content)]


def translated(content, **translations):
    """A page with the translations of these units, by the unit's first letters."""

    def look(unit, anchor):
        return next((new for start, new in translations.items() if unit.text.startswith(start)), None)

    return rewritten(content, look)


# Units

PARAGRAPH = (
    '<p>The <em>rate</em> <span class="arithmatex">\\(\\eta\\)</span> is <span class="computed">\ue000best\ue0010.1\ue002'
    '</span>, see <code>lr</code> and <a class="x" href="../losses/#mse">the &lt; loss</a>.</p>'
)
UNIT = "The *rate* $\\eta$ is {{ best }}, see `lr` and [the < loss](../losses/#mse)."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PARAGRAPH, [UNIT]),
        ("<ul><li>One.</li><li><p>Two,\n lines.</p></li></ul>", ["One.", "Two, lines."]),
        ("<p>In 2014 it was 3.</p>", ["In 2014 it was 3."]),  # typed: the English text changes with it
        ("<figure><figcaption>After 8 epochs 0.25 is left.</figcaption></figure>", ["After {1} epochs {2} is left."]),
        ("<table><tr><td>12 345 of 10<sup>−6</sup></td></tr></table>", ["{1} of {2}"]),
        ("<svg><g><text x='1'>loss 2</text><text>−0.5</text></g></svg>", ["loss {1}"]),
        ('<p><strong>All of it</strong></p><p><a href="#a">All of it</a></p>', ["All of it", "All of it"]),
        ('<p><svg class="key v1"><path d="M0"/></svg> Adam <b>leads</b></p>', ["Adam **leads**"]),
        ('<p>2 * 3 is `six` and $, {1} {{ x }}</p>', [r"2 \* 3 is \`six\` and \$, \{1} \{{ x }}"]),
        ("<pre>No code</pre><p><code>no_code</code></p><p>f(x) = 3</p>", []),
        ('<h3 id="a"><span class="kind">Claim<span class="colon">:</span></span> <span class="says">It holds.</span></h3>', ["Claim", "It holds."]),
        ('<svg role="img" aria-label="Paths of 7 methods"></svg>', ["Paths of {1} methods"]),
        ('<span class="live" data-text="At {x} it is {y}.">At 2 it is 4.</span> A parabola.', ["At {x} it is {y}.", "A parabola."]),
        ('<p><span class="computed">\ue000who\ue001half as many\ue002</span> is said</p>', ["half as many", "{{ who }} is said"]),
        ('<h2>Title<a class="headerlink" href="#t">¶</a></h2>', ["Title"]),
    ],
)  # fmt: skip
def test_units_of_a_page(content, expected):
    assert written(content) == expected
    assert rewritten(content, lambda unit, anchor: None) == content
    same = rewritten(content, lambda unit, anchor: unit.text)
    assert re.sub(r"\s+", " ", html.unescape(same)) == re.sub(r"\s+", " ", html.unescape(content))


def test_parts_are_put_back_in_any_order():
    new = "[< 손실](../losses/#mse)도 `lr` 값도 보세요. *학습률* $\\eta$의 값: {{ best }}."
    assert translated(PARAGRAPH, The=new) == (
        '<p><a class="x" href="../losses/#mse">&lt; 손실</a>도 <code>lr</code> 값도 보세요. <em>학습률</em> '
        '<span class="arithmatex">\\(\\eta\\)</span>의 값: <span class="computed">\ue000best\ue0010.1\ue002</span>.</p>'
    )


@pytest.mark.parametrize(
    ("lost", "problem"),
    [
        ("{{ best }}", "lacks {{ best }}"),
        ("$\\eta$", "lacks $\\eta$"),
        ("`lr`", "lacks `lr`"),
        ("](../losses/#mse)", "lacks ](../losses/#mse)"),
    ],
)
def test_a_translation_that_loses_a_part_is_refused(lost, problem):
    new = UNIT.replace(lost, "")
    assert problem in differences(UNIT, new)
    with pytest.raises(ValueError, match=re.escape(problem)):
        translated(PARAGRAPH, The=new)
    assert differences(UNIT, UNIT + " `more`") == ["has `more` that the English has not"]
    assert differences("*a*", "*a") == ["an open *"]
    assert differences("*a* and **b**", "a b") == []  # emphasis may go


def test_two_links_keep_their_own_attributes():
    content = '<p><a href="#a" data-set="x=1">one thing</a> or <a href="#b">two things</a></p>'
    new = translated(content, **{"[one": "[둘](#b) 또는 [하나](#a)"})
    assert new == '<p><a href="#b">둘</a> 또는 <a href="#a" data-set="x=1">하나</a></p>'


def test_a_sentence_that_a_script_writes_is_translated_with_its_template():
    content = (
        '<figcaption><span class="live" data-text="At {x} of 8 it is {y}.">At 2 of 8 it is −4.</span></figcaption>'
    )
    new = translated(content, At="{y}: {1} 가운데 {x}")
    assert new == ('<figcaption><span class="live" data-text="{y}: 8 가운데 {x}">−4: 8 가운데 2</span></figcaption>')


def test_what_a_moving_figure_says_is_translated_in_its_module():
    module = 'export const slots = [[0, "src"], [1, ""]]\nexport const choices = {"1": ["a.webp", "turn by 15°"]}\n'
    pictures = {"moving/abc.js": module.encode()}
    content = '<figure data-moving="abc"></figure><input data-turns="abc">'
    assert choices.words(content, pictures) == ["turn by 15°"]

    def word(text):
        return text_rewritten(text, lambda unit, anchor: "{1}° 회전" if unit.text == "turn by {1}°" else None)

    new = choices.translated(content, pictures, word)
    (name,) = set(re.findall(r'data-(?:moving|turns)="(\w+)"', new))
    assert '{"1": ["a.webp", "15\\u00b0 \\ud68c\\uc804"]}' in pictures[f"moving/{name}.js"].decode()


# Catalogues


def catalogue(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.po").write_text(f'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n{text}', "utf-8")
    return Catalogue(folder)


def test_an_update_keeps_what_stands_and_marks_what_has_changed(tmp_path):
    pages = {"a": "<p>The first text of all.</p><p>Shared words</p>", "b": "<p>Shared words</p>"}
    Catalogue(tmp_path / "ko").update(pages)
    file = tmp_path / "ko" / "a.po"
    assert not (tmp_path / "ko" / "b.po").exists()  # it stands with the first page that has it
    filled = file.read_text("utf-8").replace('of all."\nmsgstr ""', 'of all."\nmsgstr "모두의 첫 글."')
    file.write_text(filled, "utf-8")
    Catalogue(tmp_path / "ko").update(pages)
    assert file.read_text("utf-8") == filled
    pages["a"] = "<p>The first text of them all.</p>"
    Catalogue(tmp_path / "ko").update(pages)
    entry = Catalogue(tmp_path / "ko").entry("a", "The first text of them all.")
    assert (entry.translation, entry.fuzzy, entry.previous) == ("모두의 첫 글.", True, "The first text of all.")
    problems = Catalogue(tmp_path / "ko").problems("a", ["The first text of them all.", "Shared words", "New"])
    assert [problem.partition(":")[0] for problem in problems] == [
        "fuzzy, the English has changed", "no translation", "no translation",
    ]  # fmt: skip


def test_a_unit_of_three_pages_is_common(tmp_path):
    Catalogue(tmp_path / "ko").update(dict.fromkeys("abc", "<p>Said often</p>"))
    assert [path.name for path in (tmp_path / "ko").iterdir()] == ["common.po"]


@pytest.mark.parametrize(
    ("unit", "translation", "problem"),
    [
        ("{{ x }} is best", "{{ x }}은(는) 가장 좋습니다", "two particles"),
        ("{{ x }} is best", "{{ x }}가 가장 좋습니다", "depends on a value"),
        ("{{ x }} is best", "가장 좋은 값: {{ x }}", None),
        ("{1} kinds", "{1}가지", None),
        ("See `lr`", "`lr`을 보세요", "depends on a value"),
        ("See `lr`", "`lr` 값을 보세요", None),
        ("In 2014", "2015년에", "lacks the number 2014"),
        ("two paths", "경로 2개", None),
    ],
)
def test_what_is_wrong_with_a_translation(tmp_path, unit, translation, problem):
    wrong = "; ".join(Catalogue(tmp_path / "ko").wrong(Entry(unit, translation)))
    assert wrong == "" if problem is None else problem in wrong


def test_the_glossary_is_kept(tmp_path):
    (tmp_path / "ko").mkdir()
    (tmp_path / "ko" / "terms.tsv").write_text("# English\tterm\tavoided\nparameter\t매개변수\t파라미터\n", "utf-8")
    known = Catalogue(tmp_path / "ko")
    assert known.wrong(Entry("a parameter", "파라미터")) == ["파라미터 where the glossary says 매개변수"]
    assert known.wrong(Entry("a hyperparameter", "하이퍼파라미터와 매개변수")) == []


def test_terms_are_found_however_they_are_spaced():
    terms = ["확률적 경사 하강법", "경사 하강법"]
    assert "경사하강법" in search.spellings("먼저 경사 하강법을 봅니다", terms)
    assert "하강법" in search.spellings("먼저 경사하강법을 봅니다", terms)
    assert search.spellings("하강법만", terms) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_of_the_catalogue_is_sound(language):
    known = Catalogue(ROOT / "translations" / language)
    entries = [entry for entries in known.files.values() for entry in entries.values() if entry.translation]
    assert {entry.unit: known.wrong(entry) for entry in entries if not entry.fuzzy and known.wrong(entry)} == {}
    for avoided in known.avoided:  # and this test can fail
        assert known.wrong(Entry("", f"{avoided}의"))


# A site of one page

PAGE = """---
title: One page
description: A page to translate
---

# One page {#page}

A paragraph with `code`, $x^2$ and {{ value }}.

```python exec="on"
from scratch.show.page import let

let(value="0.5")
```
"""
WORDS = {
    "One page": "한 쪽", "A page to translate": "번역할 쪽",
    "A paragraph with `code`, $x^2$ and {{ value }}.": "문단: {{ value }}, `code`, $x^2$의 값.",
}  # fmt: skip


def edition(folder, text, words):
    """A site of one page with its Korean edition, built; the process, and the page."""
    folder.mkdir()
    config = small_site(folder, {"page.md": text})
    (folder / "translations").mkdir()
    entries = "".join(f'msgid "{old}"\nmsgstr "{new}"\n\n' for old, new in words.items())
    catalogue(folder / "translations" / "ko", entries)
    config.write_text(config.read_text("utf-8").replace("languages: []", "languages: [ko]"), "utf-8")
    finished = build(folder / "site", config=config)
    return finished, folder / "site" / "ko" / "page" / "index.html"


@pytest.mark.site
def test_an_edition_is_built_beside_the_english_pages_and_lacks_nothing(tmp_path):
    finished, page = edition(tmp_path / "a", PAGE, WORDS)
    assert "no translation: No such page" in finished.stderr  # the site's shared words, which this catalogue has not
    assert "translations/ko, page" not in finished.stderr
    text = page.read_text("utf-8")
    assert '<html lang="ko"' in text
    assert 'content="번역할 쪽"' in text
    assert '문단: <span class="computed">0.5</span>, <code>code</code>, <span class="nb"><math>' in text
    assert 'hreflang="en"' in text
    assert '"base": "../"' in text
    english = page.parents[2] / "page" / "index.html"
    assert 'href="../ko/page/" hreflang="ko"' in english.read_text("utf-8")
    assert "ko/page/" in (page.parents[2] / "sitemap.xml").read_text("utf-8")


@pytest.mark.site
def test_while_serving_english_that_has_no_translation_is_marked(tmp_path):
    """As `mkdocs serve` builds: the hooks are told that they serve."""
    code = """import sys
from mkdocs.commands import build
from mkdocs.config import load_config

config = load_config(sys.argv[1], site_dir=sys.argv[2], strict=False)
config.plugins.on_startup(command="serve", dirty=False)
build.build(config, serve_url="http://127.0.0.1/")
config.plugins.on_shutdown()
"""
    edition(tmp_path / "a", PAGE, WORDS)
    config, site = tmp_path / "a" / "mkdocs.yml", tmp_path / "served"
    page = tmp_path / "a" / "docs" / "page.md"
    page.write_text(page.read_text("utf-8").replace("A paragraph", "One paragraph"), "utf-8")
    command = [sys.executable, "-c", code, str(config), str(site)]
    served = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert served.returncode == 0, served.stderr
    text = (site / "ko" / "page" / "index.html").read_text("utf-8")
    assert '<span class="untranslated" lang="en">One paragraph with <code>code</code>' in text
    assert "한 쪽</h1>" in text


@pytest.mark.site
def test_a_changed_paragraph_fails_the_build_with_its_name(tmp_path):
    finished, _ = edition(tmp_path / "a", PAGE.replace("A paragraph", "One paragraph"), WORDS)
    assert finished.returncode != 0
    assert "translations/ko, page: 1 problems\nno translation: One paragraph with `code`" in finished.stderr


# The built site

RESULTS = {  # what must be the same in both editions of a page, in this order or in any
    "listings": (r"<pre.*?</pre>", True),
    "code": (r"<code>[^<]*</code>", False),
    "formulas": (r"<math.*?</math>", False),
    "ids": (r'\sid="[^"]*"', True),
    "headings": (r'<h[1-6](?: id="[^"]*")?', True),
    "computed cells": (r'<td class="number">[^<\d]*([\d.,]*)', True),
    "lines of figures": (r'\sd="[^"]*"', True),
}


def article(path):
    text = path.read_text("utf-8")
    return text[text.index("<article") : text.index("</article>")]


def links(text, url):
    """Where the links of a page lead, from the root of its edition."""
    found = [html.unescape(link) for link in re.findall(r'<a [^>]*?href="([^"]*)"', text)]
    return Counter(urljoin(f"http://site/{url}/", link).replace("http://site/ko/", "http://site/") for link in found)


@pytest.mark.site
@pytest.mark.parametrize("language", EDITIONS)
def test_both_editions_of_a_page_have_the_same_results(site, language):
    paths = [path for path in sorted(site.rglob("index.html")) if path.relative_to(site).parts[0] not in EDITIONS]
    assert len(paths) > 40
    differ = []
    for path in paths:
        name = path.relative_to(site)
        one, other = article(path), article(site / language / name)
        assert not re.search("[\ue000-\ue006]|untranslated", one + other), name
        for what, (pattern, ordered) in RESULTS.items():
            sort = list if ordered else Counter
            if sort(re.findall(pattern, one, re.DOTALL)) != sort(re.findall(pattern, other, re.DOTALL)):
                differ.append((str(name), what))
        folder = name.parent.as_posix()
        if links(one, folder) != links(other, f"{language}/{folder}"):
            differ.append((str(name), "links"))
    assert differ == []


def test_a_language_has_what_its_edition_needs():
    for language in LANGUAGES:
        assert Path(ROOT, "scratch", "translation", f"{language}.css").is_file()
