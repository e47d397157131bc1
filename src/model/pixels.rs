//! Pages as pixels, as the decoding child hands them over and as the engine reads them.

use super::{PageNumber, Word};

/// An 8-bit grey picture, one byte a pixel, row by row from the top left, 0 is black.
#[derive(Clone, PartialEq, Eq)]
pub struct GreyPage {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height` bytes.
    pub pixels: Vec<u8>,
}

impl GreyPage {
    /// Makes a page of one shade.
    pub fn filled(width: u32, height: u32, shade: u8) -> Self {
        Self { width, height, pixels: vec![shade; width as usize * height as usize] }
    }

    /// One row's bytes.
    pub fn row(&self, y: u32) -> &[u8] {
        let start = y as usize * self.width as usize;
        &self.pixels[start..start + self.width as usize]
    }

    /// The shade at a pixel; white outside the page.
    pub fn at(&self, x: i64, y: i64) -> u8 {
        if x < 0 || y < 0 || x >= i64::from(self.width) || y >= i64::from(self.height) {
            return 255;
        }
        self.pixels[y as usize * self.width as usize + x as usize]
    }
}

/// Shows the size alone: the pixels are a patient's.
impl std::fmt::Debug for GreyPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GreyPage({} x {})", self.width, self.height)
    }
}

/// The words that a born-digital page brings along.
#[derive(Clone, Debug, PartialEq)]
pub struct TextLayer {
    /// Words with boxes in pixels of the raw page that they came with (top-left origin).
    pub words: Vec<Word>,
    /// Whether the text is painted: an invisible layer is somebody's old OCR and is not trusted.
    pub visible: bool,
}

/// One page as the source holds it: grey, not yet turned or straightened.
#[derive(Clone, Debug, PartialEq)]
pub struct RawPage {
    /// Its number in the source.
    pub number: PageNumber,
    /// The pixels.
    pub grey: GreyPage,
    /// Dots per inch across and down, where the source says; the two differ in faxes.
    pub dpi: Option<(f32, f32)>,
    /// Quarter turns clockwise that the source's own tags (EXIF, TIFF orientation) ask for and that have *not* been applied.
    /// A PDF's `/Rotate` *has* been applied: there the page as a viewer shows it is the source page.
    pub tagged_turn: u8,
    /// Words that came with the page, if any.
    pub text: Option<TextLayer>,
}
