//! Single-valued fields: label-value pairs, letterheads, signatures, imprints.
#![allow(dead_code)]

pub(crate) mod names;
pub(crate) mod text;
pub(crate) mod values;
