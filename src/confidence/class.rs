//! Classes of fields that are judged alike: they share an intercept and a threshold.

use serde::{Deserialize, Serialize};

use crate::model::Field;

/// A class of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The patient's name.
    Identity,
    /// The patient's date of birth. Apart from other dates: which of a paper's dates is the visit's is a harder question.
    Birth,
    /// Dates of visits.
    Visits,
    /// The date that a document bears: of several days on a paper, the one that is meant.
    Dates,
    /// The patient's gender.
    Gender,
    /// Other small closed sets: state, marital status, language.
    Codes,
    /// Record, insurance and licence numbers.
    Ids,
    /// Telephone numbers and e-mail addresses.
    Contact,
    /// Address lines, cities, postal codes.
    Address,
    /// Who is to be called: name and relationship.
    Contacts,
    /// Practitioners: of several on a paper, the one that is meant.
    Practitioners,
    /// Hospitals, practices, payors.
    Organizations,
    /// The kind of document.
    Kind,
    /// Problems.
    Conditions,
    /// Medicines.
    Medications,
    /// Allergies.
    Allergies,
    /// What was measured, and its unit.
    Observations,
    /// Its range and flag.
    Ranges,
    /// What the measurement gave.
    Results,
    /// Doses of vaccines.
    Immunizations,
    /// Procedures.
    Procedures,
    /// Texts of sections.
    Sections,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 22] = [
        Self::Identity,
        Self::Birth,
        Self::Visits,
        Self::Dates,
        Self::Gender,
        Self::Codes,
        Self::Ids,
        Self::Contact,
        Self::Address,
        Self::Contacts,
        Self::Practitioners,
        Self::Organizations,
        Self::Kind,
        Self::Conditions,
        Self::Medications,
        Self::Allergies,
        Self::Observations,
        Self::Ranges,
        Self::Results,
        Self::Immunizations,
        Self::Procedures,
        Self::Sections,
    ];

    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Birth => "birth",
            Self::Visits => "visits",
            Self::Dates => "dates",
            Self::Gender => "gender",
            Self::Codes => "codes",
            Self::Ids => "ids",
            Self::Contact => "contact",
            Self::Address => "address",
            Self::Contacts => "contacts",
            Self::Practitioners => "practitioners",
            Self::Organizations => "organizations",
            Self::Kind => "kind",
            Self::Conditions => "conditions",
            Self::Medications => "medications",
            Self::Allergies => "allergies",
            Self::Observations => "observations",
            Self::Ranges => "ranges",
            Self::Results => "results",
            Self::Immunizations => "immunizations",
            Self::Procedures => "procedures",
            Self::Sections => "sections",
        }
    }

    /// Whether the second engine reads its values whatever they cost. Problems, houses and sections are long, and few of them come to be accepted: they
    /// share the small budget of all other words, and of what it did not reach nothing is accepted. Does not ask the model in force, as a class
    /// that was never read twice could not be fitted anew.
    pub fn is_read_twice(self) -> bool {
        !matches!(self, Self::Organizations | Self::Conditions | Self::Sections)
    }

    /// The class of a field.
    pub fn of(field: Field) -> Class {
        match field {
            Field::Family | Field::Given => Self::Identity,
            Field::BirthDate => Self::Birth,
            Field::EncounterStart | Field::EncounterEnd => Self::Visits,
            Field::DocumentDate => Self::Dates,
            Field::Gender => Self::Gender,
            Field::State | Field::MaritalStatus | Field::Language => Self::Codes,
            Field::Mrn | Field::Ssn | Field::SubscriberId | Field::GroupNumber | Field::Npi => Self::Ids,
            Field::Phone | Field::ContactTelecom | Field::Email => Self::Contact,
            Field::AddressLine | Field::City | Field::PostalCode => Self::Address,
            Field::ContactName | Field::ContactRelationship => Self::Contacts,
            Field::Practitioner => Self::Practitioners,
            Field::Payor | Field::Organization => Self::Organizations,
            Field::DocumentType => Self::Kind,
            Field::ConditionText | Field::ConditionIcd10 => Self::Conditions,
            Field::MedicationText | Field::DosageText => Self::Medications,
            Field::AllergyText | Field::ReactionText => Self::Allergies,
            Field::ObservationLoinc | Field::ObservationText | Field::ObservationUnit => Self::Observations,
            Field::ObservationRange | Field::ObservationInterpretation => Self::Ranges,
            Field::ObservationValue => Self::Results,
            Field::VaccineText | Field::VaccineDate => Self::Immunizations,
            Field::ProcedureText | Field::ProcedureDate => Self::Procedures,
            _ => Self::Sections,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_a_field_and_sections_hold_sections_alone() {
        for class in Class::ALL {
            assert!(Field::ALL.iter().any(|&f| Class::of(f) == class), "{class:?}");
            assert_eq!(serde_json::to_string(&class).unwrap(), format!("\"{}\"", class.as_str()));
        }
        for &field in Field::ALL {
            assert_eq!(Class::of(field) == Class::Sections, field.section().is_some(), "{field}");
        }
    }
}
