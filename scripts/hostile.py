"""fixtures/hostile: files that are damaged, lie about their size, or ask for more than a page may cost. Small on disk, each of them.

`make(folder, note)` writes the files and README.md, whose table tests/hostile.rs reads: it holds the program to the last column.
"""

import io
import struct
import zlib

from PIL import Image

# What may come of a file. `read` finds the words of the sheet; `any` may come out as read, blank or failed, as long as it is listed.
HEAD = """# hostile

Files that are damaged, lie about their size, or ask for more than a page may cost. Made by [scripts/hostile.py](../../scripts/hostile.py)
(`make fixtures`). `tests/hostile.rs` reads the table, runs the program over all of them among good files, and holds it to the last column:
`read` and `blank` are outcomes of the first page; other words are kinds of failure (any of those named will do); `any` means that no
outcome is wrong as long as the file is listed and ends within its budget.

| file | what it is | what comes of it |
| --- | --- | --- |
"""


def pdf(objects, version=b"1.5"):
    """Numbered objects and a right cross-reference table; the first is the catalogue."""
    out, places = bytearray(b"%PDF-" + version + b"\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % p for p in places)
    return bytes(out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


def stream(data, entries=b""):
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(data), entries, data)


FONT = b"/Font << /F0 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
TEXT = b"BT /F0 13 Tf 20 114 Td (Patient Name: Rosalind Ferrante) Tj 0 -26 Td (Date of Birth: 07/14/1958) Tj 0 -26 Td (MRN: 660142) Tj ET"
COVER = b"q 300 0 0 150 0 0 cm /Im0 Do Q"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"


def page(content, resources=FONT, box=b"/MediaBox [0 0 300 150]", more=(), entries=b"", catalog=CATALOG, pages=b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"):
    """One page; `content` is bytes, or a finished stream object. Further objects begin at number 5."""
    body = content if content.startswith(b"<<") else stream(content)
    return pdf([catalog, pages, b"<< /Type /Page /Parent 2 0 R %s /Contents 4 0 R /Resources << %s >> %s >>" % (box, resources, entries), body, *more])


def image(data, entries, content=COVER):
    return page(content, b"/XObject << /Im0 5 0 R >>", more=[stream(data, b"/Type /XObject /Subtype /Image " + entries)])


def grey(width, height, rest=b""):
    return b"/Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 %s" % (width, height, rest)


def repeated(piece, times, layers=1):
    """`piece` so many times over, deflated so many times, without holding all of it."""
    data, step = None, piece * max(1, min(times, (1 << 20) // len(piece)))
    packer, out, left = zlib.compressobj(9), [], len(piece) * times
    while left > 0:
        out.append(packer.compress(step[:left] if left < len(step) else step))
        left -= len(step)
    data = b"".join(out) + packer.flush()
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    return data


def packed(piece, times, layers=2):
    filters = b"/FlateDecode " * layers
    return stream(repeated(piece, times, layers), b"/Filter [%s] " % filters)


def flipped(data, places, mask=0x10):
    """Bits turned over at shares of the file's length."""
    out = bytearray(data)
    for share in places:
        out[int(len(out) * share)] ^= mask
    return bytes(out)


def png(width, height, depth=8, colour=0, data=b"", more=b""):
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)) + more
            + (chunk(b"IDAT", data) if data is not None else b"") + chunk(b"IEND", b""))


def png_chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def tiff(entries, data=b"", after=0):
    """One little-endian directory of (tag, type, count, value); `data` begins at byte 8."""
    at = 8 + len(data)
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in sorted(entries)) + struct.pack("<I", after)
    return b"II*\0" + struct.pack("<I", at) + data + body


def plain_tiff(width, height, compression=1, bits=8, data=b"\0", offset=8, count=None, more=()):
    short, long = 3, 4
    return tiff([(256, long, 1, width), (257, long, 1, height), (258, short, 1, bits), (259, short, 1, compression), (262, short, 1, 1),
                 (273, long, 1, offset), (277, short, 1, 1), (278, long, 1, height & 0xFFFFFFFF), (279, long, 1, len(data) if count is None else count), *more], data)


def objects_in_stream():
    """A page whose dictionary lies in an object stream that unpacks to 512 MiB."""
    inside = b"3 0 " + b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 150] >>"
    packer = zlib.compressobj(9)
    squeezed = packer.compress(inside) + b"".join(packer.compress(b" " * (1 << 20)) for _ in range(512)) + packer.flush()
    squeezed = zlib.compress(squeezed, 9)
    parts = [CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", None,
             stream(squeezed, b"/Type /ObjStm /N 1 /First 4 /Filter [/FlateDecode /FlateDecode] ")]
    out, places = bytearray(b"%PDF-1.5\n"), {}
    for number, body in enumerate(parts, 1):
        if body:
            places[number] = len(out)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places[5] = len(out)
    rows = bytes([0, 0, 0, 0, 0, 255]) + b"".join(
        struct.pack(">BIB", 2, 4, 0) if n == 3 else struct.pack(">BIB", 1, places[n], 0) for n in range(1, 6))
    out += b"5 0 obj\n" + stream(rows, b"/Type /XRef /Size 6 /W [1 4 1] /Root 1 0 R ") + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % places[5]
    return bytes(out)


def files(note, jbig2):
    """Names, bytes, what they are, what comes of them. `note` is the readable sheet, grey at 200 dpi; `jbig2` packs a bilevel one."""
    size = note.size
    saved = lambda kind, **options: (lambda out: (note.save(out, format=kind, **options), out.getvalue())[1])(io.BytesIO())
    jpg, jpx = saved("JPEG", quality=60), saved("JPEG2000", quality_mode="rates", quality_layers=[20])
    flat = zlib.compress(note.tobytes(), 9)
    black = note.point(lambda v: 255 if v > 150 else 0).convert("1", dither=Image.NONE)
    out = io.BytesIO()
    black.save(out, format="TIFF", compression="group4", strip_size=1 << 24)
    with Image.open(io.BytesIO(out.getvalue())) as opened:
        at, length = opened.tag_v2[273][0], opened.tag_v2[279][0]
    g4_tiff, g4 = out.getvalue(), out.getvalue()[at : at + length]
    bits = b"/Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 1 " % size
    fax = bits + b"/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns %d /Rows %d /BlackIs1 false >> " % size
    segments = jbig2(black)
    form = lambda calls, entries=b"": stream(calls, b"/Type /XObject /Subtype /Form /BBox [0 0 300 150] " + entries)
    plain_png = saved("PNG")

    # Sizes that unpack to more than a page may cost.
    yield "flate-64mib.pdf", page(packed(b"0 0 m ", 64 * (1 << 20) // 6, 1)), "content of 64 MiB in one deflate stream", "too-large"
    yield "flate-1gib.pdf", page(packed(b" ", 1 << 30)), "content of 1 GiB, deflated twice", "too-large"
    yield "flate-8gib.pdf", page(packed(b" ", 1 << 33)), "content of 8 GiB, deflated twice", "too-large"
    yield "lzw-bomb.pdf", page(stream(lzw_zeros(40_000_000), b"/Filter /LZWDecode ")), "content of 40 MB by LZW", "too-large"
    yield "many-filters.pdf", page(stream(TEXT.hex().encode() + b">", b"/Filter [/ASCIIHexDecode %s] " % (b"/ASCIIHexDecode " * 20))), "content packed 21 times over", "too-large"
    yield "object-stream-bomb.pdf", objects_in_stream(), "an object stream of 512 MiB, deflated twice", "too-large broken timed-out crashed blank"
    yield "operators-20m.pdf", page(packed(b"BT ET ", 10_000_000)), "20,000,000 operators", "too-large"
    yield "paths-3m.pdf", page(packed(b"0 0 9 9 re f ", 3_000_000)), "3,000,000 filled paths", "too-large"
    yield "saves-5m.pdf", page(packed(b"q ", 5_000_000)), "5,000,000 saved states", "too-large"
    yield "text-3mb.pdf", page(stream(zlib.compress(b"BT /F0 1 Tf " + b"(%s) Tj " % (b"x" * 1000) * 3000 + b"ET", 9), b"/Filter /FlateDecode ")), "3,000,000 letters on a page", "too-large"
    chain = [form(b"/X Do " * 10, b"/Resources << /XObject << /X %d 0 R >> >> " % (6 + n)) for n in range(9)] + [form(b"0 0 1 1 re f")]
    yield "forms-billion.pdf", page(b"/X Do", b"/XObject << /X 5 0 R >>", more=chain), "forms that call forms, 1,000,000,000 times in all", "too-large"

    # Nesting and loops.
    yield "nested-object.pdf", page(TEXT, entries=b"/Deep " + b"[" * 10_380 + b"]" * 10_380), "a list nested 10,380 deep in the page's dictionary", "broken"
    yield "nested-object-deeper.pdf", page(TEXT, entries=b"/Deep " + b"[" * 50_000 + b"]" * 50_000), "the same, 50,000 deep", "broken"
    yield "nested-content.pdf", page(stream(zlib.compress(TEXT + b" " + b"[" * 200_000 + b"]" * 200_000 + b" TJ " + TEXT, 9), b"/Filter /FlateDecode ")), "lists nested 200,000 deep in the content", "too-large"
    yield "nested-dictionaries.pdf", page(stream(zlib.compress(b"/A " + b"<< /A " * 100_000 + b">> " * 100_000 + b"BDC " + TEXT, 9), b"/Filter /FlateDecode ")), "dictionaries nested 100,000 deep in the content", "too-large"
    yield "kids-loop.pdf", page(TEXT, pages=b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), "a page tree that is its own child", "broken"
    yield "count-lies.pdf", page(TEXT, pages=b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>"), "a page tree that promises 1,000,000 pages and holds one", "any"
    yield "prev-loop.pdf", page(TEXT).replace(b"/Root 1 0 R >>", b"/Root 1 0 R /Prev 0000 >>"), "a cross-reference table that names itself as the one before", "read broken"
    yield "forms-loop.pdf", page(b"/A Do " + TEXT, FONT + b" /XObject << /A 5 0 R >>", more=[
        form(b"/B Do", b"/Resources << /XObject << /B 6 0 R >> >> "), form(b"/A Do /A Do", b"/Resources << /XObject << /A 5 0 R >> >> ")]), "two forms that call each other", "any"
    yield "glyph-loop.pdf", page(b"BT /F0 12 Tf 20 100 Td (aaaa) Tj ET", b"/Font << /F0 5 0 R >>", more=[
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97 /LastChar 97 /Widths [1000] "
        b"/Encoding << /Differences [97 /a] >> /CharProcs << /a 6 0 R >> /Resources << /Font << /F0 5 0 R >> >> >>",
        stream(b"1000 0 d0 BT /F0 1 Tf (aa) Tj ET")]), "a glyph of a Type 3 font that writes itself", "any"
    yield "pattern-loop.pdf", page(b"/Pattern cs /P0 scn 0 0 300 150 re f", b"/Pattern << /P0 5 0 R >>", more=[
        stream(b"/Pattern cs /P0 scn 0 0 9 9 re f", b"/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 9 /YStep 9 /Resources << /Pattern << /P0 5 0 R >> >> ")]), "a pattern painted with itself", "any"
    yield "mask-loop.pdf", page(b"/G0 gs " + TEXT, FONT + b" /ExtGState << /G0 5 0 R >>", more=[
        b"<< /SMask << /S /Luminosity /G 6 0 R >> >>",
        form(b"/G0 gs 0 0 300 150 re f", b"/Group << /S /Transparency /CS /DeviceGray >> /Resources << /ExtGState << /G0 5 0 R >> >> ")]), "a soft mask that is masked by itself", "any"

    # Pages without what every page has.
    yield "no-font.pdf", page(TEXT, b""), "words in a font that the page does not have", "broken"
    yield "no-descendants.pdf", page(TEXT, b"/Font << /F0 << /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [] >> >>"), "a composite font without its font", "read broken"
    yield "no-media-box.pdf", page(TEXT, box=b""), "a page without a size", "read blank"
    yield "no-operands.pdf", page(b"BT /F0 13 Tf Td Td 20 114 Td (Patient Name: Rosalind Ferrante) Tj 0 -26 Td (MRN: 660142) Tj ET"), "`Td` without operands among good ones", "read"
    yield "no-size.pdf", page(TEXT, box=b"/MediaBox [0 0 0 0]"), "a page of no size", "any"
    yield "page-20000.pdf", page(b"0 0 500 500 re f", box=b"/MediaBox [0 0 20000 20000]"), "a page of 20,000 points a side", "too-large read blank timed-out"
    yield "garbage.pdf", b"%PDF-1.7\n" + bytes((i * 197 + (i >> 3) * 31) & 255 for i in range(3000)), "a PDF's head and random bytes", "broken"
    yield "head-only.pdf", b"%PDF-1.7\n", "a PDF's head alone", "broken"
    yield "part-missing.pdf", page(TEXT, entries=b"").replace(b"/Contents 4 0 R", b"/Contents [4 0 R 99 0 R]"), "content of which one of two parts is not there", "broken"
    yield "part-damaged.pdf", page(TEXT, more=[stream(b"\x78\x9c not deflate at all", b"/Filter /NoSuchDecode ")]).replace(b"/Contents 4 0 R", b"/Contents [4 0 R 5 0 R]"), "content of which one of two parts is packed in a way that there is not", "broken"
    yield "launch.pdf", page(TEXT, catalog=b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F (/bin/sh) >> /AA << /WC << /S /JavaScript /JS (app.alert(1)) >> >> >>"), "opens a shell and runs a script in viewers that let it", "read"

    # Pictures in PDF: damaged, cut, or larger than they may be.
    for name, data, entries in (
        ("jpx", jpx, grey(*size, b"/Filter /JPXDecode ")), ("jbig2", segments, bits + b"/Filter /JBIG2Decode "),
        ("ccitt", g4, fax), ("flate", flat, grey(*size, b"/Filter /FlateDecode ")),
    ):
        yield f"corrupt-{name}.pdf", image(data[: len(data) // 5] + bytes(len(data) - len(data) // 5), entries), f"a page whose only picture is {name.upper()} of which four fifths are zeros", "broken"
        yield f"cut-{name}.pdf", image(data[: len(data) // 2], entries), f"a page whose only picture is the first half of {name.upper()}", "broken"
    yield "cut-jpeg.pdf", image(jpg[: len(jpg) // 2], grey(*size, b"/Filter /DCTDecode ")), "a page whose only picture is the first half of a JPEG", "broken"
    yield "unknown-filter.pdf", image(flat, grey(*size, b"/Filter /NoSuchDecode ")), "a picture packed in a way that there is not", "broken"
    yield "external-picture.pdf", image(b"", grey(*size, b"/F (/etc/passwd) ")), "a picture that lies in another file of the machine", "broken"
    yield "missing-picture.pdf", page(COVER, b"/XObject << >>"), "a page that draws a picture which is not there", "broken"
    yield "ccitt-60000.pdf", image(g4, b"/Width 60000 /Height 60000 /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 60000 /Rows 60000 >> "), "a fax of 60,000 pixels a side", "too-large"
    yield "ccitt-60000-small.pdf", image(g4, b"/Width 60000 /Height 60000 /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 60000 /Rows 60000 >> ", b"q 1 0 0 1 0 0 cm /Im0 Do Q"), "the same, drawn one point large", "too-large"
    yield "inline-60000.pdf", page(b"q 300 0 0 150 0 0 cm BI /W 60000 /H 60000 /CS /G /BPC 8 ID \x00\x00\x00\x00 EI Q"), "an inline picture of 60,000 pixels a side", "too-large"
    wide = bytearray(jpg)
    wide[jpg.index(b"\xff\xc0") + 5 : jpg.index(b"\xff\xc0") + 9] = struct.pack(">HH", 65500, 65500)
    yield "jpeg-65500.pdf", image(bytes(wide), grey(*size, b"/Filter /DCTDecode ")), "a JPEG whose own head claims 65,500 pixels a side", "too-large"
    at = jpx.index(b"\xff\x51") + 6
    yield "jpx-2gig.pdf", image(jpx[:at] + struct.pack(">II", 2_000_000_000, 2_000_000_000) + jpx[at + 8 :], grey(*size, b"/Filter /JPXDecode ")), "a JPEG 2000 whose own head claims 2,000,000,000 pixels a side", "too-large"
    large = bytearray(segments)
    large[11:19] = struct.pack(">II", 100_000, 100_000)
    yield "jbig2-100000.pdf", image(bytes(large), bits + b"/Filter /JBIG2Decode "), "a JBIG2 page that claims 100,000 pixels a side", "too-large"
    yield "flipped.pdf", flipped(image(flat, grey(*size, b"/Filter /FlateDecode ")), (0.3, 0.5, 0.7)), "three bits of a deflated picture turned over", "broken any"

    # Pictures by themselves.
    blank_row = zlib.compress(bytes(4096), 9)
    yield "png-65500.png", png(65500, 65500, 1, 0, blank_row), "a PNG of 65,500 pixels a side, one bit each", "too-large"
    yield "png-2gig.png", png(0x7FFFFFFF, 0x7FFFFFFF, 8, 2, blank_row), "a PNG of 2,147,483,647 pixels a side", "too-large broken"
    yield "png-22000.png", png(22000, 22000, 8, 0, blank_row), "a PNG of 22,000 pixels a side", "too-large"
    yield "png-no-size.png", png(0, 0, 8, 0, blank_row), "a PNG of no size", "broken"
    yield "png-no-data.png", png(*size, data=None), "a PNG without pixels", "broken"
    yield "png-profile-bomb.png", png(*size, data=zlib.compress(b"".join(b"\0" + bytes([255]) * size[0] for _ in range(size[1]))), more=png_chunk(b"iCCP", b"x\0\0" + repeated(b"\0", 1 << 28))), "a white PNG with a colour profile of 256 MiB", "blank too-large broken"
    yield "flipped.png", flipped(plain_png, (0.5,)), "a PNG with one bit turned over", "broken"
    yield "jpeg-65500.jpg", bytes(wide), "a JPEG whose head claims 65,500 pixels a side", "too-large"
    yield "jpeg-empty.jpg", b"\xff\xd8\xff\xd9", "a JPEG that ends where it begins", "broken unsupported"
    yield "flipped.jpg", flipped(jpg, (0.4, 0.6)), "a JPEG with two bits turned over", "any"
    yield "cut.bmp", saved("BMP")[:2000], "the first 2,000 bytes of a bitmap", "broken"
    yield "bmp-bomb.bmp", b"BM" + struct.pack("<IHHIIiiHHIIiiII", 60, 0, 0, 54, 40, 2_000_000_000, 2_000_000_000, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(6), "a bitmap of 2,000,000,000 pixels a side", "too-large broken"
    yield "cut.pgm", b"P5\n%d %d\n255\n" % size + note.tobytes()[:3000], "the first rows of a PGM", "broken"
    yield "pgm-bomb.pgm", b"P5\n1000000000 1000000000\n255\n\0\0", "a PGM of 1,000,000,000 pixels a side", "too-large broken"
    webp = saved("WEBP", lossless=True)
    yield "cut.webp", webp[: len(webp) // 2], "the first half of a WebP", "broken"
    yield "flipped.webp", flipped(webp, (0.5,), 0xFF), "a WebP with a byte turned over", "any"
    yield "zeros.png", b"\x89PNG\r\n\x1a\n" + bytes(500), "a PNG's signature and zeros", "broken"
    yield "text.tif", b"This is no fax, only its name says so.\n" * 9, "a text with a picture's name", "unknown-kind"

    # TIFF.
    yield "tiff-16m.tif", plain_tiff(1 << 24, 1 << 24), "a TIFF of 16,777,216 pixels a side", "too-large"
    yield "tiff-400mp.tif", plain_tiff(20_000, 20_000, 8, data=zlib.compress(bytes(1 << 16), 9)), "a deflated TIFF of 400 megapixels", "too-large"
    yield "tiff-short-deflate.tif", plain_tiff(1000, 1000, 8, data=zlib.compress(bytes(1000), 9)), "a deflated TIFF that holds one row of a thousand", "broken"
    yield "tiff-tags.tif", tiff([(256, 4, 0xFFFFFFFF, 8), (257, 4, 0xFFFFFFFF, 8), (273, 4, 0xFFFFFFFF, 8), (279, 16, 0xFFFFFFFF, 8)], bytes(64)), "a TIFF whose tags have 4,294,967,295 values each", "broken too-large unsupported"
    yield "tiff-strips.tif", plain_tiff(100, 100, more=[(330, 4, 0x0FFFFFFF, 8)]), "a TIFF with 268,435,455 directories below its own", "any"
    yield "tiff-elsewhere.tif", plain_tiff(100, 100, data=bytes(10), offset=4_000_000_000, count=10_000), "a TIFF whose pixels lie behind the end of the file", "broken"
    yield "tiff-no-size.tif", plain_tiff(0, 0), "a TIFF of no size", "broken"
    yield "tiff-no-tile.tif", tiff([(256, 4, 1, 100), (257, 4, 1, 100), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (277, 3, 1, 1), (322, 4, 1, 0), (323, 4, 1, 0), (324, 4, 1, 8), (325, 4, 1, 9)], bytes(16)), "a TIFF of tiles without a size", "broken unsupported"
    yield "flipped-fax.tif", flipped(g4_tiff, (0.25, 0.4), 0xFF), "a G4 fax with two bytes turned over", "any"
    yield "cut-big.tif", b"II+\0\x08\0\0\0" + struct.pack("<Q", 1 << 62), "a BigTIFF whose directory lies at byte 2^62", "broken"


def lzw_zeros(count):
    """So many zero bytes by LZW as PDF has it (early change), from codes of 9 to 12 bits."""
    bits, number, width, table, out = 0, 0, 9, 258, bytearray()

    def emit(code):
        nonlocal bits, number
        bits = (bits << width) | code
        number += width
        while number >= 8:
            out.append(bits >> (number - 8) & 255)
            number -= 8
        bits &= (1 << number) - 1

    emit(256)
    run, left, previous = 1, count, None
    while left > 0:
        if previous is None:
            emit(0)
            previous, run, left = 0, 1, left - 1
            continue
        # Each code is the string before it and one zero more.
        emit(table)
        run, left, table = run + 1, left - run - 1, table + 1
        if table + 1 in (512, 1024, 2048):
            width += 1
        if table >= 4093:
            emit(256)
            width, table, previous = 9, 258, None
    emit(257)
    if number:
        out.append(bits << (8 - number) & 255)
    return bytes(out)


def make(folder, note, jbig2):
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    table = HEAD
    for name, data, what, outcome in files(note, jbig2):
        (folder / name).write_bytes(data)
        table += f"| {name} | {what} | {outcome} |\n"
    (folder / "README.md").write_text(table)
