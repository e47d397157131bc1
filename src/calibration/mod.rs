//! Fitting the confidence model on documents whose truth is known, and measuring it.
//!
//! 1. [`Truth`] tells of every value whether it is right.
//! 2. [`Set`] holds the values of an archive with their labels, as the fit sees them.
//! 3. [`calibrate`] fits a model, and measures it on layouts that were left out, one at a time: every probability that a threshold is chosen from,
//!    and every figure, comes from a model that never saw the layout of the page.
//!
//! Knows documents and the confidence room alone; the pipeline brings archives and truth together.

mod calibrate;
mod figures;
mod fit;
mod logistic;
mod metrics;
mod pairing;
mod picture;
mod sample;
mod table;
mod thresholds;
mod truth;

#[cfg(test)]
mod testing;

#[cfg(test)]
use crate::confidence::sequence::dice;

pub use calibrate::{Calibration, Read, Request, calibrate};
pub use figures::{ClassRow, Figures, Row, RunFigures};
pub use metrics::{Bin, Coverage};
pub use pairing::{Labels, Verdict, same};
pub use picture::picture;
pub use sample::{Known, Set};
pub use table::table;
pub use truth::{TrueDocument, Truth, TruthError};
