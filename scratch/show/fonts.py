"""The site's faces, reduced to the characters that its pages draw: all from packages, none in the repository.

Prose and headings are set in the family of the formulas, labels and tables in Source Sans 3, code in Source Code Pro.
"""

from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fontTools import subset, ttLib
from fontTools.varLib import instancer

from scratch.show.mathml import ALWAYS

PRINTABLE = {chr(i) for i in range(0x20, 0x7F)} | set("äéöüØ ‑–—‘’“”…·×−±≤≥≈→←′°²³⁻½¼¾€§µ")
FACES = {  # file in the site: (package, file in it, weights of a variable font)
    "math.woff2": ("ziamath", "fonts/STIXTwoMath-Regular.ttf", None),
    "text.woff2": ("matplotlib", "mpl-data/fonts/ttf/STIXGeneral.ttf", None),
    "text-italic.woff2": ("matplotlib", "mpl-data/fonts/ttf/STIXGeneralItalic.ttf", None),
    "text-bold.woff2": ("matplotlib", "mpl-data/fonts/ttf/STIXGeneralBol.ttf", None),
    "sans.woff2": ("fontpkg_source_sans_3", "files/SourceSans3[wght].ttf", (400, 600)),
    "code.woff2": ("fontpkg_source_code_pro", "files/SourceCodePro[wght].ttf", (400, 600)),
}


def faces(drawn, written):
    """All faces as WOFF2, by file name. drawn: characters of formulas; written: those of the rest of the pages."""
    wanted = {"math.woff2": drawn | set(ALWAYS)}
    return {name: _subset(*source, wanted.get(name, PRINTABLE | written)) for name, source in FACES.items()}


def file(package, name):
    """Where a package keeps a file."""
    return Path(find_spec(package).origin).parent / name


def _subset(package, name, weights, characters):
    font = ttLib.TTFont(file(package, name), recalcTimestamp=False)
    features = ["*"] if package == "ziamath" else ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "tnum"]
    options = subset.Options(layout_features=features, notdef_outline=True, hinting=False, drop_tables=["FFTM"])
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(characters)))
    subsetter.subset(font)
    if weights:
        font = instancer.instantiateVariableFont(font, {"wght": weights})
    font.flavor = "woff2"
    output = BytesIO()
    font.save(output)
    return output.getvalue()
