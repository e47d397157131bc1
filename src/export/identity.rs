//! The names by which receivers recognise what chartlift made: always the same, however often it is made anew.

use uuid::Uuid;

use crate::model::DocumentRecord;

/// Of the resources that chartlift makes: `<digest>/<ordinal>/<place>`.
pub(crate) const RESOURCE_SYSTEM: &str = "urn:chartlift:resource";

/// The name of a place within a document: `<digest>/<ordinal>/<path>`.
pub(crate) fn place(record: &DocumentRecord, path: &str) -> String {
    format!("{}/{}/{path}", record.sha256, record.ordinal)
}

/// The UUIDv5 of a place within a document.
pub(crate) fn uuid(record: &DocumentRecord, path: &str) -> Uuid {
    named(&place(record, path))
}

/// The UUIDv5 of a name: of a place, or of system and value of what is known in all documents.
pub(crate) fn named(name: &str) -> Uuid {
    Uuid::new_v5(&namespace(), name.as_bytes())
}

/// The UUIDv5 of a place within a document and of what is said there: another one as soon as something else is said.
pub(crate) fn uuid_of_content(record: &DocumentRecord, path: &str, content: &[&[u8]]) -> Uuid {
    let digest = crate::model::Sha256::of_parts(content);
    named(&format!("{}/{digest}", place(record, path)))
}

/// The object identifier that stands for a UUID without being registered anywhere (ITU-T X.667, the arc 2.25).
pub(crate) fn oid(uuid: Uuid) -> String {
    format!("2.25.{}", uuid.as_u128())
}

/// The namespace of chartlift's UUIDs; changing it would double every resource on every server.
fn namespace() -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, RESOURCE_SYSTEM.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample;

    #[test]
    fn names_hang_on_source_ordinal_and_place_alone() {
        let (mut one, other) = (sample::document("a.pdf#1"), sample::document("a.pdf#2"));
        let first = uuid(&one, "DocumentReference");
        one.recorded_at += 1;
        one.id = crate::model::DocumentId::from_stored("moved/a.pdf#1");
        assert_eq!(uuid(&one, "DocumentReference"), first);
        assert_ne!(uuid(&other, "DocumentReference"), first);
        assert_ne!(uuid_of_content(&one, "x", &[b"a"]), uuid_of_content(&one, "x", &[b"b"]));
        // X.667's own example.
        let example = Uuid::parse_str("f81d4fae-7dec-11d0-a765-00a0c91e6bf6").unwrap();
        assert_eq!(oid(example), "2.25.329800735698586629295641978511506172918");
    }
}
