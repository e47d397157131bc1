//! What people are asked: the queue of what waits for them, the sheet of what they check blindly, the list of what has to be called back.

mod guard;
mod lane;
mod queue;
mod recall;

pub use guard::{guard, unguard};
pub use lane::{AUDIT_HEADER, Keyed, ToCheck, audit_csv, read_answers};
pub use queue::{QUEUE_HEADER, QueueCsv, queue_csv, review_ids};
pub use recall::{RECALL_HEADER, recall_csv};
