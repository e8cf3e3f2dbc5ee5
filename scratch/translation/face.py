"""The face of an edition's letters: Noto Sans CJK, whose Latin letters are those of Source Sans; two weights, one file.

Only what the edition's pages write is left of it.
"""

import io

from fontTools import subset, ttLib
from fontTools.varLib import instancer

from scratch.site.fonts import file, packed

FACE = "manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc"
KOREAN = 1  # the number of its Korean fonts in the file
OTHERS = range(0x1100, 0x10000)  # the Latin letters, and their marks, are those of the other faces


def letters(written):
    """Of these characters those that the face draws, in order."""
    return "".join(sorted(character for character in written if ord(character) in OTHERS and character.isalnum()))


def face(written):
    """The face with these letters, as WOFF2."""
    font = ttLib.TTFont(file(*FACE), fontNumber=KOREAN, lazy=True, recalcTimestamp=False)
    options = subset.Options(layout_features=(), notdef_outline=True, hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=written)
    subsetter.subset(font)
    small = io.BytesIO()
    font.save(small)
    font = ttLib.TTFont(small, recalcTimestamp=False)
    return packed(instancer.instantiateVariableFont(font, {"wght": (400, 600)}))
