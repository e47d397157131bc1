//! The forms in which an archive is exported.

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// A FHIR transaction Bundle a document.
    Fhir,
    /// A PDF/A file a document.
    Pdfa,
}

impl Format {
    /// Every form.
    pub const ALL: &[Format] = &[Self::Fhir, Self::Pdfa];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fhir => "fhir",
            Self::Pdfa => "pdfa",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == name)
    }

    /// Whether documents carry their scans in it.
    pub const fn carries_scan(self) -> bool {
        match self {
            Self::Fhir | Self::Pdfa => true,
        }
    }

    /// What it is, in a few words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Fhir => "a FHIR R4 transaction Bundle for each document",
            Self::Pdfa => "the scan of each document as a searchable PDF/A-1b file",
        }
    }
}
