#!/usr/bin/env python3
"""Makes fixtures/: small awkward files for tests. Run it as `make fixtures`. Needs qpdf (Debian) for the encrypted PDF and
tiffcp (libtiff-tools) for the G3 faxes, besides what scripts/paper.py needs. fixtures/README.md says what each file is for.
"""

import io
import pathlib
import struct
import subprocess
import tempfile
import zlib

import numpy as np
from PIL import Image

import hostile
import jbig2
import twins
from paper import Sheet, bilevel, digital_pdf, jpeg, jpeg_pdf, tiff

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures"


def note():
    """A few words on a small sheet: what every readable fixture says."""
    s = Sheet(300, 150)
    s.text(20, 36, "Patient Name: Rosalind Ferrante", 13).text(20, 62, "Date of Birth: 07/14/1958", 13).text(20, 88, "MRN: 660142", 13).line(20, 100, 280, 100)
    return s


def markup():
    """A progress note on which somebody printed markup wherever a value stands: it has to come out as text."""
    evil = "<img src=x onerror=alert(1)>"
    s = Sheet(612, 460)
    s.text(306, 44, "Quillfeather Lane Clinic", 16, bold=True, align="center")
    s.text(306, 70, "PROGRESS NOTE", 13, bold=True, align="center")
    s.text(54, 100, "Patient Name: Rosalind Ferrante", 12).text(330, 100, "Date of Birth: 07/14/1958", 12)
    s.text(54, 120, "MRN: 660142", 12).text(330, 120, "Date of visit: 03/02/2015", 12)
    y = 152
    for heading, lines in (
        ("ALLERGIES", [f"1. {evil}"]),
        ("SUBJECTIVE", [f"She read {evil} in a letter and asks what it means.", "No pain and no fever."]),
        ("MEDICATIONS", [f"1. Lisinopril 20 mg {evil}"]),
        ("ASSESSMENT", [f"1. Hypertension {evil}"]),
        ("PLAN", [f"Write {evil} on no form. Return in three months."]),
    ):
        s.text(54, y, heading, 12, bold=True)
        for line in lines:
            y += 17
            s.text(54, y, line, 12)
        y += 27
    return s


def put(name, data):
    (FIXTURES / name).write_bytes(data)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, format=kind, **options)
    return out.getvalue()


def pdf(objects, extra=b""):
    """A PDF of numbered objects, with a right cross-reference table; the first is the catalogue."""
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % p for p in places)
    return bytes(out + b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, extra, start))


def stream(data, entries=b""):
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(data), entries, data)


def one_page(content, resources=b"", box=b"[0 0 300 150]", more=()):
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources << %s >> >>" % (box, resources), stream(content), *more])


def image_page(data, entries):
    """A page covered by one picture."""
    return one_page(b"q 300 0 0 150 0 0 cm /Im0 Do Q", b"/XObject << /Im0 5 0 R >>", more=[stream(data, b"/Type /XObject /Subtype /Image " + entries)])


def tiff_loop(good):
    """Lets the first directory of a little-endian TIFF follow itself."""
    data = bytearray(good)
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    return bytes(data)


def png_header_bomb():
    """A PNG whose header claims 60,000 x 60,000 pixels of 16-bit colour, with next to no data."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 16, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")


def main():
    FIXTURES.mkdir(exist_ok=True)
    for old in FIXTURES.iterdir():
        if old.is_file() and old.name != "README.md":
            old.unlink()
    grey = note().pixels(200)
    black = bilevel(grey)
    png, picture = saved(grey, "PNG", dpi=(200, 200), optimize=True), jpeg(grey, 60, dpi=(200, 200))

    # Not pictures, or not whole.
    put("zero.pdf", b"")
    put("text.pdf", b"This is a list of transfers, typed and saved under the wrong name.\n" * 4)
    put("notes.txt", b"Not a scan.\n")
    put(".hidden.png", png)
    put("cut.png", png[: len(png) // 2])
    put("cut.jpg", picture[: len(picture) // 2])
    put("png-named.jpg", png)

    # Pictures of every depth and form.
    put("grey.png", png)
    put("grey16.png", saved(Image.fromarray(np.asarray(grey).astype(np.uint16) * 257), "PNG", dpi=(200, 200), optimize=True))
    put("palette.png", saved(grey.convert("RGB").quantize(8), "PNG", dpi=(200, 200), optimize=True))
    put("alpha.png", saved(Image.merge("RGBA", [Image.new("L", grey.size, 0)] * 3 + [grey.point(lambda v: 255 - v)]), "PNG", dpi=(200, 200), optimize=True))
    put("bomb.png", png_header_bomb())
    put("cmyk.jpg", saved(grey.convert("RGB").convert("CMYK"), "JPEG", quality=60, dpi=(200, 200)))
    turned = Image.Exif()
    turned[0x0112] = 6  # to be shown after a quarter turn clockwise
    put("exif-turned.jpg", jpeg(grey.transpose(Image.ROTATE_90), 60, exif=turned.tobytes(), dpi=(200, 200)))
    put("bilevel.pbm", saved(black, "PPM"))
    put("grey.pgm", saved(grey.resize((417, 208), Image.LANCZOS), "PPM"))
    put("bilevel.bmp", saved(black, "BMP", dpi=(200, 200)))
    put("grey.webp", saved(grey.convert("RGB"), "WEBP", lossless=True))
    put("Überweisung größe.png", png)

    # TIFF.
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        tiff(folder / "g4.tif", [black], "group4", (200, 200))
        tiff(folder / "two.tif", [black, black.rotate(180)], "group4", (200, 200))
        fax = (folder / "g4.tif").read_bytes()
        for name, compression in (("g3-1d.tif", "g3:1d"), ("g3-2d.tif", "g3:2d"), ("g3-fill.tif", "g3:1d:fill"), ("jpeg.tif", None), ("big-endian.tif", "packbits")):
            if compression is None:
                tiff(FIXTURES / name, [grey], "jpeg", (200, 200))
            else:
                order = ["-B"] if name.startswith("big") else []
                subprocess.run(["tiffcp", *order, "-c", compression, folder / "g4.tif", FIXTURES / name], check=True)
        put("g4.tif", fax)
        put("cut.tif", fax[: len(fax) // 2])
        two = (folder / "two.tif").read_bytes()
        put("second-upside-down.tif", two)
        put("ifd-loop.tif", tiff_loop(two))
        tiff(FIXTURES / "deflate.tif", [grey], "tiff_adobe_deflate", (200, 200))
        tiff(FIXTURES / "no-resolution.tif", [black], "group4", None)

        # PDF.
        digital_pdf(FIXTURES / "digital.pdf", [note()])
        jpeg_pdf(folder / "scan.pdf", [picture], 300, 150)
        scan = (folder / "scan.pdf").read_bytes()
        put("scan.pdf", scan)
        put("cut.pdf", scan[: len(scan) // 2])
        subprocess.run(["qpdf", "--static-id", "--allow-weak-crypto", "--encrypt", "chart", "owner", "40", "--", folder / "scan.pdf", FIXTURES / "encrypted.pdf"], check=True)
    put("empty-page.pdf", one_page(b""))
    put("no-pages.pdf", pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]))
    put("page-bomb.pdf", one_page(b"0 0 1 rg 0 0 500 500 re f", box=b"[0 0 1000000000 1000000000]"))
    put("corrupt-jpeg.pdf", image_page(picture[:200] + b"\x00" * (len(picture) - 200), b"/Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode " % grey.size))
    put("image-bomb.pdf", image_page(b"\x00\x00", b"/Width 2000000000 /Height 2000000000 /ColorSpace /DeviceGray /BitsPerComponent 8 "))
    squeezed = zlib.compress(zlib.compress(bytes(1 << 28), 9), 9)
    put("flate-bomb.pdf", image_page(squeezed, b"/Width 16384 /Height 16384 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter [/FlateDecode /FlateDecode] "))
    put("parent-loop.pdf", pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 2 0 R >>",
                                b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << >> >>", stream(b"")]))
    put("form-calls-itself.pdf", one_page(b"/Fm0 Do", b"/XObject << /Fm0 5 0 R >>", more=[stream(b"/Fm0 Do", b"/Type /XObject /Subtype /Form /BBox [0 0 300 150] /Resources << /XObject << /Fm0 5 0 R >> >> ")]))

    # A scan under somebody's old OCR: invisible words (text render mode 3) that are wrong.
    content = b"q 300 0 0 150 0 0 cm /Im0 Do Q BT 3 Tr /F0 13 Tf 20 114 Td (Patient Narne: Rosa1ind Ferrantc) Tj ET"
    put("old-ocr.pdf", one_page(content, b"/XObject << /Im0 5 0 R >> /Font << /F0 6 0 R >>", more=[
        stream(picture, b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode " % grey.size),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]))

    (FIXTURES / "markup").mkdir(exist_ok=True)
    put("markup/note.png", saved(bilevel(markup().pixels(300)), "PNG", dpi=(300, 300), optimize=True))

    hostile.make(FIXTURES / "hostile", grey, jbig2.generic)
    twins.make(FIXTURES / "twins", grey)


main()
