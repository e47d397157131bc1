//! Addresses of servers, and which of them may be spoken to without TLS.

use std::net::IpAddr;

use ureq::http::Uri;

use super::PushError;

/// The base address of a server: scheme, host and path, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// Checks an address. Plain HTTP is for this machine and for hosts in `plain`.
    ///
    /// # Errors
    /// What is no address, holds a password, a query or a fragment, or would send records over a network in the clear.
    pub fn new(text: &str, plain: &[String]) -> Result<Self, PushError> {
        let wrong = |reason: &str| PushError::Address { address: without_user(text), reason: reason.to_owned() };
        let trimmed = text.trim().trim_end_matches('/');
        let uri: Uri = trimmed.parse().map_err(|_| wrong("is no address such as https://fhir.example.org/r4"))?;
        let (Some(scheme), Some(authority), Some(host)) = (uri.scheme_str(), uri.authority(), uri.host().filter(|host| !host.is_empty()))
        else {
            return Err(wrong("is no address such as https://fhir.example.org/r4"));
        };
        if authority.as_str().contains('@') {
            return Err(wrong("holds a name or password: give a token by a file or an environment variable"));
        }
        if trimmed.contains(['?', '#']) {
            return Err(wrong("has a query or a fragment: give the base address of the server"));
        }
        match scheme {
            "https" => {}
            "http" if is_this_machine(host) || plain.iter().any(|named| named.eq_ignore_ascii_case(host)) => {}
            "http" => return Err(PushError::PlainHttp { host: host.to_owned() }),
            _ => return Err(wrong("begins with neither https:// nor http://")),
        }
        Ok(Self(trimmed.to_owned()))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of something below it.
    pub fn join(&self, path: &str) -> String {
        if path.is_empty() { self.0.clone() } else { format!("{}/{path}", self.0) }
    }

    /// Whether the way there is encrypted.
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https:")
    }
}

/// Only what cannot be anything else: other names may resolve to anywhere.
fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn without_user(text: &str) -> String {
    match (text.find("://"), text.rfind('@')) {
        (Some(from), Some(to)) if from < to => format!("{}…{}", &text[..from + 3], &text[to..]),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_travel_in_the_clear_to_this_machine_and_named_hosts_alone() {
        let named = ["fhir.intern".to_owned()];
        for good in [
            "https://fhir.example.org/r4",
            "http://localhost:8080/fhir/",
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://[::1]:8080/fhir",
            "http://fhir.intern/r4",
            "http://FHIR.INTERN/r4",
        ] {
            let address = Address::new(good, &named).unwrap_or_else(|error| panic!("{good}: {error}"));
            assert!(!address.as_str().ends_with('/'));
        }
        for plain in [
            "http://fhir.example.org",
            "http://127.attacker.example",
            "http://localhost.example.org",
            "http://10.0.0.1/r4",
            "http://127.0.0.1.nip.io",
        ] {
            assert!(matches!(Address::new(plain, &named), Err(PushError::PlainHttp { .. })), "{plain}");
        }
        for wrong in
            ["", "fhir.example.org", "ftp://x", "https://", "https://u:secret@x/r4", "https://x/r4?a=b", "https://x/#f", "http:///r4"]
        {
            let error = Address::new(wrong, &named).unwrap_err();
            assert!(matches!(error, PushError::Address { .. }) && !error.to_string().contains("secret"), "{wrong}: {error}");
        }
    }
}
