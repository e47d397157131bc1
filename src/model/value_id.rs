//! What names a value for good, and what people who check it may say.

use std::fmt;

use super::{DecidedValue, DocumentRecord, Field, PageNumber, Sha256};

/// What names a value for good: where it stands, and what the machine made of it. Row numbers change whenever a document is understood
/// anew; this does not, and it falls silent when the machine says something else.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId {
    /// The source's bytes.
    pub sha256: Sha256,
    /// The document's ordinal in the source.
    pub ordinal: u32,
    /// The value's page.
    pub page: PageNumber,
    /// The value's item.
    pub item: Option<u32>,
    /// The value's field.
    pub field: Field,
    /// What the machine had made of it.
    pub machine_value: String,
}

impl ValueId {
    /// Names a value of a document over which no decision of a person lies, or of which only a person knows.
    pub fn of(record: &DocumentRecord, value: &DecidedValue) -> Self {
        let found = &value.extracted;
        Self {
            sha256: record.sha256,
            ordinal: record.ordinal,
            page: found.page,
            item: found.item,
            field: found.field,
            machine_value: found.machine_value().to_owned(),
        }
    }
}

/// Shows the place alone: the text is a patient's.
impl fmt::Debug for ValueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ValueId({} item {:?} p{} of document {})", self.field, self.item, self.page, self.ordinal)
    }
}

/// What a person found on the page where an accepted value is to be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditOutcome {
    /// A value, and keyed it.
    Value,
    /// Nothing: the place is empty, or the paper has no such field.
    Absent,
    /// Something that cannot be read.
    Illegible,
}

impl AuditOutcome {
    /// Every outcome.
    pub const ALL: [AuditOutcome; 3] = [Self::Value, Self::Absent, Self::Illegible];

    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Absent => "absent",
            Self::Illegible => "illegible",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == name)
    }
}
