//! Files: exported files can be read; opened files are loaded, or refused with a message.

use std::fs;
use std::path::Path;

use quanta_core::record::Record;

use crate::TINY;
use crate::driver::Kind;
use crate::person::{Person, a_person, a_person_at};

in_every_browser!(a_run_is_saved_deleted_and_opened_again);

fn a_run_is_saved_deleted_and_opened_again(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens(TINY).await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
        let numbers = person.numbers().await;
        person.opens_menu("More for this run").await;
        person.presses("Save the run file").await;
        let file = person.receives(".safetensors").await;
        let record = Record::from_bytes(&fs::read(&file).expect("the saved file")).expect("a record");
        assert_eq!((record.quanta.len(), record.last().expect("evaluations").step), (4, 400));

        person.deletes_the_run().await;
        person.reads_soon("Runs are kept here").await;
        person.picks_file(&file).await;
        let text = person.reads_soon("Opened “").await;
        assert!(text.contains("step 400: loss "), "{text}");
        assert_eq!(person.numbers().await, numbers);

        // The opened run is stored, so a reload shows it again.
        person.reloads().await;
        person.sees("the run that was opened", |shown| *shown == numbers).await;
    });
}

in_every_browser!(figures_are_saved_as_svg_and_png);

fn figures_are_saved_as_svg_and_png(kind: Kind) {
    a_person_at(kind, async |person| {
        person.opens(TINY).await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
        person.opens_menu("Save the figure …").await;
        person.presses("SVG").await;
        let svg = fs::read_to_string(person.receives(".svg").await).expect("the saved figure");
        assert!(
            svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>") && svg.contains("bits"),
            "{}",
            &svg[..200.min(svg.len())]
        );
        person.opens_menu("Save the figure …").await;
        person.presses("PNG").await;
        let png = fs::read(person.receives(".png").await).expect("the saved picture");
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.len() > 5_000, "{} bytes", png.len());
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn files_that_are_not_runs_are_refused_with_a_message() {
    a_person(async |person| {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).expect("a file");
            path
        };
        person.opens(TINY).await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
        person.opens_menu("More for this run").await;
        person.presses("Save the run file").await;
        let whole = fs::read(person.receives(".safetensors").await).expect("the saved file");

        refuses(person, &write("empty.safetensors", b"")).await;
        refuses(person, &write("holiday.safetensors", b"GIF89a and so on")).await;
        refuses(person, &write("half.safetensors", &whole[..whole.len() / 2])).await;
        let mut torn = whole.clone();
        let middle = torn.len() - 100;
        torn[middle] ^= 0x10;
        refuses(person, &write("torn.safetensors", &torn)).await;
        // The page still works and shows its run.
        assert!(person.can_use("button", "Start").await);
        assert_eq!(person.numbers().await.step, Some(400));
    });
}

/// Opens a file, and asserts that the page refuses it with a full sentence.
async fn refuses(person: &Person, file: &Path) {
    person.picks_file(file).await;
    let name = file.file_name().expect("a name").to_string_lossy().into_owned();
    let text = person.reads_soon(&format!("“{name}” cannot be opened: ")).await;
    let line = text.lines().find(|line| line.contains("cannot be opened")).unwrap_or_default();
    person.reports(line);
    assert!(line.split_whitespace().count() >= 6 && !line.contains("Err("), "not a full sentence: {line}");
    person.presses("Dismiss").await;
}
