//! The server as browsers, and those who mean it ill, meet it: over a desk in memory, with a clock of the test's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::model::Role;
use crate::review::desk::fake::{FakeAccounts, FakeDesk};

const HOST: &str = "127.0.0.1:4711";
const BASE: &str = "/0123456789abcdef";
const ITEM: &str = "00000000000000000000000000000001";
const PAPER: &str = "0000000000000000000000000000d0c0";
const PASSWORD: &str = "orchid lantern harbour";

/// Every path that is there, and what is posted there.
const SCREENS: &[&str] = &["/", "/work", "/group", "/conflicts", "/escalated", "/mine", "/numbers", "/help"];
const DEEDS: &[(&str, &str)] = &[
    ("/api/alive", "{}"),
    ("/api/keys", "{}"),
    ("/api/tasks", r#"{"count":1}"#),
    ("/api/answer", r#"{"id":"00000000000000000000000000000002","version":0,"outcome":"verified","value":"Lindqvist"}"#),
    ("/api/answers", "[]"),
    ("/api/postpone", r#"{"items":["00000000000000000000000000000003"]}"#),
    ("/api/note", r#"{"item":"00000000000000000000000000000003","text":"look"}"#),
    ("/api/undo", "{}"),
    (
        "/api/amend",
        r#"{"document":"0000000000000000000000000000d0c0","field":"Patient.gender","page":1,"outcome":"corrected","value":"male"}"#,
    ),
    ("/api/read", r#"{"document":"0000000000000000000000000000d0c0","field":"Patient.birthDate","page":1,"place":[1,2,3,4]}"#),
    ("/api/structure", r#"{"document":"0000000000000000000000000000d0c0","page":2,"join":"begins"}"#),
    ("/api/release", "{}"),
    ("/api/sign-out", "{}"),
];
const FORMS: &[&str] = &[
    "/form/answer",
    "/form/group",
    "/form/postpone",
    "/form/note",
    "/form/undo",
    "/form/keys",
    "/form/amend",
    "/form/structure",
    "/form/release",
    "/form/sign-out",
];

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} {}", self.status, self.text))
    }

    fn cookie(&self) -> String {
        self.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

struct Trial {
    station: Arc<Station>,
    routes: axum::Router,
    desk: Arc<FakeDesk>,
    accounts: Arc<FakeAccounts>,
    time: Arc<AtomicI64>,
    runtime: tokio::runtime::Runtime,
}

/// Somebody's browser: what it sends with every request.
#[derive(Clone, Default)]
struct Browser {
    cookie: String,
    token: String,
}

impl Trial {
    fn new(single: bool, secure: bool) -> Self {
        let desk = Arc::new(FakeDesk::new(1));
        let people = [("ann", PASSWORD, Role::Reviewer), ("lee", PASSWORD, Role::Lead), ("ida", PASSWORD, Role::Auditor)];
        let accounts = Arc::new(FakeAccounts::new(if single { &[] } else { &people }));
        let time = Arc::new(AtomicI64::new(1_000_000));
        let clock = Arc::clone(&time);
        let parts = Parts {
            desk: Arc::clone(&desk) as Arc<dyn Desk>,
            accounts: Arc::clone(&accounts) as Arc<dyn Accounts>,
            single: single.then(|| "me".to_owned()),
            limits: Limits { idle: 900, whole: 28_800 },
            clock: Clock::of(move || clock.load(Ordering::SeqCst)),
            build: "test",
        };
        let hosts = Hosts::new(HOST.parse().unwrap(), &[], secure);
        let base = if secure { "" } else { BASE };
        let station = Arc::new(Station::new(parts, hosts, base.to_owned(), secure).unwrap());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { routes: router(Arc::clone(&station)), station, desk, accounts, time, runtime }
    }

    fn later(&self, seconds: i64) {
        self.time.fetch_add(seconds, Ordering::SeqCst);
    }

    fn send(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let response = self.routes.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, 1 << 24).await.unwrap();
            Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
        })
    }

    /// A request just as given, but for host and beginning of the path.
    fn raw(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.station.base));
        if headers.iter().all(|(name, _)| *name != "host") {
            request = request.header("host", HOST);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap())
    }

    fn origin(&self) -> String {
        format!("{}://{HOST}", if self.station.secure { "https" } else { "http" })
    }

    fn get(&self, who: &Browser, path: &str) -> Answer {
        self.raw(Method::GET, path, &[("cookie", &who.cookie), ("sec-fetch-site", "same-origin")], "")
    }

    fn post(&self, who: &Browser, path: &str, body: &str) -> Answer {
        let headers = [
            ("cookie", who.cookie.as_str()),
            ("origin", &self.origin()),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/json"),
            ("x-chartlift-token", &who.token),
        ];
        self.raw(Method::POST, path, &headers, body)
    }

    /// As a browser without script sends a form of our own page.
    fn form(&self, who: &Browser, path: &str, body: &str) -> Answer {
        let headers = [
            ("cookie", who.cookie.as_str()),
            ("origin", "null"),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.raw(Method::POST, path, &headers, body)
    }

    fn try_in(&self, name: &str, password: &str) -> Answer {
        self.post(&Browser::default(), "/api/sign-in", &json!({ "name": name, "password": password }).to_string())
    }

    fn sign_in(&self, name: &str) -> Browser {
        let answer = self.try_in(name, PASSWORD);
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        Browser { cookie: answer.cookie(), token: answer.json()["token"].as_str().unwrap().to_owned() }
    }
}

fn all_screens() -> Vec<String> {
    SCREENS.iter().map(|path| (*path).to_owned()).chain([format!("/paper/{PAPER}")]).collect()
}

fn pictures() -> [String; 2] {
    [format!("/snippet/{ITEM}.png"), format!("/page/{PAPER}/1.png?w=900")]
}

#[test]
fn every_answer_has_the_headers_whatever_it_says() {
    let trial = Trial::new(false, false);
    let nobody = Browser::default();
    let lee = trial.sign_in("lee");
    let mut answers = Vec::new();
    let mut paths = all_screens();
    paths.extend(pictures());
    paths.extend(
        ["/sign-in", "/station.js", "/station.css", "/nothing", "/paper/none", "/snippet/none.png", "/page/none/x.png"].map(str::to_owned),
    );
    for path in &paths {
        for who in [&nobody, &lee] {
            answers.push((path.clone(), trial.get(who, path)));
        }
        answers.push((path.clone(), trial.post(&lee, path, "{}")));
        answers.push((path.clone(), trial.raw(Method::DELETE, path, &[("cookie", &lee.cookie)], "")));
        answers.push((path.clone(), trial.raw(Method::GET, path, &[("host", "attacker.example")], "")));
    }
    for (path, body) in DEEDS {
        answers.push(((*path).to_owned(), trial.post(&nobody, path, body)));
        // Signing out asks for nothing.
        if *path != "/api/sign-out" {
            answers.push(((*path).to_owned(), trial.post(&lee, path, "{\"no\": ")));
        }
        answers.push(((*path).to_owned(), trial.get(&lee, path)));
    }
    for path in FORMS {
        answers.push(((*path).to_owned(), trial.form(&lee, path, "token=x")));
    }
    answers.push(("/api/note".into(), trial.post(&lee, "/api/note", &"x".repeat(door::BODY_AT_MOST + 1))));
    answers.push(("elsewhere".into(), trial.send(Request::get("/").header("host", HOST).body(Body::empty()).unwrap())));
    for (path, body) in DEEDS {
        let answer = trial.post(&lee, path, body);
        assert!(answer.status.is_success() || *path == "/api/undo", "{path} {} {}", answer.status, answer.text);
        answers.push(((*path).to_owned(), answer));
    }
    assert!(answers.len() > 100);
    for (path, answer) in &answers {
        let what = format!("{path} {}", answer.status);
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{what} {name}");
        }
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{what}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{what}");
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{what}: no other origin is let in");
        let kind = answer.header("content-type");
        if kind.starts_with("text/html") {
            assert!(
                policy.contains("script-src 'self'; style-src 'self'") && policy.contains("form-action 'self'; base-uri 'none'"),
                "{what}"
            );
        } else {
            assert!(policy.starts_with("sandbox"), "{what}");
        }
        if answer.status.is_client_error() || answer.status.is_server_error() {
            assert!(!answer.text.is_empty(), "{what} says nothing");
            assert_eq!(path.starts_with("/api/") && answer.status != StatusCode::MISDIRECTED_REQUEST, kind == "application/json", "{what}");
        }
    }
}

#[test]
fn screens_and_pictures_are_served_to_who_is_signed_in_and_to_nobody_else() {
    let trial = Trial::new(false, false);
    let lee = trial.sign_in("lee");
    for path in all_screens() {
        let answer = trial.get(&lee, &path);
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"), "{path}");
        let answer = trial.get(&Browser::default(), &path);
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, &*format!("{BASE}/sign-in")), "{path}");
        assert!(answer.text.is_empty());
    }
    for path in pictures() {
        let answer = trial.get(&lee, &path);
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/png"), "{path}");
        assert_eq!(trial.get(&Browser::default(), &path).status, StatusCode::UNAUTHORIZED, "{path}");
        let guess = Browser { cookie: "chartlift_sid=AAAA".into(), token: String::new() };
        assert_eq!(trial.get(&guess, &path).status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(trial.get(&Browser::default(), "/nothing").status, StatusCode::SEE_OTHER, "what is there is not told");
    assert_eq!(trial.get(&lee, "/nothing").status, StatusCode::NOT_FOUND);
    let outside = trial.send(Request::get("/").header("host", HOST).body(Body::empty()).unwrap());
    assert_eq!(outside.status, StatusCode::NOT_FOUND);
    assert!(!outside.text.contains(BASE) && !trial.raw(Method::GET, "/", &[("host", "x")], "").text.contains(BASE));
}

#[test]
fn other_hosts_are_not_heard() {
    let trial = Trial::new(false, false);
    let lee = trial.sign_in("lee");
    for host in ["attacker.example", "127.attacker.example:4711", "127.0.0.1", "127.0.0.1:4712", "localhost.:4711", "", "127.0.0.1:4711, x"]
    {
        let headers = [("cookie", lee.cookie.as_str()), ("host", host), ("sec-fetch-site", "same-origin")];
        assert_eq!(trial.raw(Method::GET, "/", &headers, "").status, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    let absent = Request::get(format!("{BASE}/")).header("cookie", &lee.cookie).body(Body::empty()).unwrap();
    assert_eq!(trial.send(absent).status, StatusCode::MISDIRECTED_REQUEST);
    for host in ["localhost:4711", "[::1]:4711"] {
        assert_eq!(trial.raw(Method::GET, "/", &[("cookie", &lee.cookie), ("host", host)], "").status, StatusCode::OK, "{host}");
    }
}

#[test]
fn what_another_page_makes_a_browser_send_does_nothing() {
    let trial = Trial::new(false, false);
    let lee = trial.sign_in("lee");
    let answer = r#"{"id":"00000000000000000000000000000002","version":0,"outcome":"verified","value":"Lindqvist"}"#;
    let form = format!("token={}&id=00000000000000000000000000000002&version=0&outcome=verified&value=x", lee.token);
    let own = trial.origin();
    let json = "application/json";
    let urlencoded = "application/x-www-form-urlencoded";
    // What is sent, and where from: even with the right token, which nobody else has.
    let cases: &[(&str, &str, &str, Option<&str>, Option<&str>)] = &[
        ("a form of another origin", "/form/answer", urlencoded, Some("http://attacker.example"), Some("cross-site")),
        ("the same, hiding where it comes from", "/form/answer", urlencoded, Some("null"), Some("cross-site")),
        ("a form of another port", "/form/answer", urlencoded, Some("http://127.0.0.1:8080"), Some("same-site")),
        ("a form of an old browser", "/form/answer", urlencoded, None, None),
        ("fetch without leave", "/api/answer", "text/plain", Some("http://attacker.example"), Some("cross-site")),
        ("fetch of another port", "/api/answer", json, Some("http://127.0.0.1:8080"), Some("same-site")),
        ("a frame without an origin", "/api/answer", json, Some("null"), Some("same-origin")),
        ("a beacon", "/api/answer", json, Some("http://attacker.example"), None),
        ("no origin", "/api/answer", json, None, Some("same-origin")),
        ("text for JSON", "/api/answer", "text/plain", Some(&own), Some("same-origin")),
        ("a form for JSON", "/api/answer", urlencoded, Some(&own), Some("same-origin")),
        ("sign-in from elsewhere", "/api/sign-in", json, Some("http://attacker.example"), Some("cross-site")),
        ("sign-in form from elsewhere", "/form/sign-in", urlencoded, Some("null"), Some("cross-site")),
        ("sign-out from elsewhere", "/form/sign-out", urlencoded, Some("null"), Some("same-site")),
    ];
    for (what, path, kind, origin, site) in cases {
        let mut headers = vec![("cookie", lee.cookie.as_str()), ("content-type", kind), ("x-chartlift-token", &lee.token)];
        origin.map(|origin| headers.push(("origin", origin)));
        site.map(|site| headers.push(("sec-fetch-site", site)));
        let body = if path.starts_with("/form") { form.as_str() } else { answer };
        let status = trial.raw(Method::POST, path, &headers, body).status;
        assert!(matches!(status, StatusCode::FORBIDDEN | StatusCode::UNSUPPORTED_MEDIA_TYPE), "{what}: {status}");
    }
    let without = Browser { token: String::new(), ..lee.clone() };
    assert_eq!(trial.post(&without, "/api/answer", answer).status, StatusCode::FORBIDDEN);
    let another = Browser { token: trial.sign_in("lee").token, ..lee.clone() };
    assert_eq!(trial.post(&another, "/api/answer", answer).status, StatusCode::FORBIDDEN, "the token of another session");
    assert_eq!(trial.form(&lee, "/form/answer", &form.replacen(&lee.token, "x", 1)).status, StatusCode::FORBIDDEN);
    assert_eq!(trial.get(&lee, "/api/answer").status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(trial.desk.kept(), 0);
    // Pictures and screens in pages of others.
    for path in pictures().into_iter().chain(all_screens()) {
        for site in ["cross-site", "same-site"] {
            let headers =
                [("cookie", lee.cookie.as_str()), ("sec-fetch-site", site), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")];
            assert_eq!(trial.raw(Method::GET, &path, &headers, "").status, StatusCode::FORBIDDEN, "{path} {site}");
        }
    }
    let link = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    assert_eq!(trial.raw(Method::GET, "/sign-in", &link, "").status, StatusCode::OK, "people come by links");
    assert_eq!(trial.raw(Method::GET, "/work", &link, "").status, StatusCode::FORBIDDEN, "but open no item by them");
    // The same from our own page is done.
    assert_eq!(trial.post(&lee, "/api/answer", answer).status, StatusCode::OK);
    assert_eq!(trial.desk.kept(), 1);
}

#[test]
fn names_and_passwords_are_not_told_apart_and_the_sixth_attempt_waits() {
    let trial = Trial::new(false, false);
    let (wrong, unknown) = (trial.try_in("ann", "wrong"), trial.try_in("eve", "wrong"));
    assert_eq!((wrong.status, &wrong.text), (StatusCode::UNAUTHORIZED, &unknown.text));
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
    for name in ["ann", "eve"] {
        for _ in 0..4 {
            assert_eq!(trial.try_in(name, "wrong").status, StatusCode::UNAUTHORIZED);
        }
        let sixth = trial.try_in(name, PASSWORD);
        assert_eq!((sixth.status, sixth.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "2"), "{name}");
    }
    let form = trial.form(&Browser::default(), "/form/sign-in", "name=ann&password=orchid+lantern+harbour");
    assert_eq!(form.status, StatusCode::TOO_MANY_REQUESTS, "by form as well");
    trial.later(2);
    let form = trial.form(&Browser::default(), "/form/sign-in", "name=ann&password=orchid+lantern+harbour");
    assert_eq!((form.status, form.header("location")), (StatusCode::SEE_OTHER, &*format!("{BASE}/")), "never a lock");
    let audited = trial.desk.audited();
    let count = |action: &str| audited.iter().filter(|(_, did, _)| did == action).count();
    assert_eq!((count("sign-in-refused"), count("sign-in-delayed"), count("sign-in")), (10, 3, 1));
    assert!(audited.iter().all(|line| !format!("{line:?}").contains("orchid")));
}

#[test]
fn sessions_begin_anew_and_end() {
    let trial = Trial::new(false, false);
    let first = trial.try_in("ann", PASSWORD);
    let line = first.header("set-cookie");
    assert!(line.starts_with("chartlift_sid=") && line.contains(&format!("Path={BASE};")), "{line}");
    assert!(line.contains("; HttpOnly") && line.contains("; SameSite=Strict") && !line.contains("Secure"), "{line}");
    let ann = Browser { cookie: first.cookie(), token: first.json()["token"].as_str().unwrap().to_owned() };
    let alive = trial.post(&ann, "/api/alive", "{}").json();
    assert_eq!((&alive["idle"], &alive["whole"]), (&json!(900), &json!(28_800)));
    // A look does not put the end off; a deed, or who says so, does.
    trial.later(840);
    assert_eq!(trial.post(&ann, "/api/alive", "{}").json()["idle"], 60);
    assert_eq!(trial.post(&ann, "/api/alive", r#"{"extend":true}"#).json()["idle"], 900);
    trial.later(899);
    assert_eq!(trial.get(&ann, "/mine").status, StatusCode::OK);
    trial.later(900);
    assert_eq!(trial.get(&ann, "/mine").status, StatusCode::SEE_OTHER);
    assert_eq!(trial.post(&ann, "/api/tasks", r#"{"count":1}"#).status, StatusCode::UNAUTHORIZED);
    // Signing in again gives other secrets, and ends what the browser had.
    let again = trial.post(&ann, "/api/sign-in", &json!({ "name": "ann", "password": PASSWORD }).to_string());
    assert_ne!(again.cookie(), ann.cookie);
    let ann = Browser { cookie: again.cookie(), token: again.json()["token"].as_str().unwrap().to_owned() };
    let third = trial.post(&ann, "/api/sign-in", &json!({ "name": "ann", "password": PASSWORD }).to_string());
    assert_eq!(trial.get(&ann, "/mine").status, StatusCode::SEE_OTHER);
    let ann = Browser { cookie: third.cookie(), token: third.json()["token"].as_str().unwrap().to_owned() };
    // Signing out ends it on the server, and gives up what was held.
    assert_eq!(trial.post(&ann, "/api/tasks", r#"{"count":3}"#).status, StatusCode::OK);
    let out = trial.post(&ann, "/api/sign-out", "{}");
    assert!(out.header("clear-site-data").contains("\"cache\"") && out.header("set-cookie").contains("Max-Age=0"), "{:?}", out.headers);
    assert_eq!(trial.get(&ann, "/").status, StatusCode::SEE_OTHER);
    let lee = trial.sign_in("lee");
    assert_eq!(trial.post(&lee, "/api/tasks", r#"{"count":3}"#).json()["tasks"][0]["id"], ITEM);
    // However busy: a day's work ends it.
    for _ in 0..48 {
        trial.later(599);
        assert_eq!(trial.get(&lee, "/mine").status, StatusCode::OK);
    }
    trial.later(60);
    assert_eq!(trial.get(&lee, "/mine").status, StatusCode::SEE_OTHER);
}

#[test]
fn who_is_disabled_or_has_another_password_is_out() {
    let trial = Trial::new(false, false);
    let (ann, lee) = (trial.sign_in("ann"), trial.sign_in("lee"));
    trial.accounts.change("ann", None);
    trial.accounts.change("lee", Some("another one altogether"));
    trial.later(5);
    assert_eq!(trial.get(&ann, "/").status, StatusCode::SEE_OTHER);
    assert_eq!(trial.get(&lee, "/").status, StatusCode::SEE_OTHER);
}

#[test]
fn an_auditor_looks_and_changes_nothing() {
    let trial = Trial::new(false, false);
    let ida = trial.sign_in("ida");
    for path in ["/", "/mine", "/numbers", "/help", &format!("/paper/{PAPER}")] {
        assert_eq!(trial.get(&ida, path).status, StatusCode::OK, "{path}");
    }
    for path in ["/work", "/group", "/conflicts", "/escalated"] {
        assert_eq!(trial.get(&ida, path).status, StatusCode::FORBIDDEN, "{path}: who opens it holds it");
    }
    for (path, body) in DEEDS.iter().filter(|(path, _)| !matches!(*path, "/api/alive" | "/api/keys" | "/api/sign-out")) {
        assert_eq!(trial.post(&ida, path, body).status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in FORMS.iter().filter(|path| !matches!(**path, "/form/keys" | "/form/sign-out")) {
        assert_eq!(trial.form(&ida, path, &format!("token={}", ida.token)).status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[test]
fn the_programs_own_user_gets_in_by_a_link_that_works_once() {
    let trial = Trial::new(true, false);
    let link = trial.station.link().unwrap();
    let (address, launch) = link.split_once('#').unwrap();
    assert_eq!(address, format!("http://127.0.0.1:4711{BASE}/sign-in"));
    let body = json!({ "launch": launch }).to_string();
    let nobody = Browser::default();
    assert_eq!(trial.try_in("me", "").status, StatusCode::UNAUTHORIZED, "there is no password");
    assert_eq!(trial.post(&nobody, "/api/launch", r#"{"launch":"guess"}"#).status, StatusCode::UNAUTHORIZED);
    let first = trial.post(&nobody, "/api/launch", &body);
    assert_eq!((first.status, first.json()["name"].as_str()), (StatusCode::OK, Some("me")));
    assert!(!first.cookie().contains(launch));
    assert_eq!(trial.post(&nobody, "/api/launch", &body).status, StatusCode::UNAUTHORIZED, "a second time");
    let late = trial.station.link().unwrap().split_once('#').unwrap().1.to_owned();
    trial.later(LAUNCH_SECONDS);
    assert_eq!(trial.form(&nobody, "/form/launch", &format!("launch={late}")).status, StatusCode::UNAUTHORIZED, "after a minute");
    let code = trial.station.link().unwrap().split_once('#').unwrap().1.to_owned();
    let by_form = trial.form(&nobody, "/form/launch", &format!("launch={code}"));
    assert_eq!(by_form.status, StatusCode::SEE_OTHER, "{}", by_form.text);
    let me = Browser { cookie: by_form.cookie(), token: String::new() };
    assert_eq!(trial.get(&me, "/conflicts").status, StatusCode::OK, "with the rights of a lead");
    // Where there are accounts a link lets nobody in.
    let named = Trial::new(false, false);
    assert!(!named.station.link().unwrap().contains('#'));
    assert_eq!(named.post(&nobody, "/api/launch", &body).status, StatusCode::UNAUTHORIZED);
}

#[test]
fn by_tls_the_cookie_is_the_hosts_alone() {
    let trial = Trial::new(false, true);
    let answer = trial.try_in("ann", PASSWORD);
    let line = answer.header("set-cookie");
    assert!(line.starts_with("__Host-chartlift=") && line.contains("; Path=/;") && line.ends_with("; Secure"), "{line}");
    let ann = Browser { cookie: answer.cookie(), token: answer.json()["token"].as_str().unwrap().to_owned() };
    assert_eq!(trial.get(&ann, "/").status, StatusCode::OK);
    let plain = [
        ("cookie", ann.cookie.as_str()),
        ("origin", "http://127.0.0.1:4711"),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/json"),
    ];
    assert_eq!(trial.raw(Method::POST, "/api/alive", &plain, "{}").status, StatusCode::FORBIDDEN);
}

#[test]
fn without_script_the_same_is_done_by_forms() {
    let trial = Trial::new(false, false);
    let (ann, lee) = (trial.sign_in("ann"), trial.sign_in("lee"));
    let answer = |who: &Browser, body: &str| trial.form(who, "/form/answer", &format!("token={}&{body}", who.token));
    let to = |answer: &Answer| answer.header("location").strip_prefix(BASE).unwrap_or_default().to_owned();
    // What a rule objects to is asked once, with what was typed.
    let doubt = answer(&ann, &format!("id={ITEM}&version=0&outcome=corrected&value=1950-04-31"));
    assert_eq!(doubt.status, StatusCode::OK);
    assert!(doubt.text.contains("Day 31 does not exist in April.") && doubt.text.contains("name=\"insist\""), "{}", doubt.text);
    assert_eq!(trial.desk.kept(), 0);
    let kept = answer(&ann, &format!("id={ITEM}&version=0&outcome=corrected&value=1950-04-30&of-field=Patient.birthDate"));
    assert_eq!((kept.status, to(&kept)), (StatusCode::SEE_OTHER, "/work?field=Patient.birthDate&said=saved".to_owned()));
    let taken = answer(&ann, "id=00000000000000000000000000000003&version=0&take=2+Metformin+500+mg&value=Metforrnin");
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    assert!(trial.get(&ann, "/mine").text.contains("Metformin 500 mg"));
    let off = answer(&ann, "id=00000000000000000000000000000006&version=0&outcome=postpone");
    assert_eq!(to(&off), "/work?said=later");
    let again = answer(&ann, &format!("id={ITEM}&version=0&outcome=verified&value=x"));
    assert_eq!(again.status, StatusCode::CONFLICT);
    let undone = trial.form(&ann, "/form/undo", &format!("token={}&line=1", ann.token));
    assert!(undone.status == StatusCode::OK && undone.text.contains("Date of birth"), "{}", undone.text);
    // A group with one that is marked.
    let group = trial.get(&lee, "/group?field=Patient.gender").text;
    let tiles: Vec<&str> = group.split("name=\"item\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(tiles.len(), 12);
    let marked = tiles[7].split(' ').next().unwrap();
    let items: String = tiles.iter().map(|tile| format!("&item={}", tile.replace(' ', "+"))).collect();
    let before = trial.desk.kept();
    let body = format!("token={}&outcome=verified&of-field=Patient.gender&marked={marked}{items}", lee.token);
    assert_eq!(to(&trial.form(&lee, "/form/group", &body)), "/work?field=Patient.gender&said=saved");
    assert_eq!(trial.desk.kept(), before + 11);
    // Keys are codes of a list.
    let keys = |pairs: &str| trial.form(&lee, "/form/keys", &format!("token={}&{pairs}", lee.token)).status;
    assert_eq!(keys("illegible=F10"), StatusCode::SEE_OTHER);
    assert_eq!(keys("illegible=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E"), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(trial.get(&lee, "/help").text.contains("F10"));
    let out = trial.form(&lee, "/form/sign-out", &format!("token={}", lee.token));
    assert_eq!(to(&out), "/sign-in");
    assert_eq!(trial.get(&lee, "/").status, StatusCode::SEE_OTHER);
}

#[test]
fn odd_bodies_are_refused_and_not_repeated() {
    let trial = Trial::new(false, false);
    let lee = trial.sign_in("lee");
    let canary = "zebra-canary-4711";
    let deep = "[".repeat(10_000);
    let bodies = [
        "",
        "null",
        "[]",
        "{",
        &deep,
        &format!(r#"{{"{canary}":1}}"#),
        &format!(r#"{{"id":"{canary}","version":"{canary}","outcome":"{canary}"}}"#),
        &format!(r#"{{"id":"{canary}","version":1,"outcome":"verified","value":"{canary}"}}"#),
    ];
    for (path, _) in DEEDS.iter().filter(|(path, _)| *path != "/api/sign-out") {
        for body in bodies {
            let answer = trial.post(&lee, path, body);
            assert!(!answer.status.is_server_error() && !answer.text.contains(canary), "{path} {} {}", answer.status, answer.text);
        }
    }
    for path in FORMS.iter().filter(|path| **path != "/form/sign-out") {
        for body in ["", "%", "&&&=&", "id=&version=x&page=y&place=a,b&item=1+2", "place=1+2+3+4+5", "item=a+b+c&item=a"] {
            let answer = trial.form(&lee, path, &format!("token={}&{body}", lee.token));
            assert!(!answer.status.is_server_error(), "{path} {body} {} {}", answer.status, answer.text);
        }
    }
    let long = json!({ "item": ITEM, "text": "x".repeat(api::TEXT_AT_MOST + 1) }).to_string();
    assert_eq!(trial.post(&lee, "/api/note", &long).status, StatusCode::UNPROCESSABLE_ENTITY);
    let many = json!({ "items": vec![ITEM; api::TOGETHER_AT_MOST + 1] }).to_string();
    assert_eq!(trial.post(&lee, "/api/postpone", &many).status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn the_shell_is_small() {
    let trial = Trial::new(false, false);
    let lee = trial.sign_in("lee");
    let mut sum = trial.get(&lee, "/work").text.len();
    for path in ["/station.js", "/station.css", "/station.svg"] {
        let packed = trial.raw(Method::GET, path, &[("accept-encoding", "gzip, deflate, br")], "");
        assert_eq!((packed.status, packed.header("content-encoding")), (StatusCode::OK, "gzip"), "{path}");
        sum += packed.header("content-length").parse::<usize>().unwrap();
        for other in ["", "br", "gzip;q=0"] {
            let plain = trial.raw(Method::GET, path, &[("accept-encoding", other)], "");
            assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "Accept-Encoding"), "{path} {other}");
        }
    }
    assert!(sum <= 60_000, "{sum} bytes");
    assert_eq!(
        trial.raw(Method::GET, "/work", &[("accept-encoding", "gzip"), ("cookie", &lee.cookie)], "").header("content-encoding"),
        "",
        "never a screen"
    );
}

#[test]
fn what_is_asked_blindly_holds_nothing_that_was_read() {
    let trial = Trial::new(false, false);
    let ann = trial.sign_in("ann");
    let told = trial.post(&ann, "/api/tasks", r#"{"count":100,"field":"Patient.identifier.mrn"}"#);
    assert_eq!(told.json()["tasks"][0]["mode"], "double");
    let page = trial.get(&ann, "/work?field=Patient.identifier.mrn");
    for text in [told.text, page.text] {
        assert!(!text.contains("MR-104233"), "{text}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// Keys that people choose are the one thing that they type and that every later page holds.
    #[test]
    fn no_text_of_ones_own_gets_onto_a_page_by_way_of_keys(command in "\\PC{0,12}|illegible|accept", key in "\\PC{1,12}|<[a-z]{1,5} [a-z]{2,8}=.{0,9}>") {
        let trial = Trial::new(false, false);
        let lee = trial.sign_in("lee");
        let known = |text: &str| crate::review::page::keys(&json!({ "illegible": text })).is_ok() || crate::review::page::keys(&json!({ "accept": text })).is_ok();
        let answer = trial.post(&lee, "/api/keys", &json!({ &command: &key }).to_string());
        proptest::prop_assert_eq!(answer.status == StatusCode::OK, crate::review::page::keys(&json!({ &command: &key })).is_ok());
        if !known(&key) {
            proptest::prop_assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            proptest::prop_assert_eq!(trial.accounts.keys("lee").unwrap(), "{}");
        }
    }
}
