//! The only room that knows the order: claim, stages, record; workers, resume, stop.

pub mod read_page;
