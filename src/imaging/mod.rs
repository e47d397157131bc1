//! Raw pages to upright, straight grey pages: turn, straighten, clean, blank?, rules, checkboxes, bar codes.
