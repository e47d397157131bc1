//! The only room that knows the order: claim, stages, record; workers, resume, stop.
