//! `quanta plot`: a figure of one or more runs, as SVG or PNG.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use quanta_core::figure::{self, Figure, Kind, Look, Options, Series, Theme};
use quanta_core::number::read_whole;
use quanta_core::record::Record;

use crate::failure::{Usage, usage};
use crate::fit::range_arg;
use crate::number::{real, whole};
use crate::remark::remark;
use crate::{input, output};

const EXAMPLES: &str = "\
Examples:
  quanta plot quick.safetensors --figure tasks --out tasks.svg
      Every subtask's loss against step: sharp drops, the frequent ones first.
  quanta plot a.safetensors b.safetensors --figure loss --pure-law --out loss.png
      Two runs' mean losses with fits, the pure power law and the truncated sum.
  quanta plot run.safetensors --figure emergence --theme dark --size 800x600 --out fig8.svg";

/// How much larger a PNG is than its size on a page, so that it prints well.
const PNG_SCALE: f64 = 2.0;

/// The subcommand's flags.
pub fn command() -> Command {
    let kinds: Vec<_> = Kind::ALL.iter().map(|kind| PossibleValue::new(kind.name()).help(kind.title())).collect();
    Command::new("plot")
        .about("Draw a figure of one or more runs")
        .arg(input::runs_arg())
        .arg(Arg::new("figure").long("figure").value_name("NAME").required(true).value_parser(kinds).help("Which figure"))
        .arg(out_arg())
        .args(look_args())
        .args(overlay_args())
        .after_help(EXAMPLES)
}

/// `--out FILE.svg|png`.
pub fn out_arg() -> Arg {
    let arg = Arg::new("out").long("out").value_name("FILE.svg|png").required(true);
    arg.value_parser(value_parser!(PathBuf)).help("Where to write it; the name's ending chooses the format")
}

/// `--theme`, `--size`, `--scale`.
pub fn look_args() -> [Arg; 3] {
    let theme = Arg::new("theme").long("theme").value_name("THEME").value_parser(["light", "dark"]).default_value("light");
    let size = Arg::new("size").long("size").value_name("WxH").value_parser(read_size);
    let scale = Arg::new("scale").long("scale").value_name("X").value_parser(real(0.25..=8.0));
    [
        theme.help("On white or on black"),
        size.help("Its width and height, in pixels of a page [default: 720x480; of several plots 1080x640]"),
        scale.help(format!("PNG only: dots per pixel, 0.25 to 8 [default: {PNG_SCALE}]")),
    ]
}

/// What is drawn over the data.
pub fn overlay_args() -> Vec<Arg> {
    let switch = |name: &'static str, help| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    vec![
        switch("pure-law", "Draw the pure power law, of infinitely many quanta"),
        switch("nam", "Draw Nam et al.'s closed form, calibrated on the first subtask alone"),
        switch("no-fit", "Leave out the fitted line"),
        switch("no-truncated-sum", "Leave out the theory's sum over finitely many quanta"),
        range_arg("fit-range", "Fit from A to B"),
        Arg::new("follow")
            .long("follow")
            .value_name("RANK")
            .value_parser(whole(1..=u32::MAX.into()))
            .help("Highlight the subtask of that rank; 1 is used most"),
    ]
    .into_iter()
    .map(|arg| arg.help_heading("Overlays"))
    .collect()
}

fn theme(matches: &ArgMatches) -> Theme {
    match matches.get_one::<String>("theme").map(String::as_str) {
        Some("dark") => Theme::Dark,
        _ => Theme::Light,
    }
}

/// Draws.
pub fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let Some((kind, out)) = matches.get_one::<String>("figure").and_then(|name| Kind::from_name(name)).zip(out(matches)) else {
        return Ok(());
    };
    let format = check_out(out)?;
    let runs = input::runs(matches)?;
    let options = options(matches);
    if let Some(task) = options.follow
        && let Some((name, record)) = runs.iter().find(|(_, record)| task >= subtasks(record))
    {
        return Err(usage(format!(
            "follow is {}, but {name} has {}",
            task + 1,
            record.config.task.noun().count(subtasks(record), &subtasks(record).to_string())
        )));
    }
    remark_undrawn(format, runs.iter().map(|(name, _)| name.as_str()));
    let figure = kind.figure(series(runs), options);
    output::file(out, &bytes(&*figure, format, &look(matches), size(matches, false))?)
}

/// How many subtasks a run has.
fn subtasks(record: &Record) -> usize {
    record.quanta.len()
}

/// Runs as figures take them, each in a colour of its own.
pub fn series(runs: impl IntoIterator<Item = (String, Record)>) -> Vec<Series> {
    let one = |(color, (name, record))| Series { name, record: Arc::new(record), color, recorded: false };
    runs.into_iter().enumerate().map(one).collect()
}

/// Says which letters of names a PNG shows as `?`, because its typeface lacks them.
pub fn remark_undrawn<'a>(format: Format, names: impl Iterator<Item = &'a str>) {
    let lacking = figure::undrawn(&names.collect::<String>());
    if format == Format::Png && !lacking.is_empty() {
        let letters: Vec<String> = lacking.chars().map(String::from).collect();
        remark(&format!("note: a PNG shows {} as “?”; an SVG shows every letter", letters.join(", ")));
    }
}

/// The figure as a file's bytes.
pub fn bytes(figure: &dyn Figure, format: Format, look: &Look, size: (u32, u32)) -> anyhow::Result<Vec<u8>> {
    let bytes = match format {
        Format::Svg => figure::svg(figure, look, size).map(String::into_bytes),
        Format::Png => figure::png(figure, look, size),
    };
    bytes.with_context(|| format!("the figure “{}” cannot be drawn", figure.name()))
}

/// The file of `--out`.
pub fn out(matches: &ArgMatches) -> Option<&PathBuf> {
    matches.get_one("out")
}

/// The size, by default that of one plot or of several.
pub fn size(matches: &ArgMatches, several: bool) -> (u32, u32) {
    matches.get_one("size").copied().unwrap_or(if several { (1080, 640) } else { (720, 480) })
}

/// The ground that it stands on, and the dots per pixel of a PNG.
pub fn look(matches: &ArgMatches) -> Look {
    let scale = matches.get_one::<f64>("scale").copied().unwrap_or(PNG_SCALE);
    Look { theme: theme(matches), scale }
}

/// What kind of picture to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines and text that scale.
    Svg,
    /// Dots.
    Png,
}

/// The format that the name's ending asks for, once the file is known to be writable.
pub fn check_out(path: &Path) -> anyhow::Result<Format> {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    let format = match ending.to_str() {
        Some("svg") => Format::Svg,
        Some("png") => Format::Png,
        _ => return Err(Usage(vec![format!("{} must end in .svg or .png", path.display())]).into()),
    };
    output::check_writable(path)?;
    let is_one = |bytes: &[u8]| match format {
        Format::Svg => std::str::from_utf8(bytes).is_ok_and(|text| text.contains("<svg")),
        Format::Png => bytes.starts_with(b"\x89PNG"),
    };
    output::check_replaceable(path, "a picture of that format", is_one)?;
    Ok(format)
}

/// What is drawn beside the data.
pub fn options(matches: &ArgMatches) -> Options {
    Options {
        fit: !matches.get_flag("no-fit"),
        pure_law: matches.get_flag("pure-law"),
        truncated_sum: !matches.get_flag("no-truncated-sum"),
        nam: matches.get_flag("nam"),
        follow: matches.get_one::<u64>("follow").map(|rank| *rank as usize - 1),
        fit_range: matches.get_one("fit-range").copied(),
    }
}

/// Reads `720x480`.
fn read_size(text: &str) -> Result<(u32, u32), String> {
    let sides = text.split_once('x').and_then(|(w, h)| {
        let side = |text| read_whole(text).ok().and_then(|side| u32::try_from(side).ok());
        Some((side(w)?, side(h)?))
    });
    match sides {
        Some((w, h)) if (100..=10_000).contains(&w) && (100..=10_000).contains(&h) => Ok((w, h)),
        _ => Err("a size looks like 720x480, each side 100 to 10000".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::read_size;

    #[test]
    fn sizes_are_read_or_refused() {
        assert_eq!(read_size("720x480"), Ok((720, 480)));
        assert_eq!(read_size("1,080 x 1e3"), Ok((1_080, 1_000)));
        for bad in ["", "720", "x", "1x1", "720x-480", "99999x100"] {
            assert!(read_size(bad).is_err(), "{bad}");
        }
    }
}
