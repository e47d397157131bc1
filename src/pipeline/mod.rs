//! The only room that knows the order: claim, stages, record; workers, resume, stop.
//!
//! [`run`] is the main job. One thread, the caller's, owns the ledger and the reporter; feeders decode files, a pool reads pages
//! and understands documents, and all of them send to that one thread. ARCHITECTURE.md tells the whole story.

mod accounts;
mod apart;
mod archive;
mod audit;
mod audit_import;
#[cfg(test)]
mod audit_tests;
mod calibrate;
mod certify;
mod check;
mod checkpoint;
mod confined;
mod entries;
mod error;
mod export;
mod fingerprint;
mod look;
mod outputs;
mod pages;
mod parts;
mod plan;
mod push;
pub mod read_page;
mod recent;
mod rules;
mod run;
mod scan;
mod second;
mod settle;
mod station;
mod stop;
mod structure;
mod take_stock;

pub use accounts::ArchiveAccounts;
pub use apart::{APART_COMMAND, apart_main};
pub use archive::{Archive, ArchiveError, Holder};
pub use audit::{Account, account};
pub use audit_import::{Imported, import_answers};
pub use calibrate::{CalibrateRequest, LabelSource, Overlap, calibrate};
pub use certify::{CertifyRequest, certify, withdraw};
pub use check::check_rules;
pub use checkpoint::verify_chain;
pub use error::RunError;
pub use export::{ExportRequest, export};
pub use look::{Looked, look};
pub use plan::{PlanRequest, TARGETS, plan};
pub use push::{PushRequest, ReconcileRequest, push, push_dry, reconcile};
pub use rules::{Rules, UnderstoodAnew};
pub use run::{RunRequest, run};
pub use scan::{Carried, NoScan, Sheets, scan_of};
pub use second::SecondDesk;
pub use settle::trust;
pub use station::{Prepared, SheetRequest, export_sheet, import_sheet, open_station, prepare};
pub use stop::Stop;
