//! Where the value of a label may stand: behind it, in the next segment, under it within its column, and, for lines to sign on,
//! above it. What each place costs is said in [`super::assign`].

use super::{Finder, LINES, LONGEST, NEIGHBOURS, said};
use crate::extract::demographics::captions::Side;
use crate::extract::demographics::labels::What;
use crate::extract::demographics::sheet::{Piece, Token};
use crate::model::Rect;

/// How far under its label a value may stand, in units from middle to middle.
const REACH_DOWN: f32 = 4.6;
/// How far above its label a signed line may stand.
const REACH_UP: f32 = 5.5;
/// A value farther right than this many units is not beside its label.
const REACH_RIGHT: f32 = 45.0;
/// The rest of an address stands no farther under its beginning than this, with a line of specks between.
const FAR_UNDER: f32 = 5.0;
/// A label that begins so many units behind the end of another one stands in the next column.
const ASIDE: f32 = 4.0;
/// An initial that stands so many units behind a name still belongs to it.
const REACH_INITIAL: f32 = 4.0;

/// A run of tokens that may be a value.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// Lines under it that may continue it.
    pub more: Vec<Vec<Token>>,
    /// What stands behind it on the same line without a label of its own.
    pub tail: Vec<Token>,
    /// What the place costs.
    pub cost: f32,
    /// The rule that it is read by.
    pub rule: &'static str,
}

impl Finder<'_, '_> {
    /// Where the value of a label may stand, cheapest first.
    pub(super) fn zones(&self, p: usize, h: usize) -> Vec<Zone> {
        let piece = &self.sheet.pieces[p];
        let hit = &piece.hits[h];
        let unit = self.sheet.page.unit;
        let (from, to) = piece.behind(h);
        let inline = &piece.tokens[from..to.min(from + LONGEST)];
        let mut zones = Vec::new();
        let label = self.label_rect((p, h));
        let address = matches!(hit.what, What::Address | What::Street);
        let choices = matches!(hit.what, What::Gender | What::Marital | What::Language);
        let last = h + 1 == piece.hits.len();
        if said(inline) > 0 {
            let mut tokens = inline.to_vec();
            let mut tail = Vec::new();
            if last {
                // What a wide gap cut off: `Name  Foster, Lisa   K.`, rows of choices, the telephone behind a contact's name.
                for &next in self.after(p) {
                    let other = &self.sheet.pieces[next];
                    if other.led() || other.heading.is_some() || !self.same_box(piece, other) {
                        break;
                    }
                    let own = self.until_label(other);
                    if choices || (hit.what == What::Name && tail.is_empty() && continues(&tokens, &own, unit)) {
                        tokens.extend(own);
                    } else if hit.what == What::Name {
                        tail.extend(own);
                    } else {
                        break;
                    }
                    if !other.hits.is_empty() {
                        break;
                    }
                }
            }
            tail.truncate(LONGEST);
            let more = self.lines_under(&tokens, p, address.then_some(label.x));
            zones.push(Zone { tokens, more, tail, cost: 0.0, rule: "demographics.inline" });
            return zones;
        }
        if last {
            let mut tokens: Vec<Token> = Vec::new();
            let mut tail = Vec::new();
            let mut gap = 0.0;
            let mut full = false;
            for &next in self.after(p) {
                let other = &self.sheet.pieces[next];
                if other.led() || other.heading.is_some() || !self.same_box(piece, other) {
                    break;
                }
                let own = self.until_label(other);
                if tokens.is_empty() {
                    gap = (other.rect.x - label.right()) / unit;
                }
                if !full || continues(&tokens, &own, unit) {
                    tokens.extend(own);
                } else {
                    tail.extend(own);
                }
                let cut = hit.what == What::Name && tokens.last().is_some_and(|t| t.text.ends_with(','));
                full = said(&tokens) > 0 && !choices && !cut;
                if (full && hit.what != What::Name) || !other.hits.is_empty() {
                    break;
                }
            }
            tokens.truncate(LONGEST);
            tail.truncate(LONGEST);
            if said(&tokens) > 0 && gap < REACH_RIGHT {
                let more = self.lines_under(&tokens, p, address.then_some(label.x));
                zones.push(Zone { tokens, more, tail, cost: 0.25 + gap / 150.0, rule: "demographics.right" });
            }
        }
        if self.sheet.side == Side::Under
            && let Some(zone) = self.over(p, h, &label)
        {
            zones.push(zone);
            return zones;
        }
        if let Some(zone) = self.below(p, h, &label) {
            zones.push(zone);
        }
        if hit.under
            && let Some(zone) = self.above(p, &label)
        {
            zones.push(zone);
        }
        zones
    }

    /// The next pieces on a line, within the window.
    fn after(&self, p: usize) -> &[usize] {
        let piece = &self.sheet.pieces[p];
        let line = self.sheet.of_line(piece.line);
        let from = (piece.place + 1).min(line.len());
        &line[from..(from + NEIGHBOURS).min(line.len())]
    }

    fn same_box(&self, a: &Piece, b: &Piece) -> bool {
        // A value in the next box is still the value where the label's own box holds nothing else.
        a.cell.is_none() || b.cell.is_none() || a.cell == b.cell || !self.sheet.below_in_cell(a)
    }

    fn until_label(&self, piece: &Piece) -> Vec<Token> {
        let end = piece.hits.first().map_or(piece.tokens.len(), |h| h.from);
        piece.tokens[..end.min(LONGEST)].to_vec()
    }

    /// Lines that stand directly under a value and begin where it begins, or where its label begins: the rest of an address.
    fn lines_under(&self, tokens: &[Token], p: usize, label: Option<f32>) -> Vec<Vec<Token>> {
        let unit = self.sheet.page.unit;
        let Some(rect) = Rect::hull(tokens.iter().filter(|t| t.said() > 0).map(|t| &t.rect)) else { return Vec::new() };
        let line = self.sheet.pieces[p].line;
        let mut out = Vec::new();
        let mut bottom = rect.center_y();
        for l in line + 1..(line + 1 + LINES).min(self.sheet.page.lines.len()) {
            if self.sheet.page.lines[l].rect.center_y() - bottom > FAR_UNDER * unit || out.len() == 2 {
                break;
            }
            let left = label.unwrap_or(rect.x).min(rect.x);
            for &s in self.sheet.across(l, left - 2.0 * unit, rect.x + 2.0 * unit) {
                let piece = &self.sheet.pieces[s];
                // Specks before the line do not move its beginning.
                let Some(first) = piece.tokens.iter().find(|t| t.said() > 0) else { continue };
                let begins = |x: f32| (first.rect.x - x).abs() < 2.0 * unit;
                if (begins(rect.x) || label.is_some_and(begins))
                    && !piece.led()
                    && piece.heading.is_none()
                    && piece.rect.center_y() - bottom < 3.2 * unit
                {
                    bottom = piece.rect.center_y();
                    out.push(self.until_label(piece));
                }
            }
        }
        out.truncate(2);
        out
    }

    /// Where the next label on a label's line begins.
    fn next_label(&self, p: usize, h: usize, label: &Rect) -> Option<f32> {
        let next = (h + 1 < self.sheet.pieces[p].hits.len()).then_some((p, h + 1));
        let next = next.or_else(|| self.after(p).iter().find(|&&s| !self.sheet.pieces[s].hits.is_empty()).map(|&s| (s, 0)))?;
        Some(self.label_rect(next).x).filter(|x| *x > label.x + 0.5 * self.sheet.page.unit)
    }

    /// The column over a label, on pages whose labels stand under their entries.
    fn over(&self, p: usize, h: usize, label: &Rect) -> Option<Zone> {
        let unit = self.sheet.page.unit;
        let right = self.next_label(p, h, label).map_or(f32::MAX, |x| x - 0.4 * unit);
        // `Office use: chart no.` begins with its remark.
        let left = if h > 0 { label.x - 0.8 * unit } else { label.x.min(self.sheet.pieces[p].rect.x) - 2.0 * unit };
        let line = self.sheet.pieces[p].line;
        for l in (line.saturating_sub(LINES)..line).rev() {
            let rise = (label.center_y() - self.sheet.page.lines[l].rect.center_y()) / unit;
            if rise > REACH_DOWN {
                break;
            }
            if rise < 0.7 {
                continue;
            }
            let mut tokens: Vec<Token> = Vec::new();
            for &s in self.sheet.across(l, left, right) {
                let other = &self.sheet.pieces[s];
                let from = other.tokens.partition_point(|t| t.rect.center_x() < left);
                let to = other.tokens.partition_point(|t| t.rect.center_x() <= right);
                let inside = &other.tokens[from.min(to)..to.min(from + LONGEST)];
                if !inside.is_empty() && (other.heading.is_some() || other.hits.iter().any(|k| k.from < to && k.to > from)) {
                    return None;
                }
                tokens.extend(inside.iter().cloned());
            }
            if said(&tokens) > 0 {
                tokens.truncate(LONGEST);
                let aside = (tokens[0].rect.x - label.x).abs() / unit;
                let cost = 0.3 + 0.05 * rise + 0.02 * aside.min(20.0);
                return Some(Zone { tokens, more: Vec::new(), tail: Vec::new(), cost, rule: "demographics.above" });
            }
        }
        None
    }

    /// The column under a label: from a little left of it to the next label on its line.
    fn below(&self, p: usize, h: usize, label: &Rect) -> Option<Zone> {
        let unit = self.sheet.page.unit;
        let piece = &self.sheet.pieces[p];
        let hit = &piece.hits[h];
        let cell = piece.cell.map(|c| self.sheet.page.cells[c].rect);
        let mut right = cell.map_or(f32::MAX, |c| c.right());
        if let Some(next) = self.next_label(p, h, label) {
            right = right.min(next - 0.4 * unit);
        }
        // What stands under the label before it is that label's.
        let before = piece.place.checked_sub(1).and_then(|at| self.sheet.of_line(piece.line).get(at)).map(|&s| &self.sheet.pieces[s]);
        let taken = before.filter(|other| !other.hits.is_empty()).map_or(f32::MIN, |other| other.rect.right());
        let left = cell.map_or(label.x - 2.0 * unit, |c| c.x - 0.3 * unit).max(label.x - if h > 0 { 0.8 * unit } else { 6.0 * unit });
        let left = left.max(taken.min(label.x));
        let reach = if cell.is_some() { 2.0 * REACH_DOWN } else { REACH_DOWN };
        for l in piece.line + 1..(piece.line + 1 + LINES).min(self.sheet.page.lines.len()) {
            let drop = (self.sheet.page.lines[l].rect.center_y() - label.center_y()) / unit;
            if drop < 0.7 {
                continue;
            }
            if drop > reach {
                break;
            }
            let mut tokens: Vec<Token> = Vec::new();
            let mut more = Vec::new();
            for &s in self.sheet.across(l, left, right) {
                let other = &self.sheet.pieces[s];
                if cell.is_some() && other.cell.is_some() && other.cell != piece.cell {
                    continue;
                }
                let from = other.tokens.partition_point(|t| t.rect.center_x() < left);
                let to = other.tokens.partition_point(|t| t.rect.center_x() <= right);
                let inside = &other.tokens[from.min(to)..to.min(from + LONGEST)];
                if inside.is_empty() {
                    continue;
                }
                if other.hits.iter().any(|k| k.from < to && k.to > from) || other.heading.is_some() {
                    // A label beside the column does not end it.
                    if said(&tokens) > 0 || other.rect.x > label.right() + ASIDE * unit {
                        break;
                    }
                    return None;
                }
                // A free line that only passes under the label is no answer to it.
                if cell.is_none()
                    && other.rect.x < left - 4.0 * unit
                    && other.tokens.len() > inside.len()
                    && inside.len() < 3
                    && self.sheet.of_line(piece.line).len() < 2
                {
                    return None;
                }
                more = self.lines_under(inside, s, None);
                tokens.extend(inside.iter().cloned());
            }
            if said(&tokens) > 0 {
                tokens.truncate(LONGEST);
                let aside = (tokens[0].rect.x - label.x).abs() / unit;
                // A label with a colon has its value beside it; one that stands alone over a far value is no head.
                let cost = 0.3
                    + 0.05 * drop
                    + 0.02 * aside.min(20.0)
                    + if hit.colon && cell.is_none() && self.sheet.side != Side::Over { 0.6 } else { 0.0 };
                return Some(Zone { tokens, more, tail: Vec::new(), cost, rule: "demographics.below" });
            }
        }
        None
    }

    fn above(&self, p: usize, label: &Rect) -> Option<Zone> {
        let unit = self.sheet.page.unit;
        let line = self.sheet.pieces[p].line;
        for l in (line.saturating_sub(LINES)..line).rev() {
            let rise = (label.center_y() - self.sheet.page.lines[l].rect.center_y()) / unit;
            if rise > REACH_UP {
                break;
            }
            if rise < 0.7 {
                continue;
            }
            for &s in self.sheet.across(l, label.x, label.right()) {
                let other = &self.sheet.pieces[s];
                if other.rect.overlap_x(label) <= 0.0 || other.heading.is_some() {
                    continue;
                }
                if !other.hits.is_empty() {
                    return None;
                }
                if said(&other.tokens) > 0 {
                    let tokens = other.tokens[..other.tokens.len().min(LONGEST)].to_vec();
                    let cost = 0.9 + 0.05 * rise;
                    return Some(Zone { tokens, more: Vec::new(), tail: Vec::new(), cost, rule: "demographics.above" });
                }
            }
        }
        None
    }
}

/// Whether a name goes on behind a gap: after a comma, or with one initial close by.
fn continues(name: &[Token], next: &[Token], unit: f32) -> bool {
    let Some(last) = name.iter().rev().find(|t| t.said() > 0) else { return true };
    let said: Vec<&Token> = next.iter().filter(|t| t.said() > 0).collect();
    let initial = matches!(said.as_slice(), [only] if only.said() == 1
        && only.text.chars().any(char::is_uppercase)
        && only.rect.x - last.rect.right() < REACH_INITIAL * unit);
    last.text.ends_with(',') || initial
}
