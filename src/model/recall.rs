//! What has to be called back: an accepted value that had left before it was known to be wrong, or suspect.

use super::{DocumentId, Field, PageNumber};

/// A value that had left and is wrong or may be, and in which resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recall {
    /// Whether a person found it wrong; else it is suspect because of others.
    pub wrong: bool,
    /// Its document.
    pub document: DocumentId,
    /// Its page.
    pub page: PageNumber,
    /// Its item.
    pub item: Option<u32>,
    /// Its field.
    pub field: Field,
    /// The run that accepted it.
    pub run: i64,
    /// The bundle's path below the archive.
    pub bundle: String,
    /// FHIR type of a resource that carries it; empty if it had left in fields.csv alone.
    pub resource: String,
    /// The resource's full URL in the bundle.
    pub url: String,
}
