//! Layout to fields: kind of document, demographics, sections, items.
