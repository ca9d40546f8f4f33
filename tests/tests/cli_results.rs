//! Tests the commands that read runs and sweeps: tables, fits, figures, the paper's numbers. The runs
//! are synthesised here, so that the answers are known.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::path::{Path, PathBuf};

use quanta_core::config::RunConfig;
use quanta_core::record::{Record, Status};
use quanta_core::theory::{Resource, Theory};
use serde_json::Value;
use terminal::synthetic::*;
use terminal::*;

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))).collect()
}

#[test]
fn a_run_is_exported_as_csv_and_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let record = synthetic(RunConfig::from_query("n_tasks=3&steps=100", &[]).expect("valid"));
    let path = saved(folder.path(), "run", &record);
    let csv = good(&["export", text(&path), "--csv"]);
    assert_eq!(csv.lines().next(), Some("step,loss_bits,train_loss_bits,learned,seconds,task_1,task_2,task_3"));
    assert_eq!(csv.lines().count(), 1 + record.evaluations.len());
    let out = folder.path().join("run.csv");
    assert_eq!(good(&["export", text(&path), "--csv", "--out", text(&out)]), "");
    assert_eq!(std::fs::read_to_string(out).unwrap(), csv);
    let json: Value = serde_json::from_str(&good(&["export", text(&path), "--json"])).unwrap();
    assert_eq!((&json["unit"], &json["config"]["n_tasks"]), (&Value::from("bits"), &Value::from(3)));
    assert_eq!(json["evaluations"].as_array().unwrap().len(), record.evaluations.len());
    refused(&["export", text(&path)]);
    refused(&["export", text(&path), "--csv", "--json"]);
}

#[test]
fn files_that_are_not_runs_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = folder.path().join("foreign.safetensors");
    std::fs::write(&foreign, "something else").unwrap();
    let short = folder.path().join("short.safetensors");
    let bytes = synthetic(paper(100)).to_bytes().unwrap();
    std::fs::write(&short, &bytes[..bytes.len() / 2]).unwrap();
    let out = folder.path().join("out.svg");
    for path in [text(&foreign), text(&short), "/nowhere/run.safetensors", text(folder.path())] {
        for args in [
            vec!["export", path, "--csv"],
            vec!["fit", path],
            vec!["plot", path, "--figure=loss", "--out", text(&out)],
            vec!["train", "--resume", path],
            vec!["reproduce", path],
            vec!["figure", "scaling", "--from", path, "--out", text(&out)],
        ] {
            assert!(refused(&args).contains(path), "{args:?}");
        }
    }
    assert!(!out.exists());
}

#[test]
fn fits_recover_the_exponents_of_synthetic_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(folder.path(), "run", &synthetic(paper(20_000)));
    let found = rows(&good(&["fit", text(&path), "--json", "--range=400..8900"]));
    let [loss, emergence] = &found[..] else { panic!("{found:?}") };
    let number = |row: &Value, name: &str| row[name].as_f64().unwrap();
    assert!((number(loss, "exponent") - number(loss, "truncated_sum")).abs() < 0.02, "{loss}");
    assert!((number(loss, "theory") - 0.4 / 1.4).abs() < 1e-12);
    assert_eq!(loss["range"], serde_json::json!([400.0, 8_600.0]));
    assert!((number(emergence, "exponent") - 1.0).abs() < 0.05, "{emergence}");
    let table = good(&["fit", text(&path)]);
    assert!(
        table.contains("run: loss against step: exponent 0.")
            && table.contains("one run: blind to the seed")
            && table.contains("theory 0.286"),
        "{table}"
    );

    // Several runs of different widths, one point each.
    let dir = widths(folder.path());
    let files: Vec<PathBuf> = std::fs::read_dir(dir.join("runs")).unwrap().map(|file| file.unwrap().path()).collect();
    let args =
        ["fit", "--against=parameters", "--range=1e4..1e6", "--json"].into_iter().chain(files.iter().map(|path| text(path)));
    let found = rows(&good(&args.collect::<Vec<_>>()));
    let parameters: Vec<f64> = files
        .iter()
        .map(|path| Record::load(path).unwrap().config.parameters() as f64)
        .filter(|parameters| (1e4..=1e6).contains(parameters))
        .collect();
    assert!(parameters.len() >= 8 && found[0]["points"] == parameters.len(), "{found:?}");
    // The truncated sum at the same points; the files hold losses to seven digits.
    let expected = Theory::new(500, 0.4).exponent_at(Resource::Parameters, &parameters, PARAMETERS_PER_QUANTUM).unwrap();
    assert!((number(&found[0], "exponent") - expected).abs() < 1e-4, "{expected}, but {found:?}");
    assert!(refused(&["fit", "--against=data", text(&path)]).contains("fresh data"));
    assert!(refused(&["fit", text(&path), "--range=5"]).contains("400..8900"));
    // A run with too few points is a failure (1), not bad usage (2).
    let short = saved(folder.path(), "short", &synthetic(paper(10)));
    let output = run(&["fit", text(&short)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("no fit") && stderr(&output).contains("nothing could be fitted"));
}

#[test]
fn figures_of_runs_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(folder.path(), "run", &synthetic(paper(2_000)));
    for figure in ["loss", "tasks", "heat", "emergence"] {
        let out = folder.path().join(format!("{figure}.svg"));
        good(&[
            "plot",
            text(&path),
            "--figure",
            figure,
            "--theme=dark",
            "--follow=2",
            "--pure-law",
            "--nam",
            "--out",
            text(&out),
        ]);
        let svg = std::fs::read_to_string(&out).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>") && svg.len() > 2_000, "{figure}");
    }
    let out = folder.path().join("loss.png");
    good(&["plot", text(&path), text(&path), "--figure=loss", "--size=400x300", "--scale=1", "--out", text(&out)]);
    let png = std::fs::read(&out).unwrap();
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!((&png[1..4], side(16), side(20)), (&b"PNG"[..], 400, 300));
    let bad = folder.path().join("loss.gif");
    assert!(refused(&["plot", text(&path), "--figure=loss", "--out", text(&bad)]).contains(".svg or .png"));
    assert!(refused(&["plot", text(&path), "--figure=pie", "--out", text(&out)]).contains("emergence"));
    assert!(refused(&["plot", text(&path), "--figure=loss", "--out", text(&out), "--follow=501"]).contains("500 subtasks"));
    assert!(refused(&["plot", text(&path), "--figure=loss", "--out", text(&out), "--size=9"]).contains("720x480"));
    assert!(refused(&["plot", text(&path), "--figure=loss", "--out", text(&out), "--scale=100"]).contains("0.25 to 8"));
    let named = saved(folder.path(), "Łódź", &synthetic(paper(100)));
    let svg = folder.path().join("named.svg");
    let notes = |out: &Path| {
        let output = run(&["plot", text(&named), "--figure=loss", "--follow=1e0", "--size=4e2x300", "--out", text(out)]);
        assert!(output.status.success(), "{}", stderr(&output));
        stderr(&output)
    };
    assert!(notes(&folder.path().join("named.png")).contains("a PNG shows Ł, ź as “?”"));
    assert_eq!(notes(&svg), "");
}

#[test]
fn figures_of_sweeps_are_drawn_and_described() {
    let folder = tempfile::tempdir().unwrap();
    let dir = widths(folder.path());
    let run = saved(folder.path(), "run", &synthetic(paper(2_000)));
    let collected = folder.path().join("collected.safetensors");
    good(&["collect", text(&dir), "--out", text(&collected)]);
    let out = folder.path().join("figure.svg");
    // The folder and the collected file give the same figure.
    let pictures = [text(&dir), text(&collected)].map(|from| {
        let caption = good(&["figure", "scaling", "--from", from, "--fit-range=1e4..1e6", "--out", text(&out)]);
        assert!(caption.contains("500 subtasks at α = 0.4") && caption.contains("the loss falls with the exponent"), "{caption}");
        std::fs::read_to_string(&out).unwrap()
    });
    assert_eq!(pictures[0], pictures[1]);
    for figure in ["staircase", "learned", "exponents", "fig2", "fig9", "fig10"] {
        good(&["figure", figure, "--from", text(&collected), text(&run), "--out", text(&out)]);
    }
    let caption = good(&["figure", "fig8", "--from", text(&run), "--out", text(&out)]);
    assert!(!caption.trim().is_empty());
    assert!(refused(&["figure", "fig7", "--from", text(&collected), "--out", text(&out)]).contains("single runs"));
    assert!(refused(&["figure", "fig2", "--out", text(&out)]).contains("--from"));
    assert!(refused(&["figure", "scaling", "--resource=data", "--from", text(&collected), "--out", text(&out)]).contains("no"));
}

#[test]
fn the_papers_numbers_are_compared_with_results() {
    let folder = tempfile::tempdir().unwrap();
    let dir = widths(folder.path());
    let published = folder.path().join("public/results");
    std::fs::create_dir_all(&published).unwrap();
    good(&["collect", text(&dir), "--out", text(&published.join("widths.safetensors"))]);
    synthetic(paper(20_000)).save(&published.join("run.safetensors")).unwrap();
    // The results are found from a subfolder.
    let output = quanta(&["reproduce"]).current_dir(&dir).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let table = stdout(&output);
    for words in
        ["loss at width 9, bits", "0.640", "exponent α_S over steps 400 to 8,900", "20,000 of 200,000 steps", "not run yet"]
    {
        assert!(table.contains(words), "{words} in {table}");
    }
    let found = rows(&stdout(&quanta(&["reproduce", "--json"]).current_dir(folder.path()).output().unwrap()));
    let width = found.iter().find(|row| row["quantity"] == "loss at width 500, bits").unwrap();
    assert!(width["paper"] == 0.13 && width["ours"].is_f64() && width["deviation"].is_f64(), "{width}");
    let table = stdout(&quanta(&["reproduce", "--markdown"]).current_dir(folder.path()).output().unwrap());
    assert!(table.lines().count() == found.len() + 2 && table.lines().all(|line| line.starts_with('|')), "{table}");
    let nowhere = tempfile::tempdir().unwrap();
    let output = quanta(&["reproduce"]).current_dir(nowhere.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_theory_is_printed() {
    let theory: Value = serde_json::from_str(&good(&["theory", "--alpha=1", "--n-tasks=3", "--json"])).unwrap();
    assert_eq!((&theory["exponents"]["parameters"], &theory["exponents"]["steps"]), (&Value::from(1.0), &Value::from(0.5)));
    // Three quanta at α = 1 have p = 36/49, 9/49, 4/49.
    let after_one = theory["staircase"][0]["loss_bits"].as_f64().unwrap();
    assert!((after_one - 13.0 / 49.0).abs() < 1e-12);
    assert!(good(&["theory"]).contains("data D"));
    assert_eq!(refused(&["theory", "--alpha=-1", "--n-tasks=0", "--before=0"]).lines().count(), 3);
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = good(&["completions", shell]);
        assert!(script.contains("reproduce") && script.contains("n-tasks"), "{shell}");
    }
    refused(&["completions", "cmd"]);
}

/// A synthetic run of these settings that ends at a loss which its seed moves a little.
fn with_seed(query: &str, learned: f64) -> Record {
    let config = RunConfig::from_query(query, &[]).expect("valid");
    let mut record = Record::new(config.clone());
    record.status = Status::Finished;
    let learned = learned * (1.0 + 0.02 * (config.training.seed % 3) as f64);
    record.evaluations = vec![evaluation(&config, 0, 0.0), evaluation(&config, config.training.steps, learned)];
    record
}

#[test]
fn runs_that_are_no_points_of_one_law_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, record: &Record| saved(folder.path(), name, record);
    let shape = "n_tasks=100&n_bits=50&steps=1000";
    let mut files: Vec<PathBuf> = [10, 20, 40, 80]
        .into_iter()
        .map(|width| at(&format!("w{width}"), &with_seed(&format!("{shape}&width={width}"), width as f64 / 2.0)))
        .collect();
    let fit = |files: &[PathBuf], more: &[&str]| {
        run(&["fit", "--against=parameters", "--range=1..1e9", "--json"]
            .into_iter()
            .chain(files.iter().map(|path| text(path)))
            .chain(more.iter().copied())
            .collect::<Vec<_>>())
    };
    let alone = fit(&files, &[]);
    assert!(alone.status.success(), "{}", stderr(&alone));
    let mut unfinished = with_seed(&format!("{shape}&width=60"), 30.0);
    unfinished.status = Status::Unfinished;
    for (name, record, words) in [
        ("lr", with_seed(&format!("{shape}&width=60&lr=0.5"), 30.0), "lr is 0.5 in lr, but 0.001 in w10"),
        ("alpha", with_seed(&format!("{shape}&width=60&alpha=0.9"), 30.0), "alpha is 0.9"),
        ("steps", with_seed("n_tasks=100&n_bits=50&steps=900&width=60", 30.0), "steps is 900"),
        ("half", unfinished, "half: the run is not finished"),
        ("again", with_seed(&format!("{shape}&width=80"), 40.0), "would count twice"),
    ] {
        files.push(at(name, &record));
        let output = fit(&files, &[]);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""));
        assert!(stderr(&output).contains(words) && stderr(&output).contains("--despite-differences"), "{}", stderr(&output));
        let found = rows(&stdout(&fit(&files, &["--despite-differences"])));
        assert!(found[0]["remarks"][0].as_str().unwrap().contains(words), "{}", found[0]);
        files.pop();
    }
    // Other seeds are fitted each for itself.
    for width in [10, 20, 40, 80] {
        files.push(at(&format!("s{width}"), &with_seed(&format!("{shape}&width={width}&seed=1"), width as f64 / 2.0)));
    }
    let found = rows(&stdout(&fit(&files, &[])));
    assert_eq!((&found[0]["uncertainty"]["from"], &found[0]["uncertainty"]["n"]), (&Value::from("seeds"), &Value::from(2)));
    assert_eq!(found[0]["run"], "8 runs, 2 seeds");
}

#[test]
fn seeds_of_one_run_are_fitted_each_for_itself() {
    let folder = tempfile::tempdir().unwrap();
    let paths = [0, 1, 2].map(|seed| {
        let mut record = synthetic(paper(20_000));
        record.config.training.seed = seed;
        let tilt = |step: u64| (step.max(1) as f32).powf(0.01 * seed as f32);
        record.evaluations.iter_mut().for_each(|evaluation| evaluation.loss_bits /= tilt(evaluation.step));
        saved(folder.path(), &format!("seed-{seed}"), &record)
    });
    let found = rows(&good(&["fit", "--json", "--range=400..8900", text(&paths[0]), text(&paths[1]), text(&paths[2])]));
    assert_eq!(found.len(), 8, "two fits a run, and two of the seeds");
    let exponent = |row: &Value| row["exponent"].as_f64().unwrap();
    let seeds = &found[6];
    assert_eq!((&seeds["uncertainty"]["from"], &seeds["uncertainty"]["n"]), (&Value::from("seeds"), &Value::from(3)));
    assert!((exponent(seeds) - (exponent(&found[0]) + exponent(&found[2]) + exponent(&found[4])) / 3.0).abs() < 1e-9);
}

#[test]
fn a_sweep_is_fitted_as_its_figure_says() {
    let folder = tempfile::tempdir().unwrap();
    let dir = widths(folder.path());
    let collected = folder.path().join("collected.safetensors");
    good(&["collect", text(&dir), "--out", text(&collected)]);
    let out = folder.path().join("figure.svg");
    let said: Value =
        serde_json::from_str(&good(&["figure", "scaling", "--from", text(&dir), "--json", "--out", text(&out)])).unwrap();
    for source in [&dir, &collected] {
        let found = rows(&good(&["fit", "--json", text(source)]));
        assert_eq!(found.len(), 1);
        for name in ["exponent", "uncertainty", "range", "points", "amplitude", "truncated_sum", "theory", "first_subtask_takes"]
        {
            assert_eq!(found[0][name], said["fits"][0][name], "{name}");
        }
    }
    // The caption says the same number, rounded.
    let words = said["fits"][0]["in_words"].as_str().unwrap();
    let rounded = &words[..words.find(' ').unwrap_or(words.len())];
    assert!(said["description"].as_str().unwrap().contains(rounded), "{words} in {said}");
    assert!(!said["table"]["rows"].as_array().unwrap().is_empty() && !said["caption"].as_str().unwrap().is_empty());
    std::fs::remove_file(std::fs::read_dir(dir.join("runs")).unwrap().next().unwrap().unwrap().path()).unwrap();
    assert!(good(&["fit", text(&dir)]).contains("the sweep is not finished: 1 run left out"));
}

#[test]
fn figures_and_fits_give_the_numbers_of_the_caption() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(folder.path(), "run", &synthetic(quanta_core::paper::run(20_000)));
    let out = folder.path().join("loss.svg");
    let said: Value =
        serde_json::from_str(&good(&["figure", "loss", "--from", text(&path), "--json", "--out", text(&out)])).unwrap();
    let (fit, words) = (&said["fits"][0], said["description"].as_str().unwrap());
    let number = |name: &str| fit[name].as_f64().unwrap_or_else(|| panic!("{name} in {fit}"));
    for text in [
        format!("α/(α+1) = {:.3}", number("theory")),
        format!("has {:.3} over the same range", number("truncated_sum")),
        format!("shows about {:.2}", number("paper")),
    ] {
        assert!(words.contains(&text), "“{text}” in {words}");
    }
    let constant = quanta_core::figure::brief(number("first_subtask_takes"));
    assert!(words.contains(&format!("is {constant}, from when")), "{words}");
    assert_eq!(&rows(&good(&["fit", "--json", text(&path)]))[0], fit);
}

#[test]
fn a_fit_of_an_unfinished_run_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = synthetic(paper(20_000));
    record.status = Status::Unfinished;
    record.evaluations.retain(|evaluation| evaluation.step <= 10_000);
    let path = saved(folder.path(), "half", &record);
    let table = good(&["fit", text(&path)]);
    assert!(table.lines().count() == 2 && table.lines().all(|line| line.contains("the run is not finished")), "{table}");
    let found = rows(&good(&["fit", "--json", text(&path)]));
    assert!(found.iter().all(|row| row["remarks"][0].as_str().unwrap().contains("not finished")));
    assert_eq!(found[1]["emerged"], quanta_core::fit::emerged_count(&record));
    assert!(found[1]["least_squares_exponent"].is_f64());
}
