//! The forms in which an archive is exported.

use super::fhir::Limits;

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// A FHIR transaction Bundle a document.
    Fhir,
    /// A FHIR transaction Bundle a person.
    FhirPerson,
    /// FHIR resources as lines, a file a type.
    Ndjson,
    /// FHIR resources, a file each.
    Resources,
    /// A PDF/A file a document.
    Pdfa,
    /// An HL7 v2 message a document.
    Hl7v2,
    /// An HL7 v2 message a person.
    Adt,
    /// A CDA document a document.
    Cda,
    /// A DICOM object a document.
    Dicom,
    /// A PDF file a document, and an index.
    Csv,
}

impl Format {
    /// Every form.
    pub const ALL: &[Format] = &[
        Self::Fhir,
        Self::FhirPerson,
        Self::Ndjson,
        Self::Resources,
        Self::Pdfa,
        Self::Hl7v2,
        Self::Adt,
        Self::Cda,
        Self::Dicom,
        Self::Csv,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fhir => "fhir",
            Self::FhirPerson => "fhir-person",
            Self::Ndjson => "ndjson",
            Self::Resources => "resources",
            Self::Pdfa => "pdfa",
            Self::Hl7v2 => "hl7v2",
            Self::Adt => "adt",
            Self::Cda => "cda",
            Self::Dicom => "dicom",
            Self::Csv => "csv",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == name)
    }

    /// Whether documents carry their scans in it.
    pub const fn carries_scan(self) -> bool {
        !matches!(self, Self::Adt)
    }

    /// Whether nothing can be made in it without scans.
    pub const fn is_nothing_without_scan(self) -> bool {
        matches!(self, Self::Pdfa | Self::Hl7v2 | Self::Cda | Self::Dicom | Self::Csv)
    }

    /// What goes into one Bundle, or one file of lines, where nothing else is asked for; `None` where nothing is put together.
    pub const fn limits(self) -> Option<Limits> {
        match self {
            // Servers in the cloud take 500 entries and some tens of megabytes at a time; most take more.
            Self::Fhir | Self::FhirPerson => Some(Limits { entries: 500, bytes: 50 << 20 }),
            Self::Ndjson => Some(Limits { entries: 10_000, bytes: 200 << 20 }),
            _ => None,
        }
    }

    /// What it is, in a few words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Fhir => "a FHIR R4 transaction Bundle for each document",
            Self::FhirPerson => "a FHIR R4 transaction Bundle for each person, documents by their date",
            Self::Ndjson => "FHIR R4 resources one a line, a file for each type, as bulk loaders want them",
            Self::Resources => "FHIR R4 resources one a file, for servers without transactions",
            Self::Pdfa => "the scan of each document as a searchable PDF/A-1b file",
            Self::Hl7v2 => "an HL7 v2.5.1 message (MDM^T02) with its scan for each document whose patient is certain",
            Self::Adt => "an HL7 v2.5.1 message (ADT^A28 or A31) for each patient who is certain",
            Self::Cda => {
                "a C-CDA Unstructured Document with its scan for each document whose patient is certain, an IHE XDS-SD document where it can be one"
            }
            Self::Dicom => "a DICOM Encapsulated PDF for each document whose patient is certain",
            Self::Csv => "a PDF file for each document, and index.csv for document systems to load",
        }
    }
}
