//! A stretch of words that is known to answer one field, as a zone of a form template is: the value it says, by the same readers as
//! values beside labels.

use super::Lists;
use super::labels::What;
use super::names;
use super::pairs::interpret::name_part;
use super::values::{self, Value};
use crate::extract::dates;
use crate::model::{Field, Form, ValueForm};

/// What a zone asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A field of the contract.
    Field(Field),
    /// The patient's whole name.
    Name,
    /// The patient's whole address.
    Address,
    /// Nothing: what stands there is no field's.
    Nothing,
}

impl Target {
    /// Names beside those of fields.
    pub(crate) const NAMES: [(&'static str, Target); 3] =
        [("Patient.name", Self::Name), ("Patient.address", Self::Address), ("none", Self::Nothing)];

    /// Reads a name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let other = Self::NAMES.iter().find(|(name, _)| *name == text).map(|(_, target)| *target);
        other.or_else(|| Field::parse(text).filter(|f| *f != Field::DocumentType).map(Self::Field))
    }

    /// The fields that it answers.
    pub(crate) fn fields(self) -> Vec<Field> {
        match self {
            Self::Field(field) => vec![field],
            Self::Name => vec![Field::Family, Field::Given],
            Self::Address => vec![Field::AddressLine, Field::City, Field::State, Field::PostalCode],
            Self::Nothing => Vec::new(),
        }
    }
}

/// What a zone says of one field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    /// The field.
    pub field: Field,
    /// The value.
    pub value: Value,
    /// Positions of its words among those given; empty stands for all.
    pub words: Vec<usize>,
    /// The doubt of the reader.
    pub doubt: f32,
}

/// Reads the lines of a zone. `None` where they do not read as the field asks: a person has to look.
pub(crate) fn read(target: Target, lines: &[Vec<&str>], lists: &Lists, latest: i16) -> Option<Vec<Answer>> {
    let people = &lists.people;
    let words: Vec<&str> = lines.iter().flatten().copied().collect();
    let text = words.join(" ");
    let one = |field: Field, value: Value, doubt: f32| vec![Answer { field, value, words: Vec::new(), doubt }];
    match target {
        Target::Nothing => Some(Vec::new()),
        Target::Name => {
            let person = names::parse(&text, people).filter(|p| !p.given.is_empty())?;
            let part = |field: Field, text: &str| Answer {
                field,
                words: words_of(text, &words),
                value: Value { text: text.to_owned(), form: Form::Valid, history: person.history.clone() },
                doubt: 0.0,
            };
            Some(vec![part(Field::Family, &person.family), part(Field::Given, &person.given)])
        }
        Target::Address => {
            let joined: Vec<String> = lines.iter().map(|l| l.join(" ")).collect();
            let address = values::address(&joined, people)?;
            let parts = [
                (Field::AddressLine, address.line),
                (Field::City, address.city),
                (Field::State, address.state),
                (Field::PostalCode, address.zip),
            ];
            let answers: Vec<Answer> = parts
                .into_iter()
                .filter_map(|(field, value)| value.map(|v| Answer { field, words: words_of(&v.text, &words), value: v, doubt: 0.0 }))
                .collect();
            (!answers.is_empty()).then_some(answers)
        }
        Target::Field(Field::AddressLine) => {
            let line = names::title_case(trimmed(&text));
            let fits = line.chars().any(|c| c.is_ascii_digit()) && line.chars().any(char::is_alphabetic);
            fits.then(|| one(Field::AddressLine, Value::new(line, Form::Free), 0.0))
        }
        Target::Field(field) => {
            if let Some((value, range)) = date_in(field, &words, latest) {
                // What stands beside the date in its zone was not meant to be there.
                let doubt = if range.len() < words.len() { 0.2 } else { 0.0 };
                return value.map(|value| vec![Answer { field, value, words: range.collect(), doubt }]);
            }
            scalar(field, &text, lists).map(|(value, doubt)| one(field, value, doubt))
        }
    }
}

/// The date of a field of dates: outer `None` for other fields, inner for no date.
fn date_in(field: Field, words: &[&str], latest: i16) -> Option<(Option<Value>, std::ops::Range<usize>)> {
    if field.form() != ValueForm::Date {
        return None;
    }
    let found = dates::find_until(words, latest);
    let partial = matches!(field, Field::ProcedureDate);
    Some(match found.first().filter(|f| found.len() == 1 && (partial || f.read.date.is_full())) {
        Some(f) => (Some(Value::of_date(f.read.clone())), f.words.clone()),
        None => (None, 0..0),
    })
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '_' | '|' | ':' | ';' | ','))
}

fn scalar(field: Field, text: &str, lists: &Lists) -> Option<(Value, f32)> {
    let people = &lists.people;
    let coded =
        |table: &std::collections::BTreeMap<String, Vec<String>>| values::choice(text, table).map(|code| Value::new(code, Form::Checked));
    let free = || {
        let text = trimmed(text);
        text.chars().any(char::is_alphanumeric).then(|| Value::new(text, Form::Free))
    };
    let value = match field {
        Field::Family => return name_part(text, What::Family, people),
        Field::Given => return name_part(text, What::Given, people),
        Field::Gender => coded(&people.gender),
        Field::MaritalStatus => coded(&people.marital),
        Field::Language => coded(&people.language),
        Field::Mrn => values::identifier(text, 3).map(|mut value| {
            lists.house.judge_mrn(&mut value);
            value
        }),
        Field::SubscriberId => values::identifier(text, 4),
        Field::GroupNumber => values::identifier(text, 2),
        Field::Ssn => values::ssn(text),
        Field::Npi => values::npi(text),
        Field::Phone | Field::ContactTelecom => values::phone(text).map(|(value, _)| value),
        Field::Email => values::email(text),
        Field::State => values::state(text, people),
        Field::PostalCode => values::zip(text),
        Field::City => {
            let city = trimmed(text);
            values::is_city(city).then(|| Value::new(names::title_case(city), Form::Valid))
        }
        Field::ContactRelationship => values::relationship(text, people),
        Field::Practitioner | Field::ContactName => {
            let person = names::parse(text, people)?;
            let doubt = if person.given.is_empty() { 0.5 } else { 0.0 };
            return Some((Value { text: person.printed, form: Form::Valid, history: person.history }, doubt));
        }
        Field::Payor | Field::Organization => free().map(|v| Value { text: names::title_case(&v.text), ..v }),
        _ => free(),
    };
    value.map(|value| (value, 0.0))
}

/// Positions of the words that a value is made of; none stand for all.
fn words_of(value: &str, words: &[&str]) -> Vec<usize> {
    let wanted: Vec<String> = value.split([' ', '-']).map(super::text::fold).filter(|w| !w.is_empty()).collect();
    let holds = |word: &str| {
        let folded = super::text::fold(word);
        !folded.is_empty() && wanted.iter().any(|w| folded == *w || (w.len() > 2 && folded.contains(w.as_str())))
    };
    (0..words.len()).filter(|&k| holds(words[k])).collect()
}

/// Whether a text may be the value of a field, where a template gives the value of a ticked box.
pub(crate) fn is_value(field: Field, text: &str, lists: &Lists) -> bool {
    match field {
        Field::Gender => lists.people.gender.contains_key(text),
        Field::MaritalStatus => lists.people.marital.contains_key(text),
        Field::Language => lists.people.language.contains_key(text),
        _ => !text.trim().is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> Lists {
        crate::extract::demographics::tests::lists()
    }

    #[test]
    fn zones_read_as_their_fields_ask() {
        let field = |name: &str| Target::parse(name).unwrap();
        let table: [(&str, &str, Option<&[(Field, &str)]>); 13] = [
            ("Patient.name", "MAY, ALAN", Some(&[(Field::Family, "May"), (Field::Given, "Alan")])),
            ("Patient.name.family", "O'BRIEN", Some(&[(Field::Family, "O'Brien")])),
            ("Patient.birthDate", "07 / 28 / 1978", Some(&[(Field::BirthDate, "1978-07-28")])),
            ("Patient.birthDate", "July", None),
            ("Patient.telecom.phone", "(503) 555-0123", Some(&[(Field::Phone, "+15035550123")])),
            ("Patient.telecom.phone", "none given", None),
            ("Patient.gender", "F", Some(&[(Field::Gender, "female")])),
            ("Patient.identifier.mrn", "00-12-34-56", Some(&[(Field::Mrn, "00-12-34-56")])),
            ("Practitioner.identifier.npi", "1234567893", Some(&[(Field::Npi, "1234567893")])),
            ("MedicationStatement.medication.text", "Lisinopril 10 mg", Some(&[(Field::MedicationText, "Lisinopril 10 mg")])),
            ("Immunization.occurrenceDate", "3/4/2016", Some(&[(Field::VaccineDate, "2016-03-04")])),
            ("Patient.address.line", "no digits", None),
            ("none", "For office use", Some(&[])),
        ];
        for (name, text, want) in table {
            let words: Vec<&str> = text.split(' ').collect();
            let got = read(field(name), &[words], &lists(), dates::LATEST_YEAR);
            let got: Option<Vec<(Field, String)>> = got.map(|a| a.into_iter().map(|a| (a.field, a.value.text)).collect());
            let want = want.map(|w| w.iter().map(|(f, t)| (*f, (*t).to_owned())).collect());
            assert_eq!(got, want, "{name}: {text}");
        }
        let lines = [vec!["12", "Elm", "Street"], vec!["Salem,", "OR", "97301"]];
        let got = read(Target::Address, &lines, &lists(), dates::LATEST_YEAR).unwrap();
        assert_eq!(got.iter().map(|a| a.value.text.as_str()).collect::<Vec<_>>(), ["12 Elm Street", "Salem", "OR", "97301"]);
        assert!(Target::parse("Patient.phone").is_none() && Target::parse("DocumentReference.type").is_none());
    }
}
