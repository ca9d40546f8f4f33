//! The page must not load anything from elsewhere, run inline scripts, or write errors to the console.

use serde_json::{Value, json};

use crate::TINY;
use crate::person::a_person;

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn the_content_security_policy_is_strict_and_enforced() {
    a_person(async |person| {
        person.breaks_things.set(true);
        person.opens(TINY).await;
        person.waits_for_state("Ready to start.").await;
        let policy =
            person.runs_script("return document.querySelector('meta[http-equiv=\"Content-Security-Policy\"]').content", []).await;
        let policy = policy.as_str().expect("a policy").to_owned();
        assert!(policy.contains("default-src 'self'") && policy.contains("'wasm-unsafe-eval'"), "{policy}");
        for loophole in ["'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"] {
            assert!(!policy.contains(loophole), "{loophole} in {policy}");
        }
        // The browser enforces it: inline scripts, inline styles and requests elsewhere are blocked.
        let refused = person
            .driver()
            .execute_async(
                "const done = arguments[0], refused = new Set();
                 document.addEventListener('securitypolicyviolation', (event) => refused.add(event.effectiveDirective));
                 const script = document.createElement('script'); script.textContent = 'window.inline = 1'; document.head.append(script);
                 const style = document.createElement('style'); style.textContent = 'body { color: red }'; document.head.append(style);
                 const button = document.createElement('button'); button.setAttribute('onclick', 'window.inline = 1'); document.body.append(button); button.click();
                 fetch('http://127.0.0.1:9/').catch(() => {});
                 setTimeout(() => done([[...refused].sort(), window.inline ?? null]), 500);",
                Vec::new(),
            )
            .await
            .expect("an answer");
        let expected = json!([["connect-src", "script-src-attr", "script-src-elem", "style-src-elem"], Value::Null]);
        assert_eq!(*refused.json(), expected);
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn nothing_is_loaded_from_elsewhere_and_the_console_has_no_problems() {
    a_person(async |person| {
        person.opens("").await;
        person.waits_for_state("Ready to start.").await;
        person.presses("Start").await;
        person.sees("a first emergence", |numbers| numbers.learned >= 1).await;
        person.presses("Pause").await;
        person.waits_for_state("Paused at step").await;
        person.presses("Resume").await;
        person.waits_for_state("Running").await;
        person.presses("Stop").await;
        person.waits_for_state("Stopped at step").await;
        let origins = person
            .runs_script("return [...new Set(performance.getEntriesByType('resource').map((r) => new URL(r.name).origin))]", [])
            .await;
        assert_eq!(origins, json!([person.runs_script("return location.origin", []).await]));
        person.sees_no_problems().await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn the_page_can_be_used_before_the_engine_is_loaded() {
    a_person(async |person| {
        person.opens("").await;
        // The engine loads last; the form is usable before that.
        person.finds("button", "Start").await;
        let times = person
            .runs_script(
                "const ends = (part) => performance.getEntriesByType('resource').filter((r) => r.name.includes(part)).map((r) => r.responseEnd);
                 return [Math.max(...ends('app-')), performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null, performance.now()]",
                [],
            )
            .await;
        person.reports(&format!("page's code loaded, first paint, buttons found, in ms: {times}"));
        // Start is remembered until the engine is loaded.
        person.presses("Start").await;
        person.sees("a first evaluation", |numbers| numbers.step.is_some()).await;
        person.presses("Stop").await;
    });
}
