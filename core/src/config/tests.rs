//! Round trips, ranges and refusals.

use super::*;
use crate::task::TaskConfig;
use proptest::prelude::*;

/// Any config in range, valid or not as a whole.
fn any_config() -> impl Strategy<Value = RunConfig> {
    let tasks = proptest::sample::select(TaskConfig::all());
    tasks.prop_flat_map(|task| {
        let config = RunConfig::of(&format!("task={}", task.word()));
        let values: Vec<_> = config
            .fields()
            .into_iter()
            .filter(|field| !matches!(field.name, "task" | "model"))
            .map(|field| {
                let value = match field.kind {
                    Kind::Whole { min, max } => (min..=max).prop_map(|n| n.to_string()).boxed(),
                    Kind::Real { min, max } => (min..=max).prop_map(|n| n.to_string()).boxed(),
                    Kind::Choice(words) => proptest::sample::select(words).prop_map(str::to_owned).boxed(),
                };
                value.prop_map(move |value| (field.name, value))
            })
            .collect();
        values.prop_map(move |values| {
            let mut config = config.clone();
            for (name, value) in values {
                config.set(name, &value).expect("in range");
            }
            config
        })
    })
}

fn valid_config() -> impl Strategy<Value = RunConfig> {
    any_config().prop_filter_map("valid", |mut config| {
        // Sizes are drawn small, so that the bound on memory leaves most of them in.
        let sizes = [("n_tasks", 2_000), ("width", 600), ("eval_per_task", 1_000), ("snapshots", 8)];
        let language =
            [("facts", 30), ("phrases", 30), ("eval_per_task", 50), ("list_length", 6), ("line_length", 20), ("context", 99)];
        for (name, most) in sizes.into_iter().chain(language) {
            // Of another task or model.
            let Some(value) = config.number(name) else { continue };
            config.set(name, &(value as u64 % most + 1).to_string()).expect("in range");
        }
        if config.language().is_some() {
            config.set("context", "400").and(config.set("letters", "15")).and(config.set("width", "8")).expect("in range");
            config.set("heads", "2").and(config.set("kv_heads", "1")).and(config.set("batch_size", "9")).expect("in range");
            config
                .set("subjects", "40")
                .and(config.set("vocabulary_words", "40"))
                .and(config.set("notation", "whole"))
                .expect("in range");
            config.set("pointers", "1").expect("in range");
        }
        config.training.samples %= 1_000_000;
        config.measurement.log_every = config.measurement.log_every.max(config.training.steps / 100 + 1);
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
        prop_assert_eq!(logs.last(), Some(&config.training.steps));
        prop_assert!(logs.windows(2).all(|pair| pair[0] < pair[1]));
    }
}

#[test]
fn a_default_config_makes_the_shortest_link() {
    assert_eq!(RunConfig::default().to_query(), "v=2");
}

#[test]
fn a_link_holds_only_what_differs() {
    let config = RunConfig::of("width=12&lr=0.25");
    assert_eq!(config.to_query(), "v=2&width=12&lr=0.25");
}

#[test]
fn refusals_name_what_was_wrong() {
    let refuse = |query: &str| RunConfig::from_query(query, &[]).unwrap_err().to_string();
    assert!(refuse("wdith=3").contains("“wdith”"));
    assert!(refuse("width=three").contains("width is “three”, but must be a whole number"));
    assert!(refuse("v=3").contains("version 3"));
    assert!(refuse("width=3&width=4").contains("width is given more than once"));
    assert!(refuse("alpha=%G1").contains("broken escape"));
    assert!(refuse("lr=NaN").contains("lr is “NaN”, but must be a number"));
    assert!(RunConfig::from_json(r#"{"width": "12"}"#).unwrap_err().to_string().contains("width"));
    assert!(RunConfig::from_json("[]").unwrap_err().to_string().contains("not a JSON object"));
    assert!(RunConfig::from_json(r#"{"version": 9}"#).unwrap_err().to_string().contains("version 9"));
}

#[test]
fn foreign_keys_are_named_and_left_aside() {
    let query = "?v=2&fbclid=IwAR%E4&width=12&utm_source=mail&utm_source=x&ref=a+b&autostart=1";
    let mut config = RunConfig::default();
    assert_eq!(config.merge_query(query, PAGE_KEYS), []);
    assert_eq!(config, RunConfig::of("width=12"));
    assert_eq!(foreign_keys(query, PAGE_KEYS), ["fbclid", "utm_source", "ref"]);
    // A file's link is whole: there is nobody to tell.
    assert!(matches!(RunConfig::from_query("width=12&fbclid=1", &[]), Err(ConfigError::UnknownField(key)) if key == "fbclid"));
}

#[test]
fn misspelt_fields_stay_errors_that_name_the_field() {
    let known = || RunConfig::all_fields().into_iter().map(|field| field.name);
    for (typed, meant) in
        [("wdith", "width"), ("n-tasks", "n_tasks"), ("Alpha", "alpha"), ("batchsize", "batch_size"), ("step", "steps")]
    {
        assert_eq!(misspelt(typed, known()), Some(meant), "{typed}");
        let errors = RunConfig::default().merge_query(&format!("{typed}=3"), PAGE_KEYS);
        assert!(errors[0].to_string().contains(&format!("“{meant}” was probably meant")), "{errors:?}");
        assert_eq!(foreign_keys(&format!("{typed}=3"), PAGE_KEYS), Vec::<String>::new());
    }
    for foreign in ["fbclid", "gclid", "utm_source", "mc_cid", "ref", "source", "id", "s", "q", "si", "igshid", "lang", "hl"] {
        assert_eq!(misspelt(foreign, known()), None, "{foreign}");
    }
    assert_eq!(misspelt("width", known()), None);
}

#[test]
fn links_survive_mail_programs() {
    let read = |query: &str| RunConfig::from_query(query, PAGE_KEYS);
    assert_eq!(read("v=2&amp;width=12&amp;lr=0.25"), Ok(RunConfig::of("width=12&lr=0.25")));
    assert_eq!(link_version("seed=1&amp;v=1"), 1);
    assert_eq!(
        RunConfig::from_link("https://x.org/lab/?width=1e2&amp;steps=20,000#top", &[]),
        Ok(RunConfig::of("width=100&steps=20000"))
    );
    let text = "a b&c=d%e+f#g’h";
    let escaped = format!("x={}", escaped(text));
    assert_eq!(pairs(&escaped).collect::<Vec<_>>(), [("x".to_owned(), Ok(text.to_owned()))]);
}

#[test]
fn a_link_of_another_page_is_no_run() {
    let read = |link: &str| RunConfig::default().merge_link(link, PAGE_KEYS);
    assert_eq!(read("https://x.org/?page=theory&alpha=0.6&missing=5"), [ConfigError::OtherPage("theory".into())]);
    assert!(read("?page=scaling")[0].to_string().contains("a link of the page “scaling”, which holds no run"));
    assert_eq!(read("?page=lab&alpha=0.6"), []);
}

#[test]
fn numbers_are_read_the_same_in_links_files_and_flags() {
    let mut config = RunConfig::default();
    for text in ["20000", "2e4", "20000.0", "20,000", " 20000 "] {
        assert_eq!(config.set("samples", text), Ok(()), "{text}");
        assert_eq!(config.training.samples, 20_000, "{text}");
    }
    let refused = config.set("alpha", "0,1").expect_err("a decimal comma").to_string();
    assert_eq!(refused, "alpha is “0,1”, but must be a number with a decimal point: write 0.1");
    assert!(config.set("width", "1.5").is_err() && config.set("width", "99999999999999999999").is_err());
    let file = "\u{feff}{\"version\": 2, \"steps\": 1e5, \"width\": 12.0}";
    assert_eq!(RunConfig::from_json(file), Ok(RunConfig::of("steps=100000&width=12")));
    assert!(RunConfig::from_json("{\"steps\": 1.5}").is_err());
}

#[test]
fn keys_of_others_pass_only_when_named() {
    assert!(RunConfig::from_query("autostart=1", &["autostart"]).is_ok());
    assert!(RunConfig::from_query("autostart=1", &[]).is_err());
}

#[test]
fn every_problem_is_named_at_once() {
    let config = RunConfig::of("batch_size=0&width=0&lr=-1.0");
    let fields: Vec<_> = config.validate().iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["width", "lr", "batch_size"]);
    let problem = &config.validate()[0];
    assert_eq!(problem.to_string(), "width is 0, but must be 1 to 16384");
}

#[test]
fn subsets_must_suffice() {
    let problems = RunConfig::of("n_tasks=121&n_bits=10&k=3").validate();
    assert_eq!(problems[0].field, "n_tasks");
    assert!(problems[0].allowed.contains("at most 120"));
    assert!(RunConfig::of("n_tasks=120&n_bits=10&k=3").validate().is_empty());
    assert_eq!(RunConfig::of("n_bits=2&k=3").validate()[0].field, "k");
}

#[test]
fn memory_is_bounded() {
    let config = RunConfig::of("n_tasks=60000&n_bits=1000&k=3&width=16000");
    assert_eq!(config.validate()[0].field, "width");
    // Enough to overflow any product of two of them.
    let huge =
        RunConfig::of("samples=100000000&batch_size=1000000&width=16384&depth=8&steps=10000000&log_schedule=linear&log_every=1");
    assert!(huge.validate().iter().any(|problem| problem.allowed.contains("GiB")), "{:?}", huge.validate());
}

#[test]
fn parameters_are_the_papers() {
    let config = preset("paper-fig2").expect("there is one").config();
    assert_eq!(config.parameters(), (500 + 100 + 3) * 500 + 2);
}

#[test]
fn round_steps_are_logged() {
    let logs = RunConfig::of("steps=20000").log_steps();
    for step in [1, 2, 5, 10, 50, 100, 500, 1_000, 2_000, 5_000, 10_000, 20_000] {
        assert!(logs.contains(&step), "{step}");
    }
}

#[test]
fn a_link_may_name_a_preset_and_change_it() {
    for query in ["preset=lesson&width=40", "width=40&preset=lesson&fbclid=x"] {
        let mut config = RunConfig::default();
        assert_eq!(config.merge_query(query, &[]), []);
        let mut expected = preset("lesson").expect("there is one").config();
        expected.set_all(vec![("width", "40")]);
        assert_eq!(config, expected, "{query}");
    }
    let errors = RunConfig::default().merge_query("preset=lessn", &[]);
    assert_eq!(errors, [ConfigError::UnknownPreset("lessn".into())]);
    assert!(errors[0].to_string().starts_with("there is no preset “lessn”; there are quick, lesson, paper-fig2"));
}

#[test]
fn presets_are_valid() {
    for preset in PRESETS {
        assert_eq!(preset.config().validate(), [], "{}", preset.name);
    }
}

#[test]
fn merging_sets_what_is_named_and_reports_everything_wrong() {
    let mut config = RunConfig::of("width=7&k=4");
    assert_eq!(config.merge_query("v=1&k=5&seed=3", &[]), []);
    assert_eq!(config.merge_json(r#"{"n_bits": 60}"#), []);
    assert_eq!(config, RunConfig::of("width=7&k=5&seed=3&n_bits=60"));
    assert_eq!(config.merge_query("widht=1&lr=fast&k=6&v=9", &[]).len(), 3);
    assert_eq!(config.merge_json(r#"{"widht": 1, "lr": "fast", "seed": 4}"#).len(), 2);
    assert_eq!((config.get("k").as_deref(), config.training.seed), (Some("6"), 4));
}

/// Version 1 is frozen: what its links and files leave unsaid means what it meant. None of these
/// values may change.
#[test]
fn version_1_means_what_it_meant() {
    let frozen = "n_tasks=100&n_bits=50&k=3&alpha=0.4&samples=0&width=100&depth=1&activation=relu&optimizer=adamw&lr=0.001\
                  &beta1=0.9&beta2=0.999&eps=0.00000001&weight_decay=0&batch_size=2000&steps=10000&log_schedule=log\
                  &logs_per_decade=30&log_every=100&eval_per_task=200&patience=0&seed=0";
    let table: Vec<String> = version::VERSION_1.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(table.join("&"), frozen);
    let config = RunConfig::from_query("v=1", &[]).expect("read");
    for (name, value) in version::VERSION_1 {
        assert_eq!(config.get(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!((config.task.word(), config.model.word(), config.measurement.snapshots), ("parity", "mlp", 0));
    assert_eq!(RunConfig::from_json(r#"{"version": 1}"#), Ok(config));
}

#[test]
fn runs_that_version_1_could_make_keep_their_names() {
    // What version 1 wrote into its links, and made the names of a sweep's runs from.
    for query in ["v=1", "v=1&n_tasks=20&n_bits=24&width=128&lr=0.004&steps=20000", "v=1&alpha=0.6&samples=1000&width=9&seed=2"] {
        let config = RunConfig::from_query(query, &[]).expect("read");
        assert_eq!(config.identity(), query);
    }
    assert!(RunConfig::of("task=majority&seed=2").identity().starts_with("v=2&task=majority"));
    assert!(RunConfig::of("snapshots=3").identity().starts_with("v=2&snapshots=3"));
}

#[test]
fn seeds_of_parts_follow_the_seed_unless_they_are_given() {
    let seeds = |query: &str| {
        let Seeds { task, model, data } = RunConfig::of(query).training.seeds();
        [task, model, data]
    };
    assert_eq!(seeds("seed=5"), [5, 5, 5]);
    assert_eq!(seeds("seed=5&seed_model=2"), [5, 2, 5]);
    assert_eq!(seeds("seed_task=1&seed_data=3"), [1, 0, 3]);
    // Names of runs, links and files know them only where they are given.
    let plain = RunConfig::of("seed=5");
    assert_eq!((plain.identity(), plain.to_query()), ("v=1&seed=5".into(), "v=2&seed=5".into()));
    let own = RunConfig::of("seed=5&seed_data=3");
    assert_eq!((own.identity(), own.to_query()), ("v=2&seed=5&seed_data=3".into(), "v=2&seed=5&seed_data=3".into()));
    assert_eq!(RunConfig::from_json(&own.to_json()), Ok(own.clone()));
    let old = plain.to_json().lines().filter(|line| !line.contains("seed_")).collect::<String>();
    assert_eq!(RunConfig::from_json(&old), Ok(plain));
    assert!(own.settings_in_words().ends_with("seed 5 (data 3)."), "{}", own.settings_in_words());
    let all = RunConfig::of("seed=5&seed_task=1&seed_model=2&seed_data=3");
    assert_eq!((own.training.repetition(), all.training.repetition()), (5, 0));
    assert!(all.remarks()[0].contains("the seed 5 names nothing") && own.remarks().is_empty());
}

#[test]
fn the_task_says_what_the_other_keys_belong_to_wherever_it_stands() {
    let config = RunConfig::from_query("v=2&n_tasks=7&k=5&task=majority", &[]).expect("read");
    assert_eq!((config.task.word(), config.quanta().len()), ("majority", 7));
    assert_eq!(config.to_query(), "v=2&task=majority&n_tasks=7&k=5");
    assert_eq!(RunConfig::from_json(&config.to_json()), Ok(config.clone()));
    assert_eq!(config.changed(), ["task", "n_tasks", "k"]);
    let refused = RunConfig::from_query("task=poetry", &[]).expect_err("refused").to_string();
    assert!(refused.contains("task is “poetry”, but must be one of parity, majority, language"), "{refused}");
}

#[test]
fn snapshots_are_measured_steps_evenly_on_a_logarithmic_axis() {
    let of = |snapshots: u64, steps: u64| {
        RunConfig::of(&format!("snapshots={snapshots}&steps={steps}")).measurement.snapshot_steps(steps)
    };
    assert_eq!(of(0, 10_000), Vec::<u64>::new());
    assert_eq!(of(1, 10_000), [10_000]);
    assert_eq!(of(5, 10_000), [1, 10, 100, 1_000, 10_000]);
    assert_eq!(of(1_000, 3), [0, 1, 2, 3]);
}

#[test]
fn settings_that_make_the_science_moot_get_a_remark() {
    let of = |query: &str| RunConfig::of(query).remarks();
    assert_eq!(of("samples=1000000"), Vec::<String>::new());
    let few = of("n_tasks=4&n_bits=8&k=3&samples=2000");
    assert!(few.len() == 1 && few[0].contains("Only 1,024 different inputs exist"), "{few:?}");
    assert_eq!(of("n_tasks=4&n_bits=8&k=3&samples=1024"), Vec::<String>::new());
    let narrow = of("k=5&width=4");
    assert!(narrow.len() == 1 && narrow[0].contains("width 4 cannot hold one subtask"), "{narrow:?}");
    // One unit is enough for a majority.
    assert_eq!(of("task=majority&k=5&width=4"), Vec::<String>::new());
    for preset in PRESETS {
        assert_eq!(preset.config().remarks(), Vec::<String>::new(), "{}", preset.name);
    }
}

/// What the terminal program held at most (`/usr/bin/time -f %M quanta train --device cpu …`, on two
/// threads), in MiB.
#[test]
fn memory_estimates_are_within_a_factor_of_two_of_what_was_measured() {
    let measured = [
        ("steps=3&n_tasks=20&n_bits=24&width=16&batch_size=100&eval_per_task=10", 15.1),
        ("steps=3&n_tasks=500&n_bits=100&width=16384&batch_size=100&eval_per_task=2", 580.0),
        ("steps=3&n_tasks=20&n_bits=24&width=16&batch_size=1000000&eval_per_task=10", 31.3),
        ("steps=3&n_tasks=500&n_bits=100&width=500&batch_size=200000&eval_per_task=10", 52.4),
        ("steps=1&n_tasks=20&n_bits=100&width=4000&batch_size=200000&eval_per_task=2", 196.6),
        ("steps=3&n_tasks=100&n_bits=50&width=100&samples=20000000&batch_size=1000&eval_per_task=10", 245.2),
        ("steps=2&n_tasks=20&n_bits=24&width=1000&depth=2&batch_size=20000&eval_per_task=10", 418.0),
        ("steps=2&n_tasks=20&n_bits=24&width=1000&depth=4&batch_size=5000&eval_per_task=10", 236.5),
        ("steps=1&n_tasks=100&n_bits=50&width=1000&depth=2&batch_size=100&eval_per_task=300", 539.8),
        ("steps=2&n_tasks=500&n_bits=100&width=16&batch_size=100&eval_per_task=10000", 17.3),
        ("steps=20000&log_schedule=linear&log_every=1&n_tasks=100&n_bits=24&width=1&batch_size=1&eval_per_task=1", 67.1),
    ];
    for (query, measured) in measured {
        let estimate = RunConfig::of(query).memory_bytes() as f64 / f64::from(1 << 20);
        assert!((0.5..=2.0).contains(&(estimate / measured)), "{query}: {estimate:.1} MiB, measured {measured}");
    }
}

#[test]
fn a_tab_holds_less_than_a_machine() {
    let config = RunConfig::of("n_tasks=3000&n_bits=100&width=16384");
    assert_eq!(config.validate(), []);
    assert!(config.validate_for_a_tab()[0].allowed.contains("the limit of 2 GiB of a tab"), "{:?}", config.validate_for_a_tab());
    assert!(config.for_a_tab().is_err());
    for preset in PRESETS {
        assert_eq!(preset.config().validate_for_a_tab(), [], "{}", preset.name);
    }
}

#[test]
fn rates_rise_and_fall_as_set_and_stay_where_nothing_is_set() {
    let rate = |query: &str, step: u64| RunConfig::of(&format!("lr=0.5&steps=100&{query}")).training.rate(step);
    assert_eq!([0, 50, 100].map(|step| rate("", step)), [0.5; 3]);
    assert_eq!([0, 4, 9, 10, 99].map(|step| rate("warmup=10", step)), [0.05, 0.25, 0.5, 0.5, 0.5]);
    let linear = "decay=linear&decay_from=0.5&final_lr=0.1";
    assert_eq!(rate(linear, 50), 0.5);
    assert!((rate(linear, 75) - 0.275).abs() < 1e-12 && (rate(linear, 100) - 0.05).abs() < 1e-12);
    assert!((rate("decay=cosine", 50) - 0.25).abs() < 1e-12 && rate("decay=cosine", 100) < 1e-12);
    // What is not set is not named.
    assert_eq!(RunConfig::of("lr=0.5").to_query(), "v=2&lr=0.5");
}

#[test]
fn a_task_brings_a_model_that_learns_it_unless_another_is_named() {
    let config = RunConfig::from_query("v=2&width=32&task=language&batch_size=8", &[]).expect("valid");
    assert_eq!((config.model.word(), config.number("width")), ("transformer", Some(32.0)));
    assert_eq!(RunConfig::from_query(&config.to_query(), &[]), Ok(config.clone()));
    let refused = RunConfig::from_query("model=mlp&task=language", &[]).expect_err("refused").to_string();
    assert!(refused.contains("model is mlp, but must be transformer"), "{refused}");
    let refused = RunConfig::from_query("model=transformer", &[]).expect_err("refused").to_string();
    assert!(refused.contains("model is transformer, but must be mlp"), "{refused}");
    let refused = |query: &str| config.clone().with(query).validate().iter().map(ToString::to_string).collect::<String>();
    assert!(refused("width=30&heads=4").contains("width is 30, but must be a multiple of heads, which is 4"));
    assert!(refused("heads=4&kv_heads=3").contains("kv_heads is 3, but must divide heads"));
    assert!(refused("width=12&heads=4&positions=rotary").contains("width is 12, but must be a multiple of 8"));
}
