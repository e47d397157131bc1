//! What servers say, in words that may be shown. An OperationOutcome may quote the page in its diagnostics: its codes and places are taken out, the
//! rest goes into the ledger alone.

use serde_json::Value;

use super::client::Answer;

/// A refusal: what may be shown, and what the server said itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// In our words.
    pub words: String,
    /// In the server's, which may quote the page.
    pub detail: String,
}

/// Codes of issues that are shown at most.
const SHOWN: usize = 5;
/// Kept of a server's own words.
const KEPT: usize = 20_000;

/// Puts a refusal into words.
pub fn refusal(answer: &Answer) -> Said {
    let outcome = answer.json().unwrap_or_default();
    let detail: String = String::from_utf8_lossy(&answer.body).chars().take(KEPT).collect();
    Said { words: sentence(answer.status, &outcome), detail }
}

/// Puts the refusal of one entry of a transaction into words.
pub fn entry_refusal(status: u16, outcome: &Value) -> Said {
    Said { words: sentence(status, outcome), detail: outcome.to_string().chars().take(KEPT).collect() }
}

fn sentence(status: u16, outcome: &Value) -> String {
    let meaning = match status {
        400 => "the server cannot read it",
        403 => "the server does not allow it",
        404 => "the server does not know the type, or the address is not the base of a FHIR server",
        405 | 501 => "the server does not do this",
        409 => "the server's copy is in conflict with it",
        410 => "the server has deleted it",
        412 => "the server has several with its identifier, or another version",
        413 => "it is too large for the server",
        415 => "the server does not take FHIR's JSON",
        422 => "it breaks a rule of the server",
        500..=599 => "the server fails at it",
        _ => "the server does not take it",
    };
    let issues = issues(outcome);
    if issues.is_empty() { format!("{meaning} ({status})") } else { format!("{meaning} ({status}: {})", issues.join(", ")) }
}

/// Codes and places of errors: `required at Patient.name[0]`.
fn issues(outcome: &Value) -> Vec<String> {
    let list = if outcome["resourceType"] == "OperationOutcome" { outcome["issue"].as_array() } else { None };
    let serious = |issue: &&Value| !matches!(issue["severity"].as_str(), Some("information" | "warning"));
    let mut shown: Vec<String> = Vec::new();
    for issue in list.into_iter().flatten().filter(serious) {
        let code = issue["code"].as_str().filter(|code| is_code(code)).unwrap_or("an issue");
        let place = issue["expression"][0].as_str().or_else(|| issue["location"][0].as_str()).filter(|place| is_place(place));
        let text = place.map_or_else(|| code.to_owned(), |place| format!("{code} at {place}"));
        if !shown.contains(&text) {
            shown.push(text);
        }
    }
    if shown.len() > SHOWN {
        let more = shown.len() - SHOWN;
        shown.truncate(SHOWN);
        shown.push(format!("{more} more"));
    }
    shown
}

fn is_code(text: &str) -> bool {
    (1..=30).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
}

/// A path of element names and numbers, which cannot quote a value.
fn is_place(text: &str) -> bool {
    let step = |step: &str| {
        let (name, rest) = step.split_once('[').map_or((step, ""), |(name, rest)| (name, rest));
        let index = rest.is_empty() || rest.strip_suffix(']').is_some_and(|n| n.len() <= 4 && n.bytes().all(|b| b.is_ascii_digit()));
        let known = name.len() <= 40 && name.bytes().all(|b| b.is_ascii_alphabetic());
        !name.is_empty() && known && index
    };
    // A name in capitals or one that is unlike an element's would be text of a page: elements are lowerCamelCase, types UpperCamelCase at the root.
    let steps: Vec<&str> = text.split('.').collect();
    text.len() <= 120
        && steps.len() >= 2
        && steps.iter().all(|s| step(s))
        && steps[1..].iter().all(|s| s.as_bytes()[0].is_ascii_lowercase() || *s == steps[0])
}

/// What became of one entry of a transaction, or of one single create.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// The status.
    pub status: u16,
    /// The id, where the server says it.
    pub id: Option<String>,
    /// The version, where the server says it.
    pub version: Option<String>,
}

/// Reads the answer to a single create or update.
pub fn of_single(answer: &Answer, kind: &str) -> Took {
    let body = answer.json().unwrap_or_default();
    let own = if body["resourceType"] == kind { body["id"].as_str().map(str::to_owned) } else { None };
    let (id, located) = answer.location.as_deref().map_or((None, None), |location| of_location(location, kind));
    let version = answer.etag.as_deref().and_then(of_etag).or(located).or_else(|| body["meta"]["versionId"].as_str().map(str::to_owned));
    Took { status: answer.status, id: id.or(own), version }
}

/// Reads one entry of a transaction-response.
pub fn of_entry(entry: &Value, kind: &str) -> Took {
    let response = &entry["response"];
    let status = response["status"].as_str().and_then(|status| status.get(..3)?.parse().ok()).unwrap_or(0);
    let resource = &entry["resource"];
    let own = if resource["resourceType"] == kind { resource["id"].as_str().map(str::to_owned) } else { None };
    let (id, located) = response["location"].as_str().map_or((None, None), |location| of_location(location, kind));
    let version =
        response["etag"].as_str().and_then(of_etag).or(located).or_else(|| resource["meta"]["versionId"].as_str().map(str::to_owned));
    Took { status, id: id.or(own), version }
}

/// `[base]/Patient/7/_history/2`: id and version.
fn of_location(location: &str, kind: &str) -> (Option<String>, Option<String>) {
    let parts: Vec<&str> = location.split(['?', '#']).next().unwrap_or_default().split('/').collect();
    let Some(at) = parts.iter().rposition(|part| *part == kind) else { return (None, None) };
    let id = parts.get(at + 1).filter(|id| is_id(id)).map(|id| (*id).to_owned());
    let version = parts.get(at + 2).filter(|part| **part == "_history").and_then(|_| parts.get(at + 3)).filter(|v| is_id(v));
    (id, version.map(|v| (*v).to_owned()))
}

/// `W/"2"`: the version.
fn of_etag(etag: &str) -> Option<String> {
    let version = etag.trim().trim_start_matches("W/").trim_matches('"');
    is_id(version).then(|| version.to_owned())
}

/// FHIR's `id`.
pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn issue(severity: &str, code: &str, place: &str) -> Value {
        json!({"severity": severity, "code": code, "expression": [place], "diagnostics": "Quillfeather is no date"})
    }

    #[test]
    fn refusals_are_told_without_the_pages_text() {
        let table = [
            (
                422,
                vec![issue("error", "required", "Patient.name[0].family")],
                "it breaks a rule of the server (422: required at Patient.name[0].family)",
            ),
            (
                422,
                vec![issue("error", "value", "Patient.name.where(family='Quillfeather')")],
                "it breaks a rule of the server (422: value)",
            ),
            (422, vec![issue("error", "value", "Patient.Quillfeather")], "it breaks a rule of the server (422: value)"),
            (400, vec![issue("error", "Quillfeather!", "x y")], "the server cannot read it (400: an issue)"),
            (422, vec![issue("warning", "code-invalid", "Patient.gender")], "it breaks a rule of the server (422)"),
            (413, vec![], "it is too large for the server (413)"),
        ];
        for (status, issues, words) in table {
            let body = json!({"resourceType": "OperationOutcome", "issue": issues}).to_string().into_bytes();
            let said = refusal(&Answer { status, body, ..Answer::default() });
            assert_eq!(said.words, words);
            assert_eq!(said.detail.contains("Quillfeather"), !issues.is_empty());
        }
        let page = Answer { status: 502, body: b"<html>Quillfeather</html>".to_vec(), ..Answer::default() };
        assert_eq!(refusal(&page).words, "the server fails at it (502)");
    }

    #[test]
    fn ids_and_versions_are_found_wherever_servers_put_them() {
        let table = [
            (
                json!({"response": {"status": "201 Created", "location": "Patient/7/_history/1", "etag": "W/\"1\""}}),
                (201, Some("7"), Some("1")),
            ),
            (json!({"response": {"status": "201", "location": "https://x/Patient/r4/Patient/7"}}), (201, Some("7"), None)),
            (
                json!({"response": {"status": "200 OK", "etag": "\"abc\""}, "resource": {"resourceType": "Patient", "id": "9"}}),
                (200, Some("9"), Some("abc")),
            ),
            (json!({"response": {"status": "200"}, "resource": {"resourceType": "OperationOutcome", "id": "9"}}), (200, None, None)),
            (json!({"response": {"status": "201", "location": "Patient/a b"}}), (201, None, None)),
            (json!({}), (0, None, None)),
        ];
        for (entry, (status, id, version)) in table {
            let took = of_entry(&entry, "Patient");
            assert_eq!((took.status, took.id.as_deref(), took.version.as_deref()), (status, id, version), "{entry}");
        }
        let answer = Answer { status: 201, location: Some("http://x/fhir/Patient/7/_history/3".into()), ..Answer::default() };
        assert_eq!(of_single(&answer, "Patient"), Took { status: 201, id: Some("7".into()), version: Some("3".into()) });
    }
}
