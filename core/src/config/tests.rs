//! Round trips, ranges and refusals.

use super::*;
use proptest::prelude::*;

/// Any config in range, valid or not as a whole.
fn any_config() -> impl Strategy<Value = RunConfig> {
    let fields: Vec<_> = FIELDS
        .iter()
        .map(|field| match field.kind {
            Kind::Whole { min, max } => (min..=max).prop_map(|n| n.to_string()).boxed(),
            Kind::Real { min, max } => (min..=max).prop_map(|n| n.to_string()).boxed(),
            Kind::Choice(words) => proptest::sample::select(words).prop_map(str::to_owned).boxed(),
        })
        .collect();
    fields.prop_map(|values| {
        let mut config = RunConfig::default();
        for (field, value) in FIELDS.iter().zip(values) {
            config.set(field.name, &value).expect("in range");
        }
        config
    })
}

fn valid_config() -> impl Strategy<Value = RunConfig> {
    any_config().prop_filter_map("valid", |mut config| {
        // Sizes are drawn small, so that the bound on memory leaves most of them in.
        config.n_tasks = config.n_tasks % 2_000 + 1;
        config.width = config.width % 600 + 1;
        config.samples %= 1_000_000;
        config.log_every = config.log_every.max(config.steps / 100 + 1);
        config.eval_per_task = config.eval_per_task % 1_000 + 1;
        config.validated().ok()
    })
}

proptest! {
    #[test]
    fn a_link_gives_the_config_back(config in valid_config()) {
        prop_assert_eq!(RunConfig::from_query(&config.to_query(), &[]), Ok(config));
    }

    #[test]
    fn a_file_gives_the_config_back(config in valid_config()) {
        prop_assert_eq!(RunConfig::from_json(&config.to_json()), Ok(config));
    }

    #[test]
    fn validation_never_panics(config in any_config()) {
        config.validate();
    }

    #[test]
    fn no_text_panics(text in ".*") {
        let _ = RunConfig::from_query(&text, &[]);
        let _ = RunConfig::from_json(&text);
    }

    #[test]
    fn logs_rise_from_zero_to_the_last_step(config in valid_config()) {
        let logs = config.log_steps();
        prop_assert_eq!(logs[0], 0);
        prop_assert_eq!(logs.last(), Some(&config.steps));
        prop_assert!(logs.windows(2).all(|pair| pair[0] < pair[1]));
    }
}

#[test]
fn a_default_config_makes_the_shortest_link() {
    assert_eq!(RunConfig::default().to_query(), "v=1");
}

#[test]
fn a_link_holds_only_what_differs() {
    let config = RunConfig { width: 12, lr: 0.25, ..RunConfig::default() };
    assert_eq!(config.to_query(), "v=1&width=12&lr=0.25");
}

#[test]
fn refusals_name_what_was_wrong() {
    let refuse = |query: &str| RunConfig::from_query(query, &[]).unwrap_err().to_string();
    assert!(refuse("wdith=3").contains("«wdith»"));
    assert!(refuse("width=three").contains("width is «three», but must be a whole number"));
    assert!(refuse("v=2").contains("version 2"));
    assert!(refuse("width=3&width=4").contains("width is given more than once"));
    assert!(refuse("alpha=%G1").contains("broken escape"));
    assert!(refuse("lr=NaN").contains("lr is «NaN», but must be a number"));
    assert!(RunConfig::from_json(r#"{"width": "12"}"#).unwrap_err().to_string().contains("width"));
    assert!(RunConfig::from_json("[]").unwrap_err().to_string().contains("not a JSON object"));
    assert!(RunConfig::from_json(r#"{"version": 9}"#).unwrap_err().to_string().contains("version 9"));
}

#[test]
fn keys_of_others_pass_only_when_named() {
    assert!(RunConfig::from_query("autostart=1", &["autostart"]).is_ok());
    assert!(RunConfig::from_query("autostart=1", &[]).is_err());
}

#[test]
fn every_problem_is_named_at_once() {
    let config = RunConfig { batch_size: 0, width: 0, lr: -1.0, ..RunConfig::default() };
    let fields: Vec<_> = config.validate().iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["width", "lr", "batch_size"]);
    let problem = &config.validate()[0];
    assert_eq!(problem.to_string(), "width is 0, but must be 1 to 16384");
}

#[test]
fn subsets_must_suffice() {
    let problems = RunConfig { n_tasks: 121, n_bits: 10, k: 3, ..RunConfig::default() }.validate();
    assert_eq!(problems[0].field, "n_tasks");
    assert!(problems[0].allowed.contains("at most 120"));
    assert!(RunConfig { n_tasks: 120, n_bits: 10, k: 3, ..RunConfig::default() }.validate().is_empty());
    assert_eq!(RunConfig { n_bits: 2, k: 3, ..RunConfig::default() }.validate()[0].field, "k");
}

#[test]
fn memory_is_bounded() {
    let config = RunConfig { n_tasks: 60_000, n_bits: 1_000, k: 3, width: 16_000, ..RunConfig::default() };
    assert_eq!(config.validate()[0].field, "width");
}

#[test]
fn parameters_are_the_papers() {
    let config = preset("paper-fig2").expect("there is one").config();
    assert_eq!(config.parameters(), (500 + 100 + 3) * 500 + 2);
}

#[test]
fn round_steps_are_logged() {
    let logs = RunConfig { steps: 20_000, ..RunConfig::default() }.log_steps();
    for step in [1, 2, 5, 10, 50, 100, 500, 1_000, 2_000, 5_000, 10_000, 20_000] {
        assert!(logs.contains(&step), "{step}");
    }
}

#[test]
fn presets_are_valid() {
    for preset in PRESETS {
        assert_eq!(preset.config().validate(), [], "{}", preset.name);
    }
}

#[test]
fn merging_sets_what_is_named_and_reports_everything_wrong() {
    let mut config = RunConfig { width: 7, k: 4, ..RunConfig::default() };
    assert_eq!(config.merge_query("v=1&k=5&seed=3", &[]), []);
    assert_eq!(config.merge_json(r#"{"n_bits": 60}"#), []);
    assert_eq!(config, RunConfig { width: 7, k: 5, seed: 3, n_bits: 60, ..RunConfig::default() });
    assert_eq!(config.merge_query("widht=1&lr=fast&k=6&v=9", &[]).len(), 3);
    assert_eq!(config.merge_json(r#"{"widht": 1, "lr": "fast", "seed": 4}"#).len(), 2);
    assert_eq!((config.k, config.seed), (6, 4));
}
