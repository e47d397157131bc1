//! A page made ready for the search for values: its segments as tokens, the labels in them, and whose data stand where.

use super::labels::{Hit, Labels, Owner};
use super::names::People;
use crate::model::{PageLayout, Rect};

/// A word, or a part of one where the engine ran label and value together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    /// Its text.
    pub text: String,
    /// Index of its word in the reading.
    pub word: usize,
    /// The word's place.
    pub rect: Rect,
}

/// A segment with its labels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    /// Its tokens, left to right.
    pub tokens: Vec<Token>,
    /// Its labels, left to right.
    pub hits: Vec<Hit>,
    /// Hull of the tokens.
    pub rect: Rect,
    /// Index of the line.
    pub line: usize,
    /// Index of the box of rules, if it stands in one.
    pub cell: Option<usize>,
    /// Whose data follow, if it is a heading.
    pub heading: Option<Owner>,
}

impl Piece {
    /// Whether it begins with a label.
    pub(crate) fn led(&self) -> bool {
        self.hits.first().is_some_and(|h| {
            self.tokens[..h.from].iter().filter(|t| t.text.chars().filter(|c| c.is_alphanumeric()).count() > 1).count() == 0
        })
    }

    /// First and last token of the value behind a label.
    pub(crate) fn behind(&self, hit: usize) -> (usize, usize) {
        let to = self.hits.get(hit + 1).map_or(self.tokens.len(), |next| next.from);
        (self.hits[hit].to, to.max(self.hits[hit].to))
    }

    /// Tokens joined by blanks.
    pub(crate) fn text(&self, from: usize, to: usize) -> String {
        self.tokens[from..to].iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// A page in pieces.
pub(crate) struct Sheet<'a> {
    /// The page.
    pub page: &'a PageLayout,
    /// One piece a segment, in the same order.
    pub pieces: Vec<Piece>,
}

impl<'a> Sheet<'a> {
    /// Cuts a page into pieces and finds its labels and headings.
    pub(crate) fn new(page: &'a PageLayout, labels: &Labels, people: &People) -> Self {
        let prose: Vec<bool> = (0..page.lines.len()).map(|line| is_prose(page, line)).collect();
        let mut pieces: Vec<Piece> = page
            .segments
            .iter()
            .map(|segment| {
                let tokens: Vec<Token> = segment.words.iter().flat_map(|&w| split(&page.word(w).text, w, page.word(w).rect)).collect();
                let hits = labels.find(&tokens, people, prose[segment.line]);
                Piece { tokens, hits, rect: segment.rect, line: segment.line, cell: segment.cell, heading: None }
            })
            .collect();
        let marks: Vec<Option<Owner>> = pieces.iter().map(|p| labels.heading(&p.tokens).map(|h| h.0)).collect();
        for k in 0..pieces.len() {
            pieces[k].heading = marks[k].filter(|_| stands_as_heading(page, &pieces, &marks, k));
        }
        for piece in &mut pieces {
            if piece.heading.is_some() {
                piece.hits.clear();
            }
        }
        Self { page, pieces }
    }

    /// Whose section a place stands in: the nearest heading above that begins left of it. `None` above all headings.
    pub(crate) fn section(&self, rect: &Rect) -> Option<Owner> {
        let unit = self.page.unit;
        let mut best: Option<(&Piece, Owner)> = None;
        for piece in &self.pieces {
            let Some(owner) = piece.heading else { continue };
            let above = piece.rect.center_y() < rect.center_y() - 0.5 * unit || beside(&piece.rect, rect, unit);
            if !above || piece.rect.x > rect.x + 3.0 * unit {
                continue;
            }
            // Of headings on one line, the one to the right is nearer.
            let nearer = best.is_none_or(|(b, _)| {
                if (b.rect.center_y() - piece.rect.center_y()).abs() < unit {
                    piece.rect.x > b.rect.x
                } else {
                    piece.rect.center_y() > b.rect.center_y()
                }
            });
            if nearer {
                best = Some((piece, owner));
            }
        }
        best.map(|(_, owner)| owner)
    }

    /// The pieces of a line, left to right.
    pub(crate) fn of_line(&self, line: usize) -> &[usize] {
        self.page.lines.get(line).map_or(&[], |l| &l.segments)
    }

    /// Whether a choice such as `Male` is ticked: `None` where no box stands beside it.
    pub(crate) fn ticked(&self, token: &Token) -> Option<(bool, f32)> {
        let unit = self.page.unit;
        let mut best: Option<(f32, bool, f32)> = None;
        for mark in &self.page.reading.checkboxes {
            let level = (mark.rect.center_y() - token.rect.center_y()).abs() < 0.8 * unit;
            // The box stands before the word, or the engine took it for the word's first letter.
            let gap = token.rect.x - mark.rect.center_x();
            if level && gap > -unit && gap < 2.3 * unit && best.is_none_or(|(g, _, _)| gap.abs() < g) {
                best = Some((gap.abs(), mark.ticked, mark.ink));
            }
        }
        best.map(|(_, ticked, ink)| (ticked, ink))
    }
}

/// Headings in a column of their own, left of the data.
fn beside(heading: &Rect, rect: &Rect, unit: f32) -> bool {
    heading.right() < rect.x && (heading.center_y() - rect.center_y()).abs() < 0.7 * unit
}

/// A wording that is also a label is a heading where it stands alone on its line, or among other headings, and labels follow.
fn stands_as_heading(page: &PageLayout, pieces: &[Piece], marks: &[Option<Owner>], k: usize) -> bool {
    let piece = &pieces[k];
    if piece.tokens.last().is_some_and(|t| t.text.ends_with(':')) && !piece.hits.is_empty() && page.lines[piece.line].segments.len() > 1 {
        return false;
    }
    let line = &page.lines[piece.line].segments;
    let scrap = |s: usize| pieces[s].tokens.iter().all(|t| t.text.chars().filter(|c| c.is_alphanumeric()).count() <= 1);
    if !line.iter().all(|&s| marks[s].is_some() || scrap(s)) {
        return false;
    }
    if piece.hits.is_empty() {
        return true;
    }
    // The next line with text under it begins with a label.
    let under = (piece.line + 1..page.lines.len()).find(|&l| page.lines[l].segments.iter().any(|&s| !scrap(s)));
    under.is_some_and(|l| {
        page.lines[l].segments.iter().any(|&s| pieces[s].led() && !scrap(s)) && page.lines[l].rect.y - piece.rect.bottom() < 6.0 * page.unit
    })
}

/// Running text: long, and mostly in small letters.
fn is_prose(page: &PageLayout, line: usize) -> bool {
    let words: Vec<&str> =
        page.lines[line].segments.iter().flat_map(|&s| page.segments[s].words.iter().map(|&w| page.word(w).text.as_str())).collect();
    let lower = words.iter().filter(|w| w.chars().next().is_some_and(char::is_lowercase)).count();
    words.len() >= 9 && lower * 10 >= words.len() * 5 && page.lines[line].segments.len() <= 2
}

fn split(text: &str, word: usize, rect: Rect) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut parts: Vec<String> = vec![String::new()];
    for (k, &c) in chars.iter().enumerate() {
        let before = if k > 0 { chars[k - 1] } else { ' ' };
        let letters_before = before.is_alphabetic() || matches!(before, '.' | '#' | ')');
        if c == '(' && before.is_alphabetic() && k >= 2 {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
        let more = k + 1 < chars.len();
        if more && ((c == ':' && letters_before) || (c == '#' && before.is_alphabetic() && chars[k + 1].is_ascii_digit())) {
            parts.push(String::new());
        }
    }
    parts.retain(|p| !p.is_empty());
    parts.into_iter().map(|text| Token { text, word, rect }).collect()
}

/// Tokens of a text without places, for tests of what needs none.
#[cfg(test)]
pub(crate) fn tokens_of_text(text: &str) -> Vec<Token> {
    text.split(' ').enumerate().flat_map(|(k, w)| split(w, k, Rect::new(10.0 * k as f32, 0.0, 8.0, 8.0))).collect()
}
