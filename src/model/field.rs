//! The closed vocabularies of the flat output: field names, section names, kinds of document. One table each gives text,
//! parsing and what the other rooms ask of a name.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a field's normalised value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueForm {
    /// A person's name.
    Name,
    /// `YYYY-MM-DD`, or less where the paper has less.
    Date,
    /// A code of a closed set.
    Code,
    /// An identifier.
    Id,
    /// E.164.
    Phone,
    /// Lower-case e-mail address.
    Email,
    /// A number, possibly with a comparator, or a result word.
    Quantity,
    /// Free text.
    Text,
}

/// Fields that repeat together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Problems.
    Condition,
    /// Medicines.
    Medication,
    /// Allergies.
    Allergy,
    /// Vital signs and results.
    Observation,
    /// Doses of vaccines.
    Immunization,
    /// Operations and procedures.
    Procedure,
}

impl Group {
    /// Every group.
    pub const ALL: [Group; 6] = [Self::Condition, Self::Medication, Self::Allergy, Self::Observation, Self::Immunization, Self::Procedure];
}

macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal, $doc:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = $doc] $variant,)+
        }

        impl $name {
            /// Every member, in the order of the contract.
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            /// The member's text in files.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }

            /// Reads the text; `None` for anything that is not in the vocabulary.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is no {}", stringify!($name))))
            }
        }
    };
}

vocabulary! {
    /// A column of truth: a FHIR R4 element path, or a section of a note.
    Field {
        Family = "Patient.name.family", "`Patient.name.family`";
        Given = "Patient.name.given", "`Patient.name.given`";
        BirthDate = "Patient.birthDate", "`Patient.birthDate`";
        Gender = "Patient.gender", "`Patient.gender`";
        Mrn = "Patient.identifier.mrn", "`Patient.identifier.mrn`";
        Ssn = "Patient.identifier.ssn", "`Patient.identifier.ssn`";
        Phone = "Patient.telecom.phone", "`Patient.telecom.phone`";
        Email = "Patient.telecom.email", "`Patient.telecom.email`";
        AddressLine = "Patient.address.line", "`Patient.address.line`";
        City = "Patient.address.city", "`Patient.address.city`";
        State = "Patient.address.state", "`Patient.address.state`";
        PostalCode = "Patient.address.postalCode", "`Patient.address.postalCode`";
        MaritalStatus = "Patient.maritalStatus", "`Patient.maritalStatus`";
        Language = "Patient.communication.language", "`Patient.communication.language`";
        ContactName = "Patient.contact.name", "`Patient.contact.name`";
        ContactRelationship = "Patient.contact.relationship", "`Patient.contact.relationship`";
        ContactTelecom = "Patient.contact.telecom", "`Patient.contact.telecom`";
        Payor = "Coverage.payor", "`Coverage.payor`";
        SubscriberId = "Coverage.subscriberId", "`Coverage.subscriberId`";
        GroupNumber = "Coverage.group", "`Coverage.group`";
        EncounterStart = "Encounter.period.start", "`Encounter.period.start`";
        EncounterEnd = "Encounter.period.end", "`Encounter.period.end`";
        Practitioner = "Practitioner.name", "`Practitioner.name`";
        Npi = "Practitioner.identifier.npi", "`Practitioner.identifier.npi`";
        Organization = "Organization.name", "`Organization.name`";
        DocumentType = "DocumentReference.type", "`DocumentReference.type`";
        DocumentDate = "DocumentReference.date", "`DocumentReference.date`";
        ConditionText = "Condition.code.text", "`Condition.code.text`, of an item";
        ConditionIcd10 = "Condition.code.icd10", "`Condition.code.icd10`, of an item";
        MedicationText = "MedicationStatement.medication.text", "`MedicationStatement.medication.text`, of an item";
        DosageText = "MedicationStatement.dosage.text", "`MedicationStatement.dosage.text`, of an item";
        AllergyText = "AllergyIntolerance.code.text", "`AllergyIntolerance.code.text`, of an item";
        ReactionText = "AllergyIntolerance.reaction.text", "`AllergyIntolerance.reaction.text`, of an item";
        ObservationLoinc = "Observation.code.loinc", "`Observation.code.loinc`, of an item";
        ObservationText = "Observation.code.text", "`Observation.code.text`, of an item";
        ObservationValue = "Observation.value", "`Observation.value`, of an item";
        ObservationUnit = "Observation.unit", "`Observation.unit`, of an item";
        ObservationRange = "Observation.referenceRange", "`Observation.referenceRange`, of an item";
        ObservationInterpretation = "Observation.interpretation", "`Observation.interpretation`, of an item";
        VaccineText = "Immunization.vaccineCode.text", "`Immunization.vaccineCode.text`, of an item";
        VaccineDate = "Immunization.occurrenceDate", "`Immunization.occurrenceDate`, of an item";
        ProcedureText = "Procedure.code.text", "`Procedure.code.text`, of an item";
        ProcedureDate = "Procedure.performedDate", "`Procedure.performedDate`, of an item";
        SectionSubjective = "Composition.section.subjective", "`Composition.section.subjective`";
        SectionObjective = "Composition.section.objective", "`Composition.section.objective`";
        SectionChiefComplaint = "Composition.section.chiefComplaint", "`Composition.section.chiefComplaint`";
        SectionHistoryOfPresentIllness = "Composition.section.historyOfPresentIllness", "`Composition.section.historyOfPresentIllness`";
        SectionPastMedicalHistory = "Composition.section.pastMedicalHistory", "`Composition.section.pastMedicalHistory`";
        SectionPastSurgicalHistory = "Composition.section.pastSurgicalHistory", "`Composition.section.pastSurgicalHistory`";
        SectionFamilyHistory = "Composition.section.familyHistory", "`Composition.section.familyHistory`";
        SectionSocialHistory = "Composition.section.socialHistory", "`Composition.section.socialHistory`";
        SectionReviewOfSystems = "Composition.section.reviewOfSystems", "`Composition.section.reviewOfSystems`";
        SectionVitalSigns = "Composition.section.vitalSigns", "`Composition.section.vitalSigns`";
        SectionPhysicalExam = "Composition.section.physicalExam", "`Composition.section.physicalExam`";
        SectionResults = "Composition.section.results", "`Composition.section.results`";
        SectionHospitalCourse = "Composition.section.hospitalCourse", "`Composition.section.hospitalCourse`";
        SectionAssessment = "Composition.section.assessment", "`Composition.section.assessment`";
        SectionPlan = "Composition.section.plan", "`Composition.section.plan`";
        SectionAssessmentAndPlan = "Composition.section.assessmentAndPlan", "`Composition.section.assessmentAndPlan`";
        SectionMedications = "Composition.section.medications", "`Composition.section.medications`";
        SectionAllergies = "Composition.section.allergies", "`Composition.section.allergies`";
        SectionProblems = "Composition.section.problems", "`Composition.section.problems`";
        SectionImmunizations = "Composition.section.immunizations", "`Composition.section.immunizations`";
        SectionProcedures = "Composition.section.procedures", "`Composition.section.procedures`";
        SectionDischargeInstructions = "Composition.section.dischargeInstructions", "`Composition.section.dischargeInstructions`";
        SectionReasonForReferral = "Composition.section.reasonForReferral", "`Composition.section.reasonForReferral`";
        SectionImpression = "Composition.section.impression", "`Composition.section.impression`";
        SectionFindings = "Composition.section.findings", "`Composition.section.findings`";
    }
}

vocabulary! {
    /// A section of a note.
    Section {
        Subjective = "subjective", "`subjective`";
        Objective = "objective", "`objective`";
        ChiefComplaint = "chiefComplaint", "`chiefComplaint`";
        HistoryOfPresentIllness = "historyOfPresentIllness", "`historyOfPresentIllness`";
        PastMedicalHistory = "pastMedicalHistory", "`pastMedicalHistory`";
        PastSurgicalHistory = "pastSurgicalHistory", "`pastSurgicalHistory`";
        FamilyHistory = "familyHistory", "`familyHistory`";
        SocialHistory = "socialHistory", "`socialHistory`";
        ReviewOfSystems = "reviewOfSystems", "`reviewOfSystems`";
        VitalSigns = "vitalSigns", "`vitalSigns`";
        PhysicalExam = "physicalExam", "`physicalExam`";
        Results = "results", "`results`";
        HospitalCourse = "hospitalCourse", "`hospitalCourse`";
        Assessment = "assessment", "`assessment`";
        Plan = "plan", "`plan`";
        AssessmentAndPlan = "assessmentAndPlan", "`assessmentAndPlan`";
        Medications = "medications", "`medications`";
        Allergies = "allergies", "`allergies`";
        Problems = "problems", "`problems`";
        Immunizations = "immunizations", "`immunizations`";
        Procedures = "procedures", "`procedures`";
        DischargeInstructions = "dischargeInstructions", "`dischargeInstructions`";
        ReasonForReferral = "reasonForReferral", "`reasonForReferral`";
        Impression = "impression", "`impression`";
        Findings = "findings", "`findings`";
    }
}

vocabulary! {
    /// A kind of document, by its LOINC code.
    DocumentKind {
        ProgressNote = "11506-3", "Progress note";
        HistoryAndPhysical = "34117-2", "History and physical note";
        DischargeSummary = "18842-5", "Discharge summary";
        LaboratoryReport = "11502-2", "Laboratory report";
        ImagingReport = "18748-4", "Diagnostic imaging study";
        ReferralNote = "57133-1", "Referral note";
        ConsultationNote = "11488-4", "Consult note";
        OperativeNote = "11504-8", "Surgical operation note";
        MedicationList = "10160-0", "History of medication use";
        ImmunizationRecord = "11369-6", "History of immunization";
        Consent = "59284-0", "Consent document";
        InsuranceCard = "64290-0", "Health insurance card";
        AdministrativeNote = "51851-4", "Administrative note";
        SummaryOfEpisode = "34133-9", "Summary of episode note";
    }
}

impl DocumentKind {
    /// The name that LOINC gives the kind, shortened. LOINC codes © Regenstrief Institute, see NOTICE.
    pub fn display(self) -> &'static str {
        match self {
            Self::ProgressNote => "Progress note",
            Self::HistoryAndPhysical => "History and physical note",
            Self::DischargeSummary => "Discharge summary",
            Self::LaboratoryReport => "Laboratory report",
            Self::ImagingReport => "Diagnostic imaging study",
            Self::ReferralNote => "Referral note",
            Self::ConsultationNote => "Consult note",
            Self::OperativeNote => "Surgical operation note",
            Self::MedicationList => "History of medication use",
            Self::ImmunizationRecord => "History of immunization",
            Self::Consent => "Consent document",
            Self::InsuranceCard => "Health insurance card",
            Self::AdministrativeNote => "Administrative note",
            Self::SummaryOfEpisode => "Summary of episode note",
        }
    }
}

impl Section {
    /// The field that holds this section's text.
    pub fn field(self) -> Field {
        match self {
            Self::Subjective => Field::SectionSubjective,
            Self::Objective => Field::SectionObjective,
            Self::ChiefComplaint => Field::SectionChiefComplaint,
            Self::HistoryOfPresentIllness => Field::SectionHistoryOfPresentIllness,
            Self::PastMedicalHistory => Field::SectionPastMedicalHistory,
            Self::PastSurgicalHistory => Field::SectionPastSurgicalHistory,
            Self::FamilyHistory => Field::SectionFamilyHistory,
            Self::SocialHistory => Field::SectionSocialHistory,
            Self::ReviewOfSystems => Field::SectionReviewOfSystems,
            Self::VitalSigns => Field::SectionVitalSigns,
            Self::PhysicalExam => Field::SectionPhysicalExam,
            Self::Results => Field::SectionResults,
            Self::HospitalCourse => Field::SectionHospitalCourse,
            Self::Assessment => Field::SectionAssessment,
            Self::Plan => Field::SectionPlan,
            Self::AssessmentAndPlan => Field::SectionAssessmentAndPlan,
            Self::Medications => Field::SectionMedications,
            Self::Allergies => Field::SectionAllergies,
            Self::Problems => Field::SectionProblems,
            Self::Immunizations => Field::SectionImmunizations,
            Self::Procedures => Field::SectionProcedures,
            Self::DischargeInstructions => Field::SectionDischargeInstructions,
            Self::ReasonForReferral => Field::SectionReasonForReferral,
            Self::Impression => Field::SectionImpression,
            Self::Findings => Field::SectionFindings,
        }
    }
}

impl Field {
    /// The section whose text this field holds, if it is one.
    pub fn section(self) -> Option<Section> {
        self.as_str().strip_prefix("Composition.section.").and_then(Section::parse)
    }

    /// The group that the field repeats with, if it repeats.
    pub fn group(self) -> Option<Group> {
        match self {
            Self::ConditionText | Self::ConditionIcd10 => Some(Group::Condition),
            Self::MedicationText | Self::DosageText => Some(Group::Medication),
            Self::AllergyText | Self::ReactionText => Some(Group::Allergy),
            Self::ObservationLoinc
            | Self::ObservationText
            | Self::ObservationValue
            | Self::ObservationUnit
            | Self::ObservationRange
            | Self::ObservationInterpretation => Some(Group::Observation),
            Self::VaccineText | Self::VaccineDate => Some(Group::Immunization),
            Self::ProcedureText | Self::ProcedureDate => Some(Group::Procedure),
            _ => None,
        }
    }

    /// Whether the field tells one patient from another: a mistake in it is the dearest.
    pub fn identifies(self) -> bool {
        matches!(self, Self::Family | Self::Given | Self::BirthDate | Self::Gender | Self::Mrn | Self::Ssn)
    }

    /// What its normalised value looks like.
    pub fn form(self) -> ValueForm {
        match self {
            Self::Family | Self::Given | Self::ContactName | Self::Practitioner => ValueForm::Name,
            Self::BirthDate | Self::EncounterStart | Self::EncounterEnd | Self::DocumentDate | Self::VaccineDate | Self::ProcedureDate => {
                ValueForm::Date
            }
            Self::Gender
            | Self::State
            | Self::MaritalStatus
            | Self::Language
            | Self::DocumentType
            | Self::ConditionIcd10
            | Self::ObservationLoinc
            | Self::ObservationUnit
            | Self::ObservationInterpretation => ValueForm::Code,
            Self::Mrn | Self::Ssn | Self::PostalCode | Self::SubscriberId | Self::GroupNumber | Self::Npi => ValueForm::Id,
            Self::Phone | Self::ContactTelecom => ValueForm::Phone,
            Self::Email => ValueForm::Email,
            Self::ObservationValue => ValueForm::Quantity,
            _ => ValueForm::Text,
        }
    }

    /// Whether the field says who the patient is or how to reach them.
    pub fn is_demographic(self) -> bool {
        self.as_str().starts_with("Patient.") || self.as_str().starts_with("Coverage.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_survives_the_round_trip() {
        for &field in Field::ALL {
            assert_eq!(Field::parse(field.as_str()), Some(field));
        }
        for &section in Section::ALL {
            assert_eq!(section.field().section(), Some(section));
        }
        for &kind in DocumentKind::ALL {
            assert_eq!(DocumentKind::parse(kind.as_str()), Some(kind));
        }
    }

    #[test]
    fn groups_share_their_resource() {
        for &field in Field::ALL {
            if let Some(group) = field.group() {
                let resource = field.as_str().split('.').next().unwrap();
                let all = Field::ALL.iter().filter(|f| f.group() == Some(group));
                assert!(all.into_iter().all(|f| f.as_str().starts_with(resource)));
            }
        }
    }
}
