//! Pages as a PDF file can hold them: the source's own coded pictures where that is possible.

use serde::{Deserialize, Serialize};

use super::PageNumber;

/// How a picture's data are coded, in the terms of PDF (ISO 32000-1, 7.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Coding {
    /// JPEG. `transform` says whether its three colours are luma and chroma, where the data themselves leave it open.
    Jpeg {
        /// Luma and chroma, or the colours themselves.
        transform: Option<bool>,
    },
    /// Fax, groups 3 and 4.
    Fax(Fax),
    /// Deflate over rows that were changed beforehand, or not.
    Deflate {
        /// PDF's number of the change: 1 none, 2 TIFF's differences, 10 to 15 PNG's filters.
        predictor: u8,
    },
    /// Run lengths (PackBits).
    RunLength,
    /// JBIG2 as PDF embeds it.
    Jbig2 {
        /// Segments that several pictures share.
        globals: Option<Vec<u8>>,
    },
}

/// Parameters of fax data (ISO 32000-1, table 11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fax {
    /// Below 0 group 4, 0 group 3 in one dimension, above 0 group 3 in two.
    pub k: i32,
    /// Rows end with a code of their own.
    pub end_of_line: bool,
    /// Rows begin on a byte.
    pub byte_aligned: bool,
    /// A code ends the data; else they end after the stated rows.
    pub end_of_block: bool,
    /// What the code calls black is 1, which PDF shows as white.
    pub black_is_1: bool,
}

impl Fax {
    /// Group 4 as TIFF holds it: ended by its rows.
    pub const GROUP_4: Fax = Fax { k: -1, end_of_line: false, byte_aligned: false, end_of_block: false, black_is_1: false };
}

/// What a picture's samples are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colour {
    /// Shades of grey, 0 is black.
    Grey,
    /// Red, green, blue.
    Rgb,
    /// Cyan, magenta, yellow, black: 0 is no ink.
    Inks,
    /// Places in a list of colours, three bytes each.
    Palette(Vec<u8>),
}

impl Colour {
    /// Samples of a pixel.
    pub fn samples(&self) -> u8 {
        match self {
            Self::Grey | Self::Palette(_) => 1,
            Self::Rgb => 3,
            Self::Inks => 4,
        }
    }
}

/// How a picture lies on its page: the page's x and y (which grow to the right and downwards) are `a`, `b` along the picture's rows and `c`,
/// `d` along its columns, each -1, 0 or 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lay {
    /// x along a row.
    pub a: i8,
    /// y along a row.
    pub b: i8,
    /// x along a column.
    pub c: i8,
    /// y along a column.
    pub d: i8,
}

impl Lay {
    /// As it is stored.
    pub const UPRIGHT: Lay = Lay { a: 1, b: 0, c: 0, d: 1 };
    /// Left and right exchanged.
    pub const MIRRORED: Lay = Lay { a: -1, b: 0, c: 0, d: 1 };

    /// Whether it is one of the eight ways in which a picture can lie.
    pub fn is_sensible(self) -> bool {
        let one = |v: i8| v == 1 || v == -1;
        (one(self.a) && one(self.d) && self.b == 0 && self.c == 0) || (one(self.b) && one(self.c) && self.a == 0 && self.d == 0)
    }
}

/// Where a part of a page lies, in shares (0.0–1.0) of the page's width and height, origin top left. May reach beyond the page.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Share {
    /// The page as a whole.
    pub const WHOLE: Share = Share { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };
}

/// One picture of a page.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The coded data.
    #[serde(skip)]
    pub data: Vec<u8>,
    /// Their coding.
    pub coding: Coding,
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bits of a sample: 1, 2, 4 or 8.
    pub bits: u8,
    /// What the samples are.
    pub colour: Colour,
    /// Samples mean their opposite: 0 is white, or full ink.
    pub inverted: bool,
    /// Which part of the page it covers.
    pub place: Share,
    /// How it lies there.
    pub lay: Lay,
}

/// Shows sizes alone: the pixels are a patient's.
impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {}, {} bytes)", self.width, self.height, self.data.len())
    }
}

/// What had to be done to a page so that a PDF file can hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carriage {
    /// Nothing: the coded data are the source's, byte for byte.
    Unchanged,
    /// The picture was unpacked and packed in another way, every pixel kept as a viewer shows it: eight bits a colour, clear parts white.
    Recoded,
    /// The page is no picture (words, drawings, several pictures) and was drawn as one.
    Drawn,
}

/// One page of a source as pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CarriedPage {
    /// Its number in the source.
    pub number: PageNumber,
    /// Pixels of the page as it lies in the source: those of the raw page that was read.
    pub width: u32,
    /// Pixels down the page.
    pub height: u32,
    /// Dots per inch across and down, where the source says.
    pub dpi: Option<(f32, f32)>,
    /// Quarter turns clockwise that the source's tags ask for and that have not been made.
    pub tagged_turn: u8,
    /// What was done to it.
    pub carriage: Carriage,
    /// The pictures, in the order in which they are painted.
    pub pictures: Vec<Picture>,
}
