//! Fitting the confidence model on documents whose truth is known, and measuring it.

mod pairing;
mod truth;

pub use pairing::{Labels, Verdict, same};
pub use truth::{TrueDocument, Truth, TruthError};
