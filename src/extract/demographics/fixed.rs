//! What is printed on every copy of a form, as far as the lists can tell: labels and headings that stand on a page to the letter.

use super::Lists;
use super::labels::What;
use super::sheet::Sheet;
use crate::model::{PageLayout, Rect};

/// A label or heading on a page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FixedText {
    /// Its text: the letters and digits of a wording of the lists.
    pub text: String,
    /// Its place.
    pub rect: Rect,
    /// What a label announces; `None` for headings.
    pub what: Option<What>,
    /// The box of rules that it stands in.
    pub cell: Option<Rect>,
}

impl Lists {
    /// The labels and headings of a page that match to the letter. Anything less may be a patient's text.
    pub(crate) fn fixed_text(&self, page: &PageLayout) -> Vec<FixedText> {
        let sheet = Sheet::new(page, &self.labels, &self.people);
        let mut found = Vec::new();
        for piece in &sheet.pieces {
            let cell = piece.cell.map(|c| page.cells[c].rect);
            let mut push = |from: usize, to: usize, what: Option<What>| {
                let tokens = &piece.tokens[from..to];
                // A word that holds label and value is neither's alone.
                let shared = |t: &super::sheet::Token| piece.tokens.iter().filter(|o| o.word == t.word).count() > 1;
                let Some(rect) = Rect::hull(tokens.iter().map(|t| &t.rect)).filter(|_| !tokens.iter().any(shared)) else { return };
                let text = tokens.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
                found.push(FixedText { text, rect, what, cell });
            };
            if piece.heading.is_some() && self.labels.heading(&piece.tokens).is_some_and(|(_, similarity)| similarity >= 0.999) {
                // A remark in brackets behind a heading is no part of its wording.
                let to = piece.tokens.iter().position(|t| t.text.starts_with('(')).unwrap_or(piece.tokens.len());
                push(0, to, None);
            }
            for hit in piece.hits.iter().filter(|h| h.similarity >= 0.999) {
                let to = (hit.from..hit.to).find(|&t| piece.tokens[t].text.starts_with(['(', '[', '{'])).unwrap_or(hit.to);
                push(hit.from, to, Some(hit.what));
            }
        }
        found
    }
}
