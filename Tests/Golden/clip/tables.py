"""Writes the character tables of Sources/CLIP/Text from Python's own data.

    python tables.py ../../../Sources/CLIP/Text

Named entities come from `html.entities.html5` (the HTML standard's list), code pages from the standard
codecs (the Unicode Consortium's mappings), width folding from `unicodedata` (NFKC).
"""

import html.entities
import pathlib
import sys
import unicodedata

HEADER = "// Written by Tests/Golden/clip/tables.py: do not edit.\n\n"


def literal(text):
    """The text for a Swift string literal, with what an editor would not show as escapes."""
    out = []
    for c in text:
        if c in '"\\':
            out.append("\\" + c)
        elif ord(c) < 0x20 or unicodedata.category(c)[0] in "CZM" or c == "\u00ad":
            out.append("\\u{%X}" % ord(c))
        else:
            out.append(c)
    return "".join(out)


def entities():
    table = html.entities.html5
    words = []
    for name in sorted(n for n in table if n.endswith(";")):
        bare = name[:-1]
        mark = "?" if bare in table else ""
        words.append(bare + mark + "=" + "+".join("%X" % ord(c) for c in table[name]))
    assert all(n in table and n + ";" in table for n in table if not n.endswith(";"))
    assert all(table[n] == table[n + ";"] for n in table if not n.endswith(";"))
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) + 1 > 96:
            lines.append(line)
            line = word
        else:
            line = (line + " " + word).strip()
    lines.append(line)
    body = "\n".join("  " + line for line in lines)
    return (
        HEADER
        + "/// The named character references of the HTML standard: `name=code`, or `name?=code` where the\n"
        + "/// semicolon may be missing; two codes are joined by `+`.\n"
        + f'let namedEntities = """\n{body}\n  """\n'
    )


def pages():
    names = [
        ("latin1", "latin-1"), ("windows1252", "cp1252"), ("windows1251", "cp1251"),
        ("windows1250", "cp1250"), ("windows1253", "cp1253"), ("windows1254", "cp1254"),
        ("windows1257", "cp1257"), ("latin2", "iso-8859-2"), ("macRoman", "mac-roman"),
        ("ibm437", "cp437"),
    ][1:]
    out = [HEADER, "/// What the bytes 0x80…0xFF stand for; U+FFFD where the code page leaves a hole.\n"]
    out.append("enum CodePageTable {\n")
    for i, (name, codec) in enumerate(names):
        text = bytes(range(0x80, 0x100)).decode(codec, "replace")
        assert len(text) == 128
        if i:
            out.append("\n")
        out.append(f"  static let {name} = [\n")
        for row in range(0, 128, 16):
            out.append(f'    "{literal(text[row:row + 16])}",\n')
        out.append("  ]\n")
    out.append("}\n")
    return "".join(out)


def widths():
    out = [HEADER]
    out.append("/// What the characters U+FF5F…U+FFEF are in standard width, two scalars where a space comes first;\n")
    out.append("/// a character without another width stands for itself.\n")
    out.append("let standardWidths = [\n")
    row = []
    for c in range(0xFF5F, 0xFFF0):
        text = unicodedata.normalize("NFKC", chr(c))
        row.append('"' + literal(text) + '"')
        if len(row) == 8 or c == 0xFFEF:
            out.append("  " + ", ".join(row) + ",\n")
            row = []
    out.append("]\n")
    return "".join(out)


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    for name, make in [
        ("NamedEntities", entities), ("CodePageTable", pages), ("StandardWidths", widths)
    ]:
        (folder / f"{name}.swift").write_text(make(), encoding="utf-8")
