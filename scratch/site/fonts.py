"""The site's faces, reduced to the characters that its pages draw: all from packages, none in the repository.

Prose and headings are set in the very face of the formulas: STIX Two Math has the roman, italic and bold alphabets of
STIX Two Text. Labels and tables are set in Source Sans 3, code in Source Code Pro.
"""

from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fontTools import subset, ttLib
from fontTools.varLib import instancer

from scratch.show.mathml import ALWAYS, ITALIC

PRINTABLE = {chr(i) for i in range(0x20, 0x7F)} | set("äéöüØ ‑–—‘’“”…·×−±≤≥≈→←′°²³⁻½¼¾€§µ")
MATH = "ziamath", "fonts/STIXTwoMath-Regular.ttf"
SANS = "fontpkg_source_sans_3", "files/SourceSans3[wght].ttf"
CODE = "fontpkg_source_code_pro", "files/SourceCodePro[wght].ttf"
BOLD = (("A", "Z", 0x1D400), ("a", "z", 0x1D41A), ("0", "9", 0x1D7CE))  # first, last, where the alphabet begins


def faces(drawn, written):
    """All faces as WOFF2, by file name. drawn: characters of formulas; written: those of the rest of the pages."""
    text = PRINTABLE | written
    return {
        "math.woff2": packed(reduced(MATH, drawn | set(ALWAYS), ("dtls", "flac", "mark", "mkmk", "ccmp"))),
        "text.woff2": packed(reduced(MATH, text)),
        "text-italic.woff2": packed(reduced(MATH, text, alphabets=ITALIC)),
        "text-bold.woff2": packed(reduced(MATH, text, alphabets=BOLD)),
        "sans.woff2": packed(
            instancer.instantiateVariableFont(reduced(SANS, text, ("mark", "ccmp", "tnum")), {"wght": (400, 600)})
        ),
        "code.woff2": packed(instancer.instantiateVariableFont(reduced(CODE, text, ()), {"wght": (400, 600)})),
    }


def file(package, name):
    """Where a package keeps a file."""
    return Path(find_spec(package).origin).parent / name


def reduced(source, characters, features=("kern", "liga", "mark", "ccmp", "tnum"), alphabets=()):
    """A font reduced to these characters, plain letters drawn in its mathematical alphabets where these are given."""
    font = ttLib.TTFont(file(*source), recalcTimestamp=False)
    glyphs = font.getBestCmap()
    letters = {ord(a) + i: start + i for a, z, start in alphabets for i in range(ord(z) - ord(a) + 1)}
    letters |= {ord("h"): ord("ℎ")} if alphabets is ITALIC else {}  # the italic h is Planck's constant
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap.update({plain: glyphs[drawn] for plain, drawn in letters.items() if drawn in glyphs})
    unused = ["FFTM"] if "dtls" in features else ["FFTM", "MATH"]
    options = subset.Options(layout_features=features, notdef_outline=True, hinting=False, drop_tables=unused)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(characters)))
    subsetter.subset(font)
    return font


def packed(font):
    font.flavor = "woff2"
    output = BytesIO()
    font.save(output)
    return output.getvalue()
