//! Laying a site's entries over the texts of the lists.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::findings::{At, Finding, Severity, line_of};
use super::{Addition, FILE, Site};
use crate::extract::demographics::text::fold as fold_label;
use crate::extract::phrases::{fold as fold_heading, folded_words};
use crate::model::{DocumentKind, Field};

/// What the site's entries did to a list's own.
#[derive(Default)]
pub(crate) struct Notes {
    /// Wordings of the site that took the place of a built-in one with another meaning, and removals that removed nothing.
    pub said: Vec<(At<String>, String)>,
}

impl Notes {
    fn note(&mut self, wording: &At<String>, what: String) {
        self.said.push((wording.clone(), what));
    }

    /// As warnings about the file of this text.
    pub(crate) fn findings(&self, text: &str) -> Vec<Finding> {
        let finding = |(wording, what): &(At<String>, String)| Finding {
            file: FILE.to_owned(),
            line: Some(line_of(text, wording.span.start)),
            severity: Severity::Warning,
            what: what.clone(),
            help: None,
        };
        self.said.iter().map(finding).collect()
    }
}

impl Site {
    /// The text of a list with the site's entries; the same text where it has none for it, or where the text is no TOML, which is for
    /// its own parser to say.
    pub(crate) fn amend(&self, name: &str, text: String, notes: &mut Notes) -> String {
        let touched = match name {
            "labels.toml" => {
                !self.labels.is_empty()
                    || !self.whose.is_empty()
                    || self.without.contains_key("labels")
                    || self.without.contains_key("whose")
            }
            "headings.toml" => !self.headings.is_empty() || self.without.contains_key("headings"),
            "kinds.toml" => !self.kinds.is_empty() || self.without.contains_key("titles"),
            "expected.toml" | "expected_items.toml" => !self.expected.is_empty(),
            _ => false,
        };
        let Some(mut table) = touched.then(|| text.parse::<Table>().ok()).flatten() else { return text };
        match name {
            "labels.toml" => {
                self.amend_list(&mut table, ("label", "texts"), &self.labels, "labels", fold_label, notes);
                self.amend_list(&mut table, ("heading", "texts"), &self.whose, "whose", fold_label, notes);
            }
            "headings.toml" => self.amend_list(&mut table, ("heading", "words"), &self.headings, "headings", fold_heading, notes),
            "kinds.toml" => self.amend_kinds(&mut table, notes),
            "expected.toml" => self.amend_expected(&mut table),
            _ => self.amend_expected_items(&mut table),
        }
        toml::to_string(&table).unwrap_or(text)
    }

    fn removed(&self, list: &str) -> &[At<String>] {
        self.without.get(list).map_or(&[], Vec::as_slice)
    }

    /// Takes wordings out of the entries of a list and puts the site's entries before them: of equally good ones, the first is taken.
    fn amend_list(
        &self,
        table: &mut Table,
        (list, key): (&str, &str),
        additions: &[Addition],
        removal: &str,
        fold: fn(&str) -> String,
        notes: &mut Notes,
    ) {
        let Some(Value::Array(entries)) = table.get_mut(list) else { return };
        // A heading may mean something else in another kind of document: an entry for some kinds takes no other's place.
        let all_kinds = |a: &&Addition| a.entry.get("kinds").is_none();
        let own: Vec<(&Addition, &At<String>)> =
            additions.iter().filter(all_kinds).flat_map(|a| a.wordings.iter().map(move |w| (a, w))).collect();
        let mut found: BTreeSet<String> = BTreeSet::new();
        for entry in entries.iter_mut().filter_map(Value::as_table_mut) {
            let others = entry.clone();
            let Some(Value::Array(texts)) = entry.get_mut(key) else { continue };
            texts.retain(|text| {
                let folded = fold(text.as_str().unwrap_or_default());
                if self.removed(removal).iter().any(|w| fold(&w.value) == folded) {
                    found.insert(folded);
                    return false;
                }
                let Some((addition, wording)) = own.iter().find(|(_, w)| fold(&w.value) == folded) else { return true };
                if others.get("kinds").is_some() {
                    return true;
                }
                let same = addition.entry.iter().all(|(k, v)| k == key || others.get(k) == Some(v)) && others.len() == addition.entry.len();
                let what = if same {
                    format!("`{}` is built in with the same meaning", wording.value)
                } else {
                    format!("`{}` takes the place of the built-in entry ({})", wording.value, meaning(&others, key))
                };
                notes.note(wording, what);
                false
            });
        }
        for wording in self.removed(removal).iter().filter(|w| !found.contains(&fold(&w.value))) {
            notes.note(wording, format!("`{}` is not in the list, so that nothing is removed", wording.value));
        }
        entries.retain(|e| !matches!(e.get(key), Some(Value::Array(texts)) if texts.is_empty()));
        let front = additions.iter().filter(|a| !a.wordings.is_empty()).map(|a| Value::Table(a.entry.clone()));
        let rest = std::mem::take(entries);
        entries.extend(front.chain(rest));
    }

    fn amend_kinds(&self, table: &mut Table, notes: &mut Notes) {
        let Some(Value::Array(entries)) = table.get_mut("kind") else { return };
        let removed: BTreeSet<Vec<String>> = self.removed("titles").iter().map(|w| folded_words(&w.value)).collect();
        for entry in entries.iter_mut().filter_map(Value::as_table_mut) {
            let code = entry.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
            if let Some(Value::Array(titles)) = entry.get_mut("titles") {
                titles.retain(|title| {
                    let folded = folded_words(title.as_str().unwrap_or_default());
                    let own = self.kinds.iter().flat_map(|(k, titles, _)| titles.iter().map(move |t| (k, t)));
                    let mut same = own.filter(|(_, t)| folded_words(&t.value) == folded);
                    let taken = same.next();
                    if let Some((kind, title)) = taken.filter(|(kind, _)| kind.as_str() != code) {
                        notes.note(title, format!("the title `{}` no longer stands for {code}, now for {}", title.value, kind.as_str()));
                    }
                    taken.is_none() && !removed.contains(&folded)
                });
            }
            for (_, titles, phrases) in self.kinds.iter().filter(|(k, _, _)| k.as_str() == code) {
                if let Some(Value::Array(list)) = entry.get_mut("titles") {
                    list.extend(titles.iter().map(|t| Value::from(t.value.clone())));
                }
                if let Some(Value::Array(list)) = entry.get_mut("phrases") {
                    list.retain(|p| {
                        let text = folded_words(p.get("text").and_then(Value::as_str).unwrap_or_default());
                        !phrases.iter().any(|(t, _)| folded_words(&t.value) == text)
                    });
                    for (text, weight) in phrases {
                        let phrase = [("text", Value::from(text.value.clone())), ("weight", Value::from(*weight))];
                        list.push(Value::Table(phrase.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()));
                    }
                }
            }
        }
    }

    /// Fields by kind; a kind without an entry of its own has what the default says.
    fn amend_expected(&self, table: &mut Table) {
        let default = table.get("default").cloned();
        let Some(kinds) = table.get_mut("kinds").and_then(Value::as_table_mut) else { return };
        for &kind in self.expected.keys() {
            let Some(entry) = entry_of(kinds, kind, default.as_ref()) else { continue };
            let Some(Value::Array(fields)) = entry.get_mut("fields") else { continue };
            self.merge(kind, fields, false);
        }
    }

    fn amend_expected_items(&self, table: &mut Table) {
        let Some(kinds) = table.get_mut("expected").and_then(Value::as_table_mut) else { return };
        for &kind in self.expected.keys() {
            let entry = kinds.entry(kind.as_str()).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(fields) = entry {
                self.merge(kind, fields, true);
            }
        }
    }

    fn merge(&self, kind: DocumentKind, fields: &mut Vec<Value>, items: bool) {
        let Some(expected) = self.expected.get(&kind) else { return };
        let of_list = |f: &&Field| f.group().is_some() == items && f.section().is_none();
        if let Some(whole) = &expected.fields {
            fields.clear();
            fields.extend(whole.iter().filter(of_list).map(|f| Value::from(f.as_str())));
        }
        fields.retain(|v| !expected.fewer.iter().any(|f| v.as_str() == Some(f.as_str())));
        for field in expected.more.iter().filter(of_list) {
            if !fields.iter().any(|v| v.as_str() == Some(field.as_str())) {
                fields.push(Value::from(field.as_str()));
            }
        }
    }
}

fn entry_of<'t>(kinds: &'t mut Table, kind: DocumentKind, default: Option<&Value>) -> Option<&'t mut Table> {
    let entry = kinds.entry(kind.as_str()).or_insert_with(|| default.cloned().unwrap_or_else(|| Value::Table(Table::new())));
    entry.as_table_mut()
}

/// An entry's meaning in a few words.
fn meaning(entry: &Table, key: &str) -> String {
    entry.iter().filter(|(k, _)| *k != key).map(|(k, v)| format!("{k} = {v}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amended(site: &str, name: &str, text: &str) -> (Table, Vec<String>) {
        let (read, findings) = Site::read(site);
        assert!(findings.is_empty(), "{findings:?}");
        let mut notes = Notes::default();
        let table = read.amend(name, text.to_owned(), &mut notes).parse().unwrap();
        (table, notes.findings(site).iter().map(ToString::to_string).collect())
    }

    const LABELS: &str = "[[label]]\nwhat = 'mrn'\ntexts = ['chart', 'unit no']\n[[heading]]\nowner = 'patient'\ntexts = ['about you']\n";

    #[test]
    fn labels_are_added_taken_over_and_removed() {
        let site = "[[label]]\nwhat = 'other'\ntexts = ['Chart:', 'lane no']\n\n[without]\nlabels = ['unit no', 'nowhere']\n";
        let (table, notes) = amended(site, "labels.toml", LABELS);
        let labels = table["label"].as_array().unwrap();
        assert_eq!(labels.len(), 1, "the built-in entry has no wording left");
        assert_eq!(labels[0]["texts"].as_array().unwrap().len(), 2);
        assert_eq!(
            notes,
            [
                "site.toml, line 3: warning: `Chart:` takes the place of the built-in entry (what = \"mrn\")",
                "site.toml, line 6: warning: `nowhere` is not in the list, so that nothing is removed",
            ]
        );
    }

    #[test]
    fn what_a_kind_should_have_is_merged_or_replaced() {
        let text = "[default]\nfields = ['Patient.birthDate']\npractitioner = []\ndate = []\nencounter = []\n[kinds.59284-0]\nfields = ['Patient.birthDate', 'Patient.gender']\n";
        let fields = |site: &str, code: &str| -> Vec<String> {
            let (table, _) = amended(site, "expected.toml", text);
            table["kinds"][code]["fields"].as_array().unwrap().iter().map(|f| f.as_str().unwrap().to_owned()).collect()
        };
        let merged = "[expected.59284-0]\nmore = ['Coverage.payor', 'Observation.value']\nfewer = ['Patient.gender']\n";
        assert_eq!(fields(merged, "59284-0"), ["Patient.birthDate", "Coverage.payor"]);
        assert_eq!(fields("[expected.59284-0]\nfields = ['Coverage.payor']\n", "59284-0"), ["Coverage.payor"]);
        let new = "[expected.64290-0]\nmore = ['Coverage.payor']\n";
        assert_eq!(fields(new, "64290-0"), ["Patient.birthDate", "Coverage.payor"], "the default is where it begins");
        let (items, _) = amended(merged, "expected_items.toml", "[expected]\n");
        assert_eq!(items["expected"]["59284-0"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn titles_move_to_the_kind_that_the_site_says() {
        let text =
            "[[kind]]\ncode = '11506-3'\ntitles = ['visit note']\nphrases = []\n[[kind]]\ncode = '59284-0'\ntitles = []\nphrases = []\n";
        let site = "[[kind]]\ncode = '59284-0'\ntitles = ['Visit Note']\nphrases = [{ text = 'i agree', weight = 2 }]\n";
        let (table, notes) = amended(site, "kinds.toml", text);
        assert!(table["kind"][0]["titles"].as_array().unwrap().is_empty());
        assert_eq!(table["kind"][1]["titles"][0].as_str(), Some("Visit Note"));
        assert_eq!(table["kind"][1]["phrases"][0]["weight"].as_float(), Some(2.0));
        assert_eq!(notes.len(), 1);
    }
}
