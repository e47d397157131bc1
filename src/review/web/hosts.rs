//! By which names the server may be called: an exact list, so that no page of the web gets at it by a name of its own that leads here.

use std::net::{IpAddr, SocketAddr};

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Uri};

/// The names, with ports as browsers write them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    names: Vec<String>,
    scheme: &'static str,
}

impl Hosts {
    /// Those of a server at `at`: on loopback the three that lead there; elsewhere the address itself and `more`.
    pub fn new(at: SocketAddr, more: &[String], tls: bool) -> Self {
        // The first one is for links.
        let mut names: Vec<String> = more.iter().map(|name| name.to_ascii_lowercase()).collect();
        if !at.ip().is_unspecified() {
            names.push(match at.ip() {
                IpAddr::V4(ip) => ip.to_string(),
                IpAddr::V6(ip) => format!("[{ip}]"),
            });
        }
        if at.ip().is_loopback() {
            names.extend(["127.0.0.1".to_owned(), "[::1]".to_owned(), "localhost".to_owned()]);
        }
        // A browser leaves the scheme's own port away.
        let (scheme, usual) = if tls { ("https", 443) } else { ("http", 80) };
        let names = names.into_iter().map(|name| if at.port() == usual { name } else { format!("{name}:{}", at.port()) }).collect();
        Self { names, scheme }
    }

    /// The host that a request is for, if it is one of ours: named once, exactly.
    pub fn of<'a>(&self, uri: &Uri, headers: &'a HeaderMap) -> Option<&'a str> {
        let host = once(headers, &HOST)?;
        let same = uri.authority().is_none_or(|authority| authority.as_str() == host);
        (same && self.names.iter().any(|name| name == host)).then_some(host)
    }

    /// Whether a request comes from a page of the same host. `Origin: null` is what browsers send with plain forms of pages that hide where
    /// they come from, as ours do: good only where the browser itself says that the page is ours.
    pub fn is_own(&self, host: &str, headers: &HeaderMap, form: bool) -> bool {
        let Some(origin) = once(headers, &ORIGIN) else { return false };
        let Some(site) = once(headers, &SEC_FETCH_SITE) else { return false };
        let same = origin.strip_prefix(self.scheme).and_then(|rest| rest.strip_prefix("://")) == Some(host);
        site == "same-origin" && (same || (form && origin == "null"))
    }

    /// The first name, for links.
    pub fn address(&self) -> String {
        format!("{}://{}", self.scheme, self.names.first().map_or("", String::as_str))
    }
}

/// Where a browser says that a request comes from.
pub(super) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A header that stands there just once.
pub(super) fn once<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?;
    if all.next().is_some() { None } else { first.to_str().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_exact_names_of_loopback_are_heard() {
        let hosts = Hosts::new("127.0.0.1:4711".parse().unwrap(), &[], false);
        let cases = [
            ("127.0.0.1:4711", true),
            ("[::1]:4711", true),
            ("localhost:4711", true),
            ("", false),
            ("127.0.0.1", false),
            ("localhost", false),
            ("127.0.0.1:80", false),
            ("127.0.0.1:47110", false),
            ("127.0.0.1:4711.attacker.example", false),
            ("127.attacker.example:4711", false),
            ("127.0.0.1.attacker.example:4711", false),
            ("attacker.example", false),
            ("attacker.example:4711", false),
            ("user@127.0.0.1:4711", false),
            ("LOCALHOST:4711", false), // browsers write names in lower case
            ("localhost.:4711", false),
            ("::1:4711", false),
            ("[0:0:0:0:0:0:0:1]:4711", false),
            ("127.1:4711", false),
            ("0.0.0.0:4711", false),
            ("2130706433:4711", false),
            (" 127.0.0.1:4711", false),
        ];
        for (host, good) in cases {
            assert_eq!(hosts.of(&Uri::from_static("/"), &headers(&[("host", host)])).is_some(), good, "{host}");
        }
        assert!(hosts.of(&Uri::from_static("/"), &headers(&[])).is_none());
        assert!(hosts.of(&Uri::from_static("/"), &headers(&[("host", "localhost:4711"), ("host", "localhost:4711")])).is_none());
        let whole = Uri::from_static("http://attacker.example/");
        assert!(hosts.of(&whole, &headers(&[("host", "localhost:4711")])).is_none());
    }

    #[test]
    fn elsewhere_only_the_address_and_given_names_are_heard() {
        let more = ["Station.Clinic.Example".to_owned()];
        let any = Hosts::new("0.0.0.0:8443".parse().unwrap(), &more, true);
        let heard = |hosts: &Hosts, host: &str| hosts.of(&Uri::from_static("/"), &headers(&[("host", host)])).is_some();
        assert!(heard(&any, "station.clinic.example:8443"));
        assert!(!heard(&any, "0.0.0.0:8443") && !heard(&any, "localhost:8443") && !heard(&any, "192.0.2.7:8443"));
        assert_eq!(any.address(), "https://station.clinic.example:8443");
        let six = Hosts::new("[::1]:4711".parse().unwrap(), &[], false);
        assert_eq!((six.address().as_str(), heard(&six, "localhost:4711")), ("http://[::1]:4711", true));
        let one = Hosts::new("192.0.2.7:443".parse().unwrap(), &[], true);
        assert!(heard(&one, "192.0.2.7") && !heard(&one, "192.0.2.7:443"));
    }

    #[test]
    fn deeds_come_from_our_own_pages() {
        let hosts = Hosts::new("127.0.0.1:4711".parse().unwrap(), &[], false);
        let host = "127.0.0.1:4711";
        let cases = [
            (Some("http://127.0.0.1:4711"), Some("same-origin"), true, true),
            (Some("null"), Some("same-origin"), false, true),
            (Some("null"), Some("cross-site"), false, false),
            (Some("null"), Some("same-site"), false, false),
            (Some("null"), None, false, false),
            (None, Some("same-origin"), false, false),
            (None, None, false, false),
            (Some("http://127.0.0.1:4712"), Some("same-site"), false, false),
            (Some("http://127.0.0.1:4711"), Some("same-site"), false, false),
            (Some("http://127.0.0.1:4711"), None, false, false),
            (Some("https://127.0.0.1:4711"), Some("same-origin"), false, false),
            (Some("http://localhost:4711"), Some("same-origin"), false, false),
            (Some("http://attacker.example"), Some("cross-site"), false, false),
            (Some("http://127.0.0.1:4711.attacker.example"), Some("same-origin"), false, false),
        ];
        for (origin, site, api, form) in cases {
            let mut map = HeaderMap::new();
            origin.map(|origin| map.insert(ORIGIN, origin.parse().unwrap()));
            site.map(|site| map.insert(SEC_FETCH_SITE, site.parse().unwrap()));
            assert_eq!(hosts.is_own(host, &map, false), api, "{origin:?} {site:?}");
            assert_eq!(hosts.is_own(host, &map, true), form, "{origin:?} {site:?}");
        }
    }
}
