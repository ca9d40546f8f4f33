//! What a person does at the page and sees there, by the roles and names that a screen reader hears.

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

/// How long a person waits for something that should come at once.
pub const SOON: Duration = Duration::from_secs(10);
/// How long for something that takes the engine's loading or some training.
pub const PATIENTLY: Duration = Duration::from_secs(120);

/// Visible elements of a role and name. A name that ends in `…` stands for all that begin so.
const FIND: &str = r#"
    const [role, name] = arguments;
    const fits = name.endsWith("…") ? (text) => text.startsWith(name.slice(0, -1)) : (text) => text === name;
    // What folds open has no role of ARIA's.
    const role_of = (element) => element.tagName === "SUMMARY" ? "disclosure" : element.computedRole;
    const likely = "a, button, summary, input, select, option, textarea, canvas, svg, img, h1, h2, h3, dialog, progress, table, [role], [tabindex], [aria-label]";
    return [...document.querySelectorAll(likely)]
        .filter((element) => role_of(element) === role && fits(element.computedName) && element.checkVisibility());
"#;

/// A person at a browser.
pub struct Person {
    browser: Browser,
}

/// Runs one test: a person at a browser of the default kind. What the page showed last is printed
/// where it fails.
pub fn a_person(test: impl AsyncFnOnce(&Person)) {
    a_person_at(Kind::default(), test);
}

/// Runs one test at a browser of that kind.
pub fn a_person_at(kind: Kind, test: impl AsyncFnOnce(&Person)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let person = Person { browser: Browser::start(kind).await };
        let outcome = caught(test(&person)).await;
        if outcome.is_err() {
            person.tell_what_is_there().await;
        }
        // Left to its drop, the session would end on another thread while this one waits.
        let _ = tokio::time::timeout(SOON, person.driver().clone().quit()).await;
        if let Err(panic) = outcome {
            panic::resume_unwind(panic);
        }
    });
}

/// Awaits a future and hands back its panic, if any.
async fn caught<F: Future>(future: F) -> Result<F::Output, Box<dyn std::any::Any + Send>> {
    let mut future = Box::pin(future);
    std::future::poll_fn(move |context| match panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// What the page says of a run in words: «step 1,200: loss 0.48 bits, 3 of 100 subtasks learned».
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    pub step: u64,
    pub loss: f64,
    pub learned: usize,
    pub subtasks: usize,
}

impl Summary {
    /// Reads it off a text that holds it.
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

/// The numbers beside the figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// The step of the last log, if there is one.
    pub step: Option<u64>,
    /// The mean loss there, in bits; not a number before the first log.
    pub loss: f64,
    /// Subtasks under 0.1 bits there.
    pub learned: usize,
}

impl Numbers {
    /// Reads them off «Mean loss0.48 bitsat step 1,200» and «Learned3 of 100…».
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
    /// The browser's driver, for what has no better name.
    pub fn driver(&self) -> &WebDriver {
        &self.browser.driver
    }

    // ---- Going places ----

    /// Opens the page with that query, such as `?preset=quick`, or none.
    pub async fn opens(&self, query: &str) {
        self.goes_to(&format!("{}{query}", self.browser.address)).await;
    }

    /// Opens an address.
    pub async fn goes_to(&self, address: &str) {
        self.driver().goto(address).await.expect("the page opens");
    }

    pub async fn reloads(&self) {
        self.driver().refresh().await.expect("the page reloads");
    }

    /// The address as the browser shows it.
    pub async fn address(&self) -> String {
        self.driver().current_url().await.expect("an address").to_string()
    }

    /// What comes after the page's own address.
    pub async fn query(&self) -> String {
        self.address().await.strip_prefix(&self.browser.address).expect("still on the page").to_owned()
    }

    // ---- Looking ----

    /// Everything that can be read on the page.
    pub async fn reads(&self) -> String {
        self.asks("return document.body.innerText", []).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page says something, and returns all it says.
    pub async fn reads_soon(&self, words: &str) -> String {
        self.waits(SOON, words, async || Some(self.reads().await).filter(|text| text.contains(words))).await
    }

    /// The elements of that role and name.
    pub async fn finds_all(&self, role: &str, name: &str) -> Vec<WebElement> {
        let found = self.driver().execute(FIND, vec![json!(role), json!(name)]).await.expect("a look at the page");
        found.elements().expect("elements")
    }

    /// The one element of that role and name, as soon as it is there.
    pub async fn finds(&self, role: &str, name: &str) -> WebElement {
        self.waits(SOON, &format!("the {role} '{name}'"), async || self.finds_all(role, name).await.into_iter().next()).await
    }

    /// Whether there is such an element that can be used.
    pub async fn can_use(&self, role: &str, name: &str) -> bool {
        match self.finds_all(role, name).await.first() {
            Some(element) => element.is_enabled().await.unwrap_or(false),
            None => false,
        }
    }

    /// The text of the element of that id.
    pub async fn text_of(&self, id: &str) -> String {
        let text = self.asks("return document.getElementById(arguments[0])?.textContent ?? ''", [json!(id)]).await;
        text.as_str().unwrap_or_default().trim().to_owned()
    }

    /// What stands in the field of that name.
    pub async fn value_of(&self, name: &str) -> String {
        self.finds("textbox", name).await.prop("value").await.expect("a value").unwrap_or_default()
    }

    /// The state of the run, in words.
    pub async fn state(&self) -> String {
        self.text_of("state").await
    }

    /// What the page tells listeners of the run, if anything yet.
    pub async fn summary(&self) -> Option<Summary> {
        Summary::in_text(&self.text_of("summary").await)
    }

    /// The numbers beside the figures.
    pub async fn numbers(&self) -> Numbers {
        let texts =
            self.asks("return ['loss', 'learned'].map((id) => document.getElementById(id).parentElement.textContent)", []).await;
        let words = |i: usize| texts[i].as_str().unwrap_or_default().to_owned();
        Numbers::in_texts(&words(0), &words(1))
    }

    /// Waits for numbers that fit.
    pub async fn sees(&self, what: &str, fits: impl Fn(&Numbers) -> bool) -> Numbers {
        self.waits(PATIENTLY, what, async || Some(self.numbers().await).filter(|numbers| fits(numbers))).await
    }

    // ---- Doing ----

    /// Presses a button, as soon as it can be pressed.
    pub async fn presses(&self, name: &str) {
        let button = self
            .waits(PATIENTLY, &format!("a button '{name}' that can be pressed"), async || {
                let button = self.finds_all("button", name).await.into_iter().next()?;
                button.is_enabled().await.unwrap_or(false).then_some(button)
            })
            .await;
        button.scroll_into_view().await.expect("the button in view");
        button.click().await.unwrap_or_else(|error| panic!("'{name}' can't be pressed: {error}"));
    }

    /// Types into a field in place of what is there.
    pub async fn types(&self, role: &str, name: &str, text: &str) {
        let field = self.finds(role, name).await;
        field.scroll_into_view().await.expect("the field in view");
        field.send_keys(Key::Control + "a").await.expect("the field's text marked");
        field.send_keys(text).await.expect("the field filled");
        // A field is read when it is left.
        field.send_keys(Key::Tab).await.expect("the next field");
    }

    /// Picks one of several, by its name.
    pub async fn picks(&self, name: &str) {
        // The radio button itself is hidden under its label.
        let radio = self.finds("radio", name).await;
        self.asks_of(&radio, "arguments[0].closest('label').click()", "").await;
    }

    /// Picks a file to open.
    pub async fn picks_file(&self, path: &Path) {
        let input = self.driver().find(By::Id("open-file")).await.expect("a way to open files");
        input.send_keys(path.to_string_lossy().as_ref()).await.expect("a file picked");
    }

    /// Opens the first menu of that name.
    pub async fn opens_menu(&self, name: &str) {
        let menu = self.finds("disclosure", name).await;
        menu.scroll_into_view().await.expect("the menu in view");
        menu.click().await.expect("the menu open");
    }

    /// Saves the curve of the one run there is, and reads it without the column of seconds.
    pub async fn saves_the_curve(&self) -> Vec<String> {
        self.opens_menu("More for this run").await;
        self.presses("Save as CSV").await;
        let file = self.receives(".csv").await;
        let table = std::fs::read_to_string(&file).expect("the saved table");
        std::fs::remove_file(&file).expect("the table read and gone");
        self.strikes("\u{e00c}").await;
        table
            .lines()
            .map(|line| line.split(',').enumerate().filter(|(i, _)| *i != 4).map(|(_, cell)| cell).collect::<Vec<_>>().join(","))
            .collect()
    }

    /// Deletes the one run there is.
    pub async fn deletes_the_run(&self) {
        self.opens_menu("More for this run").await;
        self.presses("Delete").await;
    }

    /// Strikes keys, wherever the focus is.
    pub async fn strikes(&self, keys: impl AsRef<str>) {
        self.driver().action_chain().send_keys(keys.as_ref()).perform().await.expect("keys");
    }

    /// The role and name of what has the focus.
    pub async fn has_focus_on(&self) -> (String, String) {
        let focus = self.asks("const e = document.activeElement; return [e.tagName === 'SUMMARY' ? 'disclosure' : e.computedRole, e.computedName]", []).await;
        let word = |i: usize| focus[i].as_str().unwrap_or_default().to_owned();
        (word(0), word(1))
    }

    /// Waits for one new file among the downloads, whole.
    pub async fn receives(&self, ending: &str) -> PathBuf {
        let folder = self.browser.downloads();
        self.waits(SOON, &format!("a download that ends in {ending}"), async || {
            let files = std::fs::read_dir(&folder).ok()?;
            let mut found: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
            found.retain(|path| path.to_string_lossy().ends_with(ending));
            found.into_iter().next()
        })
        .await
    }

    /// Looks at the same page in a frame of that width: windows have a least width, frames have none.
    pub async fn enters_a_frame(&self, width: u32) {
        let frame = "document.body.replaceChildren(Object.assign(document.createElement('iframe'), { src: location.href, width: arguments[0], height: 800 }))";
        self.asks(frame, [json!(width)]).await;
        self.driver().enter_frame(0).await.expect("the page in a frame");
    }

    /// By how many pixels the page must be scrolled sideways, and the first elements that stick out.
    pub async fn sees_cut_off(&self) -> Value {
        let look = "const width = document.documentElement.clientWidth;
            return [document.documentElement.scrollWidth - width,
                [...document.querySelectorAll('header *, main *')].filter((e) => e.getBoundingClientRect().right > width + 1 && e.checkVisibility() && !e.closest('.scroller, .unseen'))
                    .map((e) => e.outerHTML.slice(0, 90)).slice(0, 5)]";
        self.asks(look, []).await
    }

    // ---- The page's insides ----

    /// Asks the page a question in its own language.
    pub async fn asks<const N: usize>(&self, script: &str, arguments: [Value; N]) -> Value {
        let answer = self.driver().execute(script, arguments.to_vec()).await;
        answer.unwrap_or_else(|error| panic!("the page can't answer: {error}")).json().clone()
    }

    /// Asks about an element.
    pub async fn asks_of(&self, element: &WebElement, script: &str, argument: &str) -> Value {
        self.asks(script, [element.to_json().expect("an element"), json!(argument)]).await
    }

    /// Everything that the browser's console holds since it was last read, that is an error or a
    /// warning.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.driver().browser_log().await.expect("the browser's console");
        entries
            .into_iter()
            .filter(|entry| matches!(entry.level.as_str(), "SEVERE" | "WARNING"))
            .map(|entry| entry.message)
            .collect()
    }

    /// Says something to whoever runs the tests, whether they pass or not.
    pub fn tells(&self, words: &str) {
        // Past the harness, which keeps what a passing test prints to itself.
        let _ = writeln!(std::io::stderr(), "    {}: {words}", std::thread::current().name().unwrap_or("test"));
    }

    /// Looks again and again until there is something.
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

    /// Prints what the page shows, for whoever reads of a failure.
    async fn tell_what_is_there(&self) {
        if let Ok(text) = self.driver().execute("return document.body.innerText", Vec::new()).await {
            println!("---- The page says:\n{}", text.json().as_str().unwrap_or_default());
        }
        if let Ok(entries) = self.driver().browser_log().await {
            println!("---- The console says:");
            entries.iter().for_each(|entry| println!("{}: {}", entry.level, entry.message));
        }
        let picture = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{}.png", std::thread::current().name().unwrap_or("test").replace("::", "-")));
        if self.driver().screenshot(&picture).await.is_ok() {
            println!("---- A picture is in {}", picture.display());
        }
    }
}
