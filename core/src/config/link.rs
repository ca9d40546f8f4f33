//! Links, read key by key: the one reader of links, for the terminal and the page.

use super::error::check_version;
use super::spelling::misspelt;
use super::version::VERSION;
use super::{ConfigError, RunConfig};

/// The keys of a link that are no settings of a run: they say what the page shows, and how.
pub const PAGE_KEYS: &[&str] = &["page", "autostart", "embed", "figure", "theme", "device"];

/// The key of a link that names a preset, to which the other keys are changes.
pub const PRESET_KEY: &str = "preset";

/// The page that trains single runs. Links of other pages hold no run.
const PAGE_OF_RUNS: &str = "lab";

/// The keys and values of a query, with or without its `?`, in order. `&amp;` counts as `&`: mail
/// programs and wikis write it so. What has a broken escape is an error; the key comes with it where
/// the escape is in the value.
pub fn pairs(query: &str) -> impl Iterator<Item = (String, Result<String, ConfigError>)> {
    let parts = query.trim_start_matches('?').split('&').map(|part| part.strip_prefix("amp;").unwrap_or(part));
    parts.filter(|part| !part.is_empty()).map(|part| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match unescape(key) {
            Ok(key) => (key, unescape(value)),
            Err(error) => (key.to_owned(), Err(error)),
        }
    })
}

/// What stands between a link's `?` and its `#`.
pub fn query_of(link: &str) -> &str {
    let query = link.split_once('?').map_or("", |(_, query)| query);
    query.split('#').next().unwrap_or("")
}

/// A text as it stands in a query: with %XX in place of what would end it or be read as something else.
pub fn escaped(text: &str) -> String {
    let mut query = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' | '&' | '#' | '+' | ' ' | '"' | '\'' | '<' | '>' => query.push_str(&format!("%{:02X}", c as u32)),
            c => query.push(c),
        }
    }
    query
}

/// Whether a key is neither a field of any task or model, nor one of `other`, nor like one of them:
/// what others add to a link in passing (`fbclid`, `utm_source`).
fn is_foreign(key: &str, other: &[&str]) -> bool {
    let fields = RunConfig::all_fields();
    let is_known = key == "v" || key == PRESET_KEY || other.contains(&key) || fields.iter().any(|field| field.name == key);
    !is_known && misspelt(key, fields.iter().map(|field| field.name).chain(other.iter().copied())).is_none()
}

/// The keys of a query that [`RunConfig::merge_query`] leaves aside because they have nothing to do
/// with the lab, each once: for a remark.
pub fn foreign_keys(query: &str, other: &[&str]) -> Vec<String> {
    let mut foreign: Vec<String> = Vec::new();
    for (key, _) in pairs(query) {
        if is_foreign(&key, other) && !foreign.contains(&key) {
            foreign.push(key);
        }
    }
    foreign
}

/// The version that a query names; the present one where it names none. What is no version at all is
/// reported by the reader of the whole.
pub fn link_version(query: &str) -> u64 {
    let version = pairs(query).find(|(key, _)| key == "v");
    version.and_then(|(_, value)| value.ok()?.trim().parse().ok()).unwrap_or(VERSION)
}

impl RunConfig {
    /// Sets the fields that a query names, and leaves the others as they are; a preset names all of
    /// them, and the other keys change it, wherever they stand. `other` names further keys that are
    /// allowed (`autostart`, say). Foreign keys are left aside; [`foreign_keys`] names them. Returns
    /// everything wrong with it; whether the whole is a possible run is for
    /// [`validate`](Self::validate) to say.
    pub fn merge_query(&mut self, query: &str, other: &[&str]) -> Vec<ConfigError> {
        let mut errors = Vec::new();
        let mut named: Vec<(String, String)> = Vec::new();
        for (key, value) in pairs(query) {
            match value {
                _ if is_foreign(&key, other) => {}
                Err(error) => errors.push(error),
                Ok(page) if key == "page" && other.contains(&"page") => {
                    if !matches!(page.as_str(), "" | PAGE_OF_RUNS) {
                        errors.push(ConfigError::OtherPage(page));
                    }
                }
                Ok(_) if other.contains(&key.as_str()) => {}
                Ok(_) if named.iter().any(|(known, _)| *known == key) => errors.push(ConfigError::Repeated(key)),
                Ok(value) if key == "v" => errors.extend(check_version(value.trim().parse().ok(), &value).err()),
                Ok(value) => named.push((key, value)),
            }
        }
        // The keys of another page mean something else: saying so is enough.
        if errors.iter().any(|error| matches!(error, ConfigError::OtherPage(_))) {
            errors.retain(|error| matches!(error, ConfigError::OtherPage(_)));
            return errors;
        }
        if let Some(place) = named.iter().position(|(key, _)| key == PRESET_KEY) {
            let (_, name) = named.remove(place);
            match super::preset(&name) {
                Some(preset) => *self = preset.config(),
                None => errors.push(ConfigError::UnknownPreset(name)),
            }
        }
        let fields = named.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        errors.extend(self.set_all(fields));
        errors
    }

    /// [`merge_query`](Self::merge_query) for a whole link.
    pub fn merge_link(&mut self, link: &str, other: &[&str]) -> Vec<ConfigError> {
        self.merge_query(query_of(link), other)
    }

    /// Reads a query made by [`to_query`](Self::to_query), by this version or an earlier one.
    /// `other` names further keys that are allowed; the rest must be fields, because nothing is left
    /// aside here.
    pub fn from_query(query: &str, other: &[&str]) -> Result<Self, ConfigError> {
        let mut config = Self::defaults_of(super::link_version(query));
        let errors = config.merge_query(query, other);
        let foreign = foreign_keys(query, other).into_iter().map(ConfigError::UnknownField);
        match errors.into_iter().chain(foreign).next() {
            Some(error) => Err(error),
            None => config.validated(),
        }
    }

    /// Reads the config out of a whole link: what stands after its `?`.
    pub fn from_link(link: &str, other: &[&str]) -> Result<Self, ConfigError> {
        Self::from_query(query_of(link), other)
    }
}

/// Undoes %XX and `+`.
fn unescape(text: &str) -> Result<String, ConfigError> {
    let broken = || ConfigError::BadEscape(text.to_owned());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|b| (b as char).to_digit(16)).ok_or_else(broken);
                (digit()? * 16 + digit()?) as u8
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| broken())
}
