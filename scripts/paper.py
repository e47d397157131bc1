"""Paper for the makers of samples and fixtures: sheets drawn in points, set as pixels or as PDF, and what scanners do to them.

Needs Pillow, numpy and reportlab (scripts/requirements.txt) and the Liberation fonts (Debian: fonts-liberation).
Everything is deterministic: no clock, and every random number comes from a seed that the caller gives.
"""

import io
import time

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

WIDTH, HEIGHT = 612, 792  # US letter, in points
FONTS = "/usr/share/fonts/truetype/liberation/Liberation"
FACES = {"sans": "Sans", "serif": "Serif", "mono": "Mono"}


def face(font, bold):
    return FACES[font] + ("-Bold" if bold else "-Regular")


for _font in FACES:
    for _bold in (False, True):
        pdfmetrics.registerFont(TTFont(face(_font, _bold), f"{FONTS}{face(_font, _bold)}.ttf"))


def width_of(text, size, font="sans", bold=False):
    return pdfmetrics.stringWidth(text, face(font, bold), size)


class Sheet:
    """One side of a sheet: strokes and words in points, origin top left, words placed by their baseline."""

    def __init__(self, width=WIDTH, height=HEIGHT):
        self.width, self.height, self.marks = width, height, []

    def text(self, x, y, text, size=10, font="sans", bold=False, align="left"):
        if align == "center":
            x -= width_of(text, size, font, bold) / 2
        elif align == "right":
            x -= width_of(text, size, font, bold)
        self.marks.append(("text", x, y, text, size, face(font, bold)))
        return self

    def line(self, x0, y0, x1, y1, weight=0.7):
        self.marks.append(("line", x0, y0, x1, y1, weight))
        return self

    def box(self, x, y, w, h, weight=0.7):
        for a in ((x, y, x + w, y), (x, y + h, x + w, y + h), (x, y, x, y + h), (x + w, y, x + w, y + h)):
            self.line(*a, weight)
        return self

    def fill(self, x, y, w, h, shade=0):
        self.marks.append(("fill", x, y, w, h, shade))
        return self

    def tick(self, x, y, on, size=8):
        """A printed square whose lower left corner is (x, y), crossed when `on`."""
        self.box(x, y - size, size, size, 0.8)
        if on:
            self.line(x + 1.5, y - size + 1.5, x + size - 1.5, y - 1.5, 1.3).line(x + 1.5, y - 1.5, x + size - 1.5, y - size + 1.5, 1.3)
        return self

    def paragraph(self, x, y, width, text, size=10, font="sans", bold=False, leading=1.35):
        """Sets the text in lines of at most `width`; returns the baseline after the last."""
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and width_of(longer, size, font, bold) > width:
                self.text(x, y, line, size, font, bold)
                y, line = y + size * leading, word
            else:
                line = longer
        if line:
            self.text(x, y, line, size, font, bold)
            y += size * leading
        return y

    def bars(self, x, y, width, height, text):
        """Code 128, set B, as wide as asked, with a quiet zone left to the caller (ISO/IEC 15417)."""
        codes = [104] + [ord(c) - 32 for c in text]
        codes += [sum(c * max(i, 1) for i, c in enumerate(codes)) % 103, 106]
        widths = "".join(CODE128[c] for c in codes)
        module = width / sum(map(int, widths))
        for i, w in enumerate(widths):
            if i % 2 == 0:
                self.fill(x, y, module * int(w), height)
            x += module * int(w)
        return self

    def pixels(self, dpi=300):
        """The sheet as grey pixels."""
        scale = dpi / 72
        image = Image.new("L", (round(self.width * scale), round(self.height * scale)), 255)
        draw = ImageDraw.Draw(image)
        for kind, *m in self.marks:
            if kind == "text":
                x, y, text, size, name = m
                font = ImageFont.truetype(f"{FONTS}{name}.ttf", size * scale)
                draw.text((x * scale, y * scale), text, font=font, fill=0, anchor="ls")
            elif kind == "line":
                x0, y0, x1, y1, weight = (v * scale for v in m)
                draw.line((x0, y0, x1, y1), fill=0, width=max(1, round(weight)))
            else:
                x, y, w, h, shade = m
                draw.rectangle((x * scale, y * scale, (x + w) * scale - 1, (y + h) * scale - 1), fill=shade)
        return image

    def onto(self, pdf):
        """The sheet as a page of a PDF, words as words."""
        for kind, *m in self.marks:
            if kind == "text":
                x, y, text, size, name = m
                pdf.setFillGray(0)
                pdf.setFont(name, size)
                pdf.drawString(x, self.height - y, text)
            elif kind == "line":
                x0, y0, x1, y1, weight = m
                pdf.setLineWidth(weight)
                pdf.line(x0, self.height - y0, x1, self.height - y1)
            else:
                x, y, w, h, shade = m
                pdf.setFillGray(shade / 255)
                pdf.rect(x, self.height - y - h, w, h, stroke=0, fill=1)
        pdf.showPage()


# Bar and space widths of Code 128's 107 characters, in modules.
CODE128 = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 123221 "
    "223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 "
    "112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 "
    "311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 "
    "122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 "
    "214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
).split()


# What scanners and fax machines do.

def skewed(image, degrees, paper=255):
    """Turned by some degrees (positive: counter-clockwise), corners filled with the paper's shade."""
    return image.rotate(degrees, resample=Image.BICUBIC, fillcolor=paper)


def toned(image, seed, paper=244, ink=38, noise=5.0):
    """Grey paper, softer ink and the grain of a sensor."""
    grain = np.random.RandomState(seed).normal(0, noise, (image.height, image.width))
    grey = ink + np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)), dtype=np.float32) * ((paper - ink) / 255)
    return Image.fromarray(np.clip(grey + grain, 0, 255).astype(np.uint8))


def bilevel(image, threshold=150):
    return image.point(lambda v: 255 if v > threshold else 0).convert("1", dither=Image.NONE)


def specked(image, seed, share):
    """Specks of one to three pixels, black on white and white on black."""
    random = np.random.RandomState(seed)
    pixels = np.array(image.convert("L"))
    for _ in range(int(pixels.size * share)):
        y, x = random.randint(pixels.shape[0]), random.randint(pixels.shape[1])
        pixels[y : y + random.randint(1, 3), x : x + random.randint(1, 4)] = 0 if random.rand() < 0.75 else 255
    return Image.fromarray(pixels)


# Files.

def tiff(path, images, compression, dpi=(300, 300)):
    first, *rest = images
    first.save(path, format="TIFF", compression=compression, dpi=dpi, save_all=True, append_images=rest)


def digital_pdf(path, sheets):
    """A PDF whose words are words."""
    pdf = canvas.Canvas(str(path), pagesize=(sheets[0].width, sheets[0].height), invariant=1, pageCompression=1)
    for sheet in sheets:
        sheet.onto(pdf)
    pdf.save()


def scanned_pdf(path, images, dpi=300):
    """A PDF of pictures alone, packed as CCITT G4 (bilevel) or JPEG (grey)."""
    first, *rest = images
    epoch = time.gmtime(0)
    first.save(path, format="PDF", resolution=dpi, save_all=True, append_images=rest, creationDate=epoch, modDate=epoch)


def jpeg(image, quality=60, **options):
    out = io.BytesIO()
    image.save(out, format="JPEG", quality=quality, **options)
    return out.getvalue()


def jpeg_pdf(path, pages, width=WIDTH, height=HEIGHT):
    """A PDF of JPEG files, embedded as they are."""
    pdf = canvas.Canvas(str(path), pagesize=(width, height), invariant=1)
    for data in pages:
        pdf.drawImage(ImageReader(io.BytesIO(data)), 0, 0, width, height)
        pdf.showPage()
    pdf.save()
