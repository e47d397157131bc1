//! Pure renderers of finished documents, and the one writer that puts bytes on disk.
//!
//! Renderers ([`FieldsCsv`], the bundles; the queue's in `review`) take records and give bytes; they know neither paths nor the
//! ledger. [`ArchiveWriter`] alone creates, replaces and removes files of the archive. [`bundle_path`] says where a bundle lies.

pub mod cda;
mod dicom;
mod error;
mod facility;
mod facts;
pub mod fhir;
mod fields_csv;
mod format;
pub mod hl7v2;
mod identity;
mod index;
mod names;
pub mod pdf;
#[cfg(test)]
pub(crate) mod sample;
mod scan;
mod terms;
mod writer;

pub use dicom::{Object, dicom};
pub use error::ExportError;
pub use facility::{AdtEvent, Confidentiality, FacilitySettings, Hl7v2Settings, Processing};
pub use facts::is_patient_certain;
pub(crate) use fields_csv::in_order;
pub use fields_csv::{FIELDS_HEADER, FieldsCsv, fields_csv, fields_csv_with, percent_columns, squeeze};
pub use format::Format;
pub use index::{INDEX_HEADER, IndexCsv};
pub use names::{BundleNames, bundle_path, document_path};
pub use scan::Scan;
pub use writer::{ArchiveWriter, Fingerprint, Spool, Written};
