//! What one document says of who it is about, folded so that spelling habits do not count.

use crate::model::{DocumentId, DocumentRecord, Field};

/// A document's account of its patient. Holds patient text: it has no `Debug`.
pub(super) struct Evidence {
    pub document: DocumentId,
    number: Option<String>,
    ssn: Option<String>,
    family: Option<String>,
    given: Option<String>,
    birth: Option<String>,
    gender: Option<String>,
}

/// What tells two documents' patients apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    Birth,
    Number,
    Ssn,
    Gender,
    Name,
}

impl Evidence {
    /// Takes the values that may leave.
    pub fn of(record: &DocumentRecord) -> Self {
        let take = |field: Field| {
            let found = record.values.iter().filter(|value| value.extracted.field == field && value.status.leaves());
            // The least of several, so that the order of storage does not matter.
            found.map(|value| fold(&value.extracted.value)).filter(|text| !text.is_empty()).min()
        };
        let together = |field: Field| take(field).map(|text| text.replace(' ', ""));
        Self {
            document: record.id.clone(),
            number: together(Field::Mrn),
            ssn: together(Field::Ssn),
            family: together(Field::Family),
            given: take(Field::Given),
            birth: together(Field::BirthDate),
            gender: together(Field::Gender).filter(|gender| gender != "unknown"),
        }
    }

    pub fn says_something(&self) -> bool {
        self.number.is_some() || self.family.is_some() || self.given.is_some() || self.birth.is_some() || self.ssn.is_some()
    }

    pub fn number_key(&self) -> Option<String> {
        self.number.clone()
    }

    pub fn name_key(&self) -> Option<String> {
        // Without a given name two sisters born on one day would be one.
        match (&self.family, &self.given, &self.birth) {
            (Some(family), Some(_), Some(birth)) => Some(format!("{birth} {family}")),
            _ => None,
        }
    }

    pub fn same_number(&self, other: &Self) -> bool {
        same(&self.number, &other.number)
    }

    pub fn same_birth(&self, other: &Self) -> bool {
        same(&self.birth, &other.birth)
    }

    pub fn same_name_key(&self, other: &Self) -> bool {
        self.name_key().is_some() && self.name_key() == other.name_key()
    }

    /// Whether both have a name, and family and given agree as far as both have them.
    pub fn name_fits(&self, other: &Self) -> bool {
        same(&self.family, &other.family) && (self.given.is_none() || other.given.is_none() || self.given_fits(other))
    }

    /// Whether both given names are one: the first names are equal or one is the other's initial, and so for the middle names if both have one.
    pub fn given_fits(&self, other: &Self) -> bool {
        let (Some(a), Some(b)) = (&self.given, &other.given) else { return false };
        let fits =
            |a: &str, b: &str| a == b || (a.chars().count() == 1 && b.starts_with(a)) || (b.chars().count() == 1 && a.starts_with(b));
        // `zip` ends with the shorter: a middle name that only one paper bears says nothing.
        a.split(' ').zip(b.split(' ')).all(|(a, b)| fits(a, b))
    }

    /// The first thing that tells the two apart, if anything does.
    pub fn difference(&self, other: &Self) -> Option<Difference> {
        let apart = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
        if apart(&self.birth, &other.birth) {
            Some(Difference::Birth)
        } else if apart(&self.number, &other.number) {
            Some(Difference::Number)
        } else if apart(&self.ssn, &other.ssn) {
            Some(Difference::Ssn)
        } else if apart(&self.gender, &other.gender) {
            Some(Difference::Gender)
        } else {
            let given_apart = self.given.is_some() && other.given.is_some() && !self.given_fits(other);
            let family_apart = apart(&self.family, &other.family);
            // A new family name alone may be a marriage; then the birth date has to hold the two together.
            let parted = given_apart || (family_apart && !self.same_birth(other));
            parted.then_some(Difference::Name)
        }
    }
}

fn same(a: &Option<String>, b: &Option<String>) -> bool {
    a.is_some() && a == b
}

/// Lower case, letters and digits alone, words parted by single spaces.
fn fold(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '\u{2019}' | '.'));
    let letters = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    words.map(letters).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
