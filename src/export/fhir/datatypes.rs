//! FHIR's data types as JSON: codes, dates, quantities, narratives, search queries.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::super::squeeze;
use super::ucum::Unit;

pub(super) const DATA_ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
/// The code system of reasons, where an element is coded.
pub(super) const DATA_ABSENT_REASONS: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
pub(super) const LOINC: &str = "http://loinc.org";
pub(super) const UCUM: &str = "http://unitsofmeasure.org";

/// A JSON object under construction.
pub(super) type Object = Map<String, Value>;

/// Puts a value that may be missing: FHIR knows no nulls.
pub(super) fn put(object: &mut Object, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(key.to_owned(), value.into());
    }
}

/// The object of a `json!({…})`.
pub(super) fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

/// A CodeableConcept of one code.
pub(super) fn concept(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

/// A CodeableConcept of one code with its name.
pub(super) fn named_concept(system: &str, code: &str, display: &str) -> Value {
    json!({"coding": [{"system": system, "code": code, "display": display}]})
}

/// An element that is not there, and why: `unknown`, or `temp-unknown` while a person is to look.
pub(super) fn absent(waits: bool) -> Value {
    json!({"extension": [{"url": DATA_ABSENT, "valueCode": if waits { "temp-unknown" } else { "unknown" }}]})
}

/// Text as FHIR's `string` allows it: no control characters, no empty text. Characters that XML lacks go too.
pub(in crate::export) fn text(raw: &str) -> Option<String> {
    let clean = squeeze(&raw.replace(['\u{fffe}', '\u{ffff}'], ""));
    (!clean.is_empty()).then_some(clean)
}

/// A FHIR `code`-like token: printable ASCII without white space.
pub(in crate::export) fn token(raw: &str) -> Option<String> {
    let trimmed = raw.trim();
    (!trimmed.is_empty() && trimmed.bytes().all(|b| b.is_ascii_graphic())).then(|| trimmed.to_owned())
}

/// A FHIR `dateTime` of day precision or less, if the calendar has it: `1998`, `1998-02`, `1998-02-28`.
pub(in crate::export) fn date(raw: &str) -> Option<String> {
    let raw = raw.trim();
    let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = raw.split('-').collect();
    let (year, month, day) = match parts.as_slice() {
        [y] if digits(y, 4) => (y, "01", "01"),
        [y, m] if digits(y, 4) && digits(m, 2) => (y, *m, "01"),
        [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2) => (y, *m, *d),
        _ => return None,
    };
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    (year > 0 && jiff::civil::Date::new(year, month, day).is_ok()).then(|| raw.to_owned())
}

/// A date of day precision.
pub(in crate::export) fn full_date(raw: &str) -> Option<String> {
    date(raw).filter(|date| date.len() == 10)
}

/// A FHIR `instant` in UTC from seconds since 1970; what lies outside the calendar becomes its beginning.
pub(crate) fn instant(seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A narrative: the text escaped within XHTML's `div`.
pub(super) fn narrative(text: &str) -> Value {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // `additional`: the words are the source's own and not generated from coded data.
    json!({"status": "additional", "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>{escaped}</p></div>")})
}

/// The query part of a conditional create: `parameter=system|value`, FHIR's escapes within the value, then percent-encoding.
pub(super) fn query(parameter: &str, system: &str, value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '\\' | '|' | ',' | '$') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    format!("{parameter}={}|{}", percent(system, b":/"), percent(&escaped, b":/"))
}

/// Percent-encodes all but RFC 3986's unreserved characters and `also`.
pub(super) fn percent(text: &str, also: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || also.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The name under which a decimal travels within a `Value`: no FHIR element and no text from a page can bear it as a key.
pub(super) const DECIMAL: &str = "\u{0}decimal";

/// A FHIR `decimal` in the very digits of the page: 7.10 is not 7.1. `None` for what is no JSON number.
pub(super) fn decimal(raw: &str) -> Option<Value> {
    let raw = raw.trim();
    let (whole, fraction) =
        raw.strip_prefix('-').unwrap_or(raw).split_once('.').map_or((raw.trim_start_matches('-'), None), |(w, f)| (w, Some(f)));
    let digits = |s: &str| !s.is_empty() && s.len() <= 18 && s.bytes().all(|b| b.is_ascii_digit());
    let good = raw.matches('-').count() <= 1 && digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits);
    good.then(|| json!({DECIMAL: raw}))
}

/// A Quantity: value with an optional comparator before it, unit as written and in UCUM. `None` if the value is no number.
pub(super) fn quantity(raw: &str, unit: Option<&Unit>) -> Option<Value> {
    let raw = raw.trim();
    let comparators = [("<=", "<="), (">=", ">="), ("≤", "<="), ("≥", ">="), ("<", "<"), (">", ">")];
    let (comparator, number) =
        comparators.iter().find_map(|(sign, code)| raw.strip_prefix(sign).map(|rest| (Some(*code), rest))).unwrap_or((None, raw));
    let mut quantity = Object::new();
    put(&mut quantity, "comparator", comparator);
    put(&mut quantity, "value", Some(decimal(number)?));
    if let Some(unit) = unit {
        if let Some(code) = &unit.code {
            quantity.insert("system".to_owned(), UCUM.into());
            quantity.insert("code".to_owned(), code.as_str().into());
        }
        quantity.insert("unit".to_owned(), unit.written.as_str().into());
    }
    Some(quantity.into())
}

/// Serializes a `Value`, giving decimals in their own digits.
pub(super) struct Exact<'a>(pub &'a Value);

impl Serialize for Exact<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(object) => {
                if let Some(Value::String(digits)) = object.get(DECIMAL) {
                    return match RawValue::from_string(digits.clone()) {
                        Ok(raw) => raw.serialize(serializer),
                        Err(_) => serializer.serialize_str(digits),
                    };
                }
                let mut map = serializer.serialize_map(Some(object.len()))?;
                // Sorted here, whatever order serde_json's own map keeps.
                let mut keys: Vec<&String> = object.keys().collect();
                keys.sort();
                for key in keys {
                    map.serialize_entry(key, &Exact(&object[key]))?;
                }
                map.end()
            }
            Value::Array(array) => {
                let mut seq = serializer.serialize_seq(Some(array.len()))?;
                for value in array {
                    seq.serialize_element(&Exact(value))?;
                }
                seq.end()
            }
            other => other.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_keep_their_precision_and_obey_the_calendar() {
        for good in ["1998", "1998-02", "1996-02-29"] {
            assert_eq!(date(good).as_deref(), Some(good));
        }
        for bad in ["", "98", "1998-13", "1998-02-30", "1998-2-3", "0000-01-01", "1998-02-28T00:00", "+998-01-01", "１９９８"] {
            assert_eq!(date(bad), None, "{bad}");
        }
        assert_eq!(full_date("1998"), None);
        assert_eq!(instant(1_704_164_645), "2024-01-02T03:04:05Z");
        assert_eq!(instant(i64::MAX), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn numbers_keep_their_digits() {
        let table = [
            ("7.10", r#"{"value":7.10}"#),
            ("< 0.50", r#"{"comparator":"<","value":0.50}"#),
            ("≥60", r#"{"comparator":">=","value":60}"#),
            ("-1.5", r#"{"value":-1.5}"#),
        ];
        for (raw, expected) in table {
            assert_eq!(serde_json::to_string(&Exact(&quantity(raw, None).unwrap())).unwrap(), expected);
        }
        for no in ["", "positive", "1,200", "007", "1.", ".5", "5-10", "1e3", "--1", "1.2.3", "<", "NaN"] {
            assert!(quantity(no, None).is_none(), "{no}");
        }
    }

    #[test]
    fn units_that_are_no_ucum_stay_text() {
        let with = quantity("5", Some(&Unit::of("per high field", ""))).unwrap();
        assert_eq!((with.get("unit").is_some(), with.get("code")), (true, None));
        assert_eq!(quantity("5", Some(&Unit::of("10*3/uL", ""))).unwrap()["code"], "10*3/uL");
    }

    #[test]
    fn queries_are_escaped_twice() {
        assert_eq!(query("identifier", "urn:x", "00-12"), "identifier=urn:x|00-12");
        assert_eq!(query("identifier", "urn:x", "a|b&c=d?"), "identifier=urn:x|a%5C%7Cb%26c%3Dd%3F");
    }

    #[test]
    fn narratives_hold_no_markup_of_the_page() {
        let hostile = narrative("<img src=x onerror=\"alert(1)\"> & ]]>");
        assert_eq!(
            hostile["div"],
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>&lt;img src=x onerror=\"alert(1)\"&gt; &amp; ]]&gt;</p></div>"
        );
    }
}
