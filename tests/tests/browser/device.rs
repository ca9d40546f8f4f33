//! Training with WebGPU, on the available adapter, and in a browser without WebGPU.

use quanta_tests::skip::skipped;

use crate::TINY;
use crate::driver::Kind;
use crate::person::{Person, a_person, a_person_at};

/// Why a test on WebGPU is skipped.
pub const NO_ADAPTER: &str = "this browser has no WebGPU adapter, not even a software one";

impl Person {
    /// The browser's WebGPU adapter in words, if it has one.
    pub async fn webgpu_adapter(&self) -> Option<String> {
        let ask = "const done = arguments[0]; if (!navigator.gpu) done(null);
             else navigator.gpu.requestAdapter().then((a) => done(a && `${a.info.vendor} ${a.info.architecture} ${a.info.description}`), () => done(null));";
        let answer = self.driver().execute_async(ask, Vec::new()).await.expect("an answer");
        answer.json().as_str().map(str::to_owned)
    }
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn webgpu_and_the_cpu_give_the_same_result() {
    a_person(async |person| {
        person.opens(TINY).await;
        let Some(adapter) = person.webgpu_adapter().await else {
            return skipped("webgpu_and_the_cpu_give_the_same_result", NO_ADAPTER);
        };
        person.reports(&format!("WebGPU adapter: {adapter}"));
        person.picks("CPU").await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
        let cpu = person.numbers().await;
        assert!(person.text_of("device").await.starts_with("CPU"));

        person.picks("WebGPU").await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
        let gpu = person.numbers().await;
        let device = person.text_of("device").await;
        person.reports(&format!("trained on {device}"));
        assert!(device.contains("GPU") && !device.starts_with("CPU"), "{device}");
        assert_eq!(gpu.learned, cpu.learned);
        assert!((gpu.loss - cpu.loss).abs() < 0.03, "{gpu:?} on WebGPU, {cpu:?} on the CPU");
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn auto_never_takes_a_software_adapter() {
    a_person(async |person| {
        person.opens(TINY).await;
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
        let (found, device) = (person.text_of("webgpu-found").await, person.text_of("device").await);
        person.reports(&format!("{found} Auto took {device}"));
        assert_eq!(device.starts_with("CPU"), !found.starts_with("WebGPU is here"), "{found} {device}");
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn without_webgpu_the_page_explains_it_and_trains_on_the_cpu() {
    a_person_at(Kind { webgpu: false, ..Kind::default() }, async |person| {
        // Chromium itself warns that it has no WebGPU.
        person.breaks_things.set(true);
        person.opens(TINY).await;
        let text = person.reads_soon("offers no WebGPU").await;
        assert!(text.contains("How to enable WebGPU in this browser"), "{text}");
        person.presses("Start").await;
        person.waits_for_state("Finished at step 400").await;
        assert!(person.text_of("device").await.starts_with("CPU"));
        // Choosing WebGPU anyway gives an error message.
        person.picks("WebGPU").await;
        person.presses("Start").await;
        let state = person.waits_for_state("Failed").await;
        person.reports(&state);
        assert!(state.contains("WebGPU"), "{state}");
    });
}
