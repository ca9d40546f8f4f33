//! The table, figure by figure.

use leptos::prelude::*;
use quanta_core::figure::brief;
use quanta_core::reproduce::Row;

use super::figures::{FIGURES, Figure};
use super::of_figure;
use crate::view::browser;
use crate::view::page_link::PageLink;
use crate::view::plot::rich;
use crate::view::published::Library;
use crate::words;

/// All of it.
#[component]
pub fn Table(rows: Memo<Vec<Row>>, library: Library) -> impl IntoView {
    view! {
        <div class="scroller" tabindex="0" role="region" aria-label="The paper’s numbers beside ours, a table">
            <table class="headlines">
                <thead>
                    <tr>
                        <th scope="col">"Quantity"</th>
                        <th scope="col">"Paper"</th>
                        <th scope="col">"Theory"</th>
                        <th scope="col">"Ours"</th>
                        <th scope="col">"How close"</th>
                        <th scope="col">"What was run"</th>
                        <th scope="col">"Time"</th>
                    </tr>
                </thead>
                {FIGURES.iter().map(|figure| {
                    let rows = rows.with(|rows| of_figure(rows, figure.name));
                    view! { <Group figure=figure rows=rows library=library /> }
                }).collect_view()}
            </table>
        </div>
    }
}

/// One figure: its heading with its buttons, then its numbers.
#[component]
fn Group(figure: &'static Figure, rows: Vec<Row>, library: Library) -> impl IntoView {
    let source = rows.iter().find_map(|row| row.source.clone());
    let of = format!("Fig {}", figure.name);
    let ours = source.and_then(|file| {
        let link = figure.ours(&file)?;
        let title = library.index.with_untracked(|index| {
            index
                .there()
                .and_then(|index| index.results.iter().find(|published| published.file == file))
                .map(|published| published.title.clone())
        });
        let label = format!("View ours: {of}{}", title.map_or(String::new(), |title| format!(", {title}")));
        Some(view! { <PageLink class="button" link=link text="View ours" label=label /> })
    });
    let small = figure.small().map(|link| {
        let label = format!("Run the small version here: {of}");
        view! { <PageLink class="button" link=link text="Run the small version here" label=label /> }
    });
    view! {
        <tbody>
            <tr class="group">
                <th scope="rowgroup" colspan="7">
                    <div class="figure-head">
                        <span>{of.clone()}<span class="note">{format!(" · {}", figure.title)}</span></span>
                        <span class="buttons">
                            {ours}
                            {small}
                            <CopyCommand command=figure.command of=of />
                        </span>
                    </div>
                </th>
            </tr>
            {rows.into_iter().map(line).collect_view()}
        </tbody>
    }
}

fn line(row: Row) -> impl IntoView {
    let number = |value: Option<f64>| value.map_or("–".to_owned(), brief);
    let theory = match (row.theory, row.truncated) {
        (Some(pure), Some(truncated)) => format!("{} ({})", brief(pure), brief(truncated)),
        (pure, _) => number(pure),
    };
    // The number, and in the line below it what is known of its uncertainty.
    let words = row.ours_in_words();
    let (ours, known) = words.as_deref().map_or(("–", ""), |words| words.split_once(" (").unwrap_or((words, "")));
    let (ours, known) = (ours.to_owned(), known.trim_end_matches(')').to_owned());
    let time = if row.seconds > 0.0 { words::duration(row.seconds) } else { "–".to_owned() };
    view! {
        <tr>
            <th scope="row">{rich(&words::capital(&row.quantity))}</th>
            <td class="value">{number(row.paper)}</td>
            <td class="value">{theory}</td>
            <td class="value">{ours}<span class="note">{known}</span></td>
            <td class="value">{closeness(&row)}</td>
            <td class="what">{words::capital(&row.remark)}</td>
            <td class="value">{time}</td>
        </tr>
    }
}

/// How far ours is from the paper's.
fn closeness(row: &Row) -> String {
    let (Some(ours), Some(paper)) = (row.ours, row.paper) else { return "–".to_owned() };
    let percent = (100.0 * (ours / paper - 1.0)).round();
    let sign = if percent < 0.0 {
        "−"
    } else if percent > 0.0 {
        "+"
    } else {
        ""
    };
    let apart = format!("{sign}{:.0} %", percent.abs());
    match row.deviation() {
        Some(errors) => format!("{apart}, {:.1} standard deviations", errors.abs()),
        None => apart,
    }
}

/// Copies a command; where the browser does not allow that, shows it.
#[component]
fn CopyCommand(command: &'static str, of: String) -> impl IntoView {
    let result = RwSignal::new(String::new());
    let copy = move |_| {
        browser::copy(command.to_owned(), move |copied| {
            let _ = result.try_set(if copied { format!("Copied: {command}") } else { command.to_owned() });
        });
    };
    let (text, label) = match command.contains("--device gpu") {
        true => ("Copy the command for a GPU", format!("Copy the command for a GPU server: {of}")),
        false => ("Copy the command", format!("Copy the command: {of}")),
    };
    view! {
        <button type="button" aria-label=label title=command on:click=copy>{text}</button>
        <code class="said" role="status">{move || result.get()}</code>
    }
}
