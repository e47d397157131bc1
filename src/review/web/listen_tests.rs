//! The server over real sockets: what it refuses to listen on, TLS, and how it stops.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::*;
use crate::model::Role;
use crate::review::desk::fake::{FakeAccounts, FakeDesk};

const LOOPBACK: &str = "127.0.0.1:0";

fn keys() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys")
}

/// A copy of the key that is its owner's alone, as git does not keep files.
fn key(folder: &Path, mode: u32) -> PathBuf {
    let key = folder.join("key.pem");
    std::fs::copy(keys().join("test-only-tls-key.pem"), &key).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
    key
}

fn parts(single: bool) -> Parts {
    Parts {
        desk: Arc::new(FakeDesk::new(1)),
        accounts: Arc::new(FakeAccounts::new(&[("ann", "orchid lantern", Role::Reviewer)])),
        single: single.then(|| "me".to_owned()),
        limits: Limits { idle: 900, whole: 28_800 },
        clock: Clock::system(),
        build: "test",
    }
}

fn way(at: &str, tls: Option<(PathBuf, PathBuf)>) -> Way {
    Way { at: at.parse().unwrap(), names: Vec::new(), tls }
}

/// A server on a thread of its own.
struct Served {
    at: SocketAddr,
    base: String,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    fn new(way: &Way) -> Self {
        let listening = listen(way, parts(false)).unwrap_or_else(|error| panic!("{error}"));
        let link = listening.station().link().unwrap();
        let (host, path) = link.split_once("://").unwrap().1.split_once('/').unwrap();
        let base = path.strip_suffix("sign-in").unwrap().trim_end_matches('/');
        let base = if base.is_empty() { String::new() } else { format!("/{base}") };
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let thread = std::thread::spawn(move || listening.run(move || asked.load(Ordering::SeqCst)).unwrap());
        Self { at: host.parse().unwrap(), base, stop, thread: Some(thread) }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.at).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    fn request(&self, path: &str) -> String {
        format!("GET {}{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.base, self.at)
    }

    fn end(&mut self) -> Duration {
        let began = Instant::now();
        self.stop.store(true, Ordering::SeqCst);
        self.thread.take().unwrap().join().unwrap();
        began.elapsed()
    }
}

fn talk(stream: &mut (impl Read + Write), request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A peer that goes without a farewell has still said what it said.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn by_tls(served: &Served, name: &str, request: &str) -> String {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(keys().join("test-only-tls-authority.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let session = ClientConnection::new(Arc::new(config), name.to_owned().try_into().unwrap()).unwrap();
    talk(&mut StreamOwned::new(session, served.connect()), request)
}

#[test]
fn what_would_show_data_to_a_network_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let tls = || Some((keys().join("test-only-tls.pem"), key(folder.path(), 0o600)));
    let refuse = |way: &Way, single: bool| listen(way, parts(single)).err().unwrap_or_else(|| panic!("{way:?} is let through"));
    for at in ["0.0.0.0:0", "[::]:0", "192.0.2.7:8443", "[2001:db8::1]:0", "169.254.1.1:0"] {
        assert!(matches!(refuse(&way(at, None), false), ServeError::Plain(_)), "{at}");
        assert!(matches!(refuse(&way(at, None), true), ServeError::Plain(_)), "{at}");
        assert!(matches!(refuse(&way(at, tls()), true), ServeError::NoAccounts), "{at}");
    }
    assert!(matches!(refuse(&way("0.0.0.0:0", tls()), false), ServeError::Nameless(_)));
    let named = Way { names: vec!["station.clinic.example".into()], ..way("0.0.0.0:0", tls()) };
    let listening = listen(&named, parts(false)).unwrap_or_else(|error| panic!("{error}"));
    assert!(listening.station().link().unwrap().starts_with("https://station.clinic.example:"));
    assert!(listen(&way(LOOPBACK, None), parts(true)).is_ok());
}

#[test]
fn keys_that_others_can_read_or_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = keys().join("test-only-tls.pem");
    let refuse = |tls: (PathBuf, PathBuf)| match listen(&way(LOOPBACK, Some(tls)), parts(false)) {
        Err(ServeError::Tls(error)) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("let through"),
    };
    for mode in [0o644, 0o604, 0o660, 0o602] {
        assert!(refuse((certificate.clone(), key(folder.path(), mode))).contains("chmod 600"), "{mode:o}");
    }
    let good = key(folder.path(), 0o600);
    assert!(refuse((certificate.clone(), folder.path().join("none.pem"))).contains("none.pem"));
    assert!(refuse((folder.path().join("none.pem"), good.clone())).contains("none.pem"));
    assert!(refuse((good.clone(), good.clone())).contains("no certificate"), "a key for a certificate");
    let other = folder.path().join("other.pem");
    std::fs::copy(keys().join("test-only-rsa.pem"), &other).unwrap();
    std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(refuse((certificate, other)).contains("do not fit"));
}

#[test]
fn by_tls_alone_where_there_is_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = Served::new(&way(LOOPBACK, Some((keys().join("test-only-tls.pem"), key(folder.path(), 0o600)))));
    assert_eq!(served.base, "");
    // Somebody who connects and says nothing keeps nobody waiting.
    let silent = served.connect();
    let answer = by_tls(&served, "127.0.0.1", &served.request("/sign-in"));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("Sign in"), "{answer}");
    let plain = talk(&mut served.connect(), &served.request("/sign-in"));
    assert!(!plain.contains("HTTP/1.1") && !plain.contains("Sign in"), "{plain}");
    drop(silent);
    assert!(served.end() < Duration::from_secs(15));
}

#[test]
fn a_server_that_stops_finishes_what_is_under_way_and_frees_its_port() {
    let mut served = Served::new(&way(LOOPBACK, None));
    assert_eq!(served.base.len(), 17, "another beginning of paths at every start: {}", served.base);
    let answer = talk(&mut served.connect(), &served.request("/sign-in"));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let other = Served::new(&way(LOOPBACK, None));
    assert_ne!(other.base, served.base);
    // One that has asked for half of something, and one that keeps its connection open.
    let mut half = served.connect();
    half.write_all(b"GET / HT").unwrap();
    let mut idle = served.connect();
    idle.write_all(served.request("/sign-in").replace("close", "keep-alive").as_bytes()).unwrap();
    let mut begin = [0; 15];
    idle.read_exact(&mut begin).unwrap();
    assert_eq!(&begin, b"HTTP/1.1 200 OK");
    let took = served.end();
    assert!(took < Duration::from_secs(12), "{took:?}");
    assert!(TcpStream::connect(served.at).is_err(), "nobody listens any more");
}
