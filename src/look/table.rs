//! A document as a table for people, or as JSON for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{of_box, plain};
use crate::ledger::StoredDocument;
use crate::model::{DecidedValue, DocumentKind};

/// Letters of a value that a table's row shows; a section's text is longer.
const SHOWN: usize = 60;

/// The document and its values, one a line: status, confidence, field, item, value; then reasons, page and box, rule.
pub fn table(stored: &StoredDocument, now: Option<(DocumentKind, f32)>) -> String {
    let record = &stored.record;
    let pages: Vec<String> = record.pages.iter().map(ToString::to_string).collect();
    let mut out = format!(
        "{}\nkind   {} ({}), probability {:.2}\npages  {} of {}\n",
        plain(record.id.as_str()),
        record.kind.display(),
        record.kind,
        stored.kind_confidence,
        pages.join(", "),
        plain(record.source.as_str())
    );
    if let Some((kind, probability)) = now.filter(|(kind, _)| *kind != record.kind) {
        let _ = writeln!(out, "note   today's rules take it for {} ({kind}), probability {probability:.2}: run again", kind.display());
    }
    out.push('\n');
    for value in &record.values {
        row(&mut out, value);
    }
    out
}

fn row(out: &mut String, value: &DecidedValue) {
    let extracted = &value.extracted;
    let item = extracted.item.map_or_else(String::new, |item| format!(" [{item}]"));
    let text = plain(&extracted.value);
    let shown = match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{} … ({} characters)", &text[..cut], text.chars().count()),
        None if text.is_empty() => "(nothing)".to_owned(),
        None => text,
    };
    let field = format!("{}{item}", extracted.field);
    let _ = writeln!(out, "{:<9} {:>5.1} %  {field}  {shown}", value.status.as_str(), 100.0 * value.confidence.get());
    let reasons: Vec<&str> = value.reasons.iter().map(|reason| reason.as_str()).collect();
    let reasons = if reasons.is_empty() { String::new() } else { format!("{}; ", reasons.join(", ")) };
    let _ = writeln!(out, "                    {reasons}page {}, box {}, {}", extracted.page, of_box(extracted.place), extracted.rule);
}

/// The same as JSON, with signals and raw text.
pub fn table_json(stored: &StoredDocument) -> Value {
    let record = &stored.record;
    json!({
        "document": record.id,
        "source": record.source,
        "sha256": record.sha256.to_string(),
        "kind": record.kind,
        "kind_display": record.kind.display(),
        "kind_confidence": stored.kind_confidence,
        "pages": record.pages,
        "values": record.values,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample;

    #[test]
    fn every_value_has_its_line_with_status_and_evidence() {
        let record = sample::full("box/a.pdf");
        let stored = StoredDocument { record, kind_confidence: 0.75 };
        let text = table(&stored, None);
        for value in &stored.record.values {
            let field = value.extracted.field.as_str();
            assert!(text.lines().any(|l| l.starts_with(value.status.as_str()) && l.contains(field)), "{field}\n{text}");
        }
        assert!(text.contains("probability 0.75") && !text.contains("run again"));
        assert!(table(&stored, Some((DocumentKind::Consent, 0.5))).contains("take it for Consent document (59284-0), probability 0.50"));
        assert_eq!(table_json(&stored)["values"].as_array().map(Vec::len), Some(stored.record.values.len()));
    }
}
