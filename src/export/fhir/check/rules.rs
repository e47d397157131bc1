//! R4's and US Core's invariants.

use serde_json::Value;

/// R4's invariants that concern what chartlift makes.
pub(super) fn rules(resource: &Value, kind: &str, place: &str, faults: &mut Vec<String>) {
    let mut fault = |rule: &str| faults.push(format!("{place}: {rule}"));
    let has_value = |v: &Value| v.as_object().is_some_and(|o| o.keys().any(|key| key.starts_with("value")));
    match kind {
        "Patient" => {
            let named = |name: &Value| name.get("family").is_some() || name.get("given").is_some();
            for name in resource["name"].as_array().into_iter().flatten() {
                if named(name) == name.get("extension").is_some() {
                    fault("us-core-6: a name, or the reason why there is none");
                }
            }
            // US Core's extensions of race and ethnicity say in words what they say in codes.
            for extension in resource["extension"].as_array().into_iter().flatten() {
                let url = extension["url"].as_str().unwrap_or_default();
                let says = |part: &Value| part["url"] == "text" && part["valueString"].is_string();
                if (url.ends_with("/us-core-race") || url.ends_with("/us-core-ethnicity"))
                    && extension["extension"].as_array().into_iter().flatten().filter(|part| says(part)).count() != 1
                {
                    fault("a race or ethnicity without its text");
                }
            }
            for contact in resource["contact"].as_array().into_iter().flatten() {
                if !["name", "telecom", "address", "organization"].iter().any(|key| contact.get(key).is_some()) {
                    fault("pat-1: a contact without details");
                }
            }
        }
        "Observation" => {
            for part in resource["component"].as_array().into_iter().flatten().chain([resource]) {
                if has_value(part) && part.get("dataAbsentReason").is_some() {
                    fault("obs-6: a value and a reason for its absence");
                }
            }
            for component in resource["component"].as_array().into_iter().flatten() {
                if component["code"]["coding"] == resource["code"]["coding"] && has_value(resource) {
                    fault("obs-7: a component with the code of the whole");
                }
                if !has_value(component) && component.get("dataAbsentReason").is_none() {
                    fault("a component without a value");
                }
            }
        }
        "Encounter" => {
            let (start, end) = (resource["period"]["start"].as_str(), resource["period"]["end"].as_str());
            if let (Some(start), Some(end)) = (start, end)
                && start > end
            {
                fault("per-1: the period ends before it begins");
            }
        }
        _ => {}
    }
}
