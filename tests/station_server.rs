//! `chartlift review serve` as a process: what it refuses, how one gets in, what it tells nobody, how it ends.
#![cfg(unix)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::{chartlift, samples};
use serde_json::{Value, json};

const PASSWORD: &str = "orchid-lantern-harbour";

fn serve(archive: &Path, arguments: &[&str]) -> Output {
    chartlift().args(["review", "serve", "--no-browser"]).arg(archive).args(arguments).output().expect("the program starts")
}

fn add_user(archive: &Path, name: &str, role: &str) {
    let mut child = chartlift()
        .args(["review", "user", "add", "--password-stdin", "--role", role])
        .arg(archive)
        .arg(name)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(PASSWORD.as_bytes()).expect("the program reads");
    assert!(child.wait().expect("it ends").success());
}

/// A station that runs.
struct Served {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    address: String,
    launch: Option<String>,
}

/// An answer: status, body, and the cookie that it sets.
struct Answer {
    status: u16,
    body: Vec<u8>,
    cookie: Option<String>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, String::from_utf8_lossy(&self.body)))
    }
}

/// Who has signed in.
struct Session {
    cookie: String,
    token: String,
}

impl Served {
    fn start(archive: &Path) -> Self {
        let mut child = chartlift()
            .args(["review", "serve", "--no-browser", "--json"])
            .arg(archive)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut served = Self { child, lines, address: String::new(), launch: None };
        served.said();
        served
    }

    /// Reads where it is.
    fn said(&mut self) {
        let said: Value = serde_json::from_str(&self.lines.next().expect("a line").expect("text")).expect("JSON");
        let (address, launch) = said["link"].as_str().map(|link| link.split_once('#').unwrap_or((link, ""))).expect("a link");
        self.address = address.strip_suffix("/sign-in").expect("the screen").to_owned();
        self.launch = Some(launch.to_owned()).filter(|launch| !launch.is_empty());
        assert_eq!(said["seconds"].is_null(), self.launch.is_none());
    }

    fn send(&self, path: &str, session: Option<&Session>, body: Option<&Value>) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let address = format!("{}{path}", self.address);
        let origin = self.address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let cookie = session.map_or("", |session| &session.cookie);
        let token = session.map_or("", |session| &session.token);
        let sent = match body {
            None => agent.get(&address).header("Sec-Fetch-Site", "same-origin").header("Cookie", cookie).call(),
            Some(body) => agent
                .post(&address)
                .header("Sec-Fetch-Site", "same-origin")
                .header("Origin", &origin)
                .header("Content-Type", "application/json")
                .header("Cookie", cookie)
                .header("X-Chartlift-Token", token)
                .send(body.to_string()),
        };
        let mut response = sent.expect("an answer");
        let cookie =
            response.headers().get("set-cookie").map(|line| line.to_str().expect("text").split(';').next().unwrap_or("").to_owned());
        Answer { status: response.status().as_u16(), body: response.body_mut().read_to_vec().expect("a body"), cookie }
    }

    fn begin(&self, path: &str, claim: &Value) -> Result<Session, u16> {
        let answer = self.send(path, None, Some(claim));
        if answer.status != 200 {
            return Err(answer.status);
        }
        let token = answer.json()["token"].as_str().expect("a token").to_owned();
        Ok(Session { cookie: answer.cookie.expect("a session"), token })
    }

    /// Ends it as a service manager does; gives what it had said to the log.
    fn end(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            assert!(began.elapsed() < Duration::from_secs(300), "it does not end");
            std::thread::sleep(Duration::from_millis(50));
        };
        let mut log = String::new();
        self.child.stderr.take().expect("a pipe").read_to_string(&mut log).expect("text");
        assert_eq!(status.code(), Some(0), "{log}");
        log
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_would_show_data_to_a_network_is_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    let archive = samples::copy(folder.path());
    let keys = common::root().join("tests/keys");
    let key = folder.path().join("key.pem");
    fs::copy(keys.join("test-only-tls-key.pem"), &key).unwrap();
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let certificate = keys.join("test-only-tls.pem");
    let tls = ["--tls-certificate", certificate.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let cases: &[(&[&str], &str)] = &[
        (&["--listen", "0.0.0.0"], "without TLS"),
        (&["--listen", "[::]:0"], "without TLS"),
        (&["--listen", "192.0.2.1:8443"], "without TLS"),
        (&[&["--listen", "0.0.0.0:0"], &tls[..]].concat(), "nobody has an account"),
        (&["--listen", "station.clinic.example"], "an address is wanted"),
        (&["--tls-key", tls[3]], "--tls-certificate"),
        (&["--tls-certificate", tls[3], "--tls-key", tls[1]], "chmod 600"),
    ];
    for (arguments, expected) in cases {
        let output = serve(&archive, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {said}");
        assert!(said.contains(expected) && output.stdout.is_empty(), "{arguments:?} {said}");
    }
    assert_eq!(serve(&folder.path().join("none"), &[]).status.code(), Some(10));
}

#[test]
fn ones_own_station_opens_by_a_link_and_tells_log_and_process_list_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let archive = samples::copy(folder.path());
    let mut served = Served::start(&archive);
    let first = served.launch.clone().expect("a link that lets in");
    // Another line, another link.
    served.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    let before = served.address.clone();
    served.said();
    assert_eq!(served.address, before);
    let second = served.launch.clone().expect("another one");
    assert_ne!(first, second);
    let me = served.begin("/api/launch", &json!({ "launch": first })).expect("it lets in");
    assert!(matches!(served.begin("/api/launch", &json!({ "launch": first })), Err(401)), "once");
    if let Ok(line) = fs::read_to_string(format!("/proc/{}/cmdline", served.child.id())) {
        assert!(!line.contains(&first) && !line.contains(&second));
    }
    // Work through some items, with every value of the archive on the way through the program; none may stand in its log.
    let tasks = served.send("/api/tasks", Some(&me), Some(&json!({ "count": 20 }))).json();
    let tasks = tasks["tasks"].as_array().expect("tasks");
    assert!(!tasks.is_empty());
    for path in ["/", "/work", "/mine", "/numbers", "/help", "/conflicts", "/escalated"] {
        assert_eq!(served.send(path, Some(&me), None).status, 200, "{path}");
    }
    let document = tasks[0]["document"].as_str().expect("a document");
    assert_eq!(served.send(&format!("/paper/{document}"), Some(&me), None).status, 200);
    let snippet = served.send(&format!("/snippet/{}.png", tasks[0]["id"].as_str().unwrap()), Some(&me), None);
    assert!(snippet.status == 200 && snippet.body.starts_with(b"\x89PNG"));
    let canary = "Zebra-Canary-4711";
    for (n, task) in tasks.iter().take(4).enumerate() {
        let value = task["value"].as_str().unwrap_or(canary);
        let mut given = json!({ "id": task["id"], "version": task["version"], "outcome": "corrected", "value": value, "insist": n > 0 });
        served.send("/api/answer", Some(&me), Some(&given));
        given["version"] = json!(4711);
        assert!(served.send("/api/answer", Some(&me), Some(&given)).status >= 400);
        given[canary] = json!(canary);
        assert_eq!(served.send("/api/answer", Some(&me), Some(&given)).status, 422);
    }
    assert_eq!(served.send("/api/alive", None, Some(&json!({}))).status, 401);
    let log = served.end();
    assert!(!log.contains(canary) && !log.contains(&first) && !log.contains(&me.token), "{log}");
    for row in common::rows(&archive).iter().filter(|row| row.value.chars().count() > 5) {
        assert!(!log.contains(&row.value), "the log holds a value: {log}");
    }
}

#[test]
fn people_with_accounts_sign_in_and_those_who_are_shut_out_are_out() {
    let folder = tempfile::tempdir().unwrap();
    let archive = samples::copy(folder.path());
    add_user(&archive, "ann", "reviewer");
    let served = Served::start(&archive);
    assert!(served.launch.is_none(), "a link lets nobody in where people have names");
    let claim = |name: &str, password: &str| json!({ "name": name, "password": password });
    assert!(matches!(served.begin("/api/sign-in", &claim("ann", "wrong")), Err(401)));
    assert!(matches!(served.begin("/api/sign-in", &claim("eve", PASSWORD)), Err(401)));
    let ann = served.begin("/api/sign-in", &claim("ann", PASSWORD)).expect("she is let in");
    assert_eq!(served.send("/", Some(&ann), None).status, 200);
    // One who is made while it serves, and one who is shut out.
    add_user(&archive, "lee", "lead");
    assert!(served.begin("/api/sign-in", &claim("lee", PASSWORD)).is_ok());
    let shut = chartlift().args(["review", "user", "disable"]).arg(&archive).arg("ann").output().expect("the program starts");
    assert!(shut.status.success());
    std::thread::sleep(Duration::from_secs(6));
    assert_eq!(served.send("/", Some(&ann), None).status, 303, "to the sign-in screen");
    assert!(matches!(served.begin("/api/sign-in", &claim("ann", PASSWORD)), Err(401)));
    // Her session is over at once when she signs out, too.
    let lee = served.begin("/api/sign-in", &claim("lee", PASSWORD)).expect("let in");
    assert_eq!(served.send("/api/sign-out", Some(&lee), Some(&json!({}))).status, 200);
    assert_eq!(served.send("/api/alive", Some(&lee), Some(&json!({}))).status, 401);
    served.end();
}
