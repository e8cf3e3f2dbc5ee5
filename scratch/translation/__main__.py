"""python -m scratch.translation update LANGUAGE: the catalogue of a language after the English pages have changed.

python -m scratch.translation check LANGUAGE [PAGE ...]: what is missing or wrong, and exit status 1 where anything is.

Both read the English pages of the last build, in .cache/english, or in the folder that --pages names.
"""

import argparse
from pathlib import Path

from scratch.translation.catalogue import Catalogue, units

ROOT = Path(__file__).parent.parent.parent


def main(arguments=None):
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser("python -m scratch.translation", description=__doc__)
    parser.add_argument("command", choices=["update", "check"])
    parser.add_argument("language")
    parser.add_argument("only", nargs="*", metavar="PAGE", help="such as activations or experiments/activations")
    parser.add_argument("--pages", type=Path, default=ROOT / ".cache" / "english")
    options = parser.parse_args(arguments)
    found = {p.relative_to(options.pages).with_suffix("").as_posix(): p for p in sorted(options.pages.rglob("*.html"))}
    pages = {name: found[name].read_text(encoding="utf-8") for name in options.only or found}
    catalogue = Catalogue(ROOT / "translations" / options.language)
    if options.command == "update":
        catalogue.update(pages)
        return 0
    return _report(catalogue, pages)


def _report(catalogue, pages):
    count = 0
    for page, content in pages.items():
        texts = list(dict.fromkeys(unit.text for unit, _ in units(content)))
        problems = catalogue.problems(page, texts)
        words = sum(len(text.split()) for text in texts)
        print(f"{page}: {len(texts)} units, {words} words, {len(problems)} problems")
        for problem in problems:
            print(f"  {problem}")
        count += len(problems)
    return int(count > 0)


if __name__ == "__main__":
    raise SystemExit(main())
