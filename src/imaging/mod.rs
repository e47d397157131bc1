//! Raw pages to upright, straight grey pages: turn, straighten, clean, blank?, rules, checkboxes, bar codes.

// `prepare` calls `leaders::erase` on the straightened page just before it goes to the engine (10 ms a page; measured on dot-leader
// laboratory reports: every test name of such a table was garbage before and is read after it).
#[allow(dead_code)]
mod leaders;
