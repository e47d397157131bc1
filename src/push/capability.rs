//! What a server says it can do (its CapabilityStatement).

use std::collections::BTreeMap;

use serde_json::Value;

/// What the statement says of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Of {
    conditional_create: bool,
    update_create: bool,
}

/// What a server says it can do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capability {
    /// The server's software and version, as it calls itself.
    pub software: String,
    /// The version of FHIR.
    pub fhir_version: String,
    /// Whether it takes transactions.
    pub transaction: bool,
    types: BTreeMap<String, Of>,
}

impl Capability {
    /// Reads a CapabilityStatement; `None` if it is none.
    pub fn read(statement: &Value) -> Option<Self> {
        if statement["resourceType"] != "CapabilityStatement" {
            return None;
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().chars().filter(|c| !c.is_control()).take(60).collect::<String>();
        let software = format!("{} {}", text(&statement["software"]["name"]), text(&statement["software"]["version"])).trim().to_owned();
        let mut capability = Self { software, fhir_version: text(&statement["fhirVersion"]), ..Self::default() };
        for rest in statement["rest"].as_array().into_iter().flatten().filter(|rest| rest["mode"] != "client") {
            let interactions = rest["interaction"].as_array().into_iter().flatten();
            capability.transaction |= interactions.clone().any(|interaction| interaction["code"] == "transaction");
            for of in rest["resource"].as_array().into_iter().flatten() {
                let can = |key: &str| of[key].as_bool().unwrap_or(false);
                let one = Of { conditional_create: can("conditionalCreate"), update_create: can("updateCreate") };
                capability.types.insert(of["type"].as_str().unwrap_or_default().to_owned(), one);
            }
        }
        Some(capability)
    }

    /// Whether a create of this type may rest on a condition. Where the server does not say so it is searched first.
    pub fn creates_on_condition(&self, kind: &str) -> bool {
        self.types.get(kind).is_some_and(|of| of.conditional_create)
    }

    /// Whether a resource of this type may be put at an id of the client's choice.
    pub fn takes_ids(&self, kind: &str) -> bool {
        self.types.get(kind).is_some_and(|of| of.update_create)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn statements_are_read_and_nothing_is_assumed() {
        let full = json!({
            "resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "software": {"name": "Server", "version": "8\n"},
            "rest": [{"mode": "server", "interaction": [{"code": "batch"}, {"code": "transaction"}],
                "resource": [{"type": "Binary", "updateCreate": true}, {"type": "Patient", "conditionalCreate": true}]}]
        });
        let read = Capability::read(&full).unwrap();
        assert_eq!((read.software.as_str(), read.fhir_version.as_str(), read.transaction), ("Server 8", "4.0.1", true));
        assert!(read.takes_ids("Binary") && !read.takes_ids("Patient") && read.creates_on_condition("Patient"));
        assert!(!read.creates_on_condition("Binary") && !read.creates_on_condition("Unheard"));
        let bare = Capability::read(&json!({"resourceType": "CapabilityStatement"})).unwrap();
        assert_eq!(bare, Capability::default());
        assert_eq!(Capability::read(&json!({"resourceType": "OperationOutcome"})), None);
    }
}
