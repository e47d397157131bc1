//! Whose value a label asks for: by its own wording, the person named before it on its line, the heading over it, and, for
//! telephones and relations without a heading, the person named just above.

use super::{Finder, LINES, LabelAt, NEIGHBOURS};
use crate::extract::demographics::labels::{Hit, Owner, What};
use crate::model::Rect;

/// How far above a label the person may be named to whom it belongs, in units.
const REACH_NAMED: f32 = 6.0;
/// How far a fax number may stand from a telephone of the same house, in units down and across.
const REACH_FAX: (f32, f32) = (4.0, 30.0);
/// Letterheads end here, as a part of the page's height.
const LETTERHEAD: f32 = 0.25;

impl Finder<'_, '_> {
    /// Whose value a label asks for, and how unsure that is.
    pub(super) fn owner(&self, (p, h): LabelAt) -> (Owner, f32) {
        let piece = &self.sheet.pieces[p];
        let hit = &piece.hits[h];
        if matches!(hit.what, What::Payor | What::PayorInSection | What::MemberId | What::Group) {
            return self.plan((p, h));
        }
        if let Some(owner) = hit.owner {
            return (owner, 0.0);
        }
        let telephone = matches!(hit.what, What::Phone | What::HomePhone | What::CellPhone);
        let personal = telephone
            || matches!(
                hit.what,
                What::Name
                    | What::Birth
                    | What::Gender
                    | What::Ssn
                    | What::Relationship
                    | What::Address
                    | What::Street
                    | What::Npi
                    | What::Email
            );
        if personal && let Some(owner) = self.named_before((p, h), telephone || hit.what == What::Npi) {
            return (owner, if owner == Owner::Patient { 0.0 } else { 0.1 });
        }
        let rect = self.label_rect((p, h));
        match self.sheet.section(&rect) {
            Some(Owner::Insurance) if personal => (Owner::Subscriber, 0.1),
            Some(owner) => (owner, if owner == Owner::Patient { 0.0 } else { 0.1 }),
            None => {
                if (hit.what == What::Relationship || telephone)
                    && let Some(owner) = self.named_above(piece.line, &rect)
                {
                    return (owner, 0.2);
                }
                (Owner::Patient, 0.0)
            }
        }
    }

    /// The person named nearest before a label on the same line. Providers own telephones and their numbers, not dates of birth.
    fn named_before(&self, (p, h): LabelAt, providers: bool) -> Option<Owner> {
        let piece = &self.sheet.pieces[p];
        let own = piece.hits[..h].iter().rev().take(NEIGHBOURS);
        let line = self.sheet.of_line(piece.line);
        let before = line[..piece.place.min(line.len())].iter().rev().take(NEIGHBOURS);
        let before = before.flat_map(|&s| self.sheet.pieces[s].hits.iter().rev().take(NEIGHBOURS));
        let named = own.chain(before).find(|o| matches!(o.what, What::Name | What::Provider | What::Birth))?;
        named.owner.filter(|owner| !owner.is_provider() || providers)
    }

    /// The person whose label stands on one of the lines just above, if it is the emergency contact.
    fn named_above(&self, line: usize, rect: &Rect) -> Option<Owner> {
        let unit = self.sheet.page.unit;
        for l in (line.saturating_sub(LINES)..line).rev() {
            let rise = rect.center_y() - self.sheet.page.lines[l].rect.center_y();
            if rise <= 0.5 * unit {
                continue;
            }
            if rise > REACH_NAMED * unit {
                break;
            }
            let mut hits = self.sheet.of_line(l).iter().take(NEIGHBOURS).flat_map(|&s| self.sheet.pieces[s].hits.iter().take(NEIGHBOURS));
            let named = |h: &&Hit| h.what == What::Name && h.owner.is_some();
            if let Some(owner) = hits.find(named).and_then(|h| h.owner) {
                return Some(owner).filter(|o| *o == Owner::Emergency);
            }
        }
        None
    }

    /// Which plan: the nearest label of a plan before it on its line, else above it in its column, else the section.
    fn plan(&self, (p, h): LabelAt) -> (Owner, f32) {
        let hit = self.hit((p, h));
        if let Some(owner) = hit.owner {
            return (owner, 0.0);
        }
        let rect = self.label_rect((p, h));
        let unit = self.sheet.page.unit;
        let mut best: Option<(f32, f32, Owner)> = None;
        for (at, place) in self.sheet.payors_until(rect.center_y() + 0.8 * unit) {
            if *at == (p, h) || place.x > rect.x + 2.0 * unit {
                continue;
            }
            let same_line = (rect.center_y() - place.center_y()).abs() < 0.8 * unit;
            let rise = if same_line { 0.0 } else { ((rect.center_y() - place.center_y()) / unit).max(0.0) };
            let aside = (rect.x - place.x) / unit;
            if best.is_none_or(|(r, a, _)| (rise, aside) < (r, a) || (rise - r).abs() < 0.8 && aside < a) {
                best = Some((rise, aside, self.hit(*at).owner.unwrap_or(Owner::Insurance)));
            }
        }
        let section = self.sheet.section(&rect);
        if hit.what == What::PayorInSection && section != Some(Owner::Insurance) {
            return (Owner::Other, 0.0);
        }
        if section == Some(Owner::Secondary) {
            return (Owner::Secondary, 0.0);
        }
        match best {
            Some((_, _, owner)) if hit.what != What::Payor => (owner, 0.0),
            _ => (Owner::Insurance, 0.0),
        }
    }

    /// A telephone of the house: with a fax number beside it, or above everything that is said of the patient.
    pub(super) fn of_house(&self, label: LabelAt) -> bool {
        if self.hit(label).what != What::Phone {
            return false;
        }
        let rect = self.label_rect(label);
        let unit = self.sheet.page.unit;
        let height = self.sheet.page.reading.height as f32;
        if rect.center_y() < self.sheet.first_personal && rect.center_y() < LETTERHEAD * height {
            return true;
        }
        let (down, across) = (REACH_FAX.0 * unit, REACH_FAX.1 * unit);
        self.sheet.faxes_near(rect.center_y(), down).any(|fax| (fax.x - rect.x).abs() < across)
    }
}
