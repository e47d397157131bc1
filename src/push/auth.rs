//! The way in: nothing, a bearer token, or SMART Backend Services (a signed assertion for a token that lasts some minutes). Secrets come from files or
//! the environment, and go nowhere but into the request they are for.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};

use super::client::{Clock, Request, Tried, Trouble, Wire};
use super::retry::{Met, Policy};
use super::settings::AuthSettings;
use super::{Address, PushError};
use crate::model::Sha256;

/// An assertion may last five minutes (SMART App Launch 2.x, Backend Services, "exp").
const ASSERTION_SECONDS: i64 = 240;
/// A token is renewed so long before its end, or at half of its life if that is shorter.
const RENEW_BEFORE: i64 = 60;
/// How long a token lasts whose server does not say so.
const UNSAID_SECONDS: i64 = 300;
/// What the specification proposes for a client that writes everything.
const SCOPE: &str = "system/*.crus";
const ASSERTION_TYPE: &str = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";

/// How to be let in.
pub(super) enum Auth {
    Open,
    Bearer(String),
    Smart(Box<Smart>),
}

/// A client of SMART Backend Services.
pub(super) struct Smart {
    client: String,
    key: EncodingKey,
    algorithm: Algorithm,
    key_id: Option<String>,
    given: Option<Address>,
    found: Option<Address>,
    plain: Vec<String>,
    scope: String,
    token: Option<(String, i64)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    iat: i64,
    jti: String,
}

impl Auth {
    pub fn new(settings: &AuthSettings, plain: &[String], environment: impl Fn(&str) -> Option<String>) -> Result<Self, PushError> {
        let bearer = usize::from(settings.token_file.is_some()) + usize::from(settings.token_env.is_some());
        let smart = settings.client_id.is_some() || settings.key_file.is_some();
        if bearer + usize::from(smart) > 1 {
            return Err(PushError::Auth("more than one way in is given: a token's file, a token's variable, a client's key".to_owned()));
        }
        if let Some(path) = &settings.token_file {
            let token = secret(path)?;
            return bearer_of(&token).map_err(|reason| PushError::File { path: path.clone(), reason });
        }
        if let Some(name) = &settings.token_env {
            let token = environment(name).ok_or_else(|| PushError::Auth(format!("the environment variable {name} is not set")))?;
            return bearer_of(&token).map_err(|reason| PushError::Auth(format!("the environment variable {name}: {reason}")));
        }
        if !smart {
            return Ok(Self::Open);
        }
        let (Some(client), Some(path)) = (&settings.client_id, &settings.key_file) else {
            return Err(PushError::Auth("SMART Backend Services wants both a client's id and its key".to_owned()));
        };
        let pem = secret(path)?;
        let (key, algorithm) = key_of(pem.as_bytes()).map_err(|reason| PushError::File { path: path.clone(), reason })?;
        let given = settings.token_url.as_deref().map(|url| Address::new(url, plain)).transpose()?;
        Ok(Self::Smart(Box::new(Smart {
            client: client.clone(),
            key,
            algorithm,
            key_id: settings.key_id.clone(),
            given,
            found: None,
            plain: plain.to_vec(),
            scope: if settings.scope.is_empty() { SCOPE.to_owned() } else { settings.scope.clone() },
            token: None,
        })))
    }

    pub fn is_renewable(&self) -> bool {
        matches!(self, Self::Smart(_))
    }

    /// The token in force.
    pub fn token(
        &mut self,
        wire: &Wire,
        base: &Address,
        clock: &dyn Clock,
        policy: &Policy,
        anew: bool,
    ) -> Result<Option<String>, Trouble> {
        match self {
            Self::Open => Ok(None),
            Self::Bearer(token) => Ok(Some(token.clone())),
            Self::Smart(smart) => smart.token(wire, base, clock, policy, anew).map(Some),
        }
    }
}

impl Smart {
    fn token(&mut self, wire: &Wire, base: &Address, clock: &dyn Clock, policy: &Policy, anew: bool) -> Result<String, Trouble> {
        if let Some((token, until)) = &self.token
            && !anew
            && clock.now() < *until
        {
            return Ok(token.clone());
        }
        let endpoint = self.endpoint(wire, base, clock, policy)?;
        let assertion = self.assertion(endpoint.as_str(), clock.now())?;
        let body = format!(
            "grant_type=client_credentials&scope={}&client_assertion_type={ASSERTION_TYPE}&client_assertion={assertion}",
            form(&self.scope)
        );
        let request = Request {
            method: "POST",
            body: Some(("application/x-www-form-urlencoded", body.into_bytes())),
            accept: Some("application/json"),
            ..Request::default()
        };
        let answer = ask(wire, endpoint.as_str(), &request, clock, policy)?;
        let denied = |said: String| Trouble::Denied(said);
        if !(200..300).contains(&answer.0) {
            // RFC 6749 §5.2 names the errors; other texts are not shown.
            let word =
                answer.1["error"].as_str().filter(|word| word.len() < 40 && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
            return Err(denied(format!("no token is given ({}{})", answer.0, word.map_or(String::new(), |word| format!(", {word}")))));
        }
        let token = answer.1["access_token"].as_str().filter(|token| is_token(token));
        let token = token.ok_or_else(|| denied("the token endpoint gives no token".to_owned()))?.to_owned();
        let life = answer.1["expires_in"].as_i64().filter(|life| *life > 0).unwrap_or(UNSAID_SECONDS);
        self.token = Some((token.clone(), clock.now().saturating_add(life - RENEW_BEFORE.min(life / 2))));
        Ok(token)
    }

    /// The token endpoint: as given, or as the server says. It may lie on another host, and is held to the same rules as the server's own address.
    fn endpoint(&mut self, wire: &Wire, base: &Address, clock: &dyn Clock, policy: &Policy) -> Result<Address, Trouble> {
        if let Some(known) = self.given.as_ref().or(self.found.as_ref()) {
            return Ok(known.clone());
        }
        let request = Request { method: "GET", accept: Some("application/json"), ..Request::default() };
        let (status, answer) = ask(wire, &base.join(".well-known/smart-configuration"), &request, clock, policy)?;
        let url = answer["token_endpoint"].as_str().filter(|_| status == 200);
        let url =
            url.ok_or_else(|| Trouble::Denied("its .well-known/smart-configuration names no token endpoint: give --token-url".to_owned()))?;
        let address =
            Address::new(url, &self.plain).map_err(|error| Trouble::Denied(format!("its token endpoint cannot be used: {error}")))?;
        self.found = Some(address.clone());
        Ok(address)
    }

    fn assertion(&self, audience: &str, now: i64) -> Result<String, Trouble> {
        let fault = || Trouble::Denied("the assertion cannot be signed with this key".to_owned());
        let mut random = [0; 16];
        std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut random)).map_err(|_| fault())?;
        let claims = Claims {
            iss: self.client.clone(),
            sub: self.client.clone(),
            aud: audience.to_owned(),
            exp: now + ASSERTION_SECONDS,
            iat: now,
            jti: Sha256::of(&random).to_string()[..32].to_owned(),
        };
        let header = Header { kid: self.key_id.clone(), ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&header, &claims, &self.key).map_err(|_| fault())
    }
}

/// One question that stands outside the FHIR server proper, with the same patience.
fn ask(wire: &Wire, url: &str, request: &Request, clock: &dyn Clock, policy: &Policy) -> Result<(u16, serde_json::Value), Trouble> {
    let mut tried = 0;
    loop {
        tried += 1;
        let (met, said) = match wire.send(url, request, None, clock.now()) {
            Tried::TooLarge => return Err(Trouble::TooLarge),
            Tried::Failed(met, said) => (met, format!("(asked for a token) {said}")),
            Tried::Answer(answer, asked) => {
                let met = Met::Status(answer.status, asked);
                if !met.may_pass() {
                    return Ok((answer.status, answer.json().unwrap_or_default()));
                }
                (met, format!("(asked for a token) answers {} again and again", answer.status))
            }
        };
        match policy.wait(tried, met, clock.chance()) {
            None => return Err(Trouble::Server { said, may_be_done: false }),
            Some(wait) if clock.sleep(wait) => {}
            Some(_) => return Err(Trouble::Stopped),
        }
    }
}

/// Reads a secret that others cannot read.
fn secret(path: &Path) -> Result<String, PushError> {
    let wrong = |reason: String| PushError::File { path: path.to_owned(), reason };
    let mut file = std::fs::File::open(path).map_err(|error| wrong(error.kind().to_string()))?;
    let mode = file.metadata().map_err(|error| wrong(error.kind().to_string()))?.permissions().mode();
    if mode & 0o007 != 0 {
        return Err(wrong("every account of this machine can reach it".to_owned()));
    }
    let mut text = String::new();
    file.by_ref().take(1 << 16).read_to_string(&mut text).map_err(|_| wrong("it is no text".to_owned()))?;
    Ok(text)
}

fn bearer_of(text: &str) -> Result<Auth, String> {
    let token = text.trim();
    if is_token(token) { Ok(Auth::Bearer(token.to_owned())) } else { Err("it holds no bearer token".to_owned()) }
}

/// RFC 6750 §2.1 `b64token`, widened to what servers give out: one word of visible ASCII.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())
}

fn key_of(pem: &[u8]) -> Result<(EncodingKey, Algorithm), String> {
    if let Ok(key) = EncodingKey::from_rsa_pem(pem) {
        return Ok((key, Algorithm::RS384));
    }
    match EncodingKey::from_ec_pem(pem) {
        // The curve shows when it signs: only P-384 is ES384.
        Ok(key) if jsonwebtoken::encode(&Header::new(Algorithm::ES384), &serde_json::json!({}), &key).is_ok() => {
            Ok((key, Algorithm::ES384))
        }
        _ => Err("it holds no private key in PEM form of RSA or of the curve P-384 (PKCS#8)".to_owned()),
    }
}

/// `application/x-www-form-urlencoded`.
fn form(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b if b.is_ascii_alphanumeric() || b"-._*".contains(&b) => out.push(char::from(b)),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use jsonwebtoken::{DecodingKey, Validation};

    use super::*;

    /// Keys that were made for this test and open nothing: `openssl ecparam -genkey -name secp384r1` and `openssl genrsa 2048`, PKCS#8.
    const EC_PRIVATE: &str = include_str!("../../tests/keys/test-only-p384.pem");
    const EC_PUBLIC: &str = include_str!("../../tests/keys/test-only-p384.pub.pem");
    const RSA_PRIVATE: &str = include_str!("../../tests/keys/test-only-rsa.pem");
    const RSA_PUBLIC: &str = include_str!("../../tests/keys/test-only-rsa.pub.pem");

    fn file(text: &str, mode: u32) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    fn smart(pem: &str) -> Result<Auth, PushError> {
        let key = file(pem, 0o600);
        let settings = AuthSettings {
            client_id: Some("chartlift-client".into()),
            key_file: Some(key.path().to_owned()),
            key_id: Some("k1".into()),
            ..AuthSettings::default()
        };
        Auth::new(&settings, &[], |_| None)
    }

    #[test]
    fn assertions_bear_what_is_wanted_and_the_public_key_proves_them() {
        let keys = [
            (EC_PRIVATE, DecodingKey::from_ec_pem(EC_PUBLIC.as_bytes()).unwrap(), Algorithm::ES384),
            (RSA_PRIVATE, DecodingKey::from_rsa_pem(RSA_PUBLIC.as_bytes()).unwrap(), Algorithm::RS384),
        ];
        for (private, public, algorithm) in keys {
            let Ok(Auth::Smart(smart)) = smart(private) else { panic!("the key is not taken") };
            let now = 1_900_000_000;
            let (one, two) = (smart.assertion("https://x/token", now).unwrap(), smart.assertion("https://x/token", now).unwrap());
            let mut validation = Validation::new(algorithm);
            validation.set_audience(&["https://x/token"]);
            validation.set_issuer(&["chartlift-client"]);
            validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
            let read = jsonwebtoken::decode::<Claims>(&one, &public, &validation).unwrap();
            assert_eq!((read.header.alg, read.header.kid.as_deref()), (algorithm, Some("k1")));
            assert_eq!((read.claims.sub.as_str(), read.claims.exp - now), ("chartlift-client", ASSERTION_SECONDS));
            let other = jsonwebtoken::decode::<Claims>(&two, &public, &validation).unwrap();
            assert_ne!(read.claims.jti, other.claims.jti);
            validation.set_audience(&["https://y/token"]);
            assert!(jsonwebtoken::decode::<Claims>(&one, &public, &validation).is_err());
        }
    }

    #[test]
    fn a_way_in_is_one_way_and_errors_hold_no_secret() {
        let token = file("t0ken-of-the-server\n", 0o600);
        let open = file("t0ken-of-the-server", 0o644);
        let at = |file: &tempfile::NamedTempFile| Some(file.path().to_owned());
        let new = |settings: AuthSettings| Auth::new(&settings, &[], |name| (name == "TOKEN").then(|| "t0ken from env".to_owned()));
        let good = new(AuthSettings { token_file: at(&token), ..AuthSettings::default() });
        assert!(matches!(good, Ok(Auth::Bearer(token)) if token == "t0ken-of-the-server"));
        assert!(matches!(new(AuthSettings::default()), Ok(Auth::Open)));
        let wrong = [
            AuthSettings { token_file: at(&open), ..AuthSettings::default() },
            AuthSettings { token_file: Some("/no/such/file".into()), ..AuthSettings::default() },
            AuthSettings { token_env: Some("NOT_SET".into()), ..AuthSettings::default() },
            AuthSettings { token_env: Some("TOKEN".into()), ..AuthSettings::default() },
            AuthSettings { token_file: at(&token), client_id: Some("c".into()), ..AuthSettings::default() },
            AuthSettings { client_id: Some("c".into()), ..AuthSettings::default() },
            AuthSettings { client_id: Some("c".into()), key_file: at(&token), ..AuthSettings::default() },
        ];
        for settings in wrong {
            let error = new(settings.clone()).err().unwrap_or_else(|| panic!("{settings:?} is taken"));
            assert!(!error.to_string().contains("t0ken"), "{error}");
        }
        assert!(smart("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").is_err());
    }

    #[test]
    fn forms_are_encoded() {
        assert_eq!(form("system/*.crus system/Patient.r"), "system%2F*.crus+system%2FPatient.r");
    }
}
