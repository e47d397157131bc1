//! What waits for people: the queue.

mod guard;
mod queue;

pub use guard::{guard, unguard};
pub use queue::{QUEUE_HEADER, QueueCsv, queue_csv, review_ids};
