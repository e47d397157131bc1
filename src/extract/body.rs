//! The lines of a document's own text, page after page: what belongs to the paper (running heads, page numbers, fax lines, form
//! numbers) is left out.

use regex::Regex;

use super::phrases::{fold, likeness};
use crate::model::{PageLayout, Rect};

/// Share of the page from its top in which a running head may stand.
const HEAD: f32 = 0.22;
/// Share of the page from its foot in which a running foot may stand.
const FOOT: f32 = 0.12;
/// A word under this confidence that holds no letter or digit is a speck.
const SPECK: f32 = 0.3;

/// A line of the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextLine {
    /// Index of its page among the document's pages.
    pub page: usize,
    /// Index of its line on the page.
    pub line: usize,
    /// Its words, left to right.
    pub words: Vec<usize>,
    /// Positions in `words` at which a segment begins; the first is 0.
    pub starts: Vec<usize>,
    /// Hull of the words.
    pub rect: Rect,
    /// White space above it in units of the page, from the line before; 0 on top of a page.
    pub gap: f32,
}

impl TextLine {
    /// The segment (as a range of positions) that holds a position.
    pub(crate) fn segment_end(&self, position: usize) -> usize {
        self.starts.iter().copied().find(|&s| s > position).unwrap_or(self.words.len())
    }
}

/// The document's lines without the paper's own.
pub(crate) fn lines(pages: &[PageLayout], furniture: &[Regex]) -> Vec<TextLine> {
    let texts: Vec<Vec<String>> = pages.iter().map(|p| (0..p.lines.len()).map(|l| p.line_text(l)).collect()).collect();
    let mut lines = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        let drop = dropped(pages, &texts, at, furniture);
        let mut above: Option<f32> = None;
        for (index, line) in page.lines.iter().enumerate() {
            if drop[index] {
                continue;
            }
            let (mut words, mut starts) = (Vec::new(), Vec::new());
            for &s in &line.segments {
                let kept: Vec<usize> = page.segments[s].words.iter().copied().filter(|&w| !is_speck(page, w)).collect();
                if !kept.is_empty() {
                    starts.push(words.len());
                    words.extend(kept);
                }
            }
            let Some(rect) = page.hull(&words) else { continue };
            let gap = above.map_or(0.0, |bottom| (rect.y - bottom) / page.unit);
            above = Some(rect.bottom());
            lines.push(TextLine { page: at, line: index, words, starts, rect, gap });
        }
    }
    lines
}

fn is_speck(page: &PageLayout, word: usize) -> bool {
    let word = page.word(word);
    word.confidence < SPECK && !word.text.chars().any(char::is_alphanumeric)
}

/// Which lines of a page are the paper's own.
fn dropped(pages: &[PageLayout], texts: &[Vec<String>], at: usize, furniture: &[Regex]) -> Vec<bool> {
    let page = &pages[at];
    let height = page.reading.height as f32;
    let in_head = |l: usize| page.lines[l].rect.bottom() < HEAD * height;
    let in_foot = |l: usize| page.lines[l].rect.y > (1.0 - FOOT) * height;
    let mut drop: Vec<bool> = (0..page.lines.len())
        .map(|l| {
            if !in_head(l) && !in_foot(l) {
                return false;
            }
            let text = texts[at][l].trim().to_lowercase();
            furniture.iter().any(|f| f.is_match(&text)) || (at > 0 || in_foot(l)) && stands_elsewhere(pages, texts, at, l)
        })
        .collect();
    if at > 0 {
        // Above the page number of a further page stands nothing but the rest of its running head.
        if let Some(last) = (0..page.lines.len()).take_while(|&l| in_head(l)).filter(|&l| drop[l]).last() {
            drop[..last].fill(true);
        }
    }
    drop
}

/// Whether another page has the same line at its head or foot.
fn stands_elsewhere(pages: &[PageLayout], texts: &[Vec<String>], at: usize, line: usize) -> bool {
    let text = fold(&texts[at][line]);
    if text.chars().count() < 4 {
        return false;
    }
    pages.iter().enumerate().filter(|(other, _)| *other != at).any(|(other, page)| {
        let height = page.reading.height as f32;
        page.lines.iter().enumerate().any(|(l, there)| {
            let edge = there.rect.bottom() < HEAD * height || there.rect.y > (1.0 - FOOT) * height;
            edge && likeness(&fold(&texts[other][l]), &text).is_some()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::typed_page;
    use super::*;

    #[test]
    fn running_heads_of_further_pages_are_left_out() {
        let first = "LAKE CLINIC\nAnn Doe\n\nPLAN:\nRest and fluids.".to_owned() + &"\n".repeat(40) + "Page 1 of 2";
        let second = "LAKE CLINIC\nAnn Doe\nPage 2 of 2\nSee again in a week.";
        let pages = [typed_page(&first, 1), typed_page(second, 2)];
        let furniture = [Regex::new(r"\bpage\s+\d+\s+of\s+\d+").unwrap()];
        let got: Vec<String> = lines(&pages, &furniture).iter().map(|l| pages[l.page].text_of(&l.words)).collect();
        assert_eq!(got, ["LAKE CLINIC", "Ann Doe", "PLAN:", "Rest and fluids.", "See again in a week."]);
    }
}
