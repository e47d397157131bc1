//! Evidence down to the element: an id for each element that a value gave, so that a Provenance can point at it, and how sure the machine was.
//!
//! **Decided:** the AIconfidence extension of HL7's guide to AI transparency stands on every element that a machine's reading alone gave. Its `valueDecimal` is for
//! calibrated probabilities, and that is what a value's confidence is: fitted and measured on layouts that were left out of the fit
//! (`chartlift calibrate`). An element that a person verified or corrected does not bear it, as it is no longer the machine's word; nor does a value of an
//! earlier decision whose confidence is 0, which says that nothing was estimated.

use serde_json::{Value, json};

use super::datatypes::{DECIMAL, Object, decimal};
use super::draft::Evidence;

const AI_CONFIDENCE: &str = "http://hl7.org/fhir/uv/aitransparency/StructureDefinition/AIconfidence";

/// Gives every element that is named by the evidence an id, and the confidence where it is a machine's. Returns for each piece of evidence the ids of
/// its elements: several for a list, none where its element is not there.
pub(super) fn decorate(resource: &mut Value, evidence: &[Evidence<'_>]) -> Vec<Vec<String>> {
    let ids: Vec<Vec<String>> = evidence.iter().map(|piece| place(resource, &piece.element)).collect();
    // Of several values in one element the least sure one speaks for it.
    let mut by_value: Vec<usize> = (0..evidence.len()).collect();
    by_value.sort_by(|a, b| evidence[*a].confidence.get().total_cmp(&evidence[*b].confidence.get()));
    for at in by_value {
        let sure = evidence[at].confidence.get();
        if evidence[at].status.is_reviewed() || sure <= 0.0 {
            continue;
        }
        // Four decimals, as in fields.csv.
        let Some(digits) = decimal(&format!("{sure:.4}")) else { continue };
        for element in elements(resource, &evidence[at].element) {
            let list = element.entry("extension").or_insert_with(|| json!([]));
            if let Value::Array(list) = list
                && !list.iter().any(|extension| extension["url"] == AI_CONFIDENCE)
            {
                list.push(json!({"url": AI_CONFIDENCE, "valueDecimal": digits}));
            }
        }
    }
    ids
}

/// Gives the elements of a path their ids.
fn place(resource: &mut Value, path: &str) -> Vec<String> {
    let stem: Vec<&str> = path.split(['.', '[', ']']).filter(|part| !part.is_empty()).collect();
    let stem = stem.join("-");
    let mut found = elements(resource, path);
    let many = found.len() > 1;
    let mut ids = Vec::new();
    for (at, element) in found.iter_mut().enumerate() {
        let fresh = if many { format!("{stem}-{at}") } else { stem.clone() };
        let id = element.entry("id").or_insert_with(|| fresh.into());
        ids.extend(id.as_str().map(str::to_owned));
    }
    ids
}

/// The objects that bear id and extensions of the elements at a path such as `name[0].family`; of a list without a number all its elements. Primitive elements bear
/// theirs beside themselves, under `_family` (R4, json.html#primitive). Empty if the path leads nowhere.
fn elements<'v>(resource: &'v mut Value, path: &str) -> Vec<&'v mut Object> {
    let mut steps: Vec<(&str, Option<usize>)> = Vec::new();
    for part in path.split('.') {
        match part.split_once('[') {
            None => steps.push((part, None)),
            Some((key, rest)) => match rest.strip_suffix(']').and_then(|number| number.parse().ok()) {
                Some(number) => steps.push((key, Some(number))),
                None => return Vec::new(),
            },
        }
    }
    let Some(((key, number), way)) = steps.split_last() else { return Vec::new() };
    let mut at = resource;
    for (key, number) in way {
        let next = at.get_mut(*key).and_then(|value| match number {
            Some(number) => value.get_mut(*number),
            None => Some(value),
        });
        let Some(next) = next else { return Vec::new() };
        at = next;
    }
    let Value::Object(parent) = at else { return Vec::new() };
    last(parent, key, *number)
}

/// The bearers of one element of an object, or of all of a list.
fn last<'v>(parent: &'v mut Object, key: &str, number: Option<usize>) -> Vec<&'v mut Object> {
    let beside = format!("_{key}");
    match parent.get(key) {
        // An element that is absent for a reason, such as a masked number, is there as `_key` alone.
        None if number.is_none() => parent.get_mut(&beside).and_then(Value::as_object_mut).into_iter().collect(),
        None => Vec::new(),
        Some(Value::Array(items)) => {
            let (length, complex) = (items.len(), items.iter().all(is_complex));
            if number.is_some_and(|number| number >= length) {
                return Vec::new();
            }
            let list = if complex { parent.get_mut(key) } else { Some(parent.entry(beside).or_insert_with(|| json!([]))) };
            let Some(Value::Array(list)) = list else { return Vec::new() };
            // The two lists of primitives go side by side, with nulls where an element has neither id nor extension.
            list.resize(length, Value::Null);
            let wanted = |at: usize| number.is_none_or(|number| number == at);
            list.iter_mut().enumerate().filter(|(at, _)| wanted(*at)).filter_map(|(_, bearer)| bearer_of(bearer)).collect()
        }
        Some(_) if number.is_some() => Vec::new(),
        Some(value) if is_complex(value) => parent.get_mut(key).and_then(Value::as_object_mut).into_iter().collect(),
        Some(_) => bearer_of(parent.entry(beside).or_insert(Value::Null)).into_iter().collect(),
    }
}

fn bearer_of(value: &mut Value) -> Option<&mut Object> {
    if value.is_null() {
        *value = json!({});
    }
    value.as_object_mut()
}

/// Whether a value is an element with parts, and no primitive: decimals travel as objects.
fn is_complex(value: &Value) -> bool {
    value.as_object().is_some_and(|object| !object.contains_key(DECIMAL))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample::value;
    use crate::model::{DecidedValue, Field, Status};

    fn decorated(path: &str, confidence: f64) -> (Value, Vec<Vec<String>>) {
        let mut resource = json!({
            "birthDate": "1950-02-28",
            "name": [{"family": "Doe", "given": ["Ann", "May"]}],
            "identifier": [{"system": "s", "_value": {"extension": [{"url": "masked"}]}}],
            "code": {"text": "x", "coding": [{"code": "c"}]},
            "valueQuantity": {"value": decimal("7.10").unwrap()},
        });
        let one = value(Field::Family, None, "x").confidence(confidence).build();
        let ids = decorate(&mut resource, &[Evidence::at(&one, path)]);
        (resource, ids)
    }

    #[test]
    fn elements_of_every_make_get_id_and_confidence() {
        let table = [
            ("birthDate", "/_birthDate", "birthDate"),
            ("name[0].family", "/name/0/_family", "name-0-family"),
            ("name[0].given", "/name/0/_given/1", "name-0-given-1"),
            ("name[0].given[1]", "/name/0/_given/1", "name-0-given-1"),
            ("identifier[0].value", "/identifier/0/_value", "identifier-0-value"),
            ("code", "/code", "code"),
            ("code.text", "/code/_text", "code-text"),
            ("code.coding[0].code", "/code/coding/0/_code", "code-coding-0-code"),
            ("valueQuantity.value", "/valueQuantity/_value", "valueQuantity-value"),
            ("valueQuantity", "/valueQuantity", "valueQuantity"),
            ("name", "/name/0", "name"),
        ];
        for (path, place, id) in table {
            let (resource, ids) = decorated(path, 0.98765);
            let element = resource.pointer(place).unwrap_or_else(|| panic!("{path}: {resource}"));
            assert_eq!(element["id"], id, "{path}");
            assert!(ids[0].contains(&id.to_owned()), "{path}: {ids:?}");
            let extension = element["extension"].as_array().unwrap().last().unwrap();
            assert_eq!((&extension["url"], &extension["valueDecimal"][DECIMAL]), (&AI_CONFIDENCE.into(), &"0.9877".into()), "{path}");
        }
        assert_eq!(decorated("name[0].given", 1.0).1, [["name-0-given-0", "name-0-given-1"]]);
    }

    #[test]
    fn paths_that_lead_nowhere_change_nothing() {
        let untouched = decorated("", 0.5).0;
        for path in [
            "",
            "name[1].family",
            "name[0].family[0]",
            "name[x]",
            "photo",
            "photo[0]",
            "code.text.deeper",
            "birthDate.x",
            "name[0].given[2]",
        ] {
            assert_eq!(decorated(path, 0.5), (untouched.clone(), vec![Vec::new()]), "{path}");
        }
    }

    #[test]
    fn what_a_person_settled_bears_no_confidence_and_the_least_sure_value_speaks() {
        let of = |status: Status, confidence: f64| value(Field::Family, None, "x").confidence(confidence).status(status).build();
        let shown = |values: &[DecidedValue]| {
            let mut resource = json!({"code": {"text": "x"}});
            let evidence: Vec<Evidence<'_>> = values.iter().map(|value| Evidence::at(value, "code.text")).collect();
            decorate(&mut resource, &evidence);
            assert_eq!(resource["code"]["_text"]["id"], "code-text");
            resource["code"]["_text"].get("extension").map(|list| list[0]["valueDecimal"][DECIMAL].as_str().unwrap().to_owned())
        };
        assert_eq!(shown(&[of(Status::Verified, 0.9)]), None);
        assert_eq!(shown(&[of(Status::Corrected, 0.9), of(Status::Accepted, 0.95)]).as_deref(), Some("0.9500"));
        assert_eq!(shown(&[of(Status::Accepted, 0.99), of(Status::Accepted, 0.9)]).as_deref(), Some("0.9000"));
        assert_eq!(shown(&[of(Status::Accepted, 0.0)]), None);
    }
}
