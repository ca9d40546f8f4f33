//! A person's actions and observations on the page. Elements are found by role and name, as a screen
//! reader finds them.

use std::cell::Cell;
use std::fmt::Debug;
use std::future::Future;
use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::task::Poll;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::driver::{Browser, Kind};

/// How long to wait for something that should happen at once.
pub const SHORT_WAIT: Duration = Duration::from_secs(10);
/// How long to wait for the engine to load, or for some training.
pub const LONG_WAIT: Duration = Duration::from_secs(120);

/// A person who uses the page in a browser.
pub struct Person {
    browser: Browser,
    /// Whether the test makes something fail, of which the console may tell.
    pub breaks_things: Cell<bool>,
}

/// Runs one test with a browser of the default kind. If it fails, prints what the page showed last.
pub fn a_person(test: impl AsyncFnOnce(&Person)) {
    a_person_at(Kind::default(), test);
}

/// Runs one test with a browser of that kind. The console must hold no problem at its end.
pub fn a_person_at(kind: Kind, test: impl AsyncFnOnce(&Person)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let person = Person { browser: Browser::start(kind).await, breaks_things: Cell::new(false) };
        let test = async {
            test(&person).await;
            person.sees_no_problems().await;
        };
        let outcome = catch_panic(test).await;
        if outcome.is_err() {
            person.prints_page().await;
        }
        // Ends the session explicitly: its drop would end it on another thread while this one waits.
        let _ = tokio::time::timeout(SHORT_WAIT, person.driver().clone().quit()).await;
        if let Err(panic) = outcome {
            panic::resume_unwind(panic);
        }
    });
}

/// Awaits a future, and returns its panic as an error.
async fn catch_panic<F: Future>(future: F) -> Result<F::Output, Box<dyn std::any::Any + Send>> {
    let mut future = Box::pin(future);
    std::future::poll_fn(move |context| match panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// The page's summary of a run: “step 1,200: loss 0.48 bits, 3 of 100 subtasks learned”.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The step of the last evaluation.
    pub step: u64,
    /// The mean loss there, in bits.
    pub loss: f64,
    /// Subtasks learned there.
    pub learned: usize,
    /// Number of subtasks.
    pub subtasks: usize,
}

impl Summary {
    /// Finds the summary in a text.
    pub fn in_text(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let (before, rest) = text.split_once(": loss ")?;
        let (_, step) = before.rsplit_once("step ")?;
        let (loss, rest) = rest.split_once(" bits, ")?;
        let (learned, rest) = rest.split_once(" of ")?;
        let subtasks = rest.split_once(" subtask")?.0;
        let whole = |digits: &str| digits.replace(',', "").parse().ok();
        Some(Self {
            step: whole(step)?,
            loss: loss.parse().ok()?,
            learned: whole(learned)? as usize,
            subtasks: whole(subtasks)? as usize,
        })
    }
}

/// The numbers that the page shows beside the figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// The step of the last evaluation, if there is one.
    pub step: Option<u64>,
    /// The mean loss there, in bits; NaN before the first evaluation.
    pub loss: f64,
    /// Subtasks learned there (loss under 0.1 bits).
    pub learned: usize,
}

impl Numbers {
    /// Parses the texts “Mean loss0.48 bitsat step 1,200” and “Learned3 of 100…”.
    fn in_texts(loss: &str, learned: &str) -> Self {
        let number = |text: &str| {
            let digits: String = text
                .chars()
                .skip_while(|c| !c.is_ascii_digit())
                .take_while(|c| c.is_ascii_digit() || ",.e-".contains(*c))
                .filter(|c| *c != ',')
                .collect();
            digits.parse::<f64>().ok()
        };
        Self {
            step: loss.split_once("at step").and_then(|(_, step)| number(step)).map(|step| step as u64),
            loss: loss.split_once(" bits").and_then(|(loss, _)| number(loss)).unwrap_or(f64::NAN),
            learned: learned.split_once(" of ").and_then(|(learned, _)| number(learned)).unwrap_or(0.0) as usize,
        }
    }
}

impl Person {
    /// The browser's driver, for actions without a method here.
    pub fn driver(&self) -> &WebDriver {
        &self.browser.driver
    }

    /// The browser.
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    // ---- Navigation ----

    /// Opens the page with a query such as `?preset=quick`, or with none.
    pub async fn opens(&self, query: &str) {
        self.goes_to(&format!("{}{query}", self.browser.address)).await;
    }

    /// Opens an address.
    pub async fn goes_to(&self, address: &str) {
        self.driver().goto(address).await.expect("the page opens");
    }

    /// Reloads the page.
    pub async fn reloads(&self) {
        self.driver().refresh().await.expect("the page reloads");
    }

    /// The address as the browser shows it.
    pub async fn address(&self) -> String {
        self.driver().current_url().await.expect("an address").to_string()
    }

    /// The part of the address after that of the page.
    pub async fn query(&self) -> String {
        self.address().await.strip_prefix(&self.browser.address).expect("still on the page").to_owned()
    }

    // ---- Observation ----

    /// The visible text of the page.
    pub async fn reads(&self) -> String {
        self.runs_script("return document.body.innerText", []).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page contains a text, and returns all its text.
    pub async fn reads_soon(&self, words: &str) -> String {
        self.waits(SHORT_WAIT, words, async || Some(self.reads().await).filter(|text| text.contains(words))).await
    }

    /// Waits until the text of the element with that id contains a text; the whole of it.
    pub async fn reads_in(&self, id: &str, words: &str) -> String {
        let look = async || Some(self.text_of(id).await).filter(|text| text.contains(words));
        self.waits(LONG_WAIT, &format!("'{words}' in {id}"), look).await
    }

    /// Moves the slider of an id to its first place or its last.
    pub async fn slides(&self, id: &str, to_end: bool) {
        let slide = "const slider = document.getElementById(arguments[0]);
            slider.value = arguments[1] ? slider.max : slider.min;
            slider.dispatchEvent(new Event('input', { bubbles: true }))";
        self.runs_script(slide, [json!(id), json!(to_end)]).await;
    }

    /// Waits for an element of a role and name, and returns the first.
    pub async fn finds(&self, role: &str, name: &str) -> WebElement {
        self.waits(SHORT_WAIT, &format!("the {role} '{name}'"), async || self.finds_all(role, name).await.into_iter().next())
            .await
    }

    /// Whether there is an element of a role and name, and it is enabled.
    pub async fn can_use(&self, role: &str, name: &str) -> bool {
        match self.finds_all(role, name).await.first() {
            Some(element) => element.is_enabled().await.unwrap_or(false),
            None => false,
        }
    }

    /// The text of the element with an id.
    pub async fn text_of(&self, id: &str) -> String {
        let text = self.runs_script("return document.getElementById(arguments[0])?.textContent ?? ''", [json!(id)]).await;
        text.as_str().unwrap_or_default().trim().to_owned()
    }

    /// The value of the text field of a name.
    pub async fn value_of(&self, name: &str) -> String {
        self.finds("textbox", name).await.prop("value").await.expect("a value").unwrap_or_default()
    }

    /// The text that describes the state of the run.
    pub async fn state(&self) -> String {
        self.text_of("state").await
    }

    /// The summary of the run for screen readers, if there is one yet.
    pub async fn summary(&self) -> Option<Summary> {
        Summary::in_text(&self.text_of("summary").await)
    }

    /// The numbers beside the figures, without any while the page is not there yet.
    pub async fn numbers(&self) -> Numbers {
        let texts = self
            .runs_script(
                "return ['loss', 'learned'].map((id) => document.getElementById(id)?.parentElement.textContent ?? '')",
                [],
            )
            .await;
        let words = |i: usize| texts[i].as_str().unwrap_or_default().to_owned();
        Numbers::in_texts(&words(0), &words(1))
    }

    /// Waits until the numbers satisfy `fits`. `what` describes them.
    pub async fn sees(&self, what: &str, fits: impl Fn(&Numbers) -> bool) -> Numbers {
        self.waits(LONG_WAIT, what, async || Some(self.numbers().await).filter(|numbers| fits(numbers))).await
    }

    // ---- Actions ----

    /// Presses a button as soon as it is enabled.
    pub async fn presses(&self, name: &str) {
        let button = self
            .waits(LONG_WAIT, &format!("an enabled button '{name}'"), async || {
                let button = self.finds_all("button", name).await.into_iter().next()?;
                button.is_enabled().await.unwrap_or(false).then_some(button)
            })
            .await;
        button.scroll_into_view().await.expect("the button in view");
        button.click().await.unwrap_or_else(|error| panic!("'{name}' cannot be pressed: {error}"));
    }

    /// Replaces the text of a field.
    pub async fn types(&self, role: &str, name: &str, text: &str) {
        let field = self.finds(role, name).await;
        field.scroll_into_view().await.expect("the field in view");
        field.send_keys(Key::Control + "a").await.expect("the field's text marked");
        field.send_keys(text).await.expect("the field filled");
        // The page reads a field when it loses the focus.
        field.send_keys(Key::Tab).await.expect("the next field");
    }

    /// Clicks on an element, as a hand does: WebKit's Back leaves out what no hand has opened.
    pub async fn clicks(&self, element: &WebElement) {
        element.scroll_into_view().await.expect("the element in view");
        // A driver clicks where the element was: not while figures above it are still coming.
        let place = async || element.rect().await.map(|rect| (rect.x, rect.y)).ok();
        let stands_still = async || {
            let before = place().await;
            tokio::time::sleep(Duration::from_millis(200)).await;
            (before.is_some() && before == place().await).then_some(())
        };
        self.waits(SHORT_WAIT, "the element to stand still", stands_still).await;
        element.click().await.expect("a click");
    }

    /// Follows a link by its name.
    pub async fn follows(&self, name: &str) {
        let link = self.finds("link", name).await;
        self.clicks(&link).await;
    }

    /// Selects a radio button by its name.
    pub async fn picks(&self, name: &str) {
        // The radio button itself is hidden under its label.
        let label = self.finds("radio", name).await.find(By::XPath("ancestor::label")).await.expect("its label");
        self.clicks(&label).await;
    }

    /// Chooses a file to open.
    pub async fn picks_file(&self, path: &Path) {
        let input = self.driver().find(By::Id("open-file")).await.expect("a way to open files");
        input.send_keys(path.to_string_lossy().as_ref()).await.expect("a file picked");
    }

    /// Opens the first menu of a name.
    pub async fn opens_menu(&self, name: &str) {
        let menu = self.finds("disclosure", name).await;
        self.clicks(&menu).await;
    }

    /// Saves the curve of the only run as CSV, and returns its lines without the column of seconds.
    pub async fn saves_the_curve(&self) -> Vec<String> {
        self.opens_menu("More for this run").await;
        self.presses("Save as CSV").await;
        let file = self.receives(".csv").await;
        let table = std::fs::read_to_string(&file).expect("the saved table");
        std::fs::remove_file(&file).expect("the table read and gone");
        self.presses_keys("\u{e00c}").await;
        table
            .lines()
            .map(|line| line.split(',').enumerate().filter(|(i, _)| *i != 4).map(|(_, cell)| cell).collect::<Vec<_>>().join(","))
            .collect()
    }

    /// Deletes the only run.
    pub async fn deletes_the_run(&self) {
        self.opens_menu("More for this run").await;
        self.presses("Delete").await;
    }

    /// Presses keys, which go to the focused element.
    pub async fn presses_keys(&self, keys: impl AsRef<str>) {
        self.driver().action_chain().send_keys(keys.as_ref()).perform().await.expect("keys");
    }

    /// Waits for a downloaded file with an ending, and returns its path.
    pub async fn receives(&self, ending: &str) -> PathBuf {
        let folder = self.browser.downloads();
        self.waits(SHORT_WAIT, &format!("a download that ends in {ending}"), async || {
            let files = std::fs::read_dir(&folder).ok()?;
            let mut found: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
            // Firefox begins with an empty file of that name, beside the part that has come.
            let whole = |path: &Path| path.metadata().is_ok_and(|file| file.len() > 0);
            found.retain(|path| path.to_string_lossy().ends_with(ending) && whole(path));
            found.into_iter().next()
        })
        .await
    }

    /// Opens the same page in a frame of that width, because windows have a minimum width.
    pub async fn enters_a_frame(&self, width: u32) {
        let frame = "document.body.replaceChildren(Object.assign(document.createElement('iframe'), { src: location.href, width: arguments[0], height: 800 }))";
        self.runs_script(frame, [json!(width)]).await;
        self.driver().enter_frame(0).await.expect("the page in a frame");
    }

    /// Returns by how many pixels the page overflows sideways, and the first elements that do.
    pub async fn sees_cut_off(&self) -> Value {
        let look = "const width = document.documentElement.clientWidth;
            return [document.documentElement.scrollWidth - width,
                [...document.querySelectorAll('header *, main *')].filter((e) => e.getBoundingClientRect().right > width + 1 && e.checkVisibility() && !e.closest('.scroller, .unseen'))
                    .map((e) => e.outerHTML.slice(0, 90)).slice(0, 5)]";
        self.runs_script(look, []).await
    }

    // ---- Scripts and messages ----

    /// Runs a script in the page and returns its result.
    pub async fn runs_script<const N: usize>(&self, script: &str, arguments: [Value; N]) -> Value {
        let answer = self.driver().execute(script, arguments.to_vec()).await;
        answer.unwrap_or_else(|error| panic!("the script failed: {error}")).json().clone()
    }

    /// Runs a script in the page, with an element as its first argument.
    pub async fn runs_script_on(&self, element: &WebElement, script: &str, argument: &str) -> Value {
        self.runs_script(script, [element.to_json().expect("an element"), json!(argument)]).await
    }

    /// Prints a line to stderr, whether the test passes or not.
    pub fn reports(&self, words: &str) {
        // Written directly, because the test harness hides what a passing test prints.
        let _ = writeln!(std::io::stderr(), "    {}: {words}", std::thread::current().name().unwrap_or("test"));
    }

    /// Calls `look` repeatedly until it returns something; fails after `limit`.
    pub async fn waits<T>(&self, limit: Duration, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let begin = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(begin.elapsed() < limit, "waited {} s in vain for {what}", limit.as_secs());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Prints the page's text and console and saves a screenshot, after a failure.
    async fn prints_page(&self) {
        if let Ok(text) = self.driver().execute("return document.body.innerText", Vec::new()).await {
            println!("---- Text of the page:\n{}", text.json().as_str().unwrap_or_default());
        }
        println!("---- Console:");
        if let Ok(problems) = catch_panic(self.console_problems()).await {
            problems.iter().for_each(|problem| println!("{problem}"));
        }
        let picture = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{}.png", std::thread::current().name().unwrap_or("test").replace("::", "-")));
        if self.driver().screenshot(&picture).await.is_ok() {
            println!("---- Screenshot: {}", picture.display());
        }
    }
}
