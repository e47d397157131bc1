//! What MHD asks of a Provide Document Bundle (ITI-65, minimal metadata), whose entries are closed.

use serde_json::Value;

use super::super::mhd::{DEFINITIONS, PROVIDE_BUNDLE, SOURCE_ID, is_oid};

/// Whether a bundle says that it is one.
pub(super) fn provides(bundle: &Value) -> bool {
    bundle["meta"]["profile"].as_array().is_some_and(|claims| claims.iter().any(|claim| claim == PROVIDE_BUNDLE))
}

/// Whether a profile is one of MHD's, which [`rules`] holds its resources to.
pub(super) fn is_own(claim: &str) -> bool {
    claim.starts_with(DEFINITIONS)
}

/// Breaches of MHD's rules.
pub(super) fn rules(entries: &[Value], faults: &mut Vec<String>) {
    let mut counts = [("List", 0), ("DocumentReference", 0), ("Binary", 0), ("Patient", 0)];
    for (at, entry) in entries.iter().enumerate() {
        let resource = &entry["resource"];
        let kind = resource["resourceType"].as_str().unwrap_or_default();
        let mut fault = |rule: &str| faults.push(format!("entry[{at}] {kind}: MHD: {rule}"));
        match counts.iter_mut().find(|(name, _)| *name == kind) {
            Some((_, count)) => *count += 1,
            None => fault("no such entry is allowed"),
        }
        if entry["request"]["method"] != "POST" && kind != "Patient" {
            fault("the entry is not a POST");
        }
        match kind {
            "List" => submission(resource, &mut fault),
            "DocumentReference" => reference(resource, &mut fault),
            _ => {}
        }
    }
    if counts[0].1 != 1 || counts[3].1 > 1 {
        faults.push("MHD: one SubmissionSet is wanted, and one Patient at most".to_owned());
    }
}

fn submission(list: &Value, fault: &mut dyn FnMut(&str)) {
    let source = list["extension"].as_array().into_iter().flatten().find(|extension| extension["url"] == SOURCE_ID);
    if !source.and_then(|source| source["valueIdentifier"]["value"].as_str()).is_some_and(is_oid) {
        fault("the source is no OID");
    }
    let identifiers = || list["identifier"].as_array().into_iter().flatten();
    let unique = identifiers().filter(|id| id["use"] == "usual" && id["value"].as_str().is_some_and(is_oid)).count();
    if unique != 1 || list["status"] != "current" || list["mode"] != "working" || list["code"]["coding"][0]["code"] != "submissionset" {
        fault("a SubmissionSet has one OID of its own, is current, working and coded as what it is");
    }
    if ["encounter", "orderedBy", "emptyReason", "modifierExtension"].iter().any(|key| list.get(key).is_some()) {
        fault("an element that a SubmissionSet must not have");
    }
}

fn reference(document: &Value, fault: &mut dyn FnMut(&str)) {
    let content = document["content"].as_array().map_or(0, Vec::len);
    let attachment = &document["content"][0]["attachment"];
    if document.get("docStatus").is_some() || document.get("modifierExtension").is_some() || attachment.get("data").is_some() {
        fault("an element that a DocumentReference must not have");
    }
    if content != 1 || attachment["url"].as_str().is_none() || attachment["contentType"].as_str().is_none() {
        fault("a DocumentReference has one attachment with type and address");
    }
    let master = &document["masterIdentifier"];
    if master["use"] != "usual" || master["system"].as_str().is_none() || master["value"].as_str().is_none() {
        fault("the unique identifier is not whole");
    }
    if document["category"].as_array().is_some_and(|categories| categories.len() > 1) {
        fault("more than one category");
    }
}
