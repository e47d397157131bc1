//! The forms in which resources leave: transaction Bundles.

use serde_json::{Value, json};

use super::datatypes::{Exact, instant};
use super::{Bundle, Rendered, Rendering};

/// A transaction Bundle of one document.
pub fn transaction(rendering: Rendering) -> Bundle {
    let resources = rendering.resources.len();
    let bundle = json!({
        "resourceType": "Bundle",
        "id": rendering.uuid.to_string(),
        "identifier": {"system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{}", rendering.uuid)},
        "type": "transaction",
        "timestamp": instant(rendering.recorded_at),
        "entry": rendering.resources.into_iter().map(entry).collect::<Vec<_>>(),
    });
    Bundle { json: to_json(&bundle, true), resources, left_out: rendering.left_out }
}

/// An entry that creates the resource if the server has none like it.
pub(super) fn entry(rendered: Rendered) -> Value {
    let request = match rendered.condition {
        Some(condition) => json!({"method": "POST", "url": rendered.kind, "ifNoneExist": condition}),
        None => json!({"method": "PUT", "url": format!("{}/{}", rendered.kind, rendered.resource["id"].as_str().unwrap_or_default())}),
    };
    json!({"fullUrl": rendered.url, "resource": rendered.resource, "request": request})
}

/// JSON text of a resource or Bundle, keys in alphabetical order, decimals in their own digits, ending in a line feed; over many lines if `pretty`.
pub fn to_json(value: &Value, pretty: bool) -> Vec<u8> {
    let exact = Exact(value);
    // Strings and string keys only: nothing here can fail to become JSON.
    let mut json = if pretty { serde_json::to_vec_pretty(&exact) } else { serde_json::to_vec(&exact) }.unwrap_or_default();
    json.push(b'\n');
    json
}
