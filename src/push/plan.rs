//! What there is to do about one document: what it holds now against what is known of it on the server. Pure.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use super::retract::is_retractable;
use crate::model::{Deed, Delivery, Known, Sha256};

/// Elements in which a server finds the `urn:uuid:` of another resource (FHIR R4 http.html#trules: references, and elements of type `uri` and `url`).
const POINTERS: [&str; 5] = ["reference", "url", "uri", "valueUri", "valueUrl"];

/// Types of which there is one only with a scan: IHE MHD's submission goes with it.
const WITH_SCAN: [&str; 2] = ["Binary", "List"];

/// Writes a resource as JSON: the one serializer that knows decimals.
pub type Write = fn(&Value) -> Vec<u8>;

/// A resource as it should be on the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its type.
    pub kind: String,
    /// Its place within the document.
    pub path: String,
    /// What others of the document refer to it by.
    pub url: String,
    /// The search that finds it on a server; `None` if it is put at its own id.
    pub condition: Option<String>,
    /// Whether other documents may bring the same.
    pub shared: bool,
    /// Whether it goes in a closed bundle of this profile, apart from the document's other resources; its Binary gets the server's id.
    pub apart: Option<&'static str>,
    /// The resource.
    pub resource: Value,
}

impl Item {
    /// What a server knows it by.
    pub fn key(&self) -> String {
        match &self.condition {
            Some(condition) => format!("{}?{condition}", self.kind),
            None => format!("{}/{}", self.kind, self.own_id()),
        }
    }

    /// The id at which it is put.
    pub fn own_id(&self) -> &str {
        self.resource["id"].as_str().unwrap_or_default()
    }
}

/// What is done with the items of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Items that the server does not know by us, in an order in which none refers to a later one.
    pub create: Vec<usize>,
    /// Items whose content has changed, with what is known of them.
    pub update: Vec<(usize, usize)>,
    /// Known ones that are no longer there and are to be marked.
    pub retract: Vec<usize>,
    /// What is only noted.
    pub noted: Vec<Delivery>,
}

/// The content's digest of each item: other items of the document stand in it by their keys, so that it changes when they become others.
pub fn digests(items: &[Item], write: Write) -> Vec<String> {
    let keys: BTreeMap<&str, String> = items.iter().map(|item| (item.url.as_str(), item.key())).collect();
    let digest = |item: &Item| {
        let mut resource = item.resource.clone();
        point(&mut resource, &|url| keys.get(url).cloned());
        Sha256::of(&write(&resource)).to_string()
    };
    items.iter().map(digest).collect()
}

/// Compares what should be with what is known. Without a scan that was delivered once (`scan_gone`), what holds and names it stays as it is.
pub fn plan(items: &[Item], digests: &[String], known: &[Known], scan_gone: bool) -> Plan {
    let mut plan = Plan::default();
    let mut create = BTreeSet::new();
    let mut wanted = BTreeSet::new();
    for (at, item) in items.iter().enumerate() {
        let key = item.key();
        wanted.insert((item.path.as_str(), key.clone()));
        let found = known.iter().enumerate().find(|(_, k)| k.last.path == item.path && k.last.key == key);
        let Some((of, k)) = found.filter(|(_, k)| !matches!(k.last.deed, Deed::Left | Deed::Withdrawn) && k.last.server_id.is_some())
        else {
            create.insert(at);
            continue;
        };
        let same = k.last.digest == digests[at] && !matches!(k.last.deed, Deed::Retracted | Deed::Conflict);
        if same || (scan_gone && item.kind == "DocumentReference") {
            continue;
        }
        let spoiled = matches!(k.last.deed, Deed::Retracted | Deed::Conflict);
        if k.ours && !spoiled && k.holds.as_ref() == Some(&digests[at]) {
            // Another document of the person has brought the change.
            plan.noted.push(Delivery { deed: Deed::Found, digest: digests[at].clone(), ..k.last.clone() });
        } else if k.ours {
            plan.update.push((at, of));
        } else {
            plan.noted.push(Delivery { deed: Deed::Kept, digest: digests[at].clone(), ..k.last.clone() });
        }
    }
    for (at, k) in known.iter().enumerate() {
        if !k.lives()
            || wanted.contains(&(k.last.path.as_str(), k.last.key.clone()))
            || (scan_gone && WITH_SCAN.contains(&k.last.kind.as_str()))
        {
            continue;
        }
        if k.ours && k.last.is_of_document() && is_retractable(&k.last.kind) {
            plan.retract.push(at);
        } else {
            plan.noted.push(Delivery { deed: Deed::Left, ..k.last.clone() });
        }
    }
    plan.create = in_order(items, &create);
    plan
}

/// Puts items behind those that they refer to; a circle is broken where it is met.
fn in_order(items: &[Item], among: &BTreeSet<usize>) -> Vec<usize> {
    let by_url: BTreeMap<&str, usize> = among.iter().map(|&at| (items[at].url.as_str(), at)).collect();
    let mut needs: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for &at in among {
        let mut found = BTreeSet::new();
        each_pointer(&items[at].resource, &mut |url| {
            found.extend(by_url.get(url).copied().filter(|&other| other != at));
        });
        needs.insert(at, found);
    }
    let mut order = Vec::new();
    while !needs.is_empty() {
        let free: Vec<usize> = needs.iter().filter(|(_, needed)| needed.is_empty()).map(|(&at, _)| at).collect();
        let next = if free.is_empty() { needs.keys().next().copied().into_iter().collect() } else { free };
        for at in next {
            needs.remove(&at);
            needs.values_mut().for_each(|needed| {
                needed.remove(&at);
            });
            order.push(at);
        }
    }
    order
}

/// Replaces what pointers point to, where `target` knows another name for it.
pub fn point(value: &mut Value, target: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object.iter_mut() {
                match inner {
                    Value::String(text) if POINTERS.contains(&key.as_str()) && text.starts_with("urn:uuid:") => {
                        if let Some(name) = target(text) {
                            *text = name;
                        }
                    }
                    inner => point(inner, target),
                }
            }
        }
        Value::Array(array) => array.iter_mut().for_each(|inner| point(inner, target)),
        _ => {}
    }
}

fn each_pointer(value: &Value, take: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                match inner {
                    Value::String(text) if POINTERS.contains(&key.as_str()) => take(text),
                    inner => each_pointer(inner, take),
                }
            }
        }
        Value::Array(array) => array.iter().for_each(|inner| each_pointer(inner, take)),
        _ => {}
    }
}

/// Puts the scan into the attachments that name its Binary, for servers that take no Binary at an id of our choice.
pub fn inline_scan(items: &mut Vec<Item>) {
    let scans: BTreeMap<String, Value> = items
        .iter()
        .filter(|item| item.kind == "Binary" && item.apart.is_none())
        .map(|item| (item.url.clone(), item.resource["data"].clone()))
        .collect();
    items.retain(|item| item.kind != "Binary" || item.apart.is_some());
    items.iter_mut().for_each(|item| fill(&mut item.resource, &scans));
}

fn fill(value: &mut Value, scans: &BTreeMap<String, Value>) {
    match value {
        Value::Object(object) => {
            let data =
                object.get("url").and_then(Value::as_str).and_then(|url| scans.get(url)).filter(|_| object.contains_key("contentType"));
            if let Some(data) = data.cloned() {
                object.remove("url");
                object.insert("data".to_owned(), data);
            }
            object.values_mut().for_each(|inner| fill(inner, scans));
        }
        Value::Array(array) => array.iter_mut().for_each(|inner| fill(inner, scans)),
        _ => {}
    }
}

/// Size and SHA-256 of the scan that a resource holds: a Binary, or a DocumentReference with its data.
pub fn scan_of(resource: &Value) -> Option<(u64, Sha256)> {
    let data = match resource["resourceType"].as_str()? {
        "Binary" => &resource["data"],
        "DocumentReference" => &resource["content"][0]["attachment"]["data"],
        _ => return None,
    };
    let bytes = BASE64.decode(data.as_str()?).ok()?;
    Some((bytes.len() as u64, Sha256::of(&bytes)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn write(value: &Value) -> Vec<u8> {
        value.to_string().into_bytes()
    }

    fn item(kind: &str, path: &str, refers: &[&str]) -> Item {
        let url = |path: &str| format!("urn:uuid:{path}");
        let references: Vec<Value> = refers.iter().map(|path| json!({"reference": url(path)})).collect();
        Item {
            kind: kind.into(),
            path: path.into(),
            url: url(path),
            condition: Some(format!("identifier=urn:chartlift:resource|{path}")),
            shared: false,
            apart: None,
            resource: json!({"resourceType": kind, "to": references}),
        }
    }

    fn known(item: &Item, digest: &str, ours: bool) -> Known {
        let last = Delivery {
            kind: item.kind.clone(),
            path: item.path.clone(),
            key: item.key(),
            digest: digest.into(),
            server_id: Some(format!("id-{}", item.path)),
            version: Some("1".into()),
            deed: if ours { Deed::Created } else { Deed::Found },
            scan: None,
        };
        Known { ours, holds: ours.then(|| digest.to_owned()), last }
    }

    #[test]
    fn nothing_is_done_twice_and_others_resources_are_left_alone() {
        let items = [item("Patient", "p", &[]), item("Observation", "o", &["p"]), item("Condition", "c", &["p"])];
        let d = digests(&items, write);
        assert_eq!(plan(&items, &d, &[], false).create, [0, 1, 2]);
        let all = [known(&items[0], &d[0], false), known(&items[1], &d[1], true), known(&items[2], &d[2], true)];
        assert_eq!(plan(&items, &d, &all, false), Plan::default());
        // Other content: ours is updated, what was found is noted as kept.
        let old = [known(&items[0], "old", false), known(&items[1], "old", true), known(&items[2], &d[2], true)];
        let other = plan(&items, &d, &old, false);
        assert_eq!((other.create.len(), other.update.clone(), other.noted.len(), other.noted[0].deed), (0, vec![(1, 1)], 1, Deed::Kept));
        // No longer there: ours is marked; a patient never.
        let gone = plan(&[], &[], &all, false);
        assert_eq!((gone.retract, gone.noted.iter().map(|n| n.kind.as_str()).collect::<Vec<_>>()), (vec![1, 2], vec!["Patient"]));
    }

    #[test]
    fn a_reference_that_comes_to_mean_another_resource_changes_the_content() {
        let mut items = [item("Patient", "p", &[]), item("Observation", "o", &["p"])];
        let before = digests(&items, write);
        items[0].condition = Some("identifier=urn:mrn|1".into());
        let after = digests(&items, write);
        assert_ne!(before[1], after[1]);
        let plan = plan(&items, &after, &[known(&item("Patient", "p", &[]), &before[0], true), known(&items[1], &before[1], true)], false);
        assert_eq!((plan.create, plan.update, plan.noted[0].deed), (vec![0], vec![(1, 1)], Deed::Left));
    }

    #[test]
    fn what_is_referred_to_comes_first_and_circles_end() {
        let items = [
            item("Provenance", "v", &["o"]),
            item("Observation", "o", &["p", "d"]),
            item("DocumentReference", "d", &["p"]),
            item("Patient", "p", &[]),
        ];
        assert_eq!(in_order(&items, &(0..4).collect()), [3, 2, 1, 0]);
        let circle = [item("A", "a", &["b"]), item("B", "b", &["a"])];
        assert_eq!(in_order(&circle, &(0..2).collect()).len(), 2);
    }

    #[test]
    fn a_scan_that_is_gone_takes_nothing_away() {
        let mut reference = item("DocumentReference", "d", &[]);
        reference.resource["content"] = json!([{"attachment": {"contentType": "application/pdf", "url": "urn:uuid:b"}}]);
        let binary = Item {
            condition: None,
            resource: json!({"resourceType": "Binary", "id": "b1", "contentType": "application/pdf", "data": "JVBERg=="}),
            ..item("Binary", "b", &[])
        };
        let with = vec![reference.clone(), binary];
        let d = digests(&with, write);
        let all = [known(&with[0], &d[0], true), known(&with[1], &d[1], true)];
        let mut without = reference;
        without.resource["content"] = json!([{"attachment": {"url": "scans/a.pdf"}}]);
        let lean = [without];
        let d = digests(&lean, write);
        assert_eq!(plan(&lean, &d, &all, true), Plan::default());
        assert_eq!(plan(&lean, &d, &all, false).update, [(0, 0)]);
        assert_eq!(scan_of(&with[1].resource), Some((4, Sha256::of(b"%PDF"))));
        let mut inline = with;
        inline_scan(&mut inline);
        assert_eq!((inline.len(), scan_of(&inline[0].resource)), (1, Some((4, Sha256::of(b"%PDF")))));
        assert!(inline[0].resource["content"][0]["attachment"].get("url").is_none());
    }
}
