//! What was read from one page: words with places, rules, checkboxes, quality. The whole of it is kept in the ledger, so that
//! rules can be applied anew without reading the page again.

use serde::{Deserialize, Serialize};

use super::{Affine, PageNumber, Rect};

/// A word as read.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The text, without blanks.
    pub text: String,
    /// Where it stands, in pixels of the upright page.
    pub rect: Rect,
    /// The engine's own figure, 0.0–1.0; 1.0 for born-digital text.
    pub confidence: f32,
    /// The engine's line: words of one line share it. Unique within the page.
    pub line: u32,
    /// The engine's block (paragraph group): unique within the page.
    pub block: u32,
    /// Characters that the engine was unsure of, from left to right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<Doubt>,
    /// What a second engine read at the same place; `None` where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<SecondReading>,
    /// Whether the text is the second engine's alone, in a place where the first read nothing or was lost: handwriting, as a rule. Such
    /// a word is a suggestion and is never accepted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suggested: bool,
}

/// A character that the engine was unsure of.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Doubt {
    /// Which character of the word's text, counted from 0.
    pub at: u16,
    /// The engine's figure for it, 0.0–1.0.
    pub confidence: f32,
    /// What else it might be, the likeliest first.
    pub others: Vec<String>,
}

/// Shows place and figure alone: the text is a patient's.
impl std::fmt::Debug for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Doubt(at {} conf {:.2}, {} others)", self.at, self.confidence, self.others.len())
    }
}

/// What a second engine read where the first one read a word.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SecondReading {
    /// Its own text of the word.
    pub text: String,
    /// Its own figure, 0.0–1.0: not comparable with the first engine's.
    pub confidence: f32,
    /// What the first engine had read, where the word's text was taken from the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
    /// Whether both engines read the same characters.
    pub agrees: bool,
}

/// Shows the figures alone: the text is a patient's.
impl std::fmt::Debug for SecondReading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecondReading({} chars conf {:.2} agrees {})", self.text.chars().count(), self.confidence, self.agrees)
    }
}

/// Shows place and figure alone: the text is a patient's.
impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Word({} chars at {:.0},{:.0} conf {:.2})", self.text.chars().count(), self.rect.x, self.rect.y, self.confidence)
    }
}

/// Direction of a printed rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RulingKind {
    /// Runs across the page.
    Horizontal,
    /// Runs down the page.
    Vertical,
}

/// A straight printed rule, in pixels of the upright page.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    /// Its direction.
    pub kind: RulingKind,
    /// Its hull; thin in one direction.
    pub rect: Rect,
}

/// A small printed square that may hold a mark.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckBox {
    /// The square, frame included.
    pub rect: Rect,
    /// Share of the inside that is ink, 0.0–1.0.
    pub ink: f32,
    /// Whether the ink is enough to call it ticked.
    pub ticked: bool,
}

/// Quarter turns clockwise that bring the page as stored upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum QuarterTurn {
    /// Upright already.
    #[default]
    None,
    /// 90° clockwise.
    Right,
    /// 180°.
    Half,
    /// 270° clockwise.
    Left,
}

impl QuarterTurn {
    /// From a number of clockwise quarter turns, modulo four.
    pub fn from_quarters(quarters: u8) -> Self {
        [Self::None, Self::Right, Self::Half, Self::Left][usize::from(quarters % 4)]
    }

    /// Clockwise quarter turns, 0–3.
    pub fn quarters(self) -> u8 {
        self as u8
    }

    /// This turn and then another.
    pub fn and(self, other: Self) -> Self {
        Self::from_quarters(self.quarters() + other.quarters())
    }
}

/// Where a page's words came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextSource {
    /// Read from pixels.
    Ocr,
    /// Taken from the document's own painted text.
    TextLayer,
}

/// Something that was done to a page's picture before it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Treatment {
    /// Brought to another resolution, or to square pixels.
    Scaled,
    /// The scanner's dark bed or a copy's black edges were whitened.
    Bed,
    /// Uneven light was evened out.
    Light,
    /// Faint or noisy writing was raised to full contrast.
    Contrast,
    /// Salt and pepper were taken out.
    Salt,
    /// Scratches along the page were taken out.
    Scratches,
    /// Skew was taken out.
    Straightened,
    /// White letters on dark ground were made dark on white.
    Inverse,
    /// Checkboxes were taken out of the engine's picture.
    Checkboxes,
    /// Specks that stand apart from the writing were taken out.
    Specks,
    /// Dot leaders were taken out of the engine's picture.
    Leaders,
    /// Dividers of comb fields were taken out of it.
    Combs,
    /// Loops drawn around words were taken out of it.
    Circles,
    /// Printed rules were taken out of it.
    Rules,
    /// Linear bar codes were taken out of it.
    BarCodes,
}

/// What was measured of a page, and what was done to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageQuality {
    /// Turn that brought the page as stored upright.
    pub turn: QuarterTurn,
    /// Skew taken out after the turn, degrees, positive is clockwise.
    pub skew_degrees: f32,
    /// Dots per inch of the upright page.
    pub dpi: f32,
    /// Share of dark pixels, 0.0–1.0.
    pub ink: f32,
    /// Whether the page held two shades only.
    pub bilevel: bool,
    /// Mean word confidence weighted by letters, 0.0–1.0; 0.0 without words.
    pub mean_confidence: f32,
    /// What was done to the picture before it was read, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub treatments: Vec<Treatment>,
}

/// Everything read from one page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageReading {
    /// Its number in the source.
    pub number: PageNumber,
    /// Size of the upright page in pixels.
    pub width: u32,
    /// Size of the upright page in pixels.
    pub height: u32,
    /// From upright pixels to percent of the page as it lies in the source.
    pub to_source: Affine,
    /// The words, in the engine's order.
    pub words: Vec<Word>,
    /// Printed rules.
    pub rulings: Vec<Ruling>,
    /// Printed squares.
    pub checkboxes: Vec<CheckBox>,
    /// What loops drawn by a pen shut in: words so chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub circles: Vec<Rect>,
    /// Hulls of ink of the size of letters that no word covers, in pixels of the upright page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncovered: Vec<Rect>,
    /// Where the words came from.
    pub text_source: TextSource,
    /// Whether a second engine was there to be asked about the words.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second_there: bool,
    /// Measures.
    pub quality: PageQuality,
}
