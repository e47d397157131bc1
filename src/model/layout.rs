//! A page's words put in order: lines, their segments, and the grid that rules draw. Made by the layout room, read by extraction.

use super::{PageReading, PercentBox, Rect, Word};

/// A run of words on one line without a wide gap or a vertical rule between them: what a person would call a cell or a phrase.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Indices into the reading's words, left to right.
    pub words: Vec<usize>,
    /// Hull of the words.
    pub rect: Rect,
    /// Index of its line in [`PageLayout::lines`].
    pub line: usize,
    /// Index of the box of rules around it in [`PageLayout::cells`], if it stands in one.
    pub cell: Option<usize>,
}

/// Words that stand on one base line across the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Indices into [`PageLayout::segments`], left to right.
    pub segments: Vec<usize>,
    /// Hull of the words.
    pub rect: Rect,
}

/// A box that printed rules draw on all four sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Inside of the rules.
    pub rect: Rect,
}

/// A page in order.
#[derive(Clone, Debug, PartialEq)]
pub struct PageLayout {
    /// The reading that it is made of.
    pub reading: PageReading,
    /// All segments; those of one line stand together, top to bottom, left to right.
    pub segments: Vec<Segment>,
    /// All lines, top to bottom.
    pub lines: Vec<Line>,
    /// Boxes drawn by rules, top to bottom, left to right.
    pub cells: Vec<Cell>,
    /// Indices into `segments` in reading order as the engine's block analysis saw it: column after column where the page has
    /// columns.
    pub order: Vec<usize>,
    /// Median height of the words' boxes in pixels: the page's unit of distance. At least 8.
    pub unit: f32,
}

impl PageLayout {
    /// A word of the reading.
    pub fn word(&self, index: usize) -> &Word {
        &self.reading.words[index]
    }

    /// Whether a loop was drawn around a place; `None` if there is no loop near it on its row either.
    pub fn circled(&self, place: &Rect) -> Option<bool> {
        /// Choices of one question stand so near to each other, in units.
        const NEAR: f32 = 10.0;
        let level = |circle: &&Rect| (circle.center_y() - place.center_y()).abs() < 0.7 * self.unit.max(0.5 * circle.h);
        let mut near = false;
        for circle in self.reading.circles.iter().filter(level) {
            if circle.contains(place.center_x(), place.center_y()) {
                return Some(true);
            }
            near |= (circle.center_x() - place.center_x()).abs() < NEAR * self.unit;
        }
        near.then_some(false)
    }

    /// A segment's words joined by single blanks.
    pub fn text(&self, segment: usize) -> String {
        self.text_of(&self.segments[segment].words)
    }

    /// A line's words joined by single blanks.
    pub fn line_text(&self, line: usize) -> String {
        let words: Vec<usize> = self.lines[line].segments.iter().flat_map(|&s| self.segments[s].words.iter().copied()).collect();
        self.text_of(&words)
    }

    /// Some words joined by single blanks.
    pub fn text_of(&self, words: &[usize]) -> String {
        words.iter().map(|&w| self.word(w).text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Hull of some words; `None` of none.
    pub fn hull(&self, words: &[usize]) -> Option<Rect> {
        Rect::hull(words.iter().map(|&w| &self.word(w).rect))
    }

    /// Where some words stand on the source page; `None` of none.
    pub fn place(&self, words: &[usize]) -> Option<PercentBox> {
        self.hull(words).map(|rect| self.reading.to_source.to_percent(&rect))
    }
}
