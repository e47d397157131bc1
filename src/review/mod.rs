//! What people are asked: the queue of what waits for them, the sheet of what they check blindly, the list of what has to be called back.

pub mod accounts;
pub mod desk;
mod guard;
mod lane;
pub mod page;
mod queue;
mod recall;
mod settings;
mod sheet;
pub mod web;

pub use guard::{guard, unguard};
pub use lane::{AUDIT_HEADER, Keyed, ToCheck, audit_csv, read_answers};
pub use queue::{QUEUE_HEADER, QueueCsv, queue_csv, queue_csv_with, review_ids};
pub use recall::{RECALL_HEADER, recall_csv};
pub use settings::{Identity, ReviewSettings};
pub use sheet::{Amiss, Known, SHEET_HEADER, Said, SheetAnswer, SheetCsv, SheetKey, read_sheet, repeated, shown_value};
