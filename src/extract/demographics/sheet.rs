//! A page made ready for the search for values: its segments as tokens, the labels in them, and whose data stand where.

use super::captions::{self, Side};
use super::labels::{Hit, Labels, Owner, What};
use super::names::People;
use super::text::fold;
use crate::model::{PageLayout, Rect};

/// A word, or a part of one where the engine ran label and value together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    /// Its text.
    pub text: String,
    /// Index of its word in the reading.
    pub word: usize,
    /// Its number on the page: tokens are counted through.
    pub id: usize,
    /// The word's place.
    pub rect: Rect,
}

impl Token {
    /// What it is known by.
    pub(crate) fn spot(&self) -> Spot {
        Spot { word: self.word, id: self.id }
    }

    /// Its letters and digits.
    pub(crate) fn said(&self) -> usize {
        self.text.chars().filter(|c| c.is_alphanumeric()).count()
    }
}

/// A token by its number, with the word that it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    /// Number of the token on its page.
    pub id: usize,
    /// Index of its word in the reading.
    pub word: usize,
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
    /// Its place on the line, from the left.
    pub place: usize,
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

/// No place looks back at more headings or plans than this.
const LOOK_BACK: usize = 64;
/// No more pieces of one line than this are looked at under or over a label.
const ACROSS: usize = 24;

/// Words of no more letters and digits than this beside a heading are scraps of its frame.
const SCRAP: usize = 2;
/// A column of its own begins so many units behind what stands left of it.
const COLUMN_GAP: f32 = 3.0;
/// The first label under the heading of a column stands no farther below it, in units.
const UNDER_HEADING: f32 = 6.0;

/// A row of labels has at least so many that need no help.
const LABEL_ROW: usize = 2;
/// A bare `ID` this near to a label of a plan is the plan's, in units up and down.
const NEAR_PLAN: f32 = 12.0;

/// A page in pieces, with what the rules look up in it again and again.
pub(crate) struct Sheet<'a> {
    /// The page.
    pub page: &'a PageLayout,
    /// One piece a segment, in the same order.
    pub pieces: Vec<Piece>,
    /// Top of the first label that speaks of a person; beyond the page without one.
    pub first_personal: f32,
    /// On which side of their entries its labels stand.
    pub side: Side,
    /// Headings, top to bottom.
    headings: Vec<(Rect, Owner)>,
    /// Labels of plans, top to bottom.
    payors: Vec<((usize, usize), Rect)>,
    /// Words for a fax number, top to bottom.
    faxes: Vec<Rect>,
    /// The lowest line with a piece in each box of rules.
    lowest: Vec<usize>,
    /// Check boxes, top to bottom.
    boxes: Vec<usize>,
}

impl<'a> Sheet<'a> {
    /// Cuts a page into pieces and finds its labels and headings.
    pub(crate) fn new(page: &'a PageLayout, labels: &Labels, people: &People) -> Self {
        let prose: Vec<bool> = (0..page.lines.len()).map(|line| is_prose(page, line)).collect();
        let mut id = 0;
        let mut pieces: Vec<Piece> = page
            .segments
            .iter()
            .map(|segment| {
                let mut tokens: Vec<Token> = segment.words.iter().flat_map(|&w| split(&page.word(w).text, w, page.word(w).rect)).collect();
                for token in &mut tokens {
                    token.id = id;
                    id += 1;
                }
                let hits = labels.find(&tokens, people, prose[segment.line]);
                Piece { tokens, hits, rect: segment.rect, line: segment.line, place: 0, cell: segment.cell, heading: None }
            })
            .collect();
        for line in &page.lines {
            for (place, &s) in line.segments.iter().enumerate() {
                pieces[s].place = place;
            }
        }
        label_rows(page, labels, &mut pieces);
        let side = captions::side(page, &pieces, people);
        let kin = |p: &Piece| people.relationships.iter().any(|r| fold(r) == fold(&p.text(0, p.tokens.len())));
        let marks: Vec<Option<Owner>> = pieces.iter().map(|p| labels.heading(&p.tokens).map(|h| h.0)).collect();
        for k in 0..pieces.len() {
            pieces[k].heading = marks[k].filter(|_| stands_as_heading(page, &pieces, &marks, k, side, &kin));
        }
        for piece in &mut pieces {
            if piece.heading.is_some() {
                piece.hits.clear();
            }
        }
        let by_height = |a: &Rect, b: &Rect| a.center_y().total_cmp(&b.center_y());
        let mut headings: Vec<(Rect, Owner)> = pieces.iter().filter_map(|p| Some((p.rect, p.heading?))).collect();
        // The title of a paper, `Health history`, is no section over whom it names: the first name of a page is the patient's.
        let named = pieces.iter().filter(|p| p.hits.iter().any(|h| matches!(h.what, What::Name | What::Family | What::Birth)));
        let first_name = named.map(|p| p.rect.y).fold(f32::MAX, f32::min);
        headings.retain(|(rect, owner)| *owner != Owner::Other || rect.y > first_name);
        headings.sort_by(|a, b| by_height(&a.0, &b.0));
        let mut lowest = vec![0; page.cells.len()];
        let mut payors = Vec::new();
        let mut faxes = Vec::new();
        let mut first_personal = f32::MAX;
        for (p, piece) in pieces.iter().enumerate() {
            for (h, hit) in piece.hits.iter().enumerate() {
                match hit.what {
                    What::Payor => payors.push(((p, h), label_rect(piece, h))),
                    What::Name | What::Family | What::Birth | What::Mrn => first_personal = first_personal.min(piece.rect.y),
                    _ => {}
                }
            }
            faxes.extend(piece.tokens.iter().filter(|t| matches!(fold(&t.text).as_str(), "fax" | "facsimile" | "telefax")).map(|t| t.rect));
            if let Some(cell) = piece.cell {
                lowest[cell] = lowest[cell].max(piece.line);
            }
        }
        payors.sort_by(|a, b| by_height(&a.1, &b.1));
        faxes.sort_by(by_height);
        let mut boxes: Vec<usize> = (0..page.reading.checkboxes.len()).collect();
        boxes.sort_by(|a, b| by_height(&page.reading.checkboxes[*a].rect, &page.reading.checkboxes[*b].rect));
        let mut out = Self { page, pieces, first_personal, side, headings, payors, faxes, lowest, boxes };
        out.name_ids();
        out
    }

    /// Settles what labels such as `ID` ask for: a plan's number in a section of insurance or near a plan, else the number of the chart.
    fn name_ids(&mut self) {
        let at = |wanted: fn(&Hit) -> bool| -> Vec<(usize, usize)> {
            let all = self.pieces.iter().enumerate().flat_map(|(p, piece)| (0..piece.hits.len()).map(move |h| (p, h)));
            all.filter(|&(p, h)| wanted(&self.pieces[p].hits[h])).collect()
        };
        let mut plans: Vec<f32> = at(|h| {
            matches!(h.what, What::Payor | What::PayorInSection | What::MemberId | What::Group)
                || matches!(h.owner, Some(Owner::Member | Owner::Subscriber))
        })
        .into_iter()
        .map(|(p, h)| self.label_rect(p, h).center_y())
        .collect();
        plans.sort_by(f32::total_cmp);
        let reach = NEAR_PLAN * self.page.unit;
        let told: Vec<(usize, usize, What)> = at(|h| h.what == What::Id)
            .into_iter()
            .map(|(p, h)| {
                let rect = self.label_rect(p, h);
                let section = self.section(&rect);
                let from = plans.partition_point(|y| *y < rect.center_y() - reach);
                let near = plans.get(from).is_some_and(|y| *y <= rect.center_y() + reach);
                let insured = matches!(section, Some(Owner::Insurance | Owner::Secondary | Owner::Subscriber)) || near;
                (p, h, if insured { What::MemberId } else { What::Mrn })
            })
            .collect();
        for (p, h, what) in told {
            self.pieces[p].hits[h].what = what;
        }
    }

    /// The place of a label's words.
    pub(crate) fn label_rect(&self, piece: usize, hit: usize) -> Rect {
        label_rect(&self.pieces[piece], hit)
    }

    /// Whether other text stands under a piece in its own box.
    pub(crate) fn below_in_cell(&self, piece: &Piece) -> bool {
        piece.cell.is_some_and(|c| self.lowest[c] > piece.line)
    }

    /// Pieces of a line that reach into a span, left to right; a bounded number.
    pub(crate) fn across(&self, line: usize, left: f32, right: f32) -> &[usize] {
        let all = self.of_line(line);
        let from = all.partition_point(|&s| self.pieces[s].rect.right() < left);
        let to = all.partition_point(|&s| self.pieces[s].rect.x <= right);
        &all[from.min(to)..to.min(from + ACROSS)]
    }

    /// Labels of plans whose middle stands no lower than this, nearest first; a bounded number.
    pub(crate) fn payors_until(&self, bottom: f32) -> impl Iterator<Item = &((usize, usize), Rect)> {
        let to = self.payors.partition_point(|(_, r)| r.center_y() <= bottom);
        self.payors[..to].iter().rev().take(LOOK_BACK)
    }

    /// Words for a fax number within so many pixels of a height.
    pub(crate) fn faxes_near(&self, middle: f32, reach: f32) -> impl Iterator<Item = &Rect> {
        let from = self.faxes.partition_point(|r| r.center_y() <= middle - reach);
        self.faxes[from..].iter().take_while(move |r| r.center_y() < middle + reach).take(LOOK_BACK)
    }

    /// Whose section a place stands in: the nearest heading above that begins left of it. `None` above all headings.
    pub(crate) fn section(&self, rect: &Rect) -> Option<Owner> {
        let unit = self.page.unit;
        let to = self.headings.partition_point(|(r, _)| r.center_y() < rect.center_y() + 0.7 * unit);
        let mut best: Option<&(Rect, Owner)> = None;
        for heading in self.headings[..to].iter().rev().take(LOOK_BACK) {
            let place = &heading.0;
            if best.is_some_and(|(b, _)| b.center_y() - place.center_y() >= unit) {
                break;
            }
            let above = place.center_y() < rect.center_y() - 0.5 * unit || beside(place, rect, unit);
            // Of headings on one line, the one to the right is nearer.
            if above && place.x <= rect.x + 3.0 * unit && best.is_none_or(|(b, _)| place.x > b.x) {
                best = Some(heading);
            }
        }
        best.map(|(_, owner)| *owner)
    }

    /// The pieces of a line, left to right.
    pub(crate) fn of_line(&self, line: usize) -> &[usize] {
        self.page.lines.get(line).map_or(&[], |l| &l.segments)
    }

    /// Whether a token is what the engine made of a check box itself: it lies within one.
    pub(crate) fn is_box(&self, token: &Token) -> bool {
        let middle = token.rect.center_y();
        let of = |k: &usize| &self.page.reading.checkboxes[*k];
        let unit = self.page.unit;
        let from = self.boxes.partition_point(|k| of(k).rect.center_y() <= middle - unit);
        let level = self.boxes[from..].iter().map(of).take_while(|m| m.rect.center_y() < middle + unit).take(LOOK_BACK);
        level.into_iter().any(|m| m.rect.overlap_x(&token.rect) > 0.7 * token.rect.w)
    }

    /// Whether a choice such as `Male` is ticked or circled: `None` where no box stands beside it and nothing near it is circled.
    pub(crate) fn ticked(&self, token: &Token) -> Option<(bool, f32)> {
        let unit = self.page.unit;
        let circled = self.page.circled(&token.rect);
        if circled == Some(true) {
            return Some((true, 1.0));
        }
        let mut best: Option<(f32, bool, f32)> = None;
        let of = |k: &usize| &self.page.reading.checkboxes[*k];
        let from = self.boxes.partition_point(|k| of(k).rect.center_y() <= token.rect.center_y() - 0.8 * unit);
        let level = self.boxes[from..].iter().map(of).take_while(|m| m.rect.center_y() < token.rect.center_y() + 0.8 * unit);
        for mark in level.take(LOOK_BACK) {
            // The box stands before the word, or the engine took it for the word's first letter.
            let gap = token.rect.x - mark.rect.center_x();
            if gap > -unit && gap < 2.3 * unit && best.is_none_or(|(g, _, _)| gap.abs() < g) {
                best = Some((gap.abs(), mark.ticked, mark.ink));
            }
        }
        best.map(|(_, ticked, ink)| (ticked, ink)).or(circled.map(|circled| (circled, 0.0)))
    }
}

pub(super) fn label_rect(piece: &Piece, hit: usize) -> Rect {
    let hit = &piece.hits[hit];
    Rect::hull(piece.tokens[hit.from..hit.to].iter().map(|t| &t.rect)).unwrap_or(piece.rect)
}

/// In a row of nothing but labels the short ones need no colon: `SEX   MS   SS#`.
fn label_rows(page: &PageLayout, labels: &Labels, pieces: &mut [Piece]) {
    for line in page.lines.iter().filter(|l| l.segments.len() > LABEL_ROW) {
        let said = |s: &&usize| pieces[**s].tokens.iter().any(|t| t.said() > 0);
        let (named, bare): (Vec<usize>, Vec<usize>) = line.segments.iter().filter(said).partition(|s| !pieces[**s].hits.is_empty());
        let whole = |s: &usize| {
            let piece = &pieces[*s];
            (0..piece.hits.len()).all(|h| {
                let (from, to) = piece.behind(h);
                piece.tokens[from..to].iter().all(|t| t.said() == 0)
            })
        };
        if named.len() < LABEL_ROW || !named.iter().all(whole) {
            continue;
        }
        let found: Option<Vec<(usize, Hit)>> = bare.into_iter().map(|s| Some((s, labels.bare(&pieces[s].tokens)?))).collect();
        for (s, hit) in found.into_iter().flatten() {
            pieces[s].hits.push(hit);
        }
    }
}

/// Headings in a column of their own, left of the data.
fn beside(heading: &Rect, rect: &Rect, unit: f32) -> bool {
    heading.right() < rect.x && (heading.center_y() - rect.center_y()).abs() < 0.7 * unit
}

/// A wording that is also a label is a heading where it stands alone on its line, or among other headings, and labels follow.
fn stands_as_heading(
    page: &PageLayout,
    pieces: &[Piece],
    marks: &[Option<Owner>],
    k: usize,
    side: Side,
    kin: &dyn Fn(&Piece) -> bool,
) -> bool {
    let piece = &pieces[k];
    if piece.tokens.last().is_some_and(|t| t.text.ends_with(':')) && !piece.hits.is_empty() && page.lines[piece.line].segments.len() > 1 {
        return false;
    }
    let line = &page.lines[piece.line].segments;
    let scrap = |s: usize| pieces[s].tokens.iter().all(|t| t.said() <= SCRAP);
    if !line.iter().all(|&s| marks[s].is_some() || scrap(s)) {
        // In one of several columns a heading stands alone too, with its labels under it. `Spouse` is more often an answer there.
        return !kin(piece) && heads_column(page, pieces, k);
    }
    if piece.hits.is_empty() {
        return true;
    }
    // The next line with text under it begins with a label; where labels stand under their entries, the next but one.
    let mut under = (piece.line + 1..page.lines.len()).filter(|&l| page.lines[l].segments.iter().any(|&s| !scrap(s)));
    let next = if side == Side::Under { under.nth(1) } else { under.next() };
    next.is_some_and(|l| {
        page.lines[l].segments.iter().any(|&s| pieces[s].led() && !scrap(s))
            && page.lines[l].rect.y - piece.rect.bottom() < UNDER_HEADING * page.unit
    })
}

/// Whether a piece in the middle of a line heads a column: far from what stands left of it, nothing right of it, and the next text under
/// its beginning is a label.
fn heads_column(page: &PageLayout, pieces: &[Piece], k: usize) -> bool {
    let (piece, unit) = (&pieces[k], page.unit);
    let line = &page.lines[piece.line].segments;
    let said = |s: usize| pieces[s].tokens.iter().any(|t| t.said() > SCRAP);
    let aside = |s: usize| s == k || !said(s) || pieces[s].rect.right() + COLUMN_GAP * unit < piece.rect.x;
    if !line.iter().all(|&s| aside(s)) {
        return false;
    }
    let reach = piece.rect.center_y() + UNDER_HEADING * unit;
    (piece.line + 1..page.lines.len())
        .take_while(|&l| page.lines[l].rect.center_y() < reach)
        .flat_map(|l| page.lines[l].segments.iter())
        .find(|&&s| said(s) && (pieces[s].rect.x - piece.rect.x).abs() < 2.0 * unit)
        .is_some_and(|&s| pieces[s].led())
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
    parts.into_iter().map(|text| Token { text, word, id: 0, rect }).collect()
}

/// Tokens of a text without places, for tests of what needs none.
#[cfg(test)]
pub(crate) fn tokens_of_text(text: &str) -> Vec<Token> {
    text.split(' ').enumerate().flat_map(|(k, w)| split(w, k, Rect::new(10.0 * k as f32, 0.0, 8.0, 8.0))).collect()
}
