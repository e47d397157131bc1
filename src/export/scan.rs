//! The scan of one document as a PDF file, as every door of a hospital wants it.

use sha1::{Digest, Sha1};

use crate::model::Sha256;

/// A document's pages as one PDF file.
#[derive(Clone, PartialEq, Eq)]
pub struct Scan {
    /// The file.
    pub pdf: Vec<u8>,
    /// SHA-1 of it: FHIR's `Attachment.hash`, no protection.
    pub sha1: [u8; 20],
    /// SHA-256 of it.
    pub sha256: Sha256,
}

impl Scan {
    /// Takes a finished PDF file and its digests.
    pub fn new(pdf: Vec<u8>) -> Self {
        Self { sha1: Sha1::digest(&pdf).into(), sha256: Sha256::of(&pdf), pdf }
    }
}

/// Shows the size alone: the pages are a patient's.
impl std::fmt::Debug for Scan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scan({} bytes)", self.pdf.len())
    }
}
