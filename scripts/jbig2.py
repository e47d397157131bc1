"""JBIG2 as PDF embeds it (ITU-T T.88): one generic region, coded arithmetically (template 0) or by MMR. No encoder is packaged for
Debian 12, and fixtures need only this much of the format.
"""

import struct

# Probability estimation of the MQ coder (T.88 table E.1): Qe, next state after a more and a less probable symbol, switch.
STATES = [
    (0x5601, 1, 1, 1), (0x3401, 2, 6, 0), (0x1801, 3, 9, 0), (0x0AC1, 4, 12, 0), (0x0521, 5, 29, 0), (0x0221, 38, 33, 0), (0x5601, 7, 6, 1),
    (0x5401, 8, 14, 0), (0x4801, 9, 14, 0), (0x3801, 10, 14, 0), (0x3001, 11, 17, 0), (0x2401, 12, 18, 0), (0x1C01, 13, 20, 0), (0x1601, 29, 21, 0),
    (0x5601, 15, 14, 1), (0x5401, 16, 14, 0), (0x5101, 17, 15, 0), (0x4801, 18, 16, 0), (0x3801, 19, 17, 0), (0x3401, 20, 18, 0), (0x3001, 21, 19, 0),
    (0x2801, 22, 19, 0), (0x2401, 23, 20, 0), (0x2201, 24, 21, 0), (0x1C01, 25, 22, 0), (0x1801, 26, 23, 0), (0x1601, 27, 24, 0), (0x1401, 28, 25, 0),
    (0x1201, 29, 26, 0), (0x1101, 30, 27, 0), (0x0AC1, 31, 28, 0), (0x09C1, 32, 29, 0), (0x08A1, 33, 30, 0), (0x0521, 34, 31, 0), (0x0441, 35, 32, 0),
    (0x02A1, 36, 33, 0), (0x0221, 37, 34, 0), (0x0141, 38, 35, 0), (0x0111, 39, 36, 0), (0x0085, 40, 37, 0), (0x0049, 41, 38, 0), (0x0025, 42, 39, 0),
    (0x0015, 43, 40, 0), (0x0009, 44, 41, 0), (0x0005, 45, 42, 0), (0x0001, 45, 43, 0), (0x5601, 46, 46, 0),
]


class Coder:
    """The MQ encoder (T.88 annex E.2)."""

    def __init__(self):
        self.c, self.a, self.ct, self.out = 0, 0x8000, 12, bytearray([0])
        self.index, self.mps = {}, {}

    def bit(self, context, bit):
        state, mps = self.index.get(context, 0), self.mps.get(context, 0)
        qe, more, less, switch = STATES[state]
        self.a -= qe
        if bit == mps:
            if self.a & 0x8000:
                self.c += qe
                return
            if self.a < qe:
                self.a = qe
            else:
                self.c += qe
            self.index[context] = more
        else:
            if self.a < qe:
                self.c += qe
            else:
                self.a = qe
            if switch:
                self.mps[context] = 1 - mps
            self.index[context] = less
        while True:
            self.a, self.c, self.ct = self.a << 1, self.c << 1, self.ct - 1
            if self.ct == 0:
                self.byte()
            if self.a & 0x8000:
                break

    def byte(self):
        if self.out[-1] != 0xFF and self.c >= 0x8000000:
            self.out[-1] += 1
            if self.out[-1] == 0xFF:
                self.c &= 0x7FFFFFF
        if self.out[-1] == 0xFF:
            self.out.append(self.c >> 20 & 0xFF)
            self.c, self.ct = self.c & 0xFFFFF, 7
        else:
            self.out.append(self.c >> 19 & 0xFF)
            self.c, self.ct = self.c & 0x7FFFF, 8

    def finish(self):
        top = self.c + self.a
        self.c |= 0xFFFF
        if self.c >= top:
            self.c -= 0x8000
        for _ in range(2):
            self.c <<= self.ct
            self.byte()
        if self.out[-1] != 0xFF:
            self.out.append(0xFF)
        self.out.append(0xAC)
        return bytes(self.out[1:])


def segment(number, kind, body):
    return struct.pack(">IBBBI", number, kind, 0, 1, len(body)) + body


def wrapped(image, flags, data):
    """Page, generic region and end of page, without a file's head, as PDF has it."""
    width, height = image.size
    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIB", width, height, 0, 0, 0) + flags + data
    return segment(0, 48, page) + segment(1, 38, region) + segment(2, 49, b"")


def generic(image):
    """A bilevel image (mode 1, black is 0) as an arithmetically coded generic region."""
    width, height = image.size
    pixels = image.load()
    rows = [[0] * (width + 8) for _ in range(2)] + [[0, 0, 0, 0] + [0 if pixels[x, y] else 1 for x in range(width)] + [0, 0, 0, 0] for y in range(height)]
    coder = Coder()
    for y in range(2, height + 2):
        up2, up1, row = rows[y - 2], rows[y - 1], rows[y]
        for x in range(4, width + 4):
            # Template 0 with its adaptive pixels at their usual places: (3, -1), (-3, -1), (2, -2), (-2, -2).
            context = 0
            for value in (up2[x - 2], up2[x - 1], up2[x], up2[x + 1], up2[x + 2], up1[x - 3], up1[x - 2], up1[x - 1], up1[x], up1[x + 1], up1[x + 2], up1[x + 3],
                          row[x - 4], row[x - 3], row[x - 2], row[x - 1]):
                context = context << 1 | value
            coder.bit(context, row[x])
    return wrapped(image, bytes([0]) + struct.pack(">bbbbbbbb", 3, -1, -3, -1, 2, -2, -2, -2), coder.finish())


def mmr(image, group4):
    """The same from group 4 data that somebody else has coded."""
    return wrapped(image, bytes([1]), group4)
