//! The scores of clusters that a file holds.

use std::path::{Path, PathBuf};

use quanta_core::analysis::qdg::{ARTIFACT, Clusters, OverSeeds, Row, Scored, over_seeds, scores};
use quanta_core::fit::Estimate;
use quanta_core::record::Record;

use crate::failure::usage;
use crate::remark::remark;
use crate::{input, output};

/// Reads the clusters of a file, with the run they are of, and says what an analysis that was stopped has not found.
pub fn read(path: &Path) -> anyhow::Result<(Record, Clusters)> {
    let (record, clusters) = open(path)?;
    let (left, shown) = (clusters.left(), path.display());
    if !left.is_empty() {
        let left = left.iter().map(|similarity| similarity.word()).collect::<Vec<_>>().join(", ");
        remark(&format!("note: {shown} is unfinished, without {left}; quanta qdg RUN --resume {shown} goes on"));
    }
    Ok((record, clusters))
}

/// Reads the clusters of a file, with the run they are of.
pub fn open(path: &Path) -> anyhow::Result<(Record, Clusters)> {
    let record = input::record(path)?;
    let shown = path.display();
    let Some(artifact) = record.artifacts.get(ARTIFACT) else {
        return Err(usage(format!("{shown} holds a run, but no clusters: quanta qdg {shown} --out CLUSTERS makes them")));
    };
    let clusters = Clusters::from_artifact(artifact).map_err(|error| usage(format!("{shown}: {error}")))?;
    Ok((record, clusters))
}

/// Refuses a place that clusters can't be written to, or where something other than clusters stands.
pub fn check_out(path: &Path) -> anyhow::Result<()> {
    output::check_writable(path)?;
    output::check_replaceable(path, "clusters", |bytes| {
        Record::from_bytes(bytes).is_ok_and(|record| record.artifacts.contains_key(ARTIFACT))
    })
}

/// Refuses a run that clusters were not made of.
pub fn check_same(path: &Path, clusters: &Record, of: &Path, run: &Record) -> anyhow::Result<()> {
    let (path, of) = (path.display(), of.display());
    if clusters.config.trains_as(&run.config) {
        return Ok(());
    }
    let field =
        clusters.config.differences(&run.config).first().map_or(String::new(), |field| format!(": they differ in `{field}`"));
    Err(usage(format!("{of} is not the run that {path} was made of{field}")))
}

/// Prints the scores of the clusters in files: as a table, or as one object a line. Of several files it is
/// the means over seeds.
pub fn run(paths: &[&PathBuf], json: bool) -> anyhow::Result<()> {
    let files = paths.iter().map(|path| read(path)).collect::<anyhow::Result<Vec<(Record, Clusters)>>>()?;
    let Some((first, clusters)) = files.first() else { return Ok(()) };
    let sample = clusters.ask.draw.word();
    if files.len() > 1 {
        let differ = files.iter().flat_map(|(record, _)| record.config.differences(&first.config));
        if let Some(field) = differ.into_iter().find(|field| !field.starts_with("seed")) {
            return Err(usage(format!("these runs differ in `{field}`, so their scores have no mean over seeds")));
        }
        let all: Vec<&Clusters> = files.iter().map(|(_, clusters)| clusters).collect();
        let rows = over_seeds(&all).map_err(usage)?;
        if json {
            return rows.iter().try_for_each(|row| output::line(&row.to_json(sample).to_string()));
        }
        return output::whole(&means(&rows));
    }
    if json {
        return scores(clusters).map_err(usage)?.iter().try_for_each(|row| output::line(&row.to_json(sample).to_string()));
    }
    output::whole(&to_text(clusters)?)
}

/// Means over seeds with half of their 95 % intervals.
fn means(rows: &[OverSeeds]) -> String {
    let cell = |score: &Estimate| match score.half_width() {
        Some(half_width) => format!("{:.3} ± {half_width:.3}", score.value),
        None => format!("{:.3}", score.value),
    };
    let mut text = format!("{:<28}", "");
    ["ARI", "AMI", "NMI", "purity", "F1"].iter().for_each(|name| text += &format!("{name:>17}"));
    for row in rows {
        text += &format!("\n{:<28}", row.scored.title());
        row.scores.iter().for_each(|score| text += &format!("{:>17}", cell(score)));
    }
    let names: Vec<&String> = rows.first().map(|row| row.families.keys().collect()).unwrap_or_default();
    if !names.is_empty() {
        text += &format!("\n\n{:<28}", "F1 by family");
        names.iter().for_each(|name| text += &format!("{name:>17}"));
        for row in rows {
            text += &format!("\n{:<28}", row.scored.title());
            names.iter().for_each(|name| text += &format!("{:>17}", row.families.get(*name).map(cell).unwrap_or_default()));
        }
    }
    let seeds = rows.first().map_or(0, |row| row.k.len());
    text + &format!("\n\nMeans over {seeds} seeds of the language and the model; ± is half a 95 % interval (Student’s t)\n")
}

/// The scores and the cosines of pairs as tables.
pub fn to_text(clusters: &Clusters) -> anyhow::Result<String> {
    let rows = scores(clusters).map_err(usage)?;
    let mut text = format!("{:<36}{:>6}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "", "k", "ARI", "AMI", "NMI", "purity", "F1");
    for row in &rows {
        let [ari, ami, nmi, purity, f1] = row.numbers();
        text += &format!("{:<36}{:>6}{ari:>9.3}{ami:>9.3}{nmi:>9.3}{purity:>9.3}{f1:>9.3}\n", row.title(), row.k);
    }
    let kind = if clusters.model.is_some() { "text" } else { "family" };
    text += &families(&rows, kind);
    let one = clusters.samples.noun().one;
    if clusters.model.is_some() {
        text += "\nWhich quanta the tokens of a published model need is not known: the scores are against the texts that they are from\n";
    }
    text += &format!(
        "\nMean cosine of pairs: same {one} and target, same {one} only, same target only, neither; then the probability\nthat a pair of \
         one {one} is more alike than one of two, of other targets\n"
    );
    for one in &clusters.measured {
        let mean = |mean: Option<f64>| mean.map_or("     –".to_owned(), |mean| format!("{mean:>6.3}"));
        let means = one.pairs.means().map(mean);
        let auc = one.pairs.auc_other_target.map_or("–".to_owned(), |auc| format!("{auc:.3}"));
        text += &format!("{:<16}{}  {auc}\n", one.similarity.word(), means.join("  "));
    }
    Ok(text)
}

/// F1 of each family, or whatever `kind` says that it is, a line a clustering; nothing where the task has none.
fn families(rows: &[Row], kind: &str) -> String {
    let Some(names) = rows.first().map(|row| row.families.keys().cloned().collect::<Vec<String>>()) else { return String::new() };
    if names.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{:<36}", format!("F1 by {kind}"));
    // Names of texts may be long.
    let width = |name: &String| name.chars().count().max(8) + 2;
    names.iter().for_each(|name| text += &format!("{name:>width$}", width = width(name)));
    for row in rows.iter().filter(|row| row.scored != Scored::Baseline(quanta_core::analysis::qdg::Baseline::Uniform)) {
        text += &format!("\n{:<36}", row.title());
        for name in &names {
            text += &format!("{:>width$.3}", row.families.get(name).copied().unwrap_or_default(), width = width(name));
        }
    }
    text + "\n"
}
