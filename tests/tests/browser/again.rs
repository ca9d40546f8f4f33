//! What failed once is asked again: a GPU, the browser's store, the engine, published files. A script that
//! runs before the page's own makes them fail, until it is told that they are repaired.

use quanta_tests::skip::skipped;
use serde_json::{Value, json};

use crate::TINY;
use crate::device::NO_ADAPTER;
use crate::person::{LONG_WAIT, Person, SHORT_WAIT, a_person};

/// Whether the test has repaired what fails; it stays so after a reload.
const REPAIRED: &str = "const repaired = () => sessionStorage.getItem('repaired') !== null;";

/// Every worker that is started before the repair runs `patch` first, a string of JavaScript.
const PATCH_WORKERS: &str = "
    const Real = Worker;
    window.Worker = class extends Real {
        constructor(address, options) {
            if (repaired()) return super(address, options);
            const text = `import ${JSON.stringify(new URL(address, location.href).href)};\\n${patch}`;
            super(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })), options);
        }
    };";

/// Why a request fails as if there were no network.
pub const NO_NETWORK: &str = "Promise.reject(new TypeError('no network'))";

/// A script that has every request come to `outcome` for which `fails`, a JavaScript of `address`, holds
/// before the repair.
pub fn requests_fail(fails: &str, outcome: &str) -> String {
    format!(
        "const ask = window.fetch;
         window.fetch = (address, ...rest) => !repaired() && String(address).{fails} ? {outcome} : ask(address, ...rest);"
    )
}

impl Person {
    /// Runs a script in every page that is opened from now on, before the page's own. It has a function
    /// `repaired`.
    pub async fn breaks(&self, script: &str) {
        self.breaks_things.set(true);
        // The page's policy allows no workers from blobs.
        self.tells_the_browser("Page.setBypassCSP", json!({ "enabled": true })).await;
        let source = format!("(() => {{ {REPAIRED} {script} }})()");
        self.tells_the_browser("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await;
    }

    /// Sends a command of Chromium's developer tools.
    async fn tells_the_browser(&self, command: &str, settings: Value) {
        let told = self.driver().cdp().send_raw(command, settings).await;
        told.unwrap_or_else(|error| panic!("{command}: {error}"));
    }

    /// Runs JavaScript at the start of every worker that is started before the repair.
    async fn breaks_workers(&self, patch: &str) {
        self.breaks(&format!("const patch = {}; {PATCH_WORKERS}", json!(patch))).await;
    }

    /// From now on nothing fails any more.
    pub async fn repairs(&self) {
        self.runs_script("sessionStorage.setItem('repaired', '')", []).await;
    }

    /// Waits until the state begins with these words, which may be “Failed”.
    async fn state_soon(&self, words: &str) -> String {
        let state = async || Some(self.state().await).filter(|state| state.starts_with(words));
        self.waits(LONG_WAIT, &format!("the state '{words}'"), state).await
    }
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn an_adapter_that_never_answers_holds_up_no_run() {
    a_person(async |person| {
        // Without timers nothing that waits for the adapter gives up: the CPU must not wait for it at all.
        person
            .breaks_workers(
                "navigator.gpu.requestAdapter = () => new Promise(() => {});
                 const timer = self.setTimeout;
                 self.setTimeout = (then, limit, ...rest) => limit >= 3000 ? 0 : timer(then, limit, ...rest);",
            )
            .await;
        person.opens(TINY).await;
        person.picks("CPU").await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn an_adapter_that_never_answers_is_asked_again() {
    a_person(async |person| {
        person.breaks_workers("navigator.gpu.requestAdapter = () => new Promise(() => {});").await;
        person.opens(TINY).await;
        // A run that may choose goes on the CPU.
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
        assert!(person.text_of("device").await.starts_with("CPU"));
        person.reads_soon("This browser was asked for WebGPU and has not answered").await;
        // One that may not says so, and asks anew when it is started again.
        person.picks("WebGPU").await;
        person.presses("Start").await;
        let state = person.state_soon("Failed").await;
        assert!(state.contains("start again to ask it again, or choose the CPU"), "{state}");
        person.repairs().await;
        // The worker that waits in vain for the adapter was started before the repair.
        person.presses("Start").await;
        person.state_soon("Failed").await;
        let found = async || Some(person.text_of("webgpu-found").await).filter(|text| !text.contains("has not answered"));
        if person.waits(LONG_WAIT, "an answer", found).await.contains("offers no WebGPU") {
            return skipped("an_adapter_that_never_answers_is_asked_again, once it answers", NO_ADAPTER);
        }
        person.presses("Start").await;
        person.state_soon("Finished at step 400").await;
        assert!(!person.text_of("device").await.starts_with("CPU"));
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_late_adapter_is_found_all_the_same() {
    a_person(async |person| {
        person
            .breaks_workers(
                "const ask = navigator.gpu.requestAdapter.bind(navigator.gpu);
                 navigator.gpu.requestAdapter = async (options) => {
                     await new Promise((resolve) => { new BroadcastChannel('adapter').onmessage = resolve; });
                     return ask(options);
                 };",
            )
            .await;
        person.opens(TINY).await;
        person.reads_soon("This browser was asked for WebGPU and has not answered").await;
        person.runs_script("new BroadcastChannel('adapter').postMessage('')", []).await;
        let found = async || Some(person.text_of("webgpu-found").await).filter(|text| !text.contains("has not answered"));
        let found = person.waits(SHORT_WAIT, "an answer", found).await;
        person.reports(&found);
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_lost_gpu_is_asked_for_again() {
    a_person(async |person| {
        person
            .breaks_workers(
                "const open = GPUAdapter.prototype.requestDevice;
                 GPUAdapter.prototype.requestDevice = async function (options) {
                     const device = await open.call(this, options);
                     new BroadcastChannel('lose').onmessage = () => device.destroy();
                     return device;
                 };",
            )
            .await;
        person.opens(&TINY.replace("steps=400", "steps=400000")).await;
        if person.webgpu_adapter().await.is_none() {
            return skipped("a_lost_gpu_is_asked_for_again", NO_ADAPTER);
        }
        person.picks("WebGPU").await;
        person.presses("Start").await;
        person.sees("some steps", |numbers| numbers.step.is_some_and(|step| step >= 5)).await;
        person.presses("Pause").await;
        person.waits_for_state("Paused at step").await;
        person.runs_script("new BroadcastChannel('lose').postMessage('')", []).await;
        person.presses("Resume").await;
        let state = person.state_soon("Failed").await;
        person.reports(&state);
        // On the CPU at once.
        person.picks("CPU").await;
        person.presses("Start").await;
        let device = async |is_cpu| (person.text_of("device").await.starts_with("CPU") == is_cpu).then_some(());
        person.waits(LONG_WAIT, "the CPU", async || device(true).await).await;
        person.sees("steps on the CPU", |numbers| numbers.step.is_some_and(|step| step >= 5)).await;
        person.presses("Stop").await;
        person.waits_for_state("Stopped at step").await;
        // And on the GPU again, without a reload.
        person.picks("WebGPU").await;
        person.presses("Start").await;
        person.waits_for_state("Running").await;
        person.waits(LONG_WAIT, "the GPU", async || device(false).await).await;
        person.sees("steps on the GPU", |numbers| numbers.step.is_some_and(|step| step >= 5)).await;
        person.presses("Stop").await;
        person.waits_for_state("Stopped at step").await;
    });
}

/// Makes the browser's store fail as `open` says, trains a run, repairs the store and has the run kept.
async fn keeps_a_run_after(person: &Person, open: &str, why: &str) {
    let script = "const open = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function (...all) { if (repaired()) return open.apply(this, all); FAIL };";
    person.breaks(&script.replace("FAIL", open)).await;
    person.opens(TINY).await;
    let text = person.reads_soon("Runs cannot be kept in this browser (").await;
    assert!(text.contains(why), "{text}");
    person.presses("Start").await;
    person.waits_for_state("Finished at step 400").await;
    let numbers = person.numbers().await;
    let text = person.reads_soon("Save its file before closing the page.").await;
    let warned = text.lines().any(|line| line.contains("cannot be kept in this browser: ") && line.contains(why));
    assert!(warned, "{text}");
    person.repairs().await;
    person.presses("Try again").await;
    person.reads_soon("This browser keeps runs and sweeps again.").await;
    // Every failure is mended by the one press, or by what followed from it.
    let gone = async || person.finds_all("button", "Try again").await.is_empty().then_some(());
    person.waits(SHORT_WAIT, "no more warnings", gone).await;
    person.reloads().await;
    person.sees("the run that was kept", |shown| *shown == numbers).await;
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_store_that_never_opens_is_said_and_tried_again() {
    a_person(async |person| {
        // A request that nothing ever comes of.
        keeps_a_run_after(person, "return new EventTarget();", "the browser’s store does not answer").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_store_that_fails_is_said_and_tried_again() {
    a_person(async |person| {
        keeps_a_run_after(person, "throw new DOMException('the disk is broken', 'UnknownError');", "the disk is broken").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_store_that_is_cleared_is_said_and_filled_again() {
    a_person(async |person| {
        person.opens(TINY).await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
        let numbers = person.numbers().await;
        person.reloads().await;
        person.sees("the run that was kept", |shown| *shown == numbers).await;
        let origin = person.runs_script("return location.origin", []).await;
        let what = json!({ "origin": origin, "storageTypes": "indexeddb" });
        person.tells_the_browser("Storage.clearDataForOrigin", what).await;
        person.reads_soon("This browser has cleared what it kept").await;
        person.presses("Try again").await;
        person.reads_soon("This browser keeps runs and sweeps again.").await;
        person.reloads().await;
        person.sees("the run that was kept again", |shown| *shown == numbers).await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn an_engine_that_cannot_be_loaded_is_asked_for_again() {
    a_person(async |person| {
        // Its code, then its script.
        let no_script = "const Real = Worker;
            window.Worker = class extends Real {
                constructor(address, options) { super(window.gone ? 'gone.js' : address, options); }
            };";
        person.breaks(&(requests_fail("startsWith('worker_bg.wasm')", NO_NETWORK) + no_script)).await;
        person.opens(TINY).await;
        person.state_soon("The engine is not running: it could not be loaded (no network)").await;
        person.presses("Start").await;
        person.state_soon("Failed: the engine stopped working: it could not be loaded (no network)").await;
        person.repairs().await;
        person.runs_script("window.gone = true", []).await;
        person.presses("Start").await;
        person.state_soon("Failed: the engine stopped working: its script could not be started").await;
        person.runs_script("window.gone = false", []).await;
        person.presses("Start").await;
        person.state_soon("Finished at step 400").await;
    });
}

/// Half a minute passes in a third of a second.
const HURRY: &str = "const timer = window.setTimeout;
    window.setTimeout = (then, limit, ...rest) => timer(then, limit === 30000 && !repaired() ? 300 : limit, ...rest);";

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn an_engine_that_never_comes_is_given_up_and_asked_for_again() {
    a_person(async |person| {
        person.breaks(&(requests_fail("startsWith('worker_bg.wasm')", "new Promise(() => {})") + HURRY)).await;
        person.opens(TINY).await;
        person.state_soon("The engine is not running: it could not be loaded (worker_bg.wasm: nothing has come").await;
        person.repairs().await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn published_files_that_did_not_come_are_asked_for_again() {
    a_person(async |person| {
        person.breaks(&requests_fail("includes(window.missing ?? 'index.json')", NO_NETWORK)).await;
        person.opens("?page=reproduce").await;
        person.reads_soon("The published results cannot be shown: no network.").await;
        // The list comes now; the files that it lists do not.
        person.runs_script("window.missing = '.safetensors'", []).await;
        person.presses("Try again").await;
        person.reads_soon("cannot be read: no network").await;
        person.repairs().await;
        person.presses("Try again").await;
        let all = async || {
            let text = person.text_of("reproduce-state").await;
            (text.starts_with("From ") && !text.contains("cannot be read")).then_some(())
        };
        person.waits(SHORT_WAIT, "all the results", all).await;
        assert!(person.finds_all("button", "Try again").await.is_empty());

        person.runs_script("sessionStorage.clear()", []).await;
        person.opens("?page=scaling").await;
        person.reads_soon("The published sweeps cannot be shown: no network.").await;
        person.repairs().await;
        person.presses("Try again").await;
        person.reads_soon("Published: ").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn published_files_that_never_come_are_given_up() {
    a_person(async |person| {
        person.breaks(&(requests_fail("includes('index.json')", "new Promise(() => {})") + HURRY)).await;
        person.opens("?page=reproduce").await;
        person.reads_soon("The published results cannot be shown: nothing has come for 30 seconds.").await;
        person.repairs().await;
        person.presses("Try again").await;
        let all = async || person.text_of("reproduce-state").await.starts_with("From ").then_some(());
        person.waits(SHORT_WAIT, "the results", all).await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_recorded_run_that_did_not_come_is_asked_for_again() {
    a_person(async |person| {
        let list = "const answer = window.fetch;
            window.asked = [];
            window.fetch = (address, ...rest) => {
                window.asked.push(String(address));
                return answer(address, ...rest);
            };";
        person.breaks(&(requests_fail("startsWith('recorded/')", NO_NETWORK) + list)).await;
        let asked = async |preset: &str| {
            let count = "return window.asked.filter((address) => address === `recorded/${arguments[0]}.safetensors`).length";
            person.runs_script(count, [json!(preset)]).await
        };
        person.opens("?preset=quick").await;
        person.waits(SHORT_WAIT, "a first request", async || (asked("quick").await == json!(1)).then_some(())).await;
        person.repairs().await;
        for _ in 0..2 {
            person.picks("Lesson").await;
            person.waits(SHORT_WAIT, "the lesson's", async || (asked("lesson").await == json!(1)).then_some(())).await;
            person.picks("Quick look").await;
            person.waits(SHORT_WAIT, "a second request", async || (asked("quick").await == json!(2)).then_some(())).await;
        }
        // Once it was there it is not asked for again.
        assert_eq!(asked("lesson").await, json!(1));
    });
}
