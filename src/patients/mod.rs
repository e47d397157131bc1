//! Documents to people.
