//! Whose value a label asks for: by its own wording, the person named before it on its line, the heading over it, and, for
//! telephones and relations without a heading, the person named just above.

use super::{Finder, LINES, LabelAt, NEIGHBOURS};
use crate::extract::demographics::captions::Side;
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

    /// The person whose label stands on one of the lines just above, if it is the emergency contact; a relation may stand between. Where
    /// labels stand over their entries, only in the same column.
    fn named_above(&self, line: usize, rect: &Rect) -> Option<Owner> {
        let unit = self.sheet.page.unit;
        let mut from = rect.center_y();
        for l in (line.saturating_sub(LINES)..line).rev() {
            let middle = self.sheet.page.lines[l].rect.center_y();
            if rect.center_y() - middle <= 0.5 * unit {
                continue;
            }
            if from - middle > REACH_NAMED * unit {
                break;
            }
            let all = self.sheet.of_line(l).iter().take(NEIGHBOURS);
            let all = all.flat_map(|&s| (0..self.sheet.pieces[s].hits.len().min(NEIGHBOURS)).map(move |h| (s, h)));
            let column = |at: &LabelAt| self.sheet.side != Side::Over || (self.label_rect(*at).x - rect.x).abs() < 2.0 * unit;
            let hits: Vec<&Hit> = all.filter(column).map(|at| self.hit(at)).collect();
            let named = |h: &&&Hit| h.what == What::Name && h.owner.is_some();
            if let Some(owner) = hits.iter().find(named).and_then(|h| h.owner) {
                return Some(owner).filter(|o| *o == Owner::Emergency);
            }
            if hits.iter().any(|h| h.what == What::Relationship) {
                from = middle;
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

#[cfg(test)]
mod tests {
    use super::super::Finder;
    use crate::extract::demographics::labels::{Owner, What, labels};
    use crate::extract::demographics::names::people;
    use crate::extract::demographics::sheet::Sheet;
    use crate::extract::testing::typed;

    /// The owners of all labels of one kind on a page, in its order; telephones of the house as the facility's.
    fn owners(text: &str, what: What) -> Vec<Owner> {
        let (page, people) = (typed(text), people());
        let sheet = Sheet::new(&page, &labels(), &people);
        let finder = Finder { sheet: &sheet, people: &people, no_payor: &[], latest: 2020 };
        let mut out = Vec::new();
        for (p, piece) in sheet.pieces.iter().enumerate() {
            for (h, hit) in piece.hits.iter().enumerate() {
                if hit.what == what {
                    out.push(if finder.of_house((p, h)) { Owner::Facility } else { finder.owner((p, h)).0 });
                }
            }
        }
        out
    }

    #[test]
    fn whose_value_it_is() {
        let patient = "\n\nPatient name:   Ann May   Date of birth:   07/28/1978\n";
        let table: &[(&str, What, &[Owner])] = &[
            // The patient's own, under a heading or under none.
            ("\n\nPatient name:   Ann May\nPhone:   406-555-0101", What::Phone, &[Owner::Patient]),
            ("\n\nPATIENT INFORMATION\nName:   Ann May", What::Name, &[Owner::Patient]),
            // Husband, wife, mother and father named before on the line.
            ("\nPatient name:   Ann May\nSpouse:   Alan May   Date of birth:   01/02/1950", What::Birth, &[Owner::Spouse]),
            ("\nPatient name:   Ann May\nMother's name:   Joan May   DOB:   01/02/1950", What::Birth, &[Owner::Parent]),
            ("\nPatient name:   Ann May\nMother's date of birth:   01/02/1950", What::Birth, &[Owner::Parent]),
            ("\nPatient name:   Ann May\nGuardian:   Joan May   SSN:   745-43-5299", What::Ssn, &[Owner::Parent]),
            // The guarantor and the subscriber, by section and by wording.
            (
                "\n\nRESPONSIBLE PARTY\nName:   Ruth Quarry\nAddress:   12 Elm Street\nPhone:   406-555-0101",
                What::Phone,
                &[Owner::Guarantor],
            ),
            ("\n\nRESPONSIBLE PARTY\nName:   Ruth Quarry\nAddress:   12 Elm Street", What::Address, &[Owner::Guarantor]),
            ("\nPatient name:   Ann May\nGuarantor SSN:   745-43-5299", What::Ssn, &[Owner::Guarantor]),
            ("\n\nINSURANCE\nSubscriber:   Joan May   Date of birth:   03/04/1951", What::Birth, &[Owner::Subscriber]),
            ("\n\nINSURANCE\nPayer:   Acme Life\nName:   Joan May\nSex:   F", What::Gender, &[Owner::Subscriber]),
            ("\nPatient name:   Ann May\nInsured's date of birth:   03/04/1951", What::Birth, &[Owner::Subscriber]),
            // The emergency contact, by section, on the line, and just above.
            ("\n\nEMERGENCY CONTACT\nName:   Ann May   Phone:   406-555-0175", What::Phone, &[Owner::Emergency]),
            ("\nPatient name:   Ann May\nNext of kin:   Alan May   Phone:   406-555-0175", What::Phone, &[Owner::Emergency]),
            ("\nPatient name:   Ann May\nNext of kin:   Alan May\nRelationship:   Husband", What::Relationship, &[Owner::Emergency]),
            // Physicians own telephones and their numbers, not dates of birth.
            ("\nPatient name:   Ann May\nReferring physician:   Jon Roe, MD   Phone:   406-555-0175", What::Phone, &[Owner::Referring]),
            ("\nPatient name:   Ann May\nReferring physician:   Jon Roe, MD   DOB:   07/28/1978", What::Birth, &[Owner::Patient]),
            // The house: above all that is said of the patient, or beside a fax number.
            (&format!("\nPhone:   406-555-0170{patient}"), What::Phone, &[Owner::Facility]),
            (&format!("{patient}\n\nPhone:   406-555-0170   Fax:   406-555-0122"), What::Phone, &[Owner::Facility]),
        ];
        for (text, what, want) in table {
            assert_eq!(owners(text, *what), *want, "{text}");
        }
    }

    #[test]
    fn telephones_at_work_ask_for_nothing() {
        for text in
            ["Work phone:   406-555-0101", "Employer phone:   406-555-0101", "Fax:   406-555-0101", "Pharmacy phone:   406-555-0101"]
        {
            let text = format!("\nPatient name:   Ann May\n{text}");
            for what in [What::Phone, What::HomePhone, What::CellPhone] {
                assert_eq!(owners(&text, what), [], "{text}");
            }
        }
    }
}
