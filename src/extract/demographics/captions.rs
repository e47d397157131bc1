//! On which side of their entries a page prints its labels: before them, over them, or under the line to write on.
//!
//! Only labels that stand alone are asked, and only for entries whose form shows what they are: dates, telephones, numbers, states,
//! choices. A page is of one make where these agree.

use super::labels::What;
use super::names::People;
use super::sheet::{Piece, label_rect};
use super::values;
use crate::extract::dates;
use crate::model::PageLayout;

/// An entry stands no farther from its label than this, in units from middle to middle.
const REACH: f32 = 4.6;
/// So many entries of one side, and more than twice as many as of the other, tell a page's make.
const ENOUGH: usize = 2;
/// No more pieces of a line than this are looked at beside one label.
const ACROSS: usize = 24;
/// No more lines than this are looked at over or under one label.
const LINES: usize = 12;

/// Where a page's labels stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Side {
    /// Before their entries, or mixed.
    #[default]
    Before,
    /// Over their entries.
    Over,
    /// Under their entries, as under lines to write on.
    Under,
}

/// Tells on which side of their entries the labels of a page stand.
pub(crate) fn side(page: &PageLayout, pieces: &[Piece], people: &People) -> Side {
    let (mut over, mut under, mut dates_over, mut dates_under) = (0, 0, 0, 0);
    for (p, piece) in pieces.iter().enumerate() {
        for (h, hit) in piece.hits.iter().enumerate() {
            let (from, to) = piece.behind(h);
            let next = page.lines[piece.line].segments.get(piece.place + 1).map(|&s| &pieces[s]);
            let answered = piece.tokens[from..to].iter().any(|t| t.said() > 0)
                || (h + 1 == piece.hits.len() && next.is_some_and(|n| !n.led() && n.tokens.iter().any(|t| t.said() > 0)));
            if answered {
                continue;
            }
            let fits = |down: bool| entry(page, pieces, (p, h), down).is_some_and(|text| is_such(hit.what, &text, people));
            let (below, above) = (fits(true), fits(false));
            // Signatures are dated over their labels on every kind of form.
            if matches!(hit.what, What::Date | What::SignedDate) {
                dates_over += usize::from(below);
                dates_under += usize::from(above);
            } else {
                over += usize::from(below);
                under += usize::from(above);
            }
        }
    }
    if over > 0 {
        over += dates_over;
    }
    if under > 0 {
        under += dates_under;
    }
    if over >= ENOUGH && over > 2 * under {
        Side::Over
    } else if under >= ENOUGH && under > 2 * over {
        Side::Under
    } else {
        Side::Before
    }
}

/// The words of the nearest line under or over a label, within its column.
fn entry(page: &PageLayout, pieces: &[Piece], (p, h): (usize, usize), down: bool) -> Option<String> {
    let (piece, unit) = (&pieces[p], page.unit);
    let label = label_rect(piece, h);
    let line = &page.lines[piece.line].segments;
    let next = piece.hits.get(h + 1).map(|_| label_rect(piece, h + 1).x);
    let next = next.or_else(|| line.get(piece.place + 1).map(|&s| pieces[s].rect.x));
    let (left, right) = (label.x - 2.0 * unit, next.map_or(f32::MAX, |x| x - 0.4 * unit));
    let step = |k: usize| if down { Some(piece.line + k).filter(|l| *l < page.lines.len()) } else { piece.line.checked_sub(k) };
    for l in (1..=LINES).map_while(step) {
        let away = (page.lines[l].rect.center_y() - label.center_y()).abs() / unit;
        if away > REACH {
            return None;
        }
        if away < 0.7 {
            continue;
        }
        let all = &page.lines[l].segments;
        let from = all.partition_point(|&s| pieces[s].rect.right() < left);
        let inside: Vec<(&Piece, usize)> = all[from..]
            .iter()
            .take(ACROSS)
            .map(|&s| &pieces[s])
            .flat_map(|o| (0..o.tokens.len()).map(move |t| (o, t)))
            .filter(|(o, t)| (left..=right).contains(&o.tokens[*t].rect.center_x()))
            .collect();
        if inside.iter().any(|(o, t)| o.hits.iter().any(|k| (k.from..k.to).contains(t))) {
            return None;
        }
        if inside.iter().any(|(o, t)| o.tokens[*t].said() > 0) {
            return Some(inside.iter().map(|(o, t)| o.tokens[*t].text.as_str()).collect::<Vec<_>>().join(" "));
        }
    }
    None
}

/// Whether a text is what a label asks for, by its form alone.
fn is_such(what: What, text: &str, people: &People) -> bool {
    let day = || dates::parse(text).is_some_and(|read| read.date.is_full());
    match what {
        What::Phone | What::HomePhone | What::CellPhone => values::phone(text).is_some(),
        What::Zip => values::zip(text).is_some(),
        What::State => values::state(text, people).is_some(),
        What::Gender => values::choice(text, &people.gender).is_some(),
        What::Marital => values::choice(text, &people.marital).is_some(),
        What::Ssn => values::ssn(text).is_some(),
        What::Email => values::email(text).is_some(),
        What::Mrn | What::MemberId | What::Id => values::identifier(text, 4).is_some(),
        What::Birth | What::Date | What::SignedDate | What::VisitDate | What::AdmitDate | What::DischargeDate => day(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::labels::labels;
    use super::super::names::people;
    use super::super::sheet::Sheet;
    use super::*;
    use crate::extract::testing::typed;

    #[test]
    fn entries_tell_on_which_side_labels_stand() {
        let under =
            "\nQuarry             Ann\nLast name          First name\n\n07/29/1974         503-555-0143\nDate of birth      Home phone";
        let over =
            "\nLast name          First name\nQuarry             Ann\n\nDate of birth      Home phone\n07/29/1974         503-555-0143";
        let before = "\nLast name: Quarry       First name: Ann\nDate of birth: 07/29/1974\nHome phone: 503-555-0143";
        let signed = "\nName: Ann May\nPhone: 503-555-0143\n\nAnn May        07/29/2014\nSignature      Date";
        for (text, want) in [(under, Side::Under), (over, Side::Over), (before, Side::Before), (signed, Side::Before)] {
            let page = typed(text);
            assert_eq!(Sheet::new(&page, &labels(), &people()).side, want, "{text}");
        }
    }
}
