//! From a pair to the field that it fills, and from a label whose value could not be read to the field that a person must look for.

use super::assign::Offer;
use super::zones::Zone;
use super::{Finder, LabelAt, said, words_of};
use crate::extract::demographics::facts::{Fact, Facts, NameFact, date_kind};
use crate::extract::demographics::labels::{Owner, What};
use crate::extract::demographics::sheet::Token;
use crate::model::Field;

/// A label whose owner is less sure than this asks for nothing.
const SURE_OWNER: f32 = 0.2;
/// From this cost on a place says little.
const WEAK_PLACE: f32 = 0.9;
/// So many letters and digits behind a contact's name, digits among them, are a telephone number that was not read.
const TELEPHONE_SAID: usize = 5;

impl Finder<'_, '_> {
    /// The field that a label of the patient, the contact or the plan stands for.
    /// The fields that a label of the patient, the contact or the plan stands for.
    fn fields_of(&self, label: LabelAt) -> &'static [Field] {
        let (owner, doubt) = self.owner(label);
        if doubt > SURE_OWNER {
            return &[];
        }
        let hit = self.hit(label);
        match (hit.what, owner) {
            (What::Name, Owner::Patient | Owner::Member) => &[Field::Family, Field::Given],
            (What::Family, Owner::Patient) => &[Field::Family],
            (What::Given, Owner::Patient) => &[Field::Given],
            (What::Birth, Owner::Patient) => &[Field::BirthDate],
            (What::BirthGender, Owner::Patient) => &[Field::BirthDate, Field::Gender],
            (What::Gender | What::AgeGender, Owner::Patient) => &[Field::Gender],
            (What::Mrn, _) => &[Field::Mrn],
            (What::Ssn, Owner::Patient) => &[Field::Ssn],
            (What::HomePhone | What::Phone | What::CellPhone, Owner::Patient) if !self.of_house(label) => &[Field::Phone],
            (What::Email, Owner::Patient) => &[Field::Email],
            (What::Address | What::Street, Owner::Patient) => &[Field::AddressLine],
            (What::CityStateZip, Owner::Patient) => &[Field::City, Field::State, Field::PostalCode],
            (What::City, Owner::Patient) => &[Field::City],
            (What::State, Owner::Patient) => &[Field::State],
            (What::Zip, Owner::Patient) => &[Field::PostalCode],
            (What::Marital, Owner::Patient) => &[Field::MaritalStatus],
            (What::Language, Owner::Patient) => &[Field::Language],
            (What::Name, Owner::Emergency) => &[Field::ContactName],
            (What::Relationship, Owner::Emergency) => &[Field::ContactRelationship],
            (What::Phone | What::HomePhone | What::CellPhone, Owner::Emergency) => &[Field::ContactTelecom],
            (What::Payor | What::PayorInSection, Owner::Insurance) => &[Field::Payor],
            (What::MemberId, Owner::Insurance) => &[Field::SubscriberId],
            (What::Group, Owner::Insurance) => &[Field::GroupNumber],
            (What::Npi, _) => &[Field::Npi],
            (What::AdmitDate | What::VisitDate, _) => &[Field::EncounterStart],
            (What::DischargeDate, _) => &[Field::EncounterEnd],
            _ => &[],
        }
    }

    pub(super) fn record(&self, offer: &Offer, page: usize, facts: &mut Facts) {
        let (label, zone) = (offer.label, &offer.zone);
        let hit = self.hit(label);
        let (owner, unsure) = self.owner(label);
        let rule = zone.rule;
        // Under a label with a colon, or above a line, the position says less.
        let weak = if zone.cost >= WEAK_PLACE {
            0.25
        } else if zone.cost > 0.55 {
            0.1
        } else {
            0.0
        };
        let telephone = offer.readings.iter().any(|r| r.what == What::Phone);
        let digits = |t: &Token| t.text.chars().any(|c| c.is_ascii_digit());
        if owner == Owner::Emergency && !telephone && said(&zone.tail) >= TELEPHONE_SAID && zone.tail.iter().any(digits) {
            facts.unread.push((Field::ContactTelecom, page));
        }
        for reading in &offer.readings {
            let doubt = (reading.doubt + unsure + weak + if hit.similarity < 0.9 { 0.1 } else { 0.0 }).min(1.0);
            let doubt = if hit.what == What::FilmNo { doubt.max(0.4) } else { doubt };
            let fact = |field: Field, rank: u8| Fact {
                field,
                value: reading.value.clone(),
                page,
                words: reading.spots.iter().map(|s| s.word).collect(),
                rule,
                label: hit.similarity,
                label_at: Some(self.label_rect(label)),
                doubt,
                rank,
            };
            let field_of = |owner: Owner| -> Option<(Field, u8)> {
                Some(match (reading.what, owner) {
                    (What::Birth, Owner::Patient) => (Field::BirthDate, 0),
                    (What::Gender, Owner::Patient) => (Field::Gender, 0),
                    (What::Mrn, _) => (Field::Mrn, 0),
                    (What::FilmNo, _) => (Field::Mrn, 1),
                    (What::Ssn, Owner::Patient) => (Field::Ssn, 0),
                    (What::HomePhone, Owner::Patient) => (Field::Phone, 0),
                    (What::Phone, Owner::Patient) if !self.of_house(label) => (Field::Phone, 1),
                    (What::CellPhone, Owner::Patient) => (Field::Phone, 2),
                    (What::Email, Owner::Patient) => (Field::Email, 0),
                    (What::Street, Owner::Patient) => (Field::AddressLine, 0),
                    (What::City, Owner::Patient) => (Field::City, 0),
                    (What::State, Owner::Patient) => (Field::State, 0),
                    (What::Zip, Owner::Patient) => (Field::PostalCode, 0),
                    (What::Marital, Owner::Patient) => (Field::MaritalStatus, 0),
                    (What::Language, Owner::Patient) => (Field::Language, 0),
                    (What::Name, Owner::Emergency) => (Field::ContactName, 0),
                    (What::Relationship, Owner::Emergency) => (Field::ContactRelationship, 0),
                    (What::HomePhone, Owner::Emergency) => (Field::ContactTelecom, 0),
                    (What::Phone, Owner::Emergency) => (Field::ContactTelecom, 1),
                    (What::CellPhone, Owner::Emergency) => (Field::ContactTelecom, 2),
                    (What::Payor, Owner::Insurance) => (Field::Payor, 0),
                    (What::MemberId, Owner::Insurance) => (Field::SubscriberId, 0),
                    (What::Group, Owner::Insurance) => (Field::GroupNumber, 0),
                    (What::Npi, _) => (Field::Npi, if matches!(owner, Owner::OtherProvider) { 2 } else { 0 }),
                    (What::DischargeDate, _) => (Field::EncounterEnd, 0),
                    _ => return None,
                })
            };
            if let Some((field, rank)) = field_of(owner) {
                facts.plain.push(fact(field, rank));
            }
            if let Some(kind) = date_kind(reading.what) {
                // Dates of a former stay, or of somebody's work, do not date the paper.
                let foreign = hit.what == What::Date
                    && matches!(
                        self.sheet.section(&self.label_rect(label)),
                        Some(Owner::Secondary | Owner::Spouse | Owner::Parent | Owner::Guarantor | Owner::Subscriber | Owner::Emergency)
                    );
                let past = hit.what == What::Date
                    && self.sheet.section(&self.label_rect(label)) == Some(Owner::Other)
                    && zone.rule != "demographics.above";
                if !foreign && !past {
                    facts.dates.push((kind, fact(Field::DocumentDate, 0)));
                }
            }
            match (reading.what, owner, &reading.person) {
                (What::Name, Owner::Patient | Owner::Member, Some(person)) => {
                    let tokens = &zone.tokens;
                    facts.names.push(NameFact {
                        person: person.clone(),
                        page,
                        family_words: words_of(&person.family, tokens),
                        given_words: words_of(&person.given, tokens),
                        rule,
                        label: hit.similarity,
                        label_at: Some(self.label_rect(label)),
                        doubt,
                    });
                }
                (What::Family | What::Given | What::Middle, Owner::Patient, _) => {
                    let field = if reading.what == What::Family { Field::Family } else { Field::Given };
                    facts.plain.push(fact(field, if reading.what == What::Middle { 1 } else { 0 }));
                }
                (What::Provider | What::Name | What::Signature, owner, Some(_)) if owner.is_provider() => {
                    facts.providers.push((role(owner), fact(Field::Practitioner, 0)))
                }
                (What::Signature, _, Some(_)) => facts.providers.push(("signature", fact(Field::Practitioner, 0))),
                _ => {}
            }
        }
    }

    /// Keeps the field of a label that has something beside it that could not be read.
    pub(super) fn record_unread(&self, label: LabelAt, zone: &Zone, page: usize, facts: &mut Facts) {
        let what = self.hit(label).what;
        // What stands over a line to sign on, or far under a colon, is more often something else.
        if zone.cost >= WEAK_PLACE || !Self::holds_something(what, zone) {
            return;
        }
        if what == What::Middle && self.owner(label).0 == Owner::Patient {
            facts.unread_middle.push(page);
        }
        facts.unread.extend(self.fields_of(label).iter().map(|&field| (field, page)));
    }
}

fn role(owner: Owner) -> &'static str {
    match owner {
        Owner::Author => "author",
        Owner::Attending => "attending",
        Owner::Surgeon => "surgeon",
        Owner::Ordering => "ordering",
        Owner::Referring => "referring",
        Owner::PrimaryCare => "primary-care",
        _ => "other",
    }
}
