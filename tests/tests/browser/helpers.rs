//! Several workers compute a step of the language together; it is the step that one takes alone.

use quanta_core::config::RunConfig;
use serde_json::{Value, json};

use crate::driver::Kind;
use crate::person::a_person_at;

/// Trains in a worker of that name and address. Resolves to the evaluations' losses, how many answers of
/// helpers have come, and the last step that was reported before the last of them.
const TRAIN: &str = "
    const [config, name, address, done] = arguments;
    const answers = [], losses = [], channel = new BroadcastChannel('helpers');
    let step = 0;
    channel.onmessage = ({ data }) => answers.push([JSON.parse(data), step]);
    WebAssembly.compileStreaming(fetch('worker_bg.wasm')).then((module) => {
        const worker = new Worker(address, { type: 'module', name });
        worker.postMessage([module, 'worker.js']);
        worker.onerror = (event) => done(`the engine died: ${event.message}`);
        worker.onmessage = ({ data: [json] }) => {
            const message = JSON.parse(json), event = message.event?.event;
            if (message.ready) {
                worker.postMessage([JSON.stringify({ start: { run: 1, config, device: 'cpu', paused: false } }), null]);
            }
            step = event?.progress?.step ?? step;
            if (event?.evaluation) {
                losses.push([event.evaluation.step, event.evaluation.train_loss_bits, ...event.evaluation.quantum_loss_bits]);
            }
            if (event?.finished) {
                worker.terminate();
                const shares = answers.filter(([answer]) => answer.shares);
                setTimeout(() => done({ losses, shares: shares.length, last: shares.at(-1)?.[1] ?? 0 }), 100);
            }
        };
    }).catch((error) => done(`the engine did not start: ${error}`));";

/// Some four seconds of steps.
const SMALL: &str = "task=language&width=16&depth=1&heads=2&kv_heads=2&context=24&batch_size=16&lr=0.01&steps=2000&warmup=20\
    &facts=3&subjects=2&values=3&phrases=1&vocabulary_words=4&counts=0&lists=0&pointers=0&lookups=0&agreements=0&sums=0&lines=0\
    &eval_per_task=10&seed=1&clip=1";

in_every_browser!(helpers_change_no_bit_of_a_run);

fn helpers_change_no_bit_of_a_run(kind: Kind) {
    a_person_at(kind, async |person| {
        // A helper that dies is an error on purpose.
        person.breaks_things.set(true);
        person.opens("").await;
        let cores = person.runs_script("return navigator.hardwareConcurrency", []).await.as_u64().expect("a number");
        let config = RunConfig::from_query(SMALL, &[]).expect("valid").to_json();
        let train = async |name: &str, address: &str| {
            let arguments = [&*config, name, address].map(|text| json!(text)).to_vec();
            person.driver().execute_async(TRAIN, arguments).await.expect("an answer").json().clone()
        };
        let alone = train("alone", "counted-worker.js").await;
        assert_eq!(alone["shares"], 0, "{alone}");
        assert!(alone["losses"].as_array().is_some_and(|losses| losses.len() > 20), "{alone}");
        let together = train("", "counted-worker.js").await;
        assert_eq!(together["losses"], alone["losses"]);
        let dying = train("", "counted-worker.js?dies").await;
        assert_eq!(dying["losses"], alone["losses"], "after the helpers died");
        if cores > 1 {
            let number = |outcome: &Value, name: &str| outcome[name].as_u64().expect("a number");
            assert!(number(&together, "shares") > 1_000 && number(&together, "last") > 1_500, "{together}");
            assert!(number(&dying, "shares") > 0 && number(&dying, "last") < number(&together, "last"), "{dying}");
        }
    });
}
