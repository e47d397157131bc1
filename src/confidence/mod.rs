//! Extracted values to accepted or review, with reasons.
