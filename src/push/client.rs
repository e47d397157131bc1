//! The one user of HTTP: requests below one base address, with time-outs, limits, the way in and retries. No bodies are logged, no redirect is
//! followed (it could carry the token and the records elsewhere), and texts of servers stay out of errors.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{Request as HttpRequest, Uri};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use super::auth::Auth;
use super::retry::{Met, Policy, retry_after};
use super::{Address, PushError, PushSettings};

/// FHIR's JSON.
const FHIR_JSON: &str = "application/fhir+json";

/// Time and chance, as tests can give them.
pub trait Clock: Sync {
    /// Seconds since 1970-01-01 UTC.
    fn now(&self) -> i64;
    /// Waits; `false` if the wait was cut short because everything is to stop.
    fn sleep(&self, time: Duration) -> bool;
    /// A number in 0.0–1.0.
    fn chance(&self) -> f64;
}

/// What is asked of a server.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `POST` or `PUT`.
    pub method: &'static str,
    /// The path below the base; empty for the base itself.
    pub path: String,
    /// Headers besides the usual ones.
    pub headers: Vec<(&'static str, String)>,
    /// What to send, with its type.
    pub body: Option<(&'static str, Vec<u8>)>,
    /// What to ask for, instead of FHIR's JSON.
    pub accept: Option<&'static str>,
    /// Whether 409 tells of a version, so that sending again is of no use.
    pub versioned: bool,
    /// Whether it must not be sent again where it may have been done: not all of it rests on conditions.
    pub once: bool,
}

impl Request {
    /// Asks for something.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), ..Self::default() }
    }

    /// Sends a resource.
    pub fn send(method: &'static str, path: impl Into<String>, body: Vec<u8>) -> Self {
        Self { method, path: path.into(), body: Some((FHIR_JSON, body)), ..Self::default() }
    }

    /// Adds a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What a server answered.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
    /// `Content-Type`.
    pub kind: String,
    /// `ETag`.
    pub etag: Option<String>,
    /// `Location`.
    pub location: Option<String>,
    /// Whether an earlier try of the same request may have been done without an answer.
    pub tried_before: bool,
}

impl Answer {
    /// Whether it is a 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Its body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The server was not reached, or gave up, after all tries.
    Server {
        /// What happened, in our words.
        said: String,
        /// Whether it may have done what was asked.
        may_be_done: bool,
    },
    /// The server does not let us in.
    Denied(String),
    /// The answer is larger than allowed.
    TooLarge,
    /// The server sends us elsewhere.
    Elsewhere,
    /// A signal came while waiting.
    Stopped,
}

impl Trouble {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Server { said, .. } | Self::Denied(said) => said.clone(),
            Self::TooLarge => "the answer is larger than push.max_answer_mib allows".to_owned(),
            Self::Elsewhere => "the server sends to another address; redirects are not followed, give the final address".to_owned(),
            Self::Stopped => "stopped".to_owned(),
        }
    }
}

/// What one try brought.
pub(super) enum Tried {
    Answer(Answer, Option<Duration>),
    Failed(Met, String),
    TooLarge,
}

/// Speaks with one server.
pub struct Client<'a> {
    base: Address,
    wire: Wire,
    auth: Mutex<Auth>,
    policy: Policy,
    clock: &'a dyn Clock,
}

/// Connections with their limits.
pub(super) struct Wire {
    agent: Agent,
    limit: u64,
}

impl Wire {
    fn new(base: &Address, settings: &PushSettings) -> Result<Self, PushError> {
        let seconds = |s: u32| Some(Duration::from_secs(u64::from(s)));
        let mut tls = TlsConfig::builder();
        if let Some(path) = &settings.ca {
            let wrong = |reason: String| PushError::File { path: path.clone(), reason };
            let pem = std::fs::read(path).map_err(|error| wrong(error.kind().to_string()))?;
            let certificates: Vec<_> = parse_pem(&pem)
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                })
                .collect();
            if certificates.is_empty() {
                return Err(wrong("it holds no certificate in PEM form".to_owned()));
            }
            tls = tls.root_certs(RootCerts::new_with_certs(&certificates));
        }
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A proxy of the environment sees nothing of an encrypted way, and everything of a plain one.
            .proxy(if base.is_secure() { ureq::Proxy::try_from_env() } else { None })
            .timeout_connect(seconds(settings.connect_seconds))
            .timeout_global(seconds(settings.request_seconds))
            .max_idle_connections_per_host(settings.jobs)
            .max_idle_connections(settings.jobs)
            .user_agent(concat!("chartlift/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build()
            .new_agent();
        Ok(Self { agent, limit: u64::from(settings.max_answer_mib) << 20 })
    }

    /// One try at a whole address.
    pub(super) fn send(&self, url: &str, request: &Request, token: Option<&str>, now: i64) -> Tried {
        let Ok(uri) = url.parse::<Uri>() else {
            return Tried::Failed(Met::Status(400, None), "the address cannot be asked for".to_owned());
        };
        let mut builder = HttpRequest::builder().method(request.method).uri(uri).header("accept", request.accept.unwrap_or(FHIR_JSON));
        if let Some(token) = token {
            builder = builder.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value.as_str());
        }
        let wrong = |_| Tried::Failed(Met::Status(400, None), "a header cannot be sent".to_owned());
        let sent = match &request.body {
            Some((kind, body)) => match builder.header("content-type", *kind).body(body.as_slice()) {
                Ok(whole) => self.agent.run(whole),
                Err(error) => return wrong(error),
            },
            None => match builder.body(()) {
                Ok(whole) => self.agent.run(whole),
                Err(error) => return wrong(error),
            },
        };
        let mut response = match sent {
            Ok(response) => response,
            Err(error) => return failed(&error),
        };
        let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (kind, etag, location) = (text("content-type").unwrap_or_default(), text("etag"), text("location"));
        let asked = text("retry-after").and_then(|header| retry_after(&header, now));
        let status = response.status().as_u16();
        match response.body_mut().with_config().limit(self.limit).read_to_vec() {
            Ok(body) => Tried::Answer(Answer { status, body, kind, etag, location, tried_before: false }, asked),
            Err(ureq::Error::BodyExceedsLimit(_)) => Tried::TooLarge,
            Err(error) => failed(&error),
        }
    }
}

/// What became of a request without an answer. The library's own words are kept where they are of connections; they hold no bodies.
fn failed(error: &ureq::Error) -> Tried {
    use std::io::ErrorKind;
    use ureq::Timeout;
    let (met, said) = match error {
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => (Met::Unreached, "does not take the connection in time".to_owned()),
        ureq::Error::Timeout(_) => (Met::TimedOut, "does not answer in time".to_owned()),
        ureq::Error::HostNotFound => (Met::Unreached, "is not known by this name".to_owned()),
        ureq::Error::ConnectionFailed => (Met::Unreached, "cannot be reached".to_owned()),
        ureq::Error::Io(io) if io.kind() == ErrorKind::ConnectionRefused => (Met::Unreached, "refuses the connection".to_owned()),
        ureq::Error::Io(io) if io.kind() == ErrorKind::TimedOut => (Met::TimedOut, "does not answer in time".to_owned()),
        ureq::Error::Io(io) if matches!(io.kind(), ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => {
            (Met::Unreached, "cannot be reached".to_owned())
        }
        ureq::Error::Io(io) if io.kind() == ErrorKind::InvalidData => (Met::Status(495, None), format!("cannot be trusted: {io}")),
        ureq::Error::Io(io) => (Met::Broken, format!("broke the connection off ({})", io.kind())),
        ureq::Error::Rustls(tls) => (Met::Status(495, None), format!("cannot be trusted: {tls}")),
        ureq::Error::Tls(tls) => (Met::Status(495, None), format!("cannot be trusted: {tls}")),
        _ => (Met::Broken, "does not speak HTTP as expected".to_owned()),
    };
    Tried::Failed(met, said)
}

impl<'a> Client<'a> {
    /// Makes ready to speak with the server at `base`.
    ///
    /// # Errors
    /// Certificates or secrets that cannot be used.
    pub fn new(
        base: Address,
        settings: &PushSettings,
        environment: impl Fn(&str) -> Option<String>,
        clock: &'a dyn Clock,
    ) -> Result<Self, PushError> {
        let wire = Wire::new(&base, settings)?;
        let auth = Auth::new(&settings.auth, &settings.plain_http_hosts, environment)?;
        let policy = Policy {
            tries: settings.tries,
            first: Duration::from_secs_f64(settings.first_wait_seconds),
            longest: Duration::from_secs_f64(settings.longest_wait_seconds),
        };
        Ok(Self { base, wire, auth: Mutex::new(auth), policy, clock })
    }

    /// The server's base address.
    pub fn base(&self) -> &Address {
        &self.base
    }

    /// Waits as before the `tried`-th further try of something that may pass; `false` to give up.
    pub(super) fn pause(&self, tried: u32) -> Result<bool, Trouble> {
        match self.policy.wait(tried, Met::Status(503, None), self.clock.chance()) {
            None => Ok(false),
            Some(wait) if self.clock.sleep(wait) => Ok(true),
            Some(_) => Err(Trouble::Stopped),
        }
    }

    /// Asks, again and again where it may help, for a final answer.
    ///
    /// # Errors
    /// No answer, or none that is meant for us.
    pub fn ask(&self, request: &Request) -> Result<Answer, Trouble> {
        let url = self.base.join(&request.path);
        let mut may_be_done = false;
        let mut renewed = false;
        let mut tried = 0;
        loop {
            let token = self.token(renewed && tried == 0)?;
            let now = self.clock.now();
            tried += 1;
            let (met, said) = match self.wire.send(&url, request, token.as_deref(), now) {
                Tried::TooLarge => return Err(Trouble::TooLarge),
                Tried::Failed(met, said) => (met, said),
                Tried::Answer(answer, _) if (300..400).contains(&answer.status) && answer.status != 304 => return Err(Trouble::Elsewhere),
                Tried::Answer(answer, _) if answer.status == 401 => {
                    // A token may have been withdrawn before its time: one new one is asked for.
                    if self.renewable() && !renewed {
                        (renewed, tried) = (true, 0);
                        continue;
                    }
                    return Err(Trouble::Denied("the token or the client is not accepted (401)".to_owned()));
                }
                Tried::Answer(answer, asked) => {
                    let met = Met::Status(answer.status, asked);
                    let final_word = !met.may_pass() || (request.versioned && answer.status == 409);
                    if final_word || tried >= self.policy.tries && !met.is_server() {
                        return Ok(Answer { tried_before: may_be_done, ..answer });
                    }
                    (met, format!("answers {} again and again", answer.status))
                }
            };
            may_be_done |= met.may_be_done();
            if request.once && may_be_done {
                return Err(Trouble::Server { said, may_be_done });
            }
            match self.policy.wait(tried, met, self.clock.chance()) {
                None => return Err(Trouble::Server { said, may_be_done }),
                Some(wait) if self.clock.sleep(wait) => {}
                Some(_) => return Err(Trouble::Stopped),
            }
        }
    }

    /// Searches resources of a kind. The query stands in the body where the server takes it there, as it may hold a record number and addresses
    /// are logged.
    ///
    /// # Errors
    /// No answer.
    pub fn search(&self, kind: &str, query: &str) -> Result<Answer, Trouble> {
        let form = Request {
            method: "POST",
            path: format!("{kind}/_search"),
            body: Some(("application/x-www-form-urlencoded", query.as_bytes().to_vec())),
            ..Request::default()
        };
        let answer = self.ask(&form)?;
        if matches!(answer.status, 404 | 405 | 415 | 501) {
            return self.ask(&Request::get(format!("{kind}?{query}")));
        }
        Ok(answer)
    }

    fn renewable(&self) -> bool {
        self.auth.lock().is_ok_and(|auth| auth.is_renewable())
    }

    /// The token in force; a new one if the old one is about to end, or `anew`. One thread asks, the others wait for it.
    fn token(&self, anew: bool) -> Result<Option<String>, Trouble> {
        let mut auth = self.auth.lock().map_err(|_| Trouble::Denied("a fault of the program while asking for a token".to_owned()))?;
        auth.token(&self.wire, &self.base, self.clock, &self.policy, anew)
    }
}
