//! The only room that knows SQL: sources, documents, pages, values, decisions, runs, audit.
