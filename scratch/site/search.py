"""What the search finds: sentences, captions and tables by their section; no code and no axis labels."""

import json
import re

from bs4 import BeautifulSoup

_SILENT = "pre, svg, script, button, .eq, .checked, .fold, .turn, .headerlink"
LONGEST = 1200  # letters of a section's text: the index is fetched by every reader who searches


def texts(content):
    """Each section's and finding's text in a page's HTML, and the words that lead to it, by the id of its heading."""
    soup, found = BeautifulSoup(content, "html.parser"), {}
    for element in soup.select(_SILENT):
        element.decompose()
    for part in [*soup.select("details.finding"), *soup.select("section")]:
        heading = part.find(["h2", "h3"], id=True)
        if heading:
            anchor, words = heading.extract()["id"], heading.get("data-words", "").split()
            found[anchor] = " ".join(part.get_text(" ").split())[:LONGEST], words
            part.decompose()
    return found


def rewrite(index, found, titles):
    """Write the theme's search index anew, `rewritten`."""
    write(index, rewritten(json.loads(index.read_text(encoding="utf-8")), found, titles))


def write(index, data):
    index.write_text(json.dumps(data, separators=(",", ":"), ensure_ascii=False), encoding="utf-8")


def rewritten(data, found, titles):
    """A search index in which each result names its block, and its text reads as text.

    found: the texts of each page, by its address. titles: of the blocks, by their places on the site.
    """
    data["config"]["fields"]["tags"] = {"boost": 2000.0}  # twice a title's
    for entry in data["docs"]:
        page, _, anchor = entry["location"].partition("#")
        plain = re.sub(r"<[^>]+>", " ", entry["text"])[:LONGEST]
        entry["text"], entry["tags"] = found.get(page, {}).get(anchor, (plain, []))  # tags are searched, and not shown
        blocks = [name for place, name in titles.items() if entry["location"].startswith(f"{place}-")]
        entry["title"] = f"{max(blocks, key=len)} · {entry['title']}" if blocks else entry["title"]
        if entry["location"] in titles:
            entry["boost"] = 4  # who asks for a block by its name wants its card first
        for part in ("title", "text"):
            entry[part] = " ".join(re.sub(r"<[^>]+>|\\[()\[\]]|\\operatorname|[\\{}]", " ", entry[part]).split())
    return data
