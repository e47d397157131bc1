//! Eight people at the station at once, over its HTTP: every item is decided once, and nothing that was acknowledged is lost when the server is killed.
#![allow(clippy::print_stdout, reason = "a test says what it measured")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use common::{chartlift, root};
use serde_json::{Value, json};

const CLIENTS: usize = 8;
const PASSWORD: &str = "orchid-lantern-harbour";
/// A document of these gives twenty values, all of which wait.
const DOCUMENTS: usize = 50;
/// Fewer items would not be what this test is about.
const ITEMS: usize = 1_000;
const KILLS: usize = 6;
/// Nobody works longer.
const PATIENCE: Duration = Duration::from_secs(300);

/// A copy of an archive with a thousand items, in which eight people have accounts.
fn setup() -> (tempfile::TempDir, PathBuf) {
    static MADE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, made) = MADE.get_or_init(make);
    let folder = tempfile::tempdir().unwrap();
    common::copy_into(made, folder.path());
    let archive = folder.path().join("archive");
    (folder, archive)
}

fn make() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (input, archive) = (folder.path().join("in"), folder.path().join("archive"));
    fs::create_dir(&input).unwrap();
    // Text that was never on paper: no page is read by an engine. Files of other bytes are other documents.
    let pdf = fs::read(root().join("samples/scans/chart 448213/medication list.pdf")).unwrap();
    for at in 0..DOCUMENTS {
        let mut bytes = pdf.clone();
        writeln!(bytes, "% {at}").unwrap();
        fs::write(input.join(format!("{at:03}.pdf")), bytes).unwrap();
    }
    let run = chartlift().args(["run", "--uncertified", "review", "--out"]).arg(&archive).arg(&input).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    for at in 0..CLIENTS {
        let role = if at < 2 { "lead" } else { "reviewer" };
        let mut add = chartlift()
            .args(["review", "user", "add"])
            .arg(&archive)
            .args([&name(at), "--role", role, "--password-stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        add.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
        assert!(add.wait().unwrap().success());
    }
    (folder, archive)
}

fn name(at: usize) -> String {
    format!("reviewer-{at}")
}

/// A server that runs.
struct Server {
    child: Child,
    /// Scheme, host, port and the beginning of every path.
    address: String,
}

impl Server {
    fn start(archive: &Path) -> Self {
        let mut child = chartlift()
            .args(["review", "serve", "--no-browser"])
            .arg(archive)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the server says where it listens").unwrap();
            if let Some(at) = line.find("http://") {
                let link = line[at..].split_whitespace().next().unwrap();
                break link.split("/sign-in").next().unwrap().trim_end_matches('/').to_owned();
            }
        };
        // Nobody reads on; a pipe that is full must not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// As the system does it that runs out of memory.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Why a request brought nothing.
enum Lost {
    /// No answer came: whether it was done is not known.
    NoAnswer,
    /// The session is over.
    SignedOut,
}

struct Session {
    address: String,
    cookie: String,
    token: String,
}

struct Client<'a> {
    at: usize,
    agent: ureq::Agent,
    address: &'a Mutex<String>,
    session: Option<Session>,
    log: Log,
}

/// What a client knows of its own answers.
#[derive(Default)]
struct Log {
    /// Items whose answer was acknowledged.
    kept: Vec<String>,
    /// Items whose answer may have been kept: no acknowledgement came.
    open: Vec<String>,
    /// Answers that were refused because somebody else was faster.
    late: usize,
    /// Seconds that acknowledged answers took.
    seconds: Vec<f64>,
}

impl Client<'_> {
    fn send(&self, address: &str, path: &str, session: Option<&Session>, body: &Value) -> Result<(u16, Value, Option<String>), Lost> {
        let origin: String = address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let mut request = self
            .agent
            .post(format!("{address}{path}"))
            .header("Origin", &origin)
            .header("Sec-Fetch-Site", "same-origin")
            .header("Content-Type", "application/json");
        if let Some(session) = session {
            request = request.header("Cookie", &session.cookie).header("X-Chartlift-Token", &session.token);
        }
        let mut response = request.send(body.to_string()).map_err(|_| Lost::NoAnswer)?;
        let status = response.status().as_u16();
        let cookie = response.headers().get("set-cookie").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let text = response.body_mut().read_to_string().map_err(|_| Lost::NoAnswer)?;
        if status == 401 {
            return Err(Lost::SignedOut);
        }
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null), cookie))
    }

    fn sign_in(&mut self) -> Result<(), Lost> {
        let address = self.address.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let claim = json!({"name": name(self.at), "password": PASSWORD});
        let (status, begun, cookie) = self.send(&address, "/api/sign-in", None, &claim)?;
        assert_eq!(status, 200, "{begun}");
        let cookie = cookie.expect("a session").split(';').next().unwrap().to_owned();
        let token = begun["token"].as_str().expect("a token").to_owned();
        self.session = Some(Session { address, cookie, token });
        Ok(())
    }

    fn post(&mut self, path: &str, body: &Value) -> Result<(u16, Value), Lost> {
        if self.session.is_none() {
            self.sign_in()?;
        }
        let Some(session) = &self.session else { return Err(Lost::SignedOut) };
        match self.send(&session.address, path, Some(session), body) {
            Ok((status, value, _)) => Ok((status, value)),
            Err(lost) => {
                self.session = None;
                Err(lost)
            }
        }
    }

    /// Works until nothing is left.
    fn work(&mut self, archive: &Path, until: Instant) {
        let mut turn = 0_usize;
        while Instant::now() < until {
            turn += 1;
            let conflicts = self.at < 2 && turn.is_multiple_of(3);
            let Ok((status, told)) = self.post("/api/tasks", &json!({"count": 4, "conflicts": conflicts})) else {
                std::thread::sleep(Duration::from_millis(50));
                continue;
            };
            assert_eq!(status, 200, "{told}");
            let tasks = told["tasks"].as_array().expect("tasks").clone();
            if tasks.is_empty() && waiting(archive) == 0 {
                return;
            }
            if tasks.is_empty() {
                std::thread::sleep(Duration::from_millis(30));
            }
            for task in &tasks {
                self.answer(task);
            }
        }
        panic!("{} items are still open", waiting(archive));
    }

    fn answer(&mut self, task: &Value) {
        let id = task["id"].as_str().expect("a name").to_owned();
        let blind = task["mode"] != "confirm";
        assert!(!blind || task["value"].is_null(), "a blind item shows its value");
        // Most people say the same of an item; some say something else, so that pairs differ.
        let odd = id.bytes().map(usize::from).sum::<usize>().is_multiple_of(4) && self.at.is_multiple_of(2);
        let outcome = match (blind, task["value"].as_str()) {
            (false, Some(value)) if !value.is_empty() && !odd => "verified",
            (true, _) if !odd => "illegible",
            _ => "absent",
        };
        let value = if outcome == "verified" { task["value"].clone() } else { json!("") };
        let given = json!({"id": id, "version": task["version"], "outcome": outcome, "value": value, "insist": true, "view": "field"});
        let begun = Instant::now();
        match self.post("/api/answer", &given) {
            Ok((200, kept)) => {
                assert!(kept["doubt"].is_null(), "{kept}");
                self.log.seconds.push(begun.elapsed().as_secs_f64());
                self.log.kept.push(id);
            }
            Ok((409 | 404, _)) => self.log.late += 1,
            Ok((status, said)) => panic!("{status}: {said}"),
            // A refused session has done nothing; the item comes again.
            Err(Lost::SignedOut) => {}
            Err(Lost::NoAnswer) => self.log.open.push(id),
        }
    }
}

fn ledger(archive: &Path) -> rusqlite::Connection {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = rusqlite::Connection::open_with_flags(archive.join("ledger.sqlite"), flags).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection
}

/// Items that wait for somebody.
fn waiting(archive: &Path) -> i64 {
    ledger(archive)
        .query_row("SELECT count(*) FROM items WHERE state IN ('open', 'second', 'conflict', 'escalated')", [], |row| row.get(0))
        .unwrap()
}

/// Lets eight clients work, while `meanwhile` happens to the server.
fn all_work(archive: &Path, meanwhile: impl FnOnce(&mut Server, &Mutex<String>, &AtomicBool) + Send) -> Vec<Log> {
    let mut server = Server::start(archive);
    let address = Mutex::new(server.address.clone());
    let done = AtomicBool::new(false);
    let begun = Instant::now();
    let until = begun + PATIENCE;
    std::thread::scope(|scope| {
        let beside = scope.spawn(|| meanwhile(&mut server, &address, &done));
        let agent = || ureq::Agent::new_with_config(ureq::config::Config::builder().http_status_as_error(false).build());
        let clients: Vec<_> = (0..CLIENTS)
            .map(|at| {
                let mut client = Client { at, agent: agent(), address: &address, session: None, log: Log::default() };
                scope.spawn(move || {
                    client.work(archive, until);
                    client.log
                })
            })
            .collect();
        let logs = clients.into_iter().map(|client| client.join().unwrap()).collect();
        println!("{CLIENTS} clients worked for {:.1} s", begun.elapsed().as_secs_f64());
        done.store(true, Ordering::SeqCst);
        beside.join().unwrap();
        logs
    })
}

/// Holds the ledger against what the clients know.
fn hold(archive: &Path, logs: &[Log]) {
    let ledger = ledger(archive);
    let items: BTreeMap<String, (String, String)> = ledger
        .prepare("SELECT name, state, mode FROM items WHERE state <> 'gone'")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(items.len() >= ITEMS, "{}", items.len());
    assert!(items.values().all(|(state, _)| state == "final"));
    let lines: Vec<(String, String, String)> = ledger
        .prepare("SELECT item_name, reviewer, act FROM decisions WHERE act IN ('decision', 'key', 'seed') ORDER BY id")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut of: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (item, reviewer, act) in &lines {
        of.entry(item).or_default().push((reviewer, act));
    }
    let (mut pairs, mut conflicts) = (0, 0);
    for (item, (_, mode)) in &items {
        let lines = of.get(item.as_str()).map(Vec::as_slice).unwrap_or_default();
        let decided = lines.iter().filter(|(_, act)| *act != "key").count();
        assert_eq!(decided, 1, "an item of mode {mode} is decided {decided} times");
        assert_ne!(lines.last().unwrap().1, "key");
        let people: BTreeSet<&str> = lines.iter().map(|(reviewer, _)| *reviewer).collect();
        assert_eq!(people.len(), lines.len(), "somebody had two turns at one item");
        match (mode.as_str(), lines.len()) {
            ("double", 2) => pairs += 1,
            ("double", 3) => conflicts += 1,
            ("confirm" | "blind", 1) => {}
            (mode, turns) => panic!("{turns} turns at an item of mode {mode}"),
        }
    }
    assert!(pairs > 0 && conflicts > 0, "{pairs} pairs, {conflicts} conflicts");
    // What was acknowledged is there, and what is there was sent.
    let mut sent: BTreeMap<(String, &str), bool> = BTreeMap::new();
    for (at, log) in logs.iter().enumerate() {
        sent.extend(log.open.iter().map(|item| ((name(at), item.as_str()), false)));
        sent.extend(log.kept.iter().map(|item| ((name(at), item.as_str()), true)));
    }
    let there: BTreeSet<(String, &str)> = lines.iter().map(|(item, reviewer, _)| (reviewer.clone(), item.as_str())).collect();
    let lost: Vec<_> = sent.iter().filter(|(key, acknowledged)| **acknowledged && !there.contains(*key)).collect();
    assert!(lost.is_empty(), "{} acknowledged answers are lost", lost.len());
    assert!(there.iter().all(|key| sent.contains_key(key)));
    let (kept, open) = (logs.iter().map(|log| log.kept.len()).sum::<usize>(), logs.iter().map(|log| log.open.len()).sum::<usize>());
    let late: usize = logs.iter().map(|log| log.late).sum();
    let mut seconds: Vec<f64> = logs.iter().flat_map(|log| log.seconds.iter().copied()).collect();
    seconds.sort_by(f64::total_cmp);
    let p95 = seconds[seconds.len() * 95 / 100];
    println!(
        "{} items ({pairs} pairs, {conflicts} settled by a third): {kept} answers acknowledged, {open} without an answer, {late} too late; save p95 {:.1} ms",
        items.len(),
        1_000.0 * p95
    );
}

#[test]
fn eight_clients_decide_every_item_once() {
    let (_folder, archive) = setup();
    let logs = all_work(&archive, |_, _, _| {});
    assert!(logs.iter().all(|log| log.open.is_empty()));
    assert!(logs.iter().all(|log| !log.kept.is_empty()), "somebody had nothing to do");
    hold(&archive, &logs);
}

#[test]
fn a_server_that_is_killed_at_random_loses_nothing_that_it_acknowledged() {
    let (_folder, archive) = setup();
    let logs = all_work(&archive, |server, address, done| {
        // Other times in every run: the clock's nanoseconds are chance enough.
        let chance = || u64::from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().subsec_nanos());
        let mut kills = 0;
        while kills < KILLS {
            std::thread::sleep(Duration::from_millis(200 + chance() % 1_500));
            if done.load(Ordering::SeqCst) {
                break;
            }
            server.kill();
            kills += 1;
            *server = Server::start(&archive);
            address.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&server.address);
        }
        println!("killed {kills} times");
        assert!(kills > 1, "the work was done before anything happened");
    });
    hold(&archive, &logs);
}
