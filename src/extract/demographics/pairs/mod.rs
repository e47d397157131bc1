//! Labels to values: which words answer which label, and what they say.
//!
//! Every label offers the places where its value may stand ([`zones`]) and what can be read there ([`interpret`]); [`assign`] then
//! gives labels to words as a whole, so that no words answer two labels; [`owner`] says whose value it is, and [`record`] which
//! field. A place that begins with another label is no place: an empty blank stays empty. A label with something beside it that
//! could not be read is kept as a field to look for.

mod assign;
mod choices;
pub(super) mod interpret;
mod owner;
mod record;
mod zones;

use super::facts::Facts;
use super::labels::{Hit, What};
use super::names::People;
use super::sheet::{Sheet, Spot, Token};
use super::text::fold;
use crate::model::Rect;
use assign::Offer;
use zones::Zone;

/// A label by its piece and its place among the piece's labels.
pub(crate) type LabelAt = (usize, usize);

/// No label looks at more neighbours on its line than this, so that the work stays linear on whatever a page holds.
const NEIGHBOURS: usize = 24;
/// No label looks at more lines above or below it than this.
const LINES: usize = 40;
/// No value is longer than this many tokens.
const LONGEST: usize = 48;

/// Finds the pairs of one page.
pub(crate) fn read(sheet: &Sheet<'_>, page: usize, people: &People, no_payor: &[String], latest: i16, facts: &mut Facts) {
    let finder = Finder { sheet, people, no_payor, latest };
    let mut offers: Vec<Offer> = Vec::new();
    let mut refused: Vec<(LabelAt, Zone)> = Vec::new();
    for (p, piece) in sheet.pieces.iter().enumerate() {
        for (h, hit) in piece.hits.iter().enumerate() {
            if matches!(hit.what, What::Other) {
                continue;
            }
            for zone in finder.zones(p, h) {
                let readings = finder.interpret((p, h), &zone);
                if readings.is_empty() {
                    refused.push(((p, h), zone));
                } else {
                    offers.push(Offer::new((p, h), hit, zone, readings));
                }
            }
        }
    }
    let mut answered: Vec<LabelAt> = Vec::new();
    let mut used: Vec<Spot> = Vec::new();
    for offer in assign::assign(offers) {
        answered.push(offer.label);
        used.extend(offer.spots());
        finder.record(&offer, page, facts);
    }
    answered.sort_unstable();
    used.sort_unstable();
    for (label, zone) in refused {
        if answered.binary_search(&label).is_err() && !zone.tokens.iter().any(|t| used.binary_search(&t.spot()).is_ok()) {
            finder.record_unread(label, &zone, page, facts);
        }
    }
    finder.unlabelled(page, facts);
}

struct Finder<'a, 'p> {
    sheet: &'a Sheet<'p>,
    people: &'a People,
    no_payor: &'a [String],
    latest: i16,
}

impl Finder<'_, '_> {
    fn hit(&self, (p, h): LabelAt) -> &Hit {
        &self.sheet.pieces[p].hits[h]
    }

    fn label_rect(&self, (p, h): LabelAt) -> Rect {
        self.sheet.label_rect(p, h)
    }
}

/// Tokens joined by blanks.
fn joined(tokens: &[Token]) -> String {
    tokens.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Letters and digits of some tokens.
fn said(tokens: &[Token]) -> usize {
    tokens.iter().map(Token::said).sum()
}

/// The tokens that hold the words of a value; all of them if none does.
fn spots_of(value: &str, tokens: &[Token]) -> Vec<Spot> {
    let wanted: Vec<String> = value.split([' ', '-']).map(fold).filter(|w| !w.is_empty()).collect();
    let own: Vec<Spot> = tokens
        .iter()
        .filter(|t| {
            let folded = fold(&t.text);
            !folded.is_empty() && wanted.iter().any(|w| *w == folded || (folded.len() > 2 && folded.contains(w.as_str()) && w.len() > 2))
        })
        .map(Token::spot)
        .collect();
    if own.is_empty() { tokens.iter().map(Token::spot).collect() } else { own }
}

/// The words among `tokens` that hold the words of a value; all of them if none does.
pub(crate) fn words_of(value: &str, tokens: &[Token]) -> Vec<usize> {
    spots_of(value, tokens).into_iter().map(|s| s.word).collect()
}
