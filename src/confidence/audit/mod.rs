//! The audit lane: accepted values that a person keys once more without seeing what the machine made of them, so that the promise made for
//! accepted values is checked for as long as it is used.
//!
//! What is here is pure: [`sample`] says which values are checked and how many, [`shift`] which fields want a closer look tonight, [`standing`] what the
//! answers say of a field and of all.
//! The ledger keeps both, the pipeline draws at the end of a run and acts on an alarm.

pub mod sample;
mod settings;
pub mod shift;
pub mod standing;

pub use settings::AuditSettings;
