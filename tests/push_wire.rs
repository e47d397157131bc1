//! The room that sends against a server of a few lines that answers as it is told: what no well-behaved server shows.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chartlift::model::{Deed, Ended};
use chartlift::push::{
    Address, AuthSettings, Capability, Client, Clock, Item, Mode, PushSettings, Request, Sender, Trouble, Work, capability,
};
use serde_json::{Value, json};

/// What the server does with the next request.
enum Turn {
    /// Answers: status, headers, body.
    Answer(u16, &'static str, Value),
    /// Says nothing for so long.
    Hang(Duration),
    /// Closes the connection without a word.
    Drop,
}

/// What was asked: method, path, headers in lower case, body.
type Asked = Arc<Mutex<Vec<(String, String, String, String)>>>;

/// A server that takes its turns one after another, each on a connection of its own.
fn server(turns: Vec<Turn>) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}/fhir", listener.local_addr().expect("an address"));
    let asked: Asked = Arc::default();
    let seen = Arc::clone(&asked);
    std::thread::spawn(move || {
        let mut turns: VecDeque<Turn> = turns.into();
        for stream in listener.incoming().flatten() {
            let Some(turn) = turns.pop_front() else { return };
            let request = read(&stream);
            seen.lock().expect("no panic").push(request);
            match turn {
                Turn::Answer(status, headers, body) => {
                    let body = if body.is_null() { String::new() } else { body.to_string() };
                    let head = format!(
                        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: application/fhir+json\r\ncontent-length: {}\r\n",
                        body.len()
                    );
                    let _ = (&stream).write_all(format!("{head}{headers}\r\n{body}").as_bytes());
                }
                Turn::Hang(time) => std::thread::sleep(time),
                Turn::Drop => {}
            }
        }
    });
    (base, asked)
}

fn read(stream: &TcpStream) -> (String, String, String, String) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).expect("a request");
    let mut parts = line.split_whitespace().map(str::to_owned);
    let (method, path) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (mut headers, mut length) = (String::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).expect("a header");
        if header.trim().is_empty() {
            break;
        }
        if let Some(number) = header.to_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().expect("a number");
        }
        headers.push_str(&header.to_lowercase());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    (method, path, headers, String::from_utf8_lossy(&body).into_owned())
}

/// A clock whose waits cost nothing and are noted.
#[derive(Default)]
struct Waits(Mutex<Vec<Duration>>);

impl Clock for Waits {
    fn now(&self) -> i64 {
        1_900_000_000
    }
    fn sleep(&self, time: Duration) -> bool {
        self.0.lock().expect("no panic").push(time);
        true
    }
    fn chance(&self) -> f64 {
        1.0
    }
}

fn settings() -> PushSettings {
    PushSettings { tries: 3, request_seconds: 1, mode: Mode::Single, ..PushSettings::default() }
}

fn client<'a>(base: &str, settings: &PushSettings, clock: &'a Waits) -> Client<'a> {
    let token = |name: &str| (name == "TOKEN").then(|| "a-secret".to_owned());
    Client::new(Address::new(base, &[]).expect("an address"), settings, token, clock).expect("a client")
}

fn fine() -> Turn {
    Turn::Answer(200, "", json!({"resourceType": "CapabilityStatement"}))
}

#[test]
fn what_may_pass_is_asked_again_and_the_servers_wish_is_heeded() {
    let table: [(Vec<Turn>, &[u64]); 5] = [
        (vec![Turn::Answer(500, "", Value::Null), fine()], &[500]),
        (vec![Turn::Answer(429, "retry-after: 7\r\n", Value::Null), fine()], &[7000]),
        (vec![Turn::Answer(503, "", Value::Null), Turn::Answer(503, "", Value::Null), fine()], &[500, 1000]),
        (vec![Turn::Drop, fine()], &[500]),
        (vec![Turn::Hang(Duration::from_millis(1500)), fine()], &[500]),
    ];
    for (turns, waits) in table {
        let (base, _) = server(turns);
        let clock = Waits::default();
        assert!(capability(&client(&base, &settings(), &clock)).expect("an answer in the end").is_some());
        let waited: Vec<u64> = clock.0.lock().unwrap().iter().map(|wait| wait.as_millis() as u64).collect();
        assert_eq!(waited, waits);
    }
}

#[test]
fn what_does_not_pass_is_told_in_words_and_nothing_is_sent_elsewhere() {
    let clock = Waits::default();
    let trouble = |turns: Vec<Turn>| {
        let (base, asked) = server(turns);
        let auth = AuthSettings { token_env: Some("TOKEN".into()), ..AuthSettings::default() };
        let settings = PushSettings { auth, max_answer_mib: 1, ..settings() };
        let trouble = client(&base, &settings, &clock).ask(&Request::get("metadata")).expect_err("no answer");
        let asked = asked.lock().unwrap().clone();
        assert!(asked.iter().all(|(_, _, headers, _)| headers.contains("authorization: bearer a-secret")));
        assert!(!trouble.words().contains("a-secret"));
        (trouble, asked.len())
    };
    let unavailable = || Turn::Answer(503, "", Value::Null);
    assert!(matches!(trouble(vec![unavailable(), unavailable(), unavailable()]), (Trouble::Server { may_be_done: true, .. }, 3)));
    assert!(matches!(trouble(vec![Turn::Answer(401, "", Value::Null)]), (Trouble::Denied(_), 1)));
    assert_eq!(trouble(vec![Turn::Answer(307, "location: http://127.0.0.1:1/else\r\n", Value::Null)]), (Trouble::Elsewhere, 1));
    assert_eq!(trouble(vec![Turn::Answer(200, "", json!("x".repeat(2 << 20)))]), (Trouble::TooLarge, 1));
}

/// A key that was made for tests and opens nothing.
fn smart() -> (tempfile::NamedTempFile, AuthSettings) {
    let mut key = tempfile::NamedTempFile::new().expect("a file");
    key.write_all(include_bytes!("keys/test-only-p384.pem")).expect("written");
    let auth = AuthSettings {
        client_id: Some("client-1".into()),
        key_file: Some(key.path().to_owned()),
        key_id: Some("k1".into()),
        ..AuthSettings::default()
    };
    (key, auth)
}

#[test]
fn a_client_of_smart_backend_services_asks_for_tokens_and_for_new_ones() {
    // The endpoint is on the same server, whose port is known once it runs: it is given by the settings.
    let token = |token: &str, life: i64| Turn::Answer(200, "", json!({"access_token": token, "token_type": "bearer", "expires_in": life}));
    let (base, asked) =
        server(vec![token("first", 3600), fine(), Turn::Answer(401, "", Value::Null), token("second", 3600), fine(), fine()]);
    let (_key, auth) = smart();
    let settings = PushSettings { auth: AuthSettings { token_url: Some(format!("{base}/token")), ..auth }, ..settings() };
    let clock = Waits::default();
    let client = client(&base, &settings, &clock);
    for _ in 0..3 {
        assert!(client.ask(&Request::get("metadata")).expect("an answer").is_success());
    }
    let asked = asked.lock().unwrap().clone();
    let paths: Vec<&str> = asked.iter().map(|(_, path, ..)| path.as_str()).collect();
    assert_eq!(paths, ["/fhir/token", "/fhir/metadata", "/fhir/metadata", "/fhir/token", "/fhir/metadata", "/fhir/metadata"]);
    let body = &asked[0].3;
    assert!(
        body.contains("grant_type=client_credentials")
            && body.contains("client_assertion_type=urn%3Aietf")
            && body.contains("scope=system%2F*.crus")
    );
    let assertion = body.rsplit_once("client_assertion=").expect("an assertion").1;
    let key = jsonwebtoken::DecodingKey::from_ec_pem(include_bytes!("keys/test-only-p384.pub.pem")).expect("a key");
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES384);
    rules.set_audience(&[format!("{base}/token")]);
    rules.set_issuer(&["client-1"]);
    let read = jsonwebtoken::decode::<Value>(assertion, &key, &rules).expect("signed by the client for the endpoint");
    assert_eq!((read.header.kid.as_deref(), &read.claims["sub"]), (Some("k1"), &json!("client-1")));
    let bearer: Vec<bool> = asked.iter().map(|(_, _, headers, _)| headers.contains("bearer first")).collect();
    assert_eq!(bearer, [false, true, true, false, false, false]);
    assert!(asked[4].2.contains("bearer second") && asked[5].2.contains("bearer second"));
}

#[test]
fn the_token_endpoint_is_found_and_a_refusal_is_told_without_secrets() {
    let configuration = |endpoint: &str| Turn::Answer(200, "", json!({"token_endpoint": endpoint}));
    let (_key, auth) = smart();
    let trouble = |turns: Vec<Turn>| {
        let (base, asked) = server(turns);
        let clock = Waits::default();
        let settings = PushSettings { auth: auth.clone(), ..settings() };
        let trouble = client(&base, &settings, &clock).ask(&Request::get("metadata")).expect_err("no token");
        (trouble, asked.lock().unwrap()[0].1.clone())
    };
    let (met, first) = trouble(vec![configuration("http://tokens.example.org/token")]);
    assert!(matches!(&met, Trouble::Denied(said) if said.contains("in the clear")), "{met:?}");
    assert_eq!(first, "/fhir/.well-known/smart-configuration");
    let (met, _) = trouble(vec![Turn::Answer(404, "", Value::Null)]);
    assert!(matches!(&met, Trouble::Denied(said) if said.contains("--token-url")), "{met:?}");
    let (base, _) = server(vec![Turn::Answer(400, "", json!({"error": "invalid_client", "error_description": "Quillfeather"}))]);
    let (met, _) = trouble(vec![configuration(&format!("{base}/token"))]);
    assert!(matches!(&met, Trouble::Denied(said) if said.contains("invalid_client") && !said.contains("Quillfeather")), "{met:?}");
}

fn patient() -> Item {
    Item {
        kind: "Patient".into(),
        path: "Patient".into(),
        url: "urn:uuid:11111111-1111-5111-8111-111111111111".into(),
        condition: Some("identifier=urn:mrn|00-12".into()),
        shared: true,
        apart: None,
        resource: json!({"resourceType": "Patient", "identifier": [{"system": "urn:mrn", "value": "00-12"}], "name": [{"family": "Ferrante"}]}),
    }
}

fn searchset(patients: &[(&str, &str)]) -> Value {
    let entry =
        |(id, at): &(&str, &str)| json!({"resource": {"resourceType": "Patient", "id": id, "meta": {"versionId": "1", "lastUpdated": at}}});
    json!({"resourceType": "Bundle", "type": "searchset", "entry": patients.iter().map(entry).collect::<Vec<_>>()})
}

fn deliver(base: &str, work: Work) -> chartlift::push::Report {
    let (clock, settings) = (Waits::default(), settings());
    let client = client(base, &settings, &clock);
    let capability = Capability::default();
    Sender::new(&client, &capability, &settings, |value| value.to_string().into_bytes()).deliver(work).expect("an outcome")
}

#[test]
fn of_two_patients_that_were_created_at_once_one_stays() {
    let both = || searchset(&[("b", "2026-01-01T00:00:01Z"), ("a", "2026-01-01T00:00:00Z")]);
    let created = |id: &'static str| {
        let headers: &'static str = if id == "a" { "location: Patient/a/_history/1\r\n" } else { "location: Patient/b/_history/1\r\n" };
        Turn::Answer(201, headers, Value::Null)
    };
    // Ours is the later one: it is marked as replaced, keeps no identifier, and theirs is used.
    let (base, asked) = server(vec![
        Turn::Answer(200, "", searchset(&[])),
        created("b"),
        Turn::Answer(200, "", both()),
        Turn::Answer(200, "etag: W/\"2\"\r\n", Value::Null),
    ]);
    let report = deliver(&base, Work { items: vec![patient()], ..Work::default() });
    let deeds: Vec<_> = report.deliveries.iter().map(|d| (d.deed, d.server_id.as_deref().unwrap())).collect();
    assert_eq!((report.ended, deeds), (Ended::Done, vec![(Deed::Withdrawn, "b"), (Deed::Found, "a")]));
    let asked = asked.lock().unwrap().clone();
    assert_eq!((asked[1].0.as_str(), asked[1].1.as_str()), ("POST", "/fhir/Patient"));
    assert!(asked[1].2.contains("if-none-exist: identifier=urn:mrn|00-12"));
    assert!(asked.iter().all(|(_, path, ..)| !path.contains("00-12")), "no record number stands in an address");
    let (put, sent) = (&asked[3], serde_json::from_str::<Value>(&asked[3].3).unwrap());
    assert!(put.0 == "PUT" && put.1 == "/fhir/Patient/b" && put.2.contains("if-match: w/\"1\""), "{put:?}");
    assert_eq!(
        (&sent["active"], &sent["link"][0]["other"]["reference"], sent.get("identifier")),
        (&json!(false), &json!("Patient/a"), None)
    );
    // Ours is the earlier one: the other side gives way.
    let (base, _) = server(vec![Turn::Answer(200, "", searchset(&[])), created("a"), Turn::Answer(200, "", both())]);
    let report = deliver(&base, Work { items: vec![patient()], ..Work::default() });
    assert_eq!((report.ended, report.deliveries[0].deed), (Ended::Done, Deed::Created));
}

#[test]
fn several_of_one_identifier_are_for_a_person() {
    let several = || Turn::Answer(200, "", searchset(&[("a", "1"), ("b", "2")]));
    let (base, _) = server(vec![several(), several(), several()]);
    let report = deliver(&base, Work { items: vec![patient()], ..Work::default() });
    assert_eq!((report.ended, report.deliveries[0].deed), (Ended::Conflict, Deed::Conflict));
    assert!(report.said.contains("2 with its identifier") && !report.said.contains("00-12"), "{}", report.said);
}

#[test]
fn an_answer_that_was_lost_leaves_what_it_created_ours() {
    let theirs = |family: &str| json!({"resourceType": "Patient", "id": "a", "meta": {"versionId": "1"}, "identifier": [{"system": "urn:mrn", "value": "00-12"}], "name": [{"family": family}]});
    for (family, deed) in [("Ferrante", Deed::Created), ("Somebody", Deed::Found)] {
        let (base, _) = server(vec![Turn::Answer(200, "", searchset(&[("a", "1")])), Turn::Answer(200, "", theirs(family))]);
        let report = deliver(&base, Work { items: vec![patient()], unanswered: true, ..Work::default() });
        assert_eq!((report.ended, report.deliveries[0].deed), (Ended::Done, deed), "{family}");
    }
}
