//! What an operation aims at, in the one form in which patterns are compared with it (§9.3).
//!
//! Two spellings of one thing become one text; a spelling that could mean two things is refused.
//! Symbolic links are not followed here: the host of a file tool resolves them before it asks.

use url::{Host, Url};

use crate::limits::MAX_TARGET_BYTES;

/// A canonical target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An absolute path without `.`, `..` and doubled `/`.
    Path(String),
    /// A URL without user, default port, dot segments, query and fragment.
    Url {
        /// The URL.
        text: String,
        /// Whether its scheme is http or https.
        web: bool,
    },
    /// The name of a tool, of a model, or whatever a vendor's capability guards.
    Name(String),
    /// An agent.
    Agent {
        /// Its name.
        name: String,
        /// `name@version`, when the version is known.
        versioned: Option<String>,
    },
}

impl Target {
    /// The text that patterns without a version are compared with.
    pub fn text(&self) -> &str {
        match self {
            Self::Path(text)
            | Self::Url { text, .. }
            | Self::Name(text)
            | Self::Agent { name: text, .. } => text,
        }
    }

    /// The canonical form of a path.
    ///
    /// # Errors
    /// The reason, when the path is empty, relative, too long, holds a NUL, or hides a dot, a slash, a backslash
    /// or a NUL behind a percent sign.
    pub fn path(path: &str) -> Result<Self, String> {
        within_limits(path)?;
        if !path.starts_with('/') {
            return Err("the path is not absolute".to_owned());
        }
        let lower = path.to_ascii_lowercase();
        if let Some(code) = ["%2e", "%2f", "%5c", "%00"]
            .into_iter()
            .find(|code| lower.contains(code))
        {
            return Err(format!(
                "the path contains {code}, which some hosts decode and others do not"
            ));
        }
        let mut kept = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                // Above the root there is only the root.
                ".." => drop(kept.pop()),
                part => kept.push(part),
            }
        }
        Ok(Self::Path(format!("/{}", kept.join("/"))))
    }

    /// The canonical form of a URL.
    ///
    /// # Errors
    /// The reason, when the URL is not absolute with a hierarchy, does not parse, is too long, names a user,
    /// or is written so that readers of URLs differ about its host or its path.
    pub fn url(url: &str) -> Result<Self, String> {
        within_limits(url)?;
        // WHATWG drops or rewrites these silently where other readers of URLs do not.
        if url.trim() != url || url.contains(char::is_control) {
            return Err("the URL contains control characters or space around it".to_owned());
        }
        let before_query = url.split(['?', '#']).next().unwrap_or_default();
        if before_query.contains('\\') {
            return Err("the URL contains a backslash".to_owned());
        }
        if names_user(before_query) {
            return Err("the URL names a user".to_owned());
        }
        let mut url =
            Url::parse(url).map_err(|error| format!("the URL cannot be read: {error}"))?;
        if url.cannot_be_a_base() {
            return Err("the URL has no host and path".to_owned());
        }
        url.set_query(None);
        url.set_fragment(None);
        if url.path().is_empty() {
            url.set_path("/");
        }
        lower_opaque_host(&mut url)?;
        if url.path().split('/').any(hides_dots) {
            return Err("the URL hides a dot segment or a NUL behind percent signs".to_owned());
        }
        Ok(Self::Url {
            web: is_web(url.scheme()),
            text: url.into(),
        })
    }

    /// A name, compared as it is.
    ///
    /// # Errors
    /// The reason, when the name is empty, too long, or holds a NUL.
    pub fn name(name: &str) -> Result<Self, String> {
        within_limits(name)?;
        Ok(Self::Name(name.to_owned()))
    }

    /// An agent; without a version, patterns that ask for one do not cover it.
    ///
    /// # Errors
    /// The reason, when name or version is empty, too long, or holds a NUL, `/` or `@`.
    pub fn agent(name: &str, version: Option<&str>) -> Result<Self, String> {
        for part in [Some(name), version].into_iter().flatten() {
            within_limits(part)?;
            if part.contains(['/', '@']) {
                return Err("the agent's name or version contains / or @".to_owned());
            }
        }
        Ok(Self::Agent {
            name: name.to_owned(),
            versioned: version.map(|version| format!("{name}@{version}")),
        })
    }
}

/// Whether `net.fetch` patterns that name no scheme reach it.
pub(super) fn is_web(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

/// The host and port of a pattern in the form that canonical URLs have.
pub(super) fn canonical_authority(scheme: &str, authority: &str) -> String {
    let (host, port) = split_port(authority);
    let host = if host.contains('*') || !is_special(scheme) {
        host.to_lowercase()
    } else {
        Host::parse(host).map_or_else(|_| host.to_lowercase(), |host| host.to_string())
    };
    match port.map(|port| (port, port.parse::<u16>())) {
        None => host,
        Some((_, Ok(port))) if default_port(scheme) == Some(port) => host,
        Some((_, Ok(port))) => format!("{host}:{port}"),
        Some((text, Err(_))) => format!("{host}:{text}"),
    }
}

/// Splits `host:port`; the colons of an IPv6 address stand inside brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn is_special(scheme: &str) -> bool {
    matches!(scheme, "http" | "https" | "ws" | "wss" | "ftp" | "file")
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    }
}

/// Whether the text of a URL, up to its query, has an `@` where its host is told.
///
/// Asked of the text, since an empty user is dropped by parsing. WHATWG looks for the host of a web address behind any
/// number of slashes, and elsewhere behind exactly two.
fn names_user(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else {
        return false;
    };
    let scheme = scheme.to_ascii_lowercase();
    let authority = if is_special(&scheme) && scheme != "file" {
        Some(rest.trim_start_matches('/'))
    } else {
        rest.strip_prefix("//")
    };
    authority
        .and_then(|authority| authority.split('/').next())
        .is_some_and(|authority| authority.contains('@'))
}

/// WHATWG keeps the case of a host when it does not know the scheme; we compare hosts in lower case only.
fn lower_opaque_host(url: &mut Url) -> Result<(), String> {
    if is_special(url.scheme()) {
        return Ok(());
    }
    let Some(lower) = url
        .host_str()
        .filter(|host| !host.is_empty())
        .map(str::to_lowercase)
    else {
        return Ok(());
    };
    url.set_host(Some(&lower))
        .map_err(|error| format!("the URL's host cannot be read: {error}"))
}

/// Whether decoding a path segment once more would bring out a NUL, or a dot segment beside a slash.
///
/// WHATWG resolves `%2e%2e` as a segment of its own; `%2e%2e%2fx` it leaves to the server, which may decode it.
fn hides_dots(segment: &str) -> bool {
    let decoded = percent_decoded(segment.as_bytes());
    let parts = || decoded.split(|b| matches!(b, b'/' | b'\\'));
    decoded.contains(&0)
        || (parts().count() > 1 && parts().any(|part| matches!(part, b"." | b"..")))
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        let code = if first == b'%' { hex_pair(tail) } else { None };
        out.push(code.unwrap_or(first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    out
}

fn hex_pair(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| {
        text.get(at)
            .and_then(|b| char::from(*b).to_digit(16))
            .and_then(|d| u8::try_from(d).ok())
    };
    Some(digit(0)? << 4 | digit(1)?)
}

fn within_limits(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("the target is empty".to_owned());
    }
    if text.len() > MAX_TARGET_BYTES {
        return Err(format!(
            "the target is longer than {MAX_TARGET_BYTES} bytes"
        ));
    }
    if text.contains('\0') {
        return Err("the target contains a NUL character".to_owned());
    }
    Ok(())
}
