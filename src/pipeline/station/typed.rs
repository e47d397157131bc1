//! What is typed into a field: its normal form, what the rules object to, and how people would write a value.

use std::sync::LazyLock;

use regex::Regex;

use super::words;
use crate::calibration;
use crate::extract::{self, Vocabulary};
use crate::model::{DocumentKind, DocumentRecord, Field, ValueForm};

/// Longest text that a field takes, characters.
pub(super) const LONGEST: usize = 20_000;

/// The year now: dates do not lie beyond it.
pub(super) fn this_year() -> i16 {
    today().year()
}

fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// A text that was typed, with what it may stand for.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Typed {
    field: Field,
    forms: Vec<String>,
}

impl Typed {
    /// Reads a text.
    pub fn new(field: Field, text: &str, vocabulary: &Vocabulary) -> Self {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { field, forms: extract::keyed(field, &text, vocabulary, this_year()) }
    }

    /// What is kept: the field's own form, where the text has one.
    pub fn value(&self) -> String {
        self.forms.get(1).or(self.forms.first()).cloned().unwrap_or_default()
    }

    /// Whether it is the same value as another one.
    pub fn is(&self, other: &str) -> bool {
        !self.forms.is_empty() && !self.text().is_empty() && calibration::same(self.field, other, self.text(), &self.forms)
    }

    /// Whether two people have typed the same.
    pub fn agrees(&self, other: &Self) -> bool {
        let (one, two) = (self.value(), other.value());
        !one.is_empty() && calibration::same(self.field, &one, &two, &[])
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        self.forms.first().map_or("", String::as_str)
    }

    /// Whether the field gave it a form of its own, or it has that form already.
    pub fn has_form(&self) -> bool {
        self.forms.len() > 1 || is_number(self.field, self.text())
    }
}

/// Whether a text is a phone number in its normal form (E.164), which no paper prints.
fn is_number(field: Field, text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    field.form() == ValueForm::Phone && (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a text without a normal form cannot be a value of the field.
pub(super) fn needs_form(field: Field) -> bool {
    use Field::{DocumentType, Email, Gender, MaritalStatus, Npi, ObservationLoinc, PostalCode, Ssn, State};
    let listed = matches!(field, DocumentType | Gender | MaritalStatus | ObservationLoinc | State | Ssn | Npi | PostalCode | Email);
    listed || matches!(field.form(), ValueForm::Date | ValueForm::Phone)
}

/// Why a text cannot be kept at all: a closed set has no such member.
pub(super) fn refusal(typed: &Typed) -> Option<String> {
    let choices = words::choices(typed.field);
    let closed = matches!(typed.field, Field::DocumentType | Field::Gender | Field::MaritalStatus);
    let member = choices.iter().any(|(value, _)| *value == typed.value());
    (closed && !member).then(|| {
        let all: Vec<String> = choices.into_iter().map(|(_, words)| words).collect();
        format!("{} is one of: {}", words::label(typed.field), all.join(", "))
    })
}

/// What the field's own rules object to in a text.
pub(super) fn objection(field: Field, text: &str, vocabulary: &Vocabulary, this_year: i16) -> Option<String> {
    let forms = extract::keyed(field, text, vocabulary, this_year);
    if field.form() == ValueForm::Date {
        return match forms.get(1) {
            Some(date) => future(date),
            None => Some(no_date(text)),
        };
    }
    if needs_form(field) && forms.len() < 2 && !is_number(field, text) {
        return Some(match field.form() {
            ValueForm::Phone => "a phone number here has ten digits".to_owned(),
            ValueForm::Email => "an e-mail address looks like name@example.org".to_owned(),
            _ => format!("this has not the form of: {}", words::label(field)),
        });
    }
    let value = forms.last()?;
    (field == Field::ConditionIcd10 && vocabulary.lexicons.icd10(value).is_none()).then(|| "no such code in ICD-10-CM".to_owned())
}

/// What the other settled values of the document object to in a typed value.
pub(super) fn conflict(field: Field, value: &str, record: &DocumentRecord, vocabulary: &Vocabulary) -> Option<String> {
    let settled = |wanted: Field| {
        let found = record.values.iter().find(|v| v.extracted.field == wanted && v.status.leaves() && !v.extracted.value.is_empty());
        found.map(|v| v.extracted.value.as_str())
    };
    let before = |early: &str, late: &str| early.len() == 10 && late.len() == 10 && early > late;
    match field {
        Field::BirthDate => {
            let others = [Field::EncounterStart, Field::DocumentDate].into_iter().filter_map(settled);
            let first = others.min()?;
            before(value, first).then(|| format!("the patient would be born after {}, a date of this paper", in_words(first)))
        }
        Field::EncounterStart | Field::EncounterEnd | Field::DocumentDate | Field::VaccineDate | Field::ProcedureDate => {
            let born = settled(Field::BirthDate);
            if let Some(born) = born.filter(|born| before(born, value)) {
                return Some(format!("the patient was born on {} only", in_words(born)));
            }
            let (start, end) = match field {
                Field::EncounterStart => (value, settled(Field::EncounterEnd)?),
                Field::EncounterEnd => (settled(Field::EncounterStart)?, value),
                _ => return None,
            };
            before(start, end).then(|| "the visit would end before it begins".to_owned())
        }
        Field::PostalCode | Field::State => {
            let (code, state) = match field {
                Field::State => (settled(Field::PostalCode)?, value),
                _ => (value, settled(Field::State)?),
            };
            let places = vocabulary.lexicons.places_of(code);
            let elsewhere = places.first().filter(|_| !places.iter().any(|place| place.state.eq_ignore_ascii_case(state)))?;
            Some(format!("the postal code {code} is one of {}", elsewhere.state))
        }
        _ => None,
    }
}

fn future(date: &str) -> Option<String> {
    let now = today().to_string();
    // Dates of different precision compare as far as the shorter goes.
    let to = date.len().min(now.len());
    (date.get(..to)? > now.get(..to)?).then(|| format!("{} lies in the future", in_words(date)))
}

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// Month, day, year in figures, or the other way round.
static FIGURES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:(?<m>\d{1,2})[/.\- ](?<d>\d{1,2})[/.\- ](?<y>\d{4}|\d{2})|(?<y2>\d{4})-(?<m2>\d{1,2})-(?<d2>\d{1,2}))\s*$").ok()
});

/// Why a text is no date.
pub(super) fn no_date(text: &str) -> String {
    let wanted = "a date is wanted, such as 03/04/1950, or less where the paper has less".to_owned();
    let Some(found) = FIGURES.as_ref().and_then(|pattern| pattern.captures(text)) else { return wanted };
    let number = |one: &str, other: &str| found.name(one).or_else(|| found.name(other)).and_then(|m| m.as_str().parse::<i16>().ok());
    let (Some(month), Some(day), Some(year)) = (number("m", "m2"), number("d", "d2"), number("y", "y2")) else { return wanted };
    let Some(name) = usize::try_from(month).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?)) else {
        return format!("there is no month {month}");
    };
    if month == 2 && day == 29 {
        return format!("{year} is no leap year: its February has 28 days");
    }
    format!("day {day} does not exist in {name}")
}

/// A normal form as people write it, where that differs.
pub(super) fn in_words(value: &str) -> String {
    let mut parts = value.split('-').map(str::parse::<usize>);
    let month = |month: usize| MONTHS.get(month.checked_sub(1)?);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(Ok(year)), Some(Ok(m)), None, None) if value.len() == 7 => month(m).map(|name| format!("{name} {year}")),
        (Some(Ok(year)), Some(Ok(m)), Some(Ok(day)), None) if value.len() == 10 => month(m).map(|name| format!("{day} {name} {year}")),
        _ => None,
    }
    .unwrap_or_else(|| value.to_owned())
}

/// How a person would write a value of a field, where that differs from its normal form.
pub(super) fn reads(field: Field, value: &str) -> Option<String> {
    let written = match field.form() {
        _ if field == Field::DocumentType => DocumentKind::parse(value)?.display().to_owned(),
        ValueForm::Date => in_words(value),
        ValueForm::Phone => {
            let digits = value.strip_prefix("+1").filter(|digits| digits.len() == 10 && digits.bytes().all(|b| b.is_ascii_digit()))?;
            format!("({}) {}-{}", &digits[..3], &digits[3..6], &digits[6..])
        }
        _ => words::choices(field).into_iter().find(|(member, _)| member == value)?.1,
    };
    (written != value).then_some(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample::{document, value};

    #[test]
    fn dates_that_are_none_say_why() {
        let table = [
            ("04/31/1950", "day 31 does not exist in April"),
            ("1950-04-31", "day 31 does not exist in April"),
            ("2/29/1951", "1951 is no leap year: its February has 28 days"),
            ("13/02/1950", "there is no month 13"),
            ("0/02/1950", "there is no month 0"),
            ("soon", "a date is wanted"),
            ("", "a date is wanted"),
        ];
        for (text, wanted) in table {
            assert!(no_date(text).starts_with(wanted), "{text}: {}", no_date(text));
        }
    }

    #[test]
    fn fields_object_in_words() {
        let vocabulary = Vocabulary::load(None).unwrap();
        let table = [
            (Field::BirthDate, "02/30/1950", Some("day 30 does not exist in February")),
            (Field::BirthDate, "02/28/1950", None),
            (Field::DocumentDate, "01/01/2098", Some("1 January 2098 lies in the future")),
            (Field::Phone, "555-01", Some("a phone number")),
            (Field::Phone, "(503) 555-0123", None),
            // Normal forms are no reason to object.
            (Field::Phone, "+15035550123", None),
            (Field::State, "OR", None),
            (Field::PostalCode, "97301", None),
            (Field::Ssn, "987-65-4320", None),
            (Field::Gender, "female", None),
            (Field::MaritalStatus, "M", None),
            (Field::Email, "ann@example.org", None),
            (Field::DocumentType, "11506-3", None),
            (Field::ObservationLoinc, "2823-3", None),
            (Field::VaccineDate, "1998-05", None),
            (Field::ConditionIcd10, "Z99.99", Some("no such code")),
            (Field::ConditionIcd10, "E11.9", None),
            (Field::Family, "O'Brien", None),
            (Field::SectionPlan, "Rest.", None),
            (Field::ObservationValue, "negative", None),
        ];
        for (field, text, wanted) in table {
            let said = objection(field, text, &vocabulary, 2026);
            assert_eq!(said.is_some(), wanted.is_some(), "{field} {text}: {said:?}");
            assert!(said.unwrap_or_default().starts_with(wanted.unwrap_or_default()), "{field} {text}");
        }
    }

    #[test]
    fn other_values_of_the_paper_object() {
        let vocabulary = Vocabulary::load(None).unwrap();
        let mut record = document("a.png");
        record.values = vec![
            value(Field::DocumentDate, None, "2001-05-02").build(),
            value(Field::State, None, "OR").build(),
            value(Field::EncounterStart, None, "2001-05-01").build(),
        ];
        let said = |field, text: &str| conflict(field, text, &record, &vocabulary).unwrap_or_default();
        assert!(said(Field::BirthDate, "2001-06-01").contains("born after 1 May 2001"), "{}", said(Field::BirthDate, "2001-06-01"));
        assert_eq!(said(Field::BirthDate, "1950-06-01"), "");
        assert!(said(Field::EncounterEnd, "2001-04-30").contains("before it begins"));
        assert!(said(Field::PostalCode, "62701").contains("one of IL"), "{}", said(Field::PostalCode, "62701"));
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        let table = [
            (Field::BirthDate, "1950-03-04", Some("4 March 1950")),
            (Field::ProcedureDate, "1998-05", Some("May 1998")),
            (Field::ProcedureDate, "1998", None),
            (Field::MaritalStatus, "M", Some("married")),
            (Field::Phone, "+15035550123", Some("(503) 555-0123")),
            (Field::DocumentType, "11506-3", Some("Progress note")),
            (Field::Gender, "male", None),
            (Field::City, "Salem", None),
        ];
        for (field, text, wanted) in table {
            assert_eq!(reads(field, text).as_deref(), wanted, "{field} {text}");
        }
    }

    #[test]
    fn typed_texts_are_compared_by_what_they_mean() {
        let vocabulary = Vocabulary::load(None).unwrap();
        let typed = |field, text: &str| Typed::new(field, text, &vocabulary);
        assert!(typed(Field::BirthDate, "3/4/1950").is("1950-03-04"));
        assert_eq!(typed(Field::BirthDate, "3/4/1950").value(), "1950-03-04");
        assert!(typed(Field::BirthDate, "3/4/1950").agrees(&typed(Field::BirthDate, "March 4, 1950")));
        assert!(!typed(Field::Family, "").is(""));
        assert!(typed(Field::Family, "smith").is("Smith"));
        assert!(refusal(&typed(Field::DocumentType, "nonsense")).is_some() && refusal(&typed(Field::Gender, "F")).is_none());
    }
}
