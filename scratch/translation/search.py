"""The search of an edition: an index of its own, in which a term of several words is found however it is spaced."""

import json
import re
from functools import partial
from pathlib import Path

from material.plugins.search.plugin import SearchIndex

from scratch.site import search
from scratch.site.search import rewritten, texts
from scratch.translation.marks import unmarked

SEPARATOR = r"[\s\-,.:;!?()\[\]“”‘’\"'·/…]+"  # what stands between words, in the text and in what is asked for


def write(folder, edition, config, english, titles):
    """Write the index of an edition. english: the pages that have texts of sections. titles: of blocks, by place."""
    found, index = {}, SearchIndex(**{**config.plugins["material/search"].config, **_settings()})
    for url, twin in edition.twins.items():
        if twin.content is None:  # while serving, of pages that were not edited
            continue
        index.add_entry_from_context(twin)
        content = unmarked(twin.content)
        if url in english:
            found[url] = edition.kept(partial(texts, content), f"{edition.language} texts {url}", content)
    data = json.loads(index.generate_search_index(None))
    for entry in data["docs"]:
        entry["location"] = entry["location"].removeprefix(f"{edition.language}/")
    own = {entry["location"]: entry["title"] for entry in data["docs"]}
    data = rewritten(data, found, {place: _plain(own.get(place, title)) for place, title in titles.items()})
    for entry in data["docs"]:
        for part in ("title", "text"):  # what stands in both weighs more
            entry["tags"] += spellings(entry[part], edition.catalogue.terms)
    path = Path(folder, edition.language, "search", "search_index.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    search.write(path, data)


def spellings(text, terms):
    """The other spellings of the terms of several words in a text: joined where they are spaced, and the reverse."""
    found = []
    for term in terms:
        parts = term.split()
        for length in range(2, len(parts) + 1):
            for some in (parts[start : start + length] for start in range(len(parts) - length + 1)):
                if " ".join(some) in text:
                    found.append("".join(some))
                if "".join(some) in text:
                    found += some[1:]
    return list(dict.fromkeys(found))


def _settings():
    fields = {"title": {"boost": 1000.0}, "text": {"boost": 1.0}}
    return {"lang": ["en"], "separator": SEPARATOR, "pipeline": [], "fields": fields}


def _plain(title):
    return re.sub(r"<[^>]+>", "", title).strip()
