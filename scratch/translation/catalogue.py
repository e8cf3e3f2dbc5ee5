"""The catalogue of a language: gettext PO files, one per page, and what is wrong with them.

A unit's translation stands once: with the first page that has it, or in common.po where three pages or more do. Topics
come first, so that the overview and the table of claims repeat what their translators wrote.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone
from difflib import get_close_matches
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import denormalize, read_po, write_po

from scratch.evidence import TOPICS
from scratch.translation.units import differences, rewritten

COMMON = "common"
_PARTICLES = "은|는|이|가|을|를|과|와|으로|로|이라|라|이며|며|이다|다|이고|고|이나|나"
_EITHER = re.compile(r"은\(는\)|는\(은\)|이\(가\)|가\(이\)|을\(를\)|를\(을\)|과\(와\)|와\(과\)|\(으\)로|\(이\)[가-힣]")
_AFTER = re.compile(rf"(?:\{{\d+\}}|\{{\{{ \w+ \}}\}}|`[^`]*`)(?:{_PARTICLES})(?![가-힣])")


_COUNTED = re.compile(
    r"\b(one|once|two|twice|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|hundred|thousand|"
    r"million|half|halves|halved?|doubled?s?|third|fourth|fifth|tenth|first|second|quarter|hundredth|zero)s?\b",
    re.IGNORECASE,
)


@dataclass
class Entry:
    """A unit with its translation: where it stands (pages and anchors), and what its numbers are there."""

    unit: str
    translation: str = ""
    fuzzy: bool = False
    previous: str = ""
    places: list = field(default_factory=list)
    values: str = ""


class Catalogue:
    """All entries of a language, by file and unit. folder: where its PO files are."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.digest = _digest(self.folder)
        self.files = {_name(path, self.folder): _read(path) for path in sorted(self.folder.rglob("*.po"))}
        self.glossary = _glossary(self.folder / "terms.tsv")
        self.avoided = {word: term for term, words in self.glossary for word in words}
        self.avoided_words = re.compile(rf"(?<![가-힣])(?:{'|'.join(map(re.escape, self.avoided))})")
        self.all, self.known_wrong = {}, {}
        for entries in self.files.values():
            for unit, entry in entries.items():
                if unit not in self.all or (self.all[unit].fuzzy or not self.all[unit].translation):
                    self.all[unit] = entry

    @property
    def terms(self):
        """The glossary's terms, in this language."""
        return [part for term, _ in self.glossary for part in re.split(r", ", re.sub(r"\(.*?\)", "", term))]

    def entry(self, page, unit):
        """The entry of a unit: the page's own, else the one that it shares."""
        return self.files.get(page, {}).get(unit) or self.all.get(unit)

    def problems(self, page, units):
        """What is missing or wrong of the units of a page, a line each."""
        lines = []
        for unit in units:
            entry = self.entry(page, unit)
            if entry is None or not entry.translation:
                lines.append(f"no translation: {unit}")
            elif entry.fuzzy:
                lines.append(f"fuzzy, the English has changed: {unit}")
            else:
                lines += [f"{problem}: {entry.translation}" for problem in self.wrong(entry)]
        return lines

    def wrong(self, entry):
        """What is wrong with an entry's translation."""
        key = entry.unit, entry.translation
        if key not in self.known_wrong:
            self.known_wrong[key] = list(self._wrong(*key))
        return self.known_wrong[key]

    def _wrong(self, unit, text):
        problems = differences(unit, text)
        problems += [f"two particles to choose from, {found[0]}" for found in _EITHER.finditer(text)]
        problems += [f"a particle that depends on a value, {found[0]}" for found in _AFTER.finditer(text)]
        problems += _other_numbers(unit, text)
        found = re.findall(self.avoided_words, _plain(text)) if self.avoided else []
        return problems + [f"{word} where the glossary says {self.avoided[word]}" for word in dict.fromkeys(found)]

    def update(self, pages):
        """Take the units of these pages ({page: HTML}) in: new ones empty, changed ones fuzzy; drop what is gone.

        Where these are not all pages, only their own files change.
        """
        found, homes = {}, {}
        for page in sorted(pages, key=_order):
            for unit, anchor in units(pages[page]):
                entry = found.setdefault(unit.text, Entry(unit.text))
                entry.places.append(f"{page}#{anchor}".rstrip("#"))
                entry.values = entry.values or unit.values
        written = set(pages) if set(self.files) - {*pages, COMMON} else {*pages, COMMON}
        kept = {unit for name, entries in self.files.items() if name not in written for unit in entries}
        for text, entry in found.items():
            own = list(dict.fromkeys(place.partition("#")[0] for place in entry.places))
            if text not in kept:
                homes.setdefault(COMMON if len(own) > 2 and COMMON in written else own[0], {})[text] = entry
        before = [entry for name in written for entry in self.files.get(name, {}).values()]
        gone = {entry.unit: entry for entry in before if entry.unit not in found and entry.translation}
        for entries in homes.values():
            for text, entry in entries.items():
                self._take_over(entry, text, gone)
        for name in written:
            _write(self.folder, name, homes.get(name, {}))

    def _take_over(self, entry, text, gone):
        """An entry's translation as it was, or that of the unit that it is made of."""
        before = self.all.get(text)
        if before:
            entry.translation, entry.fuzzy, entry.previous = before.translation, before.fuzzy, before.previous
            return
        alike = get_close_matches(text, gone, 1, 0.7)
        if alike:
            entry.translation, entry.fuzzy, entry.previous = gone[alike[0]].translation, True, alike[0]


def units(content):
    """The units of a page's HTML, as pairs (Unit, anchor), in order."""
    found = []

    def note(unit, anchor):
        found.append((unit, anchor))

    rewritten(content, note)
    return found


def _other_numbers(unit, translation):
    """Which numbers of the English text a translation lacks, or has beside them where English writes none in words."""
    english, other = (Counter(re.findall(r"\d+(?:[.,]\d+)*", _plain(text))) for text in (unit, translation))
    yield from (f"lacks the number {number}" for number in english - other)
    if not _COUNTED.search(unit):
        yield from (f"has the number {number} that the English has not" for number in other - english)


def _plain(text):
    """A text without its code, formulas, values and addresses."""
    return re.sub(r"`[^`]*`|\$[^$]*\$|\]\([^)]*\)|\{\{ \w+ \}\}|\{\w+\}", " ", text)


def _order(page):
    folder, _, topic = page.rpartition("/")
    number = TOPICS.index(topic) if topic in TOPICS else -1
    return [page not in TOPICS, folder != "experiments", number, page]


def _name(path, folder):
    return path.relative_to(folder).with_suffix("").as_posix()


def _digest(folder):
    """A digest of all that a catalogue holds."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.rglob("*.*")))).hexdigest()


def _glossary(path):
    """The rows of a table, English, term, words to avoid: pairs (term, words)."""
    if not path.exists():
        return []
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    rows = [(*line.split("\t"), "")[1:3] for line in lines]
    return [(term, list(filter(None, words.split(", ")))) for term, words in rows]


def _read(path):
    with path.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    lines = re.findall(r'^#\| msgid (".*")\nmsgid (".*")$', path.read_text(encoding="utf-8"), re.MULTILINE)
    before = {denormalize(unit): denormalize(previous) for previous, unit in lines}
    return {
        message.id: Entry(
            message.id,
            message.string or "",
            message.fuzzy,
            before.get(message.id, ""),
            [place for place, _ in message.locations],
            " ".join(message.auto_comments),
        )
        for message in messages
    }


def _write(folder, name, entries):
    """Write a PO file; the same entries give the same bytes."""
    path = Path(folder, f"{name}.po")
    if not entries:
        path.unlink(missing_ok=True)
        return
    day = datetime(2026, 1, 1, tzinfo=timezone.utc)
    header = f"# The {Path(folder).name} edition: {name}."
    people = dict.fromkeys(["msgid_bugs_address", "last_translator", "language_team"], "Scratch")
    catalog = Catalog(Path(folder).name, "", header, "Scratch", "1", creation_date=day, revision_date=day, **people)
    catalog.fuzzy = False
    for entry in entries.values():
        message = catalog.add(
            entry.unit,
            entry.translation,
            locations=[(place, None) for place in dict.fromkeys(entry.places)][:3],
            flags=["fuzzy"] if entry.fuzzy else [],
            auto_comments=[entry.values[:160]] if entry.values else [],
            previous_id=[entry.previous] if entry.fuzzy and entry.previous else (),
        )
        message.flags -= {"python-format", "python-brace-format"}  # which no unit is
    output = BytesIO()
    write_po(output, catalog, width=100_000, include_previous=True, include_lineno=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(output.getvalue())
