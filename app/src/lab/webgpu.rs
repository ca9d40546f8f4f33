//! The choice of a device, what WebGPU offers here, and how to enable it.

use leptos::prelude::*;
use quanta_core::device::DeviceChoice;

use super::actions::Actions;
use super::form::Form;
use crate::protocol::WebGpu;
use crate::trainer::Engine;

/// The choice of a device, and what was found of WebGPU.
#[component]
pub fn DevicePicker() -> impl IntoView {
    let (form, actions) = (expect_context::<Form>(), expect_context::<Actions>());
    let webgpu = expect_context::<Engine>().webgpu;
    let choices = [DeviceChoice::Auto, DeviceChoice::Gpu, DeviceChoice::Cpu];
    let found = move || {
        match webgpu.get() {
        None => "The engine asks the browser for WebGPU as soon as it is loaded.".to_owned(),
        Some(WebGpu::Adapter { name }) => format!("WebGPU is here{}.", named(&name)),
        Some(WebGpu::Software { name }) => {
            format!("WebGPU here is only software{}, slower than the CPU itself: Auto takes the CPU.", named(&name))
        }
        Some(WebGpu::NoAnswer) => {
            "This browser was asked for WebGPU and has not answered: Auto takes the CPU meanwhile. A new start of the browser may help."
                .to_owned()
        }
        Some(WebGpu::Missing) => "This browser offers no WebGPU, so runs go on the CPU: all works, only slower.".to_owned(),
    }
    };
    let lacking = move || matches!(webgpu.get(), Some(WebGpu::Missing | WebGpu::NoAnswer | WebGpu::Software { .. }));
    view! {
        <fieldset class="device">
            <legend>"Device"</legend>
            <div class="segments">
                {choices.into_iter().map(|choice| view! {
                    <label>
                        <input
                            type="radio"
                            name="device"
                            value=crate::link::device_word(choice)
                            prop:checked=move || form.device.get() == choice
                            on:change=move |_| { form.device.set(choice); actions.commit(); }
                        />
                        <span>{device_name(choice)}</span>
                    </label>
                }).collect_view()}
            </div>
            <p class="help" id="webgpu-found">{found}</p>
            <Show when=lacking>
                <details class="how-to">
                    <summary>"How to enable WebGPU in this browser"</summary>
                    <p>{how_to_enable()}</p>
                </details>
            </Show>
        </fieldset>
    }
}

/// An adapter's name in brackets, if the browser reveals it.
fn named(name: &str) -> String {
    if name.is_empty() || name.contains("WebGPU") { String::new() } else { format!(" ({name})") }
}

/// How to enable WebGPU in this browser.
fn how_to_enable() -> &'static str {
    if !window().is_secure_context() {
        return "Browsers offer WebGPU only over https or on localhost: open this page at such an address.";
    }
    let agent = window().navigator().user_agent().unwrap_or_default();
    let linux = agent.contains("Linux") && !agent.contains("Android");
    let has = |name| agent.contains(name);
    if has("Firefox/") && has("Windows") {
        "Firefox has WebGPU on Windows from version 141. In an older one, or where it is off, open about:config and set \
         dom.webgpu.enabled to true; then start Firefox anew."
    } else if has("Firefox/") {
        "Firefox has WebGPU on macOS with Apple silicon from version 145. Elsewhere take Firefox Nightly, open about:config \
         and set dom.webgpu.enabled to true; then start it anew."
    } else if has("Android") {
        "On Android, Chrome has WebGPU from version 121 on Android 12 and later with most graphics chips. Update Chrome; \
         where it stays away, open chrome://flags, enable “Unsafe WebGPU Support” and start it anew."
    } else if has("Chrome/") && linux {
        "Chrome and its kin on Linux: open chrome://flags, enable “Unsafe WebGPU Support” and “Vulkan”, and start the browser \
         anew. See chrome://gpu for what it says of WebGPU; up-to-date graphics drivers with Vulkan are needed."
    } else if has("Chrome/") {
        "Chrome, Edge and their kin have had WebGPU since version 113. Update the browser, and turn on “Use graphics \
         acceleration when available” in its settings under System; chrome://gpu says what prevents it."
    } else if has("Safari/") {
        "Safari has WebGPU from version 26 (macOS 26, iOS 26). In Safari 18 enable it by hand: on a Mac in Settings, \
         Feature Flags, WebGPU; on an iPhone or iPad in Settings, Apps, Safari, Advanced, Feature Flags, WebGPU."
    } else {
        "Take a current Chrome, Edge, Firefox or Safari with up-to-date graphics drivers."
    }
}

/// The device's name in the form.
fn device_name(device: DeviceChoice) -> &'static str {
    match device {
        DeviceChoice::Auto => "Auto",
        DeviceChoice::Gpu => "WebGPU",
        DeviceChoice::Cuda => "CUDA",
        DeviceChoice::Cpu => "CPU",
    }
}
