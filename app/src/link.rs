//! Reads and writes links: which page, which run, and how to show it.
//!
//! The keys of the run are those of [`RunConfig`]; [`PAGE_KEYS`] lists the others.

use quanta_core::config::{ConfigError, PAGE_KEYS, PRESET_KEY, PRESETS, RunConfig, escaped, foreign_keys, pairs};
use quanta_core::device::DeviceChoice;
use quanta_core::figure;

/// A page of the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// Trains one run and shows it live.
    #[default]
    Lab,
    /// The quantization model by itself, with sliders.
    Theory,
    /// Loss against a resource: published sweeps, and small sweeps trained in the browser.
    Scaling,
    /// Clusters of a model's gradients, to be read.
    Language,
    /// The paper's numbers beside ours.
    Reproduce,
}

impl Page {
    /// Every page, in the order of the navigation.
    pub const ALL: [Page; 5] = [Page::Lab, Page::Theory, Page::Scaling, Page::Language, Page::Reproduce];

    /// Its name in links.
    pub fn word(self) -> &'static str {
        match self {
            Page::Lab => "lab",
            Page::Theory => "theory",
            Page::Scaling => "scaling",
            Page::Language => "language",
            Page::Reproduce => "reproduce",
        }
    }

    /// Finds a page by its name in links.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.word() == word)
    }

    /// The names of its figures in links. Those of the sweep trained here end in `-here`, those of the
    /// published one in `-published`.
    pub fn figures(self) -> Vec<&'static str> {
        match self {
            Page::Lab => figure::Kind::ALL.map(figure::Kind::name).into(),
            Page::Theory => figure::model::Kind::ALL.map(figure::model::Kind::name).into(),
            Page::Scaling => vec!["scaling", "learned", "staircase-here", "staircase-published", "emergence"],
            Page::Language => vec!["matrix", "map"],
            Page::Reproduce => Vec::new(),
        }
    }

    /// The title shown.
    pub fn title(self) -> &'static str {
        match self {
            Page::Lab => "Lab",
            Page::Theory => "Theory",
            Page::Scaling => "Scaling",
            Page::Language => "Language",
            Page::Reproduce => "Reproduce",
        }
    }
}

/// The content of a link.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    /// The page.
    pub page: Page,
    /// The run's settings, if the link has any. Only links of the Lab do.
    pub config: Option<RunConfig>,
    /// The settings of a page other than the Lab, as unparsed keys and values.
    pub own: Vec<(String, String)>,
    /// The device to train on, if the link names one.
    pub device: Option<DeviceChoice>,
    /// Whether to start the run at once.
    pub autostart: bool,
    /// Whether to show only one figure and its controls.
    pub embed: bool,
    /// The figure to embed.
    pub figure: Option<String>,
    /// The theme, which overrides the system's.
    pub theme: Option<Theme>,
}

/// The colour theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark text on a light background.
    Light,
    /// Light text on a dark background.
    Dark,
}

impl Theme {
    /// Its name in links.
    pub fn word(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// Finds a theme by its name in links.
    pub fn from_word(word: &str) -> Option<Self> {
        [Theme::Light, Theme::Dark].into_iter().find(|theme| theme.word() == word)
    }
}

/// What a query says, and what of it was not used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// What was understood.
    pub link: Link,
    /// What is wrong with the rest, a phrase each.
    pub problems: Vec<String>,
    /// The keys that have nothing to do with the lab (`fbclid`) and were left aside.
    pub foreign: Vec<String>,
}

impl Link {
    /// Reads a query, with or without the `?`.
    pub fn parse(query: &str) -> Reading {
        let mut link = Self::default();
        let mut problems = Vec::new();
        let mut names_a_run = false;
        let pairs: Vec<(String, String)> = pairs(query).filter_map(|(key, value)| Some((key, value.ok()?))).collect();
        // The other keys belong to the Lab's run or to another page; `page` may come anywhere.
        let page = pairs.iter().find(|(key, _)| key == "page").and_then(|(_, value)| Page::from_word(value));
        let of_page = page.unwrap_or_default();
        let of_the_lab = of_page == Page::Lab;
        for (key, value) in pairs {
            let mut check = |known: bool, allowed: &str| {
                if !known {
                    problems.push(format!("{key} is “{value}”, but must be {allowed}"));
                }
            };
            let value = value.as_str();
            match key.as_str() {
                "page" => {
                    let page = Page::from_word(value);
                    check(page.is_some(), &format!("one of {}", Page::ALL.map(Page::word).join(", ")));
                    link.page = page.unwrap_or_default();
                }
                "autostart" | "embed" => {
                    check(matches!(value, "1" | "0" | "true" | "false" | ""), "1 or 0");
                    let on = matches!(value, "1" | "true" | "");
                    *(if key == "embed" { &mut link.embed } else { &mut link.autostart }) = on;
                }
                "figure" => {
                    let figures = of_page.figures();
                    check(figures.contains(&value), &format!("one of {}", figures.join(", ")));
                    link.figure = Some(value.to_owned()).filter(|_| figures.contains(&value));
                }
                "theme" => {
                    link.theme = Theme::from_word(value);
                    check(link.theme.is_some(), "light or dark");
                }
                "device" => {
                    link.device = DeviceChoice::from_word(value).filter(|device| *device != DeviceChoice::Cuda);
                    check(link.device.is_some(), "one of auto, webgpu, cpu");
                }
                _ if of_the_lab => names_a_run |= key == "v" || key == PRESET_KEY || RunConfig::field(&key).is_some(),
                _ => link.own.push((key, value.to_owned())),
            }
        }
        let mut foreign = Vec::new();
        if of_the_lab {
            foreign = foreign_keys(query, PAGE_KEYS);
            let mut config = RunConfig::default();
            let mut unread = config.merge_query(query, PAGE_KEYS);
            // A page that there is none of is among the problems already.
            unread.retain(|error| !matches!(error, ConfigError::OtherPage(_)));
            problems.extend(unread.iter().map(ToString::to_string));
            if names_a_run && unread.is_empty() {
                match config.for_a_tab() {
                    Ok(config) => link.config = Some(config),
                    Err(error) => problems.push(error.to_string()),
                }
            }
        }
        Reading { link, problems, foreign }
    }

    /// Returns the query that [`parse`](Self::parse) reads back, without the `?`; empty for the default
    /// link, the Lab without a run.
    pub fn to_query(&self) -> String {
        let mut parts = Vec::new();
        if self.page != Page::default() {
            parts.push(format!("page={}", self.page.word()));
        }
        parts.extend(self.config.as_ref().map(RunConfig::to_query));
        parts.extend(self.own.iter().map(|(key, value)| format!("{key}={}", escaped(value))));
        parts.extend(self.device.map(|device| format!("device={}", device_word(device))));
        parts.extend(self.autostart.then(|| "autostart=1".to_owned()));
        parts.extend(self.embed.then(|| "embed=1".to_owned()));
        parts.extend(self.figure.as_ref().map(|name| format!("figure={name}")));
        parts.extend(self.theme.map(|theme| format!("theme={}", theme.word())));
        parts.join("&")
    }
}

/// Returns a device's name in links: `webgpu` for the GPU, because browsers use it through WebGPU.
pub fn device_word(device: DeviceChoice) -> &'static str {
    match device {
        DeviceChoice::Gpu => "webgpu",
        device => device.word(),
    }
}

/// Returns the index of the preset that differs from a config in the fewest fields.
pub fn nearest_preset(config: &RunConfig) -> usize {
    let distance = |i: &usize| PRESETS[*i].config().differences(config).len();
    (0..PRESETS.len()).min_by_key(distance).unwrap_or(0)
}

/// Returns the command that repeats a run in a terminal, with a flag for each changed setting.
pub fn command_by_flags(config: &RunConfig) -> String {
    let mut command = "quanta train".to_owned();
    for name in config.changed() {
        let value = config.get(name).unwrap_or_default();
        command.push_str(&format!(" --{} {value}", name.replace('_', "-")));
    }
    command
}

/// Returns the command that repeats a run in a terminal, with its link.
pub fn command_by_link(link: &str) -> String {
    format!("quanta train --url '{link}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(link: Link) -> Reading {
        Reading { link, ..Reading::default() }
    }

    #[test]
    fn a_link_round_trips_through_its_query() {
        let link = Link {
            config: RunConfig::from_query("width=12&alpha=0.6", &[]).ok(),
            device: Some(DeviceChoice::Gpu),
            autostart: true,
            embed: true,
            figure: Some("tasks".to_owned()),
            theme: Some(Theme::Dark),
            ..Link::default()
        };
        assert_eq!(link.to_query(), "v=2&alpha=0.6&width=12&device=webgpu&autostart=1&embed=1&figure=tasks&theme=dark");
        assert_eq!(Link::parse(&link.to_query()), whole(link));
        assert_eq!(Link::parse(""), whole(Link::default()));
    }

    #[test]
    fn other_pages_have_their_own_keys() {
        let own = vec![("alpha".to_owned(), "0.6".to_owned()), ("missing".to_owned(), "5".to_owned())];
        let link = Link { page: Page::Theory, own, ..Link::default() };
        assert_eq!(link.to_query(), "page=theory&alpha=0.6&missing=5");
        assert_eq!(Link::parse("?alpha=0.6&page=theory&missing=5"), whole(link));
        let own = vec![("published".to_owned(), "a b+c&d.safetensors".to_owned())];
        let link = Link { page: Page::Scaling, own, ..Link::default() };
        assert_eq!(Link::parse(&link.to_query()), whole(link));
    }

    #[test]
    fn foreign_keys_are_named_and_the_rest_of_the_link_works() {
        let reading = Link::parse("?fbclid=IwAR%E4&v=2&amp;width=12&amp;autostart=1&utm_source=mail");
        let link = Link { config: RunConfig::from_query("width=12", &[]).ok(), autostart: true, ..Link::default() };
        assert_eq!(reading, Reading { foreign: vec!["fbclid".into(), "utm_source".into()], ..whole(link) });
        assert_eq!(Link::parse("?fbclid=1").link, Link::default(), "no run is named");
        assert_eq!(Link::parse("?page=theory&amp;alpha=0.6").link.own, [("alpha".to_owned(), "0.6".to_owned())]);
    }

    #[test]
    fn a_link_that_would_exhaust_the_tab_is_refused() {
        let reading = Link::parse("?v=2&n_tasks=20000&n_bits=1000&width=8000&autostart=1");
        assert_eq!(reading.link.config, None);
        assert!(reading.problems[0].contains("a tab"), "{:?}", reading.problems);
    }

    #[test]
    fn a_link_with_a_version_alone_is_the_default_run() {
        assert_eq!(Link::parse("?v=1").link.config, Some(RunConfig::default()));
        assert_eq!(Link::parse("?embed=1").link.config, None);
    }

    #[test]
    fn problems_are_reported_and_the_rest_is_used() {
        let Reading { link, problems, .. } = Link::parse("?wdith=3&figure=pie&theme=dark");
        assert_eq!(link.theme, Some(Theme::Dark));
        assert_eq!(link.config, None);
        assert!(problems[0].starts_with("figure is “pie”, but must be one of loss, "), "{problems:?}");
        assert!(problems[1].contains("wdith"), "{problems:?}");
        assert!(Link::parse("?device=cuda").problems[0].contains("webgpu"));
        assert_eq!(Link::parse("?page=nowhere&width=12").problems.len(), 1);
        assert!(Link::parse("?page=nowhere").problems[0].contains("lab"));
    }

    #[test]
    fn a_preset_is_nearest_to_itself() {
        for (i, preset) in PRESETS.iter().enumerate() {
            assert_eq!(nearest_preset(&preset.config()), i);
            assert_eq!(
                nearest_preset(&RunConfig::from_query(&format!("{}&seed=5", preset.config().to_query()), &[]).expect("valid")),
                i
            );
        }
    }

    #[test]
    fn commands_repeat_the_run() {
        let config = RunConfig::from_query("n_tasks=20&lr=0.01", &[]).expect("valid");
        assert_eq!(command_by_flags(&config), "quanta train --n-tasks 20 --lr 0.01");
        assert_eq!(command_by_link("https://x.org/?v=1&lr=0.01"), "quanta train --url 'https://x.org/?v=1&lr=0.01'");
    }
}
