//! Values that a person keyed: in their own spelling (03/04/1950, Married, mg/dl), to be compared with the normal form of a field.

use super::Vocabulary;
use super::dates;
use super::demographics::zone::{self, Target};
use crate::model::{DocumentKind, Field, ValueForm};

/// The normal forms that a keyed text may stand for, itself first. Read by the readers of pages, but nothing in it is mended: a person who keys
/// `l0` means it. A year of two digits stands for either century, first for the one that does not go beyond the year `latest`.
pub fn keyed(field: Field, text: &str, vocabulary: &Vocabulary, latest: i16) -> Vec<String> {
    let text = text.trim();
    let mut forms = vec![text.to_owned()];
    let mut add = |form: Option<String>| forms.extend(form.filter(|form| !form.is_empty()));
    let words: Vec<&str> = text.split_whitespace().collect();
    match field {
        Field::DocumentType => {
            let is_meant = |kind: &&DocumentKind| kind.display().eq_ignore_ascii_case(text) || kind.as_str() == text;
            add(DocumentKind::ALL.iter().find(is_meant).map(|kind| kind.as_str().to_owned()));
        }
        Field::ObservationLoinc | Field::ObservationUnit | Field::ObservationInterpretation | Field::ObservationValue => {
            super::observations::keyed(field, text, &vocabulary.observations).into_iter().for_each(|form| add(Some(form)));
        }
        _ if field.form() == ValueForm::Date => {
            // A year, or a year and a month, as papers have them of procedures.
            if matches!(text.len(), 4 | 7) && text.chars().enumerate().all(|(at, c)| if at == 4 { c == '-' } else { c.is_ascii_digit() }) {
                add(Some(text.to_owned()));
            }
            if let Some(read) = dates::parse_until(text, latest).filter(|read| !read.mended) {
                let away = if read.date.year > latest - 100 { -100 } else { 100 };
                let other = read.short_year.then_some(dates::PartialDate { year: read.date.year + away, ..read.date });
                add(Some(read.date.to_string()));
                add(other.map(|date| date.to_string()));
            }
        }
        _ => {
            let read = zone::read(Target::Field(field), &[words], &vocabulary.demographics, latest);
            let answers = read.into_iter().flatten().filter(|answer| answer.field == field && !answer.value.mended());
            answers.for_each(|answer| add(Some(answer.value.text)));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_key_in_their_own_spelling() {
        let vocabulary = Vocabulary::load(None).unwrap();
        let table = [
            (Field::BirthDate, "03/04/1950", "1950-03-04"),
            (Field::BirthDate, "3/4/50", "1950-03-04"),
            (Field::BirthDate, "3/4/30", "1930-03-04"),
            (Field::BirthDate, "3/4/24", "1924-03-04"),
            (Field::BirthDate, "3/4/24", "2024-03-04"),
            (Field::BirthDate, "March 4, 1950", "1950-03-04"),
            (Field::BirthDate, "1950-03-04", "1950-03-04"),
            (Field::ProcedureDate, "1998", "1998"),
            (Field::Gender, "F", "female"),
            (Field::MaritalStatus, "Married", "M"),
            (Field::Phone, "(503) 555-0123", "+15035550123"),
            (Field::Ssn, "987654320", "987-65-4320"),
            (Field::Family, "O'BRIEN", "O'Brien"),
            (Field::State, "Oregon", "OR"),
            (Field::DocumentType, "progress note", "11506-3"),
            (Field::DocumentType, "11506-3", "11506-3"),
            (Field::ObservationLoinc, "2823-3", "2823-3"),
            (Field::ObservationLoinc, "Potassium", "2823-3"),
            (Field::ObservationLoinc, "BP", "8462-4"),
            (Field::ObservationUnit, "mg/dl", "mg/dL"),
            (Field::ObservationInterpretation, "high", "H"),
            (Field::ObservationValue, "1,200", "1200"),
            (Field::MedicationText, "Lisinopril 10 mg", "Lisinopril 10 mg"),
        ];
        for (field, text, wanted) in table {
            let forms = keyed(field, text, &vocabulary, 2026);
            assert!(forms.iter().any(|form| form == wanted), "{field} {text}: {forms:?}");
            assert_eq!(forms[0], text);
        }
        assert_eq!(keyed(Field::ProcedureDate, "1998", &vocabulary, 2026)[1], "1998");
        assert_eq!(keyed(Field::ProcedureDate, "1998-05", &vocabulary, 2026)[1], "1998-05");
        assert_eq!(keyed(Field::ProcedureDate, "in May", &vocabulary, 2026).len(), 1);
        assert_eq!(keyed(Field::ObservationLoinc, "nothing of the list", &vocabulary, 2026).len(), 1);
        // A corrected value takes the form behind the text itself: nobody was born in years to come.
        assert_eq!(keyed(Field::BirthDate, "3/4/30", &vocabulary, 2026)[1], "1930-03-04");
        // What was keyed is not mended towards what may have been read.
        assert!(!keyed(Field::BirthDate, "O3/O4/195O", &vocabulary, 2026).contains(&"1950-03-04".to_owned()));
        assert_eq!(keyed(Field::ObservationValue, "l0", &vocabulary, 2026), ["l0"]);
    }
}
