"""fixtures/twins: one sheet in every coding that TIFF and PDF have for it, beside the PNG that holds the same pixels.

`make(folder, note)` writes the files and README.md, whose table tests/twins.rs reads: pixels that a coding keeps must come out the same.
"""

import io
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

import jbig2
from hostile import image as pdf_image

HEAD = """# twins

One sheet in every coding that TIFF and PDF have for it. Made by [scripts/twins.py](../../scripts/twins.py) (`make fixtures`).
`tests/twins.rs` reads the table and decodes every file: `same` means the very pixels of the twin, `near` a mean difference of at most three
levels of grey and none above 96, `not read` a failure that says so (never other pixels).

| file | what it is | twin | pixels |
| --- | --- | --- | --- |
"""


def strip(path):
    """The one strip of a TIFF."""
    data = Path(path).read_bytes()
    with Image.open(io.BytesIO(data)) as opened:
        offsets, counts = opened.tag_v2[273], opened.tag_v2[279]
    assert len(offsets) == 1, path
    return data[offsets[0] : offsets[0] + counts[0]]


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, format=kind, **options)
    return out.getvalue()


def old_jpeg(jpg, width, height):
    """Grey JPEG in TIFF as TIFF 6.0 had it: compression 6, the whole stream behind tags 513 and 514."""
    entries = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 6), (262, 3, 1), (273, 4, 8), (277, 3, 1), (278, 4, height), (279, 4, len(jpg)),
               (512, 3, 1), (513, 4, 8), (514, 4, len(jpg))]
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(jpg)) + jpg + body


def without_adobe(jpg):
    """The JPEG without Adobe's marker."""
    at = jpg.index(b"\xff\xee")
    return jpg[:at] + jpg[at + 2 + struct.unpack_from(">H", jpg, at + 2)[0] :]


def files(note):
    width, height = note.size
    black = note.point(lambda v: 255 if v > 150 else 0).convert("1", dither=Image.NONE)
    shade = np.asarray(note)
    colour = Image.fromarray(np.stack([shade, shade // 2 + 120, np.full_like(shade, 230)], axis=2))
    inks = note.convert("RGB").convert("CMYK")
    yield "black.png", saved(black, "PNG", optimize=True), "the sheet, black and white", "", ""
    yield "grey.png", saved(note, "PNG", optimize=True), "the sheet, grey", "", ""
    yield "colour.png", saved(colour, "PNG", optimize=True), "the sheet on pale violet paper", "", ""

    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        sheets = {"black": black, "grey": note, "colour": colour}
        # Pillow's TIFF calls ones white, and fax coding calls ones ink: turned around, the strips are as PDF and JBIG2 want them.
        inverse = black.convert("L").point(lambda v: 255 - v).convert("1", dither=Image.NONE)
        for name, sheet in (*sheets.items(), ("inverse", inverse)):
            sheet.save(folder / f"{name}.tif", format="TIFF", dpi=(200, 200))

        def copied(source, *options):
            target = folder / "copy.tif"
            subprocess.run(["tiffcp", *options, folder / f"{source}.tif", target], check=True)
            return target

        whole = ("-r", "100000")
        codings = {"none": "plain", "packbits": "PackBits", "lzw": "LZW", "zip": "Deflate"}
        for coding, what in codings.items():
            # Unpacked colour would be a megabyte for nothing.
            for sheet in sheets if coding in ("lzw", "zip") else ("black", "grey"):
                yield f"{sheet}-{coding}.tif", copied(sheet, "-c", coding).read_bytes(), f"TIFF, {what}", f"{sheet}.png", "same"
        yield "colour-planes.tif", copied("colour", "-p", "separate", "-c", "lzw").read_bytes(), "TIFF, LZW, colours in planes of their own", "colour.png", "same"
        yield "colour-planes-tiles.tif", copied("colour", "-p", "separate", "-t", "-w", "128", "-l", "64", "-c", "zip").read_bytes(), "the same in tiles, Deflate", "", "not read"
        yield "grey-tiles.tif", copied("grey", "-t", "-w", "128", "-l", "64", "-c", "zip").read_bytes(), "TIFF, tiles, Deflate", "grey.png", "same"
        faxes = {"g3:1d": "group 3 in one dimension", "g3:2d": "group 3 in two dimensions", "g3:1d:fill": "group 3 in one dimension with fill bits", "g4": "group 4"}
        for coding, what in faxes.items():
            name = "black-" + coding.replace(":", "-")
            yield f"{name}.tif", copied("black", "-c", coding).read_bytes(), f"TIFF, fax, {what}", "black.png", "same"
        yield "black-g4-tiles.tif", copied("black", "-t", "-w", "256", "-l", "64", "-c", "g4").read_bytes(), "TIFF, fax, group 4 in tiles", "black.png", "same"
        yield "black-g4-reversed.tif", copied("black", "-f", "lsb2msb", "-c", "g4").read_bytes(), "TIFF, fax, group 4, bits the other way round", "black.png", "same"
        for sheet in ("grey", "colour"):
            yield f"{sheet}-jpeg.tif", copied(sheet, "-r", "64", "-c", "jpeg:90").read_bytes(), "TIFF, JPEG", f"{sheet}.png", "near"
        jpg = saved(note, "JPEG", quality=90)
        yield "grey-old-jpeg.tif", old_jpeg(jpg, width, height), "TIFF, JPEG as TIFF 6.0 had it, whole", "grey.png", "near"
        torn = old_jpeg(jpg, width, height).replace(struct.pack("<HHII", 513, 4, 1, 8), struct.pack("<HHII", 40000, 4, 1, 8))
        yield "grey-old-jpeg-tables.tif", torn, "the same without the tag that leads to the stream", "", "not read"
        inks.save(folder / "inks.tif", format="TIFF", dpi=(200, 200))
        yield "inks-lzw.tif", copied("inks", "-c", "lzw").read_bytes(), "TIFF, LZW, four inks", "grey.png", "same"
        yield "inks-planes.tif", copied("inks", "-p", "separate", "-c", "lzw").read_bytes(), "the same, inks in planes of their own", "grey.png", "same"
        yield "inks-jpeg.tif", saved(inks, "TIFF", compression="jpeg", quality=90), "TIFF, JPEG of four inks", "grey.png", "near"
        yield "inks.jpg", saved(inks, "JPEG", quality=90), "JPEG of four inks with Adobe's marker", "grey.png", "near"
        negative = Image.merge("CMYK", [band.point(lambda v: 255 - v) for band in inks.split()])
        plain = without_adobe(saved(negative, "JPEG", quality=90))
        yield "inks-plain.jpg", plain, "JPEG of four inks without Adobe's marker: nobody can tell paper from ink", "", "not read"

        # PDF, from the same strips where the coding is the same.
        bits = lambda more: b"/Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 1 %s" % (width, height, more)
        shades = lambda more: b"/Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 %s" % (width, height, more)
        colours = lambda more: b"/Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8 %s" % (width, height, more)
        fax = lambda parameters: bits(b"/Filter /CCITTFaxDecode /DecodeParms << /Columns %d /Rows %d %s >> " % (width, height, parameters))
        rows = {"black": black.tobytes(), "grey": note.tobytes(), "colour": colour.tobytes()}
        heads = {"black": bits, "grey": shades, "colour": colours}
        for sheet, data in rows.items():
            head = heads[sheet]
            yield f"{sheet}-flate.pdf", pdf_image(zlib.compress(data, 9), head(b"/Filter /FlateDecode ")), "PDF, Deflate", f"{sheet}.png", "same"
            yield f"{sheet}-lzw.pdf", pdf_image(strip(copied(sheet, *whole, "-c", "lzw:1")), head(b"/Filter /LZWDecode ")), "PDF, LZW", f"{sheet}.png", "same"
            yield f"{sheet}-packbits.pdf", pdf_image(strip(copied(sheet, *whole, "-c", "packbits")) + b"\x80", head(b"/Filter /RunLengthDecode ")), "PDF, run lengths", f"{sheet}.png", "same"
            yield f"{sheet}-hex.pdf", pdf_image(zlib.compress(data, 9).hex().encode() + b">", head(b"/Filter [/ASCIIHexDecode /FlateDecode] ")), "PDF, Deflate in hexadecimal digits", f"{sheet}.png", "same"
        yield "black-g4.pdf", pdf_image(strip(copied("inverse", *whole, "-c", "g4")), fax(b"/K -1")), "PDF, fax, group 4", "black.png", "same"
        yield "black-g3-1d.pdf", pdf_image(strip(copied("inverse", *whole, "-c", "g3:1d")), fax(b"/K 0 /EndOfLine true /EndOfBlock false")), "PDF, fax, group 3 in one dimension", "black.png", "same"
        yield "black-g3-2d.pdf", pdf_image(strip(copied("inverse", *whole, "-c", "g3:2d")), fax(b"/K 4 /EndOfLine true /EndOfBlock false")), "PDF, fax, group 3 in two dimensions", "black.png", "same"
        yield "black-jbig2.pdf", pdf_image(jbig2.generic(black), bits(b"/Filter /JBIG2Decode ")), "PDF, JBIG2, arithmetic coding", "black.png", "same"
        yield "black-jbig2-mmr.pdf", pdf_image(jbig2.mmr(black, strip(copied("inverse", *whole, "-c", "g4"))), bits(b"/Filter /JBIG2Decode ")), "PDF, JBIG2, coded as a fax", "black.png", "same"
        yield "grey-jpeg.pdf", pdf_image(jpg, shades(b"/Filter /DCTDecode ")), "PDF, JPEG", "grey.png", "near"
        yield "colour-jpeg.pdf", pdf_image(saved(colour, "JPEG", quality=90), colours(b"/Filter /DCTDecode ")), "PDF, JPEG", "colour.png", "near"
        yield "grey-jpx.pdf", pdf_image(saved(note, "JPEG2000"), shades(b"/Filter /JPXDecode ")), "PDF, JPEG 2000 without loss", "grey.png", "same"
        yield "colour-jpx.pdf", pdf_image(saved(colour, "JPEG2000"), colours(b"/Filter /JPXDecode ")), "PDF, JPEG 2000 without loss", "colour.png", "same"
        yield "grey-jpx-lossy.pdf", pdf_image(saved(note, "JPEG2000", irreversible=True, quality_mode="rates", quality_layers=[8]), shades(b"/Filter /JPXDecode ")), "PDF, JPEG 2000 with loss", "grey.png", "near"
        yield "inks-plain.pdf", pdf_image(plain, b"/Width %d /Height %d /ColorSpace /DeviceCMYK /BitsPerComponent 8 /Filter /DCTDecode " % (width, height)), "PDF, JPEG of four inks without Adobe's marker, which PDF says are inks", "grey.png", "near"


def make(folder, note):
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    table = HEAD
    for name, data, what, twin, pixels in files(note):
        (folder / name).write_bytes(data)
        table += f"| {name} | {what} | {twin or '–'} | {pixels or '–'} |\n"
    (folder / "README.md").write_text(table)
