//! R4's and US Core's invariants.

use std::collections::BTreeSet;

use serde_json::Value;

/// R4's invariants that concern what chartlift makes.
pub(super) fn rules(resource: &Value, kind: &str, place: &str, bundle: &Value, faults: &mut Vec<String>) {
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
        "QuestionnaireResponse" => unanswered(resource, bundle, &mut fault),
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

/// Answers to what the questionnaire does not ask, where the bundle holds it.
fn unanswered(response: &Value, bundle: &Value, fault: &mut dyn FnMut(&str)) {
    fn asked<'v>(items: &'v Value, into: &mut BTreeSet<&'v str>) {
        for item in items.as_array().into_iter().flatten() {
            into.extend(item["linkId"].as_str());
            asked(&item["item"], into);
        }
    }
    let resources = bundle["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"]);
    let canonical = |of: &Value| format!("{}|{}", of["url"].as_str().unwrap_or_default(), of["version"].as_str().unwrap_or_default());
    let wanted = response["questionnaire"].as_str().unwrap_or_default();
    let questionnaires: Vec<&Value> = resources.filter(|resource| resource["resourceType"] == "Questionnaire").collect();
    let Some(questionnaire) = questionnaires.iter().find(|questionnaire| canonical(questionnaire) == wanted) else {
        // A bundle that was parted may have it in another part.
        if !questionnaires.is_empty() {
            fault("the answers are to another questionnaire");
        }
        return;
    };
    let (mut questions, mut answers) = (BTreeSet::new(), BTreeSet::new());
    asked(&questionnaire["item"], &mut questions);
    asked(&response["item"], &mut answers);
    if !answers.is_subset(&questions) {
        fault("an answer to no question");
    }
}
