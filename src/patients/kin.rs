//! What other documents of the same patient say: a second witness for a fact that no look at one paper can give.
//!
//! Documents are of one patient, for this purpose alone, if they bear the same record number, or (where one bears none, and for the number itself) the
//! same family name and birth date. That is looser than [`super::group`], which decides whose chart a paper goes into; here a wrong tie can
//! only show a contradiction, and send a value to a person. Whether the machine accepted the values does not matter: two readings that agree
//! are no accident.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::{DecidedValue, Field, Form};

/// Facts that a patient's papers repeat.
const FACTS: [Field; 20] = [
    Field::Family,
    Field::Given,
    Field::BirthDate,
    Field::Gender,
    Field::Mrn,
    Field::Ssn,
    Field::Phone,
    Field::Email,
    Field::AddressLine,
    Field::City,
    Field::State,
    Field::PostalCode,
    Field::MaritalStatus,
    Field::Language,
    Field::ContactName,
    Field::ContactTelecom,
    Field::ContactRelationship,
    Field::Payor,
    Field::SubscriberId,
    Field::GroupNumber,
];
/// Those that stay the same for life, or change so seldom that two readings contradict each other.
const LASTING: [Field; 5] = [Field::Family, Field::BirthDate, Field::Gender, Field::Mrn, Field::Ssn];
/// Digests of one document's facts: of a field with several different values, none.
struct Facts(Vec<(Field, u64)>);

impl Facts {
    fn get(&self, field: Field) -> Option<u64> {
        self.0.iter().find(|(f, _)| *f == field).map(|(_, digest)| *digest)
    }

    /// What ties it to others by its record number, and by name and birth date.
    fn ties(&self) -> [Option<u64>; 2] {
        let number = self.get(Field::Mrn).map(|number| digest_of(&("number", number)));
        let person = self.get(Field::Family).zip(self.get(Field::BirthDate)).map(|person| digest_of(&("person", person)));
        [number, person]
    }
}

/// How many documents say what, by patient. Only digests are kept, some 40 bytes a fact.
#[derive(Debug, Default)]
pub struct Kin {
    /// Documents under a tie that say something of a field.
    any: HashMap<(u64, Field), u32>,
    /// Documents under a tie that say this very thing.
    same: HashMap<(u64, Field, u64), u32>,
}

impl Kin {
    /// Takes in a document.
    pub fn add(&mut self, values: &[DecidedValue]) {
        let facts = Facts::of(values);
        for tie in facts.ties().into_iter().flatten() {
            for &(field, digest) in &facts.0 {
                *self.any.entry((tie, field)).or_default() += 1;
                *self.same.entry((tie, field, digest)).or_default() += 1;
            }
        }
    }

    /// For each value of a document that was taken in, how many other documents of the patient say the same, and how many something else. Only
    /// facts that last can be contradicted: people move, and change their plans.
    pub fn of(&self, values: &[DecidedValue]) -> Vec<(u16, u16)> {
        let own = Facts::of(values);
        let [number, person] = own.ties();
        let of = |value: &DecidedValue| {
            let field = value.extracted.field;
            let tie = if field == Field::Mrn { person } else { number.or(person) };
            let (Some(tie), Some(digest)) = (tie, digest(value).filter(|_| FACTS.contains(&field))) else { return (0, 0) };
            let itself = own.get(field);
            let same = self.same.get(&(tie, field, digest)).copied().map_or(0, |n| n.saturating_sub(u32::from(itself == Some(digest))));
            let others = self.any.get(&(tie, field)).copied().map_or(0, |n| n.saturating_sub(u32::from(itself.is_some())));
            let differ = if LASTING.contains(&field) { others.saturating_sub(same) } else { 0 };
            (u16::try_from(same).unwrap_or(u16::MAX), u16::try_from(differ).unwrap_or(u16::MAX))
        };
        values.iter().map(of).collect()
    }
}

impl Facts {
    fn of(values: &[DecidedValue]) -> Self {
        let mut facts: Vec<(Field, u64)> = Vec::new();
        let mut torn: Vec<Field> = Vec::new();
        for value in values.iter().filter(|value| FACTS.contains(&value.extracted.field)) {
            let found = &value.extracted;
            let Some(digest) = digest(value).filter(|_| found.signals.form != Form::Invalid && !found.signals.mended) else { continue };
            match facts.iter().find(|(f, _)| *f == found.field) {
                Some((_, other)) if *other != digest => torn.push(found.field),
                Some(_) => {}
                None => facts.push((found.field, digest)),
            }
        }
        facts.retain(|(field, _)| !torn.contains(field));
        Self(facts)
    }
}

/// A value without case, points and blanks; of given names the first.
fn digest(value: &DecidedValue) -> Option<u64> {
    let text = &value.extracted.value;
    let text = if value.extracted.field == Field::Given { text.split_whitespace().next().unwrap_or("") } else { text };
    let folded: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    (!folded.is_empty()).then(|| digest_of(&folded))
}

fn digest_of<T: Hash>(thing: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample::value;

    fn paper(facts: &[(Field, &str)]) -> Vec<DecidedValue> {
        facts.iter().map(|(field, text)| value(*field, None, text).build()).collect()
    }

    /// What the others say of the first paper's values.
    fn said(papers: &[&[(Field, &str)]]) -> Vec<(u16, u16)> {
        let papers: Vec<_> = papers.iter().map(|p| paper(p)).collect();
        let mut kin = Kin::default();
        papers.iter().for_each(|paper| kin.add(paper));
        kin.of(&papers[0])
    }

    const ANN: [(Field, &str); 4] =
        [(Field::Mrn, "48213"), (Field::Family, "Doe"), (Field::BirthDate, "1950-02-03"), (Field::Phone, "+15035550123")];

    #[test]
    fn papers_with_the_same_number_are_witnesses() {
        let other = [(Field::Mrn, "48213"), (Field::Family, "DOE"), (Field::BirthDate, "1950-02-08"), (Field::Phone, "+15035550999")];
        // The number itself has no witness: name and birth date do not both agree. A telephone may change.
        assert_eq!(said(&[&ANN, &other]), [(0, 0), (1, 0), (0, 1), (0, 0)]);
    }

    #[test]
    fn a_misread_number_is_contradicted_by_name_and_birth_date() {
        let same = [(Field::Mrn, "48218"), (Field::Family, "Doe"), (Field::BirthDate, "1950-02-03")];
        assert_eq!(said(&[&ANN, &same])[0], (0, 1));
        assert_eq!(said(&[&ANN, &ANN, &same])[0], (1, 1));
    }

    #[test]
    fn strangers_and_papers_that_say_two_things_are_no_witnesses() {
        let stranger = [(Field::Mrn, "99999"), (Field::Family, "Doe"), (Field::BirthDate, "1971-02-03")];
        assert_eq!(said(&[&ANN, &stranger]), [(0, 0); 4]);
        let torn = [(Field::Mrn, "48213"), (Field::BirthDate, "1950-02-03"), (Field::BirthDate, "1951-02-03")];
        assert_eq!(said(&[&ANN, &torn])[2], (0, 0));
        assert_eq!(said(&[&ANN]), [(0, 0); 4]);
    }
}
